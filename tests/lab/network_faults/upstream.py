"""Asking the upstream: one request, one whole answer, over a connection that is kept.

Strategy: h11 reads and writes what is HTTP. What the upstream breaks off, or says in no HTTP, is an
`OSError` or a `h11.RemoteProtocolError`, and the proxy breaks off too.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from tests.lab.network_faults.response_script import Response

PIECE = 64 * 1024
"""Bytes that are read at a time."""
LONGEST_HEAD = 256 * 1024


@dataclass(frozen=True)
class Upstream:
    """The origin behind a proxy."""

    host: str
    port: int

    @classmethod
    def at(cls, url: str) -> "Upstream":
        """The origin of a URL, whose path is left to the requests.

        Raises `ValueError` where the URL names no host or is not http.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"the upstream is a URL like http://127.0.0.1:8080/v1, not {url!r}")
        return cls(parts.hostname, 80 if parts.port is None else parts.port)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A new connection; raises `OSError`."""
        return await asyncio.open_connection(self.host, self.port, limit=PIECE)


class UpstreamConnection:
    """Asks the upstream on behalf of one client, over one connection for as long as it lasts."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._kept: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: h11.Request, body: bytes) -> Response:
        """Send a request and read the whole answer; raises `OSError` or `RemoteProtocolError`."""
        protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        lines = request.headers.raw_items()
        events = (
            h11.Request(method=request.method, target=request.target, headers=lines),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        out = b"".join(protocol.send(event) or b"" for event in events)
        if self._kept is None:
            self._kept = await self._upstream.connect()
        reader, writer = self._kept
        writer.write(out)
        await writer.drain()
        answer = await _answer(protocol, reader, request.method)
        if protocol.their_state is not h11.DONE or protocol.trailing_data[0]:
            self.close()
        return answer

    def close(self) -> None:
        """Close the connection."""
        if self._kept is not None:
            self._kept[1].transport.abort()
            self._kept = None


async def next_event(protocol: h11.Connection, reader: asyncio.StreamReader) -> h11.Event:
    """The next event of a connection, read as far as needed."""
    while (event := protocol.next_event()) is h11.NEED_DATA:
        protocol.receive_data(await reader.read(PIECE))
    assert not isinstance(event, type)
    return event


async def body_of(protocol: h11.Connection, reader: asyncio.StreamReader) -> bytes:
    """The body, read to the end of the message; raises where it is broken off."""
    body = bytearray()
    while isinstance(event := await next_event(protocol, reader), h11.Data):
        body += event.data
    if not isinstance(event, h11.EndOfMessage):
        raise ConnectionError("the message was broken off")
    return bytes(body)


async def _answer(
    protocol: h11.Connection, reader: asyncio.StreamReader, method: bytes
) -> Response:
    while isinstance(event := await next_event(protocol, reader), h11.InformationalResponse):
        pass
    if not isinstance(event, h11.Response):
        raise ConnectionError("the upstream broke off")
    body = await body_of(protocol, reader)
    bodiless = method == b"HEAD" or event.status_code in (204, 304)
    headers = _lines(event.headers.raw_items())
    return Response(event.status_code, event.reason, headers, body, bodiless)


def _lines(items: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((bytes(name), bytes(value)) for name, value in items)
