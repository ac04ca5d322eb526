"""Processes that each hold one gateway on a socket, for work that is done many times."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack

from fixtures.faults.host import Host

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


def wait_briefly(_seconds: float) -> None:
    """Wait for next to nothing, where a client would back off: no overload is real here."""
    time.sleep(0.001)
