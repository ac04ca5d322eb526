"""Headers that stay secret, and signatures, verified by AWS's own description of them.

Source: AWS General Reference, "Create a signed AWS API request": canonical request, string to
sign, signing key. Nothing of the signer is used here.
"""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import CredentialRetrievalError

from fixtures.cases.exchange import FailureKind
from fixtures.client import SecretHeader, secret_header
from fixtures.client.sigv4 import SigV4
from fixtures.exceptions import CredentialsError
from tests.client.helpers import Got, a_client, a_wire, answering, status

ENVIRONMENT = {"TOKEN": "from outside", "EMPTY": "", "BAD": "a\nb", "WIDE": "caf\u00e9"}

HEADERS = [
    # text, name, value, variable
    ("X-Token: abc", "X-Token", "abc", "HEADER_X_TOKEN"),
    ("x-api-key:abc", "x-api-key", "abc", "HEADER_X_API_KEY"),
    ("  X : a: b ", "X", "a: b", "HEADER_X"),
    ("X:", "X", "", "HEADER_X"),
    ("X: env:TOKEN", "X", "from outside", "TOKEN"),
    ("X:env:TOKEN", "X", "from outside", "TOKEN"),
    ("X: env:EMPTY", "X", "", "EMPTY"),
    ("X: Env:TOKEN", "X", "Env:TOKEN", "HEADER_X"),
    ("X: a b env:TOKEN", "X", "a b env:TOKEN", "HEADER_X"),
    ('X: "a env:TOKEN', "X", '"a env:TOKEN', "HEADER_X"),
    ("A.b~c: 1", "A.b~c", "1", "HEADER_A_B_C"),
]


@pytest.mark.parametrize(("text", "name", "value", "variable"), HEADERS)
def test_a_header_is_read_and_its_value_may_come_from_the_environment(
    text: str, name: str, value: str, variable: str
) -> None:
    assert secret_header(text, ENVIRONMENT) == SecretHeader(name, value, variable)


def test_a_scheme_before_a_value_from_the_environment_is_not_secret() -> None:
    header = secret_header("Authorization: Bearer env:TOKEN", ENVIRONMENT)
    assert header == SecretHeader("Authorization", "from outside", "TOKEN", "Bearer")
    assert (header.redacted, header.value) == ("Bearer $TOKEN", "Bearer from outside")
    with a_wire() as wire, a_client(wire.url, secrets=(header,)) as client:
        exchange = client.send("GET", "/s3", (), b"", case="")
    assert wire.got[0].header("Authorization") == ["Bearer from outside"]
    assert ("Authorization", "Bearer $TOKEN") in exchange.sent.headers


NO_HEADERS = [
    # text, what the sentence says
    ("", "'Name: value'"),
    ("X-Token", "'Name: value'"),
    ("Accept: image/png", "the suite sets or varies it"),
    ("content-type: env:TOKEN", "the suite sets or varies it"),
    ("X-Token: env:not a name", "must be followed by the name of a variable"),
    (": value", "'Name: value'"),
    ("X Y: value", "'Name: value'"),
    ("X(: value", "'Name: value'"),
    ("\u00dc: value", "'Name: value'"),
    ("X: env:MISSING", "environment variable MISSING is not set"),
    ("X: env:", "must be followed by the name of a variable"),
    ("X: env:BAD", "value of the header X is not printable ASCII"),
    ("X: env:WIDE", "value of the header X is not printable ASCII"),
    ("X: caf\u00e9", "value of the header X is not printable ASCII"),
    ("X: a\r\nY: b", "value of the header X is not printable ASCII"),
    ("X: a\0b", "value of the header X is not printable ASCII"),
    ("X: a\x7fb", "value of the header X is not printable ASCII"),
    ("X: a\tb", "value of the header X is not printable ASCII"),
]


@pytest.mark.parametrize(("text", "sentence"), NO_HEADERS)
def test_an_invalid_header_is_refused_in_one_sentence_without_its_value(
    text: str, sentence: str
) -> None:
    with pytest.raises(CredentialsError) as refused:
        secret_header(text, ENVIRONMENT)
    said = str(refused.value)
    assert sentence in said
    assert "\n" not in said
    assert "caf\u00e9" not in said


def test_a_secret_reads_the_environment_of_the_process_unless_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLANTED", "planted")
    assert secret_header("X: env:PLANTED").value == "planted"


def test_a_secret_does_not_show_its_value() -> None:
    assert "planted" not in repr(secret_header("X: planted"))


# ---------------------------------------------------------------------------------- signatures

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
PLAIN = Credentials("AKIDEXAMPLE", SECRET)
SESSION = Credentials("AKIDEXAMPLE", SECRET, "a/session+token==")
REGION = "eu-central-1"
SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})"
)


def hmac_of(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encoded(text: str) -> str:
    """ "URI encode every byte except the unreserved characters: A-Z, a-z, 0-9, -, ., _ and ~"."""
    return quote(text, safe="-._~")


def canonical_query(query: str) -> str:
    """ "You must sort the parameters by name (and value) after encoding"."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    decoded = ((encoded(unquote(name)), encoded(unquote(value))) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in sorted(decoded))


def due_signature(got: Got, secret: str, date: str, region: str, signed: list[str]) -> str:
    """The signature that this request should have, from the bytes on the wire."""
    path, _, query = got.target.partition("?")
    headers = "".join(
        # "For multiple values, trim and separate them by commas"; inner blanks become one.
        f"{name}:{','.join(' '.join(value.split()) for value in got.header(name))}\n"
        for name in signed
    )
    # "Each path segment must be URI-encoded twice (except for Amazon S3 …)".
    canonical = "\n".join(
        (
            got.line.partition(" ")[0],
            quote(path, safe="/-._~"),
            canonical_query(query),
            headers,
            ";".join(signed),
            hashlib.sha256(got.body).hexdigest(),
        )
    )
    scope = f"{date[:8]}/{region}/execute-api/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac_of(key, part)
    return hmac_of(key, f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}").hex()


def verify(got: Got, credentials: Credentials) -> list[str]:
    """Assert that the signature is right, and give the headers that it covers."""
    (authorization,) = got.header("Authorization")
    found = SIGNATURE.fullmatch(authorization)
    assert found is not None
    credential, signed, signature = found.groups()
    (date,) = got.header("X-Amz-Date")
    when = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - when) < timedelta(minutes=5)
    assert credential == f"AKIDEXAMPLE/{date[:8]}/{REGION}/execute-api/aws4_request"
    names = signed.split(";")
    assert names == sorted(names)
    assert signature == due_signature(got, credentials.secret_key, date, REGION, names)
    return names


SIGNED = [
    # method, target, headers, body
    ("GET", "/s3", (), b""),
    ("GET", "/s3?key=a%2Fb%20c", (("Accept", "image/png"),), b""),
    ("GET", "/s3?b=2&a=1&b=1&a=&c", (), b""),
    ("GET", "/s3?key=%C3%A9%F0%9F%98%80~-._", (), b""),
    ("GET", "/s3?key=a%2Bb%3Dc%26d%25", (), b""),
    ("GET", "/s3?A=1&a=1&%C3%A9=1&0=1", (), b""),
    ("GET", "/bucket/a%20b/%C3%A9/c%2Bd", (), b""),
    ("GET", "/a-b_c.d~e", (), b""),
    # AWS decodes a query and encodes it again: what it gets need not be encoded as it would.
    ("GET", "/s3?key=a*b(c)/d:e@f,g+h&%63=%7e%c3%a9&flag", (), b""),
    ("PUT", "/s3/%2E%2E/a%2Fb/%2B+/%C3%A9/%25", (), b"\xff\x00"),
    ("HEAD", "/s3?key=a", (), b""),
    ("PUT", "/s3?key=a", (("Content-Type", "image/jpeg"),), bytes(range(256)) * 5),
    ("PUT", "/s3?key=a", (("Content-Type", 'a;  b="c  d"'), ("X-Empty", "")), b""),
    ("POST", "/s3", (("Content-Type", "application/json"),), b'{"a": "\xc3\xa9"}'),
    ("GET", "/s3", (("Accept", "a/b"), ("X-Twice", "one"), ("X-Twice", "two")), b""),
]


@pytest.mark.parametrize("credentials", [PLAIN, SESSION], ids=["keys", "session"])
@pytest.mark.parametrize(
    ("method", "target", "headers", "body"),
    [
        *SIGNED[:-1],
        pytest.param(
            *SIGNED[-1],
        ),
    ],
)
def test_a_signature_is_what_aws_would_compute_from_the_bytes_on_the_wire(
    method: str,
    target: str,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    credentials: Credentials,
) -> None:
    reply = answering(b"HTTP/1.1 204 None\r\n\r\n")
    with a_wire(reply) as wire, a_client(wire.url, sigv4=SigV4(credentials, REGION)) as client:
        exchange = client.send(method, target, headers, body, case="a case")
    assert exchange.failure is None
    (got,) = wire.got
    names = verify(got, credentials)
    assert {"host", "x-amz-date", *(name.lower() for name, _ in headers)} <= set(names)
    assert got.body == body
    assert got.header("X-Amz-Security-Token") == (
        [credentials.token] if credentials.token is not None else []
    )
    # What a proxy may change or add is no part of it.
    assert not {"user-agent", "connection", "content-length", "accept-encoding"} & set(names)


def test_a_signature_covers_secret_headers_and_none_of_it_is_recorded() -> None:
    secret = secret_header("X-Token: planted")
    with (
        a_wire() as wire,
        a_client(wire.url, sigv4=SigV4(SESSION, REGION), secrets=(secret,)) as client,
    ):
        exchange = client.send("GET", "/s3", (), b"", case="")
    assert "x-token" in verify(wire.got[0], SESSION)
    assert exchange.sent.sigv4_region == REGION
    assert {name for name, _ in exchange.sent.headers} == {"Host", "User-Agent", "X-Token"}
    for planted in ("planted", "Signature", "AKIDEXAMPLE", SECRET, str(SESSION.token)):
        assert planted not in repr(exchange)


def test_every_attempt_is_signed_anew() -> None:
    with (
        a_wire(status(429), status(200)) as wire,
        a_client(wire.url, sigv4=SigV4(SESSION, REGION)) as client,
    ):
        client.send("PUT", "/s3", (), b"body", case="")
    assert len(wire.got) == 2
    for got in wire.got:
        verify(got, SESSION)


def test_without_a_signer_nothing_is_signed() -> None:
    with a_wire() as wire, a_client(wire.url) as client:
        exchange = client.send("GET", "/s3", (), b"", case="")
    assert exchange.sent.sigv4_region == ""
    assert wire.got[0].header("Authorization") == []


# ---------------------------------------------------------------- where credentials come from

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}
AT_AWS = "https://abcdefghi.execute-api.eu-west-1.amazonaws.com/v1"
ELSEWHERE = "http://127.0.0.1:4566/restapis/a/v1"

REGIONS = [
    # endpoint, environment, region
    (AT_AWS, {}, "eu-west-1"),
    (AT_AWS.upper().replace("HTTPS", "https"), {}, "eu-west-1"),
    (AT_AWS, {"AWS_DEFAULT_REGION": "us-east-2"}, "eu-west-1"),
    ("https://a.execute-api.us-gov-west-1.amazonaws.com/v1", {}, "us-gov-west-1"),
    ("https://a.execute-api.cn-north-1.amazonaws.com.cn/v1", {}, "cn-north-1"),
    ("https://a-vpce-b.execute-api.us-west-2.amazonaws.com", {}, "us-west-2"),
    (ELSEWHERE, {"AWS_DEFAULT_REGION": "us-east-2"}, "us-east-2"),
    ("https://api.example.com", {"AWS_DEFAULT_REGION": "us-east-2"}, "us-east-2"),
    # LocalStack's own host names have no region in the place of one.
    (
        "http://a.execute-api.localhost.localstack.cloud:4566/v1",
        {"AWS_DEFAULT_REGION": "us-east-2"},
        "us-east-2",
    ),
    # The variable that the sentence about a missing region names, and that AWS documents.
    (ELSEWHERE, {"AWS_REGION": "us-east-2"}, "us-east-2"),
]


@pytest.mark.parametrize(("endpoint", "environment", "region"), REGIONS)
def test_the_region_is_that_of_the_host_name_or_else_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, environment: dict[str, str], region: str
) -> None:
    for name, value in {**KEYS, **environment}.items():
        monkeypatch.setenv(name, value)
    assert SigV4.from_environment(endpoint).region == region


def test_the_credentials_of_the_environment_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**KEYS, "AWS_SESSION_TOKEN": str(SESSION.token)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with a_wire() as wire, a_client(wire.url, sigv4=SigV4.from_environment(wire.url)) as client:
        client.send("GET", "/s3?key=a", (), b"", case="")
    verify(wire.got[0], SESSION)
    assert wire.got[0].header("X-Amz-Security-Token") == [SESSION.token]


def test_the_credentials_of_a_profile_sign(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    lines = ("[other]", "aws_access_key_id = AKIDEXAMPLE", f"aws_secret_access_key = {SECRET}")
    file.write_text("\n".join(lines), encoding="ascii")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_PROFILE", "other")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with a_wire() as wire, a_client(wire.url, sigv4=SigV4.from_environment(wire.url)) as client:
        client.send("GET", "/s3", (), b"", case="")
    verify(wire.got[0], PLAIN)


def test_credentials_that_expire_are_renewed_in_the_middle_of_a_run() -> None:
    """Each set is about to expire: the next request is signed with the next one, whole."""
    given = 0

    def refresh() -> dict[str, str]:
        nonlocal given
        given += 1
        soon = datetime.now(UTC) + timedelta(minutes=1)
        token = f"token-{given}"
        return {"access_key": "AKIDEXAMPLE", "secret_key": f"{SECRET}{given}", "token": token,
                "expiry_time": soon.isoformat()}  # fmt: skip

    credentials = RefreshableCredentials.create_from_metadata(refresh(), refresh, "test")
    with a_wire() as wire, a_client(wire.url, sigv4=SigV4(credentials, REGION)) as client:
        for _ in range(2):
            client.send("PUT", "/s3", (), b"body", case="")
    tokens = [got.header("X-Amz-Security-Token")[0] for got in wire.got]
    assert tokens[0] != tokens[1]
    for got, token in zip(wire.got, tokens, strict=True):
        number = token.removeprefix("token-")
        verify(got, Credentials("AKIDEXAMPLE", f"{SECRET}{number}", token))


def test_credentials_that_cannot_be_renewed_leave_a_failure_and_no_request() -> None:
    def refresh() -> dict[str, str]:
        raise CredentialRetrievalError(provider="sso", error_msg="the login has expired")

    past = datetime.now(UTC) - timedelta(minutes=1)
    credentials = RefreshableCredentials("AKID", SECRET, "token", past, refresh, "sso")
    with a_wire() as wire, a_client(wire.url, sigv4=SigV4(credentials, REGION)) as client:
        exchange = client.send("GET", "/s3", (), b"", case="")
    assert exchange.received is None
    assert exchange.failure.kind is FailureKind.CREDENTIALS
    assert exchange.failure.sentence.startswith("the AWS credentials cannot be fetched: ")
    assert "the login has expired" in exchange.failure.sentence
    assert wire.got == []


def test_the_credentials_of_a_process_sign(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SSO, a role and a web identity come the same way: through the chain of botocore."""
    keys = {"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": SECRET,
            "SessionToken": SESSION.token}  # fmt: skip
    (tmp_path / "keys.json").write_text(json.dumps(keys), encoding="ascii")
    (tmp_path / "config").write_text(
        f"[default]\ncredential_process = cat {tmp_path}/keys.json\nregion = {REGION}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with a_wire() as wire, a_client(wire.url, sigv4=SigV4.from_environment(wire.url)) as client:
        client.send("GET", "/s3", (), b"", case="")
    verify(wire.got[0], SESSION)


UNUSABLE = [
    # environment, endpoint, what the sentence says
    ({}, AT_AWS, "--auth=sigv4 found no AWS credentials; set AWS_PROFILE"),
    (KEYS, ELSEWHERE, "--auth=sigv4 found no region; set "),
    (
        {
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/nope",
        },
        AT_AWS,
        "the AWS credentials cannot be fetched: ",
    ),
    ({"AWS_PROFILE": "missing"}, AT_AWS, "the AWS configuration cannot be used: "),
    ({"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"}, AT_AWS, "the AWS configuration cannot be used: "),
]


@pytest.mark.parametrize(("environment", "endpoint", "sentence"), UNUSABLE)
def test_credentials_that_cannot_be_used_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], endpoint: str, sentence: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CredentialsError) as refused:
        SigV4.from_environment(endpoint)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
