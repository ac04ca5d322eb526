"""One process that sends the same request over several connections, as fast as it is answered.

Strategy: raw sockets and one `select`, because the client must not be what is measured: it spends a
tenth of the time on a request that the fastest server here does. An answer is read by its length
and only its status. `hammer` starts the process, so that the caller's own work costs it nothing.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"


@dataclass(frozen=True)
class Load:
    """The result: requests a second, the 99th percentile of a request's time in milliseconds,
    and how many were answered.
    """

    rate: float
    p99: float
    answers: int


def a_request(method: str, url: str, body: bytes = b"", **headers: str) -> bytes:
    """A request as it goes over the wire; `_` in a header's name means `-`."""
    address = urlsplit(url)
    target = address.path + (f"?{address.query}" if address.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {address.netloc}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "PUT":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def hammer(url: str, request: bytes, *, connections: int, seconds: float) -> Load:
    """Send a request over and over for so long; raises `RuntimeError` where one is not answered
    with 200.
    """
    address = urlsplit(url)
    command = [sys.executable, str(Path(__file__)), address.hostname or "", str(address.port)]
    done = subprocess.run(
        [*command, str(connections), str(seconds)], input=request, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip().splitlines()[-1])
    return Load(**json.loads(done.stdout))


class _Connection:
    """One connection and the answer that it waits for."""

    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self._address, self._request = address, request
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection(self._address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> None:
        self._head, self._remaining = b"", -1
        self.sent = time.perf_counter()
        self.socket.sendall(self._request)

    def finished(self, buffer: memoryview) -> bool:
        """Read what there is; whether that was the answer's end."""
        count = self.socket.recv_into(buffer)
        if not count:
            raise ConnectionError("the server let go of the connection")
        if self._remaining < 0:
            self._head += bytes(buffer[:count])
            return self._head_finished()
        if self._remaining:
            self._remaining -= count
            return not self._remaining
        self._head = (self._head + bytes(buffer[:count]))[-len(_LAST_CHUNK) :]
        return self._head == _LAST_CHUNK

    def _head_finished(self) -> bool:
        end = self._head.find(b"\r\n\r\n") + 4
        if end < 4:
            return False
        if not self._head.startswith(b"HTTP/1.1 200 "):
            raise ConnectionError(f"the server answered {self._head[:300]!r}")
        length = _LENGTH.search(self._head, 0, end)
        if length is not None:
            self._remaining = int(length[1]) - (len(self._head) - end)
            return not self._remaining
        self._remaining = 0
        self._head = self._head[-len(_LAST_CHUNK) :]
        return self._head == _LAST_CHUNK


def _main(host: str, port: str, connections: str, seconds: str) -> None:
    request = sys.stdin.buffer.read()
    selector = selectors.DefaultSelector()
    buffer = memoryview(bytearray(1 << 20))
    taken: list[float] = []
    for _ in range(int(connections)):
        connection = _Connection((host, int(port)), request)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    began = now = time.perf_counter()
    ends = began + float(seconds)
    while now < ends or not taken:
        for key, _ in selector.select():
            if key.data.finished(buffer):
                now = time.perf_counter()
                taken.append(now - key.data.sent)
                key.data.send()
    taken.sort()
    p99 = taken[min(len(taken) - 1, len(taken) * 99 // 100)]
    load = {"rate": len(taken) / (now - began), "p99": p99 * 1000, "answers": len(taken)}
    print(json.dumps(load))  # noqa: T201 - for the parent


if __name__ == "__main__":
    _main(*sys.argv[1:])
