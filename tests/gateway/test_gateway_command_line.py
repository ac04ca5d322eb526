"""The gateway's command line, and what it makes of it."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures import definitions
from fixtures.api import Definition
from fixtures.command_line import port
from fixtures.functions import echo
from fixtures.gateway import command as command_line
from fixtures.gateway.__main__ import main
from fixtures.gateway.embedded_store import EmbeddedStore
from fixtures.gateway.s3_store import S3Store
from fixtures.gateway.store import S3Request

UNREACHED = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


# --------------------------------------------------------------------------- what cannot be


def sentence(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said on stderr, after exit status 2, without the name of the program."""
    try:
        status = main(arguments)
    except SystemExit as ended:  # which the parser raises
        status = ended.code
    assert status == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err.removesuffix("\n").removeprefix("python -m fixtures.gateway: ")


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        said = sentence(capsys, "--port", number)
    assert said.startswith(f"port {number} on 127.0.0.1 cannot be used: Address already in use")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "65536"], "argument --port: '65536' is no port; give one from 0 to 65535"),
        (["--port", "-1"], "argument --port: '-1' is no port; give one from 0 to 65535"),
        (["--port", "x"], "argument --port: 'x' is no port; give one from 0 to 65535"),
        (["--port", "\u0661"], "argument --port: '\u0661' is no port; give one from 0 to 65535"),
        (["--unknown"], "unrecognized arguments: --unknown"),
        (["--definitio", "sample"], "unrecognized arguments: --definitio sample"),
        (
            ["--bucket", "b"],
            "--bucket goes with --s3-endpoint; the embedded store is one bucket",
        ),
        (
            ["--store-dir", "/dev/null/x"],
            "the folder /dev/null/x cannot be used: Not a directory",
        ),
        (
            ["--store-dir", "x", "--s3-endpoint", UNREACHED],
            "--store-dir and --s3-endpoint exclude each other",
        ),
        (["--s3-endpoint", "nonsense"], "'nonsense' is not the URL of an S3 endpoint"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert sentence(capsys, *arguments) == said


@pytest.mark.parametrize("number", [0, 1, 65535])
def test_a_port_is_a_number_up_to_65535(number: int) -> None:
    assert port(str(number)) == number


def test_a_definition_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    said = sentence(capsys, "--definition", "nothing")
    assert "nothing" in said
    assert "no such definition" in said


# ------------------------------------------------------------------------------------- help


@pytest.mark.parametrize(
    "said",
    [
        "usage: python -m fixtures.gateway [-h]",
        "\n\nServe an API definition as API Gateway in front of S3 would.\n",
        " address to listen on (default: 127.0.0.1, which only this machine reaches)\n",
        "  --definition NAME_OR_PATH\n",
        f" {', '.join(definitions.shipped())}, or a Swagger 2.0 or OpenAPI 3.0 file (default: sam",
        " port to listen on (default: any free one)\n",
        "--store-dir DIR ",
        " keep objects in this folder, not in memory\n",
        "--s3-endpoint [URL] ",
        "real S3; without a URL the AWS settings name the endpoint. Region and credentials always",
        " keep objects in a real S3;",
        " credentials always come from the AWS settings\n",
        "--function MODULE:HANDLER\n",
        " the Python function behind every Lambda proxy, run in this process (default: the echo",
        " function that is shipped)\n",
        " with --s3-endpoint: the bucket, if it is not the path's first segment\n",
    ],
)
def test_help_says_what_each_option_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert said in text
    assert "--until-eof" not in text


# ---------------------------------------------------------------------------- what is served


@dataclass
class Serving:
    """What the command line hands on to be served."""

    definition: Definition
    store: Any
    port: int
    until_eof: bool
    function: Any


def served(monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]) -> Serving:
    found: list[Serving] = []

    async def serve(
        definition: Definition,
        open_store: contextlib.AbstractAsyncContextManager[Any],
        listener: socket.socket,
        *,
        function: Any,
        until_eof: bool,
    ) -> None:
        async with open_store as store:
            number = listener.getsockname()[1]
            found.append(Serving(definition, store, number, until_eof, function))

    monkeypatch.setattr(command_line, "serve", serve)
    assert main(arguments) == 0
    return found[0]


def test_without_options_the_sample_is_served_from_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serving = served(monkeypatch, [])
    assert serving.definition == definitions.load("sample")
    assert isinstance(serving.store, EmbeddedStore)
    assert serving.port > 1023
    assert serving.until_eof is False
    assert serving.function is echo.handler


def test_the_options_name_the_definition_the_port_and_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    arguments = ["--definition", "mapped", "--port", str(number), "--until-eof"]
    serving = served(monkeypatch, arguments)
    assert serving.definition == definitions.load("mapped")
    assert (serving.port, serving.until_eof) == (number, True)


def test_objects_are_kept_in_the_folder_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "objects"
    serving = served(monkeypatch, ["--store-dir", str(folder)])
    asyncio.run(serving.store.send(S3Request("PUT", "k", body=b"x")))
    assert len(list(folder.iterdir())) == 1


def test_objects_are_kept_in_the_s3_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    serving = served(monkeypatch, ["--s3-endpoint", UNREACHED, "--bucket", "b"])
    assert isinstance(serving.store, S3Store)
    assert serving.store.origin == UNREACHED
    assert serving.store._signed(S3Request("GET", "k"))[0] == "/b/k"


def test_an_s3_without_a_url_is_the_one_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", UNREACHED)
    serving = served(monkeypatch, ["--s3-endpoint"])
    assert serving.store.origin == UNREACHED
    assert serving.store._signed(S3Request("GET", "b/k"))[0] == "/b/k"


def test_the_function_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert served(monkeypatch, ["--function", "json:dumps"]).function is json.dumps


def test_what_is_no_function_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    said = sentence(capsys, "--function", "json")
    assert said == "'json' names no function; give module:handler"
