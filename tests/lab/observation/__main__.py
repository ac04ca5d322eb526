"""`python -m tests.lab.observation`: observe LocalStack as a whole, then interrupt and kill it."""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from fixtures.locations import OUT
from suites.observation.observation import read
from suites.observation.questions import questions
from suites.observation.settlement import settlements
from tests.lab.command import make_parser, say
from tests.lab.emulators.__main__ import ENVIRONMENTS
from tests.lab.emulators.emulator_process import running
from tests.lab.emulators.emulator_result import SkippedError
from tests.lab.emulators.installation import install
from tests.lab.emulators.targets import EMULATORS
from tests.lab.observation.trial import Emulated, cut, whole

_EMULATOR = next(each for each in EMULATORS if each.name == "localstack")
_FOLDER = OUT / "observation"


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 if nothing was left behind and nothing was settled, 1 if not."""
    parser = make_parser(
        "observation",
        "Install LocalStack from PyPI, let observe deploy, ask and remove there, and cut runs of "
        "it by SIGINT, SIGTERM or SIGKILL at random moments; after each, count what is left.",
    )
    _declare(parser)
    options = parser.parse_args(arguments)
    try:
        programs = install(_EMULATOR, options.environments)
        with running(_EMULATOR, programs, _FOLDER / "emulator") as port:
            invoke_url = _EMULATOR.invoke.replace("{port}", str(port))
            return _try(Emulated(f"http://127.0.0.1:{port}", invoke_url), options)
    except SkippedError as error:
        say(f"{_EMULATOR.name}: not tried: {error}")
        return 1


def _try(emulated: Emulated, options: argparse.Namespace) -> int:
    output = _FOLDER / "observations.json"
    began = time.monotonic()
    status, said = whole(emulated, output)
    longest = time.monotonic() - began
    if status:
        say(said)
        return 1
    recorded = read(output)
    settled = [each for each in settlements(recorded) if each.answer]
    asked = len(questions(with_function=False))
    left = emulated.left()
    say(
        f"{len(recorded.observations)} of {asked} questions in {longest:.1f} s; "
        f"settled: {len(settled)}; left: {len(left)}"
    )
    is_good = len(recorded.observations) == asked and not settled and not left
    drawn = random.Random(options.seed)
    for number in range(1, options.runs + 1):
        done = cut(emulated, _FOLDER / "cut.json", drawn, longest)
        left = emulated.left()
        say(f"{number} of {options.runs}: {done}; left: {len(left)}", *left)
        is_good = is_good and not left
    return 0 if is_good else 1


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=20, metavar="N", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="default: %(default)s")
    parser.add_argument(
        "--environments",
        type=Path,
        default=ENVIRONMENTS,
        metavar="DIR",
        help="where emulators are installed (default: %(default)s)",
    )


if __name__ == "__main__":
    sys.exit(main())
