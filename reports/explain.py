"""`apigw-conformance explain`: what a definition does to the bytes, before anything is sent."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from fixtures.command_line import declare_template_parameters, say
from fixtures.definitions import shipped
from fixtures.exceptions import ExitStatus, ReportError
from reports.atomic_file import atomic_write
from reports.explanation import Explanation, explain
from reports.explanation_text import text_of
from reports.reservations import FAIL_ON
from reports.sarif import sarif_of

DESCRIPTION = "Say what usual clients get from a definition, what is wrong with it, and where."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "definition",
        nargs="+",
        metavar="DEFINITION",
        help="a file that --definition takes, or a shipped definition's name",
    )
    parser.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        default="error",
        help="the least severity of a finding that ends in status 1 (default: %(default)s)",
    )
    declare_template_parameters(parser)
    parser.add_argument(
        "--sarif", type=Path, metavar="FILE", help="also write the findings as SARIF 2.1.0"
    )


def run(options: argparse.Namespace) -> int:
    """Print every explanation; raises `DefinitionError` and `ReportError`."""
    if options.sarif is not None:
        _refuse_names(options.definition)
    given = dict(options.param)
    explanations = [explain(name, given) for name in options.definition]
    for explanation in explanations:
        say(*text_of(explanation))
    if options.sarif is not None:
        atomic_write(options.sarif, f"{json.dumps(sarif_of(explanations), indent=1)}\n".encode())
    return ExitStatus.FAILED if _fails(explanations, options.fail_on) else ExitStatus.PASSED


def _refuse_names(named: Sequence[str]) -> None:
    for name in named:
        if name in shipped():
            raise ReportError(
                f"--sarif needs a file of yours to say a line of: {name!r} is shipped; give a path"
            )


def _fails(explanations: Sequence[Explanation], fail_on: str) -> bool:
    return any(
        finding.severity in FAIL_ON[fail_on]
        for explanation in explanations
        for finding in explanation.findings
    )
