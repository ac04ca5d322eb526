"""Helpers of the client tests: a server on loopback that records and sends exact bytes."""

import io
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from fixtures.client import Client
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import Timeouts
from fixtures.definitions import load
from tests.helpers import read_chunks

QUICK = Timeouts(connect=2.0, read=2.0, exchange=5.0)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_LONGEST_SILENCE = 10.0
# SO_LINGER with no time to linger: closing sends RST and not FIN.
_RESET = struct.pack("ii", 1, 0)

SAMPLE = load("sample")
GET, PUT = SAMPLE.operations


@dataclass(frozen=True)
class Reply:
    """Pieces of bytes with a pause before each; then the connection is kept, closed or reset.

    `silent` waits until the client goes away.
    """

    pieces: tuple[bytes, ...]
    end: str = "keep"
    pause: float = 0.0


def answering(answer: bytes, end: str = "keep") -> Reply:
    """One answer in one piece."""
    return Reply((answer,), end)


def status(code: int, *headers: str) -> Reply:
    """An answer of that status with an empty body."""
    lines = (f"HTTP/1.1 {code} Reason", *headers, "Content-Length: 0", "", "")
    return answering("\r\n".join(lines).encode("latin-1"))


def hang_up() -> Reply:
    """The connection is closed before a response."""
    return Reply((), "close")


def reset() -> Reply:
    """The connection is reset before a response."""
    return Reply((), "reset")


def silent() -> Reply:
    """The connection stays open without a response."""
    return Reply((), "silent")


@dataclass(frozen=True)
class Got:
    """One request, byte for byte."""

    head: bytes
    body: bytes

    @property
    def line(self) -> str:
        """The request line."""
        return self.head.split(b"\r\n")[0].decode("latin-1")

    @property
    def target(self) -> str:
        """The request target, whatever is in it."""
        return self.line.partition(" ")[2].removesuffix(" HTTP/1.1")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names as spelled and values, in order."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return [(name, value) for name, _, value in (line.partition(": ") for line in lines)]

    @property
    def names(self) -> list[str]:
        """The headers' names as spelled, in order."""
        return [name for name, _ in self.headers]

    def header(self, name: str) -> list[str]:
        """All values under that name, letter case ignored."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass
class Wire:
    """The requests of a server; each gets the next reply, all further ones the last."""

    replies: tuple[Reply, ...]
    port: int = 0
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    ending: bool = False
    current: socket.socket | None = None

    @property
    def url(self) -> str:
        """The endpoint, with a stage."""
        return f"http://127.0.0.1:{self.port}/v1"

    def serve(self, listener: socket.socket) -> None:
        """Serve one connection after the other until the wire ends."""
        listener.settimeout(0.02)
        while not self.ending:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                self.connections += 1
                self.current = connection
                connection.settimeout(_LONGEST_SILENCE)
                try:
                    self._converse(connection)
                except OSError:  # the client went away, which some tests are about
                    continue

    def _converse(self, connection: socket.socket) -> None:
        while (got := _request(connection)) is not None:
            reply = self.replies[min(len(self.got), len(self.replies) - 1)]
            self.got.append(got)
            for piece in reply.pieces:
                time.sleep(reply.pause)
                connection.sendall(piece)
            if reply.end == "silent":
                connection.recv(1)
            if reply.end == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            if reply.end != "keep":
                return


def _request(connection: socket.socket) -> Got | None:
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return None
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    if Got(head, b"").header("Transfer-Encoding"):
        while not body.endswith(b"0\r\n\r\n"):
            body += connection.recv(1 << 20)
        return Got(head, read_chunks(io.BytesIO(body)))
    lengths = Got(head, b"").header("Content-Length")
    length = int(lengths[0]) if lengths else 0
    while len(body) < length:
        more = connection.recv(1 << 20)
        if not more:
            return None
        body += more
    # What is more than the length says stays in the body, where a test sees it.
    return Got(head, body)


@contextmanager
def a_wire(*replies: Reply) -> Iterator[Wire]:
    """A server in a thread that gives these replies, stopped at the end of the block."""
    wire = Wire(replies or (answering(OK),))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire.port = listener.getsockname()[1]
        thread = threading.Thread(target=wire.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            wire.ending = True
            # A client that is still connected is hung up on.
            if wire.current is not None:
                with suppress(OSError):
                    wire.current.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def a_client(url: str, **options: object) -> Iterator[Client]:
    """A client with short timeouts, closed at the end of the block."""
    client = Client(
        url, **{"timeouts": QUICK, "limiter": ConcurrencyLimiter(sleep=lambda _: None), **options}
    )
    try:
        yield client
    finally:
        client.close()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
