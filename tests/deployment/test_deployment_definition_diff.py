"""In what a deployed definition differs from the one that a team has."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.api import Definition, parse_definition
from fixtures.api.definition_diff import differences
from fixtures.definitions import load, shipped

TEAMS = Path(__file__).parents[1] / "definitions" / "teams"
EXPORT = json.loads((TEAMS / "export-oas30.json").read_text(encoding="utf-8"))
INTEGRATION = "x-amazon-apigateway-integration"
BINARY = "x-amazon-apigateway-binary-media-types"
ANSWERS = "x-amazon-apigateway-gateway-responses"
REPORT = ("paths", "/reports", "get")
MEDIA = ("paths", "/media/{folder}/{item+}", "get", INTEGRATION)
PARAMETERS = EXPORT["paths"]["/reports"]["get"]["parameters"]
ELSEWHERE = "arn:aws:apigateway:us-east-1:s3:path/media-bucket/originals/{folder}/{item}"
TENANT = {"name": "tenant", "in": "query", "required": True}
PATTERN = r"2\d{2}"
NAME = "GET /media/{folder}/{item+}"
GONE = object()


def changed(*changes: tuple[tuple[str, ...], Any]) -> Definition:
    document = copy.deepcopy(EXPORT)
    for way, value in changes:
        place = document
        for step in way[:-1]:
            place = place[step]
        if value is GONE:
            del place[way[-1]]
        else:
            place[way[-1]] = value
    return parse_definition(json.dumps(document).encode(), "defined.json")


DEPLOYED = changed()
DIFFERENCES = {
    "a type that was listed": (
        ((BINARY,), ["image/*", "application/octet-stream", "font/woff2"]),
        ("binaryMediaTypes: deployed application/octet-stream, image/*, defined "
        "application/octet-stream, font/woff2, image/*"),
    ),
    "contentHandling": (
        ((*REPORT, INTEGRATION, "contentHandling"), GONE),
        "GET /reports: contentHandling: deployed CONVERT_TO_TEXT, defined none",
    ),
    "passthroughBehavior": (
        ((*MEDIA, "passthroughBehavior"), "never"),
        f"{NAME}: passthroughBehavior: deployed WHEN_NO_MATCH, defined NEVER",
    ),
    "a request template": (
        ((*MEDIA, "requestTemplates"), {"text/plain": "$input.body"}),
        f"{NAME}: requestTemplates: text/plain: deployed none, defined $input.body",
    ),
    "a mapped header": (
        ((*MEDIA, "requestParameters", "integration.request.header.Range"), "'bytes=0-3'"),
        (f"{NAME}: requestParameters: integration.request.header.Range: deployed none, "
        "defined 'bytes=0-3'"),
    ),
    "a place in S3": (
        ((*MEDIA, "uri"), "arn:aws:apigateway:eu-west-1:s3:path/other/{folder}/{item}"),
        (f"{NAME}: S3 path: deployed media-bucket/originals/{{folder}}/{{item}}, defined "
        "other/{folder}/{item}"),
    ),
    "S3's method": (
        ((*MEDIA, "httpMethod"), "HEAD"),
        f"{NAME}: httpMethod: deployed GET, defined HEAD",
    ),
    "an integration response more": (
        ((*MEDIA, "responses", "403"), {"statusCode": "403"}),
        (
            f"{NAME}: responses: deployed {PATTERN}, 404, default, "
            f"defined {PATTERN}, 403, 404, default"
        ),
    ),
    "a status": (
        ((*MEDIA, "responses", "404", "statusCode"), "410"),
        f"{NAME}: response 404: statusCode: deployed 404, defined 410",
    ),
    "a response's contentHandling": (
        ((*MEDIA, "responses", "2\\d{2}", "contentHandling"), "CONVERT_TO_BINARY"),
        f"{NAME}: response 2\\d{{2}}: contentHandling: deployed none, defined CONVERT_TO_BINARY",
    ),
    "a response template": (
        ((*MEDIA, "responses", "404", "responseTemplates"), {"a/b": "x"}),
        f"{NAME}: response 404: responseTemplates: a/b: deployed none, defined x",
    ),
    "a response header": (
        ((*MEDIA, "responses", "404", "responseParameters"), {"method.response.header.X": "'1'"}),
        (f"{NAME}: response 404: responseParameters: method.response.header.X: deployed none, "
        "defined '1'"),
    ),
    "a parameter that is required": (
        ((*REPORT, "parameters"), [*PARAMETERS, TENANT]),
        ("GET /reports: parameters: deployed querystring bucket (required), querystring report "
        "(required), defined querystring bucket (required), querystring report (required), "
        "querystring tenant (required)"),
    ),
    "a validator": (
        ((*REPORT, "x-amazon-apigateway-request-validator"), GONE),
        "GET /reports: request validator for parameters: deployed yes, defined no",
    ),
    "an operation more": (
        (("paths", "/new"), {"get": {INTEGRATION: {"type": "mock"}}}),
        "GET /new: not deployed",
    ),
    "an operation less": (
        ((*REPORT,), GONE),
        "GET /reports: deployed, and not in the definition",
    ),
    "what stands behind": (
        (("paths", "/search", "get", INTEGRATION, "type"), "mock"),
        "GET /search: type: deployed http_proxy, defined mock",
    ),
    "a gateway response": (
        ((ANSWERS, "DEFAULT_5XX"), GONE),
        ("gateway responses: deployed BAD_REQUEST_PARAMETERS, DEFAULT_5XX, defined "
        "BAD_REQUEST_PARAMETERS"),
    ),
    "the status of a gateway response": (
        ((ANSWERS, "BAD_REQUEST_PARAMETERS", "statusCode"), 400),
        "gateway response BAD_REQUEST_PARAMETERS: statusCode: deployed 422, defined 400",
    ),
    "the template of a gateway response": (
        ((ANSWERS, "DEFAULT_5XX", "responseTemplates"), {"application/json": "{}"}),
        ("gateway response DEFAULT_5XX: responseTemplates: application/json: deployed "
        '{"message":$context.error.messageString}, defined {}'),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "line"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_a_difference_is_named_with_its_place_and_both_sides(change, line) -> None:
    assert differences(DEPLOYED, changed(change)) == (line,)


INDIFFERENT = {
    "a title": (("info", "title"), "another"),
    "a stage": (("servers",), []),
    "a region": ((*MEDIA, "uri"), ELSEWHERE),
    "credentials": ((*MEDIA, "credentials"), "arn:aws:iam::123456789012:role/other"),
    "the order of the list": (
        (BINARY,),
        ["application/octet-stream", "image/*"],
    ),
    "where something else is": (
        ("paths", "/search", "get", INTEGRATION, "uri"),
        "http://elsewhere.example.com",
    ),
    "a template that the gateway has by itself": (
        (ANSWERS, "DEFAULT_5XX", "responseTemplates"),
        GONE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", INDIFFERENT.values(), ids=INDIFFERENT)
def test_what_no_client_notices_is_no_difference(change) -> None:
    assert differences(DEPLOYED, changed(change)) == ()


@pytest.mark.parametrize("name", shipped())
def test_a_definition_does_not_differ_from_itself(name) -> None:
    assert differences(load(name), load(name)) == ()


def test_what_a_template_leaves_to_the_deployment_agrees_with_whatever_was_deployed() -> None:
    defined = load(str(TEAMS / "sam.yaml#FilesApi"))
    deployed = json.loads(defined.text)
    text = json.dumps(deployed)
    for name, value in {"Bucket": "files-4711", "AWS::Region": "eu-west-1"}.items():
        text = text.replace(f"${{{name}}}", value)
        text = text.replace(json.dumps({"Ref": name}), json.dumps(value))
    as_deployed = parse_definition(text.encode(), "export")
    assert "files-4711" in as_deployed.operations[0].integration.s3.template
    assert differences(as_deployed, defined) == ()
    elsewhere = text.replace("/tenants/", "/other/")
    lines = differences(parse_definition(elsewhere.encode(), "export"), defined)
    assert [line.partition(": ")[0] for line in lines] == [
        "GET /files/{tenant}/{file+}",
        "PUT /files/{tenant}/{file+}",
    ]
    assert all("S3 path: deployed files-4711/other/" in line for line in lines)
