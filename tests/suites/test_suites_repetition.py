"""What deviated is sent again: how often it deviates is said, and the verdict stays."""

from collections.abc import Iterator

import pytest

from fixtures.cases.case import Case, Request, StepResult
from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received, Sent
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome
from suites.runner.repetition import Repetition
from tests.rules.judgement_helpers import (
    API,
    AS_BINARY,
    CONTENT,
    STORED,
    UPLOAD,
    came,
    download,
    judged,
    steps,
)

RIGHT, WRONG, NOT_NOW = came(200, CONTENT), came(200, b"wrong"), came(503)
LOST = Failure(FailureKind.CONNECTION_LOST, "the connection was lost")


def exchange(answer: Received | Failure) -> Exchange:
    sent = Sent("GET", "https://endpoint.test/")
    if isinstance(answer, Received):
        return Exchange(sent, answer)
    return Exchange(sent, None, answer)


def remark(case: Case, first: tuple[Received, ...], answers: Iterator[Received | Failure]) -> str:
    def send(request: Request, _: Case) -> Exchange:
        assert request == case.steps[len(first) - 1].request
        return exchange(next(answers))

    performed = tuple(map(StepResult, case.steps, map(exchange, first)))
    verdict = judged(case, *first)
    return Repetition(API, send).remark(case, performed, verdict)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([WRONG] * 4, "; the same request always deviates: 5 of 5 times"),
        ([RIGHT] * 4, "; the same request does not always deviate: 1 of 5 times"),
        ([RIGHT, WRONG] * 2, "; the same request does not always deviate: 3 of 5 times"),
        ([NOT_NOW, WRONG, LOST, WRONG], "; the same request always deviates: 3 of 3 times"),
        ([NOT_NOW, LOST] * 2, ""),
    ],
)
def test_it_is_said_how_often_a_request_deviates(
    answers: list[Received | Failure], said: str
) -> None:
    assert remark(download(AS_BINARY), (STORED, WRONG), iter(answers)) == said


def test_what_conforms_and_what_writes_is_not_sent_again() -> None:
    assert remark(download(AS_BINARY), (STORED, RIGHT), iter(())) == ""
    upload = Case("an upload", steps(UPLOAD, AS_BINARY, setups=0, proofs=1))
    assert remark(upload, (came(500, b"{}"),), iter(())) == ""


def test_only_a_few_cases_of_a_process_are_sent_again() -> None:
    case = download(AS_BINARY)
    performed = tuple(map(StepResult, case.steps, map(exchange, (STORED, WRONG))))
    verdict = judged(case, STORED, WRONG)
    repetition = Repetition(API, lambda *_: exchange(WRONG), cases_left=2)
    remarks = [repetition.remark(case, performed, verdict) for _ in range(3)]
    assert [bool(each) for each in remarks] == [True, True, False]


def test_a_long_answer_is_not_sent_again() -> None:
    long = came(200, bytes(300 * 1024))
    assert remark(download(AS_BINARY), (STORED, long), iter(())) == ""


def test_a_case_goes_on_after_a_failure_to_show_whether_it_always_comes() -> None:
    case = download(AS_BINARY)
    performed = tuple(map(StepResult, case.steps, map(exchange, (STORED, NOT_NOW))))

    def send(request: Request, _: Case) -> Exchange:
        if request == AS_BINARY:
            return exchange(NOT_NOW)
        return exchange(STORED if request.writes else came(200, b"a control"))

    probed, done, verdict = Repetition(API, send).judge(case, performed)
    assert verdict.outcome is Outcome.DEVIATES
    assert len(probed.steps) == len(done) == 2 + 6
    assert judge_case(API, probed, done) == verdict


def test_a_case_ends_where_the_connection_is_lost_on_the_way() -> None:
    case = download(AS_BINARY)
    performed = tuple(map(StepResult, case.steps, map(exchange, (STORED, NOT_NOW))))
    probed, done, verdict = Repetition(API, lambda *_: exchange(LOST)).judge(case, performed)
    assert verdict.outcome is Outcome.UNDECIDED
    assert (len(probed.steps), len(done)) == (2 + 6, 3)


def test_nothing_is_sent_where_the_set_up_failed() -> None:
    case = download(AS_BINARY)
    performed = (StepResult(case.steps[0], exchange(NOT_NOW)),)

    def send(*_: object) -> Exchange:
        raise AssertionError

    assert Repetition(API, send).judge(case, performed)[0] is case
