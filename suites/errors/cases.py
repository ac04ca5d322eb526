"""Requests for what does not exist: a missing object or key, an unknown path or method."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode

from fixtures.api import Definition, IntegrationKind, Operation
from fixtures.cases.case import NOT_JUDGED, Case, ExistingObject, Request, Role, Step
from fixtures.cases.echo_request import echo_response
from fixtures.cases.object_address import target_without_object
from fixtures.payloads import by_name
from fixtures.rules.request_validation import missing_parameters
from fixtures.rules.routing import find_route, route
from fixtures.rules.step_plans import plan_upload
from suites.existing_downloads import existing_downloads
from suites.header_values import accepts, binary_type, in_words, usual_types
from suites.lambda_proxy.echo_requests import handshake
from suites.profile import Profile
from suites.skip_reasons import UNKNOWN_SIBLING, why_not_stored

# A mock often exists for one method only, and other integrations have unknown requirements.
_DEPLOYED_WHOLE = (IntegrationKind.S3, IntegrationKind.LAMBDA)
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_PATHS = ("/conformance-no-such-path", "/", "/no/such/path/at/all", "/conformance?key=image.jpg")


def missing_objects(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Downloads of an object that does not exist, with every `Accept`."""
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

    Downloads only: an upload without a key would be a request to create a bucket.
    """
    for operation in definition.operations_on_s3("GET"):
        row = f"{operation.name} without-key"
        rules = ("missing-key",)
        target = target_without_object(operation)
        request = Request(operation, "", accept="text/plain", target=target)
        if any(where == "path" for where, _ in operation.key_placeholders.values()):
            reason = "the key is part of the path: without it the request has another path"
            yield Case(row, not_applicable=reason, rules=rules)
        elif missing_parameters(request):
            reason = "a request validator requires the key: no request without it reaches S3"
            yield Case(row, not_applicable=reason, rules=rules)
        else:
            yield Case(row, (Step(Role.ACT, request),), rules=rules)


def missing_required(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Downloads that lack a query parameter that a request validator requires, or have it blank.

    Downloads only: an upload that a faulty gateway accepts would be stored at an unknown key.
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
            joined = f"{target}{'&' if '?' in target else '?'}{quote(parameter.name, safe='')}="
            for what, asked in (("without", target), ("blank", joined)):
                request = Request(operation, "", accept="text/plain", target=asked)
                yield Case(f"{operation.name} {what}:{parameter.name}", (Step(Role.ACT, request),))


def unknown_paths(definition: Definition) -> tuple[str, ...]:
    """Some paths at which no resource of the definition has GET."""
    literal = [other.path for other in definition.operations if "{" not in other.path]
    near = (f"{path}-unknown" for path in literal)
    # The endpoint's URL includes the stage: repeated, it is the name of a resource.
    base = definition.base_path
    twice = (f"{base}{target_without_object(other)}" for other in definition.operations if base)
    paths = dict.fromkeys((*_PATHS, *near, *twice))
    return tuple(path for path in paths if _is_refused(definition, path, "GET"))


def unknown_path_requests(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Requests for paths that the definition does not declare.

    They are sent with GET; an upload only to the one path that no other API can have.
    """
    operation = definition.operations[0]
    for path in unknown_paths(definition):
        refused = path == _PATHS[0] and _is_refused(definition, path, "PUT")
        for method in ("GET", "PUT") if refused else ("GET",):
            request = Request(operation, "", method=method, target=path)
            yield Case(f"{method} {path}", (Step(Role.ACT, request),))


def unknown_methods(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Methods that no resource has that takes the path, at each path of the definition."""
    deployed = (o for o in definition.operations if o.integration.kind in _DEPLOYED_WHOLE)
    for operation in _one_per_path(deployed):
        for method in _METHODS:
            at = target_without_object(operation) if operation.integration.s3 is None else ""
            request = Request(
                operation, "errors/method", accept="text/plain", method=method, target=at
            )
            if route(definition, request).operation is None:
                yield Case(f"{method} {operation.path}", (Step(Role.ACT, request),))


def siblings(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Methods that a path does not have, and that a less specific resource serves.

    Only a mock or the echo function is requested: nothing is known of what others would change.
    """
    for operation in _one_per_path(definition.operations):
        for method in _METHODS:
            target = target_without_object(operation)
            found = find_route(definition, target, method)
            if found.operation is None or not found.rules:
                continue
            row = f"{method} {operation.path} served-by:{found.operation.path}"
            request = Request(
                operation, "errors/sibling", accept="text/plain", method=method, target=target
            )
            kind = found.operation.integration.kind
            greeting = handshake(definition, found.operation)
            if kind is IntegrationKind.MOCK:
                yield Case(row, (Step(Role.ACT, request),))
            elif kind is IntegrationKind.LAMBDA and greeting is not None:
                answer = urlencode(echo_response("served by a sibling", "false", "text/plain"))
                asked = replace(request, target=f"{target}{'&' if '?' in target else '?'}{answer}")
                yield Case(row, (greeting, Step(Role.ACT, asked)))
            else:
                yield Case(row, not_applicable=UNKNOWN_SIBLING, rules=found.rules)


def heads(definition: Definition, profile: Profile) -> Iterator[Case]:
    """HEAD of an object, where the definition declares it."""
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
    """HEAD of an object that existed before the run."""
    for operation, one in existing_downloads(definition, found, "HEAD"):
        request = one.request(operation, accept=binary_type(definition))
        id_ = f"{operation.name} found:{one.name} stored:{one.media_type}"
        yield Case(id_, (Step(Role.ACT, request),), existing=(one,))


def mocks(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Operations with a mock integration, usually OPTIONS."""
    for operation in definition.operations_sent_as("OPTIONS"):
        if operation.integration.kind is IntegrationKind.MOCK:
            target = target_without_object(operation)
            yield Case(
                f"{operation.name} mock",
                (Step(Role.ACT, Request(operation, "errors/mock", target=target)),),
            )


def unjudged(definition: Definition, profile: Profile) -> Iterator[Case]:
    """One case for each operation that no other case covers, so that none is skipped silently."""
    tried = {
        operation.name
        for method in ("GET", "HEAD", "PUT")
        for operation in definition.operations_on_s3(method)
    }
    for operation in definition.operations:
        concrete = {operation.with_method(method).name for method in ("GET", "HEAD", "PUT")}
        elsewhere = operation.integration.kind in (IntegrationKind.MOCK, IntegrationKind.LAMBDA)
        unjudged_reason = operation.integration.unjudged_reason
        if unjudged_reason or (not elsewhere and not concrete & tried):
            reason = unjudged_reason or _why_unjudged(operation)
            yield Case(operation.name, not_applicable=reason, rules=(NOT_JUDGED,))


def _why_unjudged(operation: Operation) -> str:
    integration = operation.integration
    if integration.kind is not IntegrationKind.S3:
        behind = f"{integration.type} {integration.uri}".strip()
        return f"its integration is {behind}, not S3"
    if not operation.names_objects:
        return "its requests cannot name an object"
    return f"it sends {operation.s3_method} to S3, and only GET, HEAD and PUT are tested"


def _is_refused(definition: Definition, target: str, method: str) -> bool:
    return find_route(definition, target, method).operation is None


def _one_per_path(operations: Iterable[Operation]) -> Iterator[Operation]:
    seen = set()
    for operation in operations:
        if operation.path not in seen:
            seen.add(operation.path)
            yield operation
