"""Mapping templates: which one is chosen, what it makes, and what it refuses."""

import pytest

from fixtures.api import Passthrough
from fixtures.rules.expectation import BodyKind, Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.mapping_templates import choose_for_accept, render
from fixtures.rules.rule_book import Level
from fixtures.rules.world import World
from tests.rules.helpers import TO_BINARY, TO_TEXT, api, on_s3, request, response

OLDER = Stored(b"older", "text/plain")
TEMPLATES = {"application/json": "J$input.body", "text/plain": "T$input.body"}


@pytest.mark.parametrize(
    ("content_type", "passthrough", "templates", "status", "stored"),
    [
        ("text/plain", Passthrough.WHEN_NO_MATCH, TEMPLATES, 200, b"Tx"),
        ("Text/Plain; charset=utf-8", Passthrough.NEVER, TEMPLATES, 200, b"Tx"),
        (None, Passthrough.NEVER, TEMPLATES, 200, b"Jx"),
        ("text/csv", Passthrough.WHEN_NO_MATCH, TEMPLATES, 200, b"x"),
        ("text/csv", Passthrough.WHEN_NO_TEMPLATES, TEMPLATES, 415, None),
        ("text/csv", Passthrough.NEVER, TEMPLATES, 415, None),
        ("text/csv", Passthrough.WHEN_NO_MATCH, {}, 200, b"x"),
        ("text/csv", Passthrough.WHEN_NO_TEMPLATES, {}, 200, b"x"),
        ("text/csv", Passthrough.NEVER, {}, 415, None),
        ("nonsense", Passthrough.NEVER, TEMPLATES, 415, None),
        # The binary way refuses a template, not its absence.
        ("image/png", Passthrough.WHEN_NO_MATCH, TEMPLATES, 200, b"x"),
        ("image/png", Passthrough.WHEN_NO_MATCH, {"image/png": "$input.body"}, 500, None),
    ],
)
def test_the_content_type_chooses_a_template_or_is_passed_through_or_refused(
    content_type: str | None,
    passthrough: Passthrough,
    templates: dict[str, str],
    status: int,
    stored: bytes | None,
) -> None:
    put = on_s3("PUT", passthrough=passthrough, templates=templates)
    expectation = expected_response(
        api(put), request(put, content_type=content_type, body=b"x"), None
    )
    assert expectation.statuses == (status,)
    assert (expectation.stored and expectation.stored.content) == stored
    assert (expectation.kind is BodyKind.ERROR) is (stored is None)


def test_a_request_template_gets_the_base64_text_of_a_binary_body_that_is_converted() -> None:
    put = on_s3("PUT", handling=TO_TEXT, templates={"image/png": "<${input.body}>"})
    upload = request(put, content_type="image/png", body=b"A")
    stored = expected_response(api(put), upload, None).stored
    assert stored is not None
    assert stored.content == b"<QQ==>"


def test_a_request_template_that_decoded_bytes_meet_is_refused() -> None:
    put = on_s3("PUT", handling=TO_BINARY, templates=TEMPLATES)
    for body, rule in (
        (b"/w==", "request-template-binary"),
        (b"QQ==", "request-template-binary-text"),
    ):
        expectation = expected_response(
            api(put), request(put, content_type="text/plain", body=body), OLDER
        )
        assert expectation.statuses == (500,)
        assert expectation.stored is OLDER
        assert expectation.rules[0] == rule


@pytest.mark.parametrize(
    ("accept", "handling", "stored_type", "status", "body"),
    [
        ("text/plain", None, "text/csv", 200, b"Tx"),
        ("text/plain", None, "image/png", 200, b"TeA=="),
        ("text/csv", None, "text/csv", 200, b"Jx"),
        (None, None, "text/csv", 200, b"Jx"),
        ("image/png", None, "image/png", 500, None),
        ("image/png", TO_TEXT, "image/png", 200, b"JeA=="),
        ("text/plain", TO_BINARY, "image/png", 500, None),
        ("image/png", None, "text/csv", 500, None),
        ("text/csv, text/plain", None, "text/csv", 200, b"Jx"),
        ("text/plain, text/csv", None, "text/csv", 200, b"Tx"),
    ],
)
def test_accept_chooses_the_response_template_and_binary_is_refused(
    accept: str | None, handling: object, stored_type: str, status: int, body: bytes | None
) -> None:
    get = on_s3("GET", response("200", handling=handling, templates=TEMPLATES))
    expectation = expected_response(
        api(get), request(get, accept=accept), Stored(b"x", stored_type)
    )
    assert expectation.statuses == (status,)
    if body is None:
        assert expectation.rules[0] == "response-template-binary"
        assert expectation.level is Level.MUST
    else:
        assert (expectation.kind, expectation.body) == (BodyKind.TEMPLATE, body)


@pytest.mark.parametrize(
    ("templates", "accept", "chosen", "otherwise", "rule"),
    [
        ({}, "text/plain", None, None, None),
        ({"text/html": "H"}, "text/plain", "H", "H", "choice"),
        ({"text/html": "H", "application/json": "J"}, "TEXT/html;q=0", "H", "H", "choice"),
        ({"text/html": "H", "application/json": "J"}, "text/plain", "J", "H", "unmatched"),
        ({"text/html": "H", "Application/JSON": "J"}, None, "J", "H", "unmatched"),
        ({"text/html": "H", "application/json": "J"}, "*/*, text/html", "J", "H", "unmatched"),
        ({"text/html": "H", "text/xml": "X"}, "text/plain", "H", "H", "unmatched"),
    ],
)
def test_a_response_template_is_that_of_accept_else_that_of_json_or_the_first(
    templates: dict[str, str],
    accept: str | None,
    chosen: str | None,
    otherwise: str | None,
    rule: str | None,
) -> None:
    template, rules = choose_for_accept(templates, accept)
    first = World((("response-template-unmatched", "first"),))
    assert (template, rules) == (chosen, () if rule is None else (f"response-template-{rule}",))
    assert choose_for_accept(templates, accept, first)[0] == otherwise


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("", None),
        ("$input.body.length()", None),
        ("$input.bodyfoo", None),
        ("$input.body-x", None),
        ("\\$input.body", None),
        ("nothing of it", b"nothing of it"),
        ("$input.body", b"a$b#\xff"),
        ("${input.body}", b"a$b#\xff"),
        ("$input.body$input.body", b"a$b#\xffa$b#\xff"),
        ("$util.base64Encode($input.body)", b"YSRiI/8="),
        ('{"ö": "$input.body"}', b'{"\xc3\xb6": "a$b#\xff"}'),
        ("$input.path('$')", None),
        ("#set($x = 1)", None),
        ("$context.requestId: $input.body", None),
        ("$util.base64Decode($input.body)", None),
        ("# $input.body", None),
    ],
)
def test_a_template_is_predicted_where_it_is_text_and_the_body(
    template: str, output: bytes | None
) -> None:
    assert render(template, b"a$b#\xff") == output


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ('{"ö": "$input.body"}', b'{"\xc3\xb6": "{}"}'),
        ("$util.base64Encode($input.body)", b"e30="),
        ("nothing of it", b"nothing of it"),
    ],
)
def test_an_empty_body_is_an_empty_object_to_a_template(template: str, output: bytes) -> None:
    assert render(template, b"") == output


@pytest.mark.parametrize(
    ("content_type", "as_spelled"),
    [("text/plain", True), ("text/plain;charset=utf-8", True), ("Text/Plain", False), (None, True)],
)
def test_letter_case_leaves_the_choice_of_a_template_uncertain(
    content_type: str | None, as_spelled: bool
) -> None:
    put = on_s3("PUT", templates={"text/plain": "$input.body", "application/json": "$input.body"})
    expectation = expected_response(
        api(put), request(put, content_type=content_type, body=b"x"), OLDER
    )
    assert ("media-type-letter-case" not in expectation.rules) is as_spelled


def test_a_template_that_cannot_be_predicted_leaves_the_answer_open() -> None:
    directive = {"text/plain": "#set($x = 1)"}
    put = on_s3("PUT", templates=directive)
    expectation = expected_response(
        api(put), request(put, content_type="text/plain", body=b"x"), OLDER
    )
    assert expectation.unspecified_reason == "the request template's output cannot be predicted"
    assert expectation.stored is OLDER
    get = on_s3("GET", response("200", templates=directive))
    expectation = expected_response(api(get), request(get, accept="text/plain"), OLDER)
    assert expectation.unspecified_reason == "the response template's output cannot be predicted"
