"""Expectations in full: which rules they rest on, and why some are open."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fixtures.api import REST, GatewayResponse, Operation, Passthrough
from fixtures.rules.expectation import BodyKind, Expectation, Stored
from fixtures.rules.expected_response import expected_response
from tests.rules.helpers import (
    KEY,
    TO_BINARY,
    TO_TEXT,
    TYPE,
    TYPE_BACK,
    api,
    mock,
    on_s3,
    request,
    response,
)

OLDER = Stored(b"older", "text/plain")
JSON = "application/json"
ANY_STATUS = response(None, 200)


def get_with(parameters: Mapping[str, str], *responses: Any) -> Operation:
    """A download of which the integration request maps these parameters too."""
    mapped = {f"integration.request.{name}": source for name, source in parameters.items()}
    return on_s3("GET", *(responses or (ANY_STATUS,)), parameters=KEY | mapped)


def expected(operation: Operation, stored: Stored | None = OLDER, **rest: Any) -> Expectation:
    binary = rest.pop("binary", ("image/png",))
    return expected_response(api(operation, binary=binary), request(operation, **rest), stored)


# ------------------------------------------------------------------------------------- uploads


@pytest.mark.parametrize("source", ["context.stage", "stageVariables.type"])
def test_a_type_from_the_deployment_leaves_open_what_is_stored(source: str) -> None:
    put = on_s3("PUT", parameters=KEY | dict.fromkeys(TYPE, source))
    assert expected(put, content_type="text/csv", body=b"x").stored == Stored(
        b"x",
        "text/csv",
        ("stored-type-mapped",),
        unspecified_reason="the definition maps a Content-Type that only the deployment knows",
    )


def test_a_fixed_type_is_stored_as_it_stands_between_its_quotes() -> None:
    put = on_s3("PUT", parameters=KEY | dict.fromkeys(TYPE, "'X-MODEL/X'"))
    stored = expected(put, content_type="text/csv", body=b"x").stored
    assert stored is not None
    assert stored.media_type == "X-MODEL/X"
    assert stored.rules[0] == "stored-type-mapped"


def test_an_upload_is_answered_as_binary_where_everything_is() -> None:
    put = on_s3("PUT", response(None, 200, templates={JSON: "stored"}))
    everything = expected(put, body=b"x", content_type="text/csv", binary=("*/*",))
    assert everything.statuses == (500,)
    assert "response-binary-binary-none" in everything.rules
    # What S3 answers has no type, and application/json in the list does not give it one.
    some = expected(put, body=b"x", content_type="text/csv", binary=(JSON,))
    assert (some.statuses, some.body) == ((200,), b"stored")
    assert "response-text-text-none" in some.rules


# ----------------------------------------------------------------------------------- downloads


def test_the_type_that_s3_is_told_to_answer_with_replaces_how_the_stored_one_is_known() -> None:
    get = get_with(
        {"querystring.response-content-type": "'X-MODEL/X'"}, response("200", parameters=TYPE_BACK)
    )
    stored = Stored(b"x", "text/csv", ("stored-type-unmapped", "request-text-none"))
    expectation = expected(get, stored)
    assert expectation.content_type == "X-MODEL/X"
    assert {"stored-type-mapped", "request-text-none"} <= set(expectation.rules)
    assert "stored-type-unmapped" not in expectation.rules


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"header.Range": "'bytes=0-3'"}, "Range"),
        ({"querystring.x.y": "'1'"}, "x.y"),
        # The suite sends none of what is mapped through.
        ({"header.Range": "method.request.header.Range"}, ""),
        ({"querystring.versionId": "method.request.querystring.versionId"}, ""),
        ({"header.x-amz-meta-a": "'1'"}, ""),
        ({"path.range": "'1'"}, ""),
        ({"querystring.Response-Content-Type": "'text/csv'"}, ""),
        # One that is harmless does not hide another.
        ({"header.Range": "method.request.header.Range", "querystring.versionId": "'1'"},
         "versionId"),
    ],
)  # fmt: skip
def test_only_what_changes_the_answer_of_s3_leaves_it_open(
    parameters: Mapping[str, str], why: str
) -> None:
    reason = f"the definition asks S3 for {why}, which changes the answer" if why else ""
    assert expected(get_with(parameters)).unspecified_reason == reason


def test_a_download_without_a_key_may_have_each_answer_of_s3() -> None:
    statuses = (200, 400, 403, 404, 405)
    answers = [response(str(status), status + 10, parameters=TYPE_BACK) for status in statuses]
    expectation = expected(on_s3("GET", *answers, response(None, 299)), target="/s3")
    assert expectation.statuses == (210, 410, 413, 414, 415)
    assert (
        expectation.content_type,
        expectation.headers["Content-Type"].rule,
        expectation.unspecified_reason,
    ) == (
        "application/xml",
        "content-type-mapped",
        "",
    )


def test_one_answer_of_s3_that_cannot_be_predicted_leaves_all_open() -> None:
    get = on_s3("GET", response("40.", 404), response("404", 404))
    expectation = expected(get, None)
    assert expectation.unspecified_reason == (
        "several patterns match S3's 404, and it is not documented which wins"
    )
    assert "integration-response-pattern" in expectation.rules


def test_patterns_that_compete_are_the_one_rule_of_an_open_answer() -> None:
    get = on_s3("GET", response(r"2\d{2}", 200), response("200", 201))
    assert expected(get).rules == ("integration-response-pattern",)


def test_a_template_that_nobody_can_foretell_keeps_the_rules_that_led_to_it() -> None:
    get = on_s3("GET", response("200", templates={JSON: "$context.stage"}))
    expectation = expected(get, Stored(b"x", "text/plain", ("stored-type-unmapped",)))
    assert expectation.unspecified_reason == "the response template's output cannot be predicted"
    assert expectation.rules[0] == "response-template-output"
    assert {"response-text-text-none", "stored-type-unmapped"} <= set(expectation.rules)


def test_a_fixed_type_of_a_response_is_what_stands_between_its_quotes() -> None:
    get = on_s3("GET", response("200", parameters=dict.fromkeys(TYPE_BACK, "'X-MODEL/X'")))
    assert expected(get).content_type == "X-MODEL/X"


# ------------------------------------------------------------------------- gateway responses

NAMED = "gatewayresponse.header.Content-Type"


@pytest.mark.parametrize(
    ("custom", "statuses", "form", "content_type"),
    [
        (GatewayResponse("MISSING_AUTHENTICATION_TOKEN", 404), (404,), BodyKind.ERROR, JSON),
        (GatewayResponse("DEFAULT_4XX", 404), (404,), BodyKind.ERROR, JSON),
        (GatewayResponse("DEFAULT_5XX", 404), (403,), BodyKind.ERROR, JSON),
        (GatewayResponse("DEFAULT_4XX", templates={"text/plain": "x"}), (403,), BodyKind.ANY, None),
        (GatewayResponse("DEFAULT_4XX", parameters={NAMED: "'a/b'"}), (403,), BodyKind.ERROR, None),
        (GatewayResponse("DEFAULT_4XX", parameters={"X": "'a/b'"}), (403,), BodyKind.ERROR, JSON),
    ],
)
def test_an_error_that_the_definition_customises_is_open_where_it_does(
    custom: GatewayResponse, statuses: tuple[int, ...], form: BodyKind, content_type: str | None
) -> None:
    get = on_s3("GET")
    definition = replace(api(get), gateway_responses=(custom,))
    found = expected_response(definition, request(get, target="/nowhere"), OLDER)
    assert (found.statuses, found.kind, found.content_type) == (statuses, form, content_type)


@pytest.mark.parametrize(
    ("type_", "upload", "status"),
    [
        ("UNSUPPORTED_MEDIA_TYPE", {"content_type": "text/csv"}, 415),
        ("API_CONFIGURATION_ERROR", {"content_type": "text/plain", "body": b"no Base64"}, 500),
    ],
)
def test_each_error_has_a_type_of_its_own(type_: str, upload: Any, status: int) -> None:
    templates = {"text/plain": "$input.body"}
    put = on_s3("PUT", handling=TO_BINARY, passthrough=Passthrough.NEVER, templates=templates)
    custom = (GatewayResponse(type_, 418),)
    plain, definition = api(put), replace(api(put), gateway_responses=custom)
    assert expected_response(plain, request(put, **upload), None).statuses == (status,)
    assert expected_response(definition, request(put, **upload), None).statuses == (418,)


@pytest.mark.parametrize("type_", ["REQUEST_TOO_LARGE", "DEFAULT_4XX"])
def test_no_gateway_response_changes_the_413_of_a_body_over_the_limit(type_: str) -> None:
    put = on_s3("PUT")
    definition = replace(api(put), gateway_responses=(GatewayResponse(type_, 418),))
    found = expected_response(definition, request(put, body=bytes(REST.request_limit + 1)), None)
    assert (found.statuses, found.kind, found.content_type) == ((413,), BodyKind.TOO_LARGE, None)


# ---------------------------------------------------------------------------------------- mock


def test_a_mock_answers_with_its_response_template_alone() -> None:
    answer = response(None, 200, templates={JSON: "[$input.body]"})
    expectation = expected(mock('{"statusCode": 200}', answer), None)
    assert (expectation.kind, expectation.body) == (BodyKind.TEMPLATE, b"[{}]")


def test_a_mock_takes_its_status_from_the_template_and_not_from_the_request() -> None:
    options = mock('{"statusCode": 200}', response(None, 200))
    expectation = expected(options, None, content_type="text/plain", body=b'{"statusCode": 200}')
    assert expectation.unspecified_reason == "the mock integration's template names no status"
    assert expectation.rules[0] == "mock-answer"
    assert {"passthrough-when-no-match", "request-text-none"} <= set(expectation.rules)


def test_head_of_an_object_has_the_rules_of_its_body() -> None:
    head = on_s3("HEAD", response("200", handling=TO_TEXT))
    expectation = expected(head, Stored(b"x", "image/png"), accept="image/png")
    assert expectation.rules[:1] == ("head-without-body",)
    assert "response-binary-binary-to-text" in expectation.rules
