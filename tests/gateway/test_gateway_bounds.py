"""What a client, a store or a folder can do to the gateway over a real socket, and cannot."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fixtures.gateway import bounded_protocol
from fixtures.gateway.embedded_store import EmbeddedStore
from fixtures.gateway.object_storage import FolderObjects
from fixtures.gateway.server import listen, make_server
from fixtures.gateway.store import S3Request


@contextmanager
def listening() -> Iterator[tuple[int, list[dict[bytes, bytes]]]]:
    """A server that answers 200 to every request; its port, and the headers of each request."""
    seen: list[dict[bytes, bytes]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            more = event.get("more_body", False)
        seen.append(dict(scope["headers"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    with listen(0) as listener:
        server = make_server(application)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname()[1], seen
        finally:
            server.should_exit = True
            thread.join()


def sent(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """All that comes back for these pieces until the server closes or a response is whole."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        except OSError:  # the server has closed it
            pass
        received = b""
        try:
            while not received.endswith((b"ok", b"0\r\n\r\n")) and (more := connection.recv(65536)):
                received += more
        except ConnectionError:
            pass
        return received


POST = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_trailers_are_read_and_never_become_headers() -> None:
    trailers = b"0\r\nX-Trailer: 1\r\nContent-Type: image/png\r\n\r\n"
    with listening() as (port, seen):
        assert sent(port, POST, b"2\r\nab\r\n", trailers).startswith(b"HTTP/1.1 200")
    assert seen[0].keys() == {b"host", b"transfer-encoding"}


def test_a_connection_serves_one_request_after_the_other() -> None:
    get = b"GET / HTTP/1.1\r\nHost: h\r\nX-N: 1\r\n\r\n"
    with listening() as (port, seen):
        assert sent(port, get + get, pause=0.2).count(b"HTTP/1.1 200") == 2
    assert [headers[b"x-n"] for headers in seen] == [b"1", b"1"]


def test_a_head_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_protocol, "LARGEST_HEAD", 10_000)
    with listening() as (port, seen):
        lines = [b"X-Line: 1\r\n" * 1000] * 50
        assert b"400 Bad Request" in sent(port, b"GET / HTTP/1.1\r\n", *lines, pause=0.01)
        # One line alone, too, of which no end ever comes.
        assert b"400 Bad Request" in sent(
            port, b"GET / HTTP/1.1\r\nX-Line: ", *[b"x" * 10_000] * 50, pause=0.01
        )
    assert seen == []


def test_trailers_without_an_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_protocol, "LARGEST_OVERHEAD", 10_000)
    body = [b"%x\r\n%s\r\n" % (5000, b"b" * 5000)] * 20
    with listening() as (port, seen):
        assert sent(port, POST, *body, b"0\r\n\r\n").startswith(b"HTTP/1.1 200")
        endless = [b"X-Line: 1\r\n" * 500] * 50
        assert b"200" not in sent(port, POST, b"0\r\n", *endless, pause=0.01)
    assert len(seen) == 1


def test_a_head_that_drips_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_protocol, "LONGEST_HEAD_SECONDS", 0.3)
    started = time.monotonic()
    with listening() as (port, seen):
        drip = [b"X: 1\r\n"] * 40
        assert b"400 Bad Request" in sent(port, b"GET / HTTP/1.1\r\n", *drip, pause=0.05)
        # A client that goes away in the middle leaves nothing behind.
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            time.sleep(0.05)
    assert seen == []
    assert time.monotonic() - started < 10


def test_what_a_folder_cannot_give_is_an_internal_error_of_s3(tmp_path: Path) -> None:
    store = EmbeddedStore(FolderObjects(tmp_path / "objects"))
    put = S3Request("PUT", "k", headers={"content-type": "image/png"}, body=b"\xff")
    assert asyncio.run(store.send(put)).status == 200
    (file,) = (tmp_path / "objects").iterdir()
    for content in (b"", b"no JSON\n", b"[]\n", json.dumps({"other": 1}).encode() + b"\n"):
        file.write_bytes(content)
        answer = asyncio.run(store.send(S3Request("GET", "k")))
        assert answer.status == 500
        assert b"<Code>InternalError</Code>" in answer.body
