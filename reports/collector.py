"""Taking in what the tests of a run come to, and writing it down as it comes."""

import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from fixtures.bounded_file import MIB
from fixtures.client.concurrency_limiter import Traffic
from fixtures.diagnosis import Diagnosis, Experiment, PerformedCase
from fixtures.exceptions import ReportError
from fixtures.rules.verdict import Outcome
from reports import document, durations
from reports.allure_run import describe_run
from reports.bodies import Bodies
from reports.failure_groups import FailureGroups
from reports.proof import Proof
from reports.publish import DOCUMENT, diagnosed, investigate, publish, remove_stale_reports
from reports.recorder import Recorder, subject, traffic_of
from reports.results import Result, Results
from reports.run_metadata import now
from reports.stream import Stream, record_of, to_jsonl

STREAM = "conformance.jsonl"
_SUITES = Path(__file__).parents[1] / "suites"
MOST_KEPT = 4 * 1024 * MIB
"""The most bytes of long bodies that a run keeps: fifty times those of a usual one."""


class Collector:
    """A pytest plugin that collects the verdicts of a run, from its workers too.

    `begin` and `finish` frame the run; in between, each report that carries a record is counted
    and written to the stream in the folder `out`. `failure` says why that is no longer possible,
    `cut_short`, after `finish`, why the run ended early. `failures` are the failing cases,
    `errors` what broke without a verdict, `proof` what bytes were seen, `findings` what is to be
    said of the definition; `diagnosis` is there after `finish`.
    `allure` is the folder of Allure's results, and `har` the file that gets all exchanges as HTTP
    Archive.
    """

    def __init__(self, out: Path, allure: str | None = None, har: Path | None = None) -> None:
        self.results = Results()
        self.planned = 0
        self.published: tuple[Path, ...] = ()
        self.failure = ""
        self.cut_short = ""
        self.failures = FailureGroups()
        self.proof = Proof()
        self.errors: list[str] = []
        self.findings: Sequence[document.Finding] = ()
        self.diagnosis: Diagnosis | None = None
        self.has_crashed = False
        self.traffic = Traffic()
        self._out = out
        self._allure = allure
        self._har = har
        self._started = time.time()
        self._stream: Stream | None = None
        self._subjects: set[str] = set()
        self._judged: set[str] = set()
        self._durations: Counter[str] = Counter()
        self._kept = 0
        self._of = 0
        self._deselected = 0
        self._why = ""

    def begin(self, run: document.Run) -> None:
        """Remove what an earlier run left and write the header; raises `OSError`."""
        self.findings = run.findings
        remove_stale_reports(self._out, self._har)
        self._stream = Stream(self._out / STREAM, run)
        if self._allure:  # at once, so that an interrupted run has it too
            describe_run(Path(self._allure), run, os.environ)

    def experiment(
        self, send: Callable[[tuple[Experiment, ...]], Sequence[PerformedCase]], most: int
    ) -> None:
        """Diagnose a run in which something deviates, with at most so many requests more.

        They are sent where explanations cannot be told apart without them, and never after a run
        that was cut short; the verdicts stay as they are.
        """
        stream, deviates = self._stream, self.results.verdicts(Outcome.DEVIATES)
        if stream is None or not deviates or self._why or len(self._judged) < self.planned:
            return
        try:
            with stream.so_far() as whole:
                investigation = investigate(whole, stream.path)
            experiments = investigation.experiments(most)
            performed = send(experiments)
            recorder = Recorder(Bodies.beside(stream.path), "experiment-")
            by_id = {experiment.case.id: experiment for experiment in experiments}
            for each in performed:
                record = recorder.record_experiment(by_id[each.case.id], each.results[-1])
                stream.write(to_jsonl(record))
            investigation.add(performed)
            self.diagnosis = investigation.diagnosis()
        except ReportError:  # a body is gone already: there is no diagnosis of this run
            return

    def finish(
        self, status: int, stale: Sequence[str] = (), why: str = "", unseen: str = ""
    ) -> None:
        """Write the footer and every document; `why` is what stopped the run early, if known.

        `unseen` says that the whole plan showed nothing about binary data.

        Where that cannot be done, the verdicts still hold: it is said, and the run ends as ever.
        """
        if self._stream is None:
            return
        left = self.planned - len(self._judged)
        if not self.planned and not self._of:
            why = why or self._why or "no case was selected"
        elif left:
            why = why or self._why or "not every planned case came to a verdict"
        self.cut_short = why
        end = document.End(
            complete=not why,
            why=why,
            ended=now(),
            exit_status=status,
            untested=[*self._untested(), *filter(None, [unseen])],
            without_verdict=left,
            traffic=traffic_of(self.traffic),
        )
        stream, self._stream = self._stream, None
        try:
            with stream.finished(end, stale) as whole:
                with contextlib.suppress(ReportError):  # a body is gone already
                    self.diagnosis = self.diagnosis or diagnosed(whole, self._out / DOCUMENT)
                self.published = publish(whole, self._out, self._har, self.diagnosis)
                durations.keep(self._durations, self._out)
                Bodies.beside(stream.path).tidy(whole.bodies, since=self._started)
        except OSError as error:
            print(f"ERROR: the reports could not be written: {error}", file=sys.stderr)  # noqa: T201

    @property
    def is_whole(self) -> bool:
        """Whether all cases of the definition were planned here: no selection, and no shard."""
        return not self._of and not any(self._untested())

    def _untested(self) -> Iterator[str]:
        others = sorted(subjects() - self._subjects) if self._subjects else []
        if others:
            yield f"no case was selected of: {', '.join(others)}"
        if self._deselected:
            yield f"{self._deselected} cases were deselected on the command line"

    # ------------------------------------------------------------------------ what pytest says

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take the number of cases, where there are no workers to say it."""
        self._plan([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Take the number of cases from the workers, who all have the same."""
        self._plan(ids)

    def _plan(self, ids: Sequence[str]) -> None:
        if self._stream is not None and len(ids) != self.planned:
            self.planned = len(ids)
            self._subjects |= set(map(subject, ids))
            self._stream.plan(len(ids), self._of)

    def set_shard_totals(self, cases: int, among: Sequence[str]) -> None:
        """Take how many cases all shards have together, and the subjects of those."""
        self._of = cases
        self._subjects |= set(among)
        if self._stream is not None:
            self._stream.plan(self.planned, cases)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Count what `-k` and the like leave out."""
        self._deselected += len(items)

    def add_worker(
        self, traffic: Traffic, deselected: int, shard_totals: tuple[int, Sequence[str]] | None
    ) -> None:
        """Take from a worker, at its end, what it sent, and what its cases are a shard of."""
        self._deselected = max(self._deselected, deselected)
        self.traffic += traffic
        if shard_totals is not None:
            self.set_shard_totals(*shard_totals)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take in what a test, here or in a worker, came to."""
        self._durations[report.nodeid] += report.duration
        line = getattr(report, "conformance", None)
        if line is None:
            if report.failed:
                self.errors.append(f"{report.nodeid}\n{report.longreprtext}")
            return
        self._judged.add(report.nodeid)
        record = record_of(line)
        case = record.case
        self.results.add(Result.recorded(case))
        self.proof.add(case)
        if case.fails:
            self.failures.add(case, record.exchanges)
        if self._stream is not None:
            try:
                self._stream.write(line)
            except OSError as error:
                self.failure = f"the reports cannot be written: {error.strerror}"
        self._kept += sum(body.length for body in record.bodies.values() if body.base64 is None)
        if self._kept > MOST_KEPT:
            self.failure = self.failure or (
                f"the bodies of its exchanges are more than {MOST_KEPT // MIB:,} MiB; see what the "
                f"endpoint answers, or test it in parts (-k, a folder of suites)"
            )
        report.conformance = None  # pytest keeps every report to its end

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str) -> None:
        """Remember that a worker of xdist was killed or crashed, and in which case."""
        self.has_crashed = True
        self._why = self._why or f"a worker crashed or was killed in {crashitem}"

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember that the run was interrupted, or why it stopped by itself."""
        self._why = str(excinfo.value) or "interrupted"

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember that pytest itself, or this suite, broke down."""
        self._why = f"an internal error: {excinfo.typename}"


def subjects() -> set[str]:
    """The folders of the suites: what there is to check."""
    return {file.parent.name for file in _SUITES.glob("*/test_*.py")}
