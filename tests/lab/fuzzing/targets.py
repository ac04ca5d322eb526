"""What is given mutated input, and what each may do with it: read it, or refuse it in one sentence.

An exception of another kind, a gateway that no longer answers and an answer that is no HTTP are
findings; Hypothesis shrinks the input that led there.
"""

import dataclasses
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from fixtures import definitions
from fixtures.api import parse_definition
from fixtures.client.case_runner import CaseRunner
from fixtures.client.journal import JournalHeader, RecordedDefinition
from fixtures.client.journal import read as read_journal
from fixtures.definitions import load
from fixtures.exceptions import ConformanceError
from fixtures.gateway.application import Gateway
from fixtures.gateway.embedded_store import EmbeddedStore
from fixtures.gateway.mapping_template import MappingTemplate, TemplateFailureError
from fixtures.gateway.message import MethodRequest
from fixtures.gateway.process import running_gateway
from fixtures.rules.judgement import judge_case
from reports import har, loader
from reports.policy import read_known_deviations
from suites.observation import journal as journal_of_observe
from tests.client.helpers import a_client, a_wire, answering
from tests.lab.fault_matrix.trial import planned
from tests.reports.document_helpers import a_case, a_document

ROOT = Path(__file__).parents[3]
_SILENCE = 20.0
_NESTING = (b"[", b"{", b'{"a":', b"- ", b"(")
_YAML = (
    b"&a [*a, *a]\n",
    b"<<: *a\n",
    b"!!python/name:os.system ",
    b"!Sub ",
    b"? ",
    b"\t",
    b"---\n",
)
_VALUES = (b"null", b"true", b"1e999", b"-0", b'""', b"\xff", b"\x00", b"\xef\xbb\xbf", b"9" * 1000)
_VTL = (
    b"#foreach($i in [1..1000])",
    b"#end",
    b"#if(",
    b"$input.json('$..*')",
    b"$!{",
    b"#set($a = ",
)
_HTTP = (b"\r\n", b"\n", b" ", b":", b"\x00", b"%00", b"..%2f", b"Content-Length: 99\r\n")
_HTTP_CODINGS = (b"Transfer-Encoding: chunked\r\n", b"fffffffff\r\n", b"Content-Encoding: gzip\r\n")


@dataclass(frozen=True)
class Target:
    """What reads, the inputs that it is known to read, and what edits insert into them."""

    name: str
    seeds: Sequence[bytes]
    tokens: Sequence[bytes]
    check: Callable[[bytes], object]


@contextmanager
def targets(folder: Path) -> Iterator[tuple[Target, ...]]:
    """Every target; files are written to `folder`, and a gateway runs until the block ends."""
    with (
        running_gateway("mapped") as gateway,
        a_wire() as wire,
        a_client(wire.url, attempts=1) as client,
    ):

        def receive(answer: bytes) -> None:
            wire.replies = (answering(answer, "close"),)
            runner = CaseRunner(client, "fuzzing/")
            for case in _CASES:
                judge_case(_SAMPLE, case, runner.execute(case))

        yield (
            Target("definition", _definitions(), (*_NESTING, *_YAML, *_VALUES), _read_definition),
            Target("journal", [_journal()], (*_NESTING, *_VALUES), _file(folder, read_journal)),
            Target(
                "observe-journal",
                [_journal_of_observe()],
                (*_NESTING, *_VALUES),
                _file(folder, journal_of_observe.read),
            ),
            Target("document", [_document()], (*_NESTING, *_VALUES), _file(folder, loader.load)),
            Target(
                "har",
                [_har(folder)],
                (*_NESTING, *_VALUES),
                _file(folder, loader.load, "fuzzed.har"),
            ),
            Target("known", [_KNOWN], (*_NESTING, *_VALUES), _file(folder, read_known_deviations)),
            Target("template", _templates(), (*_NESTING, *_VTL, *_VALUES), _render),
            Target(
                "request",
                _REQUESTS,
                (*_HTTP, *_HTTP_CODINGS, *_VALUES),
                lambda raw: _send(gateway.url, raw),
            ),
            Target("response", _RESPONSES, (*_HTTP, *_HTTP_CODINGS, *_VALUES), receive),
        )


# ------------------------------------------------------------------------------------- the seeds


def _definitions() -> list[bytes]:
    paths = (definitions.FOLDER, ROOT / "tests" / "definitions" / "teams")
    files = (path for folder in paths for path in sorted(folder.iterdir()))
    return [path.read_bytes() for path in files if path.suffix in (".json", ".yaml")]


def _journal() -> bytes:
    header = JournalHeader(
        endpoint="https://a.example/v1",
        prefix="conformance/20260102T030405Z-0a1b2c/",
        definition=RecordedDefinition.of(_SAMPLE),
    )
    name = f"{header.prefix}download/object"
    created = {"operation": _SAMPLE.operations[1].name, "name": name, "state": "created"}
    return b"\n".join(map(msgspec.json.encode, (header, created))) + b"\n"


def _journal_of_observe() -> bytes:
    run = "apigw-observe-20260102t030405z-0a1b2c"
    lines = [{"run": run, "region": "eu-west-1", "observe": 1}]
    lines += [{"kind": kind, "name": run, "state": "created"} for kind in ("bucket", "role")]
    return b"\n".join(map(msgspec.json.encode, lines)) + b"\n"


def _document() -> bytes:
    return msgspec.json.encode(a_document([a_case("a", "deviates"), a_case("b")]))


def _har(folder: Path) -> bytes:
    document = a_document([a_case("a", "deviates")])
    return har.archive(document, loader.Contents(document, folder / "conformance.json"))


def _templates() -> list[bytes]:
    texts = (
        template
        for name in definitions.shipped()
        for operation in load(name).operations
        for template in operation.integration.request_templates.values()
    )
    return [*(text.encode() for text in texts if text), _TEMPLATE]


_SAMPLE, _PLANNED = planned("sample", "quick")
_CASES = tuple(each.case for each in _PLANNED[:4])
_KNOWN = b"""[[deviation]]
rule = "accept-first"
reason = "ticket 7"
expires = 2026-12-31
"""
_TEMPLATE = b"""#set($m = {"a": [1, 2], "b": $input.path('$.b')})#foreach($i in $m.a)$i#if($i > 1),
#else$util.escapeJavaScript($input.params('k'))#end#end $util.base64Encode($input.body)"""
_REQUESTS = (
    b"GET /v1/bucket/key HTTP/1.1\r\nHost: a\r\nAccept: image/png\r\n\r\n",
    b"PUT /v1/bucket/key HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"PUT /v1/b/key HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
)
_RESPONSES = (
    b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nx-amzn-ErrorType: a\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
)


# ------------------------------------------------------------------------------------ the checks


def _read_definition(raw: bytes) -> None:
    try:
        definition = parse_definition(raw, "fuzzed")
    except ConformanceError as error:
        _is_one_sentence(error)
        return
    Gateway(definition, EmbeddedStore())


def _file(
    folder: Path, read: Callable[[Path], object], name: str = "fuzzed"
) -> Callable[[bytes], None]:
    path = folder / name

    def check(raw: bytes) -> None:
        path.write_bytes(raw)
        try:
            read(path)
        except ConformanceError as error:
            _is_one_sentence(error)

    return check


def _is_one_sentence(error: ConformanceError) -> None:
    text = str(error)
    assert text.strip()
    assert len(text) < 2100, "a refusal that fills the screen"
    assert text.replace("\n", "").isprintable(), "a refusal with control characters"


_REQUEST = MethodRequest(
    "id", "PUT", "/v1/b/k", "/{b}/{k}", "v1", {"b": "b"}, {}, {}, b"", "127.0.0.1"
)


def _render(raw: bytes) -> None:
    template = MappingTemplate(raw.decode("utf-8", "replace"))
    try:
        template.render(dataclasses.replace(_REQUEST), b'{"a": [1, {"b": "c"}], "b": null}')
    except TemplateFailureError:
        return


def _send(url: str, raw: bytes) -> None:
    """Send bytes to the gateway; it answers in HTTP or hangs up, and then answers the next."""
    place = urlsplit(url)
    received = b""
    with socket.create_connection((place.hostname, place.port), timeout=_SILENCE) as connection:
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            while more := connection.recv(65536):
                received += more
        except OSError as error:  # it hung up before everything was sent, or does not answer
            assert not isinstance(error, TimeoutError)
    assert not received or received.startswith(b"HTTP/1."), received[:200]
    assert httpx.get(f"{url}/bucket/fuzzing", trust_env=False).status_code in (200, 404)
