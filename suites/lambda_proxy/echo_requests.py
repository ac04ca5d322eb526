"""Requests to the echo function, and the handshake that identifies it.

Strategy: only the behaviour of the shipped echo function is known; the effect of a POST on another
function is not. So every case begins with a handshake: a GET, which by RFC 9110 section 9.2.1
changes nothing, and to which the echo function replies with its name. Without that reply nothing
else is sent, and the case is not applicable.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from fixtures.api import Definition, Operation
from fixtures.cases.case import Request, Role, Step
from fixtures.cases.object_address import target_without_object
from fixtures.functions import echo

_WITH_BODY = ("POST", "PUT", "PATCH")


def echo_request(operation: Operation, query: Mapping[str, str], **rest: Any) -> Request:
    """A request whose query says what the echo function does; `rest` goes to `Request`."""
    path = target_without_object(operation)
    added = f"{'&' if '?' in path else '?'}{urlencode(query)}" if query else ""
    return Request(operation, "lambda", target=f"{path}{added}", **rest)


def echo_response(text: str, flag: str | None, media_type: str | None) -> dict[str, str]:
    """The query for a response with this body, `isBase64Encoded` and Content-Type."""
    encoded = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    query = {"return": "given", "body": encoded}
    if flag is not None:
        query["isBase64Encoded"] = flag
    if media_type is not None:
        query["contentType"] = media_type
    return query


def handshake(definition: Definition, operation: Operation) -> Step | None:
    """The step in which the function behind an operation names itself, if a GET reaches it."""
    for get in definition.operations_on_lambda("GET"):
        if get.integration.uri == operation.integration.uri:
            request = echo_request(get, {"return": "handshake"}, accept="application/json")
            return Step(Role.SETUP, request, shared=True, requires_response_header=echo.NAME_HEADER)
    return None


def downloads(definition: Definition) -> Iterator[Operation]:
    """The first GET to each function."""
    yield from _one_each(definition.operations_on_lambda("GET"))


def uploads(definition: Definition) -> Iterator[Operation]:
    """For each function and each method with a body, the first operation."""
    for method in _WITH_BODY:
        yield from _one_each(definition.operations_on_lambda(method))


def _one_each(operations: tuple[Operation, ...]) -> Iterator[Operation]:
    by_function: dict[str, Operation] = {}
    for operation in operations:
        by_function.setdefault(operation.integration.uri, operation)
    yield from by_function.values()
