"""Deployments that are wrong in one setting, and the change by which a diagnosis should name each.

Strategy: made from the definition by themselves, not by the search, so that the two can be held
against each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fixtures.api import (
    ContentHandling,
    Definition,
    Integration,
    IntegrationResponse,
    Operation,
    Passthrough,
)

_HANDLINGS = (None, ContentHandling.CONVERT_TO_BINARY, ContentHandling.CONVERT_TO_TEXT)
_TEMPLATE = '{"data": "$input.body"}'
_OTHER_TYPES = ("*/*", "application/json", "text/plain", "image/*")


@dataclass(frozen=True)
class Wrong:
    """A deployed definition that differs from the stated one, and the key of that difference."""

    key: str
    deployed: Definition


def wrong_deployments(definition: Definition) -> Iterator[Wrong]:
    """Each setting of a definition set otherwise."""
    yield from _lists(definition)
    for operation in definition.operations:
        if operation.integration.s3 is not None:
            for key, integration in _integrations(operation):
                yield Wrong(f"{operation.name} {key}", _with(definition, operation, integration))


def _lists(definition: Definition) -> Iterator[Wrong]:
    entries = definition.binary_media_types
    if entries:
        yield Wrong("binaryMediaTypes=", replace(definition, binary_media_types=()))
    if len(entries) > 1:
        for entry in entries:
            rest = tuple(other for other in entries if other != entry)
            yield Wrong(f"binaryMediaTypes-{entry}", replace(definition, binary_media_types=rest))
    for added in _OTHER_TYPES:
        if added not in entries and "*/*" not in entries:
            longer = (*entries, added)
            yield Wrong(f"binaryMediaTypes+{added}", replace(definition, binary_media_types=longer))


def _with(definition: Definition, operation: Operation, integration: Integration) -> Definition:
    operations = tuple(
        replace(other, integration=integration) if other == operation else other
        for other in definition.operations
    )
    return replace(definition, operations=operations)


def _integrations(operation: Operation) -> Iterator[tuple[str, Integration]]:
    integration = operation.integration
    for handling in _HANDLINGS:
        if handling != integration.content_handling:
            yield f"contentHandling={handling}", replace(integration, content_handling=handling)
    for passthrough in Passthrough:
        if passthrough != integration.passthrough:
            changed = replace(integration, passthrough=passthrough)
            yield f"passthroughBehavior={passthrough}", changed
    templates = integration.request_templates
    if templates:
        yield (
            f"requestTemplates=-{','.join(templates)}",
            replace(integration, request_templates={}),
        )
    elif operation.s3_method == "PUT":
        yield (
            f"requestTemplates={_TEMPLATE} for application/json",
            replace(integration, request_templates={"application/json": _TEMPLATE}),
        )
    if operation.s3_method == "PUT":
        stored = {**integration.request_parameters}
        stored["integration.request.header.Content-Type"] = "'binary/octet-stream'"
        yield "stored type", replace(integration, request_parameters=stored)
    for number, response in enumerate(integration.responses):
        name = "default" if response.pattern is None else repr(response.pattern)
        for key, other in _responses(operation, response):
            responses = list(integration.responses)
            responses[number] = other
            yield f"response {name} {key}", replace(integration, responses=tuple(responses))


def _responses(
    operation: Operation, response: IntegrationResponse
) -> Iterator[tuple[str, IntegrationResponse]]:
    for handling in _HANDLINGS:
        if handling != response.content_handling:
            yield f"contentHandling={handling}", replace(response, content_handling=handling)
    if response.templates:
        yield (
            f"responseTemplates=-{','.join(response.templates)}",
            replace(response, templates={}),
        )
    elif operation.s3_method == "GET" and response.status == 200:
        yield (
            f"responseTemplates={_TEMPLATE}",
            replace(response, templates={"application/json": _TEMPLATE}),
        )
    parameters = {
        name: source
        for name, source in response.parameters.items()
        if name.lower() != "method.response.header.content-type"
    }
    if len(parameters) < len(response.parameters):
        yield "Content-Type=unmapped", replace(response, parameters=parameters)


Accepts = Callable[[str], bool]


def names(key: str) -> Accepts:
    """Whether the key of an explanation's only change names the difference."""
    if key.endswith(" stored type"):
        operation = key.removesuffix(" stored type")
        return lambda found: (
            found.startswith("stored type of ") and (operation in found or "every upload" in found)
        )
    any_text = key.replace(f"={_TEMPLATE}", "=any")
    return lambda found: found in (key, any_text)
