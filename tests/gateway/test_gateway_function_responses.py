"""What a function returned, as the response that a client gets."""

import asyncio
import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from fixtures.api import GatewayResponse
from fixtures.gateway.application import Gateway
from tests.gateway.helpers import (
    RecordingStore,
    a_definition,
    a_function_operation,
    a_scope,
    called,
    exchange,
)

MALFORMED = {"message": "Internal server error"}
ENCODED = "AP+A"
DECODED = b"\x00\xff\x80"


def response(answer: Any, accept: str | None = None):
    return called(lambda *_: answer, headers=[("Accept", accept)] if accept else [])


@pytest.mark.parametrize(
    ("flag", "accept", "body"),
    [
        (True, "image/png", DECODED),
        (True, "image/png, text/html", DECODED),
        (True, "video/mp4", DECODED),
        (True, "text/html, image/png", ENCODED.encode()),
        (True, "text/html", ENCODED.encode()),
        (True, None, ENCODED.encode()),
        (False, "image/png", ENCODED.encode()),
        (False, "text/html", ENCODED.encode()),
        (None, "image/png", ENCODED.encode()),
    ],
)
@pytest.mark.parametrize("own", ["image/png", "text/plain", None])
def test_a_body_is_decoded_by_its_flag_and_accept_alone(flag, accept, body, own) -> None:
    answer = {"statusCode": 201, "body": ENCODED, "isBase64Encoded": flag}
    if own is not None:
        answer["headers"] = {"Content-Type": own}
    came = response(answer, accept)
    assert (came.status, came.body) == (201, body)
    assert came.headers["content-type"] == (own or "application/json")


@pytest.mark.parametrize(
    ("flags", "body"),
    [
        ({"base64Encoded": True}, DECODED),
        ({"base64Encoded": "true"}, DECODED),
        ({"isBase64Encoded": "true"}, DECODED),
        ({"isBase64Encoded": "false"}, ENCODED.encode()),
        ({"base64Encoded": True, "isBase64Encoded": False}, DECODED),
        ({"base64Encoded": False, "isBase64Encoded": True}, ENCODED.encode()),
        ({"base64Encoded": None, "isBase64Encoded": True}, DECODED),
    ],
)
def test_the_flag_has_two_names_and_may_be_a_string(flags: dict[str, Any], body: bytes) -> None:
    assert response({"body": ENCODED, **flags}, "image/png").body == body


@pytest.mark.parametrize("text", ["\u00e8\u00e9+\u00e0)(", "AP+", "AP+A\n", "AP-A", "!"])
def test_what_is_no_base64_ends_in_500_for_a_client_that_wants_binary(text: str) -> None:
    answer = {"body": text, "isBase64Encoded": True}
    came = response(answer, "image/png")
    assert (came.status, json.loads(came.body)) == (500, MALFORMED)
    assert response(answer, "text/html").body == text.encode()


# As AWS was observed: none of the members is needed.
@pytest.mark.parametrize(
    "answer",
    [{}, {"statusCode": 200}, {"body": None}, {"headers": None, "multiValueHeaders": None},
     {"isBase64Encoded": True}],
)  # fmt: skip
def test_a_response_may_lack_every_member(answer: dict[str, Any]) -> None:
    came = response(answer, "image/png")
    assert (came.status, came.body) == (200, b"")
    assert came.headers["content-type"] == "application/json"


def test_a_response_may_have_every_member_at_once() -> None:
    came = response({
        "statusCode": 201, "headers": {"A": "1"}, "multiValueHeaders": {"B": ["2"]},
        "body": "text", "isBase64Encoded": False,
    })  # fmt: skip
    assert (came.status, came.body) == (201, b"text")
    assert (came.headers["a"], came.headers["b"]) == ("1", "2")


@pytest.mark.parametrize(
    ("status", "expected"), [(200, 200), ("404", 404), (599, 599), (204, 204), (None, 200)]
)
def test_a_status_is_a_number_or_its_digits(status: Any, expected: int) -> None:
    assert response({"statusCode": status}).status == expected


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        {"statusCode": 200, "wrongValue": "value"},
        {"statusCode": "ok"},
        {"statusCode": 199},
        {"statusCode": 600},
        {"statusCode": 2000},
        {"statusCode": 20},
        {"statusCode": 200.5},
        {"statusCode": True},
        {"body": {"an": "object"}},
        {"body": 1},
        {"isBase64Encoded": "yes"},
        {"isBase64Encoded": 1},
        {"base64Encoded": "TRUE"},
        {"headers": []},
        {"headers": {"A": 1}},
        {"headers": {"A": None}},
        {"headers": {"not a token": "x"}},
        {"headers": {"": "x"}},
        {"headers": {"A\r\nB": "x"}},
        {"multiValueHeaders": []},
        {"multiValueHeaders": {"A": "text"}},
        {"multiValueHeaders": {"A": [1]}},
        {"multiValueHeaders": {"\u00e9": ["x"]}},
    ],
)
def test_what_is_no_response_ends_in_502(answer: Any) -> None:
    came = response(answer)
    assert (came.status, json.loads(came.body)) == (502, MALFORMED)
    assert came.headers["x-amzn-errortype"] == "InternalServerErrorException"
    assert came.headers["content-type"] == "application/json"


def test_a_default_response_that_is_customised_answers_for_what_is_none() -> None:
    template = {"text/plain": "$context.error.responseType"}
    custom = GatewayResponse("DEFAULT_5XX", 418, templates=template)
    definition = replace(a_definition(a_function_operation()), gateway_responses=(custom,))
    app = Gateway(definition, RecordingStore(), lambda *_: None)
    came = exchange(app, a_scope("POST", "/f", []), {"type": "http.request", "body": b""})
    assert came is not None
    assert (came.status, came.body) == (418, b"DEFAULT_5XX")


def lines(answer: Any) -> list[tuple[str, str]]:
    """Every header line that is not the gateway's own."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    app = Gateway(a_definition(a_function_operation()), RecordingStore(), lambda *_: answer)
    asyncio.run(app(a_scope("POST", "/f", []), receive, send))
    own = (b"x-amzn-RequestId", b"x-amz-apigw-id", b"Content-Length")
    headers = sent[0]["headers"]
    return [(name.decode(), value.decode("latin-1")) for name, value in headers if name not in own]


def test_headers_of_both_kinds_are_merged_and_none_comes_twice() -> None:
    answer = {
        "headers": {"Set-Cookie": "a=1", "X-One": "One", "X-True": True, "X-False": False},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"], "X-Many": ["1", "2"]},
    }
    assert sorted(lines(answer)) == [
        ("Content-Type", "application/json"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("X-False", "false"),
        ("X-Many", "1"),
        ("X-Many", "2"),
        ("X-One", "One"),
        ("X-True", "true"),
    ]


def test_one_header_in_two_letter_cases_is_sent_as_multi_value_headers_has_it() -> None:
    answer = {"headers": {"test-multi": "solo"}, "multiValueHeaders": {"tesT-Multi": ["many"]}}
    assert lines(answer)[-2:] == [("tesT-Multi", "many"), ("tesT-Multi", "solo")]


def test_a_type_in_any_spelling_takes_the_place_of_the_default_one() -> None:
    assert lines({"headers": {"content-TYPE": "a/b"}}) == [("Content-Type", "a/b")]
    assert lines({"multiValueHeaders": {"Content-Type": ["c/d"]}}) == [("Content-Type", "c/d")]


def test_what_would_spoil_the_connection_is_renamed_or_dropped() -> None:
    answer = {"headers": {"Content-Length": "7", "Transfer-Encoding": "chunked", "Date": "now"}}
    assert lines(answer) == [
        ("Content-Type", "application/json"),
        ("x-amzn-Remapped-Content-Length", "7"),
        ("x-amzn-Remapped-Date", "now"),
    ]


def test_a_lone_surrogate_is_no_reason_to_fail() -> None:
    assert response({"body": "a\ud800b"}).body == b"a?b"
    encoded = base64.b64encode("\u00e8".encode()).decode()
    came = response({"body": encoded, "isBase64Encoded": True}, "image/png")
    assert came.body == "\u00e8".encode()
