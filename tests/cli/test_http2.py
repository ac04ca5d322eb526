"""HTTP/2, on a real server that speaks it: the same verdicts over one connection."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config

from fixtures.definitions import load
from fixtures.endpoint.client import Client
from fixtures.endpoint.connecting import connection
from fixtures.gateway.application import Gateway
from fixtures.gateway.embedded import EmbeddedStore

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The gateway behind TLS and HTTP/2: its URL, and who vouches for it."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    config = Config()
    config.bind = ["127.0.0.1:0"]
    config.certfile, config.keyfile = str(folder / "cert.pem"), str(folder / "key.pem")
    config.alpn_protocols = ["h2", "http/1.1"]
    config.accesslog = config.errorlog = None
    sockets = config.create_sockets()
    port = sockets.secure_sockets[0].getsockname()[1]
    config.bind = [f"fd://{sockets.secure_sockets[0].detach()}"]
    stop, loop = asyncio.Event(), asyncio.new_event_loop()
    gateway = Gateway(load("sample"), EmbeddedStore())
    thread = threading.Thread(
        target=loop.run_until_complete, args=[serve(gateway, config, shutdown_trigger=stop.wait)]
    )
    thread.start()
    yield f"https://localhost:{port}/v1", folder / "ca.pem"
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)
    loop.close()


@pytest.mark.parametrize(("offered", "spoken"), [(True, "HTTP/2"), (False, "HTTP/1.1")])
def test_http_2_is_spoken_where_it_is_offered_and_not_otherwise(
    server: tuple[str, Path], offered: bool, spoken: str
) -> None:
    url, authority = server
    client = Client(url, connection=connection(None, str(authority), None), http2=offered)
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
