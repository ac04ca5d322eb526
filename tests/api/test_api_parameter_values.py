"""Parameters beyond the object's name: who declares them, who has a value, where it goes."""

import copy
from typing import Any

import pytest

from fixtures.api import Definition, ParameterValue, parse_definition
from fixtures.api.parameter_values import with_parameters
from fixtures.cases.object_address import Address, address, object_path, target_without_object
from fixtures.exceptions import DefinitionError
from tests.api.helpers import as_json

INTEGRATION = "x-amazon-apigateway-integration"
RESPONSES = {"default": {"statusCode": "200"}}


def an_operation(template: str, *parameters: tuple[str, str, bool], **sources: str) -> Any:
    return {
        "parameters": [
            {"name": name, "in": where, "required": required}
            for name, where, required in parameters
        ],
        INTEGRATION: {
            "type": "aws",
            "uri": f"arn:aws:apigateway:eu-west-1:s3:path/{template}",
            "httpMethod": "GET",
            "requestParameters": {
                f"integration.request.path.{name}": f"method.request.{source}"
                for name, source in sources.items()
            },
            "responses": RESPONSES,
        },
    }


DOCUMENT = {
    "swagger": "2.0",
    "paths": {
        "/{stage}/s3": {
            "get": an_operation(
                "{bucket}/{key}",
                ("bucket", "query", True),
                ("key", "query", True),
                ("tenant", "query", True),
                ("X-Trace", "header", True),
                ("Accept", "header", True),
                ("version", "query", False),
                bucket="querystring.bucket",
                key="querystring.key",
            )
        },
        "/o/{key+}": {"get": an_operation("b/{key}", ("tenant", "query", True), key="path.key")},
        "/mock": {
            "get": {
                "parameters": [{"name": "q", "in": "query", "required": True}],
                INTEGRATION: {"type": "mock"},
            }
        },
    },
}
NEEDED = {
    "stage": ParameterValue("v 1"),
    "tenant": ParameterValue("a/b"),
    "X-Trace": ParameterValue("t"),
}


def definition(document: Any = DOCUMENT) -> Definition:
    return parse_definition(as_json(document), "api.json")


def test_every_required_parameter_without_a_value_is_listed_with_its_places() -> None:
    with pytest.raises(DefinitionError) as said:
        with_parameters(definition(), {})
    assert str(said.value) == (
        "api.json requires parameters that have no value: "
        "tenant (query of GET /{stage}/s3, query of GET /o/{key+}); "
        "X-Trace (header of GET /{stage}/s3); stage (path of GET /{stage}/s3); "
        "give each with --param NAME=VALUE"
    )


def test_a_header_that_goes_along_anyway_is_not_missing() -> None:
    values = {name: value for name, value in NEEDED.items() if name != "X-Trace"}
    with_parameters(definition(), values, sent_anyway={"x-trace"})


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tenants", "no operation of api.json declares it; there is X-Trace, bucket, key, q"),
        ("Accept", "the suite varies or sets this header itself"),
        ("key", "GET /o/{key+} takes the object's name from it"),
    ],
)
def test_a_value_that_has_no_place_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(DefinitionError) as said:
        with_parameters(definition(), {**NEEDED, name: ParameterValue("x")})
    assert sentence in str(said.value)
    assert f"--param {name}: " in str(said.value)


def test_values_stand_where_their_parameters_are_declared() -> None:
    first, second, _ = with_parameters(definition(), NEEDED).operations
    assert address(first, "b/k/x y") == Address(
        "/v%201/s3?bucket=b&key=k%2Fx%20y&tenant=a%2Fb", (("X-Trace", "t"),)
    )
    assert address(second, "k/x") == Address("/o/k/x?tenant=a%2Fb")


def test_a_part_of_the_name_that_has_a_value_takes_nothing_of_it() -> None:
    (operation, *_) = with_parameters(
        definition(), {**NEEDED, "bucket": ParameterValue("fixed")}
    ).operations
    assert object_path(operation, "a/b") == "fixed/a/b"
    target = address(operation, "a/b").target
    assert target == "/v%201/s3?key=a%2Fb&bucket=fixed&tenant=a%2Fb"


def test_a_secret_value_is_known_by_its_variable_alone() -> None:
    secret = {
        **NEEDED,
        "tenant": ParameterValue(variable="TENANT"),
        "X-Trace": ParameterValue(variable="TRACE"),
    }
    operation, *_ = with_parameters(definition(), secret).operations
    assert address(operation, "b/k") == Address("/v%201/s3?bucket=b&key=k&tenant=${TENANT}")
    named = {
        **NEEDED,
        "bucket": ParameterValue(variable="BUCKET"),
        "stage": ParameterValue(variable="STAGE"),
    }
    operation, *_ = with_parameters(definition(), named).operations
    assert object_path(operation, "k") == "${BUCKET}/k"
    assert target_without_object(operation) == "/${STAGE}/s3?bucket=${BUCKET}&tenant=a%2Fb"


def test_a_target_without_an_object_has_the_values_and_anything_elsewhere() -> None:
    first, second, mock = with_parameters(definition(), NEEDED).operations
    assert target_without_object(first) == "/v%201/s3?tenant=a%2Fb"
    assert target_without_object(first, ["key"]) == "/v%201/s3?key=conformance&tenant=a%2Fb"
    assert target_without_object(second) == "/o/conformance?tenant=a%2Fb"
    assert target_without_object(mock) == "/mock"


# ------------------------------------------------------------------------------- validators


VALIDATORS = {
    "x-amazon-apigateway-request-validators": {
        "both": {"validateRequestParameters": True, "validateRequestBody": True},
        "body": {"validateRequestParameters": False, "validateRequestBody": True},
    }
}
VALIDATOR = "x-amazon-apigateway-request-validator"


@pytest.mark.parametrize(
    ("whole", "own", "validates"),
    [
        (None, None, False),
        ("both", None, True),
        ("body", None, False),
        (None, "both", True),
        ("both", "body", False),
        ("body", "both", True),
    ],
)
def test_the_validator_of_an_operation_counts_before_the_one_of_the_api(
    whole: str | None, own: str | None, validates: bool
) -> None:
    document = {**copy.deepcopy(DOCUMENT), **VALIDATORS, VALIDATOR: whole}
    document["paths"]["/o/{key+}"]["get"][VALIDATOR] = own
    operations = {operation.path: operation for operation in definition(document).operations}
    assert operations["/o/{key+}"].validates_parameters is validates
    assert operations["/mock"].validates_parameters is (whole == "both")


def test_a_validator_that_is_not_there_is_said() -> None:
    with pytest.raises(DefinitionError, match="there is no 'nope' under"):
        definition({**DOCUMENT, **VALIDATORS, VALIDATOR: "nope"})
