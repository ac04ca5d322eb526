"""The property tests: random bytes through each pairing, and requests in any order."""

from hypothesis import given, settings
from hypothesis.stateful import run_state_machine_as_test

from fixtures.cases.case import Case
from suites.header_values import accepts
from suites.roundtrip.cases import SEQUENCES
from suites.roundtrip.pairings import pairings
from suites.roundtrip.state_machine import Objects
from suites.roundtrip.strategies import payloads
from suites.runner.checker import Attempt
from suites.runner.property_run import PropertyRun


def random_bytes(search: PropertyRun, case: Case) -> Attempt:
    """Random bytes uploaded and downloaded through the pairing that the case names."""
    pairing = next(way for way in pairings(search.definition) if way.name == case.id)

    @given(payloads())
    def round_trip(content: bytes) -> None:
        search.check(pairing.case(case.id, case.steps[0].request.name, content))

    return search.run(case, round_trip)


def any_sequence(search: PropertyRun, case: Case) -> Attempt:
    """Uploads, overwrites and downloads, compared with the rules as a model after each of them."""

    class Bound(Objects):
        def __init__(self) -> None:
            any_accept = tuple(accepts(search.definition))
            folder = case.steps[0].request.name
            super().__init__(pairings(search.definition), any_accept, folder, search.sequence(case))

    part = settings(search.settings, max_examples=-(-search.settings.max_examples // SEQUENCES))
    return search.run(case, lambda: run_state_machine_as_test(Bound, settings=part))
