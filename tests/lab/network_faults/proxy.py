"""The proxy: one request after the other, each answered as the injected faults have it.

Strategy: a request is read whole and passed on whole; its answer comes whole from the upstream and
becomes a script of bytes, pauses and an end. The faults of each request are kept by its client.
"""

import asyncio
import contextlib
import socket
import struct
from collections import defaultdict

import h11

from tests.lab.network_faults.network_fault import FaultInjector, InjectedFaults
from tests.lab.network_faults.response_script import NOT_FORWARDED, End, script
from tests.lab.network_faults.upstream import (
    LONGEST_HEAD,
    Upstream,
    UpstreamConnection,
    body_of,
    next_event,
)

# SO_LINGER with no time to linger: closing sends RST and not FIN.
_NO_LINGER = struct.pack("ii", 1, 0)
# Seconds.
_LONGEST_IDLE = 0.003
_LONGEST_SILENCE = 60.0


class Proxy:
    """Stands before one upstream.

    `injected` has the faults of the requests of each `User-Agent`, in their order.
    """

    def __init__(self, upstream: Upstream, injector: FaultInjector, latency: float = 0.0) -> None:
        """`latency` is added to every answer, in seconds."""
        self._upstream = upstream
        self._injector = injector
        self._latency = latency
        self.injected: dict[str, list[InjectedFaults]] = defaultdict(list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        # So that `drain` means sent, and a reset takes nothing back that was to go out.
        writer.transport.set_write_buffer_limits(high=0)
        connection = UpstreamConnection(self._upstream)
        try:
            rest = b""
            while (following := await self._exchange(reader, writer, connection, rest)) is not None:
                rest = following
        except (OSError, h11.ProtocolError):
            _reset(writer)
        finally:
            connection.close()
            writer.close()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        connection: UpstreamConnection,
        rest: bytes,
    ) -> bytes | None:
        """Serve one request; what was read behind it, or `None` where the connection is over."""
        protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
        if rest:
            protocol.receive_data(rest)
        request = await next_event(protocol, reader)
        if not isinstance(request, h11.Request):
            return None
        event = self._faults_of(request)
        if event.failure == "reset-at-request":  # of an upload, before its body is read
            _reset(writer)
            return None
        body = await body_of(protocol, reader)
        forwarded = event.failure not in NOT_FORWARDED
        answer = await connection.exchange(request, body) if forwarded else None
        plan = script(request.method, answer, event)
        await asyncio.sleep(plan.before + self._latency)
        for number, piece in enumerate(plan.pieces):
            if number:
                await asyncio.sleep(plan.pause)
            writer.write(piece)
            await writer.drain()
        if plan.end is End.KEEP and protocol.their_state is h11.DONE:
            return protocol.trailing_data[0]
        await _end(plan.end, reader, writer, event)
        return None

    def _faults_of(self, request: h11.Request) -> InjectedFaults:
        agents = (value for name, value in request.headers if name == b"user-agent")
        client = next(agents, b"").decode("latin-1")
        before = self.injected[client]
        before.append(self._injector.faults_of(client, len(before)))
        return before[-1]


async def _end(
    end: End, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, event: InjectedFaults
) -> None:
    if end is End.RESET:
        # Half of them at once, half of them after what was sent has been seen.
        await asyncio.sleep(event.random().choice((0, 0.002)))
        _reset(writer)
    elif end is End.IDLE:
        await asyncio.sleep(event.random().uniform(0, _LONGEST_IDLE))
    elif end is End.SILENT:
        with contextlib.suppress(TimeoutError):  # until the client has had enough
            await asyncio.wait_for(reader.read(1), _LONGEST_SILENCE)


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() != -1:  # the client may have left already
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()
