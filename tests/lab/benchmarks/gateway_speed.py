"""How fast the reference gateway is: beside a bare application, and beside other targets.

`python -m tests.lab.benchmarks.gateway_speed` prints a table and JSON. A ratio is of two loads, one
right after the other in one run, each of the two first in every other pair, so that what else the
machine does falls on both; five pairs or more give the least, the median and the greatest. Where
/proc tells it, the last column is the ratio of requests a second of the server's own processor
time: what the rates come to where the client and all else have processors of their own.

The bare application (`bare`) stands on the same server with the same settings, reads the same
request and answers with as many bytes. A target is given by the address that its keys are appended
to: `--target=LocalStack=http://localhost:4566/_aws/execute-api/ID/v1/s3?key=BUCKET/`, where the
sample API is deployed.
"""

import base64
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.definitions import load
from fixtures.gateway.process import running_gateway
from tests.lab.benchmarks.hammer import Load, a_request, hammer
from tests.lab.command import make_parser
from tests.lab.emulators.__main__ import ENVIRONMENTS
from tests.lab.emulators.deployment import BUCKET, STAGE, Account
from tests.lab.emulators.emulator_process import running
from tests.lab.emulators.emulator_result import SkippedError
from tests.lab.emulators.installation import install
from tests.lab.emulators.targets import EMULATORS

_ROOT = Path(__file__).parents[3]
_SMALL = 256
_MIB = 1 << 20
_BINARY, _TEXT = "image/png", "text/plain"

TARGETS = {"small GET / bare": 0.5, "small GET / LocalStack": 15.0}
"""The least that a median ratio should be."""


@dataclass(frozen=True)
class Work:
    """One request of the gateway; `answer` is the size of the body that it is answered with."""

    name: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    answer: int = 0
    connections: int = 2

    def request(self, url: str) -> bytes:
        """The same request to another address."""
        return a_request(self.method, url, self.body, **self.headers)

    def load(self, seconds: float, url: str | None = None) -> Load:
        """What comes of sending it for so long."""
        to = url or self.url
        return hammer(to, self.request(to), connections=self.connections, seconds=seconds)


@dataclass(frozen=True)
class Server:
    """A server under load: its process where it is known, and what its processor time bought."""

    url: str
    pid: int | None = None

    def load(self, work: Work, seconds: float) -> tuple[Load, float | None]:
        """A load, and the requests that a second of the server's processor time answers."""
        before = self._processor_seconds()
        load = work.load(seconds, self.url)
        after = self._processor_seconds()
        if before is None or after is None or after == before:
            return load, None
        return load, load.answers / (after - before)

    def _processor_seconds(self) -> float | None:
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8")
        except OSError:
            return None
        # proc(5): fields 14 and 15, utime and stime; the command before them may hold spaces.
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _small(keys: str) -> list[Work]:
    """An upload and a download of a few bytes; `keys` is the address that a key is appended to."""
    both = {"Content_Type": "application/octet-stream", "Accept": "application/octet-stream"}
    return [
        Work("small PUT", "PUT", f"{keys}small", both, bytes(_SMALL), 0, connections=32),
        Work("small GET", "GET", f"{keys}small", both, answer=_SMALL, connections=32),
    ]


def _large(url: str, mib: int) -> Iterator[Work]:
    """Every conversion both ways, by the definition `conversions`; what is read is stored first."""
    size = mib * _MIB
    noise = random.Random(mib).randbytes(size)
    encoded, letters = base64.b64encode(noise)[:size], "\u00e9".encode() * (size // 2)
    # conversion -> body, its type, where it goes in; what is accepted and where it comes out, and
    # how large it is then
    conversions = {
        "the bytes": (noise, _BINARY, "as-is", _BINARY, "as-is", size),
        "Base64 text": (noise, _BINARY, "to-text", _TEXT, "as-is", -(-size // 3) * 4),
        "Base64-decoded": (encoded, _TEXT, "to-binary", _TEXT, "to-binary", size // 4 * 3),
        "text": (letters, _TEXT, "as-is", _TEXT, "as-is", size),
    }
    for name, (body, kind, way_in, accepted, way_out, answer) in conversions.items():
        title = f"{mib} MiB {{}} {name}"
        sent = {"Content_Type": kind}
        yield Work(title.format("PUT"), "PUT", f"{url}/{way_in}/bucket/put", sent, body)
        Work("", "PUT", f"{url}/as-is/bucket/get", sent, body, connections=1).load(0)
        look = f"{url}/{way_out}/bucket/get"
        yield Work(title.format("GET"), "GET", look, {"Accept": accepted}, answer=answer)


@dataclass(frozen=True)
class Compared:
    """One work done by the gateway and by another in turn."""

    name: str
    pairs: tuple[tuple[Load, Load], ...]
    processor: tuple[float, ...] = ()
    """The ratios of what a second of processor time answers, where they are known."""

    @property
    def ratios(self) -> list[float]:
        """The gateway's rate over the other's, pair by pair."""
        return [mine.rate / other.rate for mine, other in self.pairs]

    def line(self) -> str:
        """A line of the table."""
        mine, other = zip(*self.pairs, strict=True)
        figures = (
            f"{statistics.median(load.rate for load in side):9.1f}"
            f"{statistics.median(load.p99 for load in side):9.1f}"
            for side in (mine, other)
        )
        least, median, most = min(self.ratios), statistics.median(self.ratios), max(self.ratios)
        target = TARGETS.get(self.name)
        goal = "" if target is None else f"  {'meets' if median >= target else 'MISSES'} {target:g}"
        own = f"{statistics.median(self.processor):8.2f}" if self.processor else f"{'':8}"
        ratios = f"{least:9.2f}{median:8.2f}{most:8.2f}{own}"
        return f"{self.name:36}{''.join(figures)}{ratios}{goal}"


def _compared(
    work: Work, mine: Server, other: str, theirs: Server, pairs: int, seconds: float
) -> Compared:
    taken, processor = [], []
    for number in range(pairs):
        order = (theirs, mine) if number % 2 else (mine, theirs)
        done = {server: server.load(work, seconds) for server in order}
        (my_load, my_worth), (their_load, their_worth) = done[mine], done[theirs]
        taken.append((my_load, their_load))
        if my_worth and their_worth:
            processor.append(my_worth / their_worth)
    return Compared(f"{work.name} / {other}", tuple(taken), tuple(processor))


@contextmanager
def _bare() -> Iterator[Server]:
    command = [sys.executable, "-m", "tests.lab.benchmarks.bare_application"]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Server(process.stdout.readline().strip(), process.pid)
        finally:
            process.terminate()


def run() -> dict[str, Any]:
    """Measure beside the bare application and LocalStack, which is installed where it is missing.

    Raises `RuntimeError` where a server does not answer with 200, or LocalStack cannot be had.
    """
    try:
        with _localstack() as keys:
            return measure({"LocalStack": keys})
    except SkippedError as error:
        raise RuntimeError(f"LocalStack: {error}") from None


@contextmanager
def _localstack() -> Iterator[str]:
    """LocalStack with the sample API; gives the address that a key is appended to."""
    emulator = next(each for each in EMULATORS if each.name == "localstack")
    programs = install(emulator, ENVIRONMENTS)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(emulator, programs, Path(folder)) as port,
    ):
        account = Account(port)
        account.create_bucket()
        api = account.deploy(load("sample"))
        yield f"{emulator.invoke.format(port=port, api=api, stage=STAGE)}/s3?key={BUCKET}/"


def measure(
    targets: Mapping[str, str] | None = None,
    *,
    sizes: Sequence[int] = (1, 9),
    pairs: int = 5,
    seconds: float = 1.0,
) -> dict[str, Any]:
    """Measure, and give the ratios (least, median, most, and each pair's; the median by processor
    time) and the table's lines.

    `targets` are addresses by name that a key can be appended to, `sizes` are in MiB, `seconds` are
    those of one load. Raises `RuntimeError` where a server does not answer with 200.
    """
    found: list[Compared] = []
    with _bare() as bare:

        def against_bare(pid: int, works: Iterable[Work]) -> None:
            for work in works:
                theirs = Server(f"{bare.url}/?{work.answer}", bare.pid)
                mine = Server(work.url, pid)
                found.append(_compared(work, mine, "bare", theirs, pairs, seconds))

        with running_gateway("sample") as gateway:
            small = _small(f"{gateway.url}/s3?key=bucket/")
            against_bare(gateway.pid, small)
            for name, keys in (targets or {}).items():
                for work, same in zip(small, _small(keys), strict=True):
                    mine, theirs = Server(work.url, gateway.pid), Server(same.url)
                    found.append(_compared(work, mine, name, theirs, pairs, seconds))
        with running_gateway("conversions") as gateway:
            for mib in sizes:
                against_bare(gateway.pid, _large(gateway.url, mib))
    heading = f"{'gateway / other':36}{'req/s':>9}{'p99 ms':>9}{'req/s':>9}{'p99 ms':>9}"
    return {
        "ratios": {
            one.name: {
                "min": min(one.ratios),
                "median": statistics.median(one.ratios),
                "max": max(one.ratios),
                "pairs": one.ratios,
                "processor": statistics.median(one.processor) if one.processor else None,
            }
            for one in found
        },
        "lines": [
            f"{heading}{'min':>9}{'median':>8}{'max':>8}{'cpu':>8}",
            *(one.line() for one in found),
        ],
    }


def main() -> None:
    """Print the table, then the ratios as JSON."""
    parser = make_parser("benchmarks.gateway_speed", "Measure small GETs a second.")
    parser.add_argument("--target", action="append", default=[], metavar="NAME=ADDRESS")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    targets = dict(target.split("=", 1) for target in options.target)
    result = measure(targets, pairs=options.pairs, seconds=options.seconds)
    print(*result["lines"], sep="\n")  # noqa: T201 - what it is run for
    print(json.dumps(result["ratios"], indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
