"""A connection handler on a loopback socket: in a thread, or until a signal."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator

from fixtures.gateway.server import listen
from tests.lab.network_faults.upstream import PIECE

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """A listening socket; `origin` is its URL."""

    def __init__(self, port: int = 0) -> None:
        """Begin to listen; raises `OSError` where the port cannot be had."""
        self._socket = listen(port)
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @contextlib.contextmanager
    def running(self, handler: Handler) -> Iterator[str]:
        """Serve in a thread for the time of a `with` block; gives the origin."""
        ready = threading.Event()
        loop = asyncio.new_event_loop()
        stop = asyncio.Event()

        async def serve() -> None:
            ready.set()
            await self._serve(handler, stop)

        def run() -> None:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serve())

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        ready.wait()
        try:
            yield self.origin
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()

    def run(self, handler: Handler, ready: Callable[[], None]) -> None:
        """Serve in this thread, until SIGINT or SIGTERM; `ready` is called once these are heard."""

        async def serve() -> None:
            stop = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            ready()
            await self._serve(handler, stop)

        asyncio.run(serve())

    async def _serve(self, handler: Handler, stop: asyncio.Event) -> None:
        tasks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await handler(reader, writer)
            except asyncio.CancelledError:
                writer.transport.abort()
            finally:
                tasks.discard(task)

        server = await asyncio.start_server(connected, sock=self._socket, limit=PIECE)
        await stop.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
