"""What the suite is compared with: httpx, sending the same requests and judging nothing."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import httpx

from fixtures.cases.exchange import Sent


def one_by_one(requests: Sequence[Sent]) -> float:
    """Seconds that a plain `httpx.Client` takes for one request after the other."""
    made = list(_made(requests))
    with httpx.Client(trust_env=False, timeout=60.0) as client:
        began = time.perf_counter()
        for request in made:
            client.send(request)
        return time.perf_counter() - began


def at_once(requests: Sequence[Sent], concurrency: int) -> float:
    """Seconds that an `httpx.AsyncClient` takes with so many under way."""
    return asyncio.run(_at_once(list(_made(requests)), concurrency))


async def _at_once(requests: Sequence[httpx.Request], concurrency: int) -> float:
    waiting = iter(requests)
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    async with httpx.AsyncClient(trust_env=False, timeout=60.0, limits=limits) as client:

        async def work() -> None:
            for request in waiting:
                await client.send(request)

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(concurrency)))
        return time.perf_counter() - began


def _made(requests: Sequence[Sent]) -> Iterator[httpx.Request]:
    for sent in requests:
        parts = urlsplit(sent.url)
        raw = f"{parts.path}?{parts.query}" if parts.query else parts.path
        yield httpx.Request(
            sent.method,
            sent.url,
            headers=sent.headers,
            content=sent.body,
            extensions={"target": raw.encode("ascii") or b"/"},
        )
