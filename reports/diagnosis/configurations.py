"""Every configuration that a deployment may have in place of its definition.

Strategy: one change at a time, each with what it would look like from outside, what usually brings
it about, and how to mend it. What nobody can tell from the definition by what was sent is left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from fixtures.model import Definition, Operation
from reports.diagnosis import mending
from reports.diagnosis.change import Change
from reports.diagnosis.integrations import of_integration, request_templates, with_integration
from reports.diagnosis.lists import of_lists
from reports.diagnosis.responses import of_responses, response_templates
from reports.diagnosis.seen import Seen

_TYPE = "integration.request.header.Content-Type"
_SENT_TYPE = "method.request.header.Content-Type"
# What S3 takes for the type of an object that is stored without one, and what gateways make of it.
_DEFAULT_TYPES = ("binary/octet-stream", "application/octet-stream", "application/json")


def configurations(definition: Definition, seen: Seen) -> Iterator[Change]:
    """The changes to a definition that the cases sent could show."""
    yield from of_lists(definition, seen)
    used = [
        operation
        for operation in definition.operations
        if (operation.path, operation.method) in seen.operations
    ]
    for operation in used:
        yield from of_integration(operation)
        yield from request_templates(operation, seen)
        yield from of_responses(operation, seen)
        yield from response_templates(operation, seen)
        yield _missing(operation)
    uploads = tuple(operation for operation in used if operation.s3_method == "PUT")
    for media_type in _DEFAULT_TYPES:
        if uploads:
            yield _stored_type(uploads, media_type, "every upload")
        if len(uploads) > 1:
            for operation in uploads:
                yield _stored_type((operation,), media_type, f"what {operation.name} uploads")


def _missing(operation: Operation) -> Change:
    def define(definition: Definition) -> Definition:
        return replace(
            definition,
            operations=tuple(
                other
                for other in definition.operations
                if (other.path, other.method) != (operation.path, operation.method)
            ),
        )

    return Change(
        f"{operation.name}=missing",
        operation.name,
        f"{operation.name} were not deployed",
        "the method was added to the definition and the API was not deployed again, or the "
        "endpoint's stage is another one",
        ("Import the definition and deploy it.", mending.DEPLOY_IN_WORDS),
        (mending.DEPLOY,),
        2,
        (operation.path, operation.method),
        define,
    )


def _stored_type(uploads: tuple[Operation, ...], media_type: str, what: str) -> Change:
    """Every object under one type: a Content-Type that does not get as far as S3."""

    def define(definition: Definition) -> Definition:
        for operation in uploads:
            definition = with_integration(
                operation,
                lambda i: replace(
                    i,
                    request_parameters={
                        **{k: v for k, v in i.request_parameters.items() if k.lower() != _KEY},
                        _TYPE: f"'{media_type}'",
                    },
                ),
            )(definition)
        return definition

    patch = ("add", f"/requestParameters/{_TYPE}", _SENT_TYPE)
    commands = (
        command
        for operation in uploads
        for command in (
            *mending.declared_header(operation, "Content-Type"),
            mending.integration(operation, patch)[1],
        )
    )
    single = uploads[0] if len(uploads) == 1 else None
    return Change(
        f"stored type of {what}={media_type}",
        "stored type",
        f"{what} were stored as {media_type}, whatever its Content-Type",
        "the Content-Type of an upload does not get as far as S3: its mapping is missing from the "
        "deployed integration",
        (f"Map {_TYPE} from {_SENT_TYPE}.", mending.DEPLOY_IN_WORDS),
        (*commands, mending.DEPLOY),
        1,
        (single.path, single.method) if single is not None else None,
        define,
    )


_KEY = _TYPE.lower()
