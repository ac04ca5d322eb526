"""What goes over the wire as it is spelled there, and what of a request may be no text at all."""

import asyncio
import base64
import calendar
from dataclasses import replace
from typing import Any

import pytest

from fixtures.api import Definition, GatewayResponse, Integration, IntegrationKind, Operation
from fixtures.gateway.application import Gateway
from fixtures.gateway.message import MethodRequest
from fixtures.gateway.store import S3Response
from tests.gateway.helpers import (
    KEY_FROM_PATH,
    TYPE_BACK,
    RecordingStore,
    a_definition,
    a_response,
    a_scope,
    an_s3_operation,
    ask,
    exchange,
)


def lines(definition: Definition, scope: Any, answer: S3Response) -> list[tuple[bytes, bytes]]:
    """The header lines of an answer, as they are spelled."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Gateway(definition, RecordingStore(answer))(scope, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    found: list[tuple[bytes, bytes]] = sent[0]["headers"]
    return found


@pytest.mark.parametrize(
    ("parameters", "content_type"),
    [
        ({}, b"application/json"),
        (TYPE_BACK, b"image/png"),
        ({"method.response.header.content-type": "'image/png'"}, b"image/png"),
    ],
)
def test_headers_are_spelled_as_api_gateway_spells_them(
    parameters: dict[str, str], content_type: bytes
) -> None:
    operation = an_s3_operation("GET", responses=(a_response(parameters=parameters),))
    answer = S3Response(200, {"content-type": "image/png"}, b"body")
    found = lines(a_definition(operation), a_scope("GET", "/k", []), answer)
    (_, request_id), (_, gateway_id) = found[:2]
    assert found == [
        (b"x-amzn-RequestId", request_id),
        (b"x-amz-apigw-id", gateway_id),
        (b"Content-Type", content_type),
        (b"Content-Length", b"4"),
    ]
    assert base64.b64decode(gateway_id, validate=True) == request_id[:11]


def test_a_path_and_a_query_that_are_no_utf_8_are_read_all_the_same() -> None:
    parameters = KEY_FROM_PATH | {
        "integration.request.querystring.q": "method.request.querystring.q"
    }
    store = RecordingStore()
    definition = a_definition(an_s3_operation("GET", parameters=parameters))
    scope = {**a_scope("GET", "", []), "raw_path": b"/v1/\xffk", "query_string": b"q=\xff"}
    assert exchange(Gateway(definition, store), scope, {"type": "http.request"}) is not None
    assert (store.asked[0].path, store.asked[0].query) == ("\ufffdk", {"q": "\ufffd"})


def test_an_s3_integration_that_names_no_object_is_out_of_reach() -> None:
    integration = Integration(IntegrationKind.S3, "aws", "arn:aws:apigateway:r:s3:action/X", "GET")
    answer = ask(a_definition(Operation("/k", "GET", integration)), "GET", "/k")
    assert answer.status == 500


@pytest.mark.parametrize(
    ("type_", "target", "status"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", "", 418),
        ("DEFAULT_4XX", "", 418),
        ("DEFAULT_5XX", "", 403),
        ("DEFAULT_5XX", "/k", 418),
        ("API_CONFIGURATION_ERROR", "/k", 418),
        ("DEFAULT_4XX", "/k", 500),
    ],
)
def test_a_refusal_is_customised_by_its_type_or_its_class(
    type_: str, target: str, status: int
) -> None:
    plain = a_definition(an_s3_operation("GET", responses=()))
    definition = replace(plain, gateway_responses=(GatewayResponse(type_, 418),))
    assert ask(definition, "GET", target).status == status


def test_the_context_of_a_request_is_what_a_gateway_without_a_cloud_knows() -> None:
    moment = calendar.timegm((2026, 1, 2, 3, 4, 5))
    request = MethodRequest(
        id="an id",
        method="PUT",
        path="/v1/k",
        resource="/{key}",
        stage="v1",
        path_parameters={},
        query={},
        headers={"user-agent": "agent"},
        body=b"",
        source_ip="192.0.2.1",
        received=moment + 0.5,
    )
    assert request.context() == {
        "apiId": "reference",
        "httpMethod": "PUT",
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "agent"},
        "path": "/v1/k",
        "protocol": "HTTP/1.1",
        "requestId": "an id",
        "requestTime": "02/Jan/2026:03:04:05 +0000",
        "requestTimeEpoch": moment * 1000 + 500,
        "resourcePath": "/{key}",
        "stage": "v1",
    }
    assert replace(request, headers={}).context()["identity"]["userAgent"] == ""
