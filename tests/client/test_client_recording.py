"""What is recorded of a response, and when it is given up."""

import gzip
import socket

import pytest

from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received
from fixtures.client import http_client as client_module
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import Timeouts
from fixtures.client.transport import transport_config
from tests.client.helpers import OK, Reply, a_client, a_wire, answering, status

ZIPPED = gzip.compress(b"a text " * 20, mtime=0)
EVERY_BYTE = bytes(range(256))


def answered(*replies: Reply, method: str = "GET", timeouts: Timeouts | None = None) -> Exchange:
    """One exchange with a server that replies like this."""
    options = {} if timeouts is None else {"timeouts": timeouts}
    with a_wire(*replies) as wire, a_client(wire.url, **options) as client:
        exchange = client.send(method, "/s3", (), b"", case="")
        # Whatever these tests are about is an answer or no reason to ask again.
        assert len(wire.got) == 1
    return exchange


def sized(body: bytes, *headers: bytes) -> bytes:
    """A response with these header lines, Content-Length and the body."""
    lines = (b"HTTP/1.1 200 OK", *headers, b"Content-Length: %d" % len(body), b"", body)
    return b"\r\n".join(lines)


def chunked(*chunks: bytes) -> bytes:
    """A response in chunks, each with an extension that means nothing."""
    framed = (b"%x;a=b\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(framed)


BODIES = [
    # name, method, response, how the connection goes on, status, version, body
    ("sized", "GET", sized(EVERY_BYTE), "keep", 200, "HTTP/1.1", EVERY_BYTE),
    ("empty", "GET", sized(b""), "keep", 200, "HTTP/1.1", b""),
    ("gzip", "GET", sized(ZIPPED, b"Content-Encoding: gzip"), "keep", 200, "HTTP/1.1", ZIPPED),
    # Not what the header says: decoding would fail where recording must not.
    ("no gzip", "GET", sized(b"no", b"Content-Encoding: gzip"), "keep", 200, "HTTP/1.1", b"no"),
    ("deflate", "GET", sized(b"no", b"Content-Encoding: deflate"), "keep", 200, "HTTP/1.1", b"no"),
    ("charset", "GET", sized(b"\xff", b"Content-Type: a/b; charset=utf-8"), "keep", 200,
     "HTTP/1.1", b"\xff"),
    ("chunks", "GET", chunked(b"\0", EVERY_BYTE, b"\r\n"), "keep", 200, "HTTP/1.1",
     b"\0" + EVERY_BYTE + b"\r\n"),
    ("no chunks", "GET", chunked(), "keep", 200, "HTTP/1.1", b""),
    ("until the end", "GET", b"HTTP/1.0 200 OK\r\n\r\n" + EVERY_BYTE, "close", 200, "HTTP/1.0",
     EVERY_BYTE),
    ("1.1 until the end", "GET", b"HTTP/1.1 200 OK\r\n\r\nend", "close", 200, "HTTP/1.1", b"end"),
    ("no reason phrase", "GET", b"HTTP/1.1 299 \r\nContent-Length: 1\r\n\r\na", "keep", 299,
     "HTTP/1.1", b"a"),
    ("head", "HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "keep", 200, "HTTP/1.1", b""),
    ("204", "PUT", b"HTTP/1.1 204 None\r\n\r\n", "keep", 204, "HTTP/1.1", b""),
    ("304", "GET", b"HTTP/1.1 304 Not\r\nContent-Length: 9\r\n\r\n", "keep", 304, "HTTP/1.1", b""),
    ("after interim ones", "PUT",
     b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: <a>\r\n\r\n" + OK, "keep", 200,
     "HTTP/1.1", b"ok"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "response", "end", "status", "version", "body"),
    [row[1:] for row in BODIES],
    ids=[row[0] for row in BODIES],
)
def test_a_response_is_recorded_before_any_decoding_of_its_content(
    method: str, response: bytes, end: str, status: int, version: str, body: bytes
) -> None:
    exchange = answered(answering(response, end), method=method)
    assert exchange.failure is None
    assert exchange.received is not None
    received = exchange.received
    assert (received.status, received.http_version, received.body) == (status, version, body)


def test_headers_are_recorded_as_spelled_and_repeated_ones_apart() -> None:
    lines = (
        b"X-Odd_NAME: a",
        b"Set-Cookie: a=1",
        b"via: x",
        b"Set-Cookie: b=2, c",
        b"X-Bytes: \xe9",
    )
    received = answered(answering(sized(b"", *lines))).received
    assert received == Received(
        200,
        (
            ("X-Odd_NAME", "a"),
            ("Set-Cookie", "a=1"),
            ("via", "x"),
            ("Set-Cookie", "b=2, c"),
            ("X-Bytes", "\xe9"),
            ("Content-Length", "0"),
        ),
    )
    assert received.header("set-cookie") == "a=1, b=2, c"
    assert received.header("x-none") is None


def test_the_time_of_an_exchange_is_recorded() -> None:
    reply = Reply((b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok"), pause=0.05)
    assert 0.1 <= answered(reply).seconds < 2
    assert 0 < answered(answering(OK)).seconds < 2


CUT = [
    # name, response, how the connection ends
    ("length", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "close"),
    ("length, reset", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "reset"),
    ("no body at all", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "close"),
    ("inside a chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "close"),
    ("no last chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "close"),
    ("bad chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "close"),
    # An unfinished answer is none, whatever its status asks for.
    ("429", b"HTTP/1.1 429 Slow\r\nContent-Length: 10\r\n\r\nshort", "close"),
]


@pytest.mark.parametrize(("response", "end"), [r[1:] for r in CUT], ids=[r[0] for r in CUT])
def test_a_truncated_response_is_a_failure_and_is_not_retried(response: bytes, end: str) -> None:
    exchange = answered(answering(response, end))
    assert exchange.received is None
    assert exchange.failure.kind is FailureKind.RESPONSE_LOST
    sentence = str(exchange.failure)
    assert sentence.startswith("the connection failed in the middle of the response: ")
    assert "\n" not in sentence
    assert exchange.repeats == ()


@pytest.mark.parametrize(
    ("length", "taken"), [(99, True), (100, True), (101, False), (100_000, False)]
)
def test_the_client_stops_reading_a_response_that_is_too_long(
    monkeypatch: pytest.MonkeyPatch, length: int, taken: bool
) -> None:
    monkeypatch.setattr(client_module, "LARGEST_RESPONSE", 100)
    exchange = answered(answering(sized(b"a" * length)))
    assert (exchange.received is not None) is taken
    too_large = Failure(FailureKind.RESPONSE_TOO_LARGE, "the response is longer than 100 bytes")
    assert exchange.failure == (None if taken else too_large)


def test_the_client_stops_reading_a_response_that_never_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "LARGEST_RESPONSE", 1000)
    endless = Reply((b"HTTP/1.0 200 OK\r\n\r\n", *([b"a" * 300] * 9)), "silent")
    assert "longer than 1000 bytes" in str(answered(endless).failure)


def test_the_client_stops_reading_a_slow_body_at_the_deadline() -> None:
    pieces = (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", *([b"a"] * 50))
    # Each piece comes well within the time for a read, all of them together do not.
    timeouts = Timeouts(connect=1, read=1, exchange=0.3)
    exchange = answered(Reply(pieces, "close", pause=0.03), timeouts=timeouts)
    assert exchange.received is None
    sentence = "the exchange took longer than 0.3 s in all"
    assert exchange.failure == Failure(FailureKind.RESPONSE_TIMEOUT, sentence)
    assert exchange.seconds < 1


DRIPS = {
    "100-continue": (b"HTTP/1.1 100 Continue\r\n\r\n",) * 100,
    "header-lines": (b"HTTP/1.1 200 OK\r\n", *[b"X-Drip: 1\r\n"] * 100),
    "one-header-line": (b"HTTP/1.1 200 OK\r\nX-Drip: ", *[b"1"] * 100),
    "trailer-lines": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        *[b"X-Drip: 1\r\n"] * 100,
    ),
}


@pytest.mark.parametrize("pieces", DRIPS.values(), ids=DRIPS)
def test_one_deadline_ends_an_exchange_that_drips_for_ever(pieces: tuple[bytes, ...]) -> None:
    timeouts = Timeouts(connect=1, read=1, exchange=0.3)
    exchange = answered(Reply(pieces, "silent", pause=0.02), timeouts=timeouts)
    assert exchange.received is None
    assert str(exchange.failure) == "the exchange took longer than 0.3 s in all"
    assert exchange.repeats == ()


def test_one_deadline_ends_a_proxy_whose_answer_to_connect_drips() -> None:
    drip = Reply((b"HTTP/1.1 200 OK\r\n", *[b"X-Drip: 1\r\n"] * 100), "silent", pause=0.02)
    timeouts = Timeouts(connect=1, read=1, exchange=0.3)
    with a_wire(drip) as wire:
        config = transport_config(None, None, f"http://127.0.0.1:{wire.port}", {})
        with a_client(
            "https://example.invalid/v1", transport_config=config, timeouts=timeouts
        ) as client:
            exchange = client.send("GET", "/s3", (), b"", case="")
    assert str(exchange.failure) == "the exchange took longer than 0.3 s in all"


def test_a_407_is_the_proxy_s_and_never_the_endpoint_s() -> None:
    exchange = answered(*[status(407)] * 4, method="POST")
    assert exchange.received is None
    assert exchange.failure == Failure(
        FailureKind.PROXY, "a proxy answered 407; check the user of --proxy"
    )


@pytest.mark.parametrize(
    ("pieces", "kind", "sentence"),
    [
        ((), FailureKind.TIMEOUT, "the endpoint timed out before a response"),
        (
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no",),
            FailureKind.RESPONSE_TIMEOUT,
            "the endpoint timed out in the middle of the response",
        ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_a_timeout_is_a_failure_and_is_not_retried(
    pieces: tuple[bytes, ...], kind: FailureKind, sentence: str, method: str
) -> None:
    timeouts = Timeouts(connect=1, read=0.2, exchange=5)
    exchange = answered(Reply(pieces, "silent"), method=method, timeouts=timeouts)
    failure = Failure(kind, sentence)
    assert (exchange.received, exchange.failure, exchange.repeats) == (None, failure, ())


def test_a_connect_timeout_is_a_failure_and_is_retried() -> None:
    waits: list[float] = []
    timeouts = Timeouts(connect=0.1, read=1, exchange=1)
    # Nobody accepts: a queue that is full leaves every further attempt unanswered.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        queued = [socket.socket() for _ in range(8)]
        for one in queued:
            one.setblocking(False)
            one.connect_ex(address)
        options = {
            "timeouts": timeouts,
            "attempts": 2,
            "limiter": ConcurrencyLimiter(sleep=waits.append),
        }
        with a_client(f"http://127.0.0.1:{address[1]}", **options) as client:
            exchange = client.send("GET", "/", (), b"", case="")
        for one in queued:
            one.close()
    sentence = "the connection timed out before a response"
    assert exchange.failure == Failure(FailureKind.CONNECT_TIMEOUT, sentence)
    assert waits == [0.25]
