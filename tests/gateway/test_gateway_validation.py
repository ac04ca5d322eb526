"""Request validators: what lacks a required parameter is refused before anything else happens."""

import json
from dataclasses import replace

import pytest

from fixtures.api import GatewayResponse, Parameter
from fixtures.gateway.application import Gateway
from tests.gateway.helpers import RecordingStore, a_definition, a_scope, an_s3_operation, exchange

REQUIRED = (
    Parameter("key", "path", required=True),
    Parameter("tenant", "querystring", required=True),
    Parameter("X-Trace", "header", required=True),
    Parameter("version", "querystring"),
)
VALIDATED = replace(an_s3_operation("GET"), parameters=REQUIRED, validates_parameters=True)
TRACE = [("x-trace", "1")]


@pytest.mark.parametrize(
    ("target", "headers", "missing"),
    [
        ("/a?tenant=t", TRACE, None),
        ("/a", TRACE, "[tenant]"),
        ("/a?tenant=", TRACE, "[tenant]"),
        ("/a?tenant=%20", TRACE, "[tenant]"),
        ("/a?tenant=t", [], "[X-Trace]"),
        ("/a?tenant=t", [("x-trace", " ")], "[X-Trace]"),
        ("/%20?version=1", [], "[X-Trace, key, tenant]"),
    ],
)
def test_what_is_missing_or_blank_is_named(target, headers, missing) -> None:
    store = RecordingStore()
    answer = exchange(Gateway(a_definition(VALIDATED), store), a_scope("GET", target, headers), {
        "type": "http.request", "body": b"", "more_body": False
    })  # fmt: skip
    if missing is None:
        assert answer.status == 200
        assert store.asked
        return
    assert answer.status == 400
    assert json.loads(answer.body) == {"message": f"Missing required request parameters: {missing}"}
    assert answer.headers["x-amzn-errortype"] == "BadRequestException"
    assert store.asked == []


def test_without_a_validator_nothing_is_looked_at() -> None:
    operation = replace(VALIDATED, validates_parameters=False)
    store = RecordingStore()
    event = {"type": "http.request", "body": b"", "more_body": False}
    answer = exchange(Gateway(a_definition(operation), store), a_scope("GET", "/a", []), event)
    assert answer.status == 200


def test_the_refusal_can_be_customised() -> None:
    custom = GatewayResponse("BAD_REQUEST_PARAMETERS", 422)
    definition = replace(a_definition(VALIDATED), gateway_responses=(custom,))
    event = {"type": "http.request", "body": b"", "more_body": False}
    answer = exchange(Gateway(definition, RecordingStore()), a_scope("GET", "/a", []), event)
    assert answer.status == 422
