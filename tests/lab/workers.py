"""Processes that each hold one gateway on a socket, for work that is done many times."""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager

from fixtures.api import Definition
from fixtures.client import CaseRunner, Client
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import Timeouts
from fixtures.faults.host import Host
from suites.runner.repetition import Repetition

_PROCESSES = 2
_IN_THIS_PROCESS = ExitStack()
_hosts: list[Host] = []


def make_pool() -> ProcessPoolExecutor:
    """Worker processes, in each of which `host` is at hand."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(_PROCESSES, mp_context=context, initializer=_open)


def host() -> Host:
    """The host of this worker process."""
    return _hosts[0]


def _open() -> None:
    _hosts.append(_IN_THIS_PROCESS.enter_context(Host().running()))


def repetition_by(definition: Definition, runner: CaseRunner) -> Repetition:
    """What sends again, as in a run, where a request fails by 502 or 503."""
    return Repetition(definition, lambda request, case: runner.send(request, case.id))


@contextmanager
def case_runner(
    url: str, prefix: str, timeouts: Timeouts, attempts: int = 4
) -> Iterator[CaseRunner]:
    """What sends cases, and hardly waits where a client would back off: no overload is real."""
    limiter = ConcurrencyLimiter(sleep=lambda _seconds: time.sleep(0.001))
    client = Client(url, timeouts=timeouts, attempts=attempts, limiter=limiter)
    try:
        yield CaseRunner(client, prefix)
    finally:
        client.close()
