"""A 502 or 503 that always comes for one request, while others succeed in between."""

import pytest

from fixtures.cases.case import Case, Role, Step
from fixtures.cases.exchange import Received
from fixtures.rules.steady_failures import steadiness_steps
from fixtures.rules.verdict import Outcome, Verdict
from tests.rules.helpers import api, on_s3, request, response
from tests.rules.judgement_helpers import (
    API,
    AS_BINARY,
    CONTENT,
    PUT,
    STORED,
    UPLOAD,
    came,
    download,
    judged,
    steps,
)

CONTROL = b"a control"
FAILED = came(503, b"busy")
ANSWERED = (STORED, came(200, CONTROL))
AGAIN = came(200, CONTROL)


def probed(*after: Received | str | None, first: Received = FAILED) -> Verdict:
    """The verdict on a download that fails at first; `after` are the answers to what follows."""
    case = download(AS_BINARY)
    further = steadiness_steps(API, case, 1)
    extended = Case(case.id, (*case.steps, *further), rules=("read-after-write",))
    return judged(extended, STORED, first, *after)


def test_the_request_is_sent_again_in_turn_with_controls() -> None:
    further = steadiness_steps(API, download(AS_BINARY), 1)
    roles = [Role.CONTROL, Role.CONTROL, *[Role.AGAIN, Role.CONTROL] * 2]
    assert [step.role for step in further] == roles
    assert all(step.request == AS_BINARY for step in further if step.role is Role.AGAIN)
    assert all(step.request.name != AS_BINARY.name for step in further[:2])


def test_a_failure_that_always_comes_while_controls_succeed_is_a_deviation() -> None:
    verdict = probed(*ANSWERED, FAILED, AGAIN, FAILED, AGAIN)
    assert verdict.outcome is Outcome.DEVIATES
    assert verdict.step == 1
    assert verdict.observed == "status 503"
    assert "always answers 503 to this request, 3 of 3 times" in verdict.reason
    assert verdict.expected == "200"


@pytest.mark.parametrize(
    "after",
    [
        (*ANSWERED, came(200, CONTENT), AGAIN, FAILED, AGAIN),
        (*ANSWERED, FAILED, AGAIN, came(502), AGAIN),
        (*ANSWERED, FAILED, AGAIN, came(503, b"", ("Retry-After", "1")), AGAIN),
        (*ANSWERED, FAILED, AGAIN, came(503, b"<Code>SlowDown</Code>"), AGAIN),
        (*ANSWERED, FAILED, AGAIN, "the connection was lost", AGAIN),
        (*ANSWERED, FAILED, FAILED, FAILED, AGAIN),
        (STORED, FAILED, FAILED, AGAIN, FAILED, AGAIN),
        (*ANSWERED, FAILED, AGAIN, FAILED, came(200, b"another")),
        (*ANSWERED, FAILED, AGAIN, FAILED),
        (),
    ],
)
def test_a_failure_that_passes_or_comes_to_others_too_stays_inconclusive(after) -> None:
    verdict = probed(*after)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.reason == "the endpoint answered 503: unavailable"


@pytest.mark.parametrize("first", [came(429), came(504), came(408)])
def test_a_throttle_and_a_time_out_never_become_a_deviation(first: Received) -> None:
    verdict = probed(*ANSWERED, first, AGAIN, first, AGAIN, first=first)
    assert verdict.outcome is Outcome.UNDECIDED


def test_an_upload_that_always_fails_is_a_deviation_too() -> None:
    upload = Case("an upload", steps(UPLOAD, AS_BINARY, setups=0, proofs=1))
    further = steadiness_steps(API, upload, 0)
    case = Case("an upload", (upload.steps[0], *further))
    verdict = judged(case, came(502), *ANSWERED, came(502), AGAIN, came(502), AGAIN)
    assert verdict.outcome is Outcome.DEVIATES


def test_there_is_no_control_where_nothing_can_be_stored_or_read() -> None:
    lonely = api(on_s3("GET", response("200")))
    case = Case("a download", (Step(Role.ACT, request(lonely.operations[0], accept="image/png")),))
    assert steadiness_steps(lonely, case, 0) == ()
    upload_only = api(PUT)
    case = Case("an upload", (Step(Role.ACT, UPLOAD),))
    assert steadiness_steps(upload_only, case, 0) == ()
    elsewhere = Case("a path", (Step(Role.ACT, request(PUT, target="/nowhere")),))
    assert steadiness_steps(API, elsewhere, 0) == ()
