"""What the benchmarks share: processes that are timed, requests that are taped, and pairs.

Every ratio is of two things done one after the other in one run, each of them first in every other
pair, so that what else the machine does falls on both.
"""

import os
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.cases.exchange import Sent

ROOT = Path(__file__).parents[3]
PAIRS = 5


@dataclass(frozen=True)
class Done:
    """A process that has ended: its seconds, its peak of resident memory in MB, what it said."""

    seconds: float
    peak: float
    status: int
    said: str


def python(*arguments: str, **environment: str) -> Done:
    """Run this interpreter from the project's root."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    return Done(seconds, usage.ru_maxrss / 1024, process.returncode, said)


def suite(url: str, out: Path, *options: str, status: int = 0, **environment: str) -> Done:
    """A whole run of the suite; raises `RuntimeError` where it does not end as it should."""
    own = ("-q", "-p", "no:cacheprovider", "-o", f"reports_out={out}", f"--endpoint={url}")
    done = python("-m", "pytest", *own, *options, **environment)
    if done.status != status:
        raise RuntimeError(f"the suite ended with {done.status}: {done.said[-2000:]}")
    return done


def taped(url: str, out: Path, *options: str) -> list[Sent]:
    """Every request that a run of the suite sends, the searches' too, in order."""
    tape = out / "tape.pickle"
    suite(url, out, "-p", "tests.lab.benchmarks.tape", *options, TAPE=str(tape))
    requests: list[Sent] = pickle.loads(tape.read_bytes())
    return requests


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """A server of this project's own in a process; gives the URL that it names."""
    command = [sys.executable, "-m", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield line.rpartition(" on ")[2].strip()
        finally:
            process.terminate()


def paired(
    one: Callable[[], float], other: Callable[[], float], pairs: int = PAIRS
) -> list[tuple[float, float]]:
    """The figures of both, done in turn."""
    found = []
    for number in range(pairs):
        if number % 2:
            second = other()
            found.append((one(), second))
        else:
            found.append((one(), other()))
    return found


def ratio(
    pairs: Sequence[tuple[float, float]], *, at_most: float | None = None, at_least: float = 0.0
) -> dict[str, Any]:
    """Least, median and greatest of one over other, and whether the median meets its target."""
    ratios = [one / other for one, other in pairs]
    median = statistics.median(ratios)
    found: dict[str, Any] = {
        "min": min(ratios),
        "median": median,
        "max": max(ratios),
        "pairs": ratios,
    }
    if at_most is not None:
        found |= {"target": f"<= {at_most:g}", "met": median <= at_most}
    elif at_least:
        found |= {"target": f">= {at_least:g}", "met": median >= at_least}
    return found


def table(ratios: dict[str, dict[str, Any]]) -> list[str]:
    """A line for each ratio."""
    width = max(map(len, ratios))
    return [
        f"{'ratio':<{width}}{'min':>9}{'median':>9}{'max':>9}",
        *(
            f"{name:<{width}}{one['min']:9.2f}{one['median']:9.2f}{one['max']:9.2f}"
            + (
                f"  {'meets' if one['met'] else 'MISSES'} {one['target']}"
                if "target" in one
                else ""
            )
            for name, one in ratios.items()
        ),
    ]
