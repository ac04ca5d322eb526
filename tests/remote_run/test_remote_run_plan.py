"""What is announced, refused and planned before anything is sent, and that it holds."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given, settings

from fixtures.definitions import load, shipped
from suites.keys.cases import keys
from suites.profile import PROFILES
from suites.roundtrip.cases import sequences
from suites.roundtrip.strategies import LARGEST, payloads
from suites.runner.prices import cost, units
from suites.runner.remote_run import smallest_upload
from suites.runner.traffic_estimate import (
    LARGEST_BODY,
    Selected,
    TrafficEstimate,
    bytes_of,
    planned,
    size,
)
from tests.helpers import handling

ROOT = Path(__file__).parents[2]
# Loaded by every Python process before anything else. (urllib3 binds a socket when it is imported,
# to see whether there is IPv6; that much is left.)
GUARD = """\
import socket
def refuse(*args, **kwargs):
    raise SystemExit("a socket was used")
for name in ("accept", "connect", "connect_ex", "listen", "send", "sendall", "sendto"):
    setattr(socket.socket, name, refuse)
"""


def run(out: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = ("-p", "no:cacheprovider", "-o", f"reports_out={out}")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *own, *args],
        cwd=ROOT,
        env={**clean, "AWS_EC2_METADATA_DISABLED": "true", **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("endpoint", [(), ("--endpoint=http://127.0.0.1:9/v1",)])
def test_a_plan_uses_no_socket_and_writes_nothing(
    endpoint: tuple[str, ...], tmp_path: Path
) -> None:
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD)
    out = tmp_path / "out"
    done = run(out, "--plan", "-q", "-n2", "suites/keys", *endpoint, PYTHONPATH=str(guard))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing was sent." in done.stdout
    assert "by the list prices of us-east-1" in done.stdout
    assert re.search(r"^keys +PUT /s3 +89 ", done.stdout, re.MULTILINE)
    assert not out.exists()


def test_the_guard_against_sockets_would_notice_one(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    done = run(tmp_path / "out", "-q", "suites/keys", PYTHONPATH=str(tmp_path))
    assert done.returncode != 0
    assert "a socket was used" in done.stdout + done.stderr


def test_a_plan_counts_only_what_is_selected(tmp_path: Path) -> None:
    done = run(tmp_path, "--plan", "-q", "suites/limits", "--hypothesis-profile=quick")
    assert not re.search(r"^(keys|roundtrip) ", done.stdout, re.MULTILINE)
    assert re.search(r"^limits +PUT /s3 +7 ", done.stdout, re.MULTILINE)


class Counting(BaseHTTPRequestHandler):
    """Answers any upload with 200 and anything else with 500, and adds up what is uploaded."""

    protocol_version = "HTTP/1.1"
    uploads: list[tuple[str, int]]

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        if self.command not in ("GET", "HEAD", "OPTIONS"):
            self.uploads.append((self.path, length))
        self.send_response(200 if self.command == "PUT" else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = answer

    def log_message(self, *_: object) -> None: ...


@contextmanager
def counting() -> Iterator[tuple[str, list[tuple[str, int]]]]:
    uploads: list[tuple[str, int]] = []
    handler = type("Handler", (Counting,), {"uploads": uploads})
    with handling(handler) as url:
        yield f"{url}/v1", uploads


ANNOUNCED = re.compile(r"writes at most \S+ \S+ in (\d+) uploads of (\d+) objects below (\S+);")


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_run_keeps_to_what_it_announced_and_to_its_prefix(workers: str, tmp_path: Path) -> None:
    with counting() as (url, uploads):
        args = (f"--endpoint={url}", "-q", "suites/keys", "suites/headers", workers)
        done = run(tmp_path, *args, "--key-prefix=bucket/theirs")
    announced = ANNOUNCED.search(done.stdout)
    assert announced is not None, done.stdout
    uploaded = {path for path, _ in uploads if path.startswith("/v1/s3?key=")}
    assert 50 < len(uploads) <= int(announced[1])
    assert len(uploaded) <= int(announced[2]) * (1 + (workers == "-n2"))
    assert announced[3].startswith("bucket/theirs/")
    prefix = f"/v1/s3?key={announced[3].replace('/', '%2F')}"
    assert all(path.startswith(prefix) for path in uploaded)


def test_too_much_data_is_refused_before_anything_is_sent_and_the_advice_helps(
    tmp_path: Path,
) -> None:
    with counting() as (url, uploads):
        asking = (f"--endpoint={url}", "-q", "--max-data=1MB")
        for workers in ("-n0", "-n2"):
            done = run(tmp_path, *asking, workers)
            assert done.returncode == 4, done.stdout + done.stderr
            assert "more than --max-data=1.0 MB" in done.stderr
            assert uploads == []
    assert not list(tmp_path.glob("journal*"))
    advice = re.search(r"(-k '[^']+')", done.stderr)
    assert advice is not None
    kept = run(tmp_path, "--plan", "-q", *shlex.split(advice[1]))
    written = re.search(r"^at most +\d+ +([\d.]+) kB", kept.stdout, re.MULTILINE)
    assert written is not None, kept.stdout
    assert float(written[1]) < 1000


SIZES = {"0": 0, "4096": 4096, "100MB": 10**8, "1.5GiB": 3 * 2**29, "2 kb": 2000, "7B": 7}


@pytest.mark.parametrize(("text", "number"), SIZES.items())
def test_a_size_is_read_as_it_is_written(text: str, number: int) -> None:
    assert bytes_of(text) == number


@pytest.mark.parametrize("text", ["much", "-1", "1TB", "1e9", "MB", "1..5MB", "1B2"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        bytes_of(text)


def test_a_wrong_size_ends_in_one_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, "--max-data=much")
    assert done.returncode == 4
    assert "argument --max-data: 'much' is no size; give 100MB or 1GiB" in done.stderr


def test_a_size_is_shown_for_a_reader() -> None:
    assert [size(n) for n in (0, 999, 1000, 86_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "86.0 MB",
    ]


@settings(max_examples=300, database=None)
@given(payloads())
def test_no_random_payload_is_larger_than_the_largest(content: bytes) -> None:
    assert len(content) <= LARGEST


def test_the_sums_are_those_of_the_cases() -> None:
    definition, profile = load("sample"), PROFILES["default"]
    cases = list(keys(definition, profile))
    amounts = TrafficEstimate(
        list(planned(definition, profile, (Selected("keys", c) for c in cases), 1))
    )
    requests = [step.request for case in cases for step in case.steps]
    puts = [request for request in requests if request.sent_method == "PUT"]
    assert len(amounts.requests) == len(requests)
    assert amounts.written == sum(len(request.body) for request in puts)
    assert (amounts.uploads, len(amounts.keys)) == (len(puts), len({put.name for put in puts}))
    assert units(amounts)["put"] == len(puts)
    assert cost(amounts) == pytest.approx(
        len(requests) * 3.5e-6
        + len(puts) * 5e-6
        + (len(requests) - len(puts)) * 4e-7
        + sum(each.down for each in amounts.requests) * 9e-11
    )


def test_a_sequence_counts_with_every_step_of_every_example() -> None:
    definition, profile = load("sample"), PROFILES["default"]
    selected = [Selected("roundtrip", c, "steps") for c in sequences(definition, profile)]
    amounts = TrafficEstimate(list(planned(definition, profile, selected, 1)))
    assert amounts.written == profile.examples * profile.steps * LARGEST_BODY
    assert len(amounts.keys) == 3 * len(selected)


@pytest.mark.parametrize("name", shipped())
def test_every_upload_that_stores_anything_has_one_that_empties(name: str) -> None:
    definition = load(name)
    for operation in definition.operations_on_s3("PUT"):
        emptying = smallest_upload(definition, operation)
        assert emptying is not None
        # A template is given {} for an empty body, so that where one is chosen {} is the least.
        templates = operation.integration.request_templates
        least = (b"", b"{}") if templates else (b"",)
        assert emptying.body in least
