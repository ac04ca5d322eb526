"""Every `Content-Type` × every form of body, and a download that shows what was stored.

Beside them the bodies of web clients, each under its own type.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from fixtures.api import Definition, Operation
from fixtures.cases.case import Case, Request, Role, Step
from fixtures.rules.expectation import Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import plan_absence, plan_reading, plan_upload
from suites.header_values import binary_type, in_words, upload_content_types
from suites.profile import Profile
from suites.skip_reasons import why_not_seen
from suites.upload.body_forms import CONTENT, FORMS
from suites.upload.client_bodies import CLIENT_BODIES

_OLDER = b"an older object, which a refused upload must leave as it is"


def uploads(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Each upload, and the download that shows what it stored, or that it stored nothing."""
    for request, row, axes in _requests(definition, "upload"):
        yield Case(row, _with_proof(definition, request), axes=axes)


def client_uploads(definition: Definition, profile: Profile) -> Iterator[Case]:
    """The same of each body that a web client sends, under its own type."""
    for operation in definition.operations_on_s3("PUT"):
        for body in CLIENT_BODIES:
            name = _plain(f"upload/{operation.method}{operation.path}/client-{body.name}")
            request = Request(operation, name, body.content_type, body=body.content)
            yield Case(f"{operation.name} body:{body.name}", _with_proof(definition, request))


def refusals(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Each upload that must be refused, over an older object, and a download of that object."""
    for request, row, axes in _requests(definition, "refused"):
        refused = expected_response(definition, request, None)
        if refused.unspecified_reason or refused.stored is not None:
            continue
        older = _older(definition, request.operation)
        if older is None:
            reason = why_not_seen(definition, request.operation)
            yield Case(row, not_applicable=reason, rules=refused.rules, axes=axes)
            continue
        yield Case(
            row,
            (
                Step(Role.SETUP, replace(older[0], name=request.name)),
                Step(Role.ACT, request),
                Step(Role.VERIFY, replace(older[1], name=request.name)),
            ),
            rules=("refused-upload-stores-nothing",),
            axes=axes,
        )


@lru_cache(maxsize=64)
def _older(definition: Definition, operation: Operation) -> tuple[Request, Request] | None:
    """The upload of the older object and its download; the case gives both their key."""
    for media_type in (binary_type(definition), "text/plain"):
        older = plan_upload(definition, operation, "", _OLDER, media_type)
        if older is not None and older.expectation.stored is not None:
            reading = plan_reading(definition, operation, "", older.expectation.stored)
            return (older.request, reading.request) if reading is not None else None
    return None


def _requests(definition: Definition, folder: str) -> Iterator[tuple[Request, str, dict[str, str]]]:
    """Each upload, the id of its case, and its position in the matrix."""
    for operation in definition.operations_on_s3("PUT"):
        for content_type in upload_content_types(definition):
            for form in FORMS:
                place = f"{operation.method}{operation.path}"
                sent = in_words(content_type)
                name = f"{folder}/{place}/{form.name}-{sent}"
                yield (
                    Request(operation, _plain(name), content_type, body=form.of(CONTENT)),
                    f"{operation.name} {form.name} sent:{sent}",
                    {"operation": operation.name, "form": form.name, "sent": sent},
                )


def _with_proof(definition: Definition, request: Request) -> tuple[Step, ...]:
    proof = _proof(definition, request, expected_response(definition, request, None).stored)
    upload = Step(Role.ACT, request)
    return (upload, Step(Role.VERIFY, proof)) if proof is not None else (upload,)


def _proof(definition: Definition, request: Request, stored: Stored | None) -> Request | None:
    if stored is not None:
        plan = plan_reading(definition, request.operation, request.name, stored)
    else:
        decoy = Stored(request.body, request.content_type or "application/json")
        plan = plan_absence(definition, request.operation, request.name, decoy)
    return plan.request if plan is not None else None


def _plain(name: str) -> str:
    """A key without special characters; `suites/keys` tests those."""
    return "".join(letter if letter.isalnum() or letter in "/-" else "-" for letter in name)
