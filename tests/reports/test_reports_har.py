"""HTTP Archive: by its schema, byte for byte, and judged again to the same verdicts."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft6Validator, FormatChecker
from msgspec.structs import replace
from referencing import Registry, Resource

from apigw_conformance.__main__ import main
from fixtures.cases.case import Case, Request, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received, Sent
from fixtures.definitions import load
from fixtures.payloads import CATALOGUE
from fixtures.rules.judgement import judge_case
from fixtures.rules.rule_book import Level
from reports.bodies import Bodies, digest
from reports.document import Document
from reports.har import archive, read
from reports.judge import judged_again
from reports.loader import Contents
from reports.loader import load as load_document
from reports.policy import Policy
from reports.recorder import Recorder
from reports.results import apply_policy
from reports.stream import build_document
from tests.reports.recording_helpers import ENDED, a_heading, recorded

SCHEMAS = [
    json.loads(file.read_text(encoding="utf-8"))
    for file in (Path(__file__).parents[1] / "vectors" / "har-1.2").glob("*.json")
]
HAR = Draft6Validator(
    {"$ref": "har.json#"},
    registry=Registry().with_resources(
        (schema["$id"].rstrip("#"), Resource.from_contents(schema)) for schema in SCHEMAS
    ),
    format_checker=FormatChecker(),
)

RUNS = [
    # definition, fault, one in how many cases
    ("mapped", "", 20),
    ("mapped", "list-last-entry-missing", 20),
    ("sample", "", 20),
    ("sample-template", "template-response-missing", 20),
    ("mapped", "connection-closed", 90),
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The document of a run, made once, and its HAR in a folder that has nothing else."""
    made: dict[tuple[str, str], Path] = {}

    def of(definition: str = "mapped", fault: str = "connection-closed", every: int = 90) -> Path:
        if (definition, fault) not in made:
            path = tmp_path_factory.mktemp("out") / "conformance.json"
            recorded(path.parent, definition, fault, every)
            written = load_document(path)
            alone = path.parent / "alone"
            alone.mkdir()
            (alone / "run.har").write_bytes(archive(written, Contents(written, path)))
            made[definition, fault] = path
        return made[definition, fault]

    return of


def har_of(path: Path) -> Path:
    return path.parent / "alone" / "run.har"


@pytest.mark.parametrize(("definition", "fault", "every"), RUNS)
def test_the_har_of_a_run_judges_to_what_its_document_does(
    runs: Callable[..., Path], definition: str, fault: str, every: int
) -> None:
    path = runs(definition, fault, every)
    of_run, of_har = load_document(path), load_document(har_of(path))
    assert of_har.exchanges == of_run.exchanges
    assert {name: body.length for name, body in of_har.bodies.items()} == {
        name: body.length for name, body in of_run.bodies.items()
    }
    whole_run = judged_again(of_run, path)
    whole_har = judged_again(of_har, har_of(path))
    assert whole_har.cases == whole_run.cases == of_run.cases
    assert replace(whole_har, bodies={}) == replace(whole_run, bodies={})


@pytest.mark.parametrize(("definition", "fault", "every"), RUNS)
def test_the_har_is_one_by_the_schema(
    runs: Callable[..., Path], definition: str, fault: str, every: int
) -> None:
    path = runs(definition, fault, every)
    value = json.loads(har_of(path).read_bytes())
    assert [error.message for error in HAR.iter_errors(value)] == []
    moments = [datetime.fromisoformat(e["startedDateTime"]) for e in value["log"]["entries"]]
    assert moments == sorted(moments)
    assert len(moments) == len(load_document(path).exchanges) > 0
    for entry in value["log"]["entries"]:
        timings = entry["timings"]
        assert entry["time"] == timings["send"] + timings["wait"] + timings["receive"]


def test_the_schema_refuses_what_is_no_har(runs: Callable[..., Path]) -> None:
    value = json.loads(har_of(runs()).read_bytes())
    del value["log"]["entries"][0]["request"]["url"]
    value["log"]["entries"][0]["response"]["status"] = "200"
    assert len(list(HAR.iter_errors(value))) == 2


def test_the_command_line_judges_a_har_and_writes_a_document_that_stands_by_itself(
    runs: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "new" / "conformance.json"
    assert main(["judge", str(har_of(runs(*RUNS[1]))), "-o", str(output)]) == 1
    assert "Verdicts that changed: 0 of" in capsys.readouterr().out
    assert all(len(body.base64 or "") < 4096 for body in load_document(output).bodies.values())
    assert main(["judge", str(output)]) == 1
    assert "Verdicts that changed: 0 of" in capsys.readouterr().out


# ----------------------------------------------------------------------------- odd bytes


def a_document(tmp_path: Path, exchange: Exchange) -> tuple[Document, Path]:
    """The document of one case with one exchange, and a step that had no turn."""
    definition = load("sample")
    put = definition.operations[1]
    step = Step(Role.ACT, Request(put, "a", "image/png", body=exchange.sent.body))
    unsent = Step(Role.VERIFY, Request(put, "a", body=b"never \xff sent"))
    case = Case("odd", (step, unsent))
    performed = (StepResult(step, exchange),)
    verdict = judge_case(definition, case, performed)
    recorder = Recorder(Bodies(tmp_path / "bodies"))
    record = recorder.record(
        "suites/upload/test_upload.py::a",
        0,
        case,
        performed,
        apply_policy(verdict, Policy(Level.MUST)),
    )
    told = build_document(
        a_heading(definition), ENDED, [record.case], record.exchanges, record.bodies, []
    )
    return told, tmp_path / "conformance.json"


BODIES = [payload.content for payload in CATALOGUE] + [
    b"", b"\0", b"\xef\xbb\xbfwith a mark", b"a\r\nb\rc\n", "\u2028\U0001f600".encode(),
    b"\xed\xa0\x80", b"\xc3", b'{"text": "\\u0000"}', b"\x1f\x7f",
    bytes(range(256)) * 40960,
]  # fmt: skip


AGAIN = Failure(FailureKind.THROTTLED, "again")
LOST = Failure(FailureKind.CONNECTION_LOST, "the connection failed")


@pytest.mark.parametrize("body", BODIES, ids=lambda body: digest(body)[:8])
def test_every_byte_goes_into_a_har_and_comes_back(tmp_path: Path, body: bytes) -> None:
    url = "http://127.0.0.1/v1/s3?key=%C3%A9+%2B&key=&%zz#"
    headers = (("Content-Type", "image/png"), ("X-Odd", "\xe9"), ("X-Odd", ""))
    sent = Sent("PUT", url, (*headers, ("X-Key", "$KEY")), body, ("x-key",), "eu-west-1")
    received = Received(302, (*headers, ("Location", "/elsewhere")), body[::-1], "HTTP/2")
    told, path = a_document(tmp_path, Exchange(sent, received, None, 0.25, (AGAIN,), 1e9))
    value = json.loads(archive(told, Contents(told, path)))
    assert [error.message for error in HAR.iter_errors(value)] == []
    (entry,) = value["log"]["entries"]
    assert entry["startedDateTime"] == "2001-09-09T01:46:40.000+00:00"
    assert entry["response"]["redirectURL"] == "/elsewhere"
    content = entry["response"]["content"]
    if content.get("encoding") == "base64":
        assert base64.b64decode(content["text"]) == body[::-1]
    else:
        assert content["text"].encode() == body[::-1]
    again = read(json.dumps(value).encode())
    assert replace(again, bodies={}) == replace(told, bodies={})
    assert again.bodies.keys() == told.bodies.keys()


def test_a_failure_is_an_entry_without_an_answer(tmp_path: Path) -> None:
    sent = Sent("PUT", "http://127.0.0.1/v1/s3?key=a", (), b"\xff")
    told, path = a_document(tmp_path, Exchange(sent, None, LOST))
    value = json.loads(archive(told, Contents(told, path)))
    assert [error.message for error in HAR.iter_errors(value)] == []
    response = value["log"]["entries"][0]["response"]
    assert (response["status"], response["_error"]) == (0, "the connection failed")
    assert response["_errorKind"] == "connection-lost"
    assert read(json.dumps(value).encode()).exchanges == told.exchanges


# --------------------------------------------------------------------------- what is no HAR


def of_a_browser(log: Any) -> None:
    del log["_conformance"]


def newer(log: Any) -> None:
    log["_conformance"]["version"] = 99


def a_body(log: Any) -> Any:
    return next(e["request"] for e in log["entries"] if "postData" in e["request"])["postData"]


def body_changed(log: Any) -> None:
    a_body(log).pop("_encoding", None)
    a_body(log)["text"] += "AAAA"


def no_base64(log: Any) -> None:
    a_body(log)["_encoding"] = "base64"
    a_body(log)["text"] = "A"


def definition_changed(log: Any) -> None:
    log["_conformance"]["run"]["definition"]["document"] += " "


def no_digest(log: Any) -> None:
    del log["entries"][0]["request"]["_digest"]


def another_kind(log: Any) -> None:
    log["entries"][0]["request"]["headers"] = [7]


def entries_gone(log: Any) -> None:
    log["entries"] = []


def command_in_figures(log: Any) -> None:
    log["entries"][0]["_command"] = 7


MISFITS = [
    (of_a_browser, "it is not a HAR that this suite wrote"),
    (newer, "version 99 of the document is not read here"),
    (body_changed, "was changed, its digest does not fit"),
    (no_base64, "a body in the HAR cannot be read: "),
    (definition_changed, "the definition in it was changed"),
    (no_digest, "Object missing required field `_digest` - at `$.log.entries[0].request`"),
    (another_kind, "Expected `object`, got `int` - at `$.log.entries[0].request.headers[0]`"),
    (entries_gone, "it has no body "),
    (command_in_figures, "Expected `str`, got `int` - at `$.log.entries[0]._command`"),
]


@pytest.mark.parametrize(("change", "sentence"), MISFITS)
def test_a_har_that_is_not_of_this_suite_or_was_changed_ends_in_one_sentence(
    runs: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Any], None],
    sentence: str,
) -> None:
    value = json.loads(har_of(runs()).read_bytes())
    change(value["log"])
    file = tmp_path / "changed.har"
    file.write_text(json.dumps(value), encoding="utf-8")
    assert main(["judge", str(file)]) == 4
    said = capsys.readouterr().err
    assert said.startswith(f"apigw-conformance judge: {file}: ")
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[]", b"null", b'{"log": []}', b"7"])
def test_what_is_no_har_at_all_ends_in_one_sentence(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.har").write_bytes(content)
    assert main(["judge", str(tmp_path / "no.har")]) == 4
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "no.har: not " in said
