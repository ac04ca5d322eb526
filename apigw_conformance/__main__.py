"""`apigw-conformance COMMAND …`, or `python -m apigw_conformance COMMAND …`.

Strategy: a command is an entry in `COMMANDS`, and its module (see `fixtures.command_line`) is
imported only when it is called, so that `--help` takes no longer than Python's start.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from fixtures import exceptions
from fixtures.command_line import Command, Parser, run_command

# "" in the checkout; in the wheel, "apigw_conformance.".
_BASE = exceptions.__name__.removesuffix("fixtures.exceptions")
_PROGRAM = "apigw-conformance"
_RUN = "run"


@dataclass(frozen=True)
class Entry:
    """A command as `--help` lists it: its module, what it does, and an example."""

    module: str
    does: str
    example: str


COMMANDS = {
    _RUN: Entry(
        "suites.runner.command",
        "test an endpoint, or without --endpoint the embedded gateway",
        "--endpoint=URL --definition=my-api.yaml --key-prefix=my-bucket/conformance/",
    ),
    "gateway": Entry(
        "fixtures.gateway.command",
        "serve a definition on loopback",
        "--definition=sample --port=8080",
    ),
    "judge": Entry(
        "reports.judge",
        "re-evaluate a recorded run offline with the current rules",
        "reports/out/conformance.json",
    ),
    "explain": Entry(
        "reports.explain",
        "say what a definition does to the bytes of usual clients, before a request",
        "my-api.yaml --fail-on=warning",
    ),
    "compare": Entry(
        "reports.compare",
        "compare runs: what differs, and what became worse",
        "monday.json tuesday.json",
    ),
    "accept": Entry(
        "reports.accept",
        "generate or update the file for --known-deviations",
        "reports/out/conformance.json --output=known-deviations.toml",
    ),
    "page": Entry(
        "reports.page_command",
        "make the page of a recorded run, with its diagnosis",
        "tuesday.json",
    ),
    "merge": Entry(
        "reports.merge",
        "join the documents of a run's shards into one",
        "shard-*/conformance.json --output=merged",
    ),
    "allure": Entry(
        "reports.allure_html",
        "render Allure's results to HTML",
        "reports/out/allure-results",
    ),
    "cleanup": Entry(
        "fixtures.client.command",
        "delete or empty the objects that a run left at an endpoint",
        "reports/out/journal-20260102T030405Z-0a1b2c.jsonl --cleanup=s3",
    ),
    "faults": Entry(
        "fixtures.faults.command",
        "list the gateways with one injected fault each, or serve one",
        "--serve=error-is-text --port=8080",
    ),
    "observe": Entry(
        "suites.observation.command",
        "record what AWS does where the rules leave a choice",
        "--plan",
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the command line names, and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] in (["-h"], ["--help"]):
        print(_help())  # noqa: T201
        return 0
    name = given.pop(0) if given and not given[0].startswith("-") else _RUN
    entry = COMMANDS.get(name)
    if entry is None:
        known = ", ".join(COMMANDS)
        Parser(_PROGRAM).error(f"there is no command {name!r}; there are {known}")
    command = import_module(_BASE + entry.module)
    if name == _RUN:
        return cast("int", command.run(given))
    program = f"{_PROGRAM} {name}"
    return run_command(cast("Command", command), program, given, example=entry.example)


def _help() -> str:
    lines = [f"usage: {_PROGRAM} [COMMAND] [-h] …", "", "commands:"]
    lines += [f"  {name:<8}  {entry.does}" for name, entry in COMMANDS.items()]
    lines += ["", f"The default command is {_RUN}; it also accepts pytest's own options.", ""]
    lines += ["examples:"]
    lines += [f"  {_PROGRAM} {name} {entry.example}" for name, entry in COMMANDS.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
