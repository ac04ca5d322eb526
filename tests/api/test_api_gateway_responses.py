"""Gateway responses that a definition customises: read, served and expected alike."""

import asyncio
import json

import httpx
import pytest

from fixtures.api import Definition, read_definition
from fixtures.cases.case import Request
from fixtures.definitions import FOLDER
from fixtures.exceptions import DefinitionError
from fixtures.gateway.application import Gateway
from fixtures.gateway.embedded_store import EmbeddedStore
from fixtures.rules.expectation import BodyKind
from fixtures.rules.expected_response import expected_response

SAMPLE = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
TEMPLATE = '{"error": $context.error.messageString, "type": "$context.error.responseType"}'
ORIGIN = {"gatewayresponse.header.Access-Control-Allow-Origin": "method.request.header.origin"}
CORS = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}

# customised, then for an unknown path: status, form, body, header of the gateway's own
CUSTOMISED = [
    ({}, 403, BodyKind.ERROR, '{"message": "Missing Authentication Token"}', None),
    ({"DEFAULT_5XX": {"statusCode": "502"}}, 403, BodyKind.ERROR, None, None),
    ({"DEFAULT_4XX": {"statusCode": 404}}, 404, BodyKind.ERROR, None, None),
    ({"DEFAULT_4XX": {"responseParameters": CORS}}, 403, BodyKind.ERROR, None, "*"),
    ({"DEFAULT_4XX": {"responseParameters": ORIGIN}}, 403, BodyKind.ERROR, None, None),
    (
        {"MISSING_AUTHENTICATION_TOKEN": {"statusCode": 404}, "DEFAULT_4XX": {"statusCode": 400}},
        404,
        BodyKind.ERROR,
        None,
        None,
    ),
    (
        {"DEFAULT_4XX": {"responseTemplates": {"application/problem+json": TEMPLATE}}},
        403,
        BodyKind.ANY,
        '{"error": "Missing Authentication Token", "type": "MISSING_AUTHENTICATION_TOKEN"}',
        None,
    ),
]


def ask(definition: Definition, path: str) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(Gateway(definition, EmbeddedStore()))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.get(path)

    return asyncio.run(answer())


def customised(tmp_path, responses: object) -> Definition:
    file = tmp_path / "customised.json"
    file.write_text(json.dumps({**SAMPLE, "x-amazon-apigateway-gateway-responses": responses}))
    return read_definition(file)


@pytest.mark.parametrize(("responses", "status", "form", "body", "allowed"), CUSTOMISED)
def test_an_error_is_what_the_definition_makes_of_it(
    tmp_path, responses, status, form, body, allowed
) -> None:
    definition = customised(tmp_path, responses)
    request = Request(definition.operations[0], "", target="/unknown")
    expectation = expected_response(definition, request, None)
    assert (expectation.statuses, expectation.kind) == ((status,), form)
    received = ask(definition, "/v1/unknown")
    assert received.status_code == status
    assert body is None or received.text == body
    assert received.headers.get("Access-Control-Allow-Origin") == allowed


def test_what_is_no_status_is_told(tmp_path) -> None:
    with pytest.raises(DefinitionError, match=r"DEFAULT_4XX\.statusCode: '99' is no HTTP status"):
        customised(tmp_path, {"DEFAULT_4XX": {"statusCode": 99}})
