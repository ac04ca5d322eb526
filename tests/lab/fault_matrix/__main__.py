"""`python -m tests.lab.fault_matrix`: prove that the suite catches each faulty gateway."""

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from fixtures import definitions
from fixtures.exceptions import UnknownFaultError
from fixtures.faults.catalogue import BY_NAME, by_name
from tests.lab.command import chosen_definitions, make_parser, say, write_json
from tests.lab.fault_matrix.matrix import Matrix, per_definition, run
from tests.lab.fault_matrix.trial import Result

# Enough to see that the harness works, where only a few faults are asked for.
_FEW = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 if all is caught, 1 if not, 2 where the call is wrong."""
    parser = make_parser(
        "fault_matrix",
        "Send the cases of the suites to gateways that are wrong on purpose.",
        definitions.shipped(),
    )
    parser.add_argument(
        "--fault", action="append", metavar="NAME", help="one fault; may be given several times"
    )
    parser.add_argument(
        "--sample",
        type=int,
        metavar="N",
        help="only N of the faults, drawn by --seed, without the search for sole killers",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="default: 1")
    parser.add_argument("--profile", choices=("quick", "default"), default="quick")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the matrix there")
    options = parser.parse_args(arguments)
    names = chosen_definitions(parser, options.definition, definitions.shipped())
    try:
        faults = [by_name(name).name for name in options.fault or BY_NAME]
    except UnknownFaultError as error:
        parser.error(str(error))
    if options.sample:
        chosen = random.Random(options.seed).sample(faults, min(options.sample, len(faults)))
        faults = [name for name in faults if name in chosen]
        say(f"{len(faults)} of {len(BY_NAME)} faults, drawn by seed {options.seed}")
    few = _FEW if options.fault else None
    started = time.monotonic()
    matrix = run(
        faults,
        names,
        options.profile,
        control_cases=few,
        sole_killers=not (options.fault or options.sample),
        said=say,
    )
    _report(matrix, time.monotonic() - started)
    write_json(options.json, matrix.document())
    return 0 if matrix.succeeded else 1


def _report(matrix: Matrix, seconds: float) -> None:
    for name, control in matrix.controls.items():
        say(f"without a fault, {name}: {control.cases} cases, {len(control.deviations)} wrong")
        for deviation in control.deviations[:10]:
            say(f"  {deviation}")
    for text in per_definition(matrix):
        say(text)
    for rule, killer in matrix.sole_killers.items():
        if killer is None:
            say(f"no fault is caught by {rule} only")
    results = [row.result for row in matrix.rows]
    counts = ", ".join(f"{results.count(result)} {result}" for result in Result)
    say(f"{len(results)} faults: {counts}; {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
