"""`apigw-conformance page RUN`: the conformance page of a recorded run."""

import argparse
from pathlib import Path

from fixtures.command_line import say
from fixtures.exceptions import ExitStatus
from reports.atomic_file import atomic_write
from reports.loader import load
from reports.page import render
from reports.publish import PAGE, diagnosed

DESCRIPTION = "Make the conformance page of a recorded run, with its diagnosis."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="RUN", type=Path, help="conformance.json or .jsonl")
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=f"default: {PAGE} beside RUN"
    )


def run(options: argparse.Namespace) -> int:
    """Write the page; raises `ReportError` and `OSError`."""
    document = load(options.file)
    output = options.output or options.file.with_name(PAGE)
    page = render(document, diagnosed(document, options.file).as_json())
    atomic_write(output, page.encode())
    say(output)
    return ExitStatus.PASSED
