"""Response headers, on one exchange of every kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fixtures.api import Definition, IntegrationKind, Operation
from fixtures.cases.case import ANSWER, Case, ExistingObject, Request, Role, Step
from fixtures.cases.object_address import target_without_object
from fixtures.payloads import by_name, sized
from fixtures.rules.expectation import BodyKind, Expectation
from fixtures.rules.expected_response import expected_response
from fixtures.rules.initial_state import initial_state
from fixtures.rules.routing import route
from fixtures.rules.step_plans import plan_upload
from suites.errors.cases import unknown_paths
from suites.existing_downloads import existing_downloads
from suites.header_values import binary_type, stored_types, usual_types
from suites.profile import Profile
from suites.skip_reasons import why_not_stored

# The headers that are checked on every kind of response.
_OF_ANY_ANSWER = ("Content-Type", "Content-Length", "Content-Encoding")
_LARGE = 512 * 1024
_UNTOLD = "application/octet-stream"
"""The type that says nothing about its bytes, so that much software looks for another."""
_ALL = bytes(range(256))
# A key's last segment -> bytes, which begin like a kind of file: WHATWG, MIME Sniffing Standard.
_LOOKS = {
    "picture.jpg": b"\xff\xd8\xff\xe0" + _ALL,
    "picture-without-extension": b"\x89PNG\r\n\x1a\n" + _ALL,
    "page.html": b"<!DOCTYPE html><html>" + _ALL,
    "document-without-extension": b"%PDF-1.7\n" + _ALL,
    "data.json": b'{"a": 1}',
    "archive.gz": b"\x1f\x8b\x08" + _ALL,
    "plain.txt": b"plain text",
}


@dataclass(frozen=True)
class _Situation:
    """A kind of exchange whose response headers are checked."""

    name: str
    request: Request
    setup: Request | None = None
    found: tuple[ExistingObject, ...] = ()

    def case(self, id_: str, aspect: str, times: int = 1) -> Case:
        """A case about one header of its response."""
        return Case(id_, self.steps(times), aspect, existing=self.found)

    def steps(self, times: int = 1) -> tuple[Step, ...]:
        prepared = (Step(Role.SETUP, self.setup, shared=True),) if self.setup else ()
        return (*prepared, *(Step(Role.ACT, self.request) for _ in range(times)))


def answers(
    definition: Definition, profile: Profile, existing: Sequence[ExistingObject] = ()
) -> Iterator[Case]:
    """Content-Type, Content-Length and Content-Encoding of every kind of response."""
    for situation in _situations(definition, existing):
        for name in _OF_ANY_ANSWER:
            yield situation.case(f"{name.lower()} {situation.name}", name)


def identity_only(
    definition: Definition, profile: Profile, existing: Sequence[ExistingObject] = ()
) -> Iterator[Case]:
    """The same responses to a client that accepts no content encoding."""
    for situation in _situations(definition, existing):
        request = replace(situation.request, headers=(("Accept-Encoding", "identity"),))
        yield replace(situation, request=request).case(
            f"content-encoding {situation.name} accept-encoding:identity", "Content-Encoding"
        )


def request_ids(
    definition: Definition, profile: Profile, existing: Sequence[ExistingObject] = ()
) -> Iterator[Case]:
    """Every kind of response twice: both have a request id, and the ids differ."""
    for situation in (*_situations(definition, existing), *_large(definition, existing)):
        header = definition.kind.request_id_header
        yield situation.case(f"request-id {situation.name}", header, times=2)


def mapped(
    definition: Definition, profile: Profile, existing: Sequence[ExistingObject] = ()
) -> Iterator[Case]:
    """Each header, besides Content-Type, that the definition sets in some kind of response."""
    for situation in _situations(definition, existing):
        for name, header in _last_expectation(definition, situation).headers.items():
            is_known = header.value is not None
            if is_known and header.rule in ("mapped-header", "mapped-header-of-s3"):
                yield situation.case(f"mapped {name} {situation.name}", name)


def guessed_types(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Keys with an extension, and bytes that look like a kind of file, under another type."""
    for operation in definition.operations_on_s3("GET"):
        for name, content in _LOOKS.items():
            plan = plan_upload(definition, operation, f"headers/{name}", content, _UNTOLD)
            row = f"{operation.name} looks:{name}"
            if plan is None:
                reason = why_not_stored(definition, operation)
                yield Case(row, not_applicable=reason, rules=("content-type-mapped",))
                continue
            setup = plan.with_unique_key
            for accept in usual_types(definition)[:2]:
                request = Request(operation, setup.name, accept=accept)
                situation = _Situation(f"{row} accept:{accept}", request, setup)
                yield situation.case(f"content-type {situation.name}", "Content-Type")
                yield situation.case(situation.name, ANSWER)


def error_types(definition: Definition, profile: Profile) -> Iterator[Case]:
    """The errors that the gateway itself returns."""
    for situation in _situations(definition, ()):
        refused = expected_response(definition, situation.request, None).kind is BodyKind.ERROR
        if refused and situation.setup is None:
            yield situation.case(f"error-type {situation.name}", definition.kind.error_type_header)


def _situations(definition: Definition, existing: Sequence[ExistingObject]) -> Iterator[_Situation]:
    """One exchange of every kind; where nothing may be uploaded, downloads of existing objects."""
    if existing:
        yield from _readings(definition, existing)
        return
    for method in ("GET", "HEAD"):
        for operation in definition.operations_on_s3(method):
            yield from _downloads(definition, operation)
    for operation in definition.operations_on_s3("PUT"):
        yield from _uploads(definition, operation)
    for operation in definition.operations_sent_as("OPTIONS"):
        if operation.integration.kind is IntegrationKind.MOCK:
            request = Request(operation, "headers/mock", target=target_without_object(operation))
            yield _Situation(f"{operation.name} mock", request)
    for operation in definition.operations[:1]:
        request = Request(operation, "headers/method", method="DELETE")
        if route(definition, request).operation is None:
            yield _Situation("DELETE unknown-method", request)
    for path in unknown_paths(definition)[:1]:
        unknown = Request(definition.operations[0], "", method="GET", target=path)
        yield _Situation("GET unknown-path", unknown)


def _downloads(definition: Definition, operation: Operation) -> Iterator[_Situation]:
    text = by_name("base64-every-byte").content  # survives every conversion
    for media_type in stored_types(definition):
        name = f"headers/{media_type}"
        plan = plan_upload(definition, operation, name, text, media_type)
        if plan is None:
            continue
        for accept in usual_types(definition):
            yield _Situation(
                f"{operation.name} stored:{media_type} accept:{accept}",
                Request(operation, plan.with_unique_key.name, accept=accept),
                plan.with_unique_key,
            )
    missing = Request(operation, "headers/missing", accept="text/plain")
    yield _Situation(f"{operation.name} missing", missing)


def _large(definition: Definition, existing: Sequence[ExistingObject]) -> Iterator[_Situation]:
    """Downloads of an object that is longer than most buffers."""
    media_type = binary_type(definition)
    for operation in definition.operations_on_s3("GET") if not existing else ():
        plan = plan_upload(definition, operation, "headers/large", sized(_LARGE), media_type)
        if plan is not None:
            name = plan.with_unique_key.name
            request = Request(operation, name, accept=media_type)
            yield _Situation(f"{operation.name} large", request, plan.with_unique_key)


def _last_expectation(definition: Definition, situation: _Situation) -> Expectation:
    """What the rules expect of a situation's response, after its preparation."""
    case = situation.case("", ANSWER)
    state = initial_state(case)
    for step in case.steps:
        expectation = expected_response(definition, step.request, state.get(step.request.object))
        state[step.request.object] = expectation.stored
    return expectation


def _readings(definition: Definition, found: Sequence[ExistingObject]) -> Iterator[_Situation]:
    for method in ("GET", "HEAD"):
        for operation, one in existing_downloads(definition, found, method):
            for accept in usual_types(definition):
                yield _Situation(
                    f"{operation.name} found:{one.name} accept:{accept}",
                    one.request(operation, accept=accept),
                    found=(one,),
                )


def _uploads(definition: Definition, operation: Operation) -> Iterator[_Situation]:
    bodies = {"base64": by_name("base64-every-byte").content, "not-base64": b"not Base64!"}
    for form, body in bodies.items():
        for content_type in usual_types(definition):
            name = f"headers/{operation.method}-{form}-{content_type}"
            yield _Situation(
                f"{operation.name} {form} sent:{content_type}",
                Request(operation, name, content_type, body=body),
            )
