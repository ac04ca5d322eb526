"""`python -m tests.lab.blindspots`: which small random mutations does a run not notice?"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.lab.blindspots.trial import Sight, look
from tests.lab.command import chosen_definitions, make_parser, say, write_json
from tests.lab.workers import make_pool

_LEAST_RATE = 0.95


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 if 95 % of what changes an answer fails a run, 1 if not."""
    parser = make_parser(
        "blindspots",
        "Serve gateways with one small random mutation each, at the level of HTTP, and look which "
        "of them a run of the suite does not notice. Those that change no answer to random "
        "requests either are set aside.",
        ("sample", "mapped"),
    )
    parser.add_argument("--mutations", type=int, default=200, metavar="N", help="default: 200")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the first; default: 1")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the outcomes there")
    options = parser.parse_args(arguments)
    names = chosen_definitions(parser, options.definition, ("sample", "mapped"))
    seeds = range(options.seed, options.seed + options.mutations)
    started = time.monotonic()
    with make_pool() as pool:
        # Under one definition each: what depends on the definition is drawn, too.
        jobs = [pool.submit(look, seed, names[seed % len(names)]) for seed in seeds]
        found = []
        for job in jobs:
            found.append(job.result())
            say(found[-1].line())
    write_json(options.json, [each.document() for each in found])
    counts = Counter(each.sight for each in found)
    live = len(found) - counts[Sight.SET_ASIDE]
    rate = 1 - counts[Sight.MISSED] / live if live else 0.0
    said = ", ".join(f"{counts[sight]} {sight}" for sight in Sight)
    say(f"{len(found)} mutations: {said}; {rate:.1%} noticed; {time.monotonic() - started:.0f} s")
    return 0 if rate >= _LEAST_RATE else 1


if __name__ == "__main__":
    sys.exit(main())
