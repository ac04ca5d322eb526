"""The gateway as a process that is asked: its socket, its answers, its end.

The mutation run leaves this file out: what it asks happens in another process.
"""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from fixtures.gateway.process import RunningGateway, running_gateway

ROOT = Path(__file__).parents[2]
CURL = shutil.which("curl")
RAW = b"[raw bytes]"
# The document's own Base64 of "[raw bytes]".
ENCODED = b"W3JhdyBieXRlc10="


@pytest.fixture(scope="module", params=["sample", "sample-template"])
def running(request: pytest.FixtureRequest) -> Iterator[RunningGateway]:
    with running_gateway(request.param) as gateway:
        yield gateway


def curl(*arguments: str, body: bytes | None = None) -> tuple[int, bytes]:
    """The status and the body that curl gets; the arguments are those of a reader's shell."""
    assert CURL is not None
    data = () if body is None else ("--data-binary", "@-")
    done = subprocess.run(
        [CURL, "-sS", "-q", "--noproxy", "*", "-w", "\n%{http_code}", *data, *arguments],
        input=body or b"",
        capture_output=True,
        check=True,
        timeout=30,
    )
    content, _, status = done.stdout.rpartition(b"\n")
    return int(status), content


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
@pytest.mark.parametrize(
    ("content_type", "body"), [("application/octet-stream", RAW), ("application/json", ENCODED)]
)
def test_the_documents_uploads_work_word_for_word(
    running: RunningGateway, content_type: str, body: bytes
) -> None:
    headers = ("-H", f"Content-Type: {content_type}", "-H", "Accept: application/json")
    status, content = curl("-X", "PUT", *headers, f"{running.url}/s3?key=image.jpg", body=body)
    assert (status, content) == (200, b"")


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
@pytest.mark.parametrize("definition", ["sample", "sample-template"])
def test_the_documents_downloads_work_word_for_word(definition: str) -> None:
    accept = "application/octet-stream" if definition == "sample" else "application/json"
    with running_gateway(definition) as gateway:
        url = f"{gateway.url}/s3?key=image.jpg"
        raw = ("-H", "Content-Type: application/octet-stream")
        assert curl("-X", "PUT", *raw, url, body=RAW) == (200, b"")
        headers = ("-H", "Content-Type: application/json", "-H", f"Accept: {accept}")
        status, content = curl(*headers, url)
    assert status == 200
    wrapped = b'{\n   "image": "' + ENCODED + b'"\n}'
    assert content == (RAW if definition == "sample" else wrapped)


def test_a_decoded_upload_is_stored_as_json_and_cannot_be_read_as_binary() -> None:
    with running_gateway("sample") as gateway, httpx.Client(trust_env=False) as client:
        url = f"{gateway.url}/s3?key=image.jpg"
        json_type = {"Content-Type": "application/json", "Accept": "application/json"}
        assert client.put(url, content=ENCODED, headers=json_type).status_code == 200
        assert client.get(url, headers=json_type).content == RAW
        binary = client.get(url, headers={"Accept": "application/octet-stream"})
    assert binary.status_code == 500
    assert binary.json() == {"message": "Internal server error"}


def test_a_connection_serves_several_requests(running: RunningGateway) -> None:
    address = urlsplit(running.url)
    connection = http.client.HTTPConnection(address.netloc, timeout=10)
    connection.connect()
    first = connection.sock
    for method, target, status in (
        ("GET", "/v1/unknown", 403),
        ("HEAD", "/v1/s3?key=missing", 403),
        ("GET", "/v1/s3?key=missing", 500),
        ("GET", "/v2", 403),
    ):
        connection.request(method, target)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
        assert connection.sock is first
    connection.close()


def test_a_socket_gives_no_server_header_and_no_encoding(running: RunningGateway) -> None:
    answer = httpx.get(f"{running.url}/s3?key=missing", trust_env=False)
    assert not {"server", "content-encoding", "transfer-encoding"} & answer.headers.keys()


def test_objects_in_a_folder_outlive_the_process(tmp_path: Path) -> None:
    options = ("--store-dir", str(tmp_path / "objects"))
    for method in ("PUT", "GET"):
        with running_gateway("mapped", options=options) as gateway:
            headers = {"Content-Type": "image/png", "Accept": "image/png"}
            answer = httpx.request(
                method, f"{gateway.url}/b/k", content=b"\xff", headers=headers, trust_env=False
            )
    assert (answer.content, answer.headers["content-type"]) == (b"\xff", "image/png")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_one_line_and_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "fixtures.gateway"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    pattern = r"Serving ApiName \(sample\.json\) on (http://127\.0\.0\.1:\d+/v1)\n"
    match = re.fullmatch(pattern, line)
    assert match is not None
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{match[1]}/s3?key=k").status_code == 500
        child.send_signal(number)
        rest, complaints = child.communicate(timeout=20)
    assert (child.returncode, rest, complaints) == (0, "", "")


def test_it_ends_when_its_parent_is_killed() -> None:
    code = (
        "import time; from fixtures.gateway.process import start;"
        "g = start('sample'); print(g.url, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        address = urlsplit(parent.stdout.readline().strip())
        assert address.port is not None
        parent.kill()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", address.port), timeout=1).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.05)
    pytest.fail("the gateway outlived its parent")


def test_s3_can_be_behind_it_with_a_bucket_of_its_own() -> None:
    # A bare listener is an S3 that never answers: the request arrives there, and that is enough.
    with socket.create_server(("127.0.0.1", 0)) as s3:
        endpoint = f"http://127.0.0.1:{s3.getsockname()[1]}"
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"}
        options = ("--s3-endpoint", endpoint, "--bucket", "mounted")
        with running_gateway("sample", options=options, environment=environment) as gateway:
            answers: list[int] = []

            def ask() -> None:
                url = f"{gateway.url}/s3?key=image.jpg"
                answers.append(httpx.get(url, trust_env=False, timeout=20).status_code)

            asking = threading.Thread(target=ask)
            asking.start()
            connection, _ = s3.accept()
            with connection:
                assert connection.recv(4096).startswith(b"GET /mounted/image.jpg HTTP/1.1\r\n")
            asking.join()
    assert answers == [500]
