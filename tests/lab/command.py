"""What the commands of the laboratory share."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fixtures import definitions
from fixtures.command_line import Parser, say
from fixtures.exceptions import DefinitionError

__all__ = ["chosen_definitions", "make_parser", "say", "write_json"]

_WRONG_CALL = 2


def make_parser(program: str, description: str, default: Sequence[str] = ()) -> Parser:
    """The parser of `python -m tests.lab.PROGRAM`, with `--definition` where it has a default."""
    parser = Parser(f"python -m tests.lab.{program}", description, usage_status=_WRONG_CALL)
    if not default:
        return parser
    parser.add_argument(
        "--definition",
        action="append",
        metavar="NAME_OR_PATH",
        help=f"what is deployed; may be given several times (default: {', '.join(default)})",
    )
    return parser


def chosen_definitions(
    parser: Parser, names: Sequence[str] | None, default: Sequence[str]
) -> tuple[str, ...]:
    """The definitions that were chosen; ends the call where one cannot be loaded."""
    chosen = tuple(names or default)
    try:
        for name in chosen:
            definitions.load(name)
    except DefinitionError as error:
        parser.error(str(error))
    return chosen


def write_json(file: Path | None, document: Any) -> None:
    """Write a document, if there is a file for it."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
