"""The proxy on the wire: what a client's socket sees, and what reaches the upstream."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from fixtures.cases.exchange import FailureKind
from fixtures.client import Client
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import Timeouts
from fixtures.definitions import load
from fixtures.faults.host import Host
from tests.lab.network_faults.delay import Delay
from tests.lab.network_faults.listener import Listener
from tests.lab.network_faults.network_fault import FaultInjector
from tests.lab.network_faults.proxy import Proxy
from tests.lab.network_faults.upstream import Upstream

SAMPLE = load("sample")
TARGET = "/s3?key=o"
TYPE = (("Content-Type", "application/octet-stream"), ("Accept", "application/octet-stream"))
CONTENT = bytes(range(256)) * 40
PATIENT = Timeouts(connect=30.0, read=30.0, exchange=60.0)
IMPATIENT = Timeouts(connect=30.0, read=0.4, exchange=0.4)


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    with Host().running() as host, host.serving(None, SAMPLE) as url:
        yield url


@contextmanager
def faulty_proxy(gateway: str, *kinds: str, latency: float = 0.0) -> Iterator[tuple[str, Proxy]]:
    proxy = Proxy(Upstream.at(gateway), FaultInjector(1, kinds, share=1.0), latency)
    with Listener().running(proxy.serve) as origin:
        yield origin + SAMPLE.base_path, proxy


@contextmanager
def a_client(url: str, attempts: int = 4, timeouts: Timeouts = PATIENT) -> Iterator[Client]:
    client = Client(
        url, timeouts=timeouts, attempts=attempts, limiter=ConcurrencyLimiter(sleep=lambda _: None)
    )
    yield client
    client.close()


def put(client: Client, body: bytes):
    return client.send("PUT", TARGET, TYPE, body, case="put")


def get(client: Client):
    return client.send("GET", TARGET, TYPE, b"", case="get")


# --------------------------------------------------------------------------- what arrives

ALL_ARRIVES = ["harmless", "latency", "segments", "drip", "chunked-odd", "http-1.0", "closed-idle"]


@pytest.mark.parametrize("kind", ALL_ARRIVES)
def test_bytes_go_up_and_come_down_whole(gateway: str, kind: str) -> None:
    with faulty_proxy(gateway, kind) as (url, proxy), a_client(url) as client:
        for number in range(5):
            body = CONTENT + bytes([number])
            assert put(client, body).received.status == 200
            assert get(client).received.body == body
    assert len(proxy.injected["api-gateway-binary-conformance/0.1 (get)"]) >= 5


def test_without_faults_a_connection_is_kept_and_nothing_is_changed(gateway: str) -> None:
    with a_client(gateway) as client:
        direct = put(client, b"x"), get(client)
    with faulty_proxy(gateway) as (url, _), a_client(url) as client:
        proxied = put(client, b"x"), get(client)
    for one, other in zip(direct, proxied, strict=True):
        assert [name for name, _ in one.received.headers] == [
            name for name, _ in other.received.headers
        ]
        assert (one.received.status, one.received.body) == (200, other.received.body)


LOSSES = [
    # the kind of fault, whether the upload takes place, the kind of failure
    ("reset-at-request", False, (FailureKind.CONNECTION_LOST,)),
    ("reset-before", True, (FailureKind.CONNECTION_LOST,)),
    ("closed-before", True, (FailureKind.CONNECTION_LOST,)),
    ("reset-in-head", True, (FailureKind.CONNECTION_LOST,)),
    ("closed-in-head", True, (FailureKind.CONNECTION_LOST,)),
    # A reset may overtake the bytes that were sent before it.
    ("reset-in-body", True, (FailureKind.CONNECTION_LOST, FailureKind.RESPONSE_LOST)),
    ("closed-in-body", True, (FailureKind.RESPONSE_LOST,)),
    ("silence", True, (FailureKind.TIMEOUT,)),
    ("stall", True, (FailureKind.RESPONSE_TIMEOUT,)),
]


@pytest.mark.parametrize(("kind", "stored", "failures"), LOSSES)
def test_a_lost_response_is_lost_in_the_way_that_its_fault_says(
    gateway: str, kind: str, stored: bool, failures: tuple[FailureKind, ...]
) -> None:
    with a_client(gateway) as client:
        put(client, b"before")
        timeouts = IMPATIENT if kind in ("silence", "stall") else PATIENT
        with faulty_proxy(gateway, kind) as (url, _), a_client(url, 1, timeouts) as cut_off:
            exchange = put(cut_off, b"after")
        assert exchange.received is None
        assert exchange.failure.kind in failures
        assert get(client).received.body == (b"after" if stored else b"before")


def test_a_large_upload_is_reset_before_it_is_read(gateway: str) -> None:
    with faulty_proxy(gateway, "reset-at-request") as (url, _), a_client(url) as client:
        exchange = put(client, bytes(4 * 1024 * 1024))
    assert exchange.received is None
    assert len(exchange.repeats) == 3


def test_a_slow_drip_is_given_up(gateway: str) -> None:
    with a_client(gateway) as client:
        put(client, CONTENT)
    impatient = Timeouts(connect=30.0, read=30.0, exchange=0.4)
    with (
        faulty_proxy(gateway, "slow-drip") as (url, _),
        a_client(url, timeouts=impatient) as client,
    ):
        assert get(client).failure.kind is FailureKind.RESPONSE_TIMEOUT


def test_nothing_is_asked_of_the_upstream_where_an_intermediary_refuses(gateway: str) -> None:
    with a_client(gateway) as client:
        put(client, b"before")
        with faulty_proxy(gateway, "throttled") as (url, proxy), a_client(url) as refused:
            assert put(refused, b"after").received.status == 429
        assert len(proxy.injected["api-gateway-binary-conformance/0.1 (put)"]) == 4
        assert get(client).received.body == b"before"


def test_where_the_upstream_is_gone_the_client_is_cut_off_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with faulty_proxy(f"http://127.0.0.1:{port}/v1") as (url, _), a_client(url) as client:
        assert get(client).failure.kind is FailureKind.CONNECTION_LOST


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1",
    ],
    ids=["no version", "TLS", "half a body"],
)
def test_what_is_no_request_ends_its_connection_and_no_other(gateway: str, sent: bytes) -> None:
    with faulty_proxy(gateway) as (url, _), a_client(url) as client:
        port = int(url.split(":")[2].partition("/")[0])
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        with connection, suppress(OSError):  # the end may come at any of these
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(10) == b""
        assert put(client, b"x").received.status == 200


@contextmanager
def an_upstream(answer: bytes) -> Iterator[str]:
    """Says these bytes after each request, and closes the connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    listener.close()


ENDS = {
    "an end for a length": b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nabc",
    "an interim answer before": b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc",
    "more than was announced": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\nabc",
}


@pytest.mark.parametrize("answer", ENDS.values(), ids=ENDS)
def test_an_upstream_may_end_its_answers_as_it_likes(answer: bytes) -> None:
    with an_upstream(answer) as url, faulty_proxy(url) as (proxied, _), a_client(proxied) as client:
        for _ in range(3):
            assert get(client).received.body == b"abc"


BREAKS = {
    "nothing": b"",
    "no HTTP": b"220 mail.example ESMTP\r\n\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nX-A",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
}


@pytest.mark.parametrize("answer", BREAKS.values(), ids=BREAKS)
def test_where_the_upstream_breaks_off_the_proxy_does_too(answer: bytes) -> None:
    with an_upstream(answer) as url, faulty_proxy(url) as (proxied, _), a_client(proxied) as client:
        assert get(client).failure.kind is FailureKind.CONNECTION_LOST


def test_requests_that_come_together_are_answered_one_after_the_other(gateway: str) -> None:
    request = b"GET /v1/none HTTP/1.1\r\nHost: a\r\n\r\n"
    last = request.replace(b"Host", b"Connection: close\r\nHost")
    with faulty_proxy(gateway) as (url, _):
        port = int(url.split(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(request + request + last)
            answers = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answers.count(b"HTTP/1.1 403 ") == 3


@pytest.mark.parametrize("url", ["https://a.example/v1", "nonsense", "http:///v1"])
def test_an_upstream_is_an_http_url(url: str) -> None:
    with pytest.raises(ValueError, match="the upstream is a URL like"):
        Upstream.at(url)


# ---------------------------------------------------------------------------- only latency


@contextmanager
def delayed(upstream: str, latency: float) -> Iterator[str]:
    with Listener().running(Delay(Upstream.at(upstream), latency).serve) as origin:
        yield origin


def test_latency_lies_on_every_exchange_and_twice_on_the_first(gateway: str) -> None:
    with delayed(gateway, 0.05) as origin, a_client(origin + SAMPLE.base_path) as client:
        first, second = put(client, CONTENT), get(client)
    assert second.received.body == CONTENT
    assert first.seconds >= 0.1  # no clock can make it less
    assert second.seconds >= 0.05


def test_latency_is_added_to_responses_with_faults_too(gateway: str) -> None:
    with faulty_proxy(gateway, "chunked", latency=0.05) as (url, _), a_client(url) as client:
        assert put(client, b"x").seconds >= 0.05


def test_many_connections_wait_at_the_same_time(gateway: str) -> None:
    latency, connections = 0.3, 40
    with delayed(gateway, latency) as origin:
        port = int(origin.rpartition(":")[2])
        started = time.monotonic()
        sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
        for one in sockets:
            one.sendall(b"GET /v1/s3?key=none HTTP/1.1\r\nHost: a\r\n\r\n")
        assert all(one.recv(20).startswith(b"HTTP/1.1 ") for one in sockets)
        for one in sockets:
            one.close()
    # One after the other they would take so long at the least.
    assert time.monotonic() - started < latency * connections


def test_both_directions_keep_every_byte_in_order_and_their_ends() -> None:
    content = bytes(range(256)) * 20_000
    listener = socket.create_server(("127.0.0.1", 0))

    def echo() -> None:
        connection, _ = listener.accept()
        with connection:
            got = b"".join(iter(lambda: connection.recv(65536), b""))
            connection.sendall(got[::-1])

    thread = threading.Thread(target=echo)
    thread.start()
    with listener, delayed(f"http://127.0.0.1:{listener.getsockname()[1]}", 0.01) as origin:
        port = int(origin.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            assert b"".join(iter(lambda: connection.recv(65536), b"")) == content[::-1]
    thread.join()


def test_a_delay_before_nothing_ends_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with delayed(f"http://127.0.0.1:{port}", 0.01) as origin, a_client(origin) as client:
        assert get(client).failure.kind is FailureKind.CONNECTION_LOST
