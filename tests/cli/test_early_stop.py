"""A run that cannot go on ends soon, says why, and keeps what it has."""

import os
import resource
import subprocess
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from fixtures.gateway.process import running_gateway
from tests.cli.test_concurrency import ROOT, before, command, document, run


def throttling(after: int) -> Any:
    """Answer 429 to every request of the suites after some of them."""
    answered = []

    def intervene(request: BaseHTTPRequestHandler) -> bool:
        if "preflight" in request.path:
            return False
        answered.append(request.path)
        if len(answered) <= after:
            return False
        request.send_response_only(429)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return True

    return intervene


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "workers"])
def test_a_run_gives_up_after_its_patience(tmp_path: Path, workers: tuple[str, ...]) -> None:
    with running_gateway("sample") as gateway, before(gateway.url, throttling(30)) as (url, seen):
        done = run(tmp_path, f"--endpoint={url}", "--patience=3", "suites/download", *workers)
    assert done.returncode == 6, done.stdout
    sentence = "cases in a row got no usable answer (--patience)"
    assert f"INCONCLUSIVE: the run is incomplete (3 {sentence}" in done.stdout
    assert sentence in document(tmp_path)["end"]["why"]
    assert document(tmp_path)["end"]["complete"] is False
    # Some cases may be under way already, and each is sent four times at the most.
    assert len(seen) < 200


def test_cases_that_are_answered_in_between_renew_the_patience(tmp_path: Path) -> None:
    count = [0]

    def every_other(request: BaseHTTPRequestHandler) -> bool:
        count[0] += 1
        if "preflight" in request.path or count[0] % 12:
            return False
        request.send_response_only(503)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return True

    with running_gateway("sample") as gateway, before(gateway.url, every_other) as (url, _):
        run(tmp_path, f"--endpoint={url}", "--patience=3", "suites/download")
    assert document(tmp_path)["end"]["complete"] is True


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "workers"])
def test_a_full_disk_ends_a_run_in_one_sentence(tmp_path: Path, workers: tuple[str, ...]) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    with running_gateway("sample") as gateway:
        called = command(tmp_path, f"--endpoint={gateway.url}", "suites/download", *workers)
        done = subprocess.run(
            called,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            preexec_fn=little_room,
            # Coverage's own file would be cut, too.
            env={name: value for name, value in os.environ.items() if "COV" not in name},
        )
    said = done.stdout + done.stderr
    assert done.returncode == 6, said
    assert "Traceback" not in said
    assert "INTERNALERROR" not in said
    assert "File too large" in said
    assert "not cleaned up: " in said
