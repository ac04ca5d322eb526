"""Requests to the echo function, and the handshake that identifies it.

Strategy: only the behaviour of the shipped echo function is known; the effect of a POST on another
function is not. So every case begins with a handshake: a GET, which by RFC 9110 section 9.2.1
changes nothing, and to which the echo function replies with its name. Without that reply nothing
else is sent, and the case is not applicable.
"""

from collections.abc import Iterator

from fixtures.api import Definition, Operation
from fixtures.cases.case import Role, Step
from fixtures.cases.echo_request import echo_request
from fixtures.functions import echo

_WITH_BODY = ("POST", "PUT", "PATCH")


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
