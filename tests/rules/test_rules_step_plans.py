"""What is planned does what the plan promises."""

from dataclasses import replace

import pytest

from fixtures.api import Definition, Operation
from fixtures.definitions import load, shipped
from fixtures.rules.expectation import BodyKind, Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.rule_book import Level
from fixtures.rules.step_plans import (
    TEXT_TYPES,
    Plan,
    example_of,
    listed_types,
    plan_absence,
    plan_reading,
    plan_upload,
    same_objects,
)
from tests.rules.helpers import KEY, TO_TEXT, TYPE, api, on_s3, response

NOT_UTF8 = b"\xff\xd8\0"
CONTENTS = [NOT_UTF8, b"text", b"QUJD", b""]
# Where no upload decodes Base64: in text-only.yaml, and before the fixed bucket.
TEXT_ONLY = ("/objects", "/bucket-in-the-uri/{key+}")
DEFINITIONS = {name: load(name) for name in shipped()}
# Every operation of every shipped definition, with every type under which it could store.
SITUATIONS = [
    pytest.param(definition, operation, media_type, id=f"{name} {operation.name} {media_type}")
    for name, definition in DEFINITIONS.items()
    for operation in (*definition.operations_on_s3("GET"), *definition.operations_on_s3("PUT"))
    for media_type in (*listed_types(definition), *TEXT_TYPES)
]


def only(definition: Definition, *methods: str) -> Definition:
    """A definition without its other operations."""
    kept = tuple(found for found in definition.operations if found.method in methods)
    return replace(definition, operations=kept)


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize(("definition", "operation", "media_type"), SITUATIONS)
def test_a_planned_upload_stores_exactly_the_content(
    definition: Definition, operation: Operation, media_type: str, content: bytes
) -> None:
    plan = plan_upload(definition, operation, "b/k", content, media_type)
    if plan is None:  # no text way leaves what is not UTF-8 as it is
        assert content == NOT_UTF8
        assert media_type in TEXT_TYPES
        assert operation.path in TEXT_ONLY
        return
    assert plan.request.operation in definition.operations_on_s3("PUT")
    assert plan.expectation == expected_response(definition, plan.request, None)
    assert plan.expectation.statuses == (200,)
    assert plan.expectation.stored is not None
    stored = plan.expectation.stored
    assert (stored.content, stored.media_type) == (content, media_type)


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize(("definition", "operation", "media_type"), SITUATIONS)
def test_a_planned_reading_answers_with_what_the_plan_promises(
    definition: Definition, operation: Operation, media_type: str, content: bytes
) -> None:
    stored = Stored(content, media_type)
    plan = plan_reading(definition, operation, "b/k", stored)
    assert plan is not None
    assert plan.request.operation in definition.operations_on_s3("GET")
    assert plan.expectation == expected_response(definition, plan.request, stored)
    assert plan.expectation.statuses == (200,)
    assert plan.expectation.exact


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize(("definition", "operation", "media_type"), SITUATIONS)
def test_a_planned_absence_tells_a_missing_object_from_the_feared_one(
    definition: Definition, operation: Operation, media_type: str, content: bytes
) -> None:
    decoy = Stored(content, media_type)
    plan = plan_absence(definition, operation, "b/k", decoy)
    assert plan is not None
    assert plan.expectation == expected_response(definition, plan.request, None)
    there = expected_response(definition, plan.request, decoy)
    assert not set(there.statuses) & set(plan.expectation.statuses)


ON_S3 = {name: one for name, one in DEFINITIONS.items() if one.operations_on_s3("GET")}


@pytest.mark.parametrize("definition", ON_S3.values(), ids=ON_S3)
def test_without_an_upload_or_a_download_nothing_can_be_planned(definition: Definition) -> None:
    stored = Stored(b"text", "text/plain")
    gets, puts = only(definition, "GET"), only(definition, "PUT")
    (get, *_), (put, *_) = gets.operations, puts.operations
    assert plan_upload(gets, get, "b/k", b"text", "text/plain") is None
    assert plan_reading(puts, put, "b/k", stored) is None
    assert plan_absence(puts, put, "b/k", stored) is None
    assert plan_reading(gets, get, "b/k", stored) is not None
    assert plan_upload(puts, put, "b/k", b"text", "text/plain") is not None


def test_an_upload_at_the_same_path_is_preferred_to_an_equal_one() -> None:
    elsewhere, here = on_s3("PUT", path="/elsewhere"), on_s3("PUT", path="/here")
    get = on_s3("GET", path="/here")
    definition = api(elsewhere, here, get)
    assert same_objects(definition, get, "PUT") == (here, elsewhere)
    plan = plan_upload(definition, get, "k", b"x", "image/png")
    assert plan is not None
    assert plan.request.operation is here


def test_an_upload_that_rests_on_stronger_rules_is_preferred_to_one_at_the_same_path() -> None:
    # A template for the empty answer makes it one that AWS was not observed to give.
    here = on_s3("PUT", response("200", templates={"text/plain": "stored"}), path="/here")
    elsewhere = on_s3("PUT", path="/elsewhere")
    plan = plan_upload(api(here, elsewhere), here, "k", b"x", "image/png")
    assert plan is not None
    assert plan.request.operation is elsewhere
    plan = plan_upload(api(here), here, "k", b"x", "image/png")
    assert plan is not None
    assert plan.expectation.level is Level.DERIVED


def test_operations_on_other_objects_are_no_help() -> None:
    get = on_s3("GET")
    s3 = get.integration.s3
    assert s3 is not None
    put = on_s3("PUT")
    other = replace(put, integration=replace(put.integration, s3=replace(s3, bucket="other")))
    assert same_objects(api(get, other), get, "PUT") == ()


def test_a_content_that_no_upload_leaves_as_it_is_has_no_plan() -> None:
    put = on_s3("PUT")
    assert plan_upload(api(put), put, "k", b"\xff", "text/plain") is None
    assert plan_upload(api(put), put, "k", b"\xff", "image/png") is not None


def test_a_type_that_no_upload_stores_under_has_no_plan() -> None:
    put = on_s3("PUT", parameters=KEY | dict.fromkeys(TYPE, "'font/woff2'"))
    assert plan_upload(api(put), put, "k", b"x", "font/woff2") is not None
    assert plan_upload(api(put), put, "k", b"x", "text/plain") is None


def test_an_upload_that_is_refused_has_no_plan() -> None:
    put = on_s3("PUT", response(None, 403))
    assert plan_upload(api(put), put, "k", b"x", "image/png") is None


# What is stored, the settings of the one download, and how it is shown best.
READINGS = [
    (b"\xff", "image/png", {}, "image/png", BodyKind.BYTES),
    (b"\xff", "image/png", {"handling": TO_TEXT}, "image/png", BodyKind.BASE64),
    (b"x", "text/plain", {}, "application/json", BodyKind.TEXT),
    # Lossy, but nothing better is to be had.
    (b"\xff", "text/plain", {}, "application/json", BodyKind.TEXT),
    (b"\xef\xbf\xbd", "text/plain", {}, "application/json", BodyKind.TEXT),
    (b"QUJD", "text/plain", {}, "image/png", BodyKind.DECODED),
    (
        b"\xff",
        "image/png",
        {"templates": {"text/plain": "<$input.body>", "text/html": "literal"}},
        "text/plain",
        BodyKind.TEMPLATE,
    ),
    (
        b"x",
        "text/plain",
        {"templates": {"application/json": "literal", "text/plain": "<$input.body>"}},
        "text/plain",
        BodyKind.TEMPLATE,
    ),
    (
        b"\xff",
        "text/plain",
        {"templates": {"application/json": "<$input.body>"}},
        "application/json",
        BodyKind.TEMPLATE,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("content", "media_type", "settings", "accept", "form"), READINGS)
def test_a_reading_loses_as_little_as_can_be(
    content: bytes, media_type: str, settings: dict[str, object], accept: str, form: BodyKind
) -> None:
    get = on_s3("GET", response("200", **settings), response(None, 404, handling=TO_TEXT))
    plan = plan_reading(api(get), get, "k", Stored(content, media_type))
    assert plan is not None
    assert (plan.request.accept, plan.expectation.kind) == (accept, form)


def test_a_reading_that_rests_on_stronger_rules_is_preferred() -> None:
    get = on_s3("GET", response("200"))
    definition = api(get, binary=("IMAGE/png", "image/gif"))
    plan = plan_reading(definition, get, "k", Stored(b"\xff", "image/gif"))
    assert plan is not None
    assert plan.expectation.level is Level.MUST


def test_a_download_that_nobody_can_foretell_shows_nothing() -> None:
    get = on_s3("GET", response("200", templates={"text/plain": "$context.stage"}))
    stored = Stored(b"x", "text/plain")
    assert plan_reading(api(get), get, "k", stored) is None
    assert plan_absence(api(get), get, "k", stored) is None


def test_an_absence_that_looks_like_the_object_has_no_plan() -> None:
    get = on_s3("GET", response(None, 200))
    assert plan_absence(api(get), get, "k", Stored(b"x", "text/plain")) is None
    # Every answer is an error, with the object there or not.
    get = on_s3("GET", response(None, 500))
    assert plan_absence(api(get), get, "k", Stored(b"x", "text/plain")) is None


@pytest.mark.parametrize(
    ("entry", "media_type"),
    [
        ("image/jpeg", "image/jpeg"),
        ("image/*", "image/png"),
        ("IMAGE/*", "image/png"),
        ("*/*", "application/octet-stream"),
        ("model/*", "model/x-conformance"),
    ],
)
def test_an_entry_of_the_list_stands_for_a_type_that_clients_send(
    entry: str, media_type: str
) -> None:
    assert example_of(entry) == media_type


def test_the_types_to_try_are_those_of_the_list_without_what_matches_nothing() -> None:
    entries = ("image/*", "*/test", "image/png", "*/*", "application/octet-stream", "text/x")
    expected = ("image/png", "application/octet-stream", "text/x")
    assert listed_types(api(binary=entries)) == expected
    assert listed_types(api(binary=("*/*",))) == ("application/octet-stream",)


def test_a_plan_is_a_value() -> None:
    put = on_s3("PUT")
    plans = [plan_upload(api(put), put, "k", b"x", "image/png") for _ in range(2)]
    assert isinstance(plans[0], Plan)
    assert plans[0] == plans[1]


def test_two_uploads_on_the_same_objects_prepare_each_its_own() -> None:
    one, other = on_s3("PUT", path="/one/{key+}"), on_s3("PUT", path="/other/{key+}")
    plans = [plan_upload(api(put), put, "b/k", b"text", "text/plain") for put in (one, other)]
    assert [plan.with_unique_key.name for plan in plans] == ["b/k-by-one-key", "b/k-by-other-key"]
    assert [replace(plan.with_unique_key, name="b/k") for plan in plans] == [
        plan.request for plan in plans
    ]


def test_of_two_uploads_that_are_equally_certain_the_first_is_planned() -> None:
    first, second = (on_s3("PUT", parameters=KEY, path=path) for path in ("/first", "/second"))
    plan = plan_upload(api(first, second), first, "k", b"x", None)
    assert plan is not None
    assert (plan.request.operation.path, plan.expectation.level) == ("/first", Level.DERIVED)
