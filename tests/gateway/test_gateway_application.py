"""The gateway's own answers, and what every answer has in common."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fixtures.api import (
    REST,
    Definition,
    GatewayResponse,
    Integration,
    IntegrationKind,
    Operation,
)
from fixtures.gateway.application import Gateway
from fixtures.gateway.binary_media_types import BinaryMediaTypes
from fixtures.gateway.error_responses import RefusedError
from fixtures.gateway.integration_response import IntegrationResponses
from fixtures.gateway.message import MethodRequest
from fixtures.gateway.store import (
    S3Request,
    S3Response,
    StoreTimeoutError,
    StoreUnreachableError,
)
from tests.gateway.helpers import (
    RecordingStore,
    Served,
    a_bucket,
    a_definition,
    a_mock_operation,
    a_response,
    a_scope,
    a_server,
    an_s3_operation,
    ask,
    exchange,
)

LIMIT = REST.request_limit
ANSWERING = a_definition(an_s3_operation("GET"), an_s3_operation("PUT"), an_s3_operation("HEAD"))


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with a_server() as server:
        yield server


def outside(path: str, base_path: str = "/v1") -> tuple[int, Any]:
    scope = {**a_scope("GET", "", []), "raw_path": path.encode()}
    definition = Definition("T", "d", base_path, (), (an_s3_operation("GET", path="/k"),))
    answer = exchange(Gateway(definition, RecordingStore()), scope, {"type": "http.request"})
    assert answer is not None
    return answer.status, json.loads(answer.body or b"null")


@pytest.mark.parametrize("path", ["/", "//", "/v", "/v2/k", "/v11/k", "/k"])
def test_a_path_outside_the_stage_is_forbidden(path: str) -> None:
    assert outside(path) == (403, {"message": "Forbidden"})


def test_without_a_base_path_every_path_is_inside_the_stage() -> None:
    assert outside("/k", base_path="") == (200, None)


@pytest.mark.parametrize("path", ["/v1/k", "//v1/k", "/v1//k", "/v1/k/", "//v1//k//"])
def test_slashes_before_the_stage_and_around_the_resource_make_no_difference(path: str) -> None:
    assert outside(path) == (200, None)


@pytest.mark.parametrize(("method", "target"), [("POST", "/k"), ("GET", ""), ("GET", "/")])
def test_an_unknown_method_or_path_is_a_missing_authentication_token(
    method: str, target: str
) -> None:
    answer = ask(ANSWERING, method, target)
    assert answer.status == 403
    assert json.loads(answer.body) == {"message": "Missing Authentication Token"}
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("type_", "method"), [("http", "GET"), ("aws_proxy", "GET")])
def test_an_integration_that_is_not_served_is_500(type_: str, method: str) -> None:
    integration = Integration(IntegrationKind.OTHER, type_, "https://example.invalid", method)
    failure = GatewayResponse("INTEGRATION_FAILURE", parameters={"gatewayresponse.header.X": "'y'"})
    definition = a_definition(Operation("/other", "GET", integration))
    answer = ask(replace(definition, gateway_responses=(failure,)), "GET", "/other")
    assert (answer.status, answer.headers["x"]) == (500, "y")
    assert json.loads(answer.body) == {"message": "Internal server error"}


def test_a_pattern_that_re2_cannot_match_matches_nothing() -> None:
    slow = a_response("((((.?){99}){99}){99})x")
    request = MethodRequest("id", "GET", "/v1/k", "/k", "v1", {}, {}, {}, b"", "127.0.0.1")
    with pytest.raises(RefusedError):
        IntegrationResponses([slow], BinaryMediaTypes(())).answer(request, 200, {}, b"")


@pytest.mark.parametrize(
    ("status", "expected"), [(200, 201), (204, 201), (404, 404), (403, 299), (40, 299)]
)
def test_the_first_pattern_that_fits_the_whole_status_answers_else_the_default(
    status: int, expected: int
) -> None:
    responses = (
        a_response(status=299),
        a_response(r"2\d{2}", status=201),
        a_response("404", status=404),
        a_response("4.*4", status=400),
    )
    definition = a_definition(an_s3_operation("GET", responses=responses))
    store = RecordingStore(S3Response(status))
    assert ask(definition, "GET", "/k", store=store).status == expected


def test_a_status_that_no_integration_response_takes_is_500() -> None:
    definition = a_definition(an_s3_operation("GET", responses=(a_response("404"),)))
    assert ask(definition, "GET", "/k").status == 500


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (StoreUnreachableError(), 500, "Internal server error"),
        (StoreTimeoutError(), 504, "Endpoint request timed out"),
    ],
)
def test_a_store_that_does_not_answer_is_500_and_a_late_one_504(
    error: Exception, status: int, message: str
) -> None:
    class Broken:
        async def send(self, request: S3Request) -> S3Response:
            raise error

    answer = ask(ANSWERING, "GET", "/k", store=Broken())
    assert (answer.status, json.loads(answer.body)) == (status, {"message": message})


def test_every_answer_has_identifiers_of_its_own() -> None:
    answers = [ask(ANSWERING, "GET", target) for target in ("/k", "/k", "")]
    for name in ("x-amzn-requestid", "x-amz-apigw-id"):
        assert len({answer.headers[name] for answer in answers}) == len(answers)
    request_id = uuid.UUID(answers[0].headers["x-amzn-requestid"])
    assert str(request_id) == answers[0].headers["x-amzn-requestid"]
    assert (request_id.version, request_id.variant) == (4, uuid.RFC_4122)


def test_repeated_header_lines_are_one_list() -> None:
    store, _ = a_bucket(k=("image/png", b"\xff"))
    definition = a_definition(an_s3_operation("GET"), binary=("image/png",))
    lines = [("Accept", "image/png"), ("ACCEPT", "text/plain")]
    assert ask(definition, "GET", "/k", lines, store=store).body == b"\xff"
    assert ask(definition, "GET", "/k", lines[::-1], store=store).body == b"/w=="


def test_an_answer_without_content_has_no_length() -> None:
    definition = a_definition(a_mock_operation(a_response(status=204, templates={"a/b": "text"})))
    answer = ask(definition, "GET", "/mock")
    assert (answer.status, answer.body) == (204, b"")
    assert "content-length" not in answer.headers


def test_an_upload_that_breaks_off_stores_nothing_and_is_not_answered() -> None:
    store = RecordingStore()
    events = (
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    )
    assert exchange(Gateway(ANSWERING, store), a_scope("PUT", "/k", []), *events) is None
    assert store.asked == []


@pytest.mark.parametrize("last", [{}, {"body": b"c"}, {"body": b"c", "more_body": False}])
@pytest.mark.parametrize("pieces", [(), (b"a",), (b"a", b"b")])
def test_a_body_in_pieces_is_one_body(pieces: tuple[bytes, ...], last: dict[str, object]) -> None:
    store = RecordingStore()
    events = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    events.append({"type": "http.request", **last})
    exchange(Gateway(ANSWERING, store), a_scope("PUT", "/k", []), *events)
    assert store.asked[0].body == b"".join(pieces) + (b"c" if last else b"")


def test_a_client_that_never_ends_gets_413_all_the_same() -> None:
    events = [{"type": "http.request", "body": bytes(2**24), "more_body": True}] * 5
    answer = exchange(Gateway(ANSWERING, RecordingStore()), a_scope("PUT", "/k", []), *events)
    assert answer is not None
    assert answer.status == 413


def test_the_address_of_the_client_is_known_to_templates() -> None:
    definition = a_definition(
        a_mock_operation(a_response(templates={"a/b": "$context.identity.sourceIp"}))
    )
    scope = a_scope("GET", "/mock", [], client=("192.0.2.1", 1))
    answer = exchange(Gateway(definition, RecordingStore()), scope, {"type": "http.request"})
    assert answer is not None
    assert answer.body == b"192.0.2.1"


def test_ten_mebibytes_are_stored_over_a_socket(served: Served) -> None:
    store, held = a_bucket()
    served.app = Gateway(ANSWERING, store)
    assert served.send("PUT", "/k", body=bytes(LIMIT)).status_code == 200
    stored = held.get("k")
    assert stored is not None
    assert len(stored.body) == LIMIT


@pytest.mark.parametrize("chunked", [False, True], ids=["with length", "chunked"])
@pytest.mark.parametrize("target", ["/k", ""], ids=["a resource", "no resource"])
def test_a_body_over_the_limit_is_answered_413_in_plain_text_and_nothing_is_stored(
    served: Served, chunked: bool, target: str
) -> None:
    store = RecordingStore()
    custom = tuple(GatewayResponse(type_, 499) for type_ in ("REQUEST_TOO_LARGE", "DEFAULT_4XX"))
    served.app = Gateway(replace(ANSWERING, gateway_responses=custom), store)
    body = bytes(LIMIT + 1)
    answer = served.send("PUT", target, body=iter([body]) if chunked else body)
    assert answer.status_code == 413
    assert answer.content == b"HTTP content length exceeded 10485760 bytes."
    assert answer.headers["Content-Type"] == "text; charset=utf-8"
    assert not [name for name in answer.headers if name.startswith(("x-amzn-", "x-amz-"))]
    assert store.asked == []


def test_the_limit_is_that_of_the_definitions_kind() -> None:
    definition = replace(ANSWERING, kind=replace(REST, request_limit=3))
    assert ask(definition, "PUT", "/k", body=b"123").status == 200
    assert ask(definition, "PUT", "/k", body=b"1234").status == 413


def test_a_chunked_upload_is_stored_whole(served: Served) -> None:
    store, held = a_bucket()
    served.app = Gateway(ANSWERING, store)
    answer = served.send("PUT", "/k", body=iter([b"one ", b"two ", b"three"]))
    assert answer.status_code == 200
    stored = held.get("k")
    assert stored is not None
    assert stored.body == b"one two three"


@pytest.mark.parametrize("target", ["/k", ""], ids=["an object", "an error"])
def test_a_head_request_has_headers_and_no_body_over_a_socket(served: Served, target: str) -> None:
    store, _ = a_bucket(k=("image/png", b"\xff\xd8"))
    served.app = Gateway(ANSWERING, store)
    answer = served.send("HEAD", target)
    assert answer.status_code == (200 if target else 403)
    assert answer.content == b""
    assert answer.headers["Content-Type"] == ("image/png" if target else "application/json")


@pytest.mark.parametrize(("method", "sent"), [("GET", True), ("HEAD", False), ("head", True)])
def test_the_application_itself_keeps_the_body_from_head_alone(method: str, sent: bool) -> None:
    answer = ask(ANSWERING, method, "")
    assert answer.status == 403
    assert bool(answer.body) is sent
    assert int(answer.headers["content-length"]) > 0
