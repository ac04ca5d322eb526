"""The command that repeats an exchange, run by a real shell and a real curl."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fixtures.cases.exchange import Headers, Route, Sent
from fixtures.client import Client, secret_header
from fixtures.payloads import CATALOGUE, Payload, by_name
from reports.curl import curl
from tests.reports.helpers import Capture, Captured, a_capture

needs_curl = pytest.mark.skipif(
    not all(map(shutil.which, ("sh", "base64", "curl"))), reason="needs sh, base64 and curl"
)


@pytest.fixture(scope="module")
def capture() -> Iterator[Capture]:
    with a_capture() as capture:
        yield capture


def run(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a script, for a line of a script may be longer than a command line."""
    return subprocess.run(
        ["sh", "-eu"],
        input=command,
        env={"PATH": os.environ["PATH"], "HOME": os.devnull, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def repeated(capture: Capture, command: str, **environment: str) -> Captured:
    """What came of a command; it complains of nothing and sends one request."""
    capture.got.clear()
    done = run(command, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    (got,) = capture.got
    return got


def sent_to(
    capture: Capture,
    method: str = "PUT",
    target: str = "/v1/s3?key=a",
    headers: Headers = (),
    body: bytes = b"",
    **more: object,
) -> Sent:
    """A request as the client would have recorded it."""
    length = (("Content-Length", str(len(body))),) if body or method in ("PUT", "POST") else ()
    own = (("Host", capture.url.removeprefix("http://")), ("User-Agent", "agent (a case)"))
    return Sent(method, capture.url + target, (*own, *headers, *length), body, **more)  # type: ignore[arg-type]


@needs_curl
@pytest.mark.parametrize("in_file", [False, True], ids=["inline", "file"])
@pytest.mark.parametrize("payload", CATALOGUE, ids=lambda payload: payload.name)
def test_every_payload_is_sent_again_byte_for_byte(
    capture: Capture, tmp_path: Path, payload: Payload, in_file: bool
) -> None:
    # A file's name may need quotes, and what begins with @ is a file to curl.
    file = tmp_path / "a 'b' $HOME @c.bin"
    file.write_bytes(payload.content)
    sent = sent_to(capture, headers=(("Content-Type", "a/b"),), body=payload.content)
    got = repeated(capture, curl(sent, body_file=str(file) if in_file else ""))
    assert got.body == payload.content
    assert (got.method, got.target) == ("PUT", "/v1/s3?key=a")
    assert got.header("Content-Length") == [str(len(payload.content))]


@needs_curl
@pytest.mark.parametrize("size", [1023, 1024, 1025, 1 << 20])
def test_no_body_is_announced_with_expect(capture: Capture, size: int) -> None:
    got = repeated(capture, curl(sent_to(capture, body=b"\0" * size)))
    assert got.header("Expect") == []


@needs_curl
@pytest.mark.parametrize(
    "line", [("Expect", "100-continue"), ("Transfer-Encoding", "chunked")], ids=lambda line: line[0]
)
def test_a_body_is_sent_again_in_the_way_in_which_it_was_sent(
    capture: Capture, line: tuple[str, str]
) -> None:
    got = repeated(capture, curl(sent_to(capture, headers=(line,), body=b"\0" * 9000)))
    assert got.header(line[0]) == [line[1]]
    assert got.body == b"\0" * 9000


METHODS = [
    ("GET", b""),
    ("GET", b"\xff"),
    ("HEAD", b""),
    ("OPTIONS", b""),
    ("DELETE", b""),
    ("PATCH", b"a"),
    ("PUT", b""),
    ("PUT", b"a"),
    ("POST", b""),
    ("POST", b"a"),
]
TARGETS = [
    "/",
    "/v1/s3",
    "/v1/s3?key=a%2Fb%20c+d",
    "/v1/a/%2E%2E/b",
    "/v1/a/../b/./c",
    "/v1//a//",
    "/v1/s3?key=[a-c]{1,2}",
    "/v1/s3?a='b'&c=$HOME;d=`e`!",
    "/v1/s3?key=%zz",
    "/v1/s3?",
]


@needs_curl
@pytest.mark.parametrize(("method", "body"), METHODS)
def test_every_method_is_sent_again(capture: Capture, method: str, body: bytes) -> None:
    sent = sent_to(capture, method, body=body)
    got = repeated(capture, curl(sent))
    assert (got.method, got.target, got.body) == (method, "/v1/s3?key=a", body)
    assert sorted(got.headers) == sorted(sent.headers)


@needs_curl
@pytest.mark.parametrize("target", TARGETS)
def test_path_and_query_are_sent_again_as_they_are(capture: Capture, target: str) -> None:
    assert repeated(capture, curl(sent_to(capture, "GET", target))).target == target


HEADERS: list[Headers] = [
    (),
    (("Accept", "*/*"),),
    (("Accept", ""),),
    (("Content-Type", ""),),
    (("Accept", "image/png, image/*;q=0.8"),),
    (("Accept", "a/b"), ("Accept", "c/d")),
    (("Content-Type", "not a media type"),),
    (("Content-Type", "application/x-www-form-urlencoded"),),
    (("content-TYPE", "a/b"), ("aCCEPT", "c/d")),
    (("Content-Type", 'a/b; charset="x y"'), ("Accept", "'")),
    (("Accept", "$HOME ${HOME} $(id) `id` !! \\ %s %% \\n"),),
    (("Accept", "a;b"), ("X", "@/etc/hostname")),
    (("Accept-Encoding", "gzip"), ("X-Colon", "a:b: c")),
    (("X-Blanks", "a  b"),),
]


@needs_curl
@pytest.mark.parametrize("body", [b"", b"\xff"], ids=["empty", "body"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("headers", HEADERS)
def test_the_same_headers_are_sent_again_and_no_others(
    capture: Capture, headers: Headers, method: str, body: bytes
) -> None:
    sent = sent_to(capture, method, headers=headers, body=body)
    assert sorted(repeated(capture, curl(sent)).headers) == sorted(sent.headers)


@needs_curl
def test_a_request_without_a_user_agent_is_repeated_without_one(capture: Capture) -> None:
    got = repeated(capture, curl(Sent("GET", f"{capture.url}/")))
    assert [name for name, _ in got.headers] == ["Host"]


SECRETS = ["planted", "a b", "\"quoted\" 'twice'", "$HOME `id` \\ %s", "$(id)"]


@needs_curl
@pytest.mark.parametrize("value", SECRETS)
def test_a_secret_is_put_in_by_the_shell_and_is_not_in_the_command(
    capture: Capture, value: str
) -> None:
    client = Client(
        capture.url, secrets=[secret_header("X-Token: env:PLANTED", {"PLANTED": value})]
    )
    sent = client.send("PUT", "/s3", (), b"\xff", case="").sent
    client.close()
    command = curl(sent)
    assert value not in command
    got = repeated(capture, command, PLANTED=value)
    assert got.header("X-Token") == [value]
    assert got.body == b"\xff"


@needs_curl
@pytest.mark.parametrize("name", ["X-$HOME", "X-`id`"])
def test_the_name_of_a_secret_header_means_nothing_to_the_shell(
    capture: Capture, name: str
) -> None:
    sent = sent_to(capture, headers=((name, "$PLANTED"),), secret_headers=(name.lower(),))
    got = repeated(capture, curl(sent), PLANTED="planted")
    assert (name, "planted") in got.headers


@needs_curl
def test_a_secret_that_is_not_in_the_environment_is_a_complaint_of_the_shell(
    capture: Capture,
) -> None:
    sent = sent_to(capture, headers=(("X", "$PLANTED"),), secret_headers=("x",))
    done = run(curl(sent))
    assert done.returncode != 0
    assert "PLANTED" in done.stderr


@needs_curl
def test_a_proxy_of_the_environment_is_ignored_as_the_client_ignored_it(capture: Capture) -> None:
    environment: Mapping[str, str] = {"http_proxy": "http://127.0.0.1:1"}
    assert repeated(capture, curl(sent_to(capture, "GET")), **environment).method == "GET"


@needs_curl
def test_the_settings_of_whoever_repeats_it_change_nothing(
    capture: Capture, tmp_path: Path
) -> None:
    (tmp_path / ".curlrc").write_text('header = "X-Mine: 1"\n', encoding="ascii")
    got = repeated(capture, curl(sent_to(capture, "GET")), HOME=str(tmp_path))
    assert got.header("X-Mine") == []


def test_the_version_of_http_is_that_of_the_client() -> None:
    assert "--http1.1" in curl(Sent("GET", "https://example.com/"))
    assert "--http2 " in curl(Sent("GET", "https://example.com/", route=Route(http2=True)))


@needs_curl
@pytest.mark.parametrize("token", ["", "a/session+token=="])
def test_a_signed_request_is_signed_again_with_the_credentials_of_the_environment(
    capture: Capture, token: str
) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "planted"}
    sent = sent_to(capture, body=b"\xff", sigv4_region="eu-west-1")
    command = curl(sent)
    assert "--aws-sigv4 aws:amz:eu-west-1:execute-api" in command
    assert "planted" not in command
    got = repeated(capture, command, AWS_SESSION_TOKEN=token, **keys)
    (authorization,) = got.header("Authorization")
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "/eu-west-1/execute-api/aws4_request" in authorization
    assert got.header("X-Amz-Security-Token") == ([token] if token else [])
    assert got.body == b"\xff"


def test_a_request_that_was_not_signed_is_not_signed_again() -> None:
    command = curl(Sent("GET", "http://127.0.0.1/"))
    assert "sigv4" not in command
    assert "AWS" not in command


@needs_curl
def test_a_command_stands_on_one_line_and_may_follow_another(capture: Capture) -> None:
    upload = sent_to(capture, body=by_name("every-byte-thrice").content)
    download = sent_to(capture, "GET")
    commands = [curl(upload), curl(download)]
    assert all("\n" not in command for command in commands)
    capture.got.clear()
    assert run("\n".join(commands)).returncode == 0
    assert [got.method for got in capture.got] == ["PUT", "GET"]
