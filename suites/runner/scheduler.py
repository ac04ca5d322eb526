"""What the tests are about is sent for them: by the test itself, or ahead of it.

Where the endpoint is some way off, nearly all of a run's time is spent on the way. The exchanges of
the tests that come next are then under way while this one's are judged (`prefetcher`);
each is still judged by its own test, in the order of the tests. On loopback nothing is gained by
that, and every test sends its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fixtures.cases.case import Case
from fixtures.client import CaseRunner
from fixtures.client.case_runner import work_on
from fixtures.client.prefetcher import Done, Prefetcher, Work
from suites.runner.checker import Attempt
from suites.runner.property_run import PropertyRun, several_at_once
from suites.runner.run import Run

NUMBER = pytest.StashKey[int]()
"""A test's place among those of all shards, which gives every document its order."""


class Sender:
    """Performs what the tests of this process are about; `run.concurrency` of them at once."""

    def __init__(self, run: Run, performer: CaseRunner) -> None:
        self._run = run
        self._performer = performer
        self._places: dict[pytest.Item, int] = {}
        self._ahead = Prefetcher[pytest.Item, Attempt](self._work, run.concurrency, size_of=_held)

    def tried(self, item: pytest.Item) -> Done[Attempt]:
        """What came of the case that the test is run with."""
        case = case_of(item)
        if not case.steps:
            return Done(Attempt(case, ()), 0.0, 0.0)
        if self._run.concurrency == 1:
            return Done(self._try(item), 0.0, 0.0)
        return self._ahead.outcome(item, filter(_sends, self._coming(item)))

    @contextmanager
    def at_work(self) -> Iterator["Sender"]:
        """Begin nothing more at the end of a `with` block."""
        with several_at_once():
            try:
                yield self
            finally:
                self._ahead.close()

    def _coming(self, item: pytest.Item) -> Iterator[pytest.Item]:
        """The tests that this process is to run next, as far as it knows."""
        items = item.session.items
        plugins = item.config.pluginmanager.get_plugins()
        # A worker of xdist runs what its controller puts into this queue, and nothing else.
        worker = next((plugin for plugin in plugins if hasattr(plugin, "torun")), None)
        if worker is None:
            if not self._places:
                self._places = {each: place for place, each in enumerate(items)}
            for place in range(self._places[item] + 1, len(items)):
                yield items[place]
            return
        with worker.torun.lock() as queue:
            numbers = [worker.nextitem_index, *queue]
        for number in numbers:
            if isinstance(number, int):  # the last one says that no more will come
                yield items[number]

    def _work(self, item: pytest.Item) -> Work[Attempt]:
        return work_on(case_of(item), self._performer, lambda: self._try(item))

    def _try(self, item: pytest.Item) -> Attempt:
        case, run = case_of(item), self._run
        mark = item.get_closest_marker("cases")
        search = mark.kwargs["search"] if mark is not None else None
        if search is None:
            return Attempt(case, self._performer.execute(case))
        searching = PropertyRun(run.definition, self._performer, run.policy, run.profile)
        found: Attempt = search(searching, case)
        return found


def case_of(item: pytest.Item) -> Case:
    """The case that a test is run with."""
    case: Case = item.callspec.params["case"]  # type: ignore[attr-defined]
    return case


def _sends(item: pytest.Item) -> bool:
    return bool(getattr(item, "callspec", None) and case_of(item).steps)


def _held(tried: Attempt) -> int:
    """Bytes of the bodies that came; those that went up are held by their cases anyway."""
    exchanges = (done.exchange for done in tried.performed)
    received = (exchange.received for exchange in exchanges if exchange is not None)
    return sum(len(response.body) for response in received if response is not None)
