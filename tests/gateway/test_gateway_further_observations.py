"""The second file of observations of the real service, over real HTTP, against the gateway.

The rows are those of tests/vectors/aws-observations-2.json, which names their sources. The topics
about mapping templates are tried in the tests of the templates.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from fixtures.api import Integration, IntegrationKind, IntegrationResponse, Operation, Parameter
from fixtures.gateway.application import Gateway
from fixtures.gateway.store import Store
from tests.gateway.helpers import (
    BASE,
    KEY_FROM_PATH,
    TYPE_BACK,
    TYPE_THROUGH,
    RecordingStore,
    Served,
    a_bucket,
    a_definition,
    a_function_operation,
    a_mock_operation,
    a_response,
    a_server,
    an_s3_operation,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "aws-observations-2.json"
ROWS: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["observations"]
NOT_SERVED = {
    "function URL request": "another service",
    "function URL response": "another service",
    "HTTP API request": "another kind of API",
    "HTTP API response": "another kind of API",
    "edge-optimised endpoint": "headers that CloudFront adds",
    "what a non-proxy integration is sent": "an HTTP integration",
    "what a proxy integration is sent": "an HTTP integration",
    "response headers": "an HTTP integration",
    "integration responses": "an HTTP integration",
    "absent Accept": "a header that the client of the recording sent",
}
IN_OTHER_TESTS = {"templates", "templates, $input.body"}
# The HTTP server turns the names of request headers into lower case.
NOT_REPRODUCED = {"evt-13"}
FAILURE = {"message": "Internal server error"}
PLAIN_413 = "HTTP content length exceeded 10485760 bytes."
TRIED: set[str] = set()


def rows(*topics: str) -> Any:
    """A test's parameter: the rows of these topics."""
    TRIED.update(topics)
    chosen = [row for row in ROWS if row["topic"] in topics and row["id"] not in NOT_REPRODUCED]
    return pytest.mark.parametrize("row", chosen, ids=lambda row: row["id"])


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with a_server() as server:
        yield server


def serve(
    served: Served,
    *operations: Operation,
    function: Any = None,
    binary: tuple[str, ...] = (),
    store: Store | None = None,
) -> None:
    definition = a_definition(*operations, binary=binary)
    served.app = Gateway(definition, store or RecordingStore(), function or (lambda *_: {}))


def send_raw(served: Served, method: str, target: str, **headers: str) -> httpx.Response:
    """One exchange whose target is sent as it is, its doubled slashes included."""
    request = httpx.Request(
        method, served.url, headers=headers, extensions={"target": target.encode()}
    )
    with httpx.Client(trust_env=False, timeout=30) as client:
        return client.send(request)


def assert_internal_error(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()) == (500, FAILURE)
    assert answer.headers["x-amzn-ErrorType"] == "InternalServerErrorException"
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Length"] == "36"


def echo_event(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    return {"body": json.dumps(event)}


def test_every_topic_is_tried_or_left_out_with_its_reason() -> None:
    topics = {row["topic"] for row in ROWS}
    assert topics == TRIED | NOT_SERVED.keys() | IN_OTHER_TESTS
    assert {row["id"] for row in ROWS} > NOT_REPRODUCED


# -------------------------------------------------------------------------------- the event


@rows("lambda event, routing, decoding")
def test_a_request_becomes_the_event_that_aws_made(served: Served, row: dict[str, Any]) -> None:
    resources = ("/{proxy+}", "/hardcoded")
    serve(served, *(a_function_operation(path, "ANY") for path in resources), function=echo_event)
    method, path = re.match(r"(\S+) ([^\s,]+)", row["request"]).groups()  # type: ignore[union-attr]
    target = path.replace("/stage", BASE, 1)
    answer = send_raw(served, method, target)
    assert answer.status_code == 200
    event = answer.json()
    observed = row["observed"]
    same_names = {name: observed[name] for name in ("path", "resource") if name in observed}
    assert {name: event[name] for name in same_names} == same_names
    if "proxy" in observed:
        assert event["pathParameters"] == {"proxy": observed["proxy"]}
    if "pathParameters" in observed:
        assert event["pathParameters"] is observed["pathParameters"]
    if "requestContext.path" in observed:
        context_path = observed["requestContext.path"].replace("/stage", BASE, 1)
        assert event["requestContext"]["path"] == context_path
    if "path and proxy" in observed:
        assert event["path"] == target.removeprefix(BASE)
        assert event["pathParameters"] == {"proxy": target.removeprefix(f"{BASE}/")}
    if "multiValue" in observed:
        assert event["queryStringParameters"] == {"category": "books", "price": "30"}
        several = {"category": ["electronics", "books"], "price": ["10", "20", "30"]}
        assert event["multiValueQueryStringParameters"] == several


@rows("lambda event")
def test_a_function_proxy_ignores_parameter_mappings(served: Served, row: dict[str, Any]) -> None:
    operation = a_function_operation()
    parameters = row["config"]["requestParameters"]
    mapped = replace(operation.integration, request_parameters=parameters)
    serve(served, replace(operation, integration=mapped), function=echo_event)
    sent = [("headerVar", "request-value"), ("foobar", "mapped-value")]
    event = served.send("POST", "/f", sent).json()
    assert event["headers"]["headervar"] == row["observed"]["event headers.headerVar"]


VALUES = {"Expect": "100-continue", "Connection": "close", "Content-Length": "0"}


@rows("request headers that never reach the API")
def test_a_header_does_not_reach_a_function(served: Served, row: dict[str, Any]) -> None:
    name = row["request"].rpartition(" ")[2]
    serve(served, a_function_operation(method="GET"), function=echo_event)
    event = served.send("GET", "/f", [(name, VALUES.get(name, "value"))]).json()
    assert name.lower() not in event["headers"] | event["multiValueHeaders"]


@rows("request headers that reach a function")
def test_a_header_reaches_a_function_as_sent(served: Served, row: dict[str, Any]) -> None:
    name = row["request"].rpartition(" ")[2]
    serve(served, a_function_operation(method="GET"), function=echo_event)
    event = served.send("GET", "/f", [(name, "deflate")]).json()
    assert event["headers"][name.lower()] == "deflate"


@rows("$input.params of request headers")
def test_a_template_does_not_see_a_header(served: Served, row: dict[str, Any]) -> None:
    template = row["config"]["requestTemplates"]
    name = row["request"].rpartition(" ")[2]
    serve(served, a_mock_operation(a_response(templates={"application/json": template})))
    answer = served.send("GET", "/mock", [(name, VALUES.get(name, "value"))])
    assert (answer.status_code, answer.text) == (200, row["observed"]["value"])


# ------------------------------------------------------------------------- parameter mappings


@rows("request header mappings that AWS refuses")
def test_a_mapping_ends_in_an_internal_error(served: Served, row: dict[str, Any]) -> None:
    is_proxy = row["config"]["integration"] == "AWS_PROXY"
    operation = a_function_operation("/k", "GET") if is_proxy else an_s3_operation("GET")
    parameters = {**KEY_FROM_PATH, row["config"]["requestParameters"]: "'value'"}
    mapped = replace(operation.integration, request_parameters=parameters)
    serve(served, replace(operation, integration=mapped))
    assert_internal_error(served.send("GET", "/k"))


@rows("response header mappings")
def test_a_mapped_header_is_sent_as_aws_sent_it(served: Served, row: dict[str, Any]) -> None:
    ((target, literal),) = row["config"]["responseParameters"].items()
    serve(served, an_s3_operation("GET", responses=(a_response(parameters={target: literal}),)))
    answer = served.send("GET", "/k")
    assert answer.status_code == 200
    for name, observed in row["observed"].items():
        is_sent = answer.headers.get(name) == literal.strip("'")
        assert is_sent is (observed in ("sent as mapped", "the value"))


# ----------------------------------------------------------------------- functions' responses

RETURNED = {
    "/no-body": {"statusCode": 200},
    "/wrong-format": {"statusCode": 200, "wrongValue": "value"},
    "/empty-response": {},
}


@rows("lambda response format")
def test_a_functions_result_becomes_the_response_of_aws(
    served: Served, row: dict[str, Any]
) -> None:
    request = row["request"]
    result = RETURNED[request] if isinstance(request, str) else request["the function returns"]
    result = {name: value for name, value in result.items() if name != "binaryMediaTypes"}
    serve(served, a_function_operation(), function=lambda *_: result)
    answer = served.send("POST", "/f")
    observed = row["observed"]
    if observed == "accepted as true":
        assert answer.status_code == 200
        return
    assert answer.status_code == observed.get("status", 200)
    if "body" in observed:
        assert answer.text == observed["body"]
    if "Content-Type" in observed:
        assert answer.headers["Content-Type"] == observed["Content-Type"]
    for name in observed.keys() - {"status", "body", "Content-Type", "note"}:
        assert answer.headers.get_list(name) == ["value-multi", "value-solo"]


BINARY_RESULT = {"body": "3q2+7w==", "isBase64Encoded": True}
INVALID = {"body": "\u00e8\u00e9+\u00e0)(", "isBase64Encoded": True}
# What the function returned, and the Accept of the request, where the row says it in words.
IN_WORDS = {
    "bin-01": ({**BINARY_RESULT, "isBase64Encoded": False}, "image/png"),
    "bin-02": (BINARY_RESULT, "image/png"),
    "bin-04": (INVALID, "image/png"),
    "chalice-03": (
        BINARY_RESULT,
        "text/html,application/xhtml+xml;q=0.9,image/webp,*/*;q=0.8",
    ),
}


def listed(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(entry for entry in row["config"]["binaryMediaTypes"] if "/" in entry)


@rows("lambda binary response")
def test_a_functions_binary_result_is_decoded_where_aws_did(
    served: Served, row: dict[str, Any]
) -> None:
    result, accept = IN_WORDS.get(row["id"]) or (BINARY_RESULT, row["request"]["Accept"])
    serve(served, a_function_operation(), function=lambda *_: result, binary=listed(row))
    answer = served.send("POST", "/f", [("Accept", accept)])
    if row["observed"] == {"status": 500}:
        assert_internal_error(answer)
        return
    decoded = row["observed"] == "decoded"
    assert answer.content == (b"\xde\xad\xbe\xef" if decoded else b"3q2+7w==")


@rows("lambda binary request")
def test_a_function_receives_base64_where_aws_gave_it(served: Served, row: dict[str, Any]) -> None:
    serve(served, a_function_operation(), function=echo_event, binary=listed(row))
    body = b"hi" if row["request"]["body"] == "hi" else b"\xde\xad\xbe\xef"
    event = served.send("POST", "/f", [("Content-Type", row["request"]["Content-Type"])], body)
    received = event.json()
    assert received["isBase64Encoded"] is row["observed"]["isBase64Encoded"]
    expected = base64.b64encode(body).decode() if received["isBase64Encoded"] else "hi"
    assert received["body"] == expected == row["observed"].get("body", expected)


@rows("lambda binary round trip")
def test_content_handling_changes_nothing_for_a_function(
    served: Served, row: dict[str, Any]
) -> None:
    def returned(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        return {"body": event["body"], "isBase64Encoded": event["isBase64Encoded"]}

    serve(served, a_function_operation(), function=returned, binary=listed(row))
    both = [(name, "application/octet-stream") for name in ("Content-Type", "Accept")]
    body = bytes.fromhex(row["observed"])
    assert served.send("POST", "/f", both, body).content == body


@rows("configuration error")
def test_a_function_that_is_not_called_by_post_is_an_internal_error(
    served: Served, row: dict[str, Any]
) -> None:
    method = row["config"]["integrationHttpMethod"]
    uri = "arn:aws:apigateway:r:lambda:path/2015-03-31/functions/f/invocations"
    serve(
        served,
        Operation("/f", "GET", Integration(IntegrationKind.OTHER, "aws_proxy", uri, method)),
    )
    assert_internal_error(served.send("GET", "/f"))


# ----------------------------------------------------------------------------------- routing


def resources_of(row: dict[str, Any]) -> dict[str, list[str]]:
    resources = row["config"]["resources"]
    return resources if isinstance(resources, dict) else {path: ["GET"] for path in resources}


@rows("routing")
def test_a_request_reaches_the_resource_that_served_it_on_aws(
    served: Served, row: dict[str, Any]
) -> None:
    operations = [
        a_function_operation(path, method)
        for path, methods in resources_of(row).items()
        for method in methods
    ]
    serve(served, *operations, function=echo_event)
    method, target = row["request"].split()[:2]
    answer = served.send(method, target)
    assert answer.status_code == 200
    if isinstance(row["observed"], str):
        resource = "/" + row["observed"].split()[0].lstrip("/")
        assert answer.json()["resource"] == resource


REQUIRED = (
    Parameter("qs1", "querystring", required=True),
    Parameter("issuer", "path", required=True),
    Parameter("x-header-param", "header", required=True),
)


@rows("errors")
def test_an_error_is_that_of_aws(served: Served, row: dict[str, Any]) -> None:
    observed = row["observed"]
    if "resources" in row["config"]:
        serve(served, a_function_operation("/existing", "GET"))
        method, target = row["request"].split()
        answer = served.send(method, target)
        assert (answer.status_code, answer.json()) == (
            observed["status"],
            json.loads(observed["body"]),
        )
        assert answer.headers["x-amzn-ErrorType"] == observed["x-amzn-ErrorType"]
        return
    operation = a_function_operation("/{issuer}/open")
    serve(served, replace(operation, parameters=REQUIRED, validates_parameters=True))
    everything = row["request"] == "query missing"
    headers = [("x-header-param", "1")] if everything else []
    answer = served.send("POST", "/aws/open" if everything else "/%20/open", headers)
    message = observed["message"].partition("]")[0] + "]"
    assert (answer.status_code, answer.json()) == (observed["status"], {"message": message})


@rows("413")
def test_a_body_over_the_limit_is_refused_as_by_aws(served: Served, row: dict[str, Any]) -> None:
    serve(served, an_s3_operation("PUT"))
    answer = served.send("PUT", "/k", body=bytes(10_485_761))
    assert (answer.status_code, answer.text) == (row["observed"]["status"], PLAIN_413)
    for name in ("x-amzn-requestid", "x-amzn-errortype"):
        assert name not in answer.headers
    assert answer.headers["content-type"] == "text; charset=utf-8"


@rows("413 before a function")
def test_an_event_over_lambdas_limit_is_refused_as_by_aws(
    served: Served, row: dict[str, Any]
) -> None:
    serve(served, a_function_operation(), binary=("image/png",))
    answer = served.send("POST", "/f", [("Content-Type", "image/png")], bytes(5_000_000))
    observed = dict(row["observed"])
    assert (answer.status_code, answer.text) == (observed.pop("status"), observed.pop("body"))
    assert {name: answer.headers[name] for name in observed} == observed


@rows("mock")
def test_a_mock_answers_as_on_aws(served: Served, row: dict[str, Any]) -> None:
    template = row["config"].get("requestTemplate", '{"statusCode": 200}')
    said = '{"id": $input.params().path.id, "statusCode": 200}'
    is_loose = "requestTemplate" in row["config"]
    responses = (a_response(templates={} if is_loose else {"application/json": said}),)
    method = row["request"].split()[0]
    operation = a_mock_operation(
        *responses, templates={"application/json": template}, method=method
    )
    serve(served, replace(operation, path="/{id}"))
    answer = served.send(method, "/42", [("Content-Type", "application/json")])
    body = row["observed"]["body"]
    assert answer.status_code == row["observed"]["status"]
    assert (answer.json() if body else answer.text) == body


# ---------------------------------------------------------------------------------------- S3


@rows("S3 errors", "S3 round trip", "S3 method mapping")
def test_s3_behind_an_api_answers_as_on_aws(served: Served, row: dict[str, Any]) -> None:
    store, _ = a_bucket()
    responses = (a_response(parameters=TYPE_BACK),)
    parameters = {**KEY_FROM_PATH, **TYPE_THROUGH}
    anything = an_s3_operation("ANY", parameters=parameters, responses=responses)
    put = fixed("/put", "PUT", responses, {"application/json": '{"put": "template"}'})
    serve(served, anything, put, fixed("/get", "GET", responses), store=store)
    assert missing(served.send("GET", "/object"))
    assert served.send("GET", "/put").status_code == 200
    assert served.send("GET", "/get").json() == {"put": "template"}
    sent = [("Content-Type", "application/json")]
    assert served.send("PUT", "/object", sent, b'{"a": 1}').status_code == 200
    assert served.send("GET", "/object").content == b'{"a": 1}'
    assert served.send("DELETE", "/object").status_code == 200
    assert missing(served.send("GET", "/object"))


def fixed(
    path: str,
    s3_method: str,
    responses: tuple[IntegrationResponse, ...],
    templates: dict[str, str] | None = None,
) -> Operation:
    """A GET that means one object, whatever S3 is asked for."""
    return an_s3_operation(
        "GET",
        path=path,
        s3_method=s3_method,
        s3_path="one",
        parameters={},
        templates=templates,
        responses=responses,
    )


def missing(answer: httpx.Response) -> bool:
    """Whether S3's own error is answered, with all its members, under the default response."""
    members = re.findall(r"<(\w+)>[^<]", answer.text)
    names = ["Code", "Message", "Key", "RequestId", "HostId"]
    assert members == names
    return answer.status_code == 200 and "<Code>NoSuchKey</Code>" in answer.text
