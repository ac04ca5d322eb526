"""The command line as its users meet it: a process, its output and its exit status."""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from fixtures.definitions import FOLDER, load
from fixtures.faults.catalogue import by_name
from fixtures.faults.host import Host
from fixtures.gateway.process import running_gateway
from tests.helpers import handling

ROOT = Path(__file__).parents[2]
SAMPLE = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
BINARY_MEDIA_TYPES = "x-amazon-apigateway-binary-media-types"


def run(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
    with tempfile.TemporaryDirectory() as out:
        own = ("-p", "no:cacheprovider", "-o", f"reports_out={out}")
        return subprocess.run(
            [sys.executable, "-m", "pytest", *own, *args],
            cwd=ROOT,
            env={**clean, "AWS_EC2_METADATA_DISABLED": "true", **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )


def sample_with(tmp_path: Path, name: str = "changed.json", **changes: object) -> str:
    file = tmp_path / name
    file.write_text(json.dumps({**SAMPLE, **changes}), encoding="utf-8")
    return str(file)


def only(method: str) -> dict[str, object]:
    return {"paths": {"/s3": {method: SAMPLE["paths"]["/s3"][method]}}}


# ---------------------------------------------------------------------------- what is wrong

DEAD = "http://127.0.0.1:9/v1"
WRONG_CALLS = {
    "no URL": (["--endpoint=nonsense"], 4, "--endpoint is a URL like https://"),
    "a password in the URL": (["--endpoint=https://me:pw@a.example/v1"], 4, "without user"),
    "a query in the URL": (["--endpoint=https://a.example/v1?x=1"], 4, "without"),
    "no such definition": (["--definition=nope"], 4, "no such definition; give the path"),
    "no definition at all": ([f"--definition={ROOT / 'LICENSE'}"], 4, "LICENSE: "),
    "a header without a colon": (["--header=x"], 4, "a header is written 'Name: value'"),
    "a variable that is not set": (["--api-key=env:NOT_SET_HERE"], 4, "NOT_SET_HERE"),
    "an unknown level": (["--level=may"], 4, "invalid choice: 'may'"),
    "an unknown way to sign": (["--auth=basic"], 4, "invalid choice: 'basic'"),
    "no credentials": (["--auth=sigv4", f"--endpoint={DEAD}"], 4, "no AWS credentials"),
    "no such file": (["--known-deviations=nope.toml"], 4, "nope.toml: cannot be read"),
    "an unknown profile": (["--hypothesis-profile=slow"], 4, "quick, default, nightly"),
    "a shard that is no number": (["--shard=x"], 4, "--shard=x: give I/N, the shard I of N"),
    "a shard before the first": (["--shard=0/3"], 4, "--shard=0/3: give I/N"),
    "a shard after the last": (["--shard=4/3", "-n2"], 4, "--shard=4/3: give I/N"),
    "durations that are none": (
        ["--shard=1/2", f"--durations-path={ROOT / 'LICENSE'}"],
        4,
        "LICENSE: not JSON",
    ),
    "durations of another kind": (
        ["--shard=1/2", f"--durations-path={FOLDER / 'sample.json'}"],
        4,
        "sample.json: not the durations of tests",
    ),
    "no such certificate": (["--client-cert=nope.pem"], 4, "--client-cert: nope.pem: no such file"),
    "no such authority": (["--ca-bundle=nope.pem"], 4, "--ca-bundle: nope.pem: No such file"),
    "no certificate in it": ([f"--ca-bundle={ROOT / 'LICENSE'}"], 4, "no certificate in PEM"),
    "no proxy": (["--proxy=me:pw@nowhere"], 4, "--proxy is a URL like http://"),
    "a proxy from no variable": (["--proxy=env:NOT_SET_HERE"], 4, "NOT_SET_HERE"),
    "a dead proxy": ([f"--endpoint={DEAD}", "--proxy=http://127.0.0.1:9"], 6, "and --proxy"),
    "a dead endpoint": ([f"--endpoint={DEAD}"], 6, "cannot be reached"),
    "a dead endpoint, two workers": ([f"--endpoint={DEAD}", "-n2"], 6, "cannot be reached"),
}


@pytest.mark.parametrize(("args", "status", "sentence"), WRONG_CALLS.values(), ids=WRONG_CALLS)
def test_a_wrong_call_ends_in_one_clear_sentence(
    args: list[str], status: int, sentence: str, tmp_path: Path
) -> None:
    nowhere = str(tmp_path / "none")
    done = run(*args, AWS_CONFIG_FILE=nowhere, AWS_SHARED_CREDENTIALS_FILE=nowhere)
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    assert sentence in said
    assert "Traceback" not in said
    assert len(said.splitlines()) < 16
    assert ":pw@" not in said


def test_a_definition_without_s3_is_refused(tmp_path: Path) -> None:
    mock = {"x-amazon-apigateway-integration": {"type": "mock"}}
    done = run(f"--definition={sample_with(tmp_path, paths={'/m': {'get': mock}})}")
    assert done.returncode == 4
    assert "there is nothing to test" in done.stderr


def test_an_endpoint_that_does_not_fit_is_told_so_at_once() -> None:
    with running_gateway("mapped") as gateway:
        done = run(f"--endpoint={gateway.url}", "--definition=sample")
        no_stage = run(f"--endpoint={gateway.url.removesuffix('/v1')}", "--definition=mapped")
    assert done.returncode == no_stage.returncode == 6
    assert "does not fit sample.json: it answers PUT /s3 with 403" in done.stderr
    assert "check the stage in the URL" in no_stage.stderr
    assert "Traceback" not in done.stderr + no_stage.stderr


# ------------------------------------------------------------------------- what deviates


@pytest.fixture(scope="module")
def not_redeployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample API as it was before anybody listed a binary media type."""
    folder = tmp_path_factory.mktemp("not-redeployed")
    with running_gateway(sample_with(folder, **{BINARY_MEDIA_TYPES: []})) as gateway:
        yield gateway.url


@pytest.fixture(scope="module")
def text_is_binary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample API with one entry more than its definition has."""
    folder = tmp_path_factory.mktemp("text-is-binary")
    entries = [*SAMPLE[BINARY_MEDIA_TYPES], "text/plain"]
    with running_gateway(sample_with(folder, **{BINARY_MEDIA_TYPES: entries})) as gateway:
        yield gateway.url


OF_TEXT = ("suites/download", "-k", "every-byte and stored:text/plain")


def test_a_change_that_was_not_deployed_is_found(not_redeployed: str) -> None:
    done = run(f"--endpoint={not_redeployed}", "suites/upload", "--maxfail=3", "--tb=short")
    assert done.returncode == 1
    parts = ["status 500 instead of 200", "rule      ", "source    ", "expected  ", "received  "]
    parts += ["likely cause: ", "reproduce:", "| base64 -d | curl -q -sS"]
    places = [done.stdout.index(part) for part in parts]
    assert places == sorted(places)
    assert "FAIL: 3 of" in done.stdout


def test_what_could_not_be_prepared_is_undecided_and_says_why(not_redeployed: str) -> None:
    done = run(
        f"--endpoint={not_redeployed}",
        "suites/download",
        "-q",
        "-k",
        "every-byte and not base64-every-byte and stored:image/jpeg",
    )
    assert done.returncode == 6
    assert "could not be prepared: PUT of 'download/every-byte-image/jpeg-by-s3'" in done.stdout
    assert "INCONCLUSIVE: 0 passed, " in done.stdout


def test_a_tolerated_deviation_fails_only_a_strict_run() -> None:
    unverified = by_name("accept-absent-is-binary")
    without_accept = ("suites/download", "-k", "every-byte and accept:none")
    with Host().running() as host, host.serving(unverified, load("sample")) as url:
        lenient = run(f"--endpoint={url}", *without_accept)
        strict = run(f"--endpoint={url}", "--strict", *without_accept)
        derived = run(f"--endpoint={url}", "--level=derived", *without_accept)
    assert lenient.returncode == 0, lenient.stdout
    assert " 0 failed, " in lenient.stdout
    assert " tolerated" in lenient.stdout
    assert (strict.returncode, derived.returncode) == (1, 1)


def test_what_no_possible_answer_explains_fails_although_derived_rules_had_a_say(
    text_is_binary: str,
) -> None:
    """The type that the objects are stored under is not verified, and none explains this."""
    done = run(f"--endpoint={text_is_binary}", *OF_TEXT)
    assert done.returncode == 1
    assert "must]" in done.stdout


def test_a_known_deviation_does_not_fail_and_a_gone_one_does(
    text_is_binary: str, tmp_path: Path
) -> None:
    entry = '[[deviation]]\ncase = "{}"\nreason = "text is listed on purpose"\n'
    known, gone = tmp_path / "known.toml", tmp_path / "gone.toml"
    known.write_text(entry.format("*stored:text/plain*"))
    gone.write_text(known.read_text() + entry.format("*never seen*"))
    strict = [f"--endpoint={text_is_binary}", "--strict", *OF_TEXT]
    assert run(*strict, f"--known-deviations={known}").returncode == 0
    done = run(*strict, f"--known-deviations={gone}")
    assert done.returncode == 1
    assert (
        "known deviation that no longer occurs or has expired: case '*never seen*'" in done.stdout
    )


# ------------------------------------------------------------------ what cannot be decided


class Throttled(BaseHTTPRequestHandler):
    """Lets the preflight through, and answers everything else with 429."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "preflight" not in self.headers["User-Agent"]:
            self.send_response(429)
            self.send_header("Retry-After", "0")
        else:
            self.send_response(200 if self.command == "PUT" else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = answer

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with handling(handler) as url:
        yield f"{url}/v1"


def test_a_throttled_endpoint_is_undecided_and_never_accused() -> None:
    with serving(Throttled) as url:
        done = run(f"--endpoint={url}", "suites/errors", "suites/keys", "-q")
    assert done.returncode == 6, done.stdout
    assert "the endpoint answered 429: throttled" in done.stdout
    assert "failed" not in done.stdout.splitlines()[-1]


# -------------------------------------------------------------------- what cannot be tried

HALVES = {
    "get": ("the definition has no operation that uploads", "missing-object", "--read-only="),
    "put": ("no download of this definition would tell", "base64-refused", "add a GET"),
}


@pytest.mark.parametrize("method", HALVES)
def test_half_an_api_is_tested_as_far_as_it_can_be(method: str, tmp_path: Path) -> None:
    reason, judged, way_out = HALVES[method]
    done = run(f"--definition={sample_with(tmp_path, **only(method))}", "-v")
    assert done.returncode == 6, done.stdout
    assert "INCONCLUSIVE: nothing about binary was tested: " in done.stdout
    assert way_out in done.stdout
    assert "not applicable:" in done.stdout
    assert judged in done.stdout
    assert reason in done.stdout or "the definition has no operation that downloads" in done.stdout


# ----------------------------------------------------------------------------- documents


def test_workers_share_an_endpoint_and_never_a_key() -> None:
    targets: list[str] = []

    class Listening(Throttled):
        def answer(self) -> None:
            targets.append(self.path)
            super().answer()

        do_GET = do_PUT = answer

    with serving(Listening) as url:
        run(f"--endpoint={url}", "-n2", "suites/keys", "-q")
    folders = {
        target.split("%2F")[2]
        for target in targets
        if target.startswith("/v1/s3?key=conformance%2F") and "preflight" not in target
    }
    assert folders == {"gw0", "gw1"}


def test_junit_names_rule_level_and_verdict(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    assert run("suites/errors", "-q", f"--junitxml={file}").returncode == 0
    cases = ET.parse(file).findall(".//testcase")
    assert cases
    for case in cases:
        names = {p.get("name") for p in case.findall("properties/property")}
        assert names == {"rule", "level", "verdict"}, case.get("name")
    skipped = [
        case.find("skipped").get("message") for case in cases if case.find("skipped") is not None
    ]
    assert all(message.startswith("not applicable: ") for message in skipped)


def test_the_options_are_grouped_in_the_help() -> None:
    said = run("--help").stdout
    for group in ("what is tested", "authentication and connection", "what fails the run"):
        assert f"conformance: {group}" in said


def test_the_project_tests_need_no_endpoint() -> None:
    done = run("tests/test_readme.py", "-q", f"--endpoint={DEAD}")
    assert done.returncode == 0, done.stdout + done.stderr
