"""`python -m reports page RUN`: the conformance page of a recorded run."""

import argparse
from pathlib import Path

from fixtures.exceptions import ReportError
from reports.atomic_file import atomic_write
from reports.commands import GOOD, Subparsers
from reports.loader import load
from reports.page import render
from reports.publish import PAGE, diagnosed


def add(subparsers: Subparsers) -> None:
    """Declare the subcommand."""
    what = "make the conformance page of a recorded run, with its diagnosis"
    parser = subparsers.add_parser("page", help=what, description=what)
    parser.add_argument("file", metavar="RUN", type=Path, help="conformance.json or .jsonl")
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=f"default: {PAGE} beside RUN"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the page; raises `ReportError`."""
    document = load(options.file)
    output = options.output or options.file.with_name(PAGE)
    page = render(document, diagnosed(document, options.file).as_json())
    try:
        atomic_write(output, page.encode())
    except OSError as error:
        raise ReportError(f"{output}: cannot be written: {error.strerror}") from None
    print(output)  # noqa: T201
    return GOOD
