"""What goes out on the wire, byte for byte."""

import base64
import time
from pathlib import Path

import pytest

from fixtures.cases.exchange import Exchange, Failure, FailureKind
from fixtures.client import secret_header
from fixtures.payloads import CATALOGUE, Payload
from tests.client.helpers import OK, Got, a_client, a_wire, answering, status

AGENT = "api-gateway-binary-conformance/0.1 (a case)"


def exchanged(
    method: str = "GET",
    target: str = "/s3?key=a",
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
    case: str = "a case",
    under: str = "",
) -> tuple[Got, Exchange]:
    """One request, as the server got it and as the client recorded it."""
    with a_wire() as wire, a_client(wire.url + under) as client:
        exchange = client.send(method, target, headers, body, case=case)
    assert exchange.failure is None
    (got,) = wire.got
    return got, exchange


# Content-Length is there where RFC 9110 section 8.6 asks for it, and nowhere else.
WHOLE = [
    # method, body, the lines after User-Agent
    ("GET", b"", []),
    ("HEAD", b"", []),
    ("OPTIONS", b"", []),
    ("DELETE", b"", []),
    ("PUT", b"", [b"Content-Length: 0"]),
    ("POST", b"", [b"Content-Length: 0"]),
    ("PUT", b"\xff", [b"Content-Length: 1"]),
    ("PATCH", b"ab", [b"Content-Length: 2"]),
    ("GET", b"abc", [b"Content-Length: 3"]),
]


@pytest.mark.parametrize(("method", "body", "lines"), WHOLE)
def test_a_request_has_no_headers_of_httpx(method: str, body: bytes, lines: list[bytes]) -> None:
    reply = answering(b"HTTP/1.1 204 None\r\n\r\n")
    with a_wire(reply) as wire, a_client(wire.url) as client:
        client.send(method, "/s3?key=a", (), body, case="a case")
    (got,) = wire.got
    assert got.head.split(b"\r\n") == [
        f"{method} /v1/s3?key=a HTTP/1.1".encode(),
        f"Host: 127.0.0.1:{wire.port}".encode(),
        f"User-Agent: {AGENT}".encode(),
        *lines,
    ]
    assert got.body == body


@pytest.mark.parametrize("size", [0, 1, 4096, 4097, 20_000])
def test_a_body_is_sent_in_chunks_where_its_headers_say_so(size: int) -> None:
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    got, exchange = exchanged("PUT", headers=(("Transfer-Encoding", "chunked"),), body=body)
    assert ("Transfer-Encoding", "chunked") in got.headers
    assert "Content-Length" not in got.names
    assert got.body == body
    assert exchange.sent.body == body


@pytest.mark.parametrize(("method", "body", "lines"), WHOLE)
def test_the_exchange_records_every_header_that_was_sent(
    method: str, body: bytes, lines: list[bytes]
) -> None:
    reply = answering(b"HTTP/1.1 204 None\r\n\r\n")
    with a_wire(reply) as wire, a_client(wire.url) as client:
        sent = client.send(method, "/s3?key=a", (("X", "y"),), body, case="a case").sent
    assert list(sent.headers) == wire.got[0].headers
    assert (sent.method, sent.url, sent.body) == (method, f"{wire.url}/s3?key=a", body)


@pytest.mark.parametrize(
    ("case", "named"),
    [
        ("PUT /s3, raw", "PUT /s3, raw"),
        ("größe \N{GRINNING FACE}", "gr??e ?"),
        # A list of binaryMediaTypes in an id has characters that comments in User-Agent do not.
        ("accept 'image/*' (one)", "accept 'image/*' (one)"),
        ("", ""),
    ],
)
def test_the_user_agent_names_the_case(case: str, named: str) -> None:
    got, _ = exchanged(case=case)
    assert got.header("User-Agent") == [f"api-gateway-binary-conformance/0.1 ({named})"]


@pytest.mark.parametrize("case", ["a\r\nX-Injected: 1", "a\nb", "a\rb", "a\0b", "a\x7fb"])
def test_a_control_character_in_the_id_of_a_case_does_no_harm(case: str) -> None:
    got, _ = exchanged(case=case)
    assert got.names == ["Host", "User-Agent"]
    (agent,) = got.header("User-Agent")
    assert agent.startswith("api-gateway-binary-conformance/0.1 (a")
    assert agent.isprintable()


TARGETS = [
    "/s3?key=a",
    "/s3",
    "/",
    "/s3?key=a%2Fb%20c",
    "/s3?key=a%2fb",
    "/s3?key=a+b",
    "/s3?key=a/b",
    "/s3?key=",
    "/s3?key",
    "/s3?b=2&a=1&b=1",
    "/s3?key=a?b",
    "/s3?key=%C3%A9",
    "/s3?key=e%CC%81",
    "/s3?key=%ff%00",
    "/s3?key=%252F",
    "/s3?key=%zz",
    "/%zz",
    "/a//b",
    "//a",
    "/a/",
    "/a/%2E%2E/b",
    "/a/%2e/b",
    "/a%2Fb",
    "/~a-b_c.d!$&'()*,;=:@",
    "/a;b=c",
    "/...",
]
# What RFC 3986 does not allow, or would have a client fold.
# What httpx would fold, drop or encode.
FOLDED = ["/a/../b", "/a/./b", "/s3?", '/s3?key="<>`{}|^[]', '/"<>`{}|^[]']


@pytest.mark.parametrize("target", [*TARGETS, *FOLDED])
def test_path_and_query_are_sent_exactly_as_given(target: str) -> None:
    got, exchange = exchanged(target=target)
    assert got.line == f"GET /v1{target} HTTP/1.1"
    assert exchange.sent.url.endswith(f"/v1{target}")


@pytest.mark.parametrize("under", ["", "/"])
def test_a_slash_at_the_end_of_the_endpoint_is_not_doubled(under: str) -> None:
    assert exchanged(target="/s3", under=under)[0].target == "/v1/s3"


HEADERS = [
    (("Accept", "*/*"),),
    (("Accept", "image/png, image/*;q=0.8,*/*;q=0.1"),),
    (("Accept", "image"),),
    (("Accept", "/"),),
    (("Accept", ""),),
    (("Accept", ",,"),),
    (("Accept", "a/b"), ("Accept", "c/d")),
    (("Accept-Encoding", "gzip"),),
    (("Connection", "close"),),
    (("Content-Type", "not a media type"),),
    (("Content-Type", 'IMAGE/JPEG ; Charset="x\\"y"'),),
    (("Content-Type", "image/jpeg; q=1; q=2"), ("content-type", "text/plain")),
    (("cONTENT-tYPE", "a"), ("X-Odd_name", "b  c\td")),
]


@pytest.mark.parametrize("headers", HEADERS)
def test_headers_are_sent_as_spelled_and_in_order(
    headers: tuple[tuple[str, str], ...],
) -> None:
    got, exchange = exchanged(headers=headers)
    assert got.headers[2:] == list(headers)
    assert exchange.sent.headers[2:] == headers


def test_a_header_beyond_ascii_is_sent_as_utf_8() -> None:
    # An object's name goes into a header where the definition maps one into the URI.
    got, _ = exchanged(headers=(("X-Key", "caf\u00e9"),))
    assert got.header("X-Key") == ["caf\u00e9".encode().decode("latin-1")]


@pytest.mark.parametrize("payload", CATALOGUE, ids=lambda payload: payload.name)
def test_every_payload_is_sent_byte_for_byte(payload: Payload) -> None:
    got, exchange = exchanged("PUT", body=payload.content)
    assert got.body == payload.content
    assert got.header("Content-Length") == [str(len(payload.content))]
    assert exchange.sent.body == payload.content


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with a_wire() as proxy, a_wire() as wire:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        with a_client(wire.url) as client:
            client.send("GET", "/s3", (), b"", case="")
    assert (len(proxy.got), len(wire.got)) == (0, 1)


def test_netrc_of_the_environment_is_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login somebody password secret\n", encoding="ascii")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "Authorization" not in exchanged()[0].names


def test_a_cookie_is_not_kept() -> None:
    reply = answering(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n"))
    with a_wire(reply) as wire, a_client(wire.url) as client:
        for _ in range(2):
            client.send("GET", "/s3", (), b"", case="")
    assert [got.names for got in wire.got] == [["Host", "User-Agent"]] * 2


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_response_and_is_not_followed(code: int) -> None:
    with a_wire(status(code, "Location: /v1/elsewhere")) as wire, a_client(wire.url) as client:
        exchange = client.send("GET", "/s3", (), b"", case="")
    assert exchange.received is not None
    assert exchange.received.status == code
    assert len(wire.got) == 1


def test_many_requests_go_over_one_connection() -> None:
    with a_wire() as wire, a_client(wire.url) as client:
        for number in range(50):
            client.send("PUT", f"/s3?key={number}", (), b"x" * number, case="")
    assert [got.target for got in wire.got] == [f"/v1/s3?key={number}" for number in range(50)]
    assert wire.connections == 1


def test_a_connection_closed_by_the_server_is_reopened_without_a_retry() -> None:
    with a_wire(answering(OK, "close")) as wire, a_client(wire.url) as client:
        exchanges = []
        for _ in range(3):
            exchanges.append(client.send("GET", "/s3", (), b"", case=""))
            while wire.current is None or wire.current.fileno() != -1:  # until it is closed
                time.sleep(0.001)
    assert wire.connections == 3
    assert [exchange.repeats for exchange in exchanges] == [()] * 3


def test_secret_headers_are_sent_with_every_request_and_never_recorded() -> None:
    secrets = (
        secret_header("X-Token: planted-1"),
        secret_header("Authorization: env:A", {"A": "planted-2"}),
    )
    with a_wire() as wire, a_client(wire.url, secrets=secrets) as client:
        for method in ("GET", "PUT"):
            exchange = client.send(method, "/s3", (("Accept", "a/b"),), b"", case="")
            assert "planted" not in repr(exchange)
            assert exchange.sent.secret_headers == ("x-token", "authorization")
            assert exchange.sent.headers[2:5] == (
                ("Accept", "a/b"),
                ("X-Token", "$HEADER_X_TOKEN"),
                ("Authorization", "$A"),
            )
    for got in wire.got:
        assert got.header("X-Token") == ["planted-1"]
        assert got.header("Authorization") == ["planted-2"]


def test_two_secret_headers_of_one_name_are_both_sent() -> None:
    secrets = (secret_header("X-Token: one"), secret_header("X-Token: env:B", {"B": "two"}))
    with a_wire() as wire, a_client(wire.url, secrets=secrets) as client:
        client.send("GET", "/s3", (), b"", case="")
    assert wire.got[0].header("X-Token") == ["one", "two"]


@pytest.mark.parametrize("value", ["planted", "planted ", " planted"])
def test_a_secret_is_in_no_sentence_about_a_failure(value: str) -> None:
    # Blanks around a value from the environment are no part of a header.
    secret = secret_header("X-Token: env:A", {"A": value})
    with a_wire() as wire, a_client(wire.url, secrets=(secret,)) as client:
        exchange = client.send("GET", "/s3", (), b"", case="")
    assert "planted" not in repr(exchange)
    assert [got.header("X-Token") for got in wire.got] == [["planted"]]


def test_userinfo_in_the_endpoint_stays_out_of_the_request_and_of_host() -> None:
    with a_wire() as wire, a_client(f"http://user:word@127.0.0.1:{wire.port}/v1") as client:
        client.send("GET", "/s3", (), b"", case="")
    (got,) = wire.got
    assert got.names == ["Host", "User-Agent"]
    assert got.header("Host") == [f"127.0.0.1:{wire.port}"]
    assert base64.b64encode(b"user:word") not in got.head


def test_an_invalid_header_is_a_failure_whose_sentence_does_not_quote_it() -> None:
    with a_wire() as wire, a_client(wire.url, attempts=1) as client:
        exchange = client.send("GET", "/s3", (("X-Key", "a\r\nb"),), b"", case="")
    sentence = "the connection failed before a response: the request is not valid HTTP"
    assert exchange.failure == Failure(FailureKind.INVALID_REQUEST, sentence)
