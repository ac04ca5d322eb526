"""A definition inside a template is read where it is literal, and said where it is not."""

import json
from pathlib import Path

import pytest

from fixtures.api import ContentHandling, Definition, parse_definition
from fixtures.definitions import load
from fixtures.exceptions import DefinitionError

TEAMS = Path(__file__).parents[1] / "definitions" / "teams"
INTEGRATION = "x-amazon-apigateway-integration"
BINARY = "x-amazon-apigateway-binary-media-types"


def team(name: str) -> Definition:
    return load(str(TEAMS / name))


def get(uri: object, **integration: object) -> dict:
    whole = {
        "type": "aws",
        "uri": uri,
        "httpMethod": "GET",
        "requestParameters": {"integration.request.path.key": "method.request.path.key"},
        "responses": {"default": {"statusCode": 200}},
        **integration,
    }
    body = {"openapi": "3.0.1", "info": {"title": "t"}, "paths": {}}
    body["paths"]["/{key}"] = {"get": {INTEGRATION: whole}}
    return body


REGION = {"Ref": "AWS::Region"}
URI = "arn:aws:apigateway:us-east-1:bucket.s3:path/{key}"


def cloudformation(body: dict, **properties: object) -> bytes:
    resource = {
        "Type": "AWS::ApiGateway::RestApi",
        "Properties": {"Body": body, **properties},
    }
    return json.dumps({"Resources": {"Api": resource}}).encode()


def read(body: dict, **properties: object) -> Definition:
    return parse_definition(cloudformation(body, **properties), "t.json")


# ------------------------------------------------------------------------------ which API it is


@pytest.mark.parametrize(
    ("name", "operations", "binary"),
    [
        (
            "sam.yaml#FilesApi",
            ("GET", "PUT", "OPTIONS"),
            ("application/zip", "image/*"),
        ),
        ("sam.yaml#ReadApi", ("GET",), ("application/zip",)),
        ("cdk.template.json", ("PUT", "GET"), ("image/jpeg", "application/octet-stream")),
        ("cdk.template.json#UploadsApi9A7F2D10", ("PUT", "GET"), ("image/jpeg",)),
        ("terraform-show.json#aws_api_gateway_rest_api.assets", ("ANY",), ("*/*",)),
        (
            "terraform-show.json#module.published.aws_api_gateway_rest_api.published",
            ("GET",),
            (),
        ),
        ("api.tf.json#aws_api_gateway_rest_api.published", ("GET",), ("image/png",)),
    ],
)
def test_the_api_that_is_named_is_read(
    name: str, operations: tuple[str, ...], binary: tuple[str, ...]
) -> None:
    definition = team(name)
    assert tuple(operation.method for operation in definition.operations) == operations
    assert definition.binary_media_types[: len(binary)] == binary
    assert definition.source == name


@pytest.mark.parametrize(
    "name",
    ["sam.yaml#FilesApi", "cdk.template.json", "api.tf.json#aws_api_gateway_rest_api.published"],
)
def test_what_is_kept_of_a_template_is_the_api_alone_and_reads_the_same(name: str) -> None:
    definition = team(name)
    again = parse_definition(definition.text.encode(), definition.source)
    assert again == definition
    assert "AWS::S3::Bucket" not in definition.text
    assert "aws_s3_bucket" not in definition.text


REFUSED = {
    "several, none named": ("sam.yaml", "sam.yaml#NAME of FilesApi, ReadApi, IncludedApi"),
    "no such API": ("sam.yaml#Nope", "no API that is called 'Nope', it has FilesApi, ReadApi"),
    "no template": ("export-swagger.yaml#Api", "it is no template"),
    "an include": ("sam.yaml#IncludedApi", "not in this template but in s3://templates/api.yaml"),
    "another file": ("sam.yaml#FileApi", "not in this template but in openapi/api.yaml; give"),
    "a condition": (
        "sam.yaml#UndecidedApi",
        "binary-media-types.0: the value is not literal (Fn::If",
    ),
    "several in Terraform": (
        "terraform-show.json",
        "#NAME of aws_api_gateway_rest_api.assets, mod",
    ),
    "an expression": ("api.tf.json#aws_api_gateway_rest_api.computed", "the body is an expression"),
}


@pytest.mark.parametrize(("name", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_said_in_a_sentence(name: str, sentence: str) -> None:
    with pytest.raises(DefinitionError) as said:
        team(name)
    assert sentence in str(said.value)
    assert "\n" not in str(said.value)


def test_terraforms_own_language_is_sent_to_terraform(tmp_path: Path) -> None:
    file = tmp_path / "main.tf"
    file.write_text('resource "aws_api_gateway_rest_api" "a" {}\n', encoding="utf-8")
    with pytest.raises(DefinitionError, match="terraform show -json"):
        load(str(file))


BODILESS = {
    "made of methods": ({"Type": "AWS::ApiGateway::RestApi"}, "no OpenAPI body here"),
    "made of SAM events": (
        {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1"}},
        "aws apigateway get-export",
    ),
    "in S3": (
        {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {"BodyS3Location": {"Bucket": "b", "Key": "k"}},
        },
        "not in this template but in a file in S3",
    ),
    "no API": ({"Type": "AWS::S3::Bucket"}, "template without AWS::Serverless::Api or"),
}


@pytest.mark.parametrize(("resource", "sentence"), BODILESS.values(), ids=BODILESS)
def test_an_api_without_a_body_is_said_to_have_none(resource: dict, sentence: str) -> None:
    raw = json.dumps({"Resources": {"Api": resource}}).encode()
    with pytest.raises(DefinitionError) as said:
        parse_definition(raw, "t.json")
    assert sentence in str(said.value)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"format_version": "1.2", "values": {}}, "no aws_api_gateway_rest_api is in it"),
        ({"resource": {}}, "no aws_api_gateway_rest_api is in it"),
        (
            {
                "format_version": "1.2",
                "planned_values": {
                    "root_module": {
                        "resources": [
                            {"type": "aws_api_gateway_rest_api", "address": "a.b", "values": {}}
                        ]
                    }
                },
            },
            "not known before it is applied",
        ),
    ],
)
def test_a_plan_that_does_not_hold_the_body_is_said_to(document: dict, sentence: str) -> None:
    with pytest.raises(DefinitionError) as said:
        parse_definition(json.dumps(document).encode(), "plan.json")
    assert sentence in str(said.value)


# ------------------------------------------------------------------- what need not be literal


def test_what_only_the_deployment_knows_stands_in_the_uri_by_its_name() -> None:
    uris = {
        "Sub": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:s3:path/${Bucket}/{key}"},
        "Sub with values": {
            "Fn::Sub": [
                "arn:aws:apigateway:${AWS::Region}:s3:path/${Own}/{key}",
                {"Own": {"Ref": "Bucket"}},
            ]
        },
        "Join": {
            "Fn::Join": [
                "",
                ["arn:aws:apigateway:", REGION, ":s3:path/", {"Ref": "Bucket"}, "/{key}"],
            ]
        },
    }
    for name, uri in uris.items():
        s3 = read(get(uri)).operations[0].integration.s3
        assert s3 is not None, name
        assert (s3.region, s3.template) == ("__AWS-Region__", "__Bucket__/{key}"), name


def test_what_a_function_makes_of_literals_alone_is_literal() -> None:
    joined = {"Fn::Join": ["_", ["CONVERT", "TO", {"Fn::Sub": "BINARY"}]]}
    template = {"Fn::Sub": "#set($x = ${!input.body})"}
    definition = read(get(URI, contentHandling=joined, requestTemplates={"text/plain": template}))
    integration = definition.operations[0].integration
    assert integration.content_handling is ContentHandling.CONVERT_TO_BINARY
    assert integration.request_templates == {"text/plain": "#set($x = ${input.body})"}


def test_no_value_is_no_member() -> None:
    definition = read(get(URI, contentHandling={"Ref": "AWS::NoValue"}))
    assert definition.operations[0].integration.content_handling is None


REF = {"Ref": "Setting"}
NOT_LITERAL = {
    "contentHandling": get(URI, contentHandling=REF),
    "passthroughBehavior": get(URI, passthroughBehavior={"Fn::ImportValue": "x"}),
    "responses.default.statusCode": get(URI, responses={"default": {"statusCode": REF}}),
    "requestTemplates.text/plain": get(
        URI, requestTemplates={"text/plain": {"Fn::Sub": "${Setting}"}}
    ),
    "integration.request.header.Content-Type": get(
        URI,
        requestParameters={
            "integration.request.path.key": "method.request.path.key",
            "integration.request.header.Content-Type": {"Fn::Sub": "'${Setting}'"},
        },
    ),
    "responses.default": get(URI, responses={"default": {"Fn::If": ["A", {}, {}]}}),
    BINARY: {**get(URI), BINARY: {"Fn::Split": [",", REF]}},
}


@pytest.mark.parametrize(("place", "body"), NOT_LITERAL.items(), ids=NOT_LITERAL)
def test_where_a_value_matters_the_sentence_says_which_is_not_literal(
    place: str, body: dict
) -> None:
    if place == BINARY:
        with pytest.raises(DefinitionError) as said:
            read(body)
        sentence = str(said.value)
    else:  # the operation alone is left open
        (operation,) = read(body).operations
        sentence = operation.integration.unjudged_reason
    assert f"{place}: the value is not literal (" in sentence
    assert "get-export" in sentence


def test_a_resources_own_list_of_binary_media_types_replaces_the_bodys() -> None:
    definition = read({**get(URI), BINARY: ["image/png"]}, BinaryMediaTypes=["a~1b", "*~1*"])
    assert definition.binary_media_types == ("a/b", "*/*")


def test_the_long_form_and_the_tag_of_a_function_are_the_same() -> None:
    tagged = "uri: !Sub arn:aws:apigateway:${AWS::Region}:${B}.s3:path/{key}"
    long = "uri: {Fn::Sub: 'arn:aws:apigateway:${AWS::Region}:${B}.s3:path/{key}'}"
    one, other = (
        parse_definition(
            f"""
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        swagger: "2.0"
        paths:
          /{{key}}:
            get:
              {INTEGRATION}:
                type: aws
                {uri}
                credentials: !GetAtt [Role, Arn]
                httpMethod: GET
                requestParameters: {{integration.request.path.key: method.request.path.key}}
                responses: {{default: {{statusCode: 200}}}}
""".encode(),
            "t.yaml",
        )
        for uri in (tagged, long)
    )
    assert one.operations == other.operations
    assert one.operations[0].integration.s3.bucket == "__B__"
