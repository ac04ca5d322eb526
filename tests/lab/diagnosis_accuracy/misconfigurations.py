"""Deployments that are wrong in one setting, and the changes by which a diagnosis may name each.

Strategy: made from the definition by themselves, not by the search, so that the two can be compared
with each other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fixtures.api import (
    ContentHandling,
    Definition,
    Integration,
    IntegrationResponse,
    Operation,
    Passthrough,
)
from fixtures.diagnosis.candidate import ChangeId, ChangeKind
from fixtures.diagnosis.configuration_changes import EVERY_UPLOAD
from fixtures.diagnosis.integration_changes import ANY_TEMPLATE, place_of_response

_HANDLINGS = (None, ContentHandling.CONVERT_TO_BINARY, ContentHandling.CONVERT_TO_TEXT)
_TEMPLATE = '{"data": "$input.body"}'
_OTHER_TYPES = ("*/*", "application/json", "text/plain", "image/*")


_JSON = "application/json"
_STORED = "binary/octet-stream"


@dataclass(frozen=True)
class Misconfiguration:
    """A deployed definition that differs from the stated one, and the names of that difference."""

    names: frozenset[ChangeId]
    deployed: Definition

    @property
    def name(self) -> str:
        """A name for readers."""
        return min(map(str, self.names))


_Named = tuple[tuple[ChangeId, ...], Integration]


def misconfigurations(definition: Definition) -> Iterator[Misconfiguration]:
    """Each setting of a definition set otherwise."""
    yield from _lists(definition)
    for operation in definition.operations:
        if operation.integration.s3 is None:
            continue
        for names, integration in _integrations(operation):
            operations = tuple(
                replace(other, integration=integration) if other == operation else other
                for other in definition.operations
            )
            deployed = replace(definition, operations=operations)
            yield Misconfiguration(frozenset(names), deployed)


def _lists(definition: Definition) -> Iterator[Misconfiguration]:
    entries = definition.binary_media_types
    shorter = [entries, *((entry,) for entry in entries if len(entries) > 1)] if entries else []
    for removed in shorter:
        rest = tuple(other for other in entries if other not in removed)
        yield Misconfiguration(
            frozenset({list_without(removed)}), replace(definition, binary_media_types=rest)
        )
    for added in _OTHER_TYPES:
        if added not in entries and "*/*" not in entries:
            longer = replace(definition, binary_media_types=(*entries, added))
            yield Misconfiguration(frozenset({list_with(added)}), longer)


def list_without(entries: tuple[str, ...]) -> ChangeId:
    """The name of a list that lacks these entries."""
    return ChangeId(ChangeKind.BINARY_MEDIA_TYPES, value="removed", detail=",".join(entries))


def list_with(entry: str) -> ChangeId:
    """The name of a list with one entry more."""
    place = "" if entry == "*/*" else entry
    return ChangeId(ChangeKind.BINARY_MEDIA_TYPES, place, "added", entry)


def missing_templates(place: str, templates: Iterable[str]) -> ChangeId:
    """The name of templates that are missing."""
    return ChangeId(ChangeKind.TEMPLATES, place, detail=",".join(templates))


def _added_template(place: str) -> tuple[ChangeId, ...]:
    return tuple(
        ChangeId(ChangeKind.TEMPLATES, place, text, _JSON) for text in (_TEMPLATE, ANY_TEMPLATE)
    )


def _integrations(operation: Operation) -> Iterator[_Named]:
    integration, place = operation.integration, operation.name
    for handling in _HANDLINGS:
        if handling != integration.content_handling:
            name = ChangeId(ChangeKind.CONTENT_HANDLING, place, handling or "")
            yield (name,), replace(integration, content_handling=handling)
    for passthrough in Passthrough:
        if passthrough != integration.passthrough:
            name = ChangeId(ChangeKind.PASSTHROUGH, place, passthrough)
            yield (name,), replace(integration, passthrough=passthrough)
    templates = integration.request_templates
    if templates:
        name = missing_templates(place, templates)
        yield (name,), replace(integration, request_templates={})
    elif operation.s3_method == "PUT":
        yield _added_template(place), replace(integration, request_templates={_JSON: _TEMPLATE})
    if operation.s3_method == "PUT":
        parameters = {**integration.request_parameters}
        parameters["integration.request.header.Content-Type"] = f"'{_STORED}'"
        names = (ChangeId(ChangeKind.STORED_TYPE, p, _STORED) for p in (place, EVERY_UPLOAD))
        yield tuple(names), replace(integration, request_parameters=parameters)
    for number, response in enumerate(integration.responses):
        for found, other in _responses(operation, response):
            responses = list(integration.responses)
            responses[number] = other
            yield found, replace(integration, responses=tuple(responses))


def _responses(
    operation: Operation, response: IntegrationResponse
) -> Iterator[tuple[tuple[ChangeId, ...], IntegrationResponse]]:
    place = place_of_response(operation, response)
    for handling in _HANDLINGS:
        if handling != response.content_handling:
            name = ChangeId(ChangeKind.CONTENT_HANDLING, place, handling or "")
            yield (name,), replace(response, content_handling=handling)
    if response.templates:
        yield (missing_templates(place, response.templates),), replace(response, templates={})
    elif operation.s3_method == "GET" and response.status == 200:
        yield _added_template(place), replace(response, templates={_JSON: _TEMPLATE})
    parameters = {
        name: source
        for name, source in response.parameters.items()
        if name.lower() != "method.response.header.content-type"
    }
    if len(parameters) < len(response.parameters):
        name = ChangeId(ChangeKind.CONTENT_TYPE_MAPPING, place)
        yield (name,), replace(response, parameters=parameters)
