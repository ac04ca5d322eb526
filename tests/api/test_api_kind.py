"""Which kind of API a definition describes, and that only a REST API is judged."""

import json
from typing import Any

import pytest

from fixtures.api import REST, parse_definition
from fixtures.exceptions import DefinitionError
from tests.api.helpers import GOOD, SAMPLE, changed

LAMBDA = {
    "type": "aws_proxy",
    "httpMethod": "POST",
    "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1"
    ":123456789012:function:img/invocations",
}
VERSION = "x-amazon-apigateway-importexport-version"
CORS = "x-amazon-apigateway-cors"
HTTP_API = "an HTTP API, whose rules are others; only REST APIs are judged here"


def openapi(*integrations: dict[str, Any], **members: object) -> dict[str, Any]:
    paths = {
        f"/{number}": {"parameters": [], "get": {"x-amazon-apigateway-integration": integration}}
        for number, integration in enumerate(integrations)
    }
    return {"openapi": "3.0.1", "info": {"title": "t"}, "paths": paths, **members}


def refusal(document: object, name: str = "") -> str:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(json.dumps(document).encode(), "t.json", name)
    return str(caught.value)


SWAGGER = {"swagger": "2.0", "paths": openapi(LAMBDA)["paths"], VERSION: "1.0"}


@pytest.mark.parametrize("document", [GOOD, SAMPLE, openapi(LAMBDA), SWAGGER])
def test_a_rest_api_is_recognised(document: object) -> None:
    assert parse_definition(json.dumps(document).encode(), "t.json").kind is REST


@pytest.mark.parametrize("version", ["2.0", 2.0])
def test_payload_format_2_is_that_of_an_http_api(version: object) -> None:
    sentence = refusal(openapi(LAMBDA, {**LAMBDA, "payloadFormatVersion": version}))
    assert sentence == (
        "t.json: paths./1.get.x-amazon-apigateway-integration: 'payloadFormatVersion' 2.0 is that "
        f"of {HTTP_API}"
    )


@pytest.mark.parametrize("member", [VERSION, CORS])
def test_a_member_that_only_an_http_api_has_is_named(member: str) -> None:
    sentence = refusal(openapi(LAMBDA, **{member: "1.0"}))
    assert sentence == f"t.json: the document: '{member}' is that of {HTTP_API}"


def test_an_integration_that_only_a_rest_api_has_outweighs_every_sign() -> None:
    mock = {"type": "mock", "responses": {"default": {"statusCode": 200}}}
    document = openapi(mock, {**LAMBDA, "payloadFormatVersion": "2.0"}, **{CORS: {}, VERSION: "1"})
    assert parse_definition(json.dumps(document).encode(), "t.json").kind is REST
    swagger = changed((VERSION,), "1.0")
    assert parse_definition(json.dumps(swagger).encode(), "t.json").kind is REST


def template(type_: str, **properties: object) -> dict[str, Any]:
    return {"Resources": {"Api": {"Type": type_, "Properties": properties}}}


def terraform(*types: str) -> dict[str, Any]:
    resources = [{"address": f"{t}.files", "type": t, "values": {"body": None}} for t in types]
    return {"format_version": "1.2", "values": {"root_module": {"resources": resources}}}


@pytest.mark.parametrize(
    ("document", "name", "place"),
    [
        (template("AWS::Serverless::HttpApi"), "", "Resources.Api"),
        (template("AWS::ApiGatewayV2::Api"), "Api", "Resources.Api"),
        (terraform("aws_apigatewayv2_api"), "", "values.root_module.resources.0.values"),
        ({"resource": {"aws_apigatewayv2_api": {"files": {}}}}, "", "files"),
        (
            terraform("aws_api_gateway_rest_api", "aws_apigatewayv2_api"),
            "aws_apigatewayv2_api.files",
            "values.root_module.resources.1.values",
        ),
    ],
)
def test_an_http_api_in_a_template_is_refused(document: object, name: str, place: str) -> None:
    sentence = refusal(document, name)
    assert sentence.startswith("t.json: ")
    assert sentence.endswith(f"{place}: this is {HTTP_API}")


def test_an_http_api_beside_a_rest_api_is_passed_over() -> None:
    both = terraform("aws_api_gateway_rest_api", "aws_apigatewayv2_api")
    both["values"]["root_module"]["resources"][0]["values"]["body"] = json.dumps(GOOD)
    assert parse_definition(json.dumps(both).encode(), "t.json").kind is REST


def function(**properties: object) -> dict[str, Any]:
    return {"Resources": {"Img": {"Type": "AWS::Serverless::Function", "Properties": properties}}}


@pytest.mark.parametrize(
    "document",
    [
        template("AWS::ApiGateway::RestApi", Name="files"),
        template("AWS::Serverless::Api", StageName="prod"),
        {"service": "img", "provider": {"name": "aws"}},
    ],
    ids=["cdk", "sam", "serverless framework"],
)
def test_an_api_without_a_body_and_without_methods_needs_its_deployed_definition(
    document: object,
) -> None:
    assert "there is no OpenAPI body here, and no method of the API" in refusal(document)
    assert "--api-id" in refusal(document)


@pytest.mark.parametrize(
    "document",
    [function(), function(Events={"Get": {"Type": "HttpApi"}}), {"Resources": {"X": {}}}],
)
def test_a_template_without_an_api_is_said_to_have_none(document: object) -> None:
    sentence = "CloudFormation template without AWS::Serverless::Api or AWS::ApiGateway::RestApi"
    assert sentence in refusal(document)
