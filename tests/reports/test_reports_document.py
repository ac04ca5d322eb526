"""What a verdict document is made of: for readers here, and for other programs."""

import json
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from fixtures.cases.exchange import Failure, FailureKind
from fixtures.exceptions import DocumentError
from fixtures.rules.rule_book import Level
from reports import document
from reports.document import (
    Definition,
    Document,
    ExistingObject,
    Rule,
    Shard,
    Source,
    Traffic,
    decode,
)
from reports.schema import FILE, schema
from tests.reports.document_helpers import (
    EMPTY,
    a_case,
    a_document,
    a_step,
    an_exchange,
)
from tests.reports.recording_helpers import recorded

SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=["", "list-last-entry-missing", "connection-closed"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The document of a run, healthy, against a wrong gateway, and against one that hangs up."""
    out = tmp_path_factory.mktemp("made")
    recorded(out, "mapped", request.param, every=30)
    return json.loads((out / "conformance.json").read_bytes())


def test_the_published_schema_is_up_to_date() -> None:
    assert json.loads(json.dumps(schema())) == SCHEMA, "python -m tests.reports.write_schema"


def test_the_schema_is_a_schema_and_has_its_version_in_its_name() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].endswith(f":{document.VERSION}")
    assert SCHEMA["$defs"]["Document"]["properties"]["version"]["enum"] == [document.VERSION]


@pytest.mark.parametrize("name", SCHEMA["$defs"])
def test_the_schema_describes_every_type(name: str) -> None:
    assert SCHEMA["$defs"][name]["description"]


def test_what_a_run_writes_is_what_the_schema_says(made: Any) -> None:
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


def a_full_document() -> Any:
    """A document of one case, as JSON, with something in every place."""
    existing = ExistingObject(location="s3:b", name="a", body=EMPTY, media_type="a/b")
    case = a_case("a", axes={"sent": "x"}, about=("r",), rules=["r"], existing=(existing,))
    exchange = an_exchange(repeats=(Failure(FailureKind.THROTTLED, "why"),))
    exchange.sent.secret_headers = ("x",)
    case.steps[0].request.headers = (("A", "b"),)
    whole = a_document(
        [case],
        {"1": exchange},
        definition=Definition("a.json", EMPTY, "{}"),
        arguments=["-q"],
        shard=Shard(1, 2, 3, embedded=True),
        exit_status=None,
        untested=["a"],
        traffic=Traffic(1),
        stale=["a"],
    )
    sources = (Source("t", "u"),)
    whole.rules = {
        "r": Rule(level=Level.MUST, sentence="It is.", sources=sources, counts=whole.totals)
    }
    return json.loads(msgspec.json.encode(whole))


WAYS = list(members(a_full_document()))


def refusal(made: Any) -> str:
    """What is said of a document that is not one."""
    with pytest.raises(DocumentError) as refused:
        decode(json.dumps(made).encode(), Document)
    return str(refused.value)


def at(way: tuple[Any, ...]) -> str:
    """How a place is written; of a mapping it is not said which entry."""
    of_mapping = ("rules", "exchanges", "bodies", "axes", "environment")
    steps = [
        f"[{step}]" if isinstance(step, int) else "[...]" if before in of_mapping else f".{step}"
        for before, step in zip(("", *way), way, strict=False)
    ]
    return "".join(["$", *steps])


def test_a_document_with_something_in_every_place_is_one() -> None:
    made = a_full_document()
    again = decode(json.dumps(made).encode(), Document)
    assert json.loads(msgspec.json.encode(again)) == made
    assert list(Draft202012Validator(SCHEMA).iter_errors(made)) == []


@pytest.mark.parametrize("way", WAYS, ids=lambda way: ".".join(map(str, way)))
def test_a_member_of_another_type_is_named(way: tuple[Any, ...]) -> None:
    made = a_full_document()
    *above, last = way
    place = made
    for step in above:
        place = place[step]
    place[last] = [[7]]
    assert f"- at `{at(way)}" in refusal(made) or way == ("version",)


@pytest.mark.parametrize("way", [way for way in WAYS if len(way) == 1 or way[-1] == "reason"])
def test_a_member_that_is_missing_is_named(way: tuple[Any, ...]) -> None:
    made = a_full_document()
    *above, last = way
    place = made
    for step in above:
        place = place[step]
    del place[last]
    assert f"Object missing required field `{last}`" in refusal(made)


def test_commands_of_a_case_are_those_of_its_exchanges() -> None:
    case = a_case(steps=[a_step(), a_step(None)])
    made = a_document([case], {"1": an_exchange(command="curl")})
    assert made.commands(case) == ["curl"]


def test_cases_without_a_verdict_are_counted_among_what_is_untested() -> None:
    made = a_document(planned=4, without_verdict=3, untested=["a"])
    assert made.untested == ["a", "3 of 4 planned cases came to no verdict"]
