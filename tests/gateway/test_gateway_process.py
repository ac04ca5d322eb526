"""The gateway as a child process, and as a server in this one: how it begins and how it ends."""

import asyncio
import contextlib
import io
import json
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from fixtures.definitions import FOLDER
from fixtures.exceptions import GatewayStartError
from fixtures.functions import echo
from fixtures.gateway import process
from fixtures.gateway.bounded_protocol import BoundedProtocol
from fixtures.gateway.process import running_gateway, start, stop
from fixtures.gateway.server import listen, make_server, serve, stop_on_signals
from tests.gateway.helpers import (
    RecordingStore,
    a_definition,
    a_function_operation,
    a_scope,
    an_s3_operation,
)


def test_it_ends_with_its_input_whatever_was_said_there_before() -> None:
    gateway = start("sample")
    said, _ = gateway.process.communicate("a word\n", timeout=20)
    assert (gateway.process.returncode, said) == (0, "")


def test_start_and_stop_end_the_process_with_status_0() -> None:
    gateway = start("sample")
    assert gateway.pid == gateway.process.pid
    assert stop(gateway) == 0


def test_a_process_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_LONGEST_END", 0.2)
    gateway = start("sample")
    os.kill(gateway.pid, signal.SIGSTOP)
    assert stop(gateway) == -signal.SIGKILL


def test_a_gateway_that_cannot_start_says_why() -> None:
    with pytest.raises(GatewayStartError, match=r"exit status 2.*no such definition"):
        start("nothing-of-the-kind")


def test_a_gateway_that_starts_too_slowly_is_given_up() -> None:
    with pytest.raises(GatewayStartError, match="no output within"):
        start("sample", longest_start=0.001)


def test_a_gateway_has_the_options_that_it_is_given_and_leaves_nothing_open(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "objects"
    with running_gateway("mapped", options=("--store-dir", str(folder))) as gateway:
        assert folder.is_dir()
        assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/v1", gateway.url)
    assert gateway.process.returncode == 0
    pipes = (gateway.process.stdin, gateway.process.stdout)
    assert [pipe is not None and pipe.closed for pipe in pipes] == [True, True]


def test_a_gateway_has_the_environment_that_it_is_given() -> None:
    credentials = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"}
    environment = {**os.environ, **credentials, "AWS_ENDPOINT_URL_S3": "nonsense"}
    with pytest.raises(GatewayStartError, match="'nonsense' is not the URL"):
        start("sample", options=("--s3-endpoint",), environment=environment)


def test_what_keeps_a_gateway_from_starting_is_said_in_its_own_words() -> None:
    with pytest.raises(GatewayStartError) as refused:
        start("sample", options=("--bucket", "b"))
    assert str(refused.value) == (
        "the gateway did not start (exit status 2): python -m fixtures.gateway: --bucket goes with "
        "--s3-endpoint; the embedded store is one bucket"
    )


def test_what_keeps_a_gateway_from_starting_need_not_be_utf_8() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    with pytest.raises(GatewayStartError, match="'na\ufffdve': no such definition"):
        start("na\u00efve", environment=environment)


def test_a_gateway_that_said_nothing_is_given_up_after_the_time_that_it_had() -> None:
    with pytest.raises(GatewayStartError) as late:
        start("sample", longest_start=0.001)
    assert str(late.value) == (
        "the gateway did not start (exit status -9): no output within 0.001 seconds"
    )


# --------------------------------------------------------------------------- in this process


@pytest.fixture
def handlers() -> Iterator[None]:
    """The handlers of the signals that a server takes over, put back afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that says nothing."""


def test_a_server_speaks_for_itself_alone() -> None:
    config = make_server(nothing).config
    assert config.app is nothing
    assert {
        "interface": config.interface,
        "http": config.http,
        "limit_concurrency": config.limit_concurrency,
        "ws": config.ws,
        "lifespan": config.lifespan,
        "log_level": config.log_level,
        "access_log": config.access_log,
        "server_header": config.server_header,
        "proxy_headers": config.proxy_headers,
        "timeout_keep_alive": config.timeout_keep_alive,
        "timeout_graceful_shutdown": config.timeout_graceful_shutdown,
    } == {
        "interface": "asgi3",
        "http": BoundedProtocol,
        "limit_concurrency": 2048,
        "ws": "none",
        "lifespan": "off",
        "log_level": "error",
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": 2,
    }
    assert make_server(nothing, log_level="debug").config.log_level == "debug"


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_server(number: signal.Signals) -> None:
    server = make_server(nothing)
    stop_on_signals(server)
    assert server.should_exit is False
    signal.raise_signal(number)
    assert server.should_exit is True


def test_a_socket_listens_on_loopback_and_names_its_protocol() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        assert listener.proto == socket.IPPROTO_TCP
        assert (listener.family, listener.type) == (socket.AF_INET, socket.SOCK_STREAM)
        socket.create_connection(listener.getsockname(), timeout=5).close()


def test_a_socket_listens_on_the_host_that_is_given() -> None:
    with listen(0, "0.0.0.0") as listener:
        assert listener.getsockname()[0] == "0.0.0.0"


@pytest.mark.usefixtures("handlers")
@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_the_url_of_an_ipv6_host_has_brackets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def served(_server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        assert [one.family for one in sockets] == [socket.AF_INET6]

    monkeypatch.setattr(uvicorn.Server, "serve", served)
    with listen(0, "::1") as listener:
        store: Any = contextlib.nullcontext()
        asyncio.run(serve(a_definition(), store, listener, function=echo.handler, until_eof=False))
        port = listener.getsockname()[1]
    assert capsys.readouterr().out.endswith(f" on http://[::1]:{port}/v1\n")


def test_many_connections_wait_until_they_are_accepted() -> None:
    with listen(0) as listener, contextlib.ExitStack() as waiting:
        for _ in range(min(256, socket.SOMAXCONN)):
            connection = socket.create_connection(listener.getsockname(), timeout=5)
            waiting.enter_context(connection)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("said", [b"", b"a word" * 4096])
def test_a_server_prints_its_url_as_json_and_ends_with_its_input(
    said: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.write(writing, said)
    os.close(writing)
    definition = a_definition()
    with os.fdopen(reading) as standard_input, listen(0) as listener:
        monkeypatch.setattr(sys, "stdin", standard_input)
        port = listener.getsockname()[1]
        store: Any = contextlib.nullcontext()
        asyncio.run(serve(definition, store, listener, function=echo.handler, until_eof=True))
    assert json.loads(capsys.readouterr().out) == {"url": f"http://127.0.0.1:{port}/v1"}


async def asked(application: Any, method: str, target: str) -> None:
    """Ask an application once, and let the answer go."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    await application(a_scope(method, target, []), receive, lambda _: asyncio.sleep(0))


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("until_eof", [True, False])
def test_a_server_has_spoken_when_it_serves_and_nothing_keeps_it_from_ending(
    until_eof: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = io.BytesIO()
    reading, writing = os.pipe()
    watching: list[bool] = []

    async def served(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        assert len(sockets) == 1
        first = b'{"url": "http://' if until_eof else b"Serving An API (test) on http://"
        assert spoken.getvalue().startswith(first + b"127.0.0.1:")
        await asked(server.config.app, "GET", "/k")
        await asked(server.config.app, "POST", "/f")
        watching.extend(t.daemon for t in threading.enumerate() if "_stop_at_eof" in t.name)
        signal.raise_signal(signal.SIGTERM)
        assert server.should_exit is True

    monkeypatch.setattr(uvicorn.Server, "serve", served)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(spoken))
    store = RecordingStore()
    calls: list[str] = []

    def function(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        calls.append(event["path"])
        return {}

    with os.fdopen(reading) as standard_input, listen(0) as listener:
        monkeypatch.setattr(sys, "stdin", standard_input)
        opened: Any = contextlib.nullcontext(store)
        definition = a_definition(an_s3_operation("GET"), a_function_operation())
        definition = replace(definition, title=" An\n API ")
        asyncio.run(serve(definition, opened, listener, function=function, until_eof=until_eof))
        os.close(writing)
        for thread in threading.enumerate():
            if "_stop_at_eof" in thread.name:
                thread.join()
    assert watching == ([True] if until_eof else [])
    assert ([request.path for request in store.asked], calls) == (["k"], ["/f"])


def test_a_gateway_starts_wherever_its_parent_is_and_whatever_its_title_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
    document["info"]["title"] = "An API on http://nowhere"
    file = tmp_path / "titled.json"
    file.write_text(json.dumps(document))
    monkeypatch.chdir(tmp_path)
    with running_gateway(str(file)) as gateway:
        assert gateway.url.startswith("http://127.0.0.1:")
