"""Bytes that are not valid UTF-8, requested as text."""

from collections.abc import Iterator

from fixtures.api import Definition, Operation
from fixtures.cases.case import Case, Request, Role, Step
from fixtures.payloads import CATALOGUE
from fixtures.rules.expectation import BodyKind
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import TEXT_TYPES, plan_upload
from suites.profile import Profile
from suites.skip_reasons import NO_UNDECODABLE

RULE = "response-text-text-none"


def undecodable(definition: Definition, _profile: Profile) -> Iterator[Case]:
    """Each kind of invalid UTF-8, stored under a text type and downloaded as text."""
    for operation in definition.operations_on_s3("GET"):
        found = tuple(_as_text(definition, operation))
        reason = Case(f"{operation.name} as-text", not_applicable=NO_UNDECODABLE, rules=(RULE,))
        yield from found or (reason,)


def _as_text(definition: Definition, operation: Operation) -> Iterator[Case]:
    stored_as, accept = TEXT_TYPES
    for payload in CATALOGUE:
        if not payload.name.startswith("not-utf-8-"):
            continue
        name = f"download/{payload.name}"
        plan = plan_upload(definition, operation, name, payload.content, stored_as)
        if plan is None:
            continue
        act = Request(operation, name, accept=accept)
        if expected_response(definition, act, plan.expectation.stored).kind is BodyKind.TEXT:
            setup = Step(Role.SETUP, plan.request)
            yield Case(f"{operation.name} {payload.name} as-text", (setup, Step(Role.ACT, act)))
