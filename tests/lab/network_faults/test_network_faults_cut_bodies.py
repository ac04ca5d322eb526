"""A body that ends with its connection: nothing tells whether that is all of it."""

import pytest

from fixtures.cases.case import Case, Request, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Headers, Received, Sent
from fixtures.definitions import load
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome

SAMPLE = load("sample")
GET, PUT = SAMPLE.operations
TYPE = "application/octet-stream"
CONTENT = bytes(range(256))
STORED = Received(200, (("Content-Length", "0"),))
ERROR = b'{"message": "Missing Authentication Token"}'
DOWNLOAD = Request(GET, "o", accept=TYPE)
UNKNOWN = Request(GET, "o", method="DELETE")

LENGTH: Headers = (("Content-Length", "100"),)
CHUNKS: Headers = (("transfer-encoding", "chunked"),)
ANSWERS = [
    # the request, status, headers, body, outcome
    (DOWNLOAD, 200, (), CONTENT, Outcome.CONFORMS),
    (DOWNLOAD, 200, (), CONTENT[:100], Outcome.UNDECIDED),
    (DOWNLOAD, 200, (), b"", Outcome.UNDECIDED),
    (DOWNLOAD, 200, LENGTH, CONTENT[:100], Outcome.DEVIATES),
    (DOWNLOAD, 200, CHUNKS, CONTENT[:100], Outcome.DEVIATES),
    (DOWNLOAD, 200, (), CONTENT + b"1", Outcome.DEVIATES),
    (DOWNLOAD, 200, (), b"other", Outcome.DEVIATES),
    (DOWNLOAD, 500, (), b"", Outcome.DEVIATES),
    (UNKNOWN, 403, (), ERROR, Outcome.CONFORMS),
    (UNKNOWN, 403, (), ERROR[:-5], Outcome.UNDECIDED),
    (UNKNOWN, 403, (), b"", Outcome.UNDECIDED),
    (UNKNOWN, 403, CHUNKS, ERROR[:-5], Outcome.DEVIATES),
    (UNKNOWN, 403, (), b"<html>", Outcome.DEVIATES),
    (UNKNOWN, 200, (), b"{", Outcome.DEVIATES),
]


@pytest.mark.parametrize(("request_", "status", "headers", "body", "outcome"), ANSWERS)
def test_what_may_have_lost_its_end_is_undecided(
    request_: Request, status: int, headers: Headers, body: bytes, outcome: Outcome
) -> None:
    upload = Request(PUT, "o", TYPE, body=CONTENT)
    case = Case("a case", (Step(Role.SETUP, upload), Step(Role.ACT, request_)))
    answers = (STORED, Received(status, headers, body))
    performed = [
        StepResult(step, Exchange(Sent(step.request.sent_method, "http://a.example"), answer))
        for step, answer in zip(case.steps, answers, strict=True)
    ]
    assert judge_case(SAMPLE, case, performed).outcome is outcome


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_what_an_intermediary_says_in_its_own_name_is_undecided(status: int) -> None:
    case = Case("a case", (Step(Role.ACT, UNKNOWN),))
    page = Received(status, (("Content-Length", "6"),), b"<html>")
    exchange = Exchange(Sent("DELETE", "http://a.example"), page)
    assert judge_case(SAMPLE, case, [StepResult(case.steps[0], exchange)]).outcome is (
        Outcome.UNDECIDED
    )
