"""`python -m tests.lab.fuzzing`: mutated input for everything that reads, for minutes or hours."""

import faulthandler
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.lab.command import make_parser, say
from tests.lab.fuzzing.search import search
from tests.lab.fuzzing.targets import targets

_LONGEST_INPUT = 60
_MOST_MEMORY = 4 << 30
_ROUND = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 if every input was read or refused, 1 if not."""
    parser = make_parser(
        "fuzzing",
        "Give mutated definitions, journals, documents, templates, requests and responses to what "
        "reads them. An input that takes a minute or 4 GiB ends the search, with the stack.",
    )
    parser.add_argument("--minutes", type=float, default=60, metavar="N", help="default: 60")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="default: 1")
    parser.add_argument("--target", action="append", metavar="NAME", help="one of them alone")
    options = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    inputs: Counter[str] = Counter()
    failed: set[str] = set()
    end = time.monotonic() + options.minutes * 60
    with TemporaryDirectory() as folder, targets(Path(folder)) as all_of_them:
        chosen = [each for each in all_of_them if each.name in (options.target or [each.name])]
        number = options.seed
        while time.monotonic() < end and len(failed) < len(chosen):
            for target in chosen:
                if target.name in failed or time.monotonic() >= end:
                    continue

                def began(name: str = target.name) -> None:
                    inputs[name] += 1
                    faulthandler.dump_traceback_later(_LONGEST_INPUT, exit=True)

                try:
                    search(target, _ROUND, number, began)
                except Exception:
                    failed.add(target.name)
                    say(f"{target.name}, seed {number}:", traceback.format_exc())
            number += 1
    faulthandler.cancel_dump_traceback_later()
    say(*(f"{inputs[target.name]:>9} {target.name}" for target in chosen))
    say(f"{sum(inputs.values())} inputs, {len(failed)} findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
