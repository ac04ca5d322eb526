"""A fixed latency and nothing else: bytes that arrive later, in both directions.

Strategy: a relay that does not look at what it relays, so that it costs next to nothing beside the
time it adds. Half of the latency lies on the way there and half on the way back, and a new
connection takes one whole round trip first, as its handshake would. What is under way is limited,
as by any network.
"""

import asyncio
import contextlib

from tests.lab.network_faults.upstream import PIECE, Upstream

_UNDER_WAY = 256
"""Pieces of at most 64 KiB in one direction."""

_Queue = asyncio.Queue[tuple[float, bytes]]


class Delay:
    """Relays connections to the upstream; `latency` is that of a round trip, in seconds."""

    def __init__(self, upstream: Upstream, latency: float) -> None:
        self._upstream = upstream
        self._latency = latency

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection to its end."""
        try:
            there = await self._upstream.connect()
        except OSError:
            writer.transport.abort()
            return
        made = asyncio.get_running_loop().time() + self._latency
        ways: tuple[_Queue, _Queue] = (asyncio.Queue(_UNDER_WAY), asyncio.Queue(_UNDER_WAY))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._leave(reader, ways[0], made))
                group.create_task(_arrive(ways[0], there[1]))
                group.create_task(self._leave(there[0], ways[1], made))
                group.create_task(_arrive(ways[1], writer))
        except* OSError:  # one side is gone, and so the other goes
            pass
        finally:
            for end in (there[1], writer):
                end.close()

    async def _leave(self, reader: asyncio.StreamReader, way: _Queue, made: float) -> None:
        clock = asyncio.get_running_loop().time
        piece = b"any"
        while piece:  # the empty one says that no more will come
            piece = await reader.read(PIECE)
            await way.put((max(clock(), made) + self._latency / 2, piece))


async def _arrive(way: _Queue, writer: asyncio.StreamWriter) -> None:
    clock = asyncio.get_running_loop().time
    while True:
        due, piece = await way.get()
        if due > clock():
            await asyncio.sleep(due - clock())
        if not piece:
            with contextlib.suppress(OSError):
                writer.write_eof()
            return
        writer.write(piece)
        await writer.drain()
