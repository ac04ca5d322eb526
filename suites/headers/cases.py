"""Headers of responses, on one exchange of every kind."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fixtures.model import Definition, IntegrationKind, Operation
from fixtures.model.addressing import target_without_object
from fixtures.model.case import Aspect, Case, Request, Role, Step
from fixtures.payloads import by_name
from fixtures.rules.expectation import Form
from fixtures.rules.expecting import expect
from fixtures.rules.planning import plan_upload
from fixtures.rules.routing import declares
from suites.errors.cases import unknown_paths
from suites.media_types import stored_types, usual_types
from suites.profile import Profile

_ANY_ANSWER = (Aspect.CONTENT_TYPE, Aspect.CONTENT_LENGTH, Aspect.CONTENT_ENCODING)


@dataclass(frozen=True)
class _Situation:
    """An exchange whose headers are worth a look."""

    name: str
    request: Request
    setup: Request | None = None

    def steps(self, times: int = 1) -> tuple[Step, ...]:
        prepared = (Step(Role.SETUP, self.setup, shared=True),) if self.setup else ()
        return (*prepared, *(Step(Role.ACT, self.request) for _ in range(times)))


def answers(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Content-Type, Content-Length and Content-Encoding of every kind of answer."""
    for situation in _situations(definition):
        for aspect in _ANY_ANSWER:
            yield Case(f"{aspect} {situation.name}", situation.steps(), aspect)


def identity_only(definition: Definition, profile: Profile) -> Iterator[Case]:
    """The same answers to a client that says that it takes no content encoding."""
    for situation in _situations(definition):
        asking = replace(situation.request, headers=(("Accept-Encoding", "identity"),))
        yield Case(
            f"content-encoding {situation.name} accept-encoding:identity",
            replace(situation, request=asking).steps(),
            Aspect.CONTENT_ENCODING,
        )


def request_ids(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Every kind of answer twice: both have an id, and not the same."""
    for situation in _situations(definition):
        yield Case(f"request-id {situation.name}", situation.steps(2), Aspect.REQUEST_ID)


def error_types(definition: Definition, profile: Profile) -> Iterator[Case]:
    """The errors that the gateway itself makes."""
    for situation in _situations(definition):
        refused = expect(definition, situation.request, None).form is Form.ERROR
        if refused and situation.setup is None:
            yield Case(f"error-type {situation.name}", situation.steps(), Aspect.ERROR_TYPE)


def _situations(definition: Definition) -> Iterator[_Situation]:
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
        if not declares(definition, operation.path, "DELETE"):
            request = Request(operation, "headers/method", method="DELETE")
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
                Request(operation, plan.apart.name, accept=accept),
                plan.apart,
            )
    missing = Request(operation, "headers/missing", accept="text/plain")
    yield _Situation(f"{operation.name} missing", missing)


def _uploads(definition: Definition, operation: Operation) -> Iterator[_Situation]:
    bodies = {"base64": by_name("base64-every-byte").content, "not-base64": b"not Base64!"}
    for form, body in bodies.items():
        for content_type in usual_types(definition):
            name = f"headers/{operation.method}-{form}-{content_type}"
            yield _Situation(
                f"{operation.name} {form} sent:{content_type}",
                Request(operation, name, content_type, body=body),
            )
