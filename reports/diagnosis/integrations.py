"""Other integrations than defined: contentHandling, passthroughBehavior, request templates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from fixtures.model import (
    ContentHandling,
    Definition,
    Integration,
    IntegrationResponse,
    Operation,
    Passthrough,
)
from fixtures.rules.expectation import JSON
from reports.diagnosis import mending
from reports.diagnosis.change import Change
from reports.diagnosis.seen import Seen
from reports.diagnosis.words import BY_HAND, STALE, in_words

ANY_TEMPLATE = "$input.body"
"""A template that stands for any: what it makes of text is the text."""
HANDLINGS: tuple[ContentHandling | None, ...] = (None, *ContentHandling)


_Settings = TypeVar("_Settings", Integration, IntegrationResponse)


def setting(**values: Any) -> Callable[[_Settings], _Settings]:
    """The change that gives these fields these values."""
    return lambda settings: replace(settings, **values)


def with_integration(
    operation: Operation, change: Callable[[Integration], Integration]
) -> Callable[[Definition], Definition]:
    """A change to the definition that is one to the integration of an operation."""

    def define(definition: Definition) -> Definition:
        return replace(
            definition,
            operations=tuple(
                replace(other, integration=change(other.integration))
                if (other.path, other.method) == (operation.path, operation.method)
                else other
                for other in definition.operations
            ),
        )

    return define


def on(
    operation: Operation,
    what: str,
    value: str,
    behaves: str,
    mend: str,
    commands: tuple[str, ...],
    change: Callable[[Integration], Integration],
    *,
    cause: str = STALE,
    likelihood: int = 1,
) -> Change:
    """A change to one integration: `what` of it is `value`."""
    place = f"{operation.name} {what}"
    return Change(
        f"{place}={value}",
        place,
        behaves,
        cause,
        (mend, mending.DEPLOY_IN_WORDS),
        commands,
        likelihood,
        (operation.path, operation.method),
        with_integration(operation, change),
    )


def of_integration(operation: Operation) -> Iterator[Change]:
    """Every other setting of an operation's integration."""
    integration = operation.integration
    whose = f"of the integration of {operation.name}"
    for handling in HANDLINGS:
        if handling is not integration.content_handling:
            yield on(
                operation,
                "contentHandling",
                str(handling),
                f"contentHandling {whose} were {handling or 'not set'}",
                set_handling(whose, integration.content_handling),
                mending.integration(operation, handled(integration.content_handling)),
                setting(content_handling=handling),
            )
    for passthrough in Passthrough:
        if passthrough is not integration.passthrough:
            yield on(
                operation,
                "passthroughBehavior",
                str(passthrough),
                f"passthroughBehavior {whose} were {passthrough}",
                f"Set passthroughBehavior {whose} to {integration.passthrough}.",
                mending.integration(
                    operation, ("replace", "/passthroughBehavior", str(integration.passthrough))
                ),
                setting(passthrough=passthrough),
            )
    for lost in losses(integration.request_templates):
        yield on(
            operation,
            "requestTemplates",
            f"-{','.join(lost)}",
            f"{operation.name} had no request template for {in_words(lost)}",
            f"Add the request template for {in_words(lost)} to {operation.name}.",
            mending.integration(
                operation, *templates_back("request", lost, integration.request_templates)
            ),
            setting(request_templates=without(integration.request_templates, lost)),
        )


def request_templates(operation: Operation, seen: Seen) -> Iterator[Change]:
    """Request templates that the definition does not have.

    What was stored shows the text of one; given binary, any one ends in an error.
    """
    defined = operation.integration.request_templates
    if operation.s3_method == "PUT" and JSON not in defined:
        yield on(
            operation,
            "requestTemplates",
            f"any for {JSON}",
            f"{operation.name} had a request template for {JSON}",
            f"Take the request template for {JSON} of {operation.name} away.",
            mending.integration(operation, *templates_back("request", (JSON,), {})),
            setting(request_templates={**defined, JSON: ANY_TEMPLATE}),
            cause=BY_HAND,
            likelihood=2,
        )
    for media_types, text in seen.request_templates.get((operation.path, operation.method), ()):
        yield on(
            operation,
            "requestTemplates",
            f"{text} for {','.join(media_types)}",
            f"{operation.name} had the request template {text} for {in_words(media_types)}",
            f"Make the request templates of {operation.name} what the definition has.",
            mending.integration(
                operation,
                *templates_back("request", media_types, defined, deployed=media_types),
            ),
            setting(request_templates={**defined, **dict.fromkeys(media_types, text)}),
            cause=BY_HAND,
            likelihood=2,
        )


def losses(templates: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """The media types whose templates may be missing: all at once, then each by itself."""
    names = tuple(templates)
    each = tuple((name,) for name in names) if len(names) > 1 else ()
    return (names, *each) if names else ()


def without(templates: Mapping[str, str], lost: tuple[str, ...]) -> dict[str, str]:
    """The templates for all other media types."""
    return {name: text for name, text in templates.items() if name not in lost}


def templates_back(
    side: str,
    media_types: tuple[str, ...],
    defined: Mapping[str, str],
    deployed: tuple[str, ...] = (),
) -> tuple[mending.Patch, ...]:
    """What makes the templates for these media types the defined ones again."""
    patches: list[mending.Patch] = []
    for name in media_types:
        path = f"/{side}Templates/{mending.escaped(name)}"
        if name not in defined:
            patches.append(("remove", path, None))
        else:
            patches.append(("replace" if name in deployed else "add", path, defined[name]))
    return tuple(patches)


def set_handling(whose: str, handling: ContentHandling | None) -> str:
    """What to do, in words."""
    if handling is None:
        return f"Take contentHandling {whose} away."
    return f"Set contentHandling {whose} to {handling}."


def handled(handling: ContentHandling | None) -> mending.Patch:
    """The same as a patch: an empty value takes the setting away."""
    return "replace", "/contentHandling", "" if handling is None else str(handling)
