"""A bare ASGI application on the gateway's own server: what the gateway could reach at best.

It reads a request to its end and answers with bytes that it holds ready, as many as it is told in
the query: `/?256`. It stands for a server that finds, signs and converts nothing.
"""

import asyncio
import sys
from functools import cache

from fixtures.gateway.application import Receive, Scope, Send
from fixtures.gateway.server import listen, make_server, stop_on_signals

_HEADERS = [(b"Content-Type", b"application/octet-stream")]


@cache
def _body(size: int) -> bytes:
    return bytes(size)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    while (await receive()).get("more_body", False):
        pass
    body = _body(int(scope["query_string"] or b"0"))
    length = (b"Content-Length", str(len(body)).encode())
    start = {"type": "http.response.start", "status": 200, "headers": [*_HEADERS, length]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve on any free port until told to stop, and say where."""
    with listen(0) as listener:
        server = make_server(application)
        stop_on_signals(server)
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - what it says
        asyncio.run(server.serve([listener]))


if __name__ == "__main__":
    sys.exit(main())
