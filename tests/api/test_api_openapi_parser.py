"""From a file to a definition: every form of one API gives one model."""

import copy
import hashlib
from collections.abc import Callable

import pytest

from fixtures.api import (
    ContentHandling,
    Definition,
    Integration,
    IntegrationKind,
    IntegrationResponse,
    Operation,
    Parameter,
    Passthrough,
    S3Location,
    read_definition,
)
from fixtures.definitions import FOLDER
from tests.api.helpers import (
    BINARY,
    GET,
    GET_S3,
    GONE,
    GOOD,
    INTEGRATION,
    MAPPED,
    MAPPING,
    PATH,
    SAMPLE,
    URI,
    Json,
    as_json,
    as_yaml,
    changed,
    read,
)

# ------------------------------------------------------------------------------ forms of one API


def as_openapi(document: Json) -> Json:
    """Swagger 2.0 written as OpenAPI 3.0."""
    result = copy.deepcopy(document)
    base = result.pop("basePath").strip("/")
    host, schemes = result.pop("host"), result.pop("schemes")
    del result["swagger"]
    result["openapi"] = "3.0.1"
    result["servers"] = [
        {"url": f"{schemes[0]}://{host}/{{stage}}", "variables": {"stage": {"default": base}}}
    ]
    result["components"] = {"schemas": result.pop("definitions")}
    for parameter in every_parameter(result):
        parameter["schema"] = {"type": parameter.pop("type")}
    return result


def as_swagger(document: Json) -> Json:
    """OpenAPI 3.0 written as Swagger 2.0."""
    result = copy.deepcopy(document)
    server = result.pop("servers")[0]
    del result["openapi"]
    result["swagger"] = "2.0"
    result["basePath"] = "/" + server["variables"]["basePath"]["default"]
    for parameter in every_parameter(result):
        parameter["type"] = parameter.pop("schema")["type"]
    return result


def every_parameter(document: Json) -> list[Json]:
    return [
        parameter
        for path in document["paths"].values()
        for holder in (path, *(path.get(method, {}) for method in ("get", "put", "head")))
        for parameter in holder.get("parameters", [])
    ]


def model(definition: Definition) -> tuple[object, ...]:
    """What is the same in every form of one API."""
    return (
        definition.title,
        definition.base_path,
        definition.binary_media_types,
        definition.operations,
    )


@pytest.mark.parametrize(
    ("forms", "shipped"),
    [
        ({"Swagger 2.0": SAMPLE, "OpenAPI 3.0": as_openapi(SAMPLE)}, "sample.json"),
        ({"Swagger 2.0": as_swagger(MAPPED), "OpenAPI 3.0": MAPPED}, "mapped.yaml"),
    ],
    ids=["sample", "mapped"],
)
@pytest.mark.parametrize("write", [as_json, as_yaml])
@pytest.mark.parametrize("dialect", ["Swagger 2.0", "OpenAPI 3.0"])
def test_dialect_and_syntax_make_no_difference_to_the_model(
    forms: dict[str, Json],
    shipped: str,
    dialect: str,
    write: Callable[[Json], bytes],
) -> None:
    definition = read(write(forms[dialect]))
    assert definition.dialect == dialect
    assert model(definition) == model(read_definition(FOLDER / shipped))


SAMPLE_RESPONSES = (
    IntegrationResponse(None, 500),
    IntegrationResponse(r"2\d{2}", 200),
)


def sample_operation(method: str, handling: ContentHandling | None) -> Operation:
    return Operation(
        path="/s3",
        method=method,
        integration=Integration(
            kind=IntegrationKind.S3,
            type="aws",
            uri=URI,
            http_method=method,
            s3=S3Location("us-west-2", None, "{key}"),
            content_handling=handling,
            request_parameters={"integration.request.path.key": "method.request.querystring.key"},
            responses=SAMPLE_RESPONSES,
        ),
        parameters=(Parameter("key", "querystring"),),
    )


def test_the_sample_api_is_read_in_full() -> None:
    raw = (FOLDER / "sample.json").read_bytes()
    assert read_definition(FOLDER / "sample.json") == Definition(
        title="ApiName",
        dialect="Swagger 2.0",
        base_path="/v1",
        binary_media_types=("application/octet-stream", "image/jpeg"),
        operations=(
            sample_operation("GET", None),
            sample_operation("PUT", ContentHandling.CONVERT_TO_BINARY),
        ),
        source="sample.json",
        digest=hashlib.sha256(raw).hexdigest(),
    )


# -------------------------------------------------------------------------------- what is allowed


def the_operation(definition: Definition) -> Operation:
    (operation,) = definition.operations
    return operation


@pytest.mark.parametrize(
    ("uri", "s3", "template"),
    [
        (URI, S3Location("us-west-2", None, "{key}"), "{key}"),
        (
            "arn:aws:apigateway:us-west-2:photos.s3:path/{key}",
            S3Location("us-west-2", "photos", "{key}"),
            "photos/{key}",
        ),
        # A bucket's name may have dots, and a leading slash of the path means nothing.
        (
            "arn:aws-cn:apigateway:cn-north-1:a.b.c.s3:path//in/{key}",
            S3Location("cn-north-1", "a.b.c", "in/{key}"),
            "a.b.c/in/{key}",
        ),
    ],
)
def test_a_bucket_is_named_by_the_uri_or_by_the_path(
    uri: str, s3: S3Location, template: str
) -> None:
    integration = the_operation(read(as_json(changed((*GET_S3, "uri"), uri)))).integration
    assert integration.kind is IntegrationKind.S3
    assert integration.s3 == s3
    assert integration.s3.template == template


@pytest.mark.parametrize(
    ("kind", "uri", "expected"),
    [
        ("aws", "arn:aws:apigateway:us-west-2:dynamodb:path/x", IntegrationKind.OTHER),
        ("aws", "arn:aws:apigateway:us-west-2:s3:action/GetObject", IntegrationKind.OTHER),
        ("AWS_PROXY", "arn:aws:apigateway:us-west-2:lambda:path/x", IntegrationKind.OTHER),
        ("aws_proxy", "arn:aws:apigateway:us-west-2:s3:path/x", IntegrationKind.OTHER),
        ("HTTP", "https://example.test/", IntegrationKind.OTHER),
        ("Mock", "", IntegrationKind.MOCK),
    ],
)
def test_only_a_path_on_s3_is_an_integration_with_s3(
    kind: str, uri: str, expected: IntegrationKind
) -> None:
    integration = {"type": kind, "uri": uri}
    operation = the_operation(read(as_json(changed(GET_S3, integration))))
    assert operation.integration.kind is expected
    assert operation.integration.type == kind.lower()
    assert operation.integration.s3 is None


FUNCTION = "arn:aws:apigateway:r:lambda:path/2015-03-31/functions/{}/invocations"
ARN = "arn:aws:lambda:r:123456789012:function:f"


@pytest.mark.parametrize(
    ("kind", "uri", "method", "expected"),
    [
        ("AWS_PROXY", FUNCTION.format(ARN), "POST", IntegrationKind.LAMBDA),
        ("aws_proxy", FUNCTION.format(ARN), "post", IntegrationKind.LAMBDA),
        ("aws_proxy", FUNCTION.format("${stageVariables.f}"), "POST", IntegrationKind.LAMBDA),
        ("aws_proxy", FUNCTION.format(ARN), "GET", IntegrationKind.OTHER),
        ("aws_proxy", FUNCTION.format(ARN), None, IntegrationKind.OTHER),
        ("aws_proxy", FUNCTION.format(""), "POST", IntegrationKind.OTHER),
        ("aws", FUNCTION.format(ARN), "POST", IntegrationKind.OTHER),
    ],
)
def test_a_function_is_called_by_post_through_a_proxy(
    kind: str, uri: str, method: str | None, expected: IntegrationKind
) -> None:
    integration = {"type": kind, "uri": uri} | ({} if method is None else {"httpMethod": method})
    definition = read(as_json(changed(GET_S3, integration)))
    operation = the_operation(definition)
    assert operation.integration.kind is expected
    found = (operation,) if expected is IntegrationKind.LAMBDA else ()
    assert definition.operations_on_lambda("GET") == found
    assert definition.operations_on_lambda("POST") == ()


def test_any_method_reaches_a_function_by_each() -> None:
    integration = {"type": "aws_proxy", "uri": FUNCTION.format(ARN), "httpMethod": "POST"}
    any_method = {"x-amazon-apigateway-any-method": {INTEGRATION: integration}}
    definition = read(as_json(changed(PATH, any_method)))
    assert [found.method for found in definition.operations_on_lambda("PUT")] == ["PUT"]


def test_any_method_takes_every_method_and_hands_it_on() -> None:
    operation = changed((INTEGRATION, "httpMethod"), "any", GOOD["paths"][PATH[1]]["get"])
    document = changed(PATH, {"x-amazon-apigateway-any-method": operation})
    definition = read(as_json(document))
    operation = the_operation(definition)
    assert (operation.method, operation.s3_method) == ("ANY", "ANY")
    assert operation.with_method("PUT").s3_method == "PUT"
    assert [found.method for found in definition.operations_on_s3("DELETE")] == ["DELETE"]


def test_a_method_may_become_another_one_on_its_way_to_s3() -> None:
    definition = read(as_json(changed((*GET_S3, "httpMethod"), "head")))
    assert definition.operations_on_s3("GET") == ()
    (operation,) = definition.operations_on_s3("HEAD")
    assert operation.name == "GET /objects/{key}"
    assert operation.with_method("POST") is operation


def test_parameters_of_the_path_join_those_of_the_operation_which_win() -> None:
    own = [
        {"name": "version", "in": "query", "required": True},
        {"name": "Content-Type", "in": "header", "required": True},
        {"name": "everything", "in": "body"},
    ]
    operation = the_operation(read(as_json(changed((*GET, "parameters"), own))))
    assert set(operation.parameters) == {
        Parameter("version", "querystring", required=True),
        Parameter("Content-Type", "header", required=True),
        Parameter("key", "path", required=True),
    }


def test_a_reference_is_followed_wherever_it_stands() -> None:
    document = changed((*GET, "parameters"), [{"$ref": "#/parameters/a~1b~0c"}])
    document["parameters"] = {"a/b~c": {"$ref": "#/parameters/real"}, "real": {}}
    document["parameters"]["real"] = {"name": "version", "in": "query"}
    document["integrations"] = {"get": document["paths"][PATH[1]]["get"][INTEGRATION]}
    document["paths"][PATH[1]]["get"][INTEGRATION] = {"$ref": "#/integrations/get"}
    assert model(read(as_json(document))) == model(read(as_json(GOOD)))


def test_a_reference_may_be_percent_encoded() -> None:
    document = changed(
        ("paths", "/more/{key}"), {"get": {"$ref": "#/paths/~1objects~1%7Bkey%7D/get"}}
    )
    assert len(read(as_json(document)).operations) == 2


@pytest.mark.parametrize(
    ("servers", "base_path"),
    [
        (GONE, ""),
        ([], ""),
        ([{"url": "/"}], ""),
        ([{"url": "https://api.example.test"}], ""),
        ([{"url": "https://api.example.test/a/b/"}], "/a/b"),
        ([{"url": "/first"}, {"url": "/second"}], "/first"),
        ([{"url": "https://h/{s}", "variables": {"s": {"default": "/v1/"}}}], "/v1"),
        ([{"url": "https://h/{s}", "variables": {"s": {"default": 2}}}], "/2"),
        ([{"url": "https://h/{s}", "variables": {"s": {"default": ""}}}], ""),
        (
            [
                {
                    "url": "https://{id}.example.test/{stage}/x",
                    "variables": {"id": {"default": "abc"}, "stage": {"default": "v2"}},
                }
            ],
            "/v2/x",
        ),
    ],
)
def test_the_base_path_of_openapi_is_that_of_the_first_server(
    servers: Json, base_path: str
) -> None:
    document = changed(("swagger",), GONE)
    document |= {"openapi": "3.0.0"}
    if servers is not GONE:
        document["servers"] = servers
    assert read(as_json(document)).base_path == base_path


@pytest.mark.parametrize(
    ("base_path", "expected"),
    [(GONE, ""), ("/", ""), ("", ""), ("v1", "/v1"), ("/v1/", "/v1"), ("/a/b", "/a/b")],
)
def test_the_base_path_of_swagger_begins_with_a_slash_and_ends_without(
    base_path: object, expected: str
) -> None:
    assert read(as_json(changed(("basePath",), base_path))).base_path == expected


@pytest.mark.parametrize("value", ["NEVER", "never", "Never"])
def test_the_choices_of_a_setting_are_read_in_any_letter_case(value: str) -> None:
    document = changed((*GET_S3, "passthroughBehavior"), value)
    assert the_operation(read(as_json(document))).integration.passthrough is Passthrough.NEVER


def test_what_is_left_out_or_null_has_its_default() -> None:
    document = changed(("info",), GONE)
    for name in ("passthroughBehavior", "contentHandling", "responses"):
        document = changed((*GET_S3, name), None, document)
    definition = read(as_json(changed((BINARY,), GONE, document)))
    integration = the_operation(definition).integration
    assert (definition.title, definition.binary_media_types) == ("", ())
    assert integration.passthrough is Passthrough.WHEN_NO_MATCH
    assert integration.content_handling is None
    assert integration.responses == ()


def test_extensions_among_the_paths_are_passed_over() -> None:
    document = changed(("paths", "x-anything"), {"get": "whatever"})
    document["paths"]["/null"] = None
    assert model(read(as_json(document))) == model(read(as_json(GOOD)))


def test_a_byte_order_mark_is_no_part_of_the_document() -> None:
    assert model(read(b"\xef\xbb\xbf" + as_json(GOOD))) == model(read(as_json(GOOD)))


def test_numbers_of_yaml_are_taken_for_what_they_say() -> None:
    text = as_yaml(GOOD).replace(b"swagger: '2.0'", b"swagger: 2.0")
    text = text.replace(b"statusCode: '200'", b"statusCode: 200")
    assert b"'200'" not in text
    assert model(read(text)) == model(read(as_json(GOOD)))


@pytest.mark.parametrize(
    "source", ["context.requestId", "stageVariables.bucket", "'literal'", "method.request.body"]
)
def test_a_placeholder_is_mapped_from_whatever_api_gateway_maps(source: str) -> None:
    way = (*MAPPING, "integration.request.path.key")
    integration = the_operation(read(as_json(changed(way, source)))).integration
    assert integration.request_parameters == {"integration.request.path.key": source}


@pytest.mark.parametrize("size", [None, 0, 1024, "10485760"])
def test_the_minimum_compression_size_is_read(size: int | str | None) -> None:
    document = changed(("x-amazon-apigateway-minimum-compression-size",), size)
    expected = None if size is None else int(size)
    assert read(as_json(document)).minimum_compression_size == expected
