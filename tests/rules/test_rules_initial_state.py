"""What is stored before a case begins: objects that were there before the run."""

import pytest

from fixtures.cases.case import Case, ExistingObject, Request, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Received, Sent
from fixtures.cases.object_address import object_place
from fixtures.definitions import load
from fixtures.rules.expectation import Stored
from fixtures.rules.initial_state import initial_state
from fixtures.rules.judgement import judge_case, planned_rules
from fixtures.rules.rule_book import Level, rules
from fixtures.rules.verdict import Outcome

API = load("sample")
GET, _ = API.operations
CONTENT = bytes(range(256))
FOUND = ExistingObject(object_place(GET), "bucket/cat.jpg", CONTENT, "image/jpeg")
CASE = Case(
    "found",
    (Step(Role.ACT, Request(GET, FOUND.name, accept="image/jpeg")),),
    existing=(FOUND,),
)


def judged(case: Case, body: bytes, status: int = 200) -> tuple[Outcome, tuple[str, ...]]:
    length = (("Content-Length", str(len(body))),)
    exchange = Exchange(Sent("GET", "http://a.example/v1"), Received(status, length, body))
    verdict = judge_case(API, case, [StepResult(case.steps[0], exchange)])
    return verdict.outcome, verdict.rules


def test_an_object_that_was_there_is_stored_with_its_bytes_and_type() -> None:
    assert initial_state(CASE) == {
        FOUND.object: Stored(CONTENT, "image/jpeg", ("stored-type-found",))
    }
    assert initial_state(Case("none")) == {}


def test_it_is_judged_by_a_rule_that_is_certain() -> None:
    assert rules()["stored-type-found"].level is Level.MUST
    assert "stored-type-found" in planned_rules(API, CASE)
    outcome, by = judged(CASE, CONTENT)
    assert (outcome, by) == (Outcome.CONFORMS, planned_rules(API, CASE))


@pytest.mark.parametrize(("body", "status"), [(CONTENT[:-1], 200), (b"", 404)])
def test_another_answer_deviates(body: bytes, status: int) -> None:
    assert judged(CASE, body, status)[0] is Outcome.DEVIATES


def test_an_object_elsewhere_or_of_another_name_is_another_one() -> None:
    for other in (
        ExistingObject("elsewhere/{}", FOUND.name, *_kept()),
        ExistingObject(FOUND.location, "x", *_kept()),
    ):
        case = Case("other", CASE.steps, existing=(other,))
        assert "missing-object" in planned_rules(API, case)


def _kept() -> tuple[bytes, str]:
    return FOUND.content, FOUND.media_type
