"""What the gateway says of its own accord, plain and as a definition wants it."""

import json

import pytest

from fixtures.api import GatewayResponse
from fixtures.gateway.error_responses import (
    FORBIDDEN,
    INTERNAL,
    TIMED_OUT,
    TOO_LARGE,
    UNKNOWN,
    UNSUPPORTED,
    Refusal,
    RefusedError,
)

QUOTED = Refusal(500, 'a "word"', "AnException", "A_TYPE")
VARIABLES = "$context.error.messageString|$context.error.message|$context.error.responseType"


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, INTERNAL, TIMED_OUT, TOO_LARGE, UNKNOWN, UNSUPPORTED]
)
def test_a_refusal_is_json_with_a_message_and_names_its_error(refusal: Refusal) -> None:
    answer = refusal.response()
    assert answer.status == refusal.status
    assert json.loads(answer.body) == {"message": refusal.message}
    assert answer.headers == {
        "Content-Type": "application/json",
        "x-amzn-ErrorType": refusal.error_type,
    }
    assert str(RefusedError(refusal)) == f"{refusal.status} {refusal.message}"


def test_a_definition_may_change_the_status_alone() -> None:
    plain = QUOTED.response()
    changed = QUOTED.response(GatewayResponse("A_TYPE", 599))
    assert (changed.status, changed.headers, changed.body) == (599, plain.headers, plain.body)
    assert QUOTED.response(GatewayResponse("A_TYPE")) == plain


def test_the_first_template_of_a_gateway_response_makes_the_body() -> None:
    templates = {"text/plain": VARIABLES, "text/html": "not this one"}
    answer = QUOTED.response(GatewayResponse("A_TYPE", templates=templates))
    assert answer.body.decode() == '"a \\"word\\""|a "word"|A_TYPE'
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.status == 500


def test_a_literal_of_a_gateway_response_sets_a_header_in_any_spelling() -> None:
    parameters = {
        "gatewayresponse.header.content-TYPE": "'TEXT/X'",
        "gatewayresponse.header.X-Two": "'X's two'",
        "gatewayresponse.header.X-Origin": "method.request.header.Origin",
    }
    answer = QUOTED.response(GatewayResponse("A_TYPE", parameters=parameters))
    assert answer.headers == {
        "Content-Type": "TEXT/X",
        "x-amzn-ErrorType": "AnException",
        "X-Two": "X's two",
    }
