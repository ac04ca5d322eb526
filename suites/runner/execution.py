"""How a test gets its case sent and judged, and what pytest's own reports say of the verdict."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from fixtures.cases.case import Case
from fixtures.client.case_runner import is_unanswered
from fixtures.client.redaction import redact
from fixtures.rules.verdict import Outcome
from reports.allure_results import describe
from reports.bodies import Bodies
from reports.case_status import CaseStatus
from reports.collector import Collector
from reports.failure_groups import diagnosis_lines
from reports.recorder import Recorder
from reports.results import apply_policy
from reports.stream import to_jsonl
from reports.terminal_summary import ending, proof_lines, summary, traffic
from suites.runner import plan
from suites.runner.checker import Attempt, Check, Checker, JudgedAttempt
from suites.runner.collection import NUMBER
from suites.runner.repetition import Repetition
from suites.runner.run_state import RUN, RunState
from suites.runner.scheduler import CaseScheduler

_STATUS_LETTERS = {
    CaseStatus.INCONCLUSIVE: "i",
    CaseStatus.NOT_APPLICABLE: "n",
    CaseStatus.TOLERATED: "t",
}


@dataclass
class _JudgedTest:
    """What pytest's report of a test takes along: `record` is a line of the stream.

    `unanswered` and `cannot_go_on` are for `early_stop`.
    """

    seconds: float = 0.0
    record: str = ""
    status: CaseStatus | None = None
    unanswered: bool = False
    cannot_go_on: str = ""


_JUDGED = pytest.StashKey[_JudgedTest]()
_FOLDED = pytest.StashKey[bool]()

# -------------------------------------------------------------------------------- the fixtures


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> RunState:
    """The run that the tests belong to."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def scheduler(run: RunState) -> Iterator[CaseScheduler]:
    """One client for this process, the folder that is its own, and what is sent ahead."""
    with (
        run.case_runner() as case_runner,
        CaseScheduler(run.configuration, case_runner).started() as scheduler,
    ):
        yield scheduler


@pytest.fixture(scope="session")
def recorder(run: RunState) -> Recorder:
    """What makes the records of this process."""
    return Recorder(Bodies(run.configuration.out / "bodies"), run.configuration.worker)


@pytest.fixture(scope="session")
def repetition(run: RunState, scheduler: CaseScheduler) -> Repetition:
    """What sends again, in this process, what deviated."""
    return Repetition(run.configuration.definition, scheduler.send_again)


@pytest.fixture
def check(
    run: RunState,
    scheduler: CaseScheduler,
    recorder: Recorder,
    repetition: Repetition,
    request: pytest.FixtureRequest,
) -> Check:
    """Judge a case, report the verdict, and pass, fail or skip."""
    item, policy = request.node, run.configuration.policy
    judged = item.stash[_JUDGED] = _JudgedTest()

    def cannot_go_on(error: OSError) -> BaseException:
        judged.cannot_go_on = f"{error.filename or 'a report'} cannot be written: {error.strerror}"
        return pytest.skip.Exception(judged.cannot_go_on)

    def execute(_: Case) -> Attempt:
        try:
            done = scheduler.result(item)
        except OSError as error:  # the journal cannot be written, so nothing may be uploaded
            raise cannot_go_on(error) from None
        judged.seconds = max(0.0, done.seconds - done.waited)
        return done.outcome

    def record(judged_attempt: JudgedAttempt) -> None:
        attempt, verdict = judged_attempt.attempt, judged_attempt.verdict
        result = apply_policy(verdict, policy)
        performed = attempt.performed
        try:
            line = recorder.record(
                item.nodeid, item.stash[NUMBER], attempt.case, performed, result, attempt.remark
            )
        except OSError as error:
            raise cannot_go_on(error) from None
        judged.record, judged.status = to_jsonl(line), result.status
        judged.unanswered = verdict.outcome is Outcome.UNDECIDED and is_unanswered(performed)
        item.user_properties += [
            ("rule", verdict.rule),
            ("level", str(verdict.level)),
            ("verdict", str(verdict.outcome)),
        ]
        if request.config.getoption("--alluredir", None):
            describe(result, performed, recorder.bodies)

    definition, bodies = run.configuration.definition, recorder.bodies
    return Checker(definition, execute, policy, record, bodies, repetition)


# ------------------------------------------------------------------------- pytest's own reports


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let the verdict travel with pytest's own report, from an xdist worker too."""
    report: Any = yield
    judged = item.stash.get(_JUDGED, None)
    if report.when == "call" and judged is not None and judged.status is not None:
        report.conformance, report.status = judged.record, str(judged.status)
        report.unanswered = judged.unanswered
        report.duration += judged.seconds  # what was sent ahead is the test's own time, too
        judged.record = ""  # the report has it now, and pytest keeps every item
    run = RunState.of(item.config)
    if run is not None and (report.failed or report.sections):
        redact_report(report, run.configuration.secret_values)
    if judged is not None and judged.cannot_go_on:
        report.cannot_go_on = judged.cannot_go_on
    return report


def redact_report(report: Any, secrets: Sequence[str]) -> None:
    """Mask secrets in what pytest shows of a test: a traceback with --showlocals, captured logs."""

    def masked(text: str) -> str:
        return redact(text.encode(errors="surrogatepass"), secrets).decode(errors="surrogatepass")

    report.sections = [(title, masked(text)) for title, text in report.sections]
    text = report.longreprtext
    if (clean := masked(text)) != text:
        report.longrepr = clean


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Name inconclusive, not applicable and tolerated cases for what they are."""
    status = getattr(report, "status", None)
    if status is None or report.failed or report.passed:
        return None
    return status, _STATUS_LETTERS[CaseStatus(status)], status.upper()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print what was found, then the counts and where the reports are, and the verdict last."""
    run = RunState.of(config)
    if run is None or run.collector is None:
        return
    lines: list[str] = []
    if run.configuration.plan_only and run.estimate is not None:
        terminalreporter.section("plan")
        lines += plan.lines(run.configuration, run.estimate)
    if run.collector.results.all:
        terminalreporter.section("conformance")
        lines += _conformance(run, run.collector, verbose=config.get_verbosity() > 0)
    if is_folded(config):
        lines += _errors(run.collector)
    lines += run.cleanup_lines
    if run.collector.results.all:
        lines += _last_lines(run, run.collector)
    for line in lines:
        terminalreporter.write_line(line)


def _conformance(run: RunState, collector: Collector, *, verbose: bool) -> Iterator[str]:
    results, configuration = collector.results, run.configuration
    if results.failing:
        if collector.diagnosis is not None:
            yield from diagnosis_lines(collector.diagnosis)
            yield ""
        if not verbose:
            yield from collector.failures.lines()
            yield ""
    stale = run.stale_deviations if configuration.shard is None else []
    source = configuration.definition.source
    yield from summary(results, run.endpoint, source, stale, verbose=verbose)
    yield from proof_lines(collector.proof, collector.findings)
    yield from traffic(collector.traffic)
    yield from (f"report      {file}" for file in collector.published)


def _errors(collector: Collector) -> Iterator[str]:
    """What broke without a verdict, which pytest does not show where failures are folded."""
    for error in collector.errors:
        yield ""
        yield from error.splitlines()


def _last_lines(run: RunState, collector: Collector) -> Iterator[str]:
    if collector.results.failing:
        yield "again       the same command with --last-failed runs only the failures"
    yield ""
    results, findings = collector.results, collector.findings
    fail_on = run.configuration.fail_on
    yield from ending(results, collector.cut_short, run.way_out, findings, fail_on)


def is_folded(config: pytest.Config) -> bool:
    """Whether failures are shown by symptom, and not one after the other as pytest does."""
    return bool(config.stash.get(_FOLDED, False))


def fold_failures(config: pytest.Config) -> None:
    """Keep pytest from printing thousands of failures, unless -v, --tb or -r ask for them."""
    option = config.option
    if config.get_verbosity() > 0 or option.tbstyle != "auto" or option.reportchars != "fE":
        return
    option.tbstyle, option.reportchars = "no", "N"
    config.stash[_FOLDED] = True
