"""Which of two downloads shows better what is stored."""

from collections.abc import Mapping
from typing import Any

import pytest

from fixtures.rules.expectation import BodyKind, Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import Plan, plan_absence, plan_reading, plan_upload
from tests.rules.helpers import KEY, TO_BINARY, TO_TEXT, api, on_s3, response

JSON = "application/json"
REPLACEMENT = "\ufffd".encode()
# Whatever this answers with, U+FFFD is in it, and may stand for anything.
LOSSY = response("200", templates={JSON: "\ufffd$input.body"})
AS_PNG = {"integration.request.querystring.response-content-type": "'image/png'"}
TWICE = {JSON: "$util.base64Encode($input.body)"}


def reading(stored: Stored, *downloads: Any) -> Plan:
    """The planned one of several downloads of the same object, each at a path of its own."""
    gets = [
        on_s3("GET", answer, parameters=KEY | parameters, path=f"/{at}")
        for at, (answer, parameters) in enumerate(downloads)
    ]
    plan = plan_reading(api(*gets), gets[0], "b/k", stored)
    assert plan is not None
    return plan


@pytest.mark.parametrize(
    ("content", "media_type", "settings", "parameters", "form"),
    [
        (b"\xff", "text/plain", {}, AS_PNG, BodyKind.BYTES),
        (b"\xff", "text/plain", {"handling": TO_TEXT}, AS_PNG, BodyKind.BASE64),
        (b"", "text/plain", {}, {}, BodyKind.EMPTY),
        (b"x", "text/plain", {}, {}, BodyKind.TEXT),
        (b"QUJD", "text/plain", {"handling": TO_BINARY}, {}, BodyKind.DECODED),
        (b"x", "text/plain", {"templates": {JSON: "<$input.body>"}}, {}, BodyKind.TEMPLATE),
        (b"x", "text/plain", {"templates": TWICE}, {}, BodyKind.TEMPLATE),
    ],
)
def test_a_download_without_loss_is_preferred_to_a_lossy_one_at_the_same_path(
    content: bytes,
    media_type: str,
    settings: Mapping[str, Any],
    parameters: Mapping[str, str],
    form: BodyKind,
) -> None:
    better = (response("200", **settings), parameters)
    plan = reading(Stored(content, media_type), (LOSSY, {}), better)
    assert plan.request.operation.path == "/1"
    assert plan.expectation.kind is form


@pytest.mark.parametrize(
    ("content", "media_type", "settings"),
    [
        (b"\xff", "text/plain", {}),
        (REPLACEMENT, "text/plain", {}),
        (b"\xff", "image/png", {"templates": TWICE}),
        (b"\xff", "text/plain", {"templates": {JSON: "<$input.body>"}}),
        (REPLACEMENT, "text/plain", {"templates": {JSON: "<$input.body>"}}),
    ],
)
def test_what_may_stand_for_another_object_is_lossy(
    content: bytes, media_type: str, settings: Mapping[str, Any]
) -> None:
    better = (response("200"), AS_PNG)
    plan = reading(Stored(content, media_type), (response("200", **settings), {}), better)
    assert (plan.request.operation.path, plan.expectation.kind) == ("/1", BodyKind.BYTES)


@pytest.mark.parametrize(
    "answer", [response("200", templates={JSON: "literal"}), response("200", 404)]
)
def test_neither_a_fixed_answer_nor_an_error_shows_an_object(answer: Any) -> None:
    get = on_s3("GET", answer)
    assert plan_reading(api(get), get, "b/k", Stored(b"x", "text/plain")) is None


def test_every_plan_names_the_object_and_what_the_rules_foretell() -> None:
    put, get = on_s3("PUT"), on_s3("GET")
    definition, stored = api(put, get), Stored(b"x", "text/plain")
    plans = [
        plan_upload(definition, put, "b/k", b"x", "text/plain"),
        plan_reading(definition, get, "b/k", stored),
        plan_absence(definition, get, "b/k", stored),
    ]
    assert [plan and plan.request.name for plan in plans] == ["b/k"] * 3
    befores = (None, stored, None)
    predicted = [plan and plan.expectation for plan in plans]
    assert predicted == [
        plan and expected_response(definition, plan.request, before)
        for plan, before in zip(plans, befores, strict=True)
    ]


def test_an_upload_without_a_type_is_stored_under_the_default_type_of_s3() -> None:
    put = on_s3("PUT")
    plan = plan_upload(api(put), put, "b/k", b"x", None)
    assert plan is not None
    assert plan.request.content_type is None
    assert plan.expectation.stored is not None
    assert plan.expectation.stored.media_type == "binary/octet-stream"
