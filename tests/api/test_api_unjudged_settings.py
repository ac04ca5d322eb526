"""What a definition says and nothing here knows: the operation is read and left open."""

import json
from typing import Any

import pytest

from fixtures.api import Definition
from fixtures.api.openapi_parser import parse_definition
from fixtures.cases.case import Request
from fixtures.definitions import FOLDER
from fixtures.rules.expected_response import expected_response
from suites.errors.cases import unjudged
from suites.profile import PROFILES

SAMPLE = (FOLDER / "sample.json").read_text(encoding="utf-8")
INTEGRATION = "x-amazon-apigateway-integration"
STREAMED = "responseTransferMode is STREAM, and streamed responses are not judged yet"
VALIDATORS = {"all": {"validateRequestBody": True, "validateRequestParameters": False}}
FUNCTION = (
    "arn:aws:apigateway:r:lambda:path/2021-11-15/functions/arn:aws:lambda:r:1:function:f"
    "/response-streaming-invocations"
)


def with_settings(**settings: Any) -> Definition:
    document = json.loads(SAMPLE)
    document["paths"]["/s3"]["get"][INTEGRATION].update(settings)
    return parse_definition(json.dumps(document).encode(), "sample.json")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, ""),
        ({"responseTransferMode": "BUFFERED"}, ""),
        ({"cacheKeyParameters": ["method.request.path.key"], "timeoutInMillis": 9000}, ""),
        ({"x-team": "photos"}, ""),
        ({"responseTransferMode": "STREAM"}, STREAMED),
        (
            {"payloadSigning": "none", "bufferSize": 1},
            "the integration has the setting bufferSize, which is not known here",
        ),
    ],
)
def test_a_setting_that_is_not_known_leaves_its_operation_open(
    settings: dict[str, Any], reason: str
) -> None:
    definition = with_settings(**settings)
    get = definition.operation("GET /s3")
    expected = expected_response(definition, Request(get, "bucket/key"), None)
    assert get.integration.unjudged_reason == reason
    assert expected.unspecified_reason == reason
    assert bool(definition.operations_on_s3("GET")) is not bool(reason)
    listed = {case.id: case.not_applicable for case in unjudged(definition, PROFILES["quick"])}
    assert listed == ({"GET /s3": reason} if reason else {})


def test_a_function_that_streams_is_listed_as_not_judged_yet() -> None:
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": FUNCTION,
        "responseTransferMode": "STREAM",
    }
    document = {**json.loads(SAMPLE), "paths": {"/img": {"get": {INTEGRATION: integration}}}}
    definition = parse_definition(json.dumps(document).encode(), "img.json")
    (case,) = unjudged(definition, PROFILES["quick"])
    assert (case.id, case.not_applicable) == ("GET /img", STREAMED)


@pytest.mark.parametrize("declared_by", ["operation", "path", "requestBody", "nothing"])
def test_a_body_that_a_validator_checks_is_left_open(declared_by: str) -> None:
    document = json.loads(SAMPLE)
    document["x-amazon-apigateway-request-validators"] = VALIDATORS
    document["x-amazon-apigateway-request-validator"] = "all"
    path = document["paths"]["/s3"]
    model = {"name": "object", "in": "body", "schema": {"type": "object"}}
    if declared_by == "operation":
        path["put"].setdefault("parameters", []).append(model)
    elif declared_by == "path":
        path["parameters"] = [model]
    elif declared_by == "requestBody":
        path["put"]["requestBody"] = {"content": {"application/json": {"schema": {}}}}
    definition = parse_definition(json.dumps(document).encode(), "sample.json")
    put = definition.operation("PUT /s3")
    upload = Request(put, "bucket/key", "application/json", body=b"{}")
    reason = expected_response(definition, upload, None).unspecified_reason
    assert put.validates_body is (declared_by != "nothing")
    assert reason.startswith("a request validator checks the body" if put.validates_body else "")
    assert bool(reason) is put.validates_body
