"""An API that a template builds of single resources is the API of the OpenAPI document of it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from fixtures.api import Definition, IntegrationKind, Operation, parse_definition
from fixtures.exceptions import DefinitionError
from tests.api.helpers import as_json

URI = "arn:aws:apigateway:us-east-1:s3:path/b/{key}"
OPENAPI = {
    "swagger": "2.0",
    "info": {"title": "files"},
    "basePath": "/prod",
    "x-amazon-apigateway-binary-media-types": ["image/png"],
    "x-amazon-apigateway-gateway-responses": {"DEFAULT_4XX": {"statusCode": "418"}},
    "x-amazon-apigateway-request-validators": {
        "V": {"validateRequestBody": False, "validateRequestParameters": True}
    },
    "paths": {
        "/files/{key}": {
            "get": {
                "parameters": [
                    {"name": "key", "in": "path", "required": True},
                    {"name": "v", "in": "query", "required": True},
                    {"name": "Accept", "in": "header", "required": False},
                ],
                "x-amazon-apigateway-request-validator": "V",
                "x-amazon-apigateway-integration": {
                    "type": "aws",
                    "uri": URI,
                    "httpMethod": "GET",
                    "passthroughBehavior": "never",
                    "requestParameters": {
                        "integration.request.path.key": "method.request.path.key"
                    },
                    "responses": {
                        "default": {"statusCode": "200", "contentHandling": "CONVERT_TO_TEXT"},
                        "4\\d{2}": {
                            "statusCode": "404",
                            "responseTemplates": {"application/json": "{}"},
                        },
                    },
                },
            }
        },
        "/": {
            "x-amazon-apigateway-any-method": {
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {"default": {"statusCode": "200"}},
                }
            }
        },
    },
}
INTEGRATION: dict[str, Any] = {
    "Type": "AWS",
    "IntegrationHttpMethod": "GET",
    "Uri": URI,
    "Credentials": {"Fn::GetAtt": ["Role", "Arn"]},
    "PassthroughBehavior": "NEVER",
    "RequestParameters": {"integration.request.path.key": "method.request.path.key"},
    "IntegrationResponses": [
        {"StatusCode": "200", "ContentHandling": "CONVERT_TO_TEXT"},
        {
            "StatusCode": 404,
            "SelectionPattern": "4\\d{2}",
            "ResponseTemplates": {"application/json": "{}"},
        },
    ],
}
API = {"Ref": "Api"}
ROOT = {"Fn::GetAtt": ["Api", "RootResourceId"]}
DECLARED = {
    "method.request.path.key": True,
    "method.request.querystring.v": True,
    "method.request.header.Accept": False,
}


def resource(type_: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::ApiGateway::{type_}", "Properties": properties}


CLOUDFORMATION: dict[str, Any] = {
    "Resources": {
        "Api": resource("RestApi", Name="files", BinaryMediaTypes=["image~1png"]),
        "Files": resource("Resource", RestApiId=API, ParentId=ROOT, PathPart="files"),
        "Item": resource("Resource", RestApiId=API, ParentId={"Ref": "Files"}, PathPart="{key}"),
        "Get": resource(
            "Method",
            RestApiId=API,
            ResourceId={"Ref": "Item"},
            HttpMethod="GET",
            RequestParameters=DECLARED,
            RequestValidatorId={"Ref": "V"},
            Integration=INTEGRATION,
        ),
        "Any": resource(
            "Method",
            RestApiId=API,
            ResourceId={"Fn::GetAtt": "Api.RootResourceId"},
            HttpMethod="ANY",
            Integration={
                "Type": "MOCK",
                "RequestTemplates": {"application/json": '{"statusCode": 200}'},
                "IntegrationResponses": [{"StatusCode": "200"}],
            },
        ),
        "Teapot": resource(
            "GatewayResponse", RestApiId=API, ResponseType="DEFAULT_4XX", StatusCode="418"
        ),
        "V": resource("RequestValidator", RestApiId=API, ValidateRequestParameters=True),
        "Stage": resource("Stage", RestApiId=API, StageName="prod"),
        "Other": resource("RestApi", Name="other"),
        "OtherStage": resource("Stage", RestApiId={"Ref": "Other"}, StageName="dev"),
        "Role": {"Type": "AWS::IAM::Role"},
    }
}


def of(kind: str, label: str, **values: Any) -> dict[str, Any]:
    type_ = f"aws_api_gateway_{kind}"
    return {"address": f"{type_}.{label}", "type": type_, "name": label, "values": values}


def terraform(*, planned: bool) -> dict[str, Any]:
    """A state, where each resource is known by its id, or a plan of a new API, by references."""
    names = {
        "api": "aws_api_gateway_rest_api.files.id",
        "root": "aws_api_gateway_rest_api.files.root_resource_id",
        "files": "aws_api_gateway_resource.files.id",
        "item": "aws_api_gateway_resource.item.id",
        "v": "aws_api_gateway_request_validator.v.id",
    }
    links = {
        "aws_api_gateway_resource.files": {"parent_id": "root"},
        "aws_api_gateway_resource.item": {"parent_id": "files"},
        "aws_api_gateway_method.get": {"resource_id": "item", "request_validator_id": "v"},
        "aws_api_gateway_method.any": {"resource_id": "root"},
        "aws_api_gateway_integration.get": {"resource_id": "item"},
        "aws_api_gateway_integration.any": {"resource_id": "root"},
        "aws_api_gateway_integration_response.ok": {"resource_id": "item"},
        "aws_api_gateway_integration_response.missing": {"resource_id": "item"},
        "aws_api_gateway_integration_response.any": {"resource_id": "root"},
    }
    parameters = {"integration.request.path.key": "method.request.path.key"}
    resources = [
        of("rest_api", "files", name="files", binary_media_types=["image/png"], body=None),
        of("resource", "files", path_part="files"),
        of("resource", "item", path_part="{key}"),
        of("method", "get", http_method="GET", request_parameters=DECLARED),
        of("method", "any", http_method="ANY"),
        of(
            *("integration", "get"),
            http_method="GET",
            type="AWS",
            uri=URI,
            integration_http_method="GET",
            passthrough_behavior="NEVER",
            request_parameters=parameters,
            content_handling="",
        ),
        of(
            *("integration", "any"),
            http_method="ANY",
            type="MOCK",
            request_templates={"application/json": '{"statusCode": 200}'},
        ),
        of(
            *("integration_response", "ok"),
            http_method="GET",
            status_code="200",
            selection_pattern="",
            content_handling="CONVERT_TO_TEXT",
        ),
        of(
            *("integration_response", "missing"),
            http_method="GET",
            status_code="404",
            selection_pattern="4\\d{2}",
            response_templates={"application/json": "{}"},
        ),
        of("integration_response", "any", http_method="ANY", status_code="200"),
        of("gateway_response", "teapot", response_type="DEFAULT_4XX", status_code="418"),
        of("request_validator", "v", validate_request_parameters=True, validate_request_body=False),
        of("stage", "prod", stage_name="prod"),
    ]
    configured = []
    for each in resources:
        members = links.get(each["address"], {})
        if planned:
            expressions = {
                member: {"references": [names[to], names[to].rpartition(".")[0]]}
                for member, to in members.items()
            }
            configured.append({"address": each["address"], "expressions": expressions})
        else:
            each["values"] |= {"id": f"id-of-{each['address']}"}
            for member, to in members.items():
                address, _, attribute = names[to].rpartition(".")
                each["values"][member] = "root" if to == "root" else f"{attribute}-of-{address}"
    if not planned:
        resources[0]["values"]["root_resource_id"] = "root"
        return {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources}},
        "configuration": {"root_module": {"resources": configured}},
    }


def read(document: Any) -> Definition:
    return parse_definition(as_json(document), "t.json")


def judged(definition: Definition) -> tuple[Any, ...]:
    """Everything of a definition that a verdict may rest on."""

    def place(operation: Operation) -> tuple[str, str]:
        return operation.path, operation.method

    return (
        definition.title,
        definition.base_path,
        definition.binary_media_types,
        definition.gateway_responses,
        tuple(
            replace(operation, parameters=tuple(sorted(operation.parameters, key=str)))
            for operation in sorted(definition.operations, key=place)
        ),
    )


FORMS = {
    "cloudformation": CLOUDFORMATION,
    "state": terraform(planned=False),
    "plan": terraform(planned=True),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_api(form: str) -> None:
    document = json.loads(
        json.dumps(FORMS[form]).replace("aws_api_gateway_request_validator.v", "V")
    )
    if form == "cloudformation":
        found = parse_definition(as_json(document), "t.json", "Api")
    else:
        found = read(FORMS[form])
    assert judged(found) == judged(read(OPENAPI))


def test_resources_of_a_module_and_with_keys_are_found() -> None:
    plan = json.loads(json.dumps(FORMS["plan"]))
    module = plan["planned_values"]["root_module"]
    for each in module["resources"]:
        each["address"] = f"module.files.{each['address']}"
        if ".item" in each["address"]:
            each["address"] += '["a"]'
    plan["planned_values"]["root_module"] = {"child_modules": [module]}
    inner = plan["configuration"]["root_module"]
    plan["configuration"]["root_module"] = {"module_calls": {"files": {"module": inner}}}
    assert {operation.path for operation in read(plan).operations} == {"/files/{key}", "/"}


def test_what_terraform_s_json_files_refer_to_is_followed() -> None:
    blocks: dict[str, Any] = {}
    for each in terraform(planned=True)["planned_values"]["root_module"]["resources"]:
        values = {name: value for name, value in each["values"].items() if value is not None}
        blocks.setdefault(each["type"], {})[each["name"]] = values
    item = "${aws_api_gateway_resource.item.id}"
    root = "${aws_api_gateway_rest_api.files.root_resource_id}"
    blocks["aws_api_gateway_resource"]["files"]["parent_id"] = root
    parent = "${aws_api_gateway_resource.files.id}"
    blocks["aws_api_gateway_resource"]["item"]["parent_id"] = parent
    for type_ in ("method", "integration", "integration_response"):
        for name, values in blocks[f"aws_api_gateway_{type_}"].items():
            values["resource_id"] = root if name == "any" else item
    found = read({"resource": blocks})
    assert {operation.path for operation in found.operations} == {"/files/{key}", "/"}


def test_a_function_whose_uri_is_known_after_the_apply_is_a_lambda_proxy() -> None:
    plan = json.loads(json.dumps(FORMS["plan"]))
    resources = plan["planned_values"]["root_module"]["resources"]
    values = next(r["values"] for r in resources if r["address"].endswith("integration.get"))
    del values["uri"], values["request_parameters"]
    values |= {"type": "AWS_PROXY", "integration_http_method": "POST"}
    configured = plan["configuration"]["root_module"]["resources"]
    expressions = next(
        c["expressions"] for c in configured if c["address"].endswith("integration.get")
    )
    expressions["uri"] = {"references": ["aws_lambda_function.f.invoke_arn"]}
    kinds = {op.path: op.integration.kind for op in read(plan).operations}
    assert kinds["/files/{key}"] is IntegrationKind.LAMBDA


def test_a_resource_whose_parent_is_not_known_is_named() -> None:
    plan = json.loads(json.dumps(FORMS["plan"]))
    plan["configuration"]["root_module"]["resources"][3]["expressions"] = {}
    with pytest.raises(DefinitionError, match=r"which resource aws_api_gateway_method\.get\."):
        read(plan)


@pytest.mark.parametrize("parent", [{"Ref": "Nowhere"}, {"Ref": "Item"}, {"Ref": "Files"}])
def test_a_path_that_leads_nowhere_or_in_a_circle_is_one_sentence(parent: Any) -> None:
    document = json.loads(json.dumps(CLOUDFORMATION))
    document["Resources"]["Files"]["Properties"]["ParentId"] = parent
    with pytest.raises(DefinitionError, match="that a method or a resource is below is not here"):
        parse_definition(as_json(document), "t.json", "Api")


def event(**properties: Any) -> dict[str, Any]:
    events = {"Get": {"Type": "Api", "Properties": properties}}
    return {"Type": "AWS::Serverless::Function", "Properties": {"Events": events}}


@pytest.mark.parametrize("explicit", [False, True], ids=["implicit", "explicit"])
def test_sam_makes_an_api_of_the_events_of_functions(explicit: bool) -> None:
    resources: dict[str, Any] = {"F": event(Path="/{proxy+}", Method="any")}
    if explicit:
        resources["F"] = event(Path="/{proxy+}", Method="any", RestApiId={"Ref": "Own"})
        resources["Own"] = {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1"}}
        resources["Elsewhere"] = event(Path="/other", Method="get")
    template = {
        "Globals": {"Api": {"BinaryMediaTypes": ["image~1png"]}},
        "Resources": resources,
    }
    found = read(template)
    (operation,) = found.operations
    assert (operation.path, operation.method) == ("/{proxy+}", "ANY")
    assert operation.integration.kind is IntegrationKind.LAMBDA
    assert found.binary_media_types == ("image/png",)
