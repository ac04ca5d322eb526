"""Requests that find nothing: no object, no key, no such path, no such method."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fixtures.api import Definition, IntegrationKind, Operation
from fixtures.cases.case import NOT_JUDGED, Case, ExistingObject, Request, Role, Step
from fixtures.cases.object_address import target_without_object
from fixtures.payloads import by_name
from fixtures.rules.request_validation import missing_parameters
from fixtures.rules.routing import declares, routes_to
from fixtures.rules.step_plans import plan_upload
from suites.header_values import accepts, binary_type, in_words, usual_types
from suites.profile import Profile
from suites.skip_reasons import why_not_stored

# A mock often stands for a method alone, and another integration may want what nobody knows.
_DEPLOYED_WHOLE = (IntegrationKind.S3, IntegrationKind.LAMBDA)
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_PATHS = ("/conformance-no-such-path", "/", "/no/such/path/at/all", "/conformance?key=image.jpg")


def missing_objects(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Downloads of an object that nobody stored, under every `Accept`."""
    for operation in definition.operations_on_s3("GET"):
        for accept in accepts(definition):
            request = Request(operation, "errors/missing", accept=accept)
            yield Case(
                f"{operation.name} missing accept:{in_words(accept)}",
                (Step(Role.ACT, request),),
                rules=("missing-object",),
            )


def missing_keys(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Downloads that name no object.

    Downloads alone: an upload without a key would be a request to create a bucket.
    """
    for operation in definition.operations_on_s3("GET"):
        row = f"{operation.name} without-key"
        rules = ("missing-key",)
        target = target_without_object(operation)
        request = Request(operation, "", accept="text/plain", target=target)
        if any(where == "path" for where, _ in operation.key_placeholders.values()):
            reason = "the key is part of the path: without it the path is another one"
            yield Case(row, not_applicable=reason, rules=rules)
        elif missing_parameters(request):
            reason = "a request validator wants the key, so that S3 is not asked without it"
            yield Case(row, not_applicable=reason, rules=rules)
        else:
            yield Case(row, (Step(Role.ACT, request),), rules=rules)


def missing_required(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Downloads without one of the query parameters that a request validator wants.

    Downloads alone: an upload that a bad gateway lets through would be stored nobody knows where.
    """
    for operation in definition.operations_on_s3("GET"):
        wanted = [
            parameter
            for parameter in operation.parameters
            if parameter.required and parameter.request_part == "querystring"
        ]
        for parameter in wanted if operation.validates_parameters else ():
            less = replace(
                operation,
                parameters=tuple(other for other in operation.parameters if other != parameter),
            )
            others = [other.name for other in wanted if other != parameter and not other.value]
            target = target_without_object(less, others)
            request = Request(operation, "", accept="text/plain", target=target)
            yield Case(f"{operation.name} without:{parameter.name}", (Step(Role.ACT, request),))


def unknown_paths(definition: Definition) -> tuple[str, ...]:
    """Paths that the definition does not have."""
    literal = [other.path for other in definition.operations if "{" not in other.path]
    near = (f"{path}-unknown" for path in literal)
    # The endpoint has the stage already: once more, it is the name of a resource.
    base = definition.base_path
    twice = (f"{base}{target_without_object(other)}" for other in definition.operations if base)
    paths = dict.fromkeys((*_PATHS, *near, *twice))
    return tuple(path for path in paths if not routes_to(definition, path))


def unknown_path_requests(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Requests for paths that the definition does not have.

    Asked for with GET; an upload goes to the one path that is surely nobody's.
    """
    operation = definition.operations[0]
    for path in unknown_paths(definition):
        for method in ("GET", "PUT") if path == _PATHS[0] else ("GET",):
            request = Request(operation, "", method=method, target=path)
            yield Case(f"{method} {path}", (Step(Role.ACT, request),))


def unknown_methods(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Methods that the definition does not have at a path that it has."""
    for operation in _one_a_path(definition):
        for method in _METHODS:
            if not declares(definition, operation.path, method):
                at = target_without_object(operation) if operation.integration.s3 is None else ""
                request = Request(
                    operation, "errors/method", accept="text/plain", method=method, target=at
                )
                yield Case(f"{method} {operation.path}", (Step(Role.ACT, request),))


def heads(definition: Definition, profile: Profile) -> Iterator[Case]:
    """HEAD of an object, where the definition has it."""
    content = by_name("png").content
    for operation in definition.operations_on_s3("HEAD"):
        missing = Request(operation, "errors/missing", accept=binary_type(definition))
        yield Case(
            f"{operation.name} missing", (Step(Role.ACT, missing),), rules=("missing-object",)
        )
        for media_type in usual_types(definition):
            row = f"{operation.name} stored:{media_type}"
            name = f"errors/head-{media_type}"
            plan = plan_upload(definition, operation, name, content, media_type)
            if plan is None:
                reason = why_not_stored(definition, operation)
                yield Case(row, not_applicable=reason, rules=("head-without-body",))
            else:
                setup = Step(Role.SETUP, plan.with_unique_key, shared=True)
                request = Request(operation, setup.request.name, accept=binary_type(definition))
                yield Case(row, (setup, Step(Role.ACT, request)))


def heads_on(definition: Definition, _: Profile, found: Sequence[ExistingObject]) -> Iterator[Case]:
    """HEAD of an object that was there before."""
    for operation in definition.operations_on_s3("HEAD"):
        for one in found:
            if one.is_reached_by(operation):
                request = Request(operation, one.name, accept=binary_type(definition))
                id_ = f"{operation.name} found:{one.name} stored:{one.media_type}"
                yield Case(id_, (Step(Role.ACT, request),), existing=(one,))


def mocks(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Operations that answer by themselves, OPTIONS above all."""
    for operation in definition.operations_sent_as("OPTIONS"):
        if operation.integration.kind is IntegrationKind.MOCK:
            target = target_without_object(operation)
            yield Case(
                f"{operation.name} mock",
                (Step(Role.ACT, Request(operation, "errors/mock", target=target)),),
            )


def unjudged(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Operations that no case is made of, so that none of them is left out silently."""
    tried = {
        operation.name
        for method in ("GET", "HEAD", "PUT")
        for operation in definition.operations_on_s3(method)
    }
    for operation in definition.operations:
        concrete = {operation.with_method(method).name for method in ("GET", "HEAD", "PUT")}
        elsewhere = operation.integration.kind in (IntegrationKind.MOCK, IntegrationKind.LAMBDA)
        if not elsewhere and not concrete & tried:
            reason = _why_unjudged(operation)
            yield Case(operation.name, not_applicable=reason, rules=(NOT_JUDGED,))


def _why_unjudged(operation: Operation) -> str:
    integration = operation.integration
    if integration.kind is not IntegrationKind.S3:
        behind = f"{integration.type} {integration.uri}".strip()
        return f"S3 is not behind it, but {behind}"
    if not operation.names_objects:
        return "a request through it cannot say which object it means"
    return f"it asks S3 for {operation.s3_method}, and GET, HEAD and PUT alone are judged"


def _one_a_path(definition: Definition) -> Iterator[Operation]:
    seen = set()
    for operation in definition.operations:
        if operation.path not in seen and operation.integration.kind in _DEPLOYED_WHOLE:
            seen.add(operation.path)
            yield operation
