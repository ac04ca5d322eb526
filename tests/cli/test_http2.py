"""HTTP/2, on a real server that speaks it: the same verdicts over one connection."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.client.http_client import Client
from fixtures.client.transport import transport_config

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The gateway behind TLS and HTTP/2: its URL, and who vouches for it."""
    folder = tmp_path_factory.mktemp("tls")
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("http2_server.py")), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield f"https://localhost:{port}/v1", folder / "ca.pem"
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize(("offered", "spoken"), [(True, "HTTP/2"), (False, "HTTP/1.1")])
def test_http_2_is_spoken_where_it_is_offered_and_not_otherwise(
    server: tuple[str, Path], offered: bool, spoken: str
) -> None:
    url, authority = server
    client = Client(
        url, transport_config=transport_config(None, str(authority), None), http2=offered
    )
    headers = (("Content-Type", "image/jpeg"),)
    stored = client.send("PUT", "/s3?key=a%2Fb", headers, b"\x00\xff", case="a case")
    exchange = client.send("GET", "/s3?key=a%2Fb", (("Accept", "image/jpeg"),), b"", case="a case")
    client.close()
    assert stored.received is not None
    assert exchange.received is not None
    assert (stored.received.status, exchange.received.status) == (200, 200)
    assert exchange.received.body == b"\x00\xff"
    assert exchange.received.http_version == spoken


def test_the_suite_comes_to_the_same_verdicts_over_http_2(
    server: tuple[str, Path], tmp_path: Path
) -> None:
    url, authority = server
    options = (f"--endpoint={url}", f"--ca-bundle={authority}", "--http2", "--concurrency=8")
    own = ("-q", "-p", "no:cacheprovider", "-o", f"reports_out={tmp_path}")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *own, "--hypothesis-profile=quick", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads((tmp_path / "conformance.json").read_text(encoding="utf-8"))
    answers = [each["received"] for each in document["exchanges"].values()]
    assert {answer["http_version"] for answer in answers} == {"HTTP/2"}
    assert "--http2" in next(iter(document["exchanges"].values()))["command"]
