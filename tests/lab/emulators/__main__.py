"""`python -m tests.lab.emulators`: install emulators, run the suite on each, compare them."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from apigw_conformance.__main__ import main as front_door
from fixtures import definitions
from fixtures.command_line import Parser
from reports.atomic_file import atomic_write
from suites.profile import PROFILES
from tests.lab.command import chosen_definitions, make_parser, say
from tests.lab.emulators.driver import Plan, judge_emulator
from tests.lab.emulators.emulator_result import EmulatorResult
from tests.lab.emulators.result_tables import tables
from tests.lab.emulators.targets import EMULATORS

_ROOT = Path(__file__).parents[3]
OUT = _ROOT / "reports" / "out" / "emulators"
# Where neither the type checker nor a linter looks for this project's code.
ENVIRONMENTS = _ROOT / ".tox" / "emulators"


def _parser() -> Parser:
    parser = make_parser(
        "emulators",
        "Install emulators of API Gateway, each into an environment of its own, deploy the "
        "definitions to each, run the suite against it, and write tables and comparison pages. "
        "Exit status 0 where at least one could be judged, whatever the verdicts; else 1.",
        definitions.shipped(),
    )
    parser.add_argument(
        "--emulator",
        action="append",
        choices=[emulator.name for emulator in EMULATORS],
        help="which emulator; may be given several times (default: every one)",
    )
    parser.add_argument(
        "--profile", choices=tuple(PROFILES), default="quick", help="default: quick"
    )
    parser.add_argument(
        "--longest",
        type=float,
        default=3600.0,
        metavar="S",
        help="seconds after which a run of the suite is given up (default: 3600)",
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="judge what is in the folder again by the rules of this checkout, and run the rest",
    )
    parser.add_argument("--list", action="store_true", help="say which emulators there are")
    parser.add_argument(
        "--folder", type=Path, default=OUT, metavar="DIR", help="default: reports/out/emulators"
    )
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="where to write the tables (default: tables.md in the folder)",
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the emulators; 0 if any was judged, 1 if none was, 2 where the call is wrong."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        for emulator in EMULATORS:
            say(f"{emulator.name:<18} {' '.join(emulator.requirements)}")
        return 0
    names = chosen_definitions(parser, options.definition, definitions.shipped())
    plan = Plan(ENVIRONMENTS, options.folder, options.profile, options.longest, options.again, say)
    found = [
        result
        for emulator in EMULATORS
        if not options.emulator or emulator.name in options.emulator
        for result in judge_emulator(emulator, names, plan)
    ]
    markdown = options.markdown or options.folder / "tables.md"
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    atomic_write(markdown, tables(found, today, options.profile).encode())
    say(str(markdown))
    for name in names:
        _compare(found, name, options.folder)
    return 0 if any(result.document for result in found) else 1


def _compare(found: Sequence[EmulatorResult], name: str, folder: Path) -> None:
    """The comparison page of the emulators that were judged with a definition."""
    judged = [a for a in found if a.definition == name and a.document is not None]
    if len(judged) < 2:
        return
    page = folder / f"comparison-{Path(name).stem}"
    front_door(
        [
            "compare",
            *(
                str(folder / each.emulator / Path(name).stem / "conformance.json")
                for each in judged
            ),
            *(f"--label={each.emulator} {each.version}" for each in judged),
            f"--html={page}.html",
            f"--json={page}.json",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
