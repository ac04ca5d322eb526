"""`python -m tests.lab.interrupts`: interrupt runs at random moments, and count what is left."""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.lab.command import make_parser, say
from tests.lab.interrupts.trial import Ending, interrupted
from tests.remote_run.helpers import hosting


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 if every run ended well, 1 if not."""
    parser = make_parser(
        "interrupts",
        "Interrupt runs with --cleanup=s3 at random moments, by SIGINT or SIGTERM, and count the "
        "objects that are left in a store of another process, and the documents that are missing.",
    )
    _declare(parser)
    options = parser.parse_args(arguments)
    drawn = random.Random(options.seed)
    endings: Counter[Ending] = Counter()
    with hosting() as host, TemporaryDirectory() as folder:
        for number in range(1, options.runs + 1):
            ending = interrupted(host, Path(folder, str(number)), drawn)
            endings[ending] += 1
            say(f"{number} of {options.runs}: {ending}")
    say(*(f"{count} {ending}" for ending, count in endings.most_common()))
    return 0 if all(ending.is_good for ending in endings) else 1


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=200, metavar="N", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="default: %(default)s")


if __name__ == "__main__":
    sys.exit(main())
