"""Many cases at once, as a user of the command line meets it: the same verdicts, sooner."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fixtures.gateway.process import running_gateway
from tests.helpers import handling

ROOT = Path(__file__).parents[2]


def command(out: Path, *args: str) -> list[str]:
    own = ("-p", "no:cacheprovider", "-o", f"reports_out={out}", "-q")
    return [sys.executable, "-m", "pytest", *own, "--hypothesis-profile=quick", *args]


def run(out: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(out, *args), cwd=ROOT, capture_output=True, text=True, timeout=300
    )


def document(out: Path) -> Any:
    return json.loads((out / "conformance.json").read_text(encoding="utf-8"))


SOME = ("suites/headers", "suites/keys", "suites/limits", "suites/roundtrip")


def verdicts(out: Path) -> dict[str, tuple[str, str]]:
    # Of a search, the example that stands for it decides which other rules the verdict rests on.
    return {case["test"]: (case["outcome"], case["rules"][0]) for case in document(out)["cases"]}


Intervene = Callable[[BaseHTTPRequestHandler], bool]


class Handler(BaseHTTPRequestHandler):
    """Hands on to a gateway what nobody intervenes in."""

    protocol_version = "HTTP/1.1"
    upstream: str
    intervene: staticmethod
    seen: list[str]

    def handle_request(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append(f"{self.command} {self.path}")
        if self.intervene(self):
            return
        connection = HTTPConnection(self.upstream)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():  # a name as often as it came
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = do_OPTIONS = do_PATCH = handle_request

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def before(upstream: str, intervene: Intervene) -> Iterator[tuple[str, list[str]]]:
    """A server before a gateway that hands on what `intervene` does not answer itself."""
    seen: list[str] = []
    own = {
        "upstream": urlsplit(upstream).netloc,
        "intervene": staticmethod(intervene),
        "seen": seen,
    }
    with handling(type("Own", (Handler,), own)) as url:
        yield f"{url}/v1", seen


@pytest.mark.parametrize("more", [["--concurrency=8"], ["--concurrency=8", "-n2"]], ids=str)
def test_many_at_once_come_to_the_verdicts_of_one_after_the_other(
    tmp_path: Path, more: list[str]
) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    with running_gateway("sample") as gateway:
        for out, args in ((alone, ["--concurrency=1"]), (together, more)):
            done = run(out, f"--endpoint={gateway.url}", *args, *SOME)
            assert done.returncode == 0, done.stdout
    assert verdicts(together) == verdicts(alone)


def test_an_object_that_cases_share_is_stored_once(tmp_path: Path) -> None:
    puts: dict[str, Counter[str]] = {}
    with running_gateway("sample") as gateway, before(gateway.url, lambda _: False) as (url, seen):
        for concurrency in ("1", "8"):
            seen.clear()
            done = run(
                tmp_path, f"--endpoint={url}", f"--concurrency={concurrency}", "suites/download"
            )
            assert done.returncode == 0, done.stdout
            names = (re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN", each) for each in seen)
            puts[concurrency] = Counter(name for name in names if name.startswith("PUT"))
    assert len(puts["1"]) > 10
    assert puts["8"] == puts["1"]


def test_a_hanging_exchange_delays_its_own_case_alone(tmp_path: Path) -> None:
    let_go = threading.Event()
    hanging: list[str] = []

    def hang_once(request: BaseHTTPRequestHandler) -> bool:
        if request.command == "GET" and not hanging and "2Fdownload" in request.path:
            hanging.append(request.path)
            let_go.wait(60)
        return False

    with running_gateway("sample") as gateway, before(gateway.url, hang_once) as (url, seen):
        process = subprocess.Popen(
            # No uploads in chunks, which the server in between does not read.
            command(
                tmp_path,
                f"--endpoint={url}",
                "--concurrency=4",
                "suites/download",
                "suites/headers",
            ),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        # Nothing ends the silence before everything else has been asked for.
        count = -1
        while count != len(seen) or not hanging:
            count = len(seen)
            time.sleep(1.5)
        let_go.set()
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert count > 0.9 * len(seen)


def test_a_case_has_its_own_time_though_it_was_sent_ahead(tmp_path: Path) -> None:
    def slow(request: BaseHTTPRequestHandler) -> bool:
        time.sleep(0.2)
        return False

    with running_gateway("sample") as gateway, before(gateway.url, slow) as (url, _):
        done = run(
            tmp_path / "out",
            f"--endpoint={url}",
            "--concurrency=16",
            "suites/keys",
            f"--junitxml={tmp_path / 'junit.xml'}",
        )
    assert done.returncode == 0, done.stdout
    times = re.findall(r'time="([\d.]+)"', (tmp_path / "junit.xml").read_text(encoding="utf-8"))
    assert len(times) > 20
    # Two requests at least, each a fifth of a second, however many went out together.
    assert min(map(float, times[1:])) >= 0.4


def test_stopping_at_the_first_deviation_stops_what_was_sent_ahead(tmp_path: Path) -> None:
    def wrong(request: BaseHTTPRequestHandler) -> bool:
        if request.command != "GET" or "download" not in request.path:
            return False
        request.send_response_only(200)
        request.send_header("Content-Length", "5")
        request.end_headers()
        request.wfile.write(b"wrong")
        return True

    with running_gateway("sample") as gateway, before(gateway.url, wrong) as (url, seen):
        done = run(tmp_path, f"--endpoint={url}", "--concurrency=4", "-x", "suites/download")
    assert done.returncode == 1, done.stdout
    assert len(document(tmp_path)["cases"]) < 10
    assert len(seen) < 120  # of 480
    assert document(tmp_path)["end"]["complete"] is False


def test_a_run_that_is_interrupted_ends_soon_and_says_so(tmp_path: Path) -> None:
    never = threading.Event()

    def hang(request: BaseHTTPRequestHandler) -> bool:
        if "2Fdownload" in request.path:
            never.wait(60)
        return False

    with running_gateway("sample") as gateway, before(gateway.url, hang) as (url, seen):
        process = subprocess.Popen(
            command(tmp_path, f"--endpoint={url}", "--concurrency=4", "suites/download"),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        while not any("2Fdownload" in each for each in seen):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
        never.set()
    assert process.returncode in (1, 6), said
    assert document(tmp_path)["end"]["why"] == "interrupted"


def test_a_throttling_endpoint_is_asked_more_slowly_and_everything_is_decided(
    tmp_path: Path,
) -> None:
    under_way, lock, most = [0], threading.Lock(), 3

    def throttle(request: BaseHTTPRequestHandler) -> bool:
        with lock:
            under_way[0] += 1
            too_many = under_way[0] > most
        time.sleep(0.002)
        with lock:
            under_way[0] -= 1
        if too_many:
            request.send_response_only(429)
            request.send_header("Content-Length", "0")
            request.end_headers()
        return too_many

    with running_gateway("sample") as gateway, before(gateway.url, throttle) as (url, _):
        done = run(tmp_path, f"--endpoint={url}", "--concurrency=16", "suites/download")
    traffic = document(tmp_path)["end"]["traffic"]
    assert traffic["throttled"] > 0
    assert traffic["repeated"] > 0
    assert traffic["waited"] > 0
    # Four attempts may not be enough for each; what is left is undecided, and nothing else.
    assert done.returncode in (0, 6), done.stdout
    assert f"{traffic['repeated']} were sent again" in done.stdout
    assert "deviates" not in {case["outcome"] for case in document(tmp_path)["cases"]}


def test_a_rate_bounds_all_workers_together(tmp_path: Path) -> None:
    times: list[float] = []

    def note(request: BaseHTTPRequestHandler) -> bool:
        times.append(time.monotonic())
        return False

    with running_gateway("sample") as gateway, before(gateway.url, note) as (url, _):
        done = run(
            tmp_path, f"--endpoint={url}", "-n2", "--max-rate=40", "--concurrency=8", "suites/keys"
        )
    assert done.returncode == 0, done.stdout
    assert len(times) > 40
    assert (len(times) - 4) / (times[-1] - times[0]) < 45


WRONG = [
    ("--concurrency=0", "'0' is no number of cases from 1 to 256"),
    ("--concurrency=100000", "'100000' is no number of cases from 1 to 256"),
    ("--patience=0", "'0' is no number of cases"),
    ("--exchange-timeout=0.1", "'0.1' is no number of seconds between 1 and 3600"),
    ("--max-rate=1e-300", "'1e-300' is no rate; give requests a second"),
    (f"--max-data={'9' * 400}", "is no size"),
    ("--concurrency=many", "'many' is no number of cases"),
    ("--max-rate=-1", "'-1' is no rate; give requests a second"),
    ("--max-rate=nan", "'nan' is no rate"),
]


@pytest.mark.parametrize(("option", "sentence"), WRONG, ids=[option for option, _ in WRONG])
def test_a_wrong_number_ends_in_one_sentence(option: str, sentence: str, tmp_path: Path) -> None:
    done = run(tmp_path, option)
    assert done.returncode == 4
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
