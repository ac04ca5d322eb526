"""From the definition to tests: one of each case, in their order, each with its rule."""

from collections.abc import Generator, Sequence

import pytest

from fixtures.rules.judgement import planned_rules
from fixtures.rules.rule_book import rules
from reports.recorder import subject
from suites.runner import plan
from suites.runner.case_source import case_of, source_of
from suites.runner.read_only import cases_of
from suites.runner.run_state import RUN, RunState

NUMBER = pytest.StashKey[int]()
"""A test's place among those of all shards, which gives every document its order."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each case that the deployed definition gives rise to."""
    source = source_of(metafunc.definition)
    if source is not None:
        cases = cases_of(source, metafunc.config.stash[RUN].configuration)
        metafunc.parametrize("case", cases, ids=[case.id for case in cases])


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Let xdist's controller know the cases, too, where it has to tell how much they write."""
    config = session.config
    run = RunState.of(config)
    distributed = getattr(config.option, "dist", "no") != "no"
    if run is not None and run.collector and distributed and run.configuration.is_remote:
        session.perform_collect()
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the cases the order in which every document has them, and select a shard's own."""
    for number, item in enumerate(items):
        item.stash[NUMBER] = number
    run = RunState.of(config)
    shard = run.configuration.shard if run is not None else None
    if run is None or shard is None:
        return
    part = shard.part(items)
    run.shard_totals = len(items), sorted({subject(item.nodeid) for item in items})
    if run.collector is not None:
        run.collector.set_shard_totals(*run.shard_totals)
    run.shard_line = shard.in_words(part)
    items[:] = part.selected


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Let a worker say at its end what it left out."""
    for item in items:
        run = RunState.of(item.config)
        if run is not None:
            run.deselected += 1


@pytest.hookimpl(wrapper=True)
def pytest_collection_finish(session: pytest.Session) -> Generator[None, None, None]:
    """Estimate the traffic of the cases before anybody shows it."""
    config = session.config
    run = RunState.of(config)
    if run is not None and run.collector is not None:
        configuration = run.configuration
        if configuration.is_remote or configuration.plan_only:
            workers = config.getoption("numprocesses", None) or 1
            run.estimate = plan.estimate(configuration, session.items, workers)
    yield


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say which part of the cases this run is to try, and announce what is about to be written."""
    run = RunState.of(config)
    if run is None:
        return []
    lines = [run.shard_line] if run.shard_line else []
    if run.estimate is not None and not run.configuration.plan_only:
        lines.append(plan.announcement(run.configuration, run.estimate))
    return lines


# ------------------------------------------------------------------------------ a case's rule


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let `-k` and `-m` select by a rule: to predict it takes longer than to collect the case."""
    if item.config.option.keyword or item.config.option.markexpr:
        _mark_with_rule(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Have a case filed under its rule when it is run, whether it was selected by it or not."""
    if item.get_closest_marker("rule") is None:
        _mark_with_rule(item)


def _mark_with_rule(item: pytest.Item) -> None:
    if source_of(item) is None:
        return
    definition = item.config.stash[RUN].configuration.definition
    rule = rules()[planned_rules(definition, case_of(item))[0]]
    item.add_marker(pytest.mark.rule(id=rule.id, level=str(rule.level)))
    item.extra_keyword_matches.add(rule.id)
