"""`python -m tests.lab.diagnosis_accuracy.__main__`: how often a diagnosis names the true cause.

Strategy: the reference gateway is deployed wrongly, or is itself wrong, in one known way; the cases
of the stated definition are sent to it over real sockets, and the diagnosis is held against what is
known. Of explanations that the cases cannot tell apart the true one counts as first if it is among
them, or if the one named in its place foretells every single answer.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from fixtures import definitions
from fixtures.api import Definition
from fixtures.cases.case import Case
from fixtures.client import CaseRunner, Client
from fixtures.diagnosis import Diagnosis, Judged, diagnose
from fixtures.faults.catalogue import CATALOGUE
from fixtures.faults.fault import Fault
from fixtures.faults.host import Host
from fixtures.gateway.arguments import Parser
from tests.lab.diagnosis_accuracy import expected_causes as faults
from tests.lab.diagnosis_accuracy import misconfigurations as configurations
from tests.lab.fault_matrix.trial import applies, planned

_MOST_CASES = 1500


class Result(StrEnum):
    """What a diagnosis made of one known cause."""

    FIRST = "first"
    ALIKE = "first, by one that foretells every answer alike"
    NEXT = "in the first three"
    OTHER = "another one than expected"
    NONE = "no diagnosis"
    UNSEEN = "nothing deviates"
    RIGHTLY_NONE = "rightly no diagnosis"
    FITTING = "unexpected, and foretells every answer"
    WRONGLY = "unexpected, and leaves something"


@dataclass(frozen=True)
class Trial:
    """One known cause under one definition, and what came of it."""

    definition: str
    kind: str
    cause: str
    result: Result
    named: tuple[str, ...]
    deviating: int
    explained: int
    seconds: float


def send(
    host: Host, deployed: Definition, fault: Fault | None, cases: Sequence[Case]
) -> list[Judged]:
    """The cases with what a deployment answers."""
    with host.serving(fault, deployed) as url:
        client = Client(url)
        try:
            performer = CaseRunner(client, "accuracy/")
            return [Judged(case, performer.execute(case)) for case in cases]
        finally:
            client.close()


def grade(diagnosis: Diagnosis, names: Callable[[str], bool] | None) -> Result:
    """How a diagnosis did; `names` knows the true cause by its key, if a change expresses it."""
    explanations = diagnosis.explanations
    if not diagnosis.deviating:
        return Result.UNSEEN
    if names is None:
        if not explanations:
            return Result.RIGHTLY_NONE
        return Result.FITTING if explanations[0].fits == explanations[0].of else Result.WRONGLY
    if not explanations:
        return Result.NONE
    true = [e.rank for e in explanations if len(e.keys) == 1 and names(e.keys[0])]
    if 1 in true:
        return Result.FIRST
    if explanations[0].fits == explanations[0].of:
        return Result.ALIKE
    return Result.NEXT if true and true[0] <= 3 else Result.OTHER


def trials(host: Host, name: str, kinds: Sequence[str], most: int) -> Iterator[Trial]:
    """Every known cause under one definition."""
    definition, plans = planned(name, "quick")
    cases = [plan.case for plan in plans[:most]]

    def trial(
        kind: str,
        cause: str,
        deployed: Definition,
        fault: Fault | None,
        names: Callable[[str], bool] | None,
    ) -> Trial:
        judged = send(host, deployed, fault, cases)
        started = time.process_time()
        diagnosis = diagnose(definition, judged)
        seconds = time.process_time() - started
        best = diagnosis.explanations[0] if diagnosis.explanations else None
        return Trial(
            name,
            kind,
            cause,
            grade(diagnosis, names),
            tuple(" & ".join(e.keys) for e in diagnosis.explanations[:3]),
            diagnosis.deviating,
            best.fits - (best.of - diagnosis.deviating) if best is not None else 0,
            round(seconds, 2),
        )

    if "configurations" in kinds:
        for one in configurations.wrong_deployments(definition):
            names = configurations.names(one.key)
            yield trial("configuration", one.key, one.deployed, None, names)
    for fault in CATALOGUE:
        if fault.group not in kinds or not applies(fault, name, "quick"):
            continue
        keys = faults.expected(fault, definition)
        named = (lambda found, keys=keys: faults.names(found, keys)) if keys else None
        yield trial(fault.group, fault.name, definition, fault, named)


def summary(found: Sequence[Trial]) -> Iterator[str]:
    """How often what came, by kind of cause."""
    for kind in dict.fromkeys(trial.kind for trial in found):
        counts = Counter(trial.result for trial in found if trial.kind == kind)
        words = (f"{counts[result]} {result}" for result in Result if counts[result])
        yield f"{kind}: {', '.join(words)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and say what came; the exit status is 0."""
    parser = Parser(prog="python -m tests.lab.diagnosis_accuracy.__main__", allow_abbrev=False)
    parser.add_argument("--definition", action="append", choices=definitions.shipped())
    parser.add_argument("--kind", action="append", choices=("configurations", *faults.GROUPS))
    parser.add_argument("--most", type=int, default=_MOST_CASES, help="cases of a definition")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every trial there")
    options = parser.parse_args(arguments)
    found: list[Trial] = []
    host = Host()
    with host.running():
        for name in options.definition or definitions.shipped():
            kinds = options.kind or ("configurations", *faults.GROUPS)
            for trial in trials(host, name, kinds, options.most):
                found.append(trial)
                _say(
                    f"{trial.definition} {trial.cause}: {trial.result} "
                    f"({trial.explained} of {trial.deviating}, {trial.seconds} s) "
                    f"{' | '.join(trial.named)}"
                )
    for line in summary(found):
        _say(line)
    if options.json is not None:
        document = [asdict(trial) for trial in found]
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
