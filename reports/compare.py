"""`apigw-conformance compare A.json B.json …`: what differs between runs."""

import argparse
from pathlib import Path

import msgspec

from fixtures.command_line import say
from fixtures.exceptions import ExitStatus, ReportError
from fixtures.locations import OUT
from reports.atomic_file import atomic_write
from reports.comparison.differences import MEANING, Comparison, Kind, compare
from reports.comparison.html_page import render
from reports.loader import load

DESCRIPTION = """\
Compare runs, rule by rule and case by case. Runs of one endpoint are sorted by their start, runs
of several endpoints stay in the order given. The last run is compared with all earlier ones: exit
status 1 where a case failed that passed in an earlier run, else 0. Cases that have no verdict any
more are listed as lost and do not fail; 4 for a file that cannot be read."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="a conformance.json")
    parser.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="TEXT",
        help="what to call a run, once for each in the same order (default: endpoint and start)",
    )
    for kind in ("html", "json"):
        default = OUT / f"comparison.{kind}"
        parser.add_argument(
            f"--{kind}",
            type=Path,
            default=default,
            metavar="FILE",
            help=f"where to write it (default: reports/out/{default.name})",
        )


def run(options: argparse.Namespace) -> int:
    """Compare, write both documents, and say what differs."""
    if len(options.runs) < 2:
        raise ReportError("compare: two runs are needed at least")
    if options.label and len(options.label) != len(options.runs):
        raise ReportError("compare: give --label once for each run, or not at all")
    comparison = compare([load(path) for path in options.runs], options.label)
    atomic_write(options.json, msgspec.json.format(msgspec.json.encode(comparison), indent=1))
    atomic_write(options.html, render(comparison))
    say(*_said(comparison), options.html, options.json)
    return ExitStatus.FAILED if comparison.worse else ExitStatus.PASSED


def _said(comparison: Comparison) -> list[str]:
    kinds = comparison.kinds
    lines = [*comparison.remarks]
    lines += [f"{kinds[kind]:>6}  {kind}: {MEANING[kind]}" for kind in Kind if kinds[kind]]
    return [*lines, f"{comparison.same:>6}  the same in all runs"]
