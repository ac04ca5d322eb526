"""Loads as their users meet them: real processes of Locust, its web page, masters and workers."""

import contextlib
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

from fixtures.definitions import load
from fixtures.faults.catalogue import by_name
from fixtures.faults.host import Host
from tests.helpers import handling
from tests.load.helpers import a_load, ended, free_port, judge, needs_locust, started

pytestmark = needs_locust

BUSY = ("--users=6", "--spawn-rate=6", "--run-time=3")
DEAD = "http://127.0.0.1:9/v1"


@contextlib.contextmanager
def a_bad_gateway(name: str) -> Iterator[str]:
    with Host().running() as host, host.serving(by_name(name), load("sample")) as url:
        yield url


class Throttling(BaseHTTPRequestHandler):
    """Lets the preflight through, and answers everything else with 429."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "preflight" not in self.headers["User-Agent"]:
            self.send_response(429)
        else:
            self.send_response(200 if self.command == "PUT" else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_PUT = answer

    def log_message(self, *_: object) -> None: ...


@contextlib.contextmanager
def throttling() -> Iterator[str]:
    with handling(Throttling) as url:
        yield f"{url}/v1"


def test_every_answer_of_the_embedded_gateway_is_judged_and_conforms(tmp_path: Path) -> None:
    done = a_load(*BUSY, out=tmp_path)
    assert done.status == 0, done.said
    assert done.judged == done.sent > 0
    document = done.document
    assert document["end"]["complete"]
    assert document["totals"]["deviates"] == document["totals"]["undecided"] == 0
    again = judge(tmp_path)
    assert again.returncode == 0, again.stderr
    assert "Verdicts that changed: 0 of" in again.stdout
    assert (tmp_path / "conformance.html").stat().st_size > 10_000
    assert (tmp_path / "summary.md").exists()


@pytest.mark.parametrize(
    "fault", ["together-responses", "together-bodies", "together-requests", "together-accepts"]
)
def test_a_gateway_that_mixes_up_its_clients_is_caught_with_evidence(
    fault: str, tmp_path: Path
) -> None:
    with a_bad_gateway(fault) as url:
        done = a_load(*BUSY, f"--endpoint={url}", out=tmp_path)
    assert done.status == 1, done.said
    parts = [
        "\nrule      ",
        "\nsource    ",
        "\nexpected  ",
        "\nreceived  ",
        "\nreproduce:",
        "curl ",
    ]
    places = [done.said.index(part) for part in parts]
    assert places == sorted(places)
    assert "FAIL: " in done.said
    assert done.judged == done.sent
    again = judge(tmp_path)
    assert again.returncode == 1
    assert "Verdicts that changed: 0 of" in again.stdout


def test_every_verdict_of_a_worker_reaches_its_master(tmp_path: Path) -> None:
    port = free_port()
    with a_bad_gateway("sometimes-turned") as url:
        master = started(
            "--headless",
            *BUSY,
            "--master",
            "--expect-workers=1",
            f"--master-bind-port={port}",
            f"--endpoint={url}",
            out=tmp_path,
        )
        # The worker is told nothing but where its master is.
        worker = started(
            "--worker", f"--master-port={port}", "--master-host=127.0.0.1", out=tmp_path / "worker"
        )
        done, sent = ended(master, tmp_path), ended(worker, tmp_path / "worker")
    assert (done.status, sent.status) == (1, 0), done.said + sent.said
    assert done.judged == done.sent > 0
    assert done.document["end"]["complete"]
    assert judge(tmp_path).returncode == 1  # the long bodies came along, too


def test_a_throttled_endpoint_is_undecided_and_never_accused(tmp_path: Path) -> None:
    with throttling() as url:
        done = a_load(*BUSY, f"--endpoint={url}", out=tmp_path)
    assert done.status == 6, done.said
    assert done.document["totals"]["deviates"] == 0
    assert "INCONCLUSIVE: " in done.said
    assert "429: throttled" in done.said


def test_a_load_can_be_watched_on_the_web_page_which_shows_no_secret(tmp_path: Path) -> None:
    port = free_port()
    options = (f"--web-port={port}", "--web-host=127.0.0.1", "--autostart", "--autoquit=1")
    process = started(*BUSY, *options, "--header=X-Secret: quite-secret", out=tmp_path)
    pages: list[str] = []
    until = time.monotonic() + 20
    while not pages and time.monotonic() < until:
        with contextlib.suppress(httpx.TransportError):
            pages = [
                httpx.get(f"http://127.0.0.1:{port}{path}").text
                for path in ("/", "/stats/requests")
            ]
        time.sleep(0.1)
    done = ended(process, tmp_path)
    assert done.status == 0, done.said
    assert pages
    assert all("quite-secret" not in page for page in pages)
    assert done.document["totals"]["conforms"] > 0
    assert "quite-secret" not in (tmp_path / "conformance.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("option", "status", "sentence"),
    [
        ("--endpoint=nonsense", 4, "--endpoint is a URL like https://"),
        ("--definition=nope", 4, "no such definition"),
        ("--api-key=env:NOT_SET_HERE", 4, "NOT_SET_HERE"),
        ("--known-deviations=nope.toml", 4, "nope.toml: cannot be read"),
        (f"--endpoint={DEAD}", 6, "cannot be reached"),
    ],
)
def test_a_wrong_call_ends_in_one_clear_sentence(
    option: str, status: int, sentence: str, tmp_path: Path
) -> None:
    done = a_load(option, out=tmp_path)
    assert done.status == status, done.said
    assert sentence in done.said
    assert "Traceback" not in done.said
