"""A run from its beginning to its end: what happens before the first test, and after the last."""

import sys
from collections.abc import Generator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from fixtures.definitions import DEFAULT
from fixtures.exceptions import (
    ConformanceError,
    DefinitionError,
    GatewayStartError,
    UsageError,
)
from fixtures.gateway.process import stop
from reports.collector import Collector
from reports.progress import Progress
from reports.reservations import fails_by_findings
from reports.results import NOTHING_BINARY
from suites.runner import execution, plan, remote_run
from suites.runner.configuration_reader import is_about_an_endpoint, read
from suites.runner.early_stop import EarlyStop
from suites.runner.experiments import BUDGET, send_experiments
from suites.runner.interrupts import drop_frames_without_line, ignored_note
from suites.runner.run_state import RUN, RunState
from suites.runner.startup import embedded_gateway, run_preflight
from suites.runner.worker_messages import received_output, send_input, send_output

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


# ------------------------------------------------------------------------- before the first test


def pytest_configure(config: pytest.Config) -> None:
    """Read what the command line names, so that a mistake ends the run before it begins."""
    config.addinivalue_line("markers", "cases(source): the cases that a test is run with")
    config.addinivalue_line("markers", "rule(id, level): the rule that a case is filed under")
    if not is_about_an_endpoint(config):
        return
    try:
        configuration = read(config)
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error
    run = config.stash[RUN] = RunState(configuration)
    if not configuration.worker:
        allure = config.getoption("--alluredir", None)
        run.collector = Collector(configuration.out, allure, configuration.har)
        config.pluginmanager.register(run.collector, "conformance-collector")
        execution.fold_failures(config)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Any, Any]:
    """End a run that cannot begin in one sentence and with the exit status that belongs to it."""
    if config.option.plan:
        config.option.numprocesses, config.option.dist = None, "no"
    try:
        return (yield)
    except pytest.UsageError as error:
        cause = error.__cause__
        if not isinstance(cause, ConformanceError) or isinstance(cause, UsageError):
            raise
        print(f"ERROR: {error}", file=sys.stderr)  # noqa: T201
        return cause.exit_status


def _reporting_run(config: pytest.Config) -> RunState | None:
    """The run, where this process is the one that reports it and tests are to be run."""
    run = RunState.of(config)
    return None if run is None or run.collector is None or config.option.collectonly else run


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the embedded gateway where no endpoint is given, and the reports."""
    config = session.config
    of_worker = RunState.of(config)
    if of_worker is not None and of_worker.collector is None:
        early_stop = EarlyStop(session, None, of_worker.configuration.patience)
        config.pluginmanager.register(early_stop, "conformance-early-stop")
    run = _reporting_run(config)
    if run is None or run.configuration.plan_only:
        return
    run.interrupts.install()
    try:
        if not run.endpoint:
            option = config.getoption
            run.gateway = embedded_gateway(option("--definition") or DEFAULT, option("--param"))
            run.endpoint = run.gateway.url
    except GatewayStartError as error:
        _begin_reports(config, run)
        _refuse(run, error)
    _begin_reports(config, run)


def _begin_reports(config: pytest.Config, run: RunState) -> None:
    """From here on, everything in the folder of the reports is of this run."""
    assert run.collector is not None
    workers = config.getoption("numprocesses", None) or 1
    try:
        run.collector.begin(run.metadata(config.invocation_params.args, workers))
        remote_run.begin_journal(run)
    except DefinitionError as error:
        raise pytest.UsageError(str(error)) from error
    except OSError as error:
        out = run.configuration.out
        raise pytest.UsageError(f"{out}: no reports can be written there: {error}") from None


def _refuse(run: RunState, error: ConformanceError) -> NoReturn:
    """End the run with its documents, which say why it never began."""
    assert run.collector is not None
    run.collector.finish(error.exit_status, why=str(error))
    raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """See, before the first test, that nothing forbids the run and that the endpoint fits."""
    config = session.config
    run = _reporting_run(config)
    if run is None:
        return None
    if run.configuration.plan_only:
        return True
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    try:
        if run.estimate is not None:
            plan.check_budget(run.configuration.max_data, run.estimate)
            run.estimate = None  # it was shown, and would keep every body to the end
        run_preflight(run, reporter.write_line if reporter is not None else print)
    except ConformanceError as error:
        _refuse(run, error)
    assert run.collector is not None
    early_stop = EarlyStop(session, run.collector, run.configuration.patience)
    config.pluginmanager.register(early_stop, "conformance-early-stop")
    note = ignored_note() if run.configuration.cleanup else ""
    if note and reporter is not None:
        reporter.write_line(note)
    if reporter is not None and config.get_verbosity(config.VERBOSITY_TEST_CASES) == 0:
        collector = run.collector
        progress = Progress(reporter, lambda: collector.planned if collector is not None else 0)
        config.pluginmanager.register(progress, "conformance-progress")
    return None


# ------------------------------------------------------------------------------ xdist's workers


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "WorkerController") -> None:
    """Tell an xdist worker its endpoint and where it may write."""
    run = RunState.of(node.config)
    if run is not None:
        send_input(run, node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: "WorkerController") -> None:
    """Take what a worker says at its end of what it sent and left out."""
    run, output = RunState.of(node.config), received_output(node)
    if run is not None and run.collector is not None and output is not None:
        run.collector.add_worker(output.traffic, output.deselected, output.shard_totals)


# -------------------------------------------------------------------------- after the last test


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Let pytest say where the run was interrupted, wherever that was."""
    drop_frames_without_line(excinfo.tb)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say by the exit status whether the run decided anything, and write the documents."""
    config = session.config
    run = RunState.of(config)
    if run is None:
        return
    collector, configuration = run.collector, run.configuration
    if collector is None:  # a worker, whose controller adds it up
        send_output(run, config)
        return
    # The cases' bodies are released, for the diagnosis reads the same ones from the reports.
    session.items.clear()
    # A shard knows too little: its explanations may be told apart by the others.
    if configuration.shard is None and not (session.shouldfail or session.shouldstop):
        workers = config.getoption("numprocesses", None) or 0
        with suppress(KeyboardInterrupt):  # there is less to explain, and nothing else is lost
            collector.experiment(partial(send_experiments, run, workers=workers), BUDGET)
    run.interrupts.finishing()
    collector.traffic += run.limiter.traffic
    stale = run.stale_deviations
    # What no case of a shard needs may be needed in another: only their merge can tell.
    strict = configuration.strict and configuration.shard is None
    status = collector.results.exit_status(
        int(session.exitstatus), crashed=collector.has_crashed, whole=collector.is_whole
    )
    findings = fails_by_findings(collector.findings, configuration.fail_on)
    if status == 0 and (findings or (strict and stale)):
        status = int(pytest.ExitCode.TESTS_FAILED)
    session.exitstatus = status
    try:
        why = str(session.shouldfail or session.shouldstop or "")
        way = run.way_out
        collector.finish(status, stale, why, f"{NOTHING_BINARY}: {way}" if way else "")
    except KeyboardInterrupt:
        print("ERROR: the reports are incomplete: interrupted", file=sys.stderr)  # noqa: T201
    run.cleanup_lines = tuple(remote_run.clean_up_endpoint(run))


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the embedded gateway."""
    run = RunState.of(config)
    if run is None:
        return
    if run.gateway is not None:
        stop(run.gateway)
    run.interrupts.restore()
