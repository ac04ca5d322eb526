"""The cases of the tests are sent: each by its own test, or ahead of it.

Where the endpoint is some way off, nearly all of a run's time is spent on the way. The exchanges of
the tests that come next are then under way while this one's are judged (`prefetcher`);
each is still judged by its own test, in the order of the tests. On loopback nothing is gained by
that, and every test sends its own.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from fixtures.cases.case import Case, Request
from fixtures.cases.exchange import Exchange
from fixtures.client import CaseRunner
from fixtures.client.case_runner import case_work
from fixtures.client.prefetcher import Done, Prefetcher, Work
from suites.runner import xdist_queue
from suites.runner.ast_parse_lock import serialised_ast_parse
from suites.runner.case_source import case_of, source_of
from suites.runner.checker import Attempt
from suites.runner.configuration import Configuration
from suites.runner.property_run import PropertyRun


class CaseScheduler:
    """Executes the cases of this process's tests, `configuration.concurrency` of them at once."""

    def __init__(self, configuration: Configuration, case_runner: CaseRunner) -> None:
        self._configuration = configuration
        self._case_runner = case_runner
        self._places: dict[pytest.Item, int] = {}
        self._prefetcher = Prefetcher[pytest.Item, Attempt](
            self._work, configuration.concurrency, size_of=_received_bytes
        )

    @contextmanager
    def started(self) -> Iterator["CaseScheduler"]:
        """Begin nothing more at the end of a `with` block."""
        with serialised_ast_parse():
            try:
                yield self
            finally:
                self._prefetcher.close()

    def result(self, item: pytest.Item) -> Done[Attempt]:
        """The attempt at the case that the test is run with."""
        case = case_of(item)
        if not case.steps:
            return Done(Attempt(case, ()), 0.0, 0.0)
        if self._configuration.concurrency == 1:
            return Done(self._execute(item), 0.0, 0.0)
        return self._prefetcher.outcome(item, filter(_sends, self._upcoming(item)))

    def send_again(self, request: Request, case: Case) -> Exchange:
        """One request of a case that was executed before."""
        is_full_key = request.object in {each.object for each in case.existing}
        return self._case_runner.send(request, case.id, is_full_key=is_full_key)

    def _upcoming(self, item: pytest.Item) -> Iterable[pytest.Item]:
        """The tests that this process is to run next, as far as it knows."""
        upcoming = xdist_queue.upcoming(item)
        if upcoming is not None:
            return upcoming
        items = item.session.items
        if not self._places:
            self._places = {each: place for place, each in enumerate(items)}
        return (items[place] for place in range(self._places[item] + 1, len(items)))

    def _work(self, item: pytest.Item) -> Work[Attempt]:
        return case_work(case_of(item), self._case_runner, lambda: self._execute(item))

    def _execute(self, item: pytest.Item) -> Attempt:
        case, configuration, source = case_of(item), self._configuration, source_of(item)
        if source is None or source.search is None:
            return Attempt(case, self._case_runner.execute(case))
        property_run = PropertyRun(
            configuration.definition, self._case_runner, configuration.policy, configuration.profile
        )
        return source.search(property_run, case)


def _sends(item: pytest.Item) -> bool:
    return bool(getattr(item, "callspec", None) and case_of(item).steps)


def _received_bytes(attempt: Attempt) -> int:
    """Bytes of the bodies received; those that were sent are held by their cases anyway."""
    exchanges = (done.exchange for done in attempt.performed)
    received = (exchange.received for exchange in exchanges if exchange is not None)
    return sum(len(response.body) for response in received if response is not None)
