"""Secrets planted in the real command line, an endpoint that echoes them, and every artefact.

The endpoint is the reference gateway behind a TLS server that asks for a client's certificate, and
that says back all headers of a request: in the headers of every answer, and where it is to fail, in
its body, as they are, in JSON, in a URL and in Base64. A proxy stands before it.
"""

import base64
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from fixtures.gateway.process import running_gateway
from tests.client.test_client_redaction import SPELLED
from tests.client.transport_helpers import a_proxy, serving

ROOT = Path(__file__).parents[2]
PLANTED = {
    "MY_HEADER": 'planted/header+"value" 71c0',
    "MY_API_KEY": "plantedApiKey5e2a9d",
    "MY_BEARER": "eyJwbGFudGVkIjoiYmVhcmVyIn0.c2lnbmF0dXJl-_x",
    "AWS_ACCESS_KEY_ID": "AKIAPLANTED0EXAMPLE1",
    "AWS_SECRET_ACCESS_KEY": "plantedSecret/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEPlanted//////////token+of/the+session==",
    "MY_PROXY_PASSWORD": "planted:proxy@password/9f",
    "MY_PASSPHRASE": "planted passphrase of the key 33",
    "MY_BASIC": "bWU6cGxhbnRlZC9wYXNz+d29yZA==",
    "MY_COOKIE": "session=planted%2Fcookie; Secure",
    "MY_TENANT": "{planted-tenant}&<7d>'x'",
}
LITERAL = "planted-in-the-call-0b71"
AUTHORITY = trustme.CA()


class Echo(BaseHTTPRequestHandler):
    """The gateway, and all that was said to it said back."""

    protocol_version = "HTTP/1.1"
    gateway = ""
    wrong = False
    seen: list[str] = []

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = "\n".join(f"{name}: {value}" for name, value in self.headers.items())
        self.seen.append(said)
        far = http.client.HTTPConnection(self.gateway)
        far.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("authorization", "x-amz-security-token", "x-amz-date"):
                far.putheader(name, value)
        far.endheaders(body)
        answer = far.getresponse()
        content = answer.read()
        if self.wrong and "preflight" not in self.headers["User-Agent"]:
            received = [secret for secret in PLANTED.values() if secret in said]
            spells = SPELLED.values()
            content = b"\n".join((said.encode(), *(to(one) for one in received for to in spells)))
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        for number, (name, value) in enumerate(self.headers.items()):
            self.send_header(f"X-Echo-{number}-{name}", value)
            self.send_header(f"X-Encoded-{number}", base64.b64encode(value.encode()).decode())
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        far.close()

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = answer

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    with running_gateway("mapped") as running:
        yield running.url


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    mine = AUTHORITY.issue_cert("client@example.com")
    locked = serialization.load_pem_private_key(mine.private_key_pem.bytes(), None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PLANTED["MY_PASSPHRASE"].encode()),
    )
    (folder / "mine.pem").write_bytes(mine.cert_chain_pems[0].bytes() + locked)
    AUTHORITY.cert_pem.write_to_path(str(folder / "ca.pem"))
    return folder


def spelled(secret: str) -> set[bytes]:
    """The secret in every spelling, and in Base64 at each of the three places."""
    value = secret.encode()
    in_base64 = {
        base64.b64encode(bytes(before) + value)[
            -(-8 * before // 6) : 8 * (before + len(value)) // 6
        ]
        for before in range(3)
    }
    plain = {secret, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")}
    everything = {spell(secret) for spell in SPELLED.values()}
    return {text.encode() for text in (*plain, quote_plus(secret))} | in_base64 | everything


def found_in(content: bytes) -> set[str]:
    """The names of the secrets that are in it, also in a body that a document has in Base64."""
    secrets = {**PLANTED, "LITERAL": LITERAL}
    return {
        name
        for name, secret in secrets.items()
        if any(spelling in content for spelling in spelled(secret))
    }


def bodies_of(folder: Path) -> Iterator[bytes]:
    """The bodies that the documents have in Base64, as bytes."""
    for file in folder.rglob("conformance.json"):
        for body in json.loads(file.read_bytes())["bodies"].values():
            yield base64.b64decode(body["base64"] or "")


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "two-workers"])
@pytest.mark.parametrize("wrong", [False, True], ids=["conforming", "deviating"])
def test_no_artefact_has_a_planted_secret(
    gateway: str, certificates: Path, tmp_path: Path, wrong: bool, workers: tuple[str, ...]
) -> None:
    handler = type("Here", (Echo,), {
        "gateway": gateway.removeprefix("http://").partition("/")[0], "wrong": wrong, "seen": []
    })  # fmt: skip
    with (
        serving(handler, AUTHORITY, clients=True) as url,
        a_proxy("me", PLANTED["MY_PROXY_PASSWORD"]) as proxy,
    ):
        arguments = (
            "suites/keys", "suites/errors", "suites/headers", *workers,
            f"--endpoint={url}", "--definition=mapped",
            "--header=X-Planted: env:MY_HEADER", f"--header=X-Literal: {LITERAL}",
            "--header=X-Token: Bearer env:MY_BEARER", "--header=X-Basic: env:MY_BASIC",
            "--header=X-Cookie: env:MY_COOKIE", "--header=X-Tenant: env:MY_TENANT",
            "--api-key=env:MY_API_KEY", "--auth=sigv4",
            f"--client-cert={certificates}/mine.pem,env:MY_PASSPHRASE",
            f"--ca-bundle={certificates}/ca.pem",
            f"--proxy=http://me:env:MY_PROXY_PASSWORD@{proxy.url.removeprefix('http://')}",
            f"--junitxml={tmp_path}/junit.xml", f"--alluredir={tmp_path}/allure",
            f"--har={tmp_path}/run.har", "-o", f"reports_out={tmp_path}/out",
            # As much as can be logged, shown and kept.
            "--log-level=DEBUG", f"--log-file={tmp_path}/log", "--log-file-level=DEBUG",
            "-o", "junit_logging=all", "-rA", "-vv", "--showlocals", "-p", "no:cacheprovider",
        )  # fmt: skip
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=ROOT,
            env={**clean, **PLANTED, "AWS_REGION": "eu-west-1"},
            capture_output=True,
            timeout=300,
        )
    assert done.returncode == int(wrong), (done.stdout + done.stderr).decode()[-3000:]
    # The secrets were there: the endpoint and the proxy got them.
    sent = {name for name in PLANTED if any(PLANTED[name] in said for said in handler.seen)}
    assert sent == PLANTED.keys() - {"AWS_SECRET_ACCESS_KEY", "MY_PROXY_PASSWORD", "MY_PASSPHRASE"}
    assert any(proxy.authorizations)
    files = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert {file.name for file in files} >= {
        "conformance.json", "conformance.jsonl", "conformance.html", "summary.md", "junit.xml",
        "run.har", "log",
    }  # fmt: skip
    assert any(file.parent.name == "allure" for file in files)
    assert {name: found for name, body in files.items() if (found := found_in(body))} == {}
    assert found_in(done.stdout) | found_in(done.stderr) == set()
    assert set().union(*map(found_in, bodies_of(tmp_path))) == set()
    # Instead of them there are the names of their variables.
    told = files[tmp_path / "out" / "conformance.json"].decode()
    for name in ("$MY_HEADER", "Bearer $MY_BEARER", "$MY_API_KEY", "$MY_PROXY_PASSWORD"):
        assert name in told


def answer_to(url: str, *arguments: str) -> tuple[int, str]:
    """The exit status of a run, and its sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider",
         f"--endpoint={url}", "--definition=mapped", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=120, env={**os.environ, **PLANTED},
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stderr


def test_what_an_endpoint_with_certificates_refuses_is_one_sentence(
    gateway: str, certificates: Path, tmp_path: Path
) -> None:
    handler = type("Here", (Echo,), {"gateway": gateway.removeprefix("http://").partition("/")[0]})
    own = ("-o", f"reports_out={tmp_path}")
    with serving(handler, AUTHORITY, clients=True) as url:
        untrusted = answer_to(url, *own)
        unknown = answer_to(url, *own, f"--ca-bundle={certificates}/ca.pem")
        locked = answer_to(url, *own, f"--client-cert={certificates}/mine.pem")
    assert untrusted[0] == unknown[0] == 6
    assert "check --endpoint, and --ca-bundle where the certificate is from a" in untrusted[1]
    assert "check --client-cert" in unknown[1]
    assert locked[0] == 4
    assert "is encrypted; give its passphrase" in locked[1]


DEFINITION = """
swagger: "2.0"
paths:
  /s3:
    get:
      parameters: [{name: X-T, in: header}, {name: X-Key, in: header}]
      x-amazon-apigateway-integration:
        type: aws
        uri: arn:aws:apigateway:eu-west-1:s3:path/b/{key}
        httpMethod: GET
        requestParameters: {integration.request.path.key: method.request.header.X-Key}
        responses: {default: {statusCode: 200}}
"""
HEADERS_SET_TWICE = {
    "a parameter": (("--param=X-T=a", "--header=x-t: b"), "--param X-T: --header, --api-key or"),
    "a secret parameter": (
        ("--param=X-T=env:MY_BEARER", "--header=X-T: b"),
        "--param X-T: --header, --api-key or --auth sets this header already",
    ),
    "the object's name": (
        ("--header=x-key: b",),
        "GET /s3 takes the object's name from the header X-Key, so ",
    ),
}


@pytest.mark.parametrize(
    ("arguments", "sentence"), HEADERS_SET_TWICE.values(), ids=HEADERS_SET_TWICE
)
def test_a_header_that_is_set_twice_is_refused_before_the_run(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    file = tmp_path / "api.yaml"
    file.write_text(DEFINITION)
    own = ("-o", f"reports_out={tmp_path}", f"--definition={file}")
    status, said = answer_to("http://127.0.0.1:1", *own, *arguments)
    assert status == 4
    assert sentence in said


def test_the_search_finds_what_is_there() -> None:
    for name, secret in PLANTED.items():
        for before in range(4):
            assert name in found_in(base64.b64encode(b"x" * before + secret.encode() + b"and more"))
        assert name in found_in(json.dumps(secret).encode())
        assert name in found_in(quote(secret).encode())
