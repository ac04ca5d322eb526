"""`--read-only`: downloads alone, of objects that were there; by real runs, recorded on the way."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from fixtures.definitions import DEFAULT, FOLDER, load
from fixtures.faults.catalogue import by_name
from fixtures.faults.host import Host as FaultHost
from fixtures.gateway.process import running_gateway
from tests.remote_run.helpers import ROOT, Host, hosting

IMAGE, TEXT = bytes(range(256)), "Grüße".encode()
OBJECTS = "the-bucket/images/cat.jpg,the-bucket/notes é.txt"
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Recorded:
    """A server in front of an endpoint, and the request lines that reached it."""

    host: Host
    lines: list[str]

    @property
    def methods(self) -> set[str]:
        return {line.partition(" ")[0] for line in self.lines}


@contextmanager
def recording(host: Host) -> Iterator[Recorded]:
    """Pass every request on as it is, and write its line down first."""
    lines: list[str] = []
    origin = urlsplit(host.url)

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            lines.append(f"{self.command} {self.path}")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            far = HTTPConnection(origin.hostname or "", origin.port, timeout=30)
            far.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                far.putheader(name, value)
            far.endheaders(body or None)
            came = far.getresponse()
            content = came.read()
            self.send_response_only(came.status)
            for name, value in came.getheaders():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            far.close()

        do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = answer

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}{origin.path}"
        yield Recorded(replace(host, url=url), lines)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosting() as found:
        s3 = found.client()
        put = {"images/cat.jpg": (IMAGE, "image/jpeg"), "notes é.txt": (TEXT, "text/plain")}
        put["odd"] = (b"", "jpeg")
        for key, (content, media_type) in put.items():
            s3.put_object(Bucket="the-bucket", Key=key, Body=content, ContentType=media_type)
        s3.put_object(Bucket="the-bucket", Key="large", Body=bytes(10 * 1024 * 1024 + 1))
        yield found


def a_manifest(folder: Path, text: str) -> str:
    (folder / "objects").mkdir(exist_ok=True)
    (folder / "objects" / "cat.jpg").write_bytes(IMAGE)
    file = folder / "manifest.toml"
    file.write_text(text, encoding="utf-8")
    return f"--read-only={file}"


CAT = '[[object]]\nkey = "the-bucket/images/cat.jpg"\nfile = "objects/cat.jpg"\ntype = "image/jpeg"'


def document(out: Path) -> dict:
    return json.loads((out / "conformance.json").read_text(encoding="utf-8"))


def outcomes(cases: list[dict]) -> dict[str, int]:
    found: dict[str, int] = {}
    for case in cases:
        found[case["outcome"]] = found.get(case["outcome"], 0) + 1
    return found


# ------------------------------------------------------------------------ what such a run does


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_nothing_is_sent_but_what_asks_for_no_change(
    workers: str, host: Host, tmp_path: Path
) -> None:
    before = host.objects()
    with recording(host) as recorded:
        done = recorded.host.run(tmp_path, f"--read-only={OBJECTS}", workers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert recorded.methods <= SAFE
    assert len(recorded.lines) > 200
    assert host.objects() == before
    assert list(tmp_path.glob("journal-*")) == []
    assert "writes at most" not in done.stdout
    cases = document(tmp_path)["cases"]
    # Python's own server, which records here, refuses more than a hundred headers.
    cases = [case for case in cases if "many-headers" not in case["id"]]
    assert set(outcomes(cases)) == {"conforms", "not applicable"}
    reasons = [case["reason"] for case in cases if case["outcome"] == "not applicable"]
    assert reasons.count("--read-only: nothing is uploaded") > 1500
    found = [case for case in cases if case.get("existing")]
    assert {case["outcome"] for case in found} == {"conforms"}
    assert {case["subject"] for case in found} == {"download", "headers", "transfer"}
    assert all("stored-type-found" in case["rules"] for case in cases if _is_answer(case))


def _is_answer(case: dict) -> bool:
    return bool(case.get("existing")) and case["aspect"] == "answer"


def test_a_recorded_run_is_judged_again_to_the_same_verdicts(host: Host, tmp_path: Path) -> None:
    har = tmp_path / "run.har"
    done = host.run(tmp_path, f"--read-only={OBJECTS}", f"--har={har}", "suites/download")
    assert done.returncode == 0, done.stdout + done.stderr
    for file in (tmp_path / "conformance.json", tmp_path / "conformance.jsonl", har):
        again = subprocess.run(
            [
                sys.executable,
                "-m",
                "apigw_conformance",
                "judge",
                str(file),
                "-o",
                str(tmp_path / "again"),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert "Verdicts that changed: 0 of" in again.stdout, again.stderr
        whole = json.loads((tmp_path / "again").read_text(encoding="utf-8"))
        assert whole["cases"] == document(tmp_path)["cases"]


def test_a_manifest_needs_no_credentials_and_head_is_tried_where_there_is_one(
    host: Host, tmp_path: Path
) -> None:
    to_s3 = ("--s3-endpoint", host.s3)
    with running_gateway("mapped", options=to_s3, environment=host.environment) as gateway:
        done = replace(host, url=gateway.url).run(
            *(tmp_path, "suites/errors", "suites/download", "--definition=mapped"),
            *("--hypothesis-profile=quick", a_manifest(tmp_path, CAT)),
            AWS_ACCESS_KEY_ID="",
            AWS_SECRET_ACCESS_KEY="",
        )
    assert done.returncode == 0, done.stdout + done.stderr
    found = [case for case in document(tmp_path)["cases"] if case.get("existing")]
    assert outcomes(found) == {"conforms": len(found)}
    assert any(case["id"].startswith("HEAD ") for case in found)
    assert len(found) > 20


def test_a_type_that_is_not_the_stored_one_deviates_under_its_own_rule(
    host: Host, tmp_path: Path
) -> None:
    manifest = a_manifest(tmp_path, CAT.replace("image/jpeg", "image/png"))
    done = host.run(tmp_path, manifest, "suites/download")
    assert done.returncode == 1, done.stdout + done.stderr
    wrong = [c for c in document(tmp_path)["cases"] if c["outcome"] == "deviates"]
    assert wrong
    assert all("stored-type-found" in case["rules"] for case in wrong)


def test_a_faulty_gateway_deviates(tmp_path: Path) -> None:
    fault = by_name("response-binary-text-none-bytes")
    with FaultHost().running() as faulty, faulty.serving(fault, load(DEFAULT)) as url:
        at = f"{url}/s3?key=images/cat.jpg"
        headers = {"Content-Type": "image/jpeg"}
        with urlopen(Request(at, IMAGE, headers, method="PUT")) as answer:
            assert answer.status == 200
        manifest = a_manifest(tmp_path, CAT.replace("the-bucket/", ""))
        done = Host(url, "http://127.0.0.1:9").run(tmp_path, manifest)
    assert done.returncode == 1, done.stdout + done.stderr
    wrong = [c for c in document(tmp_path)["cases"] if c["outcome"] == "deviates"]
    assert wrong
    assert all(case.get("existing") for case in wrong)
    assert all("response-binary-text-none" in case["rules"] for case in wrong)


def test_a_gateway_that_converts_nothing_is_no_misfit_and_its_cause_is_named(
    host: Host, tmp_path: Path
) -> None:
    # Binary, where the definition has text: the template is then given binary, which is 500.
    deployed = json.loads((FOLDER / "sample-template.json").read_text(encoding="utf-8"))
    deployed["x-amazon-apigateway-binary-media-types"].append("image/gif")
    file = tmp_path / "deployed.json"
    file.write_text(json.dumps(deployed), encoding="utf-8")
    put = {"Body": IMAGE, "ContentType": "image/gif"}
    host.client().put_object(Bucket="the-bucket", Key="cat.gif", **put)
    to_s3 = ("--s3-endpoint", host.s3)
    with running_gateway(str(file), options=to_s3, environment=host.environment) as gateway:
        done = replace(host, url=gateway.url).run(
            *(tmp_path, "--read-only=the-bucket/cat.gif", "--definition=sample-template"),
            *("suites/download", "--hypothesis-profile=quick"),
        )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "image/gif were in binaryMediaTypes" in (tmp_path / "summary.md").read_text()


# ------------------------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("what", "text", "sentence"),
    [
        ("no TOML", "[[object]", "manifest.toml: not TOML: "),
        ("no object", "", "--read-only names no object; give KEY,KEY"),
        ("another table", "[[thing]]", "a manifest has [[object]] tables and nothing"),
        ("no list", "object = 1", "a manifest has [[object]] tables and nothing"),
        ("no table", "object = [1]", "object 1: has key, file, type and operation"),
        ("a member too many", f"{CAT}\nsize = 1", "'size' is none of its members: has key"),
        ("no key", CAT.replace("key", "#"), 'object 1: has no key; write key = "…"'),
        ("no such file", CAT.replace("/cat", "/dog"), "No such file or directory"),
        ("a folder", CAT.replace('"objects/cat.jpg"', '"objects"'), "Is a directory"),
        ("no type", CAT.replace("image/jpeg", "jpeg"), "is no media type like"),
        ("twice", f"{CAT}\n{CAT}", "names 'the-bucket/images/cat.jpg' 2 times"),
        ("no such operation", f'{CAT}\noperation = "PUT /s3"', "there are GET /s3"),
    ],
)
def test_a_wrong_manifest_is_one_sentence(
    what: str, text: str, sentence: str, tmp_path: Path
) -> None:
    where = Host("http://127.0.0.1:9/v1", "http://127.0.0.1:9")
    is_one_sentence(where.run(tmp_path, a_manifest(tmp_path, text)), sentence)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("the-bucket/images/dog.jpg", "'the-bucket/images/dog.jpg' cannot be read from S3: "),
        ("nope.toml", "does not begin with the name of a bucket, and there is"),
        ("the-bucket/odd", "the type of 'the-bucket/odd', 'jpeg', is no media type like"),
        ("the-bucket/large", "'the-bucket/large' is larger than 10,485,760 bytes"),
        (",", "--read-only names no object; give KEY,KEY"),
    ],
)
def test_an_object_that_is_not_known_is_one_sentence(
    keys: str, sentence: str, host: Host, tmp_path: Path
) -> None:
    with recording(host) as recorded:
        is_one_sentence(recorded.host.run(tmp_path, f"--read-only={keys}"), sentence)
    assert recorded.lines == []


def test_without_credentials_and_manifest_it_says_what_to_do(host: Host, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none")
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    files = {"AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere}
    done = host.run(tmp_path, f"--read-only={OBJECTS}", **none, **files)
    is_one_sentence(done, "found no AWS credentials")
    is_one_sentence(done, "or say what is stored in a manifest, --read-only=FILE.toml")


def test_it_does_not_wait_by_uploads(host: Host, tmp_path: Path) -> None:
    done = host.run(tmp_path, f"--read-only={OBJECTS}", "--wait-for-deployment=5")
    is_one_sentence(done, "leave it out with --read-only")


def test_the_embedded_gateway_has_nothing_to_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--read-only=key"]
    own = ["-o", f"reports_out={tmp_path}"]
    done = subprocess.run([*command, *own], cwd=ROOT, capture_output=True, text=True, timeout=60)
    is_one_sentence(done, "--read-only needs --endpoint")


def test_an_endpoint_that_has_none_of_the_objects_ends_before_the_first_case(
    host: Host, tmp_path: Path
) -> None:
    done = host.run(tmp_path, a_manifest(tmp_path, CAT.replace('cat.jpg"\nfile', 'dog"\nfile')))
    assert done.returncode == 6, done.stdout
    assert "hands out none of the objects of --read-only ('the-bucket/images/dog'" in done.stderr
    assert "check their keys" in done.stderr


def is_one_sentence(done: subprocess.CompletedProcess[str], sentence: str) -> None:
    said = done.stdout + done.stderr
    assert done.returncode == 4, said
    assert sentence in said
    assert "Traceback" not in said
    assert len(said.splitlines()) < 5
