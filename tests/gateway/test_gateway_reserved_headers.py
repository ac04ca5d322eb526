"""Headers that API Gateway keeps for itself: dropped, renamed, or refused as a mapping."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.gateway.helpers import (
    KEY_FROM_PATH,
    RecordingStore,
    a_definition,
    a_function_operation,
    a_mock_operation,
    a_response,
    an_s3_operation,
    ask,
    called,
)

NEVER_RECEIVED = (
    "Connection", "Content-Length", "Content-MD5", "Expect", "Max-Forwards", "Proxy-Authenticate",
    "Server", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "WWW-Authenticate",
)  # fmt: skip
RENAMED = (
    "Authorization", "Connection", "Content-Length", "Content-MD5", "Date", "Expect", "Host",
    "Max-Forwards", "Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent",
    "WWW-Authenticate",
)  # fmt: skip
REFUSED = ("Authorization", "Connection", "Content-Length", "Expect", "Proxy-Authenticate", "TE",
           "Transfer-Encoding")  # fmt: skip


@pytest.mark.parametrize("name", NEVER_RECEIVED)
def test_a_reserved_request_header_reaches_no_event_mapping_or_template(name: str) -> None:
    sent = [(name, "value"), ("Range", "value")]
    events: list[Any] = []
    called(lambda event, _: events.append(event) or {}, headers=sent)
    assert events[0]["headers"] == {"range": "value"}
    assert events[0]["multiValueHeaders"] == {"range": ["value"]}
    mapping = {"integration.request.header.X": f"method.request.header.{name}"}
    store = RecordingStore()
    definition = a_definition(
        an_s3_operation("GET", parameters=KEY_FROM_PATH | mapping),
        a_mock_operation(a_response(templates={"application/json": f"$input.params('{name}')"})),
    )
    ask(definition, "GET", "/k", sent, store=store)
    assert "x" not in store.asked[0].headers
    assert ask(definition, "GET", "/mock", sent).body == b""


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("operation", [an_s3_operation("POST"), a_function_operation("/k")])
def test_a_mapping_to_a_reserved_request_header_ends_in_500(name: str, operation: Any) -> None:
    parameters = {f"integration.request.header.{name.lower()}": "'value'"} | KEY_FROM_PATH
    mapped = replace(
        operation, integration=replace(operation.integration, request_parameters=parameters)
    )
    answer = ask(a_definition(mapped), "POST", "/k")
    assert answer.status == 500
    assert json.loads(answer.body) == {"message": "Internal server error"}
    assert answer.headers["x-amzn-errortype"] == "InternalServerErrorException"


def test_a_mapping_to_another_request_header_is_served_and_a_function_ignores_it() -> None:
    parameters = {"integration.request.header.Range": "'bytes=0-1'"}
    operation = a_function_operation()
    mapped = replace(
        operation, integration=replace(operation.integration, request_parameters=parameters)
    )
    events: list[Any] = []
    called(lambda event, _: events.append(event) or {}, operation=mapped)
    assert events[0]["headers"] == {}


@pytest.mark.parametrize("name", RENAMED)
def test_a_reserved_response_header_is_renamed(name: str) -> None:
    mapped = a_response(parameters={f"method.response.header.{name}": "'value'"})
    answer = ask(a_definition(an_s3_operation("GET", responses=(mapped,))), "GET", "/k")
    assert answer.headers[f"x-amzn-remapped-{name.lower()}"] == "value"
    assert answer.headers.get(name.lower()) != "value"
    assert called(lambda *_: {"headers": {name: "value"}}).headers[
        f"x-amzn-remapped-{name.lower()}"
    ] == "value"  # fmt: skip


@pytest.mark.parametrize("name", ["Accept", "Age", "Content-Encoding", "Range", "TE", "Via"])
def test_other_response_headers_are_sent_as_mapped(name: str) -> None:
    mapped = a_response(parameters={f"method.response.header.{name}": "'value'"})
    answer = ask(a_definition(an_s3_operation("GET", responses=(mapped,))), "GET", "/k")
    assert answer.headers[name.lower()] == "value"
