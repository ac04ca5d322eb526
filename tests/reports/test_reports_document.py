"""The shape of a verdict document: for readers here, and for other programs."""

import json
from pathlib import Path
from typing import Any, get_type_hints, is_typeddict

import pytest
from jsonschema import Draft202012Validator

from fixtures.exceptions import DocumentError
from reports import document
from reports.document import Document
from reports.schema_validation import check
from tests.reports.recording_helpers import recorded

SCHEMA = json.loads(Path(document.__file__).with_name("conformance.schema.json").read_text())
RECORDS = {
    name: kind
    for name, kind in vars(document).items()
    if is_typeddict(kind) and name not in ("Document", "Record")
}


@pytest.fixture(scope="module", params=["", "list-last-entry-missing", "connection-closed"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The document of a run, healthy, against a wrong gateway, and against one that hangs up."""
    out = tmp_path_factory.mktemp("made")
    recorded(out, "mapped", request.param, every=30)
    return json.loads((out / "conformance.json").read_bytes())


def test_the_schema_is_a_schema_and_has_its_version_in_its_name() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].endswith(f":{document.VERSION}")
    assert SCHEMA["properties"]["version"] == {"const": document.VERSION}


@pytest.mark.parametrize("name", RECORDS)
def test_the_schema_has_the_members_that_the_types_have(name: str) -> None:
    schema = SCHEMA["$defs"][name]
    kind = RECORDS[name]
    assert list(schema["properties"]) == list(get_type_hints(kind))
    assert schema["required"] == [n for n in get_type_hints(kind) if n in kind.__required_keys__]


def test_the_schema_knows_every_type_and_every_member_of_the_whole() -> None:
    assert set(SCHEMA["$defs"]) == {"Digest", "Header", *RECORDS}
    assert list(SCHEMA["properties"]) == SCHEMA["required"] == list(get_type_hints(Document))


def test_what_a_run_writes_is_what_types_and_schema_say(made: Any) -> None:
    check(made, Document)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(made)] == []
    outcomes = {case["outcome"] for case in made["cases"]}
    assert sum(made["totals"].values()) == len(made["cases"]) > 20
    assert {name.replace(" ", "_") for name in outcomes} == {
        name for name, count in made["totals"].items() if count
    }


def members(value: Any, place: tuple[Any, ...] = ()) -> Any:
    """The way to one member of each kind in a document."""
    if isinstance(value, dict):
        for name in list(value)[:40]:
            yield (*place, name)
            yield from members(value[name], (*place, name))
    elif isinstance(value, list) and value:
        yield (*place, 0)
        yield from members(value[0], (*place, 0))


def a_document() -> Any:
    """A document of one case, with something in every place."""
    exchange = {
        "command": "curl",
        "sent": {
            "method": "GET", "url": "http://a/", "headers": [["A", "b"]], "body": "0" * 64,
            "variables": ["x"], "sigv4_region": "",
        },
        "received": {
            "status": 200, "http_version": "HTTP/1.1", "headers": [["A", "b"]], "body": "0" * 64,
        },
        "failure": None, "seconds": 1,
        "repeats": [{"kind": "throttled", "sentence": "why"}],
    }  # fmt: skip
    request = {
        "operation": "GET /s3", "name": "a", "content_type": None, "accept": "a/b",
        "body": "0" * 64, "headers": [["A", "b"]], "method": "", "target": "", "key_bytes": 0,
    }  # fmt: skip
    case = {
        "id": "a", "test": "t", "number": 0, "subject": "s", "axes": {"sent": "x"},
        "aspect": "answer", "about": ["r"], "not_applicable": "", "outcome": "conforms",
        "level": "must", "rules": ["r"], "reason": "", "remark": "", "expected": "",
        "observed": "", "cause": "", "expected_form": "", "actual_form": "", "step": 0,
        "fails": False, "excuse": "", "planned": 1, "seconds": 0.5,
        "steps": [{"role": "act", "request": request, "exchange": "1"}],
    }  # fmt: skip
    counts = {"conforms": 1, "deviates": 0, "not_applicable": 0, "undecided": 0}
    rule = {
        "level": "must", "sentence": "It is.", "counts": counts,
        "sources": [{"title": "t", "url": "u"}],
    }  # fmt: skip
    return {
        "version": 1,
        "run": {
            "suite_version": "0.1.0", "endpoint": "http://a",
            "definition": {"source": "a.json", "sha256": "0" * 64, "document": "{}"},
            "profile": "quick", "level": "should", "strict": False, "key_prefix": "a/",
            "arguments": ["-q"], "environment": {"python": "3"}, "planned": 1, "started": "now",
            "shard": {"number": 1, "of": 2, "cases": 3, "embedded": True},
        },
        "end": {
            "complete": True, "why": "", "ended": "now", "exit_status": None, "untested": ["a"],
        },
        "totals": dict(counts),
        "rules": {"r": rule},
        "cases": [case],
        "exchanges": {"1": exchange},
        "bodies": {"0" * 64: {"length": 0, "base64": ""}},
        "gone": ["a"],
    }  # fmt: skip


def test_a_document_with_something_in_every_place_has_the_shape() -> None:
    check(a_document(), Document)
    assert list(Draft202012Validator(SCHEMA).iter_errors(a_document())) == []


@pytest.mark.parametrize(
    "way", list(members(a_document())), ids=lambda way: ".".join(map(str, way))
)
def test_a_member_of_another_shape_is_named(way: tuple[Any, ...]) -> None:
    made = a_document()
    *above, last = way
    place = made
    for step in above:
        place = place[step]
    place[last] = {1, 2}
    with pytest.raises(DocumentError, match=r"^the document[.]") as refused:
        check(made, Document)
    assert str(refused.value).startswith(".".join(["the document", *map(str, way)]))


@pytest.mark.parametrize(
    "way", [way for way in members(a_document()) if len(way) == 1 or way[-1] == "reason"]
)
def test_a_member_that_is_missing_is_named(way: tuple[Any, ...]) -> None:
    made = a_document()
    *above, last = way
    place = made
    for step in above:
        place = place[step]
    del place[last]
    with pytest.raises(DocumentError, match=f"has no '{last}'"):
        check(made, Document)


def test_commands_of_a_case_are_those_of_its_exchanges() -> None:
    made = a_document()
    case = made["cases"][0]
    case["steps"] += [{**case["steps"][0], "exchange": None}]
    assert document.commands(made, case) == ["curl"]
