"""The HTTP Archive of a run, however it ends: in a process of its own, as its users run it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apigw_conformance.__main__ import main
from reports.loader import load

ROOT = Path(__file__).parents[2]


def call(out: Path, *arguments: str) -> list[str]:
    own = ("-p", "no:cacheprovider", "-q", "-o", f"reports_out={out}", "--definition=mapped")
    return [sys.executable, "-m", "pytest", *own, *arguments]


def run(out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        call(out, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=300
    )


def test_workers_write_one_har_with_the_longest_bodies_and_it_judges_to_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    har = tmp_path / "elsewhere" / "run.har"
    done = run(tmp_path / "out", "-n2", "suites/limits", "suites/keys", f"--har={har}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"report      {har}" in done.stdout
    entries = json.loads(har.read_bytes())["log"]["entries"]
    assert {entry["_exchange"].partition("-")[0] for entry in entries} == {"gw0", "gw1"}
    assert max(entry["request"]["bodySize"] for entry in entries) > 10 * 1024 * 1024
    whole = load(tmp_path / "out" / "conformance.json")
    assert load(har).exchanges == whole.exchanges
    assert load(har).cases == whole.cases
    assert main(["judge", str(har)]) == 0
    of_har = capsys.readouterr().out
    assert main(["judge", str(tmp_path / "out" / "conformance.json")]) == 0
    assert capsys.readouterr().out == of_har


def test_a_run_that_is_interrupted_leaves_a_har_of_what_it_did(tmp_path: Path) -> None:
    har, stream = tmp_path / "run.har", tmp_path / "conformance.jsonl"
    har.write_text("of an earlier run")
    process = subprocess.Popen(
        call(tmp_path, "suites/download", f"--har={har}"),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    deadline = time.monotonic() + 120
    while not stream.exists() or stream.read_bytes().count(b"\n") < 20:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not har.exists()
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    whole = load(har)
    assert whole.end.complete is False
    assert 0 < len(whole.cases) < whole.run.planned
    assert whole.exchanges == load(tmp_path / "conformance.json").exchanges


@pytest.mark.parametrize("name", ["run.json", "."])
def test_a_name_that_is_none_for_a_har_is_refused(tmp_path: Path, name: str) -> None:
    done = run(tmp_path / "out", f"--har={tmp_path / name}")
    assert done.returncode == 4
    assert "--har is the name of a file that ends in .har" in done.stderr
