"""`python -m reports`: what is done with a run that is over, from its documents alone.

Each subcommand is a module in `_COMMANDS` with two functions. `add(subparsers)` declares it, with
`parser = subparsers.add_parser(NAME, help=…, description=…)`, its arguments, and
`parser.set_defaults(run=run)`. `run(options) -> int` does it and gives the exit status, one of
`reports.commands`. What a module raises as `ReportError` ends in one sentence and status 4.
"""

import sys
from collections.abc import Sequence

from fixtures.exceptions import ReportError
from reports import accept, compare, judge, merge
from reports.commands import WRONG_CALL, Parser
from reports.page import command as page

_DESCRIPTION = "Do something with a run that is over, from its documents alone."
_COMMANDS = (judge, page, compare, accept, merge)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and give its exit status."""
    parser = Parser(prog="python -m reports", description=_DESCRIPTION)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(subparsers)
    options = parser.parse_args(arguments)
    try:
        status: int = options.run(options)
    except ReportError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)  # noqa: T201
        return WRONG_CALL
    return status


if __name__ == "__main__":
    sys.exit(main())
