"""The verdicts of one process on their way to the one that reports: counted, some of them whole.

Strategy: every verdict is counted. Whole, with exchanges and bodies, go the first conforming one of
each kind, the first undecided ones and deviating ones, each up to a bound, so that what a process
remembers and sends does not grow with the time that the load takes. What a stats gives out is made
of what Locust's messages can carry.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

from fixtures.cases.case import Case, StepResult
from fixtures.rules.verdict import Outcome, Verdict
from reports.bodies import Bodies
from reports.recorder import Recorder
from reports.results import Result
from reports.stream import Record, to_jsonl

OF_A_KIND = {
    Outcome.CONFORMS: 1,
    Outcome.UNDECIDED: 3,
    Outcome.DEVIATES: 10,
    Outcome.NOT_APPLICABLE: 1,
}
"""Verdicts of one kind that a process records whole."""

DEVIATING = 200
"""Deviating or undecided verdicts that a process records whole, of all kinds together."""

TEST = "suites/load/locustfile.py::Load"


class WorkerReport(TypedDict):
    """What was judged since the last report.

    `counts` has kind, outcome, how often, and the rules of such verdicts; `records` are lines of
    `reports.stream`, and `bodies` the long ones among their bodies.
    """

    counts: list[tuple[str, str, int, list[str]]]
    records: list[str]
    bodies: dict[str, bytes]


class Stats:
    """Counts the verdicts of the process `name`, which no other process is called."""

    def __init__(self, name: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="conformance-load-"))
        self._recorder = Recorder(Bodies(self._folder), f"{name}-")
        self._counts: Counter[tuple[str, Outcome, tuple[str, ...]]] = Counter()
        self._whole: Counter[tuple[str, Outcome]] = Counter()
        self._records: list[Record] = []

    def add(self, case: Case, performed: Sequence[StepResult], verdict: Verdict) -> None:
        """Count a verdict, and record it while there is room."""
        self._counts[case.id, verdict.outcome, verdict.rules] += 1
        group = case.id, verdict.outcome
        bad = sum(n for (_, outcome), n in self._whole.items() if outcome in _BAD)
        if self._whole[group] >= OF_A_KIND[verdict.outcome]:
            return
        # The first of each group is there however many groups there are: the worst is never hidden.
        if self._whole[group] and verdict.outcome in _BAD and bad >= DEVIATING:
            return
        self._whole[group] += 1
        # Whether it fails the run is weighed where the known deviations are known.
        result = Result(verdict, fails=False)
        self._records.append(self._recorder.record(TEST, 0, case, performed, result))

    def take(self) -> WorkerReport:
        """Give out what came since the last time."""
        counts, records = self._counts, self._records
        self._counts, self._records = Counter(), []
        return WorkerReport(
            counts=[(kind, str(o), n, list(rules)) for (kind, o, rules), n in counts.items()],
            records=list(map(to_jsonl, records)),
            bodies={
                name: self._recorder.bodies.file(name).read_bytes()
                for record in records
                for name, body in record.bodies.items()
                if body.base64 is None
            },
        )

    def close(self) -> None:
        """Remove what was kept of bodies."""
        shutil.rmtree(self._folder, ignore_errors=True)


_BAD = (Outcome.DEVIATES, Outcome.UNDECIDED)


def received(message: Any) -> WorkerReport:
    """A report as it comes out of a message, where tuples are lists."""
    counts = [(kind, outcome, n, list(rules)) for kind, outcome, n, rules in message["counts"]]
    return WorkerReport(counts=counts, records=message["records"], bodies=message["bodies"])
