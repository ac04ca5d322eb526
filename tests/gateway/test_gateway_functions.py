"""A function behind a Lambda proxy: the event that it is given, and how it is called."""

import asyncio
import base64
import json
import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fixtures.exceptions import NoFunctionError
from fixtures.gateway import lambda_function
from fixtures.gateway.application import Gateway
from fixtures.gateway.lambda_function import Context, load_function
from tests.gateway.helpers import (
    FUNCTION_BINARY,
    RecordingStore,
    a_definition,
    a_function_operation,
    a_scope,
    called,
    exchange,
)

MALFORMED = {"message": "Internal server error"}


def event_of(target: str = "/f", **rest: Any) -> dict[str, Any]:
    """The event that a function is given of a request."""
    events: list[dict[str, Any]] = []

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        events.append(event)
        return {}

    assert called(handler, target, **rest).status == 200
    return events[0]


# ------------------------------------------------------------------------------------ the event


def test_an_event_has_the_members_of_the_payload_format_and_no_others() -> None:
    event = event_of()
    assert list(event) == [
        "resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters",
        "multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext",
        "body", "isBase64Encoded",
    ]  # fmt: skip
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/f", "/f", "POST")
    # As AWS was observed: what is not there is null.
    assert event["queryStringParameters"] is event["multiValueQueryStringParameters"] is None
    assert event["pathParameters"] is event["stageVariables"] is event["body"] is None
    assert event["isBase64Encoded"] is False


def test_the_context_of_a_request_says_who_asked_for_what() -> None:
    headers = [("Host", "a.example"), ("User-Agent", "curl")]
    context = event_of("/f?x=1", headers=headers, client=("192.0.2.1", 7))["requestContext"]
    assert context["identity"] == {
        "accessKey": None, "accountId": None, "caller": None,
        "cognitoAuthenticationProvider": None, "cognitoAuthenticationType": None,
        "cognitoIdentityId": None, "cognitoIdentityPoolId": None, "principalOrgId": None,
        "sourceIp": "192.0.2.1", "user": None, "userAgent": "curl", "userArn": None,
    }  # fmt: skip
    assert abs(context.pop("requestTimeEpoch") / 1000 - time.time()) < 60
    assert context.pop("requestTime")
    assert context.pop("extendedRequestId") == context.pop("requestId") != ""
    del context["identity"]
    assert context == {
        "accountId": "123456789012", "apiId": "reference", "domainName": "a.example",
        "httpMethod": "POST", "path": "/v1/f", "protocol": "HTTP/1.1", "resourceId": "reference",
        "resourcePath": "/f", "stage": "v1",
    }  # fmt: skip
    assert event_of()["requestContext"]["domainName"] == ""


def test_repeated_headers_and_parameters_are_all_there_and_the_last_one_by_itself() -> None:
    headers = [("A", "1"), ("a", "2"), ("B", "x, y")]
    event = event_of("/f?price=10&c=a%2Bb+c&price=20&e=", headers=headers)
    assert event["headers"] == {"a": "2", "b": "x, y"}
    assert event["multiValueHeaders"] == {"a": ["1", "2"], "b": ["x, y"]}
    assert event["queryStringParameters"] == {"price": "20", "c": "a+b c", "e": ""}
    assert event["multiValueQueryStringParameters"] == {
        "price": ["10", "20"],
        "c": ["a+b c"],
        "e": [""],
    }


@pytest.mark.parametrize(
    ("resource", "target", "parameters"),
    [
        ("/{proxy+}", "/a/b%2Bc@d", {"proxy": "a/b%2Bc@d"}),
        ("/{proxy+}", "/a/", {"proxy": "a"}),
        ("/{proxy+}", "/a//b//", {"proxy": "a//b"}),
        ("/x/{one}/y/{rest+}", "/x/1%2F2/y/3/4", {"one": "1%2F2", "rest": "3/4"}),
        ("/x", "/x", None),
    ],
)
def test_path_parameters_are_as_they_were_sent(resource, target, parameters) -> None:
    event = event_of(target, operation=a_function_operation(resource))
    assert event["pathParameters"] == parameters
    assert (event["path"], event["resource"]) == (target, resource)
    assert event["requestContext"]["path"] == f"/v1{target}"


def test_doubled_slashes_before_a_path_are_one_in_the_event_but_not_in_its_context() -> None:
    event = event_of("//a", operation=a_function_operation("/{proxy+}"))
    assert (event["path"], event["pathParameters"]) == ("/a", {"proxy": "a"})
    assert event["requestContext"]["path"] == "/v1//a"


def test_an_event_over_lambdas_limit_is_413_in_json_and_the_function_is_not_called() -> None:
    calls: list[int] = []

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        calls.append(len(event["body"]))
        return {}

    png = [("Content-Type", "image/png")]
    # An event of 6,291,456 bytes holds less than 4.5 MiB as Base64.
    assert called(handler, headers=png, body=bytes(4_700_000)).status == 200
    answer = called(handler, headers=png, body=bytes(4_720_000))
    assert (answer.status, json.loads(answer.body)) == (413, {"message": "Request Too Long"})
    assert answer.headers["x-amzn-errortype"] == "BadRequestException"
    assert answer.headers["content-type"] == "application/json"
    assert calls == [6_266_668]


def test_the_root_of_a_stage_is_a_slash() -> None:
    app_events: list[Any] = []
    definition = a_definition(a_function_operation("/"), binary=FUNCTION_BINARY)
    app = Gateway(definition, RecordingStore(), lambda event, _: app_events.append(event) or {})
    for target in ("", "/"):
        answer = exchange(app, a_scope("POST", target, []), {"type": "http.request", "body": b""})
        assert answer is not None
    assert [event["path"] for event in app_events] == ["/", "/"]


def test_an_api_without_a_stage_has_its_whole_path() -> None:
    events: list[Any] = []
    definition = a_definition(a_function_operation("/v1/f"))
    object.__setattr__(definition, "base_path", "")
    app = Gateway(definition, RecordingStore(), lambda event, _: events.append(event) or {})
    assert exchange(app, a_scope("POST", "/f", []), {"type": "http.request", "body": b""})
    assert (events[0]["path"], events[0]["requestContext"]["stage"]) == ("/v1/f", "")


EVERY_BYTE = bytes(range(256))


@pytest.mark.parametrize(
    ("content_type", "body", "given", "flag"),
    [
        ("image/png", EVERY_BYTE, base64.b64encode(EVERY_BYTE).decode(), True),
        ("video/mp4; x=y", b"text", "dGV4dA==", True),
        ("text/plain", b"text", "text", False),
        ("text/plain", b"a\xffb", "a\ufffdb", False),
        (None, b"{}", "{}", False),
        ("image/png", b"", None, False),
        ("text/plain", b"", None, False),
    ],
)
def test_a_body_is_given_as_base64_or_text(content_type, body, given, flag) -> None:
    headers = [] if content_type is None else [("Content-Type", content_type)]
    event = event_of(headers=headers, body=body)
    assert (event["body"], event["isBase64Encoded"]) == (given, flag)


# ------------------------------------------------------------------------------------ the call


def test_a_function_has_a_context_of_its_own() -> None:
    contexts: list[Context] = []
    answer = called(lambda _, context: contexts.append(context) or {})
    (context,) = contexts
    assert context.aws_request_id == answer.headers["x-amzn-requestid"]
    assert (context.function_name, context.function_version) == ("reference", "$LATEST")
    assert context.invoked_function_arn == (
        "arn:aws:lambda:us-east-1:123456789012:function:reference"
    )
    assert context.memory_limit_in_mb == "128"
    assert (context.log_group_name, context.log_stream_name) == (
        "/aws/lambda/reference",
        "reference",
    )
    assert 20_000 < context.get_remaining_time_in_millis() <= 29_000
    assert isinstance(context.get_remaining_time_in_millis(), int)
    assert Context("id", ends=time.monotonic() - 1).get_remaining_time_in_millis() == 0


def raising(error: BaseException) -> Callable[[Any, Any], Any]:
    def handler(_event: Any, _context: Any) -> Any:
        raise error

    return handler


@pytest.mark.parametrize(
    "handler",
    [raising(RuntimeError("no")), raising(SystemExit(1)), lambda *_: {"body": b"bytes"},
     lambda: None, lambda *_: {"body": {1}}],
)  # fmt: skip
def test_a_function_that_fails_ends_in_502_and_says_why_to_its_owner(
    handler, caplog, monkeypatch
) -> None:
    # A logger of the test's own: other tests may have switched the module's off.
    log = logging.getLogger("tests.a-failing-function")
    log.propagate = False
    log.addHandler(caplog.handler)
    monkeypatch.setattr(lambda_function, "_LOG", log)
    answer = called(handler)
    assert (answer.status, json.loads(answer.body)) == (502, MALFORMED)
    assert answer.headers["x-amzn-errortype"] == "InternalServerErrorException"
    (record,) = caplog.records
    assert record.message == "the function failed"
    assert record.exc_info


def test_a_function_that_takes_too_long_is_not_waited_for(monkeypatch) -> None:
    assert lambda_function.LONGEST == 29.0
    monkeypatch.setattr(lambda_function, "LONGEST", 0.05)
    answer = called(lambda *_: time.sleep(0.3))
    assert (answer.status, json.loads(answer.body)) == (
        504,
        {"message": "Endpoint request timed out"},
    )


def test_a_function_that_waits_keeps_nobody_else_waiting() -> None:
    # Each goes on when all are there; one that kept the others out would wait in vain, and fail.
    together = threading.Barrier(3, timeout=10)
    definition = a_definition(a_function_operation())
    waiting = Gateway(definition, RecordingStore(), lambda *_: {"body": str(together.wait())})
    sent: list[Any] = []

    async def three() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            sent.append(message)

        await asyncio.gather(*(waiting(a_scope("POST", "/f", []), receive, send) for _ in "123"))

    asyncio.run(three())
    assert sorted(message["body"] for message in sent if "body" in message) == [b"0", b"1", b"2"]


def test_a_function_cannot_change_what_others_are_given() -> None:
    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        answer = {"body": json.dumps(event.get("mark"))}
        event["mark"] = True
        return answer

    assert [called(handler).body for _ in range(2)] == [b"null", b"null"]


def test_without_another_one_the_echo_function_answers() -> None:
    app = Gateway(a_definition(a_function_operation()), RecordingStore())
    answer = exchange(app, a_scope("POST", "/f", []), {"type": "http.request", "body": b"x"})
    assert answer is not None
    assert answer.headers["x-conformance-function"] == "echo/1"
    assert json.loads(answer.body)["body"] == "string"


# --------------------------------------------------------------------------------- which function


def test_a_function_is_named_by_its_module_and_its_own_name(monkeypatch) -> None:
    module = ModuleType("mine")
    module.handler = lambda *_: {}  # type: ignore[attr-defined]
    module.nothing = 3  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mine", module)
    assert load_function("mine:handler") is module.handler
    for name in ("mine:nothing", "mine:absent", "mine:handler:more"):
        with pytest.raises(NoFunctionError) as caught:
            load_function(name)
        missing = name.partition(":")[2]
        assert str(caught.value) == f"the module mine has no function {missing}"


@pytest.mark.parametrize("name", ["", "mine", "mine:", ":handler"])
def test_what_is_not_module_and_handler_names_no_function(name: str) -> None:
    with pytest.raises(NoFunctionError) as caught:
        load_function(name)
    assert str(caught.value) == f"{name!r} names no function; give module:handler"


def test_a_module_that_cannot_be_imported_is_said_with_its_error(
    tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "broken_function.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(NoFunctionError) as caught:
        load_function("broken_function:handler")
    assert str(caught.value) == (
        "the module broken_function cannot be imported: ZeroDivisionError('division by zero')"
    )
    with pytest.raises(NoFunctionError, match="nowhere_at_all cannot be imported: ModuleNotFound"):
        load_function("nowhere_at_all:handler")
