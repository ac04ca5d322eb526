"""Waiting until a deployment shows steadily, in front of gateways that answer by turns."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

from fixtures.cases.case import Role
from fixtures.client import CaseRunner, Client
from fixtures.client.http_client import Timeouts
from fixtures.definitions import FOLDER, load, shipped
from fixtures.exceptions import EndpointMismatchError
from fixtures.gateway.process import running_gateway
from suites.runner.deployment_wait import STABLE_ROUNDS, probe_cases, wait_for_deployment
from tests.cli.test_command_line import run
from tests.helpers import handling

SAMPLE = load("sample")
BINARY = "x-amazon-apigateway-binary-media-types"
Turn = Callable[[int], int]


class Switcher:
    """A front end that hands each connection to the gateway whose turn it is.

    `acquire` gives, for the number of a connection, the index of the gateway.
    """

    def __init__(self, gateways: tuple[str, ...], turn: Turn) -> None:
        self.gateways = gateways
        self.acquire = turn
        self.connections = 0
        self._lock = threading.Lock()

    def upstream(self) -> str:
        """The gateway for a new connection."""
        with self._lock:
            number, self.connections = self.connections, self.connections + 1
        return self.gateways[self.acquire(number)]


@contextmanager
def switching(switcher: Switcher) -> Iterator[str]:
    """Serve a front end; yields its URL, with the stage of the gateways."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            self.upstream = switcher.upstream().removesuffix("/v1")
            self.http = httpx.Client(trust_env=False, verify=False)

        def finish(self) -> None:
            self.http.close()
            super().finish()

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = [(n, v) for n, v in self.headers.items() if n.lower() != "host"]
            request = httpx.Request(
                self.command,
                self.upstream + self.path,
                headers=headers,
                content=body,
                extensions={"target": self.path.encode()},
            )
            answer = self.http.send(request)
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.raw:
                self.send_header(name.decode(), value.decode("latin-1"))
            self.end_headers()
            self.wfile.write(answer.content)

        do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = forward

        def log_message(self, *_: object) -> None: ...

    with handling(Handler) as url:
        yield f"{url}/v1"


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The sample API as it was before anybody listed a binary media type, and as it is now."""
    old = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
    old[BINARY] = []
    folder = tmp_path_factory.mktemp("old")
    file = folder / "old.json"
    file.write_text(json.dumps(old), encoding="utf-8")
    store = f"--store-dir={folder / 'objects'}"
    with (
        running_gateway(str(file), options=(store,)) as before,
        running_gateway("sample", options=(store,)) as after,
    ):
        yield before.url, after.url


def waited(url: str, limit: float) -> list[str]:
    """Wait before an endpoint; what was said of it."""

    @contextmanager
    def connect() -> Iterator[CaseRunner]:
        client = Client(url, timeouts=Timeouts(2, 2, 2), attempts=1)
        yield CaseRunner(client, "settling/")
        client.close()

    said: list[str] = []
    wait_for_deployment(SAMPLE, connect, url, limit, said.append, sleep=lambda _: time.sleep(0.02))
    return said


def test_a_deployment_that_is_there_takes_no_longer_than_its_rounds(gateways) -> None:
    with switching(Switcher(gateways, lambda _: 1)) as url:
        said = waited(url, 60.0)
    assert said[0].endswith(" s of 60: all 5 cases conform")
    assert said[-1].startswith(f"the deployment has been steady for {STABLE_ROUNDS} rounds")


def test_answers_by_turns_are_waited_out_until_they_settle(gateways) -> None:
    settles = 14
    switcher = Switcher(gateways, lambda number: 1 if number >= settles else number % 2)
    with switching(switcher) as url:
        said = waited(url, 60.0)
    assert switcher.connections >= settles + STABLE_ROUNDS - 1
    assert any("cases do not conform, GET /s3 every-byte" in line for line in said)
    assert said[-1].startswith("the deployment has been steady")


def test_an_old_deployment_is_waited_for_however_steady_it_is(gateways) -> None:
    settles = 2 * STABLE_ROUNDS
    switcher = Switcher(gateways, lambda number: int(number >= settles))
    with switching(switcher) as url:
        said = waited(url, 60.0)
    assert switcher.connections >= settles + STABLE_ROUNDS
    assert said[-1].startswith("the deployment has been steady")


def test_a_steady_wrong_answer_is_left_to_the_tests_at_the_limit(gateways) -> None:
    with switching(Switcher(gateways, lambda _: 0)) as url:
        said = waited(url, 5.0)
    assert said[-1].startswith(
        "the endpoint is steady after 5 s, and the deployment is not as defined (4 of 5 cases do "
    )


def test_answers_that_never_settle_end_in_a_sentence_that_names_one(gateways) -> None:
    by_turns = Switcher(gateways, lambda number: number % 2)
    with switching(by_turns) as url, pytest.raises(EndpointMismatchError) as said:
        waited(url, 5.0)
    sentence = str(said.value)
    assert f"{url} did not settle within 5 s: the answers to GET /s3 every-byte" in sentence
    assert "changed from round to round (last: " in sentence
    assert "--wait-for-deployment=SECONDS" in sentence


def test_the_command_line_waits_and_then_tests(gateways) -> None:
    waiting = ("suites/errors", "-q", "--wait-for-deployment=6")
    with switching(Switcher(gateways, lambda number: number % 2)) as url:
        flapping = run(f"--endpoint={url}", *waiting)
    with switching(Switcher(gateways, lambda _: 0)) as url:
        stale = run(f"--endpoint={url}", "suites/download", "-q", "--maxfail=1", waiting[-1])
    with switching(Switcher(gateways, lambda number: 1)) as url:
        there = run(f"--endpoint={url}", *waiting)
    assert flapping.returncode == 6, flapping.stdout + flapping.stderr
    assert "did not settle within 6 s" in flapping.stderr
    assert stale.returncode in (1, 6)
    assert "and the deployment is not as defined" in stale.stdout
    assert there.returncode == 0, there.stdout + there.stderr
    assert "waiting for the deployment" in there.stdout


def test_what_follows_the_option_is_not_swallowed() -> None:
    done = run("--wait-for-deployment", "suites/errors")
    assert done.returncode == 4
    assert "'suites/errors' is no number of seconds; write --wait-for-deployment=SECONDS" in (
        done.stderr
    )
    assert run("--wait-for-deployment=0", "suites/errors").returncode == 4


# ------------------------------------------------------------------------- which cases are tried


@pytest.mark.parametrize("name", sorted({*shipped()} - {"conversions"}))
def test_every_operation_on_s3_is_looked_at_by_a_few_cases(name: str) -> None:
    definition = load(name)
    cases = probe_cases(definition)
    operations = {
        step.request.operation.name
        for case in cases
        for step in case.steps
        if step.role is Role.ACT
    }
    judged = {o.name for m in ("GET", "PUT") for o in definition.operations_on_s3(m)}
    assert judged <= operations
    assert len(cases) <= 8 + len(judged)


def test_an_api_that_only_stores_or_only_hands_out_has_cases_too(tmp_path: Path) -> None:
    document = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
    for method in ("get", "put"):
        half = {**document, "paths": {"/s3": {method: document["paths"]["/s3"][method]}}}
        file = tmp_path / f"{method}.json"
        file.write_text(json.dumps(half), encoding="utf-8")
        assert probe_cases(load(str(file)))
