"""The property test: random bytes to the function and back."""

from dataclasses import replace

from hypothesis import given

from fixtures.cases.case import Case
from suites.roundtrip.strategies import payloads
from suites.runner.checker import Attempt
from suites.runner.property_run import PropertyRun


def random_bytes(search: PropertyRun, case: Case) -> Attempt:
    """Random bytes to the function and back, in the way that the case names."""
    handshake_step, act = case.steps

    @given(payloads())
    def round_trip(content: bytes) -> None:
        trip = replace(act, request=replace(act.request, body=content))
        search.check(replace(case, steps=(handshake_step, trip)))

    return search.run(case, round_trip)
