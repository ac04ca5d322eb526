"""An upload that was lost and sent again may arrive after the next one, and accuses nobody."""

from dataclasses import replace

import pytest

from fixtures.cases.case import Case, Request, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received, Sent
from fixtures.rules.judgement import judge_case
from fixtures.rules.racing_writes import may_have_raced
from fixtures.rules.verdict import Verdict
from tests.rules.judgement_helpers import (
    API,
    AS_BINARY,
    CONFORMS,
    CONTENT,
    DEVIATES,
    UNDECIDED,
    UPLOAD,
    came,
)

LOST = (Failure(FailureKind.CONNECTION_LOST, "the connection failed"),)
THROTTLED = (Failure(FailureKind.THROTTLED, "the endpoint answered 429"),)
OLDER = replace(UPLOAD, body=b"an older object")
ELSEWHERE = replace(OLDER, name="b/elsewhere")


def verdict(answer: Received, *uploads: tuple[Request, tuple[Failure, ...]]) -> Verdict:
    """The verdict on a download after uploads that were sent again for these reasons."""
    steps = (*(Step(Role.SETUP, put) for put, _ in uploads), Step(Role.ACT, AS_BINARY))
    answers = [
        *(Exchange(sent(put), came(), repeats=why) for put, why in uploads),
        Exchange(sent(AS_BINARY), answer),
    ]
    return judge_case(API, Case("a case", steps), tuple(map(StepResult, steps, answers)))


def sent(request: Request) -> Sent:
    return Sent(request.sent_method, "https://endpoint.test/")


@pytest.mark.parametrize(
    ("uploads", "outcome"),
    [
        ([(OLDER, LOST), (UPLOAD, ())], UNDECIDED),
        ([(OLDER, (*THROTTLED, *LOST)), (UPLOAD, ())], UNDECIDED),
        ([(OLDER, LOST), (OLDER, ()), (UPLOAD, ())], UNDECIDED),
        ([(OLDER, LOST), (UPLOAD, ()), (UPLOAD, ())], UNDECIDED),
        # What was throttled was not under way any more, and the last upload overtakes none.
        ([(OLDER, THROTTLED), (UPLOAD, ())], DEVIATES),
        ([(OLDER, ()), (UPLOAD, LOST)], DEVIATES),
        ([(UPLOAD, LOST), (UPLOAD, ())], DEVIATES),
        ([(ELSEWHERE, LOST), (UPLOAD, ())], DEVIATES),
        ([(UPLOAD, LOST)], DEVIATES),
    ],
)
def test_what_may_have_arrived_last_is_no_deviation(
    uploads: list[tuple[Request, tuple[Failure, ...]]], outcome: object
) -> None:
    found = verdict(came(200, OLDER.body), *uploads)
    assert found.outcome is outcome
    assert ("its first sending may have arrived last" in found.reason) is (outcome is UNDECIDED)


MAY_HAVE_DELIVERED = {FailureKind.TLS_ALERT, FailureKind.CONNECTION_LOST}


@pytest.mark.parametrize("kind", FailureKind)
def test_only_a_request_that_may_have_been_delivered_can_arrive_late(kind: FailureKind) -> None:
    repeated = (Failure(kind, "the first sending failed"),)
    found = verdict(came(200, OLDER.body), (OLDER, repeated), (UPLOAD, ()))
    assert found.outcome is (UNDECIDED if kind in MAY_HAVE_DELIVERED else DEVIATES)


def test_what_comes_as_it_should_conforms_all_the_same() -> None:
    assert verdict(came(200, CONTENT), (OLDER, LOST), (UPLOAD, ())).outcome is CONFORMS


def test_a_download_that_was_lost_before_is_no_upload() -> None:
    steps = tuple(map(Step, (Role.SETUP, Role.ACT, Role.ACT), (UPLOAD, AS_BINARY, AS_BINARY)))
    lost = Exchange(sent(AS_BINARY), came(200, CONTENT), repeats=LOST)
    wrong = Exchange(sent(AS_BINARY), came(200, OLDER.body))
    answers = (Exchange(sent(UPLOAD), came()), lost, wrong)
    case = Case("a case", steps)
    assert judge_case(API, case, tuple(map(StepResult, steps, answers))).outcome is DEVIATES


def test_what_was_sent_after_the_wrong_answer_does_not_count() -> None:
    setup = (Role.SETUP, Role.SETUP, Role.ACT, Role.ACT)
    elsewhere = replace(AS_BINARY, name=ELSEWHERE.name)
    steps = tuple(map(Step, setup, (OLDER, UPLOAD, AS_BINARY, elsewhere)))
    answers = (
        Exchange(sent(OLDER), came(), repeats=LOST),
        Exchange(sent(UPLOAD), came()),
        Exchange(sent(AS_BINARY), came(200, OLDER.body)),
        Exchange(sent(elsewhere), came(404)),
    )
    performed = tuple(map(StepResult, steps, answers))
    assert judge_case(API, Case("a case", steps), performed).outcome is UNDECIDED


def test_an_upload_that_was_never_sent_overtakes_nothing() -> None:
    steps = tuple(map(Step, (Role.SETUP, Role.SETUP, Role.ACT), (OLDER, UPLOAD, AS_BINARY)))
    assert not may_have_raced([StepResult(step, None) for step in steps])


def test_an_answer_that_was_due_is_left_undecided_where_an_upload_was_never_sent() -> None:
    steps = tuple(map(Step, (Role.SETUP, Role.SETUP, Role.ACT), (OLDER, UPLOAD, AS_BINARY)))
    done = (StepResult(steps[0], Exchange(sent(OLDER), came(), repeats=LOST)),)
    case = Case("a case", steps)
    found = judge_case(API, case, (*done, StepResult(steps[1], None)))
    assert found.outcome is UNDECIDED
    assert "was not sent" in found.reason
