"""What S3 is asked for, and which headers come back."""

from fixtures.api import Operation
from fixtures.gateway.store import S3Request, S3Response
from tests.gateway.helpers import (
    KEY_FROM_PATH,
    TYPE_BACK,
    TYPE_THROUGH,
    RecordingStore,
    a_definition,
    a_response,
    an_s3_operation,
    ask,
)


def asked_of_s3(
    operation: Operation, target: str, headers: list[tuple[str, str]] | None = None
) -> S3Request:
    store = RecordingStore()
    assert ask(a_definition(operation), operation.method, target, headers, store=store).status
    return store.asked[0]


def test_the_path_is_filled_from_path_query_header_literal_and_context() -> None:
    operation = an_s3_operation(
        "GET",
        path="/{a}",
        bucket="{stage}",
        s3_path="{a}/{b}/{c}/{d}.txt",
        parameters={
            "integration.request.path.a": "method.request.path.a",
            "integration.request.path.b": "method.request.querystring.b",
            "integration.request.path.c": "method.request.header.X-Case",
            "integration.request.path.d": "'fixed'",
            "integration.request.path.stage": "context.stage",
        },
    )
    request = asked_of_s3(operation, "/one?b=t%2Fwo", [("x-cASE", "three")])
    assert request.path == "v1/one/t/wo/three/fixed.txt"


def test_what_has_no_value_leaves_nothing_in_the_path_and_maps_nothing_else() -> None:
    operation = an_s3_operation(
        "GET",
        s3_path="{a}/{unmapped}/{b}.",
        parameters={
            "integration.request.path.a": "method.request.querystring.a",
            "integration.request.path.b": "stageVariables.path.b",
            "integration.request.header.X-A": "method.request.header.a",
            "integration.request.header.X-B": "method.request.body",
            "integration.request.querystring.c": "context.identity.nothing.here",
            "something.else": "'x'",
        },
    )
    request = asked_of_s3(operation, "/k")
    assert request.path == "//."
    assert request.query == {}
    assert request.headers == {}


def test_query_parameters_and_headers_are_mapped_for_s3() -> None:
    operation = an_s3_operation(
        "GET",
        parameters=KEY_FROM_PATH
        | {
            "integration.request.querystring.response-content-type": "method.request.querystring.t",
            "integration.request.header.Range": "method.request.header.range",
            "integration.request.header.X-Id": "context.requestId",
            "integration.request.header.X-Ip": "context.identity.sourceIp",
        },
    )
    request = asked_of_s3(operation, "/k?t=image%2Fpng", [("Range", "bytes=0-1")])
    assert request.query == {"response-content-type": "image/png"}
    assert request.headers["range"] == "bytes=0-1"
    assert len(request.headers["x-id"]) == 36
    assert request.headers["x-ip"] == ""


def test_a_content_type_is_sent_to_s3_mapped_or_as_the_client_sent_it_or_not_at_all() -> None:
    fixed = {"integration.request.header.content-type": "'image/gif'"}
    sent = [("Content-Type", "text/plain")]
    rows = [
        (KEY_FROM_PATH, [], None),
        (KEY_FROM_PATH, sent, "text/plain"),
        (KEY_FROM_PATH | fixed, sent, "image/gif"),
        (KEY_FROM_PATH | TYPE_THROUGH, sent, "text/plain"),
        (KEY_FROM_PATH | TYPE_THROUGH, [], None),
    ]
    for parameters, headers, expected in rows:
        request = asked_of_s3(an_s3_operation("PUT", parameters=parameters), "/k", headers)
        assert request.headers.get("content-type") == expected
    assert asked_of_s3(an_s3_operation("GET"), "/k", sent).headers == {}


def headers_back(parameters: dict[str, str], **headers: str) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    store = RecordingStore(S3Response(200, named, b"x"))
    operation = an_s3_operation("GET", responses=(a_response(parameters=parameters),))
    answer = ask(a_definition(operation), "GET", "/k", [("X-Asked", "yes")], store=store)
    assert answer.status == 200
    return answer.headers


def test_only_mapped_headers_come_back_and_the_type_is_json() -> None:
    headers = headers_back({}, content_type="text/plain", etag="e", x_amz_meta="m")
    assert headers.keys() == {
        "content-type",
        "content-length",
        "x-amzn-requestid",
        "x-amz-apigw-id",
    }
    assert headers["content-type"] == "application/json"


def test_headers_come_back_from_s3_literals_context_and_the_request() -> None:
    headers = headers_back(
        {
            "method.response.header.ETag": "integration.response.header.Etag",
            "method.response.header.Access-Control-Allow-Origin": "'*'",
            "method.response.header.X-Resource": "context.resourcePath",
            "method.response.header.X-Asked": "method.request.header.X-Asked",
            "method.response.header.X-Body": "integration.response.body.a",
            "method.response.header.X-Missing": "integration.response.header.X-Missing",
            "unknown.target": "'x'",
        },
        etag='"e"',
    )
    assert headers["etag"] == '"e"'
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-resource"] == "/{key+}"
    assert headers["x-asked"] == "yes"
    assert "x-body" not in headers
    assert "x-missing" not in headers


def test_a_mapped_content_type_takes_the_place_of_json_if_s3_has_one() -> None:
    assert headers_back(TYPE_BACK, content_type="image/png")["content-type"] == "image/png"
    assert headers_back(TYPE_BACK)["content-type"] == "application/json"
    lower = {"method.response.header.content-type": "'text/css'"}
    assert headers_back(lower)["content-type"] == "text/css"


def test_mapped_headers_cannot_spoil_the_connection() -> None:
    back = {
        f"method.response.header.{name}": f"integration.response.header.{name}"
        for name in ("Content-Length", "Transfer-Encoding", "Connection", "X-Two-Lines")
    }
    headers = headers_back(
        back,
        content_length="99",
        transfer_encoding="chunked",
        connection="close",
        x_two_lines="a\r\nb: c\x00\t\x7f\u00e9\u20ac",
    )
    assert headers["content-length"] == "1"
    assert headers["x-amzn-remapped-content-length"] == "99"
    assert headers["x-amzn-remapped-connection"] == "close"
    assert headers["x-two-lines"] == "a  b: c   \u00e9?"
    assert not {"transfer-encoding", "connection"} & headers.keys()
