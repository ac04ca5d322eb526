"""One run that is interrupted at a random moment, and how it ended."""

import random
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from fixtures.exceptions import ReportError
from reports.loader import load
from tests.remote_run.helpers import ROOT, Host

_LONGEST_DELAY = 6.0
_LONGEST_END = 120.0
_LONGEST_START = 60.0
_STATUSES = (0, 6)
"""Nothing deviates: 0 where the signal came after the last test."""


@dataclass(frozen=True)
class Ending:
    """What is left of a run: its exit status, objects in the bucket, whether it has a document."""

    status: int
    objects: int
    has_document: bool
    traceback: str
    """What was printed from the first traceback on, or ""."""

    @property
    def is_good(self) -> bool:
        """Whether nothing is left but a document."""
        whole = self.has_document and not self.traceback
        return whole and not self.objects and self.status in _STATUSES

    def __str__(self) -> str:
        """In words."""
        document = "a document" if self.has_document else "no document"
        traceback = f", a traceback:\n{self.traceback}" if self.traceback else ""
        return f"status {self.status}, {self.objects} objects left, {document}{traceback}"


def interrupted(host: Host, out: Path, drawn: random.Random) -> Ending:
    """Start a run with a cleanup, and signal it some time after it has begun its journal."""
    delay = drawn.uniform(0, _LONGEST_DELAY)
    number = drawn.choice((signal.SIGINT, signal.SIGTERM))
    workers = drawn.choice(("-n0", "-n2"))
    process = subprocess.Popen(
        host.arguments(out, "suites/upload", "suites/keys", workers, "--cleanup=s3"),
        cwd=ROOT,
        env=host.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + _LONGEST_START
        while not list(out.glob("journal-*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(delay)
        process.send_signal(number)
        said, _ = process.communicate(timeout=_LONGEST_END)
    finally:
        process.kill()
        process.wait()
    return Ending(
        process.returncode,
        len(host.objects()),
        _is_document(out / "conformance.json"),
        _traceback(said),
    )


def _traceback(said: str) -> str:
    """From the line before the first traceback on: that line names what Python ignored."""
    lines = said.splitlines()
    first = next((i for i, line in enumerate(lines) if "Traceback" in line), len(lines) + 1)
    return "\n".join(lines[max(first - 1, 0) : first + 60])


def _is_document(path: Path) -> bool:
    try:
        load(path)
    except ReportError:
        return False
    return True
