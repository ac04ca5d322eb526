"""A search keeps to the bytes that were announced for it, shrinking included."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from fixtures.cases.case import Request
from fixtures.cases.exchange import Exchange
from fixtures.rules.verdict import Outcome
from suites.runner import property_run
from suites.runner.property_run import NOT_AGAIN
from suites.runner.traffic_estimate import searched_uploads
from tests.suites.helpers import (
    NAME,
    OCTETS,
    PROFILE,
    PUT,
    Bench,
    Failed,
    Gateway,
    above_ascii_lost,
    trip,
)

BUDGET = 5000
"""Bytes of a search; none of the payloads below is found smallest with so few."""


@dataclass
class Metered(Gateway):
    """Counts what is uploaded."""

    uploaded: int = 0

    def send(self, request: Request, case: str) -> Exchange:
        self.uploaded += len(request.body)
        return super().send(request, case)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(property_run, "EXAMPLES", tmp_path / "examples")


def allow(monkeypatch: pytest.MonkeyPatch, number: int, over: str) -> None:
    monkeypatch.setattr(property_run, "LARGEST_BODY", number / searched_uploads(PROFILE, over))


def random_bytes(bench: Bench) -> None:
    search = bench.search()

    @given(st.binary(min_size=150, max_size=200))
    def test(content: bytes) -> None:
        search.check(trip(content))

    with pytest.raises(Failed):
        bench.run(search, trip(b"stands in"), test)


def sequences(bench: Bench) -> None:
    search = bench.search()

    class Sequences(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.send = search.sequence(trip(b"stands in"))

        @rule(content=st.binary(min_size=150, max_size=200))
        def put(self, content: bytes) -> None:
            self.send(Request(PUT, NAME, OCTETS, body=content))
            self.send(trip(content).steps[1].request)

    case = trip(b"stands in")
    with pytest.raises(Failed):
        bench.run(
            search, case, lambda: run_state_machine_as_test(Sequences, settings=search.settings)
        )


@pytest.mark.parametrize(("searched", "over"), [(random_bytes, "examples"), (sequences, "steps")])
def test_what_was_found_by_then_is_what_the_search_ends_with(
    searched, over: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = Bench(Metered(above_ascii_lost))
    allow(monkeypatch, 10**9, over)
    searched(free)
    held = Bench(Metered(above_ascii_lost))
    allow(monkeypatch, BUDGET, over)
    searched(held)
    assert held.gateway.uploaded <= BUDGET < free.gateway.uploaded
    assert held.outcomes == [Outcome.DEVIATES]
    assert NOT_AGAIN not in held.recorded[0].verdict.reason


def test_a_search_without_a_deviation_passes_with_what_it_could_send(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench(Metered())
    allow(monkeypatch, BUDGET, "examples")
    search = bench.search()

    @given(st.binary(min_size=150, max_size=200))
    def test(content: bytes) -> None:
        search.check(trip(content))

    bench.run(search, trip(b"stands in"), test)
    assert bench.outcomes == [Outcome.CONFORMS]
    assert 0 < bench.gateway.uploaded <= BUDGET
