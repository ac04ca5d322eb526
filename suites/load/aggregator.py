"""All verdicts of a load, from every process, and the documents that it ends with.

Strategy: a case of the document is a kind of request. Its verdict is the worst that a request of
the kind had, with that request's exchanges for evidence, and its reason ends with how many of the
kind came out how. What else was recorded of a kind follows as cases of their own, numbered, so that
every report is made of a load's document as of any other, and judging it again comes to the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from fixtures.exceptions import ExitStatus
from fixtures.rules.verdict import Outcome, Verdict
from reports import document
from reports.bodies import Bodies
from reports.case_status import CaseStatus
from reports.collector import STREAM
from reports.failure_message import explain
from reports.loader import Contents
from reports.publish import DOCUMENT, publish, remove_stale_reports
from reports.recorder import load_cases
from reports.results import Result, apply_policy, conclusion
from reports.run_metadata import now
from reports.stream import Record, Stream, record_of, to_jsonl
from suites.load.worker_report import WorkerReport
from suites.runner.configuration import Configuration

_STATUSES = list(CaseStatus)
_EXPLAINED = 3
"""Failing requests that are explained at the end, each of another rule; the page has them all."""

_REASONS_SHOWN = 5


class Aggregator:
    """The verdicts of a load; `kinds` are those that its definition gives rise to."""

    def __init__(self, run: document.Run, configuration: Configuration, kinds: list[str]) -> None:
        """Begin, which removes what an earlier load left; raises `OSError`."""
        self._definition = configuration.definition
        self._policy = configuration.policy
        self._kinds = kinds
        self._out = out = configuration.out
        self._bodies = Bodies(out / "bodies")
        self._stream = Stream(out / STREAM, run)
        remove_stale_reports(out)
        self._counts: defaultdict[str, Counter[CaseStatus]] = defaultdict(Counter)
        self._records: defaultdict[str, list[Record]] = defaultdict(list)

    def add(self, report: WorkerReport) -> None:
        """Take in what a process counted and recorded."""
        for kind, outcome, times, rules in report["counts"]:
            verdict = Verdict(kind, Outcome(outcome), tuple(rules), "")
            self._counts[kind][apply_policy(verdict, self._policy).status] += times
        for name, body in report["bodies"].items():
            self._bodies.keep(body, name)
        for record in map(record_of, report["records"]):
            self._records[record.case.id].append(record)

    @property
    def judged(self) -> Counter[CaseStatus]:
        """How many requests have which status."""
        return sum(self._counts.values(), Counter())

    def status(self, why: str) -> int:
        """The exit status of a run: 1 for a failure, 6 where something is inconclusive."""
        counts = self.judged
        if counts[CaseStatus.FAILED]:
            return ExitStatus.FAILED
        if why or counts[CaseStatus.INCONCLUSIVE]:
            return ExitStatus.INCONCLUSIVE
        decided = counts[CaseStatus.PASSED] + counts[CaseStatus.TOLERATED]
        return ExitStatus.PASSED if decided else ExitStatus.INCONCLUSIVE

    def finish(self, why: str = "") -> Iterator[str]:
        """Write the documents and give the lines that a terminal shows; raises `OSError`.

        `why` is what was lost of the load, if anything was.
        """
        records = [r for kind in self._kinds for r in self._of(kind)]
        self._stream.plan(len(records))
        for number, record in enumerate(records):
            record.case.number = number
            self._stream.write(to_jsonl(record))
        unsent = sum(kind not in self._counts for kind in self._kinds)
        left = [f"{unsent} of {len(self._kinds)} kinds of request were not sent"] if unsent else []
        status = self.status(why)
        end = document.End(
            complete=not why, why=why, ended=now(), exit_status=status, untested=left
        )
        with self._stream.finished(end, ()) as whole:
            published = publish(whole, self._out)
            yield from self._explanations(whole)
            yield from self._table()
            yield from self._reasons(whole)
        if why:
            yield f"This load is incomplete: {why}."
        yield conclusion(self.judged, "requests")
        for file in published:
            yield f"report      {file}"

    def _of(self, kind: str) -> list[Record]:
        """The records of a kind, the worst first, and that one with what all came to."""
        found = sorted(self._records[kind], key=lambda record: _STATUSES.index(record.case.status))
        for number, record in enumerate(found, start=1):
            case = record.case
            result = apply_policy(Result.recorded(case).verdict, self._policy)
            case.fails, case.waiver = result.fails, result.waiver
            if number == 1:
                case.remark = f"; {_in_words(self._counts[kind])}"
                case.reason += case.remark
            else:
                case.id = f"{kind} #{number}"
        return found

    def _explanations(self, whole: document.Document) -> Iterator[str]:
        contents = Contents(whole, self._out / DOCUMENT)
        failing = [
            (Result.recorded(recorded).verdict, performed)
            for recorded, _, performed in load_cases(whole, self._definition, contents)
            if recorded.fails
        ]
        # One for each rule: what else broke the same one looks the same.
        shown = list({verdict.rule: (verdict, done) for verdict, done in failing[::-1]}.values())
        for verdict, performed in shown[: -_EXPLAINED - 1 : -1]:
            yield f"{verdict.case}\n{explain(verdict, performed, self._bodies)}\n"

    def _table(self) -> Iterator[str]:
        width = max((len(kind) for kind in self._counts), default=4)
        shown = [status for status in _STATUSES[::-1] if self.judged[status]]
        yield f"{'requests':<{width}}  {'  '.join(f'{status:>9}' for status in shown)}"
        for kind in self._kinds:
            if kind in self._counts:
                cells = (
                    f"{self._counts[kind][status] or '-':>{max(9, len(status))}}"
                    for status in shown
                )
                yield f"{kind:<{width}}  {'  '.join(cells)}"
        yield ""

    def _reasons(self, whole: document.Document) -> Iterator[str]:
        """Why something is inconclusive, as far as it was recorded."""
        inconclusive = [case for case in whole.cases if case.outcome is Outcome.UNDECIDED]
        reasons = dict.fromkeys(case.reason.removesuffix(case.remark) for case in inconclusive)
        for reason in list(reasons)[:_REASONS_SHOWN]:
            yield f"{CaseStatus.INCONCLUSIVE}: {reason}"


def _in_words(counts: Counter[CaseStatus]) -> str:
    parts = ", ".join(f"{counts[s]:,} {s}" for s in _STATUSES[::-1] if counts[s])
    return f"of {counts.total():,} requests of this kind: {parts}"
