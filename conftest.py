"""The command line and the pytest wiring, nothing else."""

import sys
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import settings

from fixtures.cases.case import Case
from fixtures.definitions import DEFAULT
from fixtures.exceptions import (
    EndpointMismatchError,
    GatewayStartError,
    UsageError,
)
from fixtures.gateway.process import stop
from fixtures.rules.judgement import planned_rules
from fixtures.rules.rule_book import rules
from fixtures.rules.verdict import Outcome
from reports.allure_results import describe
from reports.bodies import Bodies
from reports.collector import Collector
from reports.progress import Progress
from reports.recorder import Recorder, subject
from reports.results import NOTHING_DECIDED, apply_policy
from reports.stream import to_jsonl
from reports.terminal_summary import summary, traffic
from suites.profile import PROFILES
from suites.runner import garbage_collection, options, plan, remote_run
from suites.runner.checker import Attempt, Check, Checker, JudgedAttempt
from suites.runner.read_only import cases_of
from suites.runner.run import Run
from suites.runner.scheduler import NUMBER, Sender, case_of
from suites.runner.startup import embedded_gateway, run_preflight
from suites.runner.traffic_estimate import TrafficEstimate

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

for _profile in PROFILES.values():
    settings.register_profile(_profile.name, max_examples=_profile.examples)

RUN = pytest.StashKey[Run]()
COLLECTOR = pytest.StashKey[Collector]()
UNUSABLE = pytest.StashKey[bool]()
PART = pytest.StashKey[str]()
AMOUNTS = pytest.StashKey[TrafficEstimate]()
LEFT = pytest.StashKey[list[str]]()
RECORD = pytest.StashKey[str]()
OUTCOME = pytest.StashKey[Outcome]()
SECONDS = pytest.StashKey[float]()
_STATUS_LETTERS = {Outcome.UNDECIDED: "u", Outcome.NOT_APPLICABLE: "n", Outcome.DEVIATES: "d"}


# ----------------------------------------------------------------------------- the command line


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of design."""
    options.declare(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Read what the command line names, so that a mistake ends the run before it begins."""
    config.addinivalue_line(
        "markers", "cases(generator, otherwise): the cases that a test is run with"
    )
    config.addinivalue_line("markers", "rule(id, level): the rule that a case is filed under")
    if options.is_about_an_endpoint(config):
        try:
            run = config.stash[RUN] = options.read(config)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        except EndpointMismatchError as misfit:
            config.stash[UNUSABLE] = True
            raise pytest.UsageError(str(misfit)) from None
        if not run.worker:
            allure = config.getoption("--alluredir", None)
            collector = config.stash[COLLECTOR] = Collector(run.out, allure, run.har)
            config.pluginmanager.register(collector, "conformance-collector")


# --------------------------------------------------------------------------- start and end


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Any, Any]:
    """End a run that has no usable endpoint in one sentence and with its own exit status."""
    if config.option.plan:
        config.option.numprocesses, config.option.dist = None, "no"
    try:
        return (yield)
    except pytest.UsageError as error:
        if UNUSABLE not in config.stash:
            raise
        print(f"ERROR: {error}", file=sys.stderr)  # noqa: T201
        return NOTHING_DECIDED


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the embedded gateway where no endpoint is given, and the reports."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None or config.option.collectonly or run.worker or run.plan_only:
        return
    try:
        if not run.endpoint:
            run.gateway = embedded_gateway(config.getoption("--definition") or DEFAULT)
            run.endpoint = run.gateway.url
    except GatewayStartError as error:
        _begin(config, run)
        _unusable(config, error)
    _begin(config, run)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, Any, Any]:
    """Let xdist's controller know the cases, too, where their sum is to be told."""
    config = session.config
    run = config.stash.get(RUN, None)
    distributed = getattr(config.option, "dist", "no") != "no"
    with garbage_collection.none_sought():
        if run is not None and not run.worker and distributed and run.is_guest:
            session.perform_collect()
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection_finish(session: pytest.Session) -> Generator[None, None, None]:
    """Know the cases' sum before anybody tells it."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is not None and not run.worker and (run.is_guest or run.plan_only):
        workers = config.getoption("numprocesses", None) or 1
        config.stash[AMOUNTS] = plan.amounts(run, session.items, workers)
    yield


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say which part of the cases this run is to try, and announce what is about to be written."""
    lines = [config.stash[PART]] if PART in config.stash else []
    if AMOUNTS in config.stash and not config.stash[RUN].plan_only:
        lines.append(plan.announcement(config.stash[RUN], config.stash[AMOUNTS]))
    return lines


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """See, before the first test, that nothing forbids the run and that the endpoint fits."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None or config.option.collectonly or run.worker:
        return None
    if run.plan_only:
        return True
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    try:
        if AMOUNTS in config.stash:
            plan.hold_to(run.max_data, config.stash[AMOUNTS])
            del config.stash[AMOUNTS]  # it has told, and would keep every body to the end
        run_preflight(run, reporter.write_line if reporter is not None else print)
    except UsageError as error:
        config.stash[COLLECTOR].finish(pytest.ExitCode.USAGE_ERROR, why=str(error))
        raise pytest.UsageError(str(error)) from None
    except EndpointMismatchError as misfit:
        _unusable(config, misfit)
    if reporter is not None and config.get_verbosity(config.VERBOSITY_TEST_CASES) == 0:
        progress = Progress(reporter, lambda: config.stash[COLLECTOR].planned)
        config.pluginmanager.register(progress, "conformance-progress")
    return None


def _begin(config: pytest.Config, run: Run) -> None:
    """From here on, whatever stands in the folder of the reports is of this run."""
    workers = config.getoption("numprocesses", None) or 1
    try:
        config.stash[COLLECTOR].begin(run.heading(config.invocation_params.args, workers))
        remote_run.begin_journal(run)
    except OSError as error:
        raise pytest.UsageError(f"{run.out}: no reports can be written there: {error}") from None


def _unusable(config: pytest.Config, error: Exception) -> NoReturn:
    config.stash[UNUSABLE] = True
    config.stash[COLLECTOR].finish(NOTHING_DECIDED, why=str(error))
    raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "WorkerController") -> None:
    """Tell an xdist worker which endpoint it is and where it may write."""
    run = node.config.stash.get(RUN, None)
    if run is not None:
        node.workerinput["endpoint"] = run.endpoint
        node.workerinput["definition"] = (run.definition.text.encode(), run.definition.source)
        node.workerinput["prefix"] = run.prefix
        node.workerinput["found"] = [astuple(found) for found in run.found]
        node.workerinput["out"] = str(run.out)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say by the exit status whether the run decided anything, and write the documents."""
    config = session.config
    collector, run = config.stash.get(COLLECTOR, None), config.stash.get(RUN, None)
    if collector is None or run is None:
        if run is not None:  # a worker, whose controller adds it up
            config.workeroutput["traffic"] = asdict(run.limiter.traffic)  # type: ignore[attr-defined]
        return
    collector.traffic += run.limiter.traffic
    # The bodies of the cases are let go of, for the diagnosis reads the same ones from the reports.
    session.items.clear()
    if not config.option.collectonly:
        garbage_collection.let_go()
    gone = _gone(config)
    # What no case of a shard needs may be needed in another: only their merge can tell.
    whole = run.shard is None
    status = collector.results.exit_status(int(session.exitstatus))
    if status == 0 and whole and run.strict and gone:
        status = int(pytest.ExitCode.TESTS_FAILED)
    session.exitstatus = status
    collector.finish(status, gone, why=str(session.shouldfail or session.shouldstop or ""))
    config.stash[LEFT] = list(remote_run.leave_endpoint(config.stash[RUN]))


def _gone(config: pytest.Config) -> list[str]:
    """The known deviations that expired, or that no deviation needed."""
    deviations = config.stash[COLLECTOR].results.verdicts(Outcome.DEVIATES)
    return [str(entry) for entry in config.stash[RUN].policy.gone(deviations)]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the embedded gateway."""
    run = config.stash.get(RUN, None)
    if run is not None and run.gateway is not None:
        stop(run.gateway)


# --------------------------------------------------------------------------- cases and fixtures


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each case that the deployed definition gives rise to."""
    marker = metafunc.definition.get_closest_marker("cases")
    if marker is None:
        return
    run = metafunc.config.stash[RUN]
    cases = cases_of(marker, run)
    metafunc.parametrize("case", cases, ids=[case.id for case in cases])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the cases the order in which every document has them, and leave a shard its own."""
    for number, item in enumerate(items):
        item.stash[NUMBER] = number
    run = config.stash.get(RUN, None)
    if run is None or run.shard is None:
        return
    part = run.shard.part(items)
    divided = len(items), sorted({subject(item.nodeid) for item in items})
    if run.worker:
        config.workeroutput["divided"] = divided  # type: ignore[attr-defined]
    else:
        config.stash[COLLECTOR].set_shard_totals(*divided)
    config.stash[PART] = run.shard.in_words(part)
    items[:] = part.selected


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Let a worker say at its end what it left out."""
    for item in items:
        output = getattr(item.config, "workeroutput", {})
        output["deselected"] = output.get("deselected", 0) + 1


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let `-k` and `-m` select by a rule: to foretell it takes longer than to collect the case."""
    if item.config.option.keyword or item.config.option.markexpr:
        _file(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Have a case filed under its rule when it is run, whether it was selected by it or not."""
    if item.get_closest_marker("rule") is None:
        _file(item)


def _file(item: pytest.Item) -> None:
    """Mark a case with the rule that it is about."""
    if item.get_closest_marker("cases") is None:
        return
    rule = rules()[planned_rules(item.config.stash[RUN].definition, case_of(item))[0]]
    item.add_marker(pytest.mark.rule(id=rule.id, level=str(rule.level)))
    item.extra_keyword_matches.add(rule.id)


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """What this run is about."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def sender(run: Run) -> Iterator[Sender]:
    """One client for this process, the folder that is its own, and what is sent ahead."""
    with run.case_runner() as performer, Sender(run, performer).at_work() as sender:
        yield sender


@pytest.fixture(scope="session")
def recorder(run: Run) -> Recorder:
    """What makes the records of this process."""
    return Recorder(Bodies(run.out / "bodies"), run.worker)


@pytest.fixture
def check(run: Run, sender: Sender, recorder: Recorder, request: pytest.FixtureRequest) -> Check:
    """Judge what came of a case, and pass, fail or skip."""
    item = request.node

    def attempt(_: Case) -> Attempt:
        done = sender.tried(item)
        item.stash[SECONDS] = max(0.0, done.seconds - done.waited)
        return done.outcome

    def record(checked: JudgedAttempt) -> None:
        tried, verdict = checked.tried, checked.verdict
        result = apply_policy(verdict, run.policy)
        line = recorder.record(
            item.nodeid, item.stash[NUMBER], tried.case, tried.performed, result, tried.remark
        )
        item.stash[RECORD], item.stash[OUTCOME] = to_jsonl(line), verdict.outcome
        item.user_properties += [
            ("rule", verdict.rule),
            ("level", str(verdict.level)),
            ("verdict", str(verdict.outcome)),
        ]
        if request.config.getoption("--alluredir", None):
            describe(verdict, tried.performed, recorder.bodies)

    return Checker(run.definition, attempt, run.policy, record, recorder.bodies)


# ------------------------------------------------------------------------------------- reports


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let the verdict travel with pytest's own report, from an xdist worker too."""
    report: Any = yield
    if report.when == "call" and RECORD in item.stash:
        report.conformance = item.stash[RECORD]
        report.duration += item.stash[SECONDS]  # what was sent ahead is the test's own time, too
        del item.stash[RECORD]  # the report has it now, and pytest keeps every item
        report.verdict = str(item.stash[OUTCOME])
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Name undecided, not applicable and tolerated cases for what they are."""
    verdict = getattr(report, "verdict", None)
    if verdict is None or report.failed or report.passed:
        return None
    return verdict, _STATUS_LETTERS[Outcome(verdict)], verdict.upper()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print conforms, deviates, not applicable and undecided by rule."""
    collector = config.stash.get(COLLECTOR, None)
    if collector is None:
        return
    run = config.stash[RUN]
    if run.plan_only and AMOUNTS in config.stash:
        terminalreporter.section("plan")
        terminalreporter.write("\n".join((*plan.lines(run, config.stash[AMOUNTS]), "")))
    _summarise(terminalreporter, config, run, collector)
    for line in config.stash.get(LEFT, ()):
        terminalreporter.write_line(line)


def _summarise(
    terminalreporter: Any, config: pytest.Config, run: Run, collector: Collector
) -> None:
    if not collector.results.all:
        return
    terminalreporter.section("conformance")
    gone = _gone(config) if run.shard is None else []
    for line in summary(collector.results, run.endpoint, run.definition.source, gone):
        terminalreporter.write_line(line)
    for line in traffic(collector.traffic):
        terminalreporter.write_line(line)
    for file in collector.published:
        terminalreporter.write_line(f"report      {file}")
