"""Forms in which teams have their definitions, each in the smallest document that shows it."""

import copy
from typing import Any

import pytest

from fixtures.api import IntegrationKind, parse_definition
from fixtures.exceptions import DefinitionError
from tests.api.helpers import ANSWERS, GET_S3, GOOD, MAPPING, as_json, changed


def read(document: Any) -> Any:
    return parse_definition(as_json(document), "api.json")


def integration(uri: str, **more: Any) -> Any:
    document = changed((*GET_S3, "uri"), uri)
    document["paths"]["/objects/{key}"]["get"]["x-amazon-apigateway-integration"].update(more)
    return read(document).operations[0].integration


def test_aws_variables_are_resolved_by_api_gateway_itself() -> None:
    found = integration("arn:${AWS::Partition}:apigateway:${AWS::Region}:s3:path/b/{key}")
    assert found.kind is IntegrationKind.S3
    assert found.s3.template == "b/{key}"


def test_a_bucket_that_is_named_after_the_account_has_a_placeholder() -> None:
    found = integration("arn:aws:apigateway:us-east-1:s3:path/${AWS::AccountId}-b/{key}")
    assert found.s3.template == "__AWS-AccountId__-b/{key}"


def test_aws_variables_stand_in_the_uri_of_a_function_too() -> None:
    arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:f"
    uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    found = integration(
        f"{uri}{arn}/invocations", type="aws_proxy", httpMethod="POST", requestParameters={}
    )
    assert found.kind is IntegrationKind.LAMBDA


def test_a_placeholder_that_nobody_filled_in_is_named() -> None:
    with pytest.raises(DefinitionError, match=r"\$\{uri\} is a placeholder that nobody filled in"):
        integration("${uri}")
    found = integration("${lambda_arn}", type="aws_proxy", requestParameters={})
    assert found.unjudged_reason.startswith("${lambda_arn} in its uri is a placeholder")


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("GetObject&Bucket=b&Key={key}", IntegrationKind.S3),
        ("GetObject&Key={key}&Bucket=b", IntegrationKind.S3),
        ("ListBuckets", IntegrationKind.OTHER),
        ("GetObject&Bucket=b&Key={key}&VersionId=1", IntegrationKind.OTHER),
    ],
)
def test_an_action_of_s3_on_an_object_is_the_path_of_that_object(
    action: str, kind: IntegrationKind
) -> None:
    found = integration(f"arn:aws:apigateway:us-east-1:s3:action/{action}")
    assert found.kind is kind
    assert kind is not IntegrationKind.S3 or found.s3.template == "b/{key}"


def test_templates_of_what_is_not_judged_need_not_be_literal() -> None:
    document = copy.deepcopy(GOOD)
    document["paths"]["/jobs"] = {
        "post": {
            "x-amazon-apigateway-integration": {
                "type": "aws",
                "httpMethod": "POST",
                "uri": {
                    "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:states:action/StartExecution"
                },
                "requestTemplates": {"application/json": {"Fn::Sub": '{"a": "${Machine}"}'}},
                "responses": {
                    "default": {
                        "statusCode": "200",
                        "responseTemplates": {"application/json": {"Ref": "Template"}},
                    }
                },
            }
        }
    }
    judged, left_open = read(document).operations
    assert judged.integration.kind is IntegrationKind.S3
    assert left_open.integration.kind is IntegrationKind.OTHER


UNMAPPED = {
    "the value is not literal": ((*GET_S3, "requestTemplates"), {"text/plain": {"Ref": "T"}}),
    "the URI's {key} is not mapped from anything": (MAPPING, {}),
    "integration.request.path.bucket is not in the URI": (
        (*MAPPING, "integration.request.path.bucket"),
        "'b'",
    ),
    "True is no string, so that AWS imports it with a warning alone": (
        (*MAPPING, "integration.request.header.x"),
        True,
    ),
    "${status} is not known here": ((*ANSWERS, r"2\d{2}", "statusCode"), "${status}"),
}


@pytest.mark.parametrize("sentence", UNMAPPED)
def test_an_operation_that_cannot_be_judged_never_refuses_the_file(sentence: str) -> None:
    definition = read(changed(*UNMAPPED[sentence]))
    reasons = [operation.integration.unjudged_reason for operation in definition.operations]
    (reason,) = filter(None, reasons)
    assert sentence in reason
    assert "paths./objects/{key}.get" in reason


@pytest.mark.parametrize(
    ("server", "base_path"),
    [
        ({"url": "https://h.{region}.example/{b}", "variables": {"b": {"default": "/v1"}}}, "/v1"),
        ({"url": "https://h.example/{b}"}, "/__b__"),
        ({"url": "https://h.example/{b\nc}"}, "/__b-c__"),
    ],
)
def test_a_server_variable_without_a_default_rests_nothing_on_it(
    server: Any, base_path: str
) -> None:
    document = changed(("openapi",), "3.0.1")
    del document["swagger"], document["basePath"]
    document["servers"] = [server]
    assert read(document).base_path == base_path


@pytest.mark.parametrize("mark", ["|", ">", "|-", "|+", "| # why"])
def test_a_leading_line_of_a_block_scalar_may_have_fewer_blanks_than_its_text(mark: str) -> None:
    text = f"""
swagger: "2.0"
info:
  title: {mark}
     \n        {{
        }}
paths:
  /m:
    get:
      x-amazon-apigateway-integration:
        type: mock
        responses: {{default: {{statusCode: "200"}}}}
"""
    definition = parse_definition(text.encode(), "api.yaml")
    assert "{" in definition.title


def test_a_mapping_is_still_checked_under_an_action() -> None:
    document = changed(MAPPING, {})
    action = "arn:aws:apigateway:us-east-1:s3:action/GetObject&Bucket=b&Key={key}"
    place = document["paths"]["/objects/{key}"]["get"]["x-amazon-apigateway-integration"]
    place["uri"] = action
    (operation,) = read(document).operations
    assert "is not mapped from anything" in operation.integration.unjudged_reason


def test_an_empty_response_template_is_none() -> None:
    alone = read(changed((*ANSWERS, r"2\d{2}", "responseTemplates"), {"application/json": ""}))
    assert alone.operations[0].integration.responses[0].templates == {}
    both = {"application/json": "", "text/plain": "x"}
    beside = read(changed((*ANSWERS, r"2\d{2}", "responseTemplates"), both))
    assert beside.operations[0].integration.responses[0].templates == both
