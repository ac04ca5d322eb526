"""Cleaning up, by real processes: after a run, after Ctrl-C, after a kill, and where it fails."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from fixtures.client.journal import JournalHeader, ObjectState
from tests.remote_run.helpers import (
    Host,
    cleanup,
    confirmation,
    created,
    hosting,
    journal,
    recorded,
)

SOME = ("suites/keys", "-k", "key:")


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as found:
        yield found


def theirs(host: Host) -> str:
    """An object that is not the run's, and must survive it."""
    host.client().put_object(Bucket="the-bucket", Key="conformance/theirs", Body=b"theirs")
    return "conformance/theirs"


def test_without_cleanup_the_objects_stay_and_are_counted(host: Host, tmp_path: Path) -> None:
    done = host.run(tmp_path, *SOME)
    assert done.returncode == 0, done.stdout
    count = len(recorded(tmp_path).in_state(ObjectState.CREATED))
    assert count == len(host.objects()) > 15
    assert f"not cleaned up: {count} objects under the-bucket/conformance/" in done.stdout
    assert f"delete them with apigw-conformance cleanup {journal(tmp_path)}, or" in done.stdout


def test_s3_removes_exactly_what_the_run_created(host: Host, tmp_path: Path) -> None:
    other = theirs(host)
    done = host.run(tmp_path, *SOME, "--cleanup=s3", "-n2")
    assert done.returncode == 0, done.stdout
    assert host.objects() == {other: 6}
    assert " objects under the-bucket/conformance/" in done.stdout
    assert "not cleaned up" not in done.stdout


def test_overwriting_empties_exactly_what_the_run_created(host: Host, tmp_path: Path) -> None:
    other = theirs(host)
    done = host.run(tmp_path, *SOME, "--cleanup=overwrite", "-n2")
    assert done.returncode == 0, done.stdout
    objects = host.objects()
    assert objects.pop(other) == 6
    assert len(objects) > 15
    assert set(objects.values()) == {0}
    assert f"emptied {len(objects)} objects under" in done.stdout


def test_a_refused_upload_is_not_overwritten_into_being(host: Host, tmp_path: Path) -> None:
    done = host.run(tmp_path, "suites/headers", "-k", "PUT", "--cleanup=overwrite")
    assert done.returncode == 0, done.stdout
    refused = {e.name.partition("/")[2] for e in recorded(tmp_path).in_state(ObjectState.REFUSED)}
    assert refused
    assert not refused & host.objects().keys()


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_ctrl_c_cleans_up_too(workers: str, host: Host, tmp_path: Path) -> None:
    status, said = host.cut(tmp_path, signal.SIGINT, "suites/upload", workers, "--cleanup=s3")
    assert status == 6, said
    assert "INCONCLUSIVE: the run is incomplete (interrupted)" in said
    assert len(created(tmp_path)) >= 15
    assert host.objects() == {}, said
    assert "cleaned up  deleted " in said
    assert json.loads((tmp_path / "conformance.json").read_text())["end"]["complete"] is False


def test_a_killed_run_is_cleaned_up_from_its_journal_once(host: Host, tmp_path: Path) -> None:
    other = theirs(host)
    host.cut(tmp_path, signal.SIGKILL, "suites/upload", "-n2", "--cleanup=s3")
    assert len(host.objects()) > 1
    done = cleanup(host, journal(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert host.objects() == {other: 6}
    again = cleanup(host, journal(tmp_path))
    assert (again.returncode, again.stdout) == (0, f"{journal(tmp_path)}: nothing to do\n")


def test_a_killed_run_is_emptied_through_its_endpoint(host: Host, tmp_path: Path) -> None:
    host.cut(tmp_path, signal.SIGKILL, "suites/upload")
    refused = cleanup(host, journal(tmp_path), "--cleanup=overwrite")
    assert refused.returncode == 4
    confirmed = confirmation(journal(tmp_path))
    assert f"goes to {host.url}, with uploads; if that is your run, confirm" in refused.stderr
    assert confirmed in refused.stderr
    done = cleanup(host, journal(tmp_path), "--cleanup=overwrite", confirmed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(host.objects().values()) == {0}
    assert "nothing to do" in cleanup(host, journal(tmp_path), "--cleanup=overwrite").stdout
    assert cleanup(host, journal(tmp_path), "--cleanup=s3").returncode == 0
    assert host.objects() == {}


@pytest.mark.parametrize("bucket", ["the-bucket", "env:BUCKET"])
def test_a_killed_run_with_a_parameter_is_cleaned_up_from_its_journal(
    bucket: str, tmp_path: Path
) -> None:
    with hosting("mapped") as mapped:
        host = replace(mapped, more={"BUCKET": "the-bucket"})
        asked = ("--definition=mapped", f"--param=bucket={bucket}", "--key-prefix=conformance/")
        host.cut(tmp_path, signal.SIGKILL, "suites/upload", *asked)
        assert len(host.objects()) > 10
        confirmed = confirmation(journal(tmp_path))
        done = cleanup(host, journal(tmp_path), "--cleanup=overwrite", confirmed)
        assert done.returncode == 0, done.stdout + done.stderr
        assert set(host.objects().values()) == {0}
        assert cleanup(host, journal(tmp_path), "--cleanup=s3", confirmed).returncode == 0
        assert host.objects() == {}


def test_a_journal_that_names_what_is_not_the_runs_removes_nothing(
    host: Host, tmp_path: Path
) -> None:
    other = theirs(host)
    host.run(tmp_path, *SOME)
    before = host.objects()
    path = journal(tmp_path)
    line = {"state": "created", "operation": "PUT /s3", "name": f"the-bucket/{other}"}
    path.write_text(path.read_text() + json.dumps(line) + "\n")
    for way in ("s3", "overwrite"):
        done = cleanup(host, path, f"--cleanup={way}", confirmation(path))
        assert done.returncode == 4
        assert "which is not below the prefix of the run" in done.stderr
    assert host.objects() == before


def test_a_journal_whose_definition_leads_elsewhere_removes_nothing(
    host: Host, tmp_path: Path
) -> None:
    other = theirs(host)
    host.run(tmp_path, *SOME)
    before = host.objects()
    path = journal(tmp_path)
    header, *lines = path.read_bytes().splitlines(keepends=True)
    changed = msgspec.json.decode(header, type=JournalHeader)
    text = changed.definition.document.replace("path/{key}", f"path/the-bucket/{other}")
    assert text != changed.definition.document
    text = text.replace('"integration.request.path.key": "method.request.querystring.key"', "")
    kept = structs.replace(
        changed.definition, document=text, sha256=sha256(text.encode()).hexdigest()
    )
    path.write_bytes(
        msgspec.json.encode(structs.replace(changed, definition=kept)) + b"\n" + b"".join(lines)
    )
    for way in ("s3", "overwrite"):
        done = cleanup(host, path, f"--cleanup={way}", confirmation(path))
        assert done.returncode == 4
        assert "not in the folder of the run" in done.stderr, done.stderr
    assert host.objects() == before


# ------------------------------------------------------------------- a cleanup that fails


class Stub(BaseHTTPRequestHandler):
    """Takes every upload, but not the cleanup's: that gets the status in `refusal`."""

    protocol_version = "HTTP/1.1"
    refusal = 403
    body = b""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        cleaning = "(cleanup)" in self.headers["User-Agent"] or self.command == "POST"
        self.send_response(self.refusal if cleaning else 200 if self.command == "PUT" else 500)
        self.send_header("Content-Length", str(len(self.body) if cleaning else 0))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(self.body if cleaning else b"")

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = answer

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(refusal: int, body: bytes = b"") -> Iterator[Host]:
    handler = type("Handler", (Stub,), {"refusal": refusal, "body": body})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        root = f"http://127.0.0.1:{server.server_port}"
        yield Host(f"{root}/v1", root)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("refusal", [403, 429])
def test_an_endpoint_that_refuses_to_be_cleaned_is_warned_of_and_changes_no_status(
    refusal: int, tmp_path: Path
) -> None:
    with serving(refusal) as host:
        plain = host.run(tmp_path / "plain", *SOME)
        done = host.run(tmp_path / "cleaned", *SOME, "--cleanup=overwrite")
    assert done.returncode == plain.returncode
    assert (
        "WARNING     the cleanup is incomplete: the endpoint answered PUT /s3 with "
        f"{refusal}" in done.stdout
    )
    assert "not cleaned up: " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def test_an_s3_that_refuses_to_remove_is_warned_of_and_changes_no_status(tmp_path: Path) -> None:
    with serving(403, DENIED) as host:
        plain = host.run(tmp_path / "plain", *SOME)
        done = host.run(tmp_path / "cleaned", *SOME, "--cleanup=s3")
    assert done.returncode == plain.returncode
    assert "WARNING     the cleanup is incomplete: " in done.stdout
    assert "AccessDenied" in done.stdout
    assert "not cleaned up: " in done.stdout


def test_without_credentials_a_cleanup_by_s3_is_refused_at_once(host: Host, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none")
    without = {"AWS_ACCESS_KEY_ID": "", "AWS_CONFIG_FILE": nowhere}
    done = host.run(tmp_path, *SOME, "--cleanup=s3", **without, AWS_SHARED_CREDENTIALS_FILE=nowhere)
    assert done.returncode == 4, done.stdout
    assert "--cleanup=s3 found no AWS credentials" in done.stderr
    assert host.objects() == {}


def test_the_embedded_gateway_leaves_no_journal(host: Host, tmp_path: Path) -> None:
    own = [a for a in host.arguments(tmp_path, *SOME) if not a.startswith("--endpoint")]
    done = subprocess.run(own, env=host.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert not list(tmp_path.glob("journal*"))
    assert "not cleaned up" not in done.stdout
    assert "writes at most" not in done.stdout
