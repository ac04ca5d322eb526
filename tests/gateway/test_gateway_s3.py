"""The store that is a real S3: what is signed, what is sent, and what comes back."""

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from moto.server import ThreadedMotoServer

from fixtures.exceptions import S3SettingsError
from fixtures.gateway import s3_store
from fixtures.gateway.application import Gateway
from fixtures.gateway.s3_store import S3Store
from fixtures.gateway.store import (
    S3Request,
    S3Response,
    StoreTimeoutError,
    StoreUnreachableError,
)
from tests.gateway.helpers import a_definition, a_scope, an_s3_operation, exchange

SECRET = "a secret"
ODD_KEYS = [
    "plain.txt",
    "a b+c%20d?e#f&g=h",
    "a//b",
    "trailing/",
    "./../dots/.",
    "\u00e9\U0001f600",
    "~-_.!*'();:@$,[]{}|\\^`\"<>",
]


@pytest.fixture(autouse=True)
def aws_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings of the tests' own, whatever the environment has."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AN-ID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a token")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def sends(endpoint: str, *requests: S3Request, bucket: str | None = None) -> list[S3Response]:
    async def run() -> list[S3Response]:
        async with S3Store(endpoint, bucket=bucket) as store:
            return [await store.send(request) for request in requests]

    return asyncio.run(run())


@pytest.fixture(scope="session")
def with_bucket(moto: str) -> str:
    """Moto with one bucket, made by a signed request."""
    location = (
        b"<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint>"
        b"</CreateBucketConfiguration>"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AN-ID")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        (made,) = sends(moto, S3Request("PUT", "bucket", body=location))
    assert made.status == 200, made.body
    return moto


@pytest.mark.parametrize("mounted", [False, True], ids=["bucket in the path", "bucket mounted"])
@pytest.mark.parametrize("key", ODD_KEYS)
def test_an_object_is_put_read_and_deleted_under_any_key(
    with_bucket: str, key: str, mounted: bool
) -> None:
    path = key if mounted else f"bucket/{key}"
    body = bytes(range(256))
    put, got, head, deleted, missing = sends(
        with_bucket,
        S3Request("PUT", path, headers={"content-type": "image/png"}, body=body),
        S3Request("GET", path),
        S3Request("HEAD", path),
        S3Request("DELETE", path),
        S3Request("GET", path),
        bucket="bucket" if mounted else None,
    )
    assert (put.status, deleted.status, missing.status) == (200, 204, 404)
    assert put.headers["etag"] == f'"{hashlib.md5(body).hexdigest()}"'
    assert (got.status, got.body, got.headers["content-type"]) == (200, body, "image/png")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "256")
    assert b"<Code>NoSuchKey</Code>" in missing.body


def test_a_body_of_many_pieces_comes_back_whole(with_bucket: str) -> None:
    body = bytes(range(256)) * 4096
    _, got = sends(
        with_bucket, S3Request("PUT", "bucket/large", body=body), S3Request("GET", "bucket/large")
    )
    assert got.body == body


def test_two_keys_that_differ_in_a_slash_are_two_objects(with_bucket: str) -> None:
    one, two = S3Request("PUT", "bucket/s/x", body=b"1"), S3Request("PUT", "bucket/s//x", body=b"2")
    sends(with_bucket, one, two)
    got = sends(with_bucket, S3Request("GET", "bucket/s/x"), S3Request("GET", "bucket/s//x"))
    assert [answer.body for answer in got] == [b"1", b"2"]


def test_a_query_parameter_reaches_s3(with_bucket: str) -> None:
    query = {"response-content-type": "text/css; a=b c"}
    _, got = sends(
        with_bucket,
        S3Request("PUT", "bucket/q", body=b"x"),
        S3Request("GET", "bucket/q", query=query),
    )
    assert got.headers["content-type"] == "text/css; a=b c"


def test_a_gateway_in_front_of_s3_stores_and_serves(with_bucket: str) -> None:
    operations = [an_s3_operation(method, bucket="bucket") for method in ("PUT", "GET")]
    definition = a_definition(*operations, binary=("image/png",))
    sent = [("Content-Type", "image/png"), ("Accept", "image/png")]
    answers = []
    for method, body in (("PUT", b"\xff"), ("GET", b"")):
        app = Gateway(definition, S3Store(with_bucket))
        event = {"type": "http.request", "body": body}
        answers.append(exchange(app, a_scope(method, "/a%20b", sent), event))
    assert [answer and (answer.status, answer.body) for answer in answers] == [
        (200, b""),
        (200, b"\xff"),
    ]


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: gzip\r\nX-A: b\r\n\r\nok"


def against(
    respond: bytes | None, request: S3Request, longest_wait: float = 10.0, prefix: str = ""
) -> tuple[S3Response, bytes]:
    """Send a request to a server that reads it whole, then says `respond` or nothing."""
    seen = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            seen.extend(await reader.readuntil(b"\r\n\r\n"))
            seen.extend(await reader.read(len(request.body)) if request.body else b"")
            if respond is None:
                await reader.read()
            else:
                writer.write(respond)
                await writer.drain()

    async def run() -> S3Response:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with (
            server,
            S3Store(f"http://127.0.0.1:{port}{prefix}", longest_wait=longest_wait) as store,
        ):
            return await store.send(request)

    return asyncio.run(run()), bytes(seen)


def expected_signature(raw: bytes) -> str:
    """The signature that the request, as it came over the wire, must carry.

    Written from "Create a signed AWS API request" alone, to check what is sent, not what is meant.
    """
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("utf-8").split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    signed = headers["authorization"].split("SignedHeaders=")[1].split(",")[0]
    canonical = "\n".join(
        [
            method,
            path,
            "&".join(sorted(query.split("&"))),
            *(f"{name}:{' '.join(headers[name].split())}" for name in signed.split(";")),
            "",
            signed,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    date, region = headers["x-amz-date"], "eu-central-1"
    scope = f"{date[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    key = f"AWS4{SECRET}".encode()
    for part in (date[:8], region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}"
    return hmac.new(key, text.encode(), "sha256").hexdigest()


@pytest.mark.parametrize("key", ODD_KEYS)
def test_what_is_signed_is_what_is_sent(key: str) -> None:
    request = S3Request(
        "PUT",
        f"bucket/{key}",
        {"b": "1 2/~", "a/": "\u00e9+"},
        {"content-type": "text/plain;  a=b ", "host": "wrong", "x-amz-meta-n": "\u00e9"},
        b"body",
    )
    _, raw = against(OK, request)
    target = raw.split(b" ")[1].decode("ascii")
    assert unquote(target.partition("?")[0]) == f"/bucket/{key}"
    assert target.partition("?")[2] == "a%2F=%C3%A9%2B&b=1%202%2F~"
    assert raw.split(b"Signature=")[1][:64].decode() == expected_signature(raw)
    assert b"x-amz-security-token: a token" in raw.lower()
    assert b"wrong" not in raw
    assert b"accept" not in raw.lower()


@pytest.mark.parametrize("prefix", ["/storage", "/storage/", "/BOX/"])
def test_an_endpoint_may_have_a_path_of_its_own(prefix: str) -> None:
    _, raw = against(OK, S3Request("GET", "b/k"), prefix=prefix)
    path = prefix.removesuffix("/")
    assert raw.startswith(f"GET {path}/b/k HTTP/1.1\r\n".encode())
    assert raw.split(b"Signature=")[1][:64].decode() == expected_signature(raw)


def test_a_body_comes_back_raw_whatever_its_encoding_says() -> None:
    answer, _ = against(OK, S3Request("GET", "b/k"))
    assert (answer.status, answer.body, answer.headers["x-a"]) == (200, b"ok", "b")


def test_a_redirect_is_an_answer_like_any_other() -> None:
    moved = b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert against(moved, S3Request("GET", "b/k"))[0].status == 307


def test_a_server_that_says_nothing_in_time_is_too_late() -> None:
    with pytest.raises(StoreTimeoutError, match=r"^no answer within 0\.1 s$"):
        against(None, S3Request("GET", "b/k"), longest_wait=0.1)


def test_no_step_of_an_exchange_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[dict[str, float | None]] = []

    async def answer(_: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        limits.append(request.extensions["timeout"])
        return httpx.Response(200, stream=httpx.ByteStream(b""))

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", answer)
    assert sends("http://127.0.0.1:1", S3Request("GET", "b/k"))[0].status == 200
    assert limits == [dict.fromkeys(("connect", "read", "write", "pool"))]


@pytest.mark.parametrize("nonsense", [b"", b"nonsense\r\n\r\n", OK[:-1]])
def test_a_server_that_breaks_off_or_talks_nonsense_is_unreachable(nonsense: bytes) -> None:
    with pytest.raises(StoreUnreachableError):
        against(nonsense, S3Request("GET", "b/k"))


def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_store, "_LARGEST_RESPONSE", 100)
    endless = b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 1000
    with pytest.raises(StoreUnreachableError, match="an answer of more than 100 bytes"):
        against(endless, S3Request("GET", "b/k"))


def test_a_header_that_cannot_be_sent_is_not_sent() -> None:
    request = S3Request("PUT", "b/k", headers={"x-amz-meta-a": "1\r\nX-B: 2"})
    with pytest.raises(StoreUnreachableError):
        sends("http://127.0.0.1:1", request)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(StoreUnreachableError, match="connect"):
        sends("http://127.0.0.1:1", S3Request("GET", "b/k"))


def test_the_aws_settings_name_the_endpoint(
    with_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", with_bucket)

    async def run() -> S3Response:
        async with S3Store() as store:
            return await store.send(S3Request("HEAD", "bucket"))

    assert asyncio.run(run()).status == 200


def test_the_profile_names_the_endpoint_of_s3_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(
        "[profile p]\nservices = here\n"
        "[services here]\ns3 =\n  endpoint_url = http://127.0.0.1:9\n"
        "sqs =\n  endpoint_url = http://127.0.0.1:8\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "p")
    assert S3Store().origin == "http://127.0.0.1:9"


def test_without_any_setting_the_endpoint_is_awss_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert S3Store().origin == "https://s3.eu-central-1.amazonaws.com"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert S3Store().origin == "https://s3.us-east-1.amazonaws.com"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
    assert S3Store().origin == "https://s3.cn-north-1.amazonaws.com.cn"


def test_who_asks_is_no_part_of_the_origin() -> None:
    assert S3Store("http://user:p@ss@127.0.0.1:9/x").origin == "http://127.0.0.1:9"


def test_the_environments_proxies_have_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALL_PROXY", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert against(OK, S3Request("GET", "b/k"))[0].status == 200


def test_without_credentials_there_is_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(S3SettingsError, match=r"^no AWS credentials are set for the S3 endpoint$"):
        S3Store("http://127.0.0.1:1")


def test_a_profile_that_is_unknown_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(S3SettingsError, match=r"^the AWS settings cannot be read: .*nobody"):
        S3Store("http://127.0.0.1:1")


@pytest.mark.parametrize(
    "endpoint", ["ftp://host", "localhost:9000", "http://", "http://a:b", "http://[", "http://a:0"]
)
def test_an_endpoint_that_is_no_url_is_refused(endpoint: str) -> None:
    with pytest.raises(S3SettingsError, match="not the URL"):
        S3Store(endpoint)
