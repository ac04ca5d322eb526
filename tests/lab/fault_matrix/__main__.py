"""`python -m tests.lab.fault_matrix`: prove that the suite catches each faulty gateway."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from fixtures import definitions
from fixtures.exceptions import DefinitionError, UnknownFaultError
from fixtures.faults.catalogue import BY_NAME, by_name
from fixtures.gateway.arguments import Parser
from tests.lab.fault_matrix.matrix import Matrix, per_definition, run
from tests.lab.fault_matrix.trial import Result

# Enough to see that the harness works, where only a few faults are asked for.
_FEW = 200


def _parser() -> Parser:
    parser = Parser(
        prog="python -m tests.lab.fault_matrix",
        description="Send the cases of the suites to gateways that are wrong on purpose.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--definition",
        action="append",
        metavar="NAME_OR_PATH",
        help=f"what is deployed; may be given several times (default: all of "
        f"{', '.join(definitions.shipped())})",
    )
    parser.add_argument(
        "--fault", action="append", metavar="NAME", help="one fault; may be given several times"
    )
    parser.add_argument("--profile", choices=("quick", "default"), default="quick")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the matrix there")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 if all is caught, 1 if not, 2 where the call is wrong."""
    parser = _parser()
    options = parser.parse_args(arguments)
    names: list[str] = options.definition or list(definitions.shipped())
    try:
        for name in names:
            definitions.load(name)
        faults = [by_name(name).name for name in options.fault or BY_NAME]
    except (DefinitionError, UnknownFaultError) as error:
        parser.error(str(error))
    return _matrix(faults, names, options.profile, options.json, whole=not options.fault)


def _matrix(
    faults: list[str], names: list[str], profile: str, file: Path | None, *, whole: bool
) -> int:
    started = time.monotonic()
    matrix = run(
        faults, names, profile, control_cases=None if whole else _FEW, sole_killers=whole, said=_say
    )
    for name, control in matrix.controls.items():
        _say(f"without a fault, {name}: {control.cases} cases, {len(control.deviations)} wrong")
        for deviation in control.deviations[:10]:
            _say(f"  {deviation}")
    for text in per_definition(matrix):
        _say(text)
    for rule, killer in matrix.sole_killers.items():
        if killer is None:
            _say(f"no fault is caught by {rule} only")
    _say(_summary(matrix, time.monotonic() - started))
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(matrix.document(), indent=1) + "\n", encoding="utf-8")
    return 0 if matrix.succeeded else 1


def _summary(matrix: Matrix, seconds: float) -> str:
    results = [row.result for row in matrix.rows]
    counts = ", ".join(f"{results.count(result)} {result}" for result in Result)
    return f"{len(results)} faults: {counts}; {seconds:.0f} s"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what a command says


if __name__ == "__main__":
    sys.exit(main())
