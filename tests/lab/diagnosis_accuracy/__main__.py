"""`python -m tests.lab.diagnosis_accuracy.__main__`: how often a diagnosis names the true cause.

Strategy: the reference gateway is deployed wrongly, or is itself wrong, in one known way; the cases
of the stated definition are sent to it over real sockets, and the diagnosis is compared with the
known cause. Of explanations that the cases cannot tell apart the true one counts as first if it is
among them, or if the one named in its place predicts every answer.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from fixtures import definitions
from fixtures.api import Definition
from fixtures.cases.case import Case
from fixtures.client import CaseRunner, Client
from fixtures.diagnosis import Diagnosis, PerformedCase, diagnose
from fixtures.diagnosis.candidate import ChangeId
from fixtures.faults.catalogue import CATALOGUE
from fixtures.faults.fault import Fault
from fixtures.faults.host import Host
from tests.lab.command import chosen_definitions, make_parser, say, write_json
from tests.lab.diagnosis_accuracy.expected_causes import GROUPS, expected_changes
from tests.lab.diagnosis_accuracy.misconfigurations import misconfigurations
from tests.lab.fault_matrix.trial import applies, planned

_MOST_CASES = 1500


class Result(StrEnum):
    """How a diagnosis explained one known cause."""

    FIRST = "first"
    ALIKE = "first, by one that predicts every answer alike"
    NEXT = "in the first three"
    OTHER = "another one than expected"
    NONE = "no diagnosis"
    UNSEEN = "nothing deviates"
    RIGHTLY_NONE = "rightly no diagnosis"
    FITTING = "unexpected, and predicts every answer"
    WRONGLY = "unexpected, and leaves something"


@dataclass(frozen=True)
class Trial:
    """One known cause under one definition, and how it was explained."""

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
) -> list[PerformedCase]:
    """The cases with the answers of a deployment."""
    with host.serving(fault, deployed) as url:
        client = Client(url)
        try:
            runner = CaseRunner(client, "accuracy/")
            return [PerformedCase(case, runner.execute(case)) for case in cases]
        finally:
            client.close()


def grade(diagnosis: Diagnosis, names: Collection[ChangeId]) -> Result:
    """How a diagnosis did; `names` are those of the true cause, none if no change expresses it."""
    explanations = diagnosis.explanations
    if not diagnosis.deviating:
        return Result.UNSEEN
    if not explanations:
        return Result.NONE if names else Result.RIGHTLY_NONE
    fitting = explanations[0].fits == explanations[0].of
    if not names:
        return Result.FITTING if fitting else Result.WRONGLY
    true = [e.rank for e in explanations if len(e.changes) == 1 and e.changes[0] in names]
    if 1 in true:
        return Result.FIRST
    if fitting:
        return Result.ALIKE
    return Result.NEXT if true and true[0] <= 3 else Result.OTHER


def known_causes(
    name: str, definition: Definition, kinds: Sequence[str]
) -> Iterator[tuple[str, str, Definition, Fault | None, Collection[ChangeId]]]:
    """Kind, name, deployment, fault and names of each known cause under one definition."""
    if "configurations" in kinds:
        for wrong in misconfigurations(definition):
            yield "configuration", wrong.name, wrong.deployed, None, wrong.names
    for fault in CATALOGUE:
        if fault.group in kinds and applies(fault, name, "quick"):
            names = expected_changes(fault, definition)
            yield fault.group, fault.name, definition, fault, names


def trials(host: Host, name: str, kinds: Sequence[str], most: int) -> Iterator[Trial]:
    """Every known cause under one definition."""
    definition, plans = planned(name, "quick")
    cases = [plan.case for plan in plans[:most]]
    for kind, cause, deployed, fault, names in known_causes(name, definition, kinds):
        performed = send(host, deployed, fault, cases)
        started = time.process_time()
        diagnosis = diagnose(definition, performed)
        seconds = time.process_time() - started
        best = diagnosis.explanations[0] if diagnosis.explanations else None
        yield Trial(
            name,
            kind,
            cause,
            grade(diagnosis, names),
            tuple(" & ".join(map(str, e.changes)) for e in diagnosis.explanations[:3]),
            diagnosis.deviating,
            best.fits - (best.of - diagnosis.deviating) if best is not None else 0,
            round(seconds, 2),
        )


def summary(found: Sequence[Trial]) -> Iterator[str]:
    """How often each result was reached, by kind of cause."""
    for kind in dict.fromkeys(trial.kind for trial in found):
        counts = Counter(trial.result for trial in found if trial.kind == kind)
        words = (f"{counts[result]} {result}" for result in Result if counts[result])
        yield f"{kind}: {', '.join(words)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the results; the exit status is 0."""
    shipped = definitions.shipped()
    parser = make_parser("diagnosis_accuracy", "Measure how often a cause is named.", shipped)
    parser.add_argument("--kind", action="append", choices=("configurations", *GROUPS))
    parser.add_argument("--most", type=int, default=_MOST_CASES, help="cases of a definition")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every trial there")
    options = parser.parse_args(arguments)
    names = chosen_definitions(parser, options.definition, shipped)
    found: list[Trial] = []
    host = Host()
    with host.running():
        for name in names:
            kinds = options.kind or ("configurations", *GROUPS)
            for trial in trials(host, name, kinds, options.most):
                found.append(trial)
                say(
                    f"{trial.definition} {trial.cause}: {trial.result} "
                    f"({trial.explained} of {trial.deviating}, {trial.seconds} s) "
                    f"{' | '.join(trial.named)}"
                )
    for line in summary(found):
        say(line)
    write_json(options.json, [asdict(trial) for trial in found])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
