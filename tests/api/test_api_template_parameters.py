"""`--param` fills the parameters of a template, and decides its conditions; defaults do not."""

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.api import Definition, read_definition
from fixtures.api.node import Node
from fixtures.api.parameter_values import with_parameters
from fixtures.api.template_parameters import filled
from fixtures.exceptions import DefinitionError

TEMPLATE = """
Parameters:
  Types: {Type: CommaDelimitedList, Default: image/png}
  Stage: {Type: String, Default: dev}
  Bucket: {Type: String}
  Handling: {Type: String, Default: ""}
Conditions:
  IsLive: !Equals [!Ref Stage, live]
  Converts: !Not [!Equals [!Ref Handling, ""]]
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: files, BinaryMediaTypes: !Ref Types}
  Item:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: "{key}"}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Item
      HttpMethod: GET
      RequestParameters: {method.request.path.key: true}
      Integration: &get
        Type: AWS
        IntegrationHttpMethod: GET
        Uri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:s3:path/${Bucket}/{key}
        RequestParameters: {integration.request.path.key: method.request.path.key}
        IntegrationResponses:
          - StatusCode: 200
            ContentHandling: !If [Converts, !Ref Handling, !Ref AWS::NoValue]
  Put:
    Type: AWS::ApiGateway::Method
    Condition: IsLive
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Item
      HttpMethod: PUT
      RequestParameters: {method.request.path.key: true}
      Integration: {<<: *get, IntegrationHttpMethod: PUT}
"""


def read(folder: Path, **given: str) -> Definition:
    path = folder / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return read_definition(path, "", given)


def test_parameters_lists_and_conditions_are_filled(tmp_path: Path) -> None:
    given = {"Types": "image/png, font/*", "Stage": "live", "Bucket": "b", "Handling": ""}
    definition = read(tmp_path, **given, other="x")
    assert definition.binary_media_types == ("image/png", "font/*")
    assert {each.method for each in definition.operations} == {"GET", "PUT"}
    (get,) = definition.operations_on_s3("GET")
    assert get.integration.s3 is not None
    assert get.integration.s3.template == "b/{key}"
    assert get.integration.responses[0].content_handling is None
    assert definition.template_parameters == set(given)


def test_a_condition_that_is_false_takes_its_resource_away(tmp_path: Path) -> None:
    definition = read(tmp_path, Types="image/png", Stage="dev", Handling="CONVERT_TO_TEXT")
    assert [each.method for each in definition.operations] == ["GET"]
    (get,) = definition.operations
    assert get.integration.responses[0].content_handling == "CONVERT_TO_TEXT"


def test_a_default_decides_nothing(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="the value is not literal"):
        read(tmp_path)
    definition = read(tmp_path, Types="image/png")
    assert {each.method for each in definition.operations} == {"GET", "PUT"}
    assert all("not literal" in o.integration.unjudged_reason for o in definition.operations)


def test_a_name_of_the_template_is_no_unknown_parameter(tmp_path: Path) -> None:
    definition = read(tmp_path, Types="image/png", Bucket="b")
    assert with_parameters(definition, {"Types": None}) == definition  # type: ignore[dict-item]
    with pytest.raises(DefinitionError, match="--param Other: no operation"):
        with_parameters(definition, {"Other": None})  # type: ignore[dict-item]


EQUAL, UNKNOWN = {"Fn::Equals": [{"Ref": "P"}, "x"]}, {"Fn::Equals": [{"Ref": "Q"}, "x"]}
OTHER = {"Fn::Equals": ["a", "b"]}


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        (EQUAL, 1),
        (OTHER, 2),
        (UNKNOWN, None),
        ({"Fn::Not": [OTHER]}, 1),
        ({"Fn::Not": [UNKNOWN]}, None),
        ({"Fn::And": [EQUAL, EQUAL]}, 1),
        ({"Fn::And": [UNKNOWN, OTHER]}, 2),
        ({"Fn::And": [UNKNOWN, EQUAL]}, None),
        ({"Fn::Or": [UNKNOWN, EQUAL]}, 1),
        ({"Fn::Or": [UNKNOWN, OTHER]}, None),
        ({"Fn::Or": [OTHER, OTHER]}, 2),
        ({"Condition": "Equal"}, 1),
        ({"Condition": "Circle"}, None),
        ({"Condition": "Absent"}, None),
        ({"Fn::Equals": "x"}, None),
        ({"Fn::Equals": [["x"], ["x"]]}, None),
        ({"Fn::Nothing": ["x"]}, None),
        ("x", None),
    ],
)
def test_a_condition_is_decided_by_what_is_given_alone(condition: Any, chosen: int | None) -> None:
    either = {"Fn::If": ["C", 1, 2]}
    conditions = {"C": condition, "Equal": EQUAL, "Circle": {"Condition": "Circle"}}
    root = {
        "Parameters": {"P": {}, "Q": {}},
        "Conditions": conditions,
        "Resources": {"R": {"a": either}},
    }
    node, _ = filled(Node("t.json", root, (), root), {"P": "x"})
    assert node.value["Resources"]["R"]["a"] == (either if chosen is None else chosen)


def test_texts_are_substituted_and_what_has_no_value_is_left_out() -> None:
    root = {
        "Parameters": {"P": {"Type": "String"}},
        "Resources": {
            "R": {
                "sub": {"Fn::Sub": "${P}-${Q}"},
                "pair": {"Fn::Sub": ["${P}-${Q}", {"Q": {"Ref": "P"}}]},
                "odd": {"Fn::Sub": {"Ref": "P"}},
                "list": ["a", {"Ref": "AWS::NoValue"}, {"Ref": "P"}],
            },
            "odd": [],
        },
    }
    node, names = filled(Node("t.json", root, (), root), {"P": "x", "Z": "y"})
    assert names == {"P"}
    assert node.value["Resources"]["R"] == {
        "sub": {"Fn::Sub": "x-${Q}"},
        "pair": {"Fn::Sub": ["x-${Q}", {"Q": "x"}]},
        "odd": {"Fn::Sub": "x"},
        "list": ["a", "x"],
    }


def test_a_document_without_such_parameters_is_left_as_it_is() -> None:
    for root in ({"Parameters": []}, [], None, {"swagger": "2.0"}):
        node = Node("t.json", root, (), root)
        assert filled(node, {"P": "x"}) == (node, frozenset())


def test_a_template_that_is_too_deep_is_one_sentence() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"a": deep}
    root = {"Parameters": {"P": {}}, "Resources": {"R": deep}}
    with pytest.raises(DefinitionError, match="nested too deeply"):
        filled(Node("t.json", root, (), root), {"P": "x"})


def test_variables_of_terraform_are_given_too(tmp_path: Path) -> None:
    text = """
variable "types" {}
variable "name" {}
resource "aws_api_gateway_rest_api" "api" {
  name               = var.name
  binary_media_types = var.types
}
resource "aws_api_gateway_method" "get" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  resource_id = aws_api_gateway_rest_api.api.root_resource_id
  http_method = "GET"
}
resource "aws_api_gateway_integration" "get" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  resource_id = aws_api_gateway_rest_api.api.root_resource_id
  http_method = "GET"
  type        = "MOCK"
}
"""
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    given = {"types": json.dumps(["image/png"]), "name": "[not JSON", "other": "true"}
    definition = read_definition(tmp_path, "", given)
    assert definition.binary_media_types == ("image/png",)
    assert definition.title == "[not JSON"
    assert definition.template_parameters == {"types", "name"}
