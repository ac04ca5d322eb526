"""Other integration responses than defined: missing ones, and other settings of those there are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fixtures.model import Integration, IntegrationResponse, Operation
from fixtures.rules.expectation import JSON
from reports.diagnosis import mending
from reports.diagnosis.change import Change
from reports.diagnosis.integrations import (
    ANY_TEMPLATE,
    HANDLINGS,
    handled,
    losses,
    on,
    set_handling,
    setting,
    templates_back,
    without,
)
from reports.diagnosis.seen import Seen
from reports.diagnosis.words import BY_HAND, in_words

_TYPE_BACK = "method.response.header.Content-Type"
_TYPE_OF_S3 = "integration.response.header.Content-Type"


@dataclass(frozen=True)
class _Place:
    """An integration response and where it stands."""

    operation: Operation
    number: int

    @property
    def response(self) -> IntegrationResponse:
        return self.operation.integration.responses[self.number]

    @property
    def name(self) -> str:
        return "default" if self.response.pattern is None else repr(self.response.pattern)

    @property
    def of_response(self) -> str:
        return f"in the integration response {self.name}"

    @property
    def whose(self) -> str:
        return f"of the integration response {self.name} of {self.operation.name}"

    def change(
        self,
        what: str,
        value: str,
        behaves: str,
        mend: str,
        patches: tuple[mending.Patch, ...],
        change: Callable[[IntegrationResponse], IntegrationResponse],
        *,
        cause: str = "",
        likelihood: int = 1,
    ) -> Change:
        """A change to this response alone."""

        def integrate(integration: Integration) -> Integration:
            responses = list(integration.responses)
            at = next(
                (n for n, r in enumerate(responses) if r.pattern == self.response.pattern), None
            )
            if at is not None:  # another change may have taken it away
                responses[at] = change(responses[at])
            return replace(integration, responses=tuple(responses))

        made = on(
            self.operation,
            f"response {self.name} {what}",
            value,
            behaves,
            mend,
            mending.integration_response(self.operation, self.response.status, *patches),
            integrate,
            likelihood=likelihood,
        )
        return replace(made, cause=cause or made.cause)


def of_responses(operation: Operation, seen: Seen) -> Iterator[Change]:
    """Every other setting of an operation's integration responses."""
    for number in range(len(operation.integration.responses)):
        place = _Place(operation, number)
        yield from _handlings(place)
        yield from _lost_templates(place)
        yield _type_back(place)
        for status in sorted(seen.statuses - {place.response.status}):
            yield _status(place, status)
        yield _missing(place)


def _handlings(place: _Place) -> Iterator[Change]:
    defined = place.response.content_handling
    for handling in HANDLINGS:
        if handling is not defined:
            yield place.change(
                "contentHandling",
                str(handling),
                f"contentHandling {place.whose} were {handling or 'not set'}",
                set_handling(place.whose, defined),
                (handled(defined),),
                setting(content_handling=handling),
            )


def _lost_templates(place: _Place) -> Iterator[Change]:
    defined = place.response.templates
    for lost in losses(defined):
        yield place.change(
            "responseTemplates",
            f"-{','.join(lost)}",
            f"the response template for {in_words(lost)} {place.whose} were missing",
            f"Add the response template for {in_words(lost)} {place.whose}.",
            templates_back("response", lost, defined),
            setting(templates=without(defined, lost)),
        )


def _type_back(place: _Place) -> Change:
    """The Content-Type of the answer: mapped where it should not be, or the other way round."""
    defined = place.response.parameters
    path = f"/responseParameters/{_TYPE_BACK}"
    mapped = next((name for name in defined if name.lower() == _TYPE_BACK.lower()), None)
    if mapped is None:
        parameters = {**defined, _TYPE_BACK: _TYPE_OF_S3}
        return place.change(
            "Content-Type",
            "mapped",
            f"Content-Type {place.whose} were mapped from {_TYPE_OF_S3}",
            f"Take the mapping of Content-Type {place.whose} away.",
            (("remove", path, None),),
            setting(parameters=parameters),
        )
    source = defined[mapped]
    rest = {name: value for name, value in defined.items() if name != mapped}
    return place.change(
        "Content-Type",
        "unmapped",
        f"Content-Type {place.whose} were not mapped",
        f"Map Content-Type {place.whose} from {source}.",
        (("add", path, source),),
        setting(parameters=rest),
    )


def _status(place: _Place, status: int) -> Change:
    response, operation = place.response, place.operation
    changed = place.change(
        "statusCode",
        str(status),
        f"the status {place.whose} were {status}",
        f"Put the integration response {place.name} of {operation.name} under the status "
        f"{response.status} again.",
        (),
        setting(status=status),
        likelihood=3,
    )
    again = mending.put_integration_response(operation, response.status, response.pattern)
    return replace(changed, commands=again)


def _missing(place: _Place) -> Change:
    response, operation = place.response, place.operation
    return on(
        operation,
        f"response {place.name}",
        "missing",
        f"{operation.name} had no integration response {place.name}",
        f"Add the integration response {place.name} to {operation.name}.",
        mending.put_integration_response(operation, response.status, response.pattern),
        lambda i: replace(
            i, responses=tuple(r for r in i.responses if r.pattern != response.pattern)
        ),
        likelihood=3,
    )


def response_templates(operation: Operation, seen: Seen) -> Iterator[Change]:
    """Response templates that the definition does not have.

    The answers show the text of one; given binary, any one ends in an error.
    """
    for number, response in enumerate(operation.integration.responses):
        if not response.templates and operation.s3_method == "GET":
            place = _Place(operation, number)
            yield place.change(
                "responseTemplates",
                "any",
                f"{operation.name} had a response template {place.of_response}",
                f"Take the response template {place.of_response} of {operation.name} away.",
                templates_back("response", (JSON,), {}),
                setting(templates={JSON: ANY_TEMPLATE}),
                cause=BY_HAND,
                likelihood=2,
            )
    for text in seen.response_templates.get((operation.path, operation.method), ()):
        for number, response in enumerate(operation.integration.responses):
            if not 200 <= response.status < 300:
                continue
            place = _Place(operation, number)
            media_types = tuple(response.templates) or (JSON,)
            yield place.change(
                "responseTemplates",
                text,
                f"{operation.name} had the response template {text}",
                f"Make the response templates of {operation.name} what the definition has.",
                templates_back("response", media_types, response.templates, deployed=media_types),
                setting(templates=dict.fromkeys(media_types, text)),
                cause=BY_HAND,
                likelihood=2,
            )
