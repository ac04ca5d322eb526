"""A body that may have lost its end with the connection accuses nobody."""

import pytest

from fixtures.cases.case import Request
from fixtures.cases.exchange import Received
from fixtures.rules.expectation import BodyKind, Expectation
from fixtures.rules.truncation import possibly_truncated
from fixtures.rules.verdict import Outcome
from tests.rules.judgement_helpers import (
    AS_BINARY,
    CONFORMS,
    CONTENT,
    DEVIATES,
    ENCODED,
    ERROR,
    REFUSED,
    STORED,
    UNDECIDED,
    download,
    judged,
)

CUT = "the body ends with the connection and has no length: its end may be missing"


@pytest.mark.parametrize(
    ("act", "status", "body", "outcome"),
    [
        (AS_BINARY, 200, CONTENT, CONFORMS),
        (AS_BINARY, 200, CONTENT[:-1], UNDECIDED),
        (AS_BINARY, 200, b"", UNDECIDED),
        (AS_BINARY, 200, CONTENT[1:], DEVIATES),
        (AS_BINARY, 200, CONTENT + b"\0", DEVIATES),
        (AS_BINARY, 200, ENCODED, DEVIATES),
        (AS_BINARY, 201, CONTENT[:-1], DEVIATES),
        (REFUSED, 500, ERROR, CONFORMS),
        (REFUSED, 500, ERROR[:-1], UNDECIDED),
        (REFUSED, 500, b"", UNDECIDED),
        (REFUSED, 500, b"<html>", DEVIATES),
        (REFUSED, 502, ERROR[:-1], UNDECIDED),  # that the gateway is bad is another reason
    ],
)
def test_without_a_length_a_beginning_of_what_is_due_is_undecided(
    act: Request, status: int, body: bytes, outcome: Outcome
) -> None:
    verdict = judged(download(act), STORED, Received(status, (), body))
    assert verdict.outcome is outcome
    assert (verdict.reason == CUT) is (outcome is UNDECIDED and status != 502)


@pytest.mark.parametrize("line", [("Content-Length", "9"), ("Transfer-Encoding", "chunked")])
def test_a_framed_body_is_judged_as_it_came(line: tuple[str, str]) -> None:
    for act, status, body in ((AS_BINARY, 200, CONTENT[:-1]), (REFUSED, 500, ERROR[:-1])):
        assert judged(download(act), STORED, Received(status, (line,), body)).outcome is DEVIATES


def test_a_body_of_http_2_came_whole_without_any_length() -> None:
    for act, status, body in ((AS_BINARY, 200, CONTENT[:-1]), (REFUSED, 500, ERROR[:-1])):
        received = Received(status, (), body, http_version="HTTP/2")
        assert judged(download(act), STORED, received).outcome is DEVIATES


def test_a_cut_refusal_of_a_body_over_the_limit_is_undecided() -> None:
    refused = Expectation((413,), BodyKind.TOO_LARGE)
    for beginning in (b"", b"HTTP content", b'{"mess'):
        assert possibly_truncated(refused, Received(413, (), beginning))
    assert not possibly_truncated(refused, Received(413, (), b"<html>"))


def test_what_is_open_has_no_beginning() -> None:
    assert not possibly_truncated(Expectation((200,), BodyKind.ANY), Received(200, (), b"x"))
    assert not possibly_truncated(Expectation((200,), BodyKind.ANY), Received(200, (), b""))
