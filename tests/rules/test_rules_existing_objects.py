"""An object that was there before the run is what was said of it, and the verdict says so."""

import pytest

from fixtures.cases.case import Case, ExistingObject
from fixtures.rules.judgement import planned_rules
from fixtures.rules.verdict import Outcome
from tests.rules.judgement_helpers import (
    API,
    AS_BINARY,
    CONFORMS,
    CONTENT,
    DEVIATES,
    ENCODED,
    came,
    judged,
    steps,
)

FOUND = ExistingObject(*AS_BINARY.object, CONTENT, "image/png")
CASE = Case("a download alone", steps(AS_BINARY, setups=0), existing=(FOUND,))


@pytest.mark.parametrize(("body", "outcome"), [(CONTENT, CONFORMS), (ENCODED, DEVIATES)])
def test_a_download_of_what_was_found_is_judged_by_it(body: bytes, outcome: Outcome) -> None:
    verdict = judged(CASE, came(200, body))
    assert verdict.outcome is outcome
    assert "stored-type-found" in verdict.rules
    assert planned_rules(API, CASE) == verdict.rules
