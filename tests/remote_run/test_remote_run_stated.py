"""Manifests that state what a request is answered: fixed objects and functions, by real runs."""

import base64
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from fixtures.cases.case import ExistingObject
from fixtures.definitions import load
from fixtures.exceptions import ManifestError
from suites.runner.manifest import objects

ROOT = Path(__file__).parents[2]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
REFUSED = b'{"message":"Missing Authentication Token"}'
Answer = Callable[[str], tuple[bytes, str]]
"""From the Accept of a request to the body and its type."""

DEFINITION: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "Site", "version": "1"},
    "servers": [{"url": "https://a.execute-api.us-east-1.amazonaws.com/prod"}],
    "x-amazon-apigateway-binary-media-types": ["image/*"],
}
FUNCTION = {
    "type": "aws_proxy",
    "httpMethod": "POST",
    "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:123456789012:function:img/invocations",
}
TYPE_BACK = {"method.response.header.Content-Type": "integration.response.header.Content-Type"}


KEY = {"name": "key", "in": "query", "schema": {"type": "string"}}


def fixed(**parameters: str) -> dict[str, Any]:
    return {
        "type": "aws",
        "httpMethod": "GET",
        "uri": "arn:aws:apigateway:us-east-1:s3:path/mybucket/logo.png",
        "responses": {
            "default": {"statusCode": "200", "responseParameters": parameters or TYPE_BACK}
        },
    }


def definition(folder: Path, paths: dict[str, dict[str, Any]], entries: list[str]) -> Path:
    """The file of an API with a GET at each path."""
    operations = {
        path: {
            "get": {
                "parameters": [KEY] if "requestParameters" in integration else [],
                "responses": {"200": {"description": "ok"}},
                "x-amazon-apigateway-integration": integration,
            }
        }
        for path, integration in paths.items()
    }
    whole = {
        **DEFINITION,
        "x-amazon-apigateway-binary-media-types": entries,
        "paths": operations,
    }
    file = folder / "api.json"
    file.write_text(json.dumps(whole), encoding="utf-8")
    return file


@contextmanager
def endpoint(answers: dict[str, Answer], seen: list[str]) -> Iterator[str]:
    """A server that answers GETs of some targets, and refuses everything else as AWS does."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.append(self.path)
            answer = answers.get(self.path.removeprefix("/prod"))
            accept = (self.headers.get("Accept") or "").partition(",")[0].partition(";")[0]
            body, media_type = answer(accept) if answer else (REFUSED, "application/json")
            self.send_response_only(200 if answer else 403)
            self.send_header("Content-Type", media_type)
            self.send_header("x-amzn-RequestId", f"id-{len(seen)}")
            if answer is None:
                self.send_header("x-amzn-ErrorType", "MissingAuthenticationTokenException")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/prod"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def converted(media_type: str = "image/png", content: bytes = PNG) -> Answer:
    """As a gateway converts whose list is `image/*`."""
    encoded = base64.b64encode(content)
    return lambda accept: (
        content if re.fullmatch("(?i)image/[^/]+", accept) else encoded,
        media_type,
    )


def always(body: bytes, media_type: str = "image/png") -> Answer:
    return lambda _: (body, media_type)


def run(
    folder: Path, url: str, api: Path, manifest: str, *more: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    (folder / "logo.png").write_bytes(PNG)
    file = folder / "objects.toml"
    file.write_text(manifest, encoding="utf-8")
    out = folder / "out"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-n0"),
            *("-o", f"reports_out={out}", "--hypothesis-profile=quick"),
            *(f"--endpoint={url}", f"--definition={api}", f"--read-only={file}"),
            *(more or ("suites/download",)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    document = out / "conformance.json"
    return done, json.loads(document.read_text(encoding="utf-8")) if document.is_file() else {}


LOGO = '[[object]]\npath = "/logo.png"\nfile = "logo.png"\ntype = "image/png"\n'
IMG = LOGO.replace('path = "/logo.png"', 'operation = "GET /img"')
FLAGGED = f"{IMG}base64 = true\n"
BOTH = {"/logo.png": fixed(), "/img": FUNCTION}
SOME = ("suites/download", "-k", "accept:image/png")
ENCODED = base64.b64encode(PNG)
REPLACED = PNG.decode("utf-8", "replace").encode()


def stated_cases(document: dict[str, Any], operation: str) -> list[dict[str, Any]]:
    cases = [c for c in document["cases"] if c.get("existing")]
    return [case for case in cases if case["axes"]["operation"] == operation]


def test_a_right_endpoint_proves_both_forms_and_is_judged_again_from_its_document(
    tmp_path: Path,
) -> None:
    api, seen = definition(tmp_path, BOTH, ["image/*"]), list[str]()
    with endpoint({"/logo.png": converted(), "/img": converted()}, seen) as url:
        done, document = run(tmp_path, url, api, LOGO + FLAGGED)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(seen) == {"/prod/logo.png", "/prod/img"}
    for operation in ("GET /logo.png", "GET /img"):
        cases = stated_cases(document, operation)
        assert {case["outcome"] for case in cases} == {"conforms"}
        assert len({case["axes"]["accept"] for case in cases}) > 20
        assert re.search(rf"{operation}: raw \(\d+\), Base64 \(\d+\)", done.stdout)
    again = subprocess.run(
        [
            *(sys.executable, "-m", "apigw_conformance", "judge"),
            *(str(tmp_path / "out" / "conformance.json"), "-o", str(tmp_path / "again")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "Verdicts that changed: 0 of" in again.stdout, again.stderr


def test_wrong_bytes_break_a_rule_that_is_certain(tmp_path: Path) -> None:
    api = definition(tmp_path, BOTH, ["image/*"])
    with endpoint({"/logo.png": always(ENCODED), "/img": always(REPLACED)}, []) as url:
        done, document = run(tmp_path, url, api, LOGO + FLAGGED, *SOME)
    assert done.returncode == 1, done.stdout + done.stderr
    for operation, rule in (
        ("GET /logo.png", "response-binary-binary-none"),
        ("GET /img", "lambda-response-decoded"),
    ):
        fails = [case for case in stated_cases(document, operation) if case["fails"]]
        assert any(case["level"] == "must" and rule in case["rules"] for case in fails)
    assert "bytes right GET /img" not in done.stdout


def test_a_list_that_was_not_deployed_fails_without_a_word_on_the_function(tmp_path: Path) -> None:
    api = definition(tmp_path, {"/img": FUNCTION}, ["*/*"])
    with endpoint({"/img": always(ENCODED)}, []) as url:
        done, _ = run(tmp_path, url, api, IMG, *SOME)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "received Base64" in done.stdout
    assert "echo function" not in done.stdout


# ----------------------------------------------------------------- what a manifest cannot say


API = (
    {
        "/logo.png": fixed(),
        "/typed.png": fixed(**{"method.response.header.Content-Type": "'image/png'"}),
        "/img": FUNCTION,
        "/by/{id}": FUNCTION,
        "/by/own": FUNCTION,
        "/files/{path+}": FUNCTION,
        "/proxy": {"type": "http_proxy", "httpMethod": "GET", "uri": "https://example.com"},
        "/s3": {
            **fixed(),
            "uri": "arn:aws:apigateway:us-east-1:s3:path/mybucket/{key}",
            "requestParameters": {"integration.request.path.key": "method.request.querystring.key"},
        },
    },
    ["image/*"],
)


def entry(which: str, *more: str, file: str = "logo.png", media_type: str = "image/png") -> str:
    return "\n".join(("[[object]]", which, f'file = "{file}"', f'type = "{media_type}"', *more))


def stated(folder: Path, manifest: str, api: tuple[Any, list[str]] = API) -> ExistingObject:
    (folder / "logo.png").write_bytes(PNG)
    (folder / "empty").touch()
    (folder / "objects.toml").write_text(manifest, encoding="utf-8")
    whole = load(str(definition(folder, *api)))
    (one,) = objects("objects.toml", whole, folder)
    return one


@pytest.mark.parametrize(
    ("manifest", "target", "headers"),
    [
        (entry('path = "/logo.png"'), "/logo.png", ()),
        (entry('path = "/by/7"'), "/by/7", ()),
        (entry('operation = "GET /by/{id}"', 'parameters = {id = "a/b c"}'), "/by/a%2Fb%20c", ()),
        (
            entry('operation = "GET /files/{path+}"', 'parameters = {path = "a/b"}'),
            "/files/a/b",
            (),
        ),
        (
            entry('path = "/img"', 'query = {q = "a&b"}', 'headers = {X-Size = "1 x"}'),
            "/img?q=a%26b",
            (("X-Size", "1 x"),),
        ),
    ],
)
def test_an_entry_names_one_request(manifest: str, target: str, headers, tmp_path: Path) -> None:
    one = stated(tmp_path, manifest)
    assert (one.target, one.headers, one.content) == (target, headers, PNG)


def test_the_stored_type_may_be_another_than_that_of_the_response(tmp_path: Path) -> None:
    one = stated(tmp_path, entry('path = "/typed.png"', 'stored = "binary/octet-stream"'))
    assert (one.media_type, one.location) == ("binary/octet-stream", "mybucket/logo.png")


WRONG = {
    "a member too many": (entry('path = "/img"', "size = 1"), "'size' is none of its members"),
    "no file": (entry('path = "/img"', file=""), "has no file; write file ="),
    "a missing file": (entry('path = "/img"', file="none"), "No such file or directory"),
    "a file elsewhere": (
        *(entry('path = "/img"', file="../logo.png"),),
        "../logo.png is outside of the manifest's folder",
    ),
    "an empty file": (entry('path = "/img"', file="empty"), "an empty answer shows nothing"),
    "no such path": (entry('path = "/none"'), "'/none' is no GET of api.json that downloads"),
    "no such operation": (entry('operation = "PUT /img"'), "'PUT /img' is no GET of api.json"),
    "no path": (entry('path = "img"'), "'img' is no path as it is sent"),
    "a query in it": (entry('path = "/img?a=b"'), "goes into query"),
    "both": (entry('path = "/img"', 'operation = "GET /img"'), "has operation and path"),
    "a number": (entry("path = 1"), "has no path; write path ="),
    "a key is wanted": (entry('operation = "GET /s3"'), "takes the key of an object; add key"),
    "a parameter": (entry('operation = "GET /by/{id}"'), "say which id to ask for"),
    "another parameter": (
        entry('path = "/img"', 'parameters = {id = "7"}'),
        "/img has no parameter 'id'",
    ),
    "a sibling": (
        entry('operation = "GET /by/{id}"', 'parameters = {id = "own"}'),
        "GET /by/own is served by GET /by/own, not by GET /by/{id}",
    ),
    "no table": (entry('path = "/img"', 'query = "a=b"'), "query is a table of strings"),
    "a secret": (entry('path = "/img"', 'headers = {Cookie = "x"}'), "Cookie is a secret"),
    "an Accept": (entry('path = "/img"', 'headers = {Accept = "x"}'), "'Accept' is no header that"),
    "a line end": (entry('path = "/img"', 'headers = {X = "a\\nb"}'), "not printable ASCII"),
    "a flag elsewhere": (entry('path = "/logo.png"', "base64 = true"), "behind a Lambda proxy"),
    "a flag of bytes": (entry('path = "/img"', "base64 = false"), "the file is not UTF-8"),
    "stored nowhere": (entry('path = "/img"', 'stored = "a/b"'), "stored is the type in S3"),
    "another type": (
        entry('path = "/typed.png"', 'stored = "text/plain"', media_type="a/b"),
        "the response has the Content-Type image/png",
    ),
    "nothing judged": (
        entry('path = "/proxy"', media_type="a/b"),
        "nothing about it can be judged: AWS documents no conversion for http_proxy",
    ),
    "twice": ("\n".join([entry('path = "/img"')] * 2), "names '/img' 2 times"),
    "too many": ("[[object]]\n" * 1001, "names 1,001 objects, more than 1,000"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_entry_is_one_sentence(name: str, tmp_path: Path) -> None:
    manifest, sentence = WRONG[name]
    with pytest.raises(ManifestError) as caught:
        stated(tmp_path, manifest)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_keys_a_manifest_is_the_way_and_says_so(tmp_path: Path) -> None:
    api = ({"/logo.png": fixed()}, ["image/*"])
    with pytest.raises(ManifestError, match=r"can say what GET /logo.png answers"):
        stated(tmp_path, entry('key = "mybucket/logo.png"'), api)
    with pytest.raises(ManifestError, match=r"can say what GET /logo.png answers"):
        objects("mybucket/logo.png", load(str(definition(tmp_path, *api))), tmp_path)
