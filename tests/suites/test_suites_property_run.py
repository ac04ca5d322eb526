"""The search for the smallest deviation, and the one example that a whole search is judged by."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from fixtures.cases.case import Case, Request
from fixtures.cases.exchange import Exchange
from fixtures.rules.judgement import planned_rules
from fixtures.rules.rule_book import Level
from fixtures.rules.verdict import Outcome
from reports.policy import KnownDeviation, Policy
from suites.roundtrip.pairings import pairings
from suites.roundtrip.state_machine import Objects
from suites.runner import property_run
from suites.runner.ast_parse_lock import serialised_ast_parse
from suites.runner.checker import JudgedAttempt
from tests.suites.helpers import (
    DERIVED,
    MAPPED,
    MUST,
    OCTETS,
    PROFILE,
    Bench,
    Damage,
    Failed,
    Gateway,
    Skipped,
    XFailed,
    above_ascii_lost,
    nul_lost,
    trip,
)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep examples out of the project."""
    monkeypatch.setattr(property_run, "EXAMPLES", tmp_path / "examples")


BYTES = st.binary(max_size=200)
NASTY = st.lists(st.sampled_from([b"\r\n", b"a", b"\0", b"\x80"])).map(b"".join)


def searched(bench: Bench, strategy: st.SearchStrategy[bytes] = BYTES) -> None:
    """Search over bytes until the test ends."""
    search = bench.search()

    @given(strategy)
    def test(content: bytes) -> None:
        search.check(trip(content))

    bench.run(search, trip(b"stands in"), test)


def downloaded(checked: JudgedAttempt) -> bytes:
    """What a case sent up."""
    return checked.attempt.case.steps[0].request.body


def test_a_search_that_finds_nothing_passes_with_one_verdict() -> None:
    bench = Bench(Gateway())
    searched(bench)
    assert bench.outcomes == [Outcome.CONFORMS]
    assert bench.gateway.asked > 2 * PROFILE.examples - 10


def test_a_search_that_finds_nothing_is_filed_under_what_it_was_planned_for() -> None:
    bench = Bench(Gateway())
    search = bench.search()
    planned = Case("a trip", trip(b"stands in").steps)

    @given(st.integers(min_value=0, max_value=3))
    def test(number: int) -> None:
        # What an empty body rests on is another rule, and the shortest ones come first and last.
        search.check(Case("a trip", trip(b"content" if number == 2 else b"").steps))

    bench.run(search, planned, test)
    (found,) = bench.recorded
    assert found.verdict.rule == planned_rules(MAPPED, planned)[0] != "empty-body"


SMALLEST = [
    # what the gateway does to a download, the smallest payload that shows it
    (above_ascii_lost, b"\x80"),
    (nul_lost, b"\0"),
    (lambda content: content.replace(b"\r\n", b"\n"), b"\r\n"),
    (lambda content: content[:10], b"\0" * 11),
    (lambda content: content + b"\n", b""),
]


@pytest.mark.parametrize(("download", "payload"), SMALLEST)
def test_a_search_ends_with_the_smallest_payload_that_shows_the_deviation(
    download: Damage, payload: bytes
) -> None:
    bench = Bench(Gateway(download))
    with pytest.raises(Failed) as failed:
        searched(bench, st.one_of(BYTES, NASTY))
    assert type(failed.value) is Failed
    (found,) = bench.recorded
    assert downloaded(found) == payload
    assert "did not come again" not in found.verdict.reason


class Once:
    """Damage that is done to the first download that it can be done to, and never again."""

    def __init__(self) -> None:
        self.done = False

    def __call__(self, content: bytes) -> bytes:
        """Hand out."""
        if self.done or content == above_ascii_lost(content):
            return content
        self.done = True
        return above_ascii_lost(content)


def test_a_deviation_that_does_not_come_again_is_reported_all_the_same() -> None:
    bench = Bench(Gateway(Once()))
    with pytest.raises(Failed) as failed:
        searched(bench)
    (found,) = bench.recorded
    assert found.verdict.outcome is Outcome.DEVIATES
    assert found.verdict.reason == (
        "the body is not raw bytes; it did not come again when the requests were repeated"
    )
    assert str(failed.value).startswith(found.verdict.reason)
    # The exchange that proves it is the one that is shown.
    assert found.attempt.performed[1].exchange is not None
    received = found.attempt.performed[1].exchange.received
    assert received is not None
    assert received.body == above_ascii_lost(downloaded(found)) != downloaded(found)


def test_an_example_that_is_undecided_ends_the_search_undecided() -> None:
    # Not the first example: what conformed before does not make up for it.
    bench = Bench(Gateway(failures=[""] * 20 + ["lost"]))
    with pytest.raises(Skipped, match="inconclusive: lost"):
        searched(bench)
    assert bench.outcomes == [Outcome.UNDECIDED]
    assert bench.gateway.asked in (21, 22)


def test_a_tolerated_deviation_is_told_where_nothing_worse_is_found() -> None:
    known = KnownDeviation("", "a trip", "ticket 7")
    bench = Bench(Gateway(above_ascii_lost), Policy(Level.SHOULD, (known,)))
    with pytest.raises(XFailed, match="ticket 7"):
        searched(bench)
    assert bench.outcomes == [Outcome.DEVIATES]


def test_a_tolerated_deviation_does_not_hide_one_that_fails() -> None:
    bench = Bench(Gateway(lambda content: content + b"!"))
    search = bench.search()
    seen: list[int] = []

    @given(st.integers(min_value=0, max_value=100))
    def test(number: int) -> None:
        seen.append(number)
        # The tolerated one is what nearly every example shows, the first of them as well.
        search.check(trip(b"a", MUST) if number > 50 else trip(b"a", DERIVED))

    with pytest.raises(Failed) as failed:
        bench.run(search, trip(b""), test)
    assert seen[0] <= 50
    assert type(failed.value) is Failed
    assert [checked.verdict.level for checked in bench.recorded] == [Level.MUST]


def test_an_error_of_the_suite_itself_is_no_deviation() -> None:
    bench = Bench(Gateway())

    @given(st.integers())
    def test(number: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.run(bench.search(), trip(b""), test)
    assert bench.recorded == []


def test_a_strategy_that_hypothesis_refuses_is_no_deviation() -> None:
    bench = Bench(Gateway())

    @given(st.lists(st.nothing(), min_size=1))
    def test(content: list[bytes]) -> None:
        bench.search().check(trip(b""))

    with pytest.raises(Exception, match=r"Unable to satisfy|empty|Cannot create"):
        bench.run(bench.search(), trip(b""), test)
    assert bench.recorded == []


def test_a_search_that_sent_nothing_is_no_pass() -> None:
    bench = Bench(Gateway())
    with pytest.raises(Skipped):
        bench.run(bench.search(), trip(b""), lambda: None)


def test_a_search_of_what_is_not_applicable_is_skipped() -> None:
    bench = Bench(Gateway())
    case = Case("none", not_applicable="no such thing", rules=(MUST,))
    with pytest.raises(Skipped, match="no such thing"):
        bench.run(bench.search(), case, lambda: None)


# ---------------------------------------------------------------------------------- sequences


def sequence(bench: Bench) -> None:
    """Uploads and downloads in any order until the test ends."""
    search = bench.search()
    case = Case("any sequence", rules=(MUST,))
    raw = [way for way in pairings(MAPPED) if way.form.of(b"\xff") == b"\xff"]
    ways = tuple(way for way in raw if way.content_type == way.accept == OCTETS)[:1]
    assert ways

    class Bound(Objects):
        def __init__(self) -> None:
            super().__init__(ways, (OCTETS,), "bucket/state", search.sequence(case))

    bench.run(search, case, lambda: run_state_machine_as_test(Bound, settings=search.settings))


def test_a_sequence_that_keeps_to_the_model_passes() -> None:
    bench = Bench(Gateway())
    sequence(bench)
    assert bench.outcomes == [Outcome.CONFORMS]
    (found,) = bench.recorded
    assert len(found.attempt.performed) == len(found.attempt.case.steps) > 0


def test_a_deviating_sequence_is_shrunk_to_one_upload_and_one_download() -> None:
    bench = Bench(Gateway(above_ascii_lost))
    with pytest.raises(Failed):
        sequence(bench)
    (found,) = bench.recorded
    assert [step.request.sent_method for step in found.attempt.case.steps] == ["PUT", "GET"]
    assert len(downloaded(found)) == 1


class Forgetting(Gateway):
    """A gateway that never lets an object be overwritten."""

    def send(self, request: Request, name: str) -> Exchange:
        """Keep the first."""
        before = self.stored.get(request.name)
        exchange = super().send(request, name)
        if request.sent_method == "PUT" and before is not None:
            self.stored[request.name] = before
        return exchange


def test_a_sequence_is_judged_as_a_whole() -> None:
    bench = Bench(Forgetting())
    with pytest.raises(Failed):
        sequence(bench)
    (found,) = bench.recorded
    # What the store held of earlier sequences is not forgotten, so that one upload may do.
    assert [step.request.sent_method for step in found.attempt.case.steps][-2:] == ["PUT", "GET"]


def test_a_sequence_that_the_network_cut_is_undecided() -> None:
    bench = Bench(Gateway(failures=[""] * 5 + ["lost"]))
    with pytest.raises(Skipped, match="inconclusive: lost"):
        sequence(bench)
    assert bench.outcomes == [Outcome.UNDECIDED]


def test_searches_in_several_threads_do_not_get_into_one_another() -> None:
    benches = [Bench(Gateway(above_ascii_lost if number % 2 else nul_lost)) for number in range(6)]

    def searched_alone(bench: Bench) -> None:
        with pytest.raises(Failed):
            searched(bench)

    with serialised_ast_parse():
        threads = [threading.Thread(target=searched_alone, args=[bench]) for bench in benches]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = [downloaded(*bench.recorded) for bench in benches]
    assert found == [b"\0", b"\x80"] * 3
