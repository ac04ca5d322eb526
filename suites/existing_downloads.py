"""Which operation brings which of the objects, or other answers, that existed before the run."""

from collections.abc import Iterator, Sequence

from fixtures.api import Definition, IntegrationKind, Operation
from fixtures.cases.case import ExistingObject


def existing_downloads(
    definition: Definition, existing: Sequence[ExistingObject], method: str = "GET"
) -> Iterator[tuple[Operation, ExistingObject]]:
    """Each operation on S3 with the objects that it reaches, then what has one request of its own.

    `method` is what S3 is asked for; only a GET brings what has a request of its own.
    """
    by_key = [one for one in existing if not one.operation]
    for operation in definition.operations_on_s3(method):
        yield from ((operation, one) for one in by_key if one.is_reached_by(operation))
    if method == "GET":
        yield from ((definition.operation(one.operation), one) for one in existing if one.operation)


def keyless_downloads(definition: Definition) -> tuple[Operation, ...]:
    """The GETs of which only a manifest can say what they answer: their requests name no object."""
    return tuple(
        operation
        for operation in definition.operations_sent_as("GET")
        if operation.method == "GET"
        and operation.integration.kind is not IntegrationKind.MOCK
        and not operation.integration.unjudged_reason
        and (operation.integration.kind is not IntegrationKind.S3 or _is_fixed(operation))
    )


def _is_fixed(operation: Operation) -> bool:
    return operation.s3_method == "GET" and not operation.key_placeholders


def stated_functions(definition: Definition, existing: Sequence[ExistingObject]) -> frozenset[str]:
    """The integration URIs of which a manifest states an answer."""
    names = (one.operation for one in existing if one.operation)
    return frozenset(definition.operation(name).integration.uri for name in names)
