"""What the tests of loads share: Locust in processes of its own, and the document that it left."""

import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCUSTFILE = ROOT / "suites" / "load" / "locustfile.py"
_THERE = importlib.util.find_spec("locust") is not None  # importing it would patch this process
_REQUIRED = os.environ.get("LOAD_TESTS") == "required"

needs_locust = pytest.mark.skipif(
    not _THERE and not _REQUIRED, reason="Locust is not installed: pip install --group load"
)


def command(*options: str, out: Path) -> list[str]:
    own = ("--locustfile", str(LOCUSTFILE), "--only-summary", "--reports-out", str(out))
    return [sys.executable, "-m", "locust", *own, "--json-file", str(out / "locust"), *options]


def started(*options: str, out: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(*options, out=out),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@dataclass(frozen=True)
class Ended:
    """A load that has ended: its exit status, what it said, and the folder of its reports."""

    status: int
    said: str
    out: Path

    @property
    def document(self):
        return json.loads((self.out / "conformance.json").read_text(encoding="utf-8"))

    @property
    def judged(self) -> int:
        """How many requests the load says that it judged."""
        (line,) = re.findall(r"^(?:PASS|FAIL|INCONCLUSIVE): .*", self.said, re.M)
        counts = [int(count.replace(",", "")) for count in re.findall(r"[\d,]*\d", line)]
        # A failure is so many of so many requests; else each request is in one of the counts.
        return counts[1] if line.startswith("FAIL") else sum(counts)

    @property
    def sent(self) -> int:
        """How many requests Locust counted by itself."""
        entries = json.loads((self.out / "locust.json").read_text(encoding="utf-8"))
        return sum(entry["num_requests"] for entry in entries)


def ended(process: "subprocess.Popen[str]", out: Path) -> Ended:
    try:
        said, _ = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    return Ended(process.returncode, said, out)


def a_load(*options: str, out: Path) -> Ended:
    return ended(started("--headless", *options, out=out), out)


def judge(out: Path) -> "subprocess.CompletedProcess[str]":
    words: Sequence[str] = ("apigw_conformance", "judge", str(out / "conformance.json"))
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
