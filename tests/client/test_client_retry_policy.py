"""When a request is sent again, how long the client waits before, and when it is not."""

import re

import pytest

from fixtures.cases.exchange import Exchange, Failure, FailureKind
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from tests.client.helpers import (
    OK,
    Reply,
    a_client,
    a_wire,
    answering,
    free_port,
    hang_up,
    reset,
    status,
)

FINE = answering(OK)


def sent(
    *replies: Reply, method: str = "GET", attempts: int = 4
) -> tuple[Exchange, list[float], int]:
    """The exchange, the waits, and how often the server was asked."""
    waits: list[float] = []
    with (
        a_wire(*replies) as wire,
        a_client(
            wire.url, attempts=attempts, limiter=ConcurrencyLimiter(sleep=waits.append)
        ) as client,
    ):
        exchange = client.send(method, "/s3", (), b"", case="")
    return exchange, waits, len(wire.got)


ANSWERS = [
    # status, headers, the wait before the request is sent again; None: it is not
    (429, (), 0.25),
    (429, ("Retry-After: 0",), 0.0),
    (429, ("Retry-After: 3",), 3.0),
    (429, ("retry-after: 20",), 20.0),
    (429, ("Retry-After: 21",), None),
    (429, ("Retry-After: " + "9" * 400,), None),
    # A date, and what is no number: the client's own pause.
    (429, ("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT",), 0.25),
    (429, ("Retry-After: soon",), 0.25),
    (429, ("Retry-After: -1",), 0.25),
    (429, ("Retry-After: 1.5",), 0.25),
    (429, ("Retry-After:",), 0.25),
    (503, ("Retry-After: 1",), 1.0),
    (503, ("Retry-After: soon",), 0.25),
    (503, ("Retry-After: 3600",), None),
    (503, (), None),
    (500, (), None),
    (500, ("Retry-After: 1",), None),
    (502, ("Retry-After: 1",), None),
    (504, ("Retry-After: 1",), None),
    (403, ("Retry-After: 1",), None),
    (301, ("Retry-After: 1",), None),
    (413, ("Retry-After: 1",), None),
    (200, ("Retry-After: 1",), None),
    (404, (), None),
]


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
@pytest.mark.parametrize(("code", "headers", "wait"), ANSWERS)
def test_a_response_is_retried_only_where_the_endpoint_says_so(
    method: str, code: int, headers: tuple[str, ...], wait: float | None
) -> None:
    exchange, waits, asked = sent(status(code, *headers), FINE, method=method)
    assert exchange.received is not None
    if wait is None:
        assert (exchange.received.status, waits, asked) == (code, [], 1)
        assert exchange.repeats == ()
    else:
        assert (exchange.received.status, waits, asked) == (200, [wait], 2)
        assert [str(why) for why in exchange.repeats] == [f"the endpoint answered {code}"]


@pytest.mark.parametrize("digits", ["\xb2", "1\xb9"])
def test_a_digit_beyond_ascii_is_not_a_number_of_seconds(digits: str) -> None:
    _, waits, _ = sent(status(429, f"Retry-After: {digits}"), FINE)
    assert waits == [0.25]


def test_a_wrong_body_is_never_retried() -> None:
    wrong = answering(b"HTTP/1.1 200 OK\r\nContent-Type: wrong\r\nContent-Length: 5\r\n\r\nwrong")
    exchange, waits, asked = sent(wrong, FINE)
    assert exchange.received is not None
    assert (exchange.received.body, waits, asked) == (b"wrong", [], 1)


@pytest.mark.parametrize(
    ("attempts", "waits"), [(1, []), (2, [0.25]), (4, [0.25, 0.5, 1.0]), (5, [0.25, 0.5, 1.0, 2.0])]
)
@pytest.mark.parametrize("reply", [status(429), reset()], ids=["429", "reset"])
def test_retries_are_limited_and_their_pauses_double(
    attempts: int, waits: list[float], reply: Reply
) -> None:
    exchange, waited, asked = sent(reply, attempts=attempts)
    assert (waited, asked, len(exchange.repeats)) == (waits, attempts, attempts - 1)
    assert (exchange.received is None) == bool(exchange.failure)


LOST = [
    # method, whether RFC 9110 section 9.2.2 has it idempotent
    ("GET", True),
    ("HEAD", True),
    ("OPTIONS", True),
    ("PUT", True),
    ("DELETE", True),
    ("POST", False),
    ("PATCH", False),
]
NO_HTTP = answering(b"220 mail.example ESMTP\r\n\r\n", "close")


@pytest.mark.parametrize(("method", "again"), LOST)
@pytest.mark.parametrize(
    "lost", [reset(), hang_up(), NO_HTTP], ids=["reset", "closed", "another protocol"]
)
def test_a_connection_lost_before_a_response_is_retried_for_idempotent_methods(
    lost: Reply, method: str, again: bool
) -> None:
    fine = answering(b"HTTP/1.1 204 None\r\n\r\n")
    exchange, waits, asked = sent(lost, fine, method=method)
    if again:
        assert exchange.received is not None
        assert (exchange.failure, waits, asked) == (None, [0.25], 2)
        (why,) = exchange.repeats
    else:
        assert (exchange.received, waits, asked, exchange.repeats) == (None, [], 1, ())
        why = exchange.failure
    assert why.kind is FailureKind.CONNECTION_LOST
    assert re.fullmatch(r"the connection failed before a response: .+", why.sentence)


@pytest.mark.parametrize(("method", "again"), LOST)
def test_a_refused_connection_is_retried_for_idempotent_methods(method: str, again: bool) -> None:
    waits: list[float] = []
    with a_client(
        f"http://127.0.0.1:{free_port()}", limiter=ConcurrencyLimiter(sleep=waits.append)
    ) as client:
        exchange = client.send(method, "/s3", (), b"", case="")
    assert exchange.received is None
    assert exchange.failure.kind is FailureKind.CONNECT
    assert exchange.failure.sentence.startswith("the connection failed before a response: ")
    assert waits == ([0.25, 0.5, 1.0] if again else [])
    assert exchange.repeats == (exchange.failure,) * len(waits)


def test_reasons_of_several_kinds_are_recorded_in_order() -> None:
    exchange, waits, _ = sent(status(429, "Retry-After: 2"), reset(), status(503, "Retry-After: 1"))
    assert waits == [2.0, 0.5, 1.0]
    first, second, third = exchange.repeats
    assert first == Failure(FailureKind.THROTTLED, "the endpoint answered 429")
    assert third == Failure(FailureKind.UNAVAILABLE, "the endpoint answered 503")
    assert second.kind is FailureKind.CONNECTION_LOST
    assert exchange.received is not None
    assert exchange.received.status == 503


def test_the_time_is_that_of_the_last_attempt() -> None:
    slow = Reply((b"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n",), pause=0.3)
    exchange, _, _ = sent(slow, FINE)
    assert exchange.seconds < 0.3
