"""The errors that the gateway makes by itself, plain and as a definition customises them."""

import json
from dataclasses import replace

import pytest

from fixtures.api import REST, GatewayResponse
from fixtures.gateway.error_responses import (
    EVENT_TOO_LARGE,
    FORBIDDEN,
    INTERNAL,
    TIMED_OUT,
    UNSUPPORTED,
    BodyTooLargeError,
    Refusal,
    RefusedError,
    unknown_route,
)

QUOTED = Refusal(500, 'a "word"', "AnException", "A_TYPE")
VARIABLES = "$context.error.messageString|$context.error.message|$context.error.responseType"


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, INTERNAL, TIMED_OUT, EVENT_TOO_LARGE, unknown_route(REST), UNSUPPORTED]
)
def test_a_refusal_is_json_with_a_message_and_names_its_error(refusal: Refusal) -> None:
    answer = refusal.response(REST)
    assert answer.status == refusal.status
    assert json.loads(answer.body) == {"message": refusal.message or REST.failure_message}
    assert answer.headers == {
        "Content-Type": "application/json",
        "x-amzn-ErrorType": refusal.error_type,
    }
    assert str(RefusedError(refusal)) == f"{refusal.status} {refusal.message}"


def test_the_errors_of_a_client_are_called_bad_request_exception() -> None:
    assert UNSUPPORTED.error_type == EVENT_TOO_LARGE.error_type == "BadRequestException"


def test_a_body_over_the_limit_names_the_limit() -> None:
    assert (BodyTooLargeError(7).limit, str(BodyTooLargeError(7))) == (7, "more than 7 bytes")


def test_a_definition_may_change_the_status_alone() -> None:
    plain = QUOTED.response(REST)
    changed = QUOTED.response(REST, GatewayResponse("A_TYPE", 599))
    assert (changed.status, changed.headers, changed.body) == (599, plain.headers, plain.body)
    assert QUOTED.response(REST, GatewayResponse("A_TYPE")) == plain


def test_the_first_template_of_a_gateway_response_makes_the_body() -> None:
    templates = {"text/plain": VARIABLES, "text/html": "not this one"}
    answer = QUOTED.response(REST, GatewayResponse("A_TYPE", templates=templates))
    assert answer.body.decode() == '"a \\"word\\""|a "word"|A_TYPE'
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.status == 500


def test_a_literal_of_a_gateway_response_sets_a_header_in_any_spelling() -> None:
    parameters = {
        "gatewayresponse.header.content-TYPE": "'TEXT/X'",
        "gatewayresponse.header.X-Two": "'X's two'",
        "gatewayresponse.header.X-Origin": "method.request.header.Origin",
    }
    answer = QUOTED.response(REST, GatewayResponse("A_TYPE", parameters=parameters))
    assert answer.headers == {
        "Content-Type": "TEXT/X",
        "x-amzn-ErrorType": "AnException",
        "X-Two": "X's two",
    }


def test_a_kind_of_api_has_its_own_words_and_headers() -> None:
    other = replace(
        REST,
        error_type_header="x-error",
        unknown_route_status=404,
        unknown_route_message="Not Found",
        failure_message="Internal Server Error",
    )
    unknown = unknown_route(other).response(other)
    assert (unknown.status, json.loads(unknown.body)) == (404, {"message": "Not Found"})
    assert "x-error" in unknown.headers
    failed = INTERNAL.response(other)
    assert json.loads(failed.body) == {"message": "Internal Server Error"}
