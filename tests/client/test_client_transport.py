"""Client certificates, private authorities and proxies, on real sockets; and by curl again."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from fixtures.cases.exchange import Exchange, FailureKind
from fixtures.client.transport import TransportConfig, transport_config
from fixtures.exceptions import CredentialsError
from reports.curl import curl
from tests.client.helpers import a_client, free_port
from tests.client.transport_helpers import PASSPHRASE, Files, Telling, a_proxy, files_in, serving

AUTHORITY = trustme.CA()
BODY = bytes(range(256))
TARGET = "/s3/a%2F../%2E%2E//b?key=%C3%A9+*"
LINE = f"PUT /v1{TARGET} HTTP/1.1\n".encode()
SECRETS = {"PASSPHRASE": PASSPHRASE, "PASSWORD": "p@ss: w/ord", "WRONG": "not this one"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return files_in(tmp_path_factory.mktemp("a folder of certificates"), AUTHORITY)


@pytest.fixture(scope="module")
def strict() -> Iterator[str]:
    """An endpoint that wants a certificate of its client."""
    with serving(Telling, AUTHORITY, clients=True) as url:
        yield url


@pytest.fixture(scope="module")
def private() -> Iterator[str]:
    """An endpoint with a certificate of a private authority."""
    with serving(Telling, AUTHORITY) as url:
        yield url


def sent_by(url: str, by: TransportConfig) -> Exchange:
    with a_client(url, transport_config=by, attempts=1) as client:
        return client.send("PUT", TARGET, (), BODY, case="a case")


def sent_again(exchange: Exchange, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The exchange by curl, with the secrets in the environment and proxies that are none."""
    command = curl(exchange.sent)
    assert not any(secret in command for secret in SECRETS.values())
    no = "http://127.0.0.1:1"
    clean = {"PATH": os.environ["PATH"], "http_proxy": no, "https_proxy": no, "no_proxy": "*"}
    return subprocess.run(
        ["sh", "-euc", command], env={**clean, **SECRETS, **environment}, capture_output=True
    )


def is_the_same_again(exchange: Exchange, **environment: str) -> bool:
    """Whether the endpoint got the request byte for byte, from the client and from curl."""
    assert exchange.received is not None, str(exchange.failure)
    assert exchange.received.body == LINE + BODY
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = sent_again(exchange, **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout == exchange.received.body


CERTIFICATES = {
    "two files": "{certificate},{key}",
    "one file": "{both}",
    "an encrypted key": "{certificate},{locked},env:PASSPHRASE",
    "a passphrase that is not needed": "{both},env:PASSPHRASE",
}


@pytest.mark.parametrize("text", CERTIFICATES.values(), ids=CERTIFICATES)
def test_a_client_presents_its_certificate(strict: str, files: Files, text: str) -> None:
    by = transport_config(text.format_map(vars(files)), str(files.ca), None, SECRETS)
    exchange = sent_by(strict, by)
    assert is_the_same_again(exchange)
    assert exchange.received is not None
    assert exchange.received.header("X-Client") == "known"


@pytest.mark.parametrize("text", [None, "{stranger}"], ids=["none", "of a stranger"])
def test_without_the_right_certificate_there_is_no_response(
    strict: str, files: Files, text: str | None
) -> None:
    by = transport_config(text and text.format_map(vars(files)), str(files.ca), None)
    exchange = sent_by(strict, by)
    assert exchange.received is None
    assert exchange.failure.kind is FailureKind.TLS_ALERT


def test_a_ca_bundle_replaces_the_public_authorities(private: str, files: Files) -> None:
    assert is_the_same_again(sent_by(private, transport_config(None, str(files.ca), None)))
    failure = sent_by(private, transport_config(None, None, None)).failure
    assert failure.kind is FailureKind.UNTRUSTED_CERTIFICATE
    assert transport_config(None, str(files.ca), None).tls.cert_store_stats()["x509_ca"] == 1


PROXIES = {
    "open": ("", "", "{url}", {}),
    "password from a variable": ("me", SECRETS["PASSWORD"], "{me}:env:PASSWORD@{host}", {}),
    "user without a password": ("m e", "", "http://m%20e@{host}", {}),
    "all from a variable": ("me", "sec@ret", "env:MY_PROXY", {"MY_PROXY": "{me}:sec%40ret@{host}"}),
    "password in the call": (
        "m e", "a literal", "http://m%20e:a%20literal@{host}", {"PROXY_PASSWORD": "a literal"}),
}  # fmt: skip


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize(("user", "password", "given", "variables"), PROXIES.values(), ids=PROXIES)
def test_a_request_passes_the_proxy_unchanged(
    files: Files, scheme: str, user: str, password: str, given: str, variables: dict[str, str]
) -> None:
    authority = AUTHORITY if scheme == "https" else None
    with serving(Telling, authority) as url, a_proxy(user, password) as proxy:
        host = proxy.url.removeprefix("http://")
        parts = {"url": proxy.url, "host": host, "me": "http://me"}
        variables = {name: value.format_map(parts) for name, value in variables.items()}
        by = transport_config(
            None, str(files.ca), given.format_map(parts), {**SECRETS, **variables}
        )
        assert is_the_same_again(sent_by(url, by), **variables)
    where = url.removeprefix(f"{scheme}://").removesuffix("/v1")
    line = f"CONNECT {where} HTTP/1.1" if authority else f"PUT {url}{TARGET} HTTP/1.1"
    assert proxy.lines == [line, line]


def test_a_proxy_of_the_environment_is_not_used(
    private: str, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    by = transport_config(None, str(files.ca), None)
    assert sent_by(private, by).failure is None


def test_the_failure_of_a_refusing_proxy_shows_no_secret(private: str, files: Files) -> None:
    with a_proxy("me", "another") as proxy:
        url = f"http://me:env:PASSWORD@{proxy.url.removeprefix('http://')}"
        exchange = sent_by(private, transport_config(None, str(files.ca), url, SECRETS))
    assert exchange.failure.kind is FailureKind.PROXY
    sentence = exchange.failure.sentence
    assert sentence.startswith("the proxy refused the connection: 407 Not with Basic ")
    assert proxy.authorizations[0] is not None
    assert proxy.authorizations[0].removeprefix("Basic ")[4:-4] not in sentence


def test_a_missing_proxy_is_a_failure(private: str) -> None:
    by = transport_config(None, None, f"http://127.0.0.1:{free_port()}")
    assert "Connection refused" in str(sent_by(private, by).failure)


REFUSED = {
    # certificate, authority, proxy: what the sentence says
    "no such certificate": (("/nope.pem", None, None), "/nope.pem: no such file"),
    "no such key": (("{certificate},/nope.pem", None, None), "/nope.pem: no such file"),
    "a folder": (("/", None, None), "/: no such file"),
    "nothing before the variable": (
        ("env:PASSPHRASE", None, None),
        "--client-cert is PEM, PEM,KEY",
    ),
    "too many files": (("a,b,c", None, None), "--client-cert is PEM, PEM,KEY"),
    "no certificate in it": (("{key}", None, None), "no certificate and key in PEM"),
    "no key": (("{certificate}", None, None), "no certificate and key in PEM"),
    "another's key": (("{certificate},{other_key}", None, None), "the key does not belong to"),
    "no passphrase": (("{certificate},{locked}", None, None), "is encrypted; give its passphrase"),
    "another passphrase": (("{certificate},{locked},env:WRONG", None, None), "a wrong passphrase"),
    "no such variable": (("{certificate},{locked},env:NOPE", None, None), "NOPE is not set"),
    "no such authority": ((None, "/nope.pem", None), "--ca-bundle: /nope.pem: No such file"),
    "a key for an authority": ((None, "{key}", None), "has no certificate in PEM"),
    "no proxy": ((None, None, "nonsense"), "--proxy is a URL like http://"),
    "socks": ((None, None, "socks5://127.0.0.1:1080"), "--proxy is a URL like http://"),
    "a path": ((None, None, "http://127.0.0.1:1/x"), "--proxy is a URL like http://"),
    "a port that is none": ((None, None, "http://127.0.0.1:99999"), "--proxy is a URL like"),
    "no proxy variable": ((None, None, "env:NOPE"), "NOPE is not set"),
    "no password": ((None, None, "http://me:env:NOPE@127.0.0.1:1"), "NOPE is not set"),
}


@pytest.mark.parametrize(("texts", "sentence"), REFUSED.values(), ids=REFUSED)
def test_an_unusable_option_is_one_sentence_without_a_secret(
    files: Files, texts: tuple[str | None, ...], sentence: str
) -> None:
    with pytest.raises(CredentialsError) as refused:
        transport_config(*(text and text.format_map(vars(files)) for text in texts), SECRETS)
    said = str(refused.value)
    assert sentence in said
    assert "\n" not in said
    assert not any(secret in said for secret in SECRETS.values())


def test_no_representation_shows_a_secret(files: Files) -> None:
    text = f"{files.certificate},{files.locked},env:PASSPHRASE"
    by = transport_config(text, None, "http://me:env:PASSWORD@127.0.0.1:1", SECRETS)
    assert not any(secret in repr(by) for secret in SECRETS.values())
    assert Path(by.route.key) == files.locked
