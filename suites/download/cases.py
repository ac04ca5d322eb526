"""Every stored type × every `Accept` × the request's `Content-Type`."""

from collections.abc import Iterator

from fixtures.model import Definition, Operation
from fixtures.model.case import Case, Request, Role, Step
from fixtures.payloads import by_name
from fixtures.rules.expectation import Stored
from fixtures.rules.expecting import expect
from fixtures.rules.planning import plan_upload
from suites.absence import why_not_stored
from suites.media_types import accepts, binary_type, in_words, stored_types
from suites.profile import Profile

# As AWS was observed with: bytes that are no UTF-8, Base64 of them, and plain text.
_PAYLOADS = ("every-byte", "base64-every-byte", "utf-8-text")


def cases(definition: Definition, profile: Profile) -> Iterator[Case]:
    """The download matrix of every operation that downloads."""
    for operation in definition.operations_on_s3("GET"):
        for media_type in stored_types(definition):
            for payload in _PAYLOADS:
                yield from _matrix(definition, profile, operation, media_type, payload)


def _matrix(
    definition: Definition, profile: Profile, operation: Operation, media_type: str, payload: str
) -> Iterator[Case]:
    row = f"{operation.name} {payload} stored:{media_type}"

    def place(accept: str, sent: str) -> dict[str, str]:
        known = {"operation": operation.name, "payload": payload, "stored": media_type}
        return {**known, "accept": accept, "sent": sent}

    content = by_name(payload).content
    name = f"download/{payload}-{media_type}"
    plan = plan_upload(definition, operation, name, content, media_type)
    if plan is None:
        request = Request(operation, name, accept=media_type)
        would_be = expect(definition, request, Stored(content, media_type))
        yield Case(
            row,
            not_applicable=why_not_stored(definition, operation),
            rules=would_be.rules,
            axes=place("any", "any"),
        )
        return
    setup = Step(Role.SETUP, plan.apart, shared=True)
    name = setup.request.name
    two_lines = Request(operation, name, accept="text/html", headers=(("Accept", media_type),))
    yield Case(
        f"{row} accept-lines:text/html accept-lines:{media_type}",
        (setup, Step(Role.ACT, two_lines)),
        rules=("accept-first-entry",),
        axes=place(f"text/html, on a second line {media_type}", "none"),
    )
    for accept in accepts(definition):
        for content_type in _request_content_types(definition, profile, payload):
            request = Request(operation, name, content_type=content_type, accept=accept)
            axes = place(in_words(accept), in_words(content_type))
            words = f"accept:{axes['accept']} sent:{axes['sent']}"
            yield Case(f"{row} {words}", (setup, Step(Role.ACT, request)), axes=axes)


def _request_content_types(
    definition: Definition, profile: Profile, payload: str
) -> tuple[str | None, ...]:
    """A download has no body, so its own `Content-Type` must not matter."""
    if payload == _PAYLOADS[0] and profile.every_content_type:
        return (None, "application/json", binary_type(definition))
    return ("application/json",)
