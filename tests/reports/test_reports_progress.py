"""How far a run is: on a terminal, in a log, and with what pytest shows by itself."""

import os
import pty
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reports.progress import Progress, rounded_duration

ROOT = Path(__file__).parents[2]


@dataclass
class Reporter:
    """A terminal reporter that keeps what it is told to show."""

    terminal: bool
    lines: list[str] = field(default_factory=list)
    showfspath: bool = True
    currentfspath: object = None

    def isatty(self) -> bool:
        return self.terminal

    def write_line(self, line: str) -> None:
        self.lines.append(line)

    def rewrite(self, line: str, *, erase: bool) -> None:
        assert erase
        self.lines.append(line)


@dataclass
class Bench:
    """A run of `planned` cases, each of which takes `each` seconds."""

    planned: int
    each: float = 1.0
    terminal: bool = False
    now: float = 1000.0

    def __post_init__(self) -> None:
        self.reporter = Reporter(self.terminal)
        self.progress = Progress(self.reporter, lambda: self.planned, lambda: self.now)  # type: ignore[arg-type]

    def run(self, cases: int, status: str = "passed") -> list[str]:
        """Run some cases and give the lines that this brought."""
        before = len(self.reporter.lines)
        for _ in range(cases):
            self.now += self.each
            for when, facts in (("setup", {}), ("call", {"status": status}), ("teardown", {})):
                report: Any = SimpleNamespace(when=when, **facts)
                self.progress.pytest_runtest_logreport(report)
        return self.reporter.lines[before:]


def test_a_log_gets_a_line_for_each_tenth() -> None:
    bench = Bench(planned=50)
    assert bench.run(4) == []
    assert bench.run(1) == ["5 of 50 cases, about 45 s left"]
    assert len(bench.run(40)) == 8
    assert bench.run(5) == ["50 of 50 cases"]


def test_a_log_gets_a_line_a_minute_where_tenths_are_long() -> None:
    bench = Bench(planned=10_000, each=7.0)
    lines = bench.run(100)
    assert [line.split()[0] for line in lines] == ["10", "19", "28", "37", "46", "55", "64", "73",
                                                   "82", "91", "100"]  # fmt: skip
    assert lines[0].endswith(f"about {7 * 9990 // 60 + 1} min left")


def test_a_terminal_gets_a_line_that_renews_itself_but_not_for_every_case() -> None:
    bench = Bench(planned=1000, each=0.01, terminal=True)
    lines = bench.run(1000)
    assert 50 < len(lines) < 150
    assert lines[-1] == "1000 of 1000 cases"
    assert bench.reporter.currentfspath is not None  # what comes next begins a line of its own


def test_what_was_found_so_far_is_in_the_line() -> None:
    bench = Bench(planned=10)
    assert bench.run(1, "failed") == ["1 of 10 cases, 1 failed"]
    assert bench.run(1, "failed") == ["2 of 10 cases, 2 failed, about 8 s left"]
    (line,) = bench.run(1, "inconclusive")
    assert line == "3 of 10 cases, 2 failed, 1 inconclusive, about 7 s left"


def test_the_time_before_the_first_case_is_no_measure() -> None:
    bench = Bench(planned=4)
    bench.now += 500
    assert bench.run(2)[-1] == "2 of 4 cases, about 2 s left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (59.5, "60 s"), (120, "120 s"), (121, "3 min"), (3600, "60 min")],
)
def test_an_estimate_is_in_whole_seconds_or_minutes(seconds: float, words: str) -> None:
    assert rounded_duration(seconds) == words


# --------------------------------------------------------------------------- in a real run


def shown(tmp_path: Path, *arguments: str, terminal: bool = False) -> str:
    """What a run shows before its summary, on a terminal or in a log."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o",
               f"reports_out={tmp_path}", "suites/errors", *arguments]  # fmt: skip
    master, slave = pty.openpty()
    out = slave if terminal else subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out
    ) as run:
        os.close(slave)
        told = b""
        while chunk := _read(master if terminal else run.stdout.fileno()):  # type: ignore[union-attr]
            told += chunk
    os.close(master)
    assert run.returncode == 0, told
    return told.decode().partition("= conformance =")[0]


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how a terminal says that nobody writes to it any more
        return b""


@pytest.mark.parametrize("workers", [(), ("-n1",)], ids=["alone", "a-worker"])
def test_a_log_has_plain_lines_and_no_dots(tmp_path: Path, workers: tuple[str, ...]) -> None:
    text = shown(tmp_path, *workers)
    lines = re.findall(r"^(\d+) of (\d+) cases(?:, about \d+ s left)?$", text, re.MULTILINE)
    assert 5 <= len(lines) <= 11
    assert lines[-1][0] == lines[-1][1]
    assert "\r" not in text
    assert not re.search(r"^\S*\.{5}", text, re.MULTILINE)


@pytest.mark.parametrize("workers", [(), ("-n1",)], ids=["alone", "a-worker"])
def test_a_terminal_has_one_line_that_renews_itself(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    text = shown(tmp_path, *workers, terminal=True)
    assert re.search(r"\r(\d+) of \1 cases *", text)
    assert "\n1 of" not in text


def test_a_quiet_run_shows_what_pytest_shows(tmp_path: Path) -> None:
    text = shown(tmp_path, "-q")
    assert " cases" not in text
    assert re.search(r"^[.n]{30}", text, re.MULTILINE)
