"""Sizes: just below, at and just above the limit of a request, 10 MiB."""

from collections.abc import Iterator

from fixtures.api import REST, Definition
from fixtures.cases.case import Case, Request, Role, Step
from fixtures.payloads import sized
from fixtures.rules.expectation import Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import plan_absence, plan_reading
from suites.header_values import binary_type
from suites.profile import Profile

_KIB = 1024
_LIMIT = REST.request_limit
_SMALL = (0, 1, 64 * _KIB - 1, 64 * _KIB, 64 * _KIB + 1, 1024 * _KIB, 1024 * _KIB + 1)
_LARGE = (_LIMIT - 1, _LIMIT, _LIMIT + 1, _LIMIT + 64 * _KIB)


def sizes(definition: Definition, profile: Profile) -> Iterator[Case]:
    """An upload of each size, and the download that shows that all or nothing of it is stored.

    The limit applies to the whole API, so one operation is enough for the sizes near it.
    """
    rules = ("request-within-limit", "request-at-limit", "request-over-limit")
    near_the_limit = _LARGE if profile.large else ()
    longest = sized(max(*_SMALL, *near_the_limit))
    for operation in definition.operations_on_s3("PUT"):
        media_type = binary_type(definition)
        if not expected_response(
            definition, Request(operation, "", media_type, body=b"1"), None
        ).succeeds:
            reason = f"an upload as {media_type} is not expected to succeed through this operation"
            yield Case(f"{operation.name} any-size", not_applicable=reason, rules=rules)
            continue
        for size in (*_SMALL, *near_the_limit):
            place = f"{operation.method}{operation.path}".replace("{", "").replace("}", "")
            name = f"limits/{place}/{size}"
            request = Request(operation, name, media_type, body=longest[:size])
            yield _upload(definition, request)
        near_the_limit = ()
    if not profile.large:
        reason = f"the profile {profile.name} sends nothing near the limit of 10 MiB"
        yield Case("near-the-limit", not_applicable=reason, rules=rules)


def _upload(definition: Definition, request: Request) -> Case:
    size = len(request.body)
    rule = "request-at-limit" if size == _LIMIT else "request-within-limit"
    rule = "request-over-limit" if size > _LIMIT else rule
    stored = expected_response(definition, request, None).stored
    plan = (
        plan_reading(definition, request.operation, request.name, stored)
        if stored is not None
        else plan_absence(definition, request.operation, request.name, _cut_off(request))
    )
    proof = (Step(Role.VERIFY, plan.request),) if plan is not None else ()
    return Case(
        f"{request.operation.name} size:{size}",
        (Step(Role.ACT, request), *proof),
        rules=(rule,),
    )


def _cut_off(request: Request) -> Stored:
    """What a gateway would leave if it refused only after storing what fits."""
    return Stored(request.body[:_LIMIT], request.content_type or "")
