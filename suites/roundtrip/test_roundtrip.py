"""Round trips: the catalogue, random payloads, and sequences of uploads and downloads."""

from hypothesis import given
from hypothesis.stateful import run_state_machine_as_test

from fixtures.model import Definition
from fixtures.model.case import Case
from suites.absence import NO_PAIRING
from suites.checking import Check, Search, each_case_of
from suites.media_types import accepts
from suites.roundtrip.cases import catalogue, overwrites, random_trips, sequences
from suites.roundtrip.machine import Objects
from suites.roundtrip.pairings import pairings
from suites.roundtrip.strategies import payloads


@each_case_of(catalogue, otherwise=NO_PAIRING, rule="read-after-write")
def test_a_payload_of_the_catalogue_comes_back_as_it_went_up(case: Case, check: Check) -> None:
    check(case)


@each_case_of(overwrites, otherwise=NO_PAIRING, rule="read-after-write")
def test_an_overwritten_object_is_gone(case: Case, check: Check) -> None:
    check(case)


@each_case_of(random_trips, otherwise=NO_PAIRING, rule="read-after-write")
def test_random_bytes_come_back_as_they_went_up(
    case: Case, definition: Definition, check: Check, search: Search
) -> None:
    if case.not_applicable:
        check(case)
    pairing = next(way for way in pairings(definition) if way.name == case.id)

    @given(payloads())
    def round_trip(content: bytes) -> None:
        search.check(pairing.case(case.id, case.steps[0].request.name, content))

    search.run(case, round_trip)


@each_case_of(sequences, otherwise=NO_PAIRING, rule="read-after-write")
def test_objects_keep_to_the_model_in_any_order_of_requests(
    case: Case, definition: Definition, check: Check, search: Search
) -> None:
    if case.not_applicable:
        check(case)

    class Bound(Objects):
        def __init__(self) -> None:
            any_accept = tuple(accepts(definition))
            super().__init__(pairings(definition), any_accept, search.sequence(case))

    search.run(case, lambda: run_state_machine_as_test(Bound, settings=search.settings))
