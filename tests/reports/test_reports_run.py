"""What a run leaves behind, however it ends: in a process of its own, as its users run it."""

import json
import os
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from apigw_conformance.__main__ import main
from fixtures.gateway.process import running_gateway
from reports.collector import STREAM
from reports.document import Document
from reports.loader import load

ROOT = Path(__file__).parents[2]
SECRETS = {"PLANTED_HEADER": "planted-4f1d", "PLANTED_KEY": "planted-77aa"}
LITERAL = "planted-literal-09"


def command(out: Path, *arguments: str) -> list[str]:
    own = ("-p", "no:cacheprovider", "-q", "-o", f"reports_out={out}")
    return [sys.executable, "-m", "pytest", *own, *arguments]


def environment(**more: str) -> dict[str, str]:
    of_ci = ("PYTEST_", "GITHUB_", "CI_")
    return {k: v for k, v in os.environ.items() if not k.startswith(of_ci)} | more


def run(out: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(out, *arguments),
        cwd=ROOT,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=300,
    )


def written(out: Path) -> Document:
    return load(out / "conformance.json")


# --------------------------------------------------------------------------- runs that end well


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "two-workers"])
def test_a_run_writes_a_document_that_judges_to_the_same(
    tmp_path: Path, workers: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    junit = tmp_path / "junit.xml"
    what = ("suites/roundtrip", "-k", "random or sequence or length-8193", f"--junitxml={junit}")
    done = run(tmp_path, *what, *workers, "--definition=mapped", "--hypothesis-profile=quick")
    assert done.returncode == 0, done.stdout
    whole = written(tmp_path)
    assert whole.end.complete
    assert whole.end.exit_status == 0
    assert whole.run.planned == len(whole.cases) > 3
    assert whole.run.definition.source == "mapped.yaml"
    assert whole.run.environment["workers"] == str(len(workers) + 1)
    assert f"PASS: {whole.totals.conforms} passed, 0 failed" in done.stdout
    assert any("cases were deselected" in line for line in whole.end.untested)
    assert any(line.startswith("no case was selected of: ") for line in whole.end.untested)
    # The searches are there with the sequence that settled them.
    sequence = next(case for case in whole.cases if case.id == "any-sequence 1")
    assert len(sequence.steps) > 1
    # The bodies are there that the document names, and no other.
    names = {name for name, body in whole.bodies.items() if body.base64 is None}
    assert {file.stem for file in (tmp_path / "bodies").iterdir()} == names
    assert names
    assert main(["judge", str(tmp_path / "conformance.json")]) == 0
    assert "Verdicts that changed: 0 of" in capsys.readouterr().out
    cases = ET.parse(junit).findall(".//testcase")
    assert len(cases) == len(whole.cases)
    for case in cases:
        named = {p.get("name"): p.get("value") for p in case.findall("properties/property")}
        assert (named["verdict"], set(named)) == ("conforms", {"rule", "level", "verdict"})


def test_what_an_earlier_run_left_is_gone(tmp_path: Path) -> None:
    stale = tmp_path / "bodies" / f"{'0' * 64}.bin"
    stale.parent.mkdir()
    stale.write_bytes(b"of another run")
    os.utime(stale, (0, 0))
    kept = tmp_path / "bodies" / "notes.txt"
    kept.write_bytes(b"of the user")
    (tmp_path / "conformance.json").write_text("old")
    (tmp_path / STREAM).write_text("old")
    assert run(tmp_path, "suites/errors", "-k", "unknown-path or strays").returncode in (0, 5)
    assert written(tmp_path).version == 1
    assert load(tmp_path / STREAM).version == 1
    assert (stale.exists(), kept.exists()) == (False, True)


@pytest.mark.parametrize("call", [("tests/test_readme.py", "-k", "nothing"), ("--collect-only",)])
def test_what_is_no_run_writes_nothing(tmp_path: Path, call: tuple[str, ...]) -> None:
    assert run(tmp_path / "out", *call).returncode in (0, 5)
    assert not (tmp_path / "out").exists()


def test_the_commit_and_the_job_of_a_ci_are_named(tmp_path: Path) -> None:
    github = {
        "GITHUB_SHA": "0123abcd", "GITHUB_REF": "refs/heads/main", "GITHUB_RUN_ID": "7",
        "GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "a/b",
    }  # fmt: skip
    run(tmp_path, "suites/errors", "-k", "strays", **github)
    told = written(tmp_path).run.environment
    assert (told["commit"], told["ref"]) == ("0123abcd", "refs/heads/main")
    assert told["job"] == "https://github.example/a/b/actions/runs/7"


# ---------------------------------------------------------------------- runs that end otherwise


def test_a_run_that_stops_early_says_so(tmp_path: Path) -> None:
    text_only = ROOT / "fixtures" / "definitions" / "sample.json"
    changed = json.loads(text_only.read_text())
    changed["x-amazon-apigateway-binary-media-types"] = []
    deployed = tmp_path / "deployed.json"
    deployed.write_text(json.dumps(changed))
    with running_gateway(str(deployed)) as gateway:
        done = run(tmp_path, "-x", "suites/upload", f"--endpoint={gateway.url}")
    assert done.returncode == 1, done.stdout
    whole = written(tmp_path)
    assert whole.end.complete is False
    assert whole.end.why == "stopping after 1 failures"
    left = whole.run.planned - len(whole.cases)
    assert f"{left} of {whole.run.planned} planned cases came to no verdict" in whole.untested
    assert whole.totals.deviates == 1


def test_a_run_that_selects_nothing_is_not_complete(tmp_path: Path) -> None:
    assert run(tmp_path, "suites/errors", "-k", "no-such-case").returncode == 5
    end = written(tmp_path).end
    assert (end.complete, end.why, end.exit_status) == (False, "no case was selected", 5)


def test_a_run_that_never_got_to_its_tests_says_why(tmp_path: Path) -> None:
    (tmp_path / "conformance.json").write_text("of an earlier run")
    done = run(tmp_path, "--endpoint=http://127.0.0.1:9/v1")
    assert done.returncode == 6
    whole = written(tmp_path)
    assert whole.cases == []
    assert whole.end.complete is False
    assert whole.end.exit_status == 6
    assert "cannot be reached" in whole.end.why
    assert whole.end.why in done.stderr


def test_a_folder_that_cannot_be_written_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(tmp_path / "file", "suites/errors")
    assert done.returncode == 4
    assert "no reports can be written there" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


_ANSWERED = 12
"""A deviating case is asked five times, so that some come to an end before this many."""


class _Slow(BaseHTTPRequestHandler):
    """Passes for the sample API before its first test, and lets a case wait for its answer."""

    protocol_version = "HTTP/1.1"
    reached = threading.Event()
    go_on = threading.Event()

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        preflight = "preflight" in self.headers["User-Agent"]
        if not preflight:
            type(self).answered += 1
            if type(self).answered > _ANSWERED:
                self.reached.set()
                self.go_on.wait(_PATIENCE)
        self.send_response(200 if self.command == "PUT" else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    answered = 0
    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = answer

    def log_message(self, *_: object) -> None: ...

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the client was killed
            self.close_connection = True


@contextmanager
def a_slow_endpoint() -> Iterator[tuple[str, type[_Slow]]]:
    """An endpoint that answers a few requests of cases, and the next when it is told to."""
    handler = type("Slow", (_Slow,), {"reached": threading.Event(), "go_on": threading.Event()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", handler
        finally:
            handler.go_on.set()
            server.shutdown()
            thread.join()


# Where the tests run in the background, SIGINT is ignored, and a child inherits that.
HEEDING = (
    "import signal, sys, pytest;"
    "signal.signal(signal.SIGINT, signal.default_int_handler);"
    "sys.exit(pytest.main())"
)
_PATIENCE = 240


def end_in_the_middle(out: Path, how: signal.Signals, *arguments: str) -> int:
    """Start a run, let it have some answers, and send it a signal; its exit status."""
    with a_slow_endpoint() as (url, slow):
        _, _, _, *given = command(out, "suites/errors", f"--endpoint={url}", *arguments)
        called = [sys.executable, "-c", HEEDING, *given]
        process = subprocess.Popen(
            called, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        try:
            assert slow.reached.wait(_PATIENCE)
            process.send_signal(how)
            if arguments:  # a worker ends after the test that it is at
                slow.go_on.set()
            return process.wait(_PATIENCE)
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize("workers", [(), ("-n1",)], ids=["alone", "a-worker"])
@pytest.mark.parametrize(
    ("how", "why"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated")]
)
def test_an_interrupted_run_leaves_what_it_has(
    tmp_path: Path, workers: tuple[str, ...], how: signal.Signals, why: str
) -> None:
    status = end_in_the_middle(tmp_path, how, *workers)
    whole = written(tmp_path)
    assert whole.end.complete is False
    assert whole.end.why == why
    assert whole.end.exit_status == status
    assert status == (1 if any(case.fails for case in whole.cases) else 6)
    assert 1 <= len(whole.cases) < whole.run.planned


def test_a_run_that_is_killed_leaves_a_stream_that_is_known_to_be_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conformance.json").write_text("of an earlier run")
    assert end_in_the_middle(tmp_path, signal.SIGKILL) == -signal.SIGKILL
    assert not (tmp_path / "conformance.json").exists()
    whole = load(tmp_path / STREAM)
    assert whole.end.complete is False
    assert 1 <= len(whole.cases) < whole.run.planned
    main(["judge", str(tmp_path / STREAM), "-o", str(tmp_path / "new.json")])
    assert load(tmp_path / "new.json").cases == whole.cases


def test_a_worker_that_crashes_takes_one_case_with_it(tmp_path: Path) -> None:
    plugin = tmp_path / "crashing.py"
    plugin.write_text(
        "import os\n"
        "def pytest_runtest_setup(item):\n"
        "    if 'OPTIONS' in item.name and hasattr(item.config, 'workerinput'):\n"
        "        os._exit(1)\n"
    )
    out = tmp_path / "out"
    done = run(out, "-n1", "-p", "crashing", "suites/errors", PYTHONPATH=str(tmp_path))
    assert done.returncode == 6, done.stdout
    assert "INCONCLUSIVE: the run is incomplete (a worker crashed or was killed" in done.stdout
    whole = written(out)
    assert whole.end.complete is False
    assert whole.untested[-1].startswith("1 of ")
    keys = [step.exchange for case in whole.cases for step in case.steps]
    assert set(keys) <= set(whole.exchanges)
    assert {key.partition("-")[0] for key in whole.exchanges} == {"gw0", "gw1"}


# -------------------------------------------------------------------------------------- secrets


@pytest.fixture(scope="module")
def echoing() -> Iterator[str]:
    """An endpoint that hands back every header that it gets."""

    class Echo(_Slow):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.dumps(dict(self.headers)).encode()
            self.send_response(200 if self.command == "PUT" else 500)
            self.send_header("Content-Length", str(len(body)))
            for name in ("X-Secret", "x-api-key", "X-Literal"):
                self.send_header(f"Echo-{name}", self.headers.get(name, ""))
            self.end_headers()
            self.wfile.write(body)

        do_DELETE = do_GET = do_OPTIONS = do_PATCH = do_POST = do_PUT = answer

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_nothing_that_a_run_writes_or_says_shows_a_secret(tmp_path: Path, echoing: str) -> None:
    done = run(
        tmp_path,
        *("suites/errors", "suites/limits", "--hypothesis-profile=quick", f"--endpoint={echoing}"),
        *("--header", "X-Secret: env:PLANTED_HEADER", "--api-key=env:PLANTED_KEY"),
        *("--header", f"X-Literal: {LITERAL}", f"--junitxml={tmp_path / 'junit.xml'}"),
        *(f"--alluredir={tmp_path / 'allure'}", "-n2"),
        **SECRETS,
    )
    assert done.returncode == 1, done.stdout
    shown = written(tmp_path).run.arguments
    assert "X-Secret: env:PLANTED_HEADER" in shown
    assert "--api-key=env:PLANTED_KEY" in shown
    assert "X-Literal: (not shown)" in shown
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"conformance.json", STREAM, "junit.xml"} <= {file.name for file in files}
    assert len({file.parent.name for file in files}) >= 2
    for secret in (*SECRETS.values(), LITERAL):
        assert secret not in done.stdout + done.stderr
        assert [file.name for file in files if secret.encode() in file.read_bytes()] == []
