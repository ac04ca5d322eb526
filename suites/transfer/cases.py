"""Uploads and downloads by each way in which clients send and ask.

RFC 9112 section 7.1 (chunked), RFC 9110 sections 10.1.1 (Expect), 12.5.3 (Accept-Encoding), 13.1.2
(If-None-Match) and 14.2 (Range). What a request asks for beside its object is the only difference
to a usual upload or download.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fixtures.api import Definition, Operation
from fixtures.cases.case import Case, ExistingObject, Request, Role, Step
from fixtures.cases.exchange import Headers
from fixtures.rules.step_plans import plan_reading, plan_upload
from suites.existing_downloads import existing_downloads
from suites.header_values import binary_type, usual_types
from suites.profile import Profile
from suites.skip_reasons import HEADER_IS_MAPPED, why_not_seen, why_not_stored

_BINARY = bytes(range(256)) * 80
"""20 KiB: more than one chunk of a client, and more than one read of a server."""
_TEXT = b'{"line": "' + b"all that a chunk ends in may be cut. " * 550 + b'"}'
_JSON = "application/json"
_MANY: Headers = tuple((f"X-Conformance-{number:03}", "-") for number in range(1, 111))
"""110 lines of about 2.3 kB: AWS allows 10,240 bytes of them in all."""


@dataclass(frozen=True)
class _Way:
    """A way of sending: its name in the id of a case, the rule about it, and its headers."""

    name: str
    rule: str
    headers: Headers = ()
    leading_headers: Headers = ()

    def applied_to(self, request: Request) -> Request:
        """The same request, sent in this way."""
        headers = (*request.headers, *self.headers)
        return replace(request, headers=headers, leading_headers=self.leading_headers)


_UNMAPPED = "unmapped-request-header"
_UPLOADS = (
    _Way("chunked", "request-chunked", (("Transfer-Encoding", "chunked"),)),
    _Way("expect-100-continue", "request-expectation", (("Expect", "100-continue"),)),
    _Way("many-headers", "request-header-count", leading_headers=_MANY),
    _Way("method-override", _UNMAPPED, (("X-HTTP-Method-Override", "GET"),)),
)
# A gateway that took the override for the method would do no harm by HEAD.
_DOWNLOADS = (
    _Way("gzip", "requested-compression", (("Accept-Encoding", "gzip"),)),
    _Way("gzip-or-others", "requested-compression", (("Accept-Encoding", "deflate, gzip;q=0.8"),)),
    _Way("many-headers", "request-header-count", leading_headers=_MANY),
    _Way("range", _UNMAPPED, (("Range", "bytes=2-5"),)),
    _Way("if-none-match", _UNMAPPED, (("If-None-Match", "*"),)),
    _Way("method-override", _UNMAPPED, (("X-HTTP-Method-Override", "HEAD"),)),
)


def uploads(definition: Definition, profile: Profile) -> Iterator[Case]:
    """An upload of bytes and one of text by each way, and the download that shows its object."""
    for operation in definition.operations_on_s3("PUT"):
        for way in _UPLOADS:
            for media_type, content in ((binary_type(definition), _BINARY), (_JSON, _TEXT)):
                row = f"{operation.name} {way.name} sent:{media_type}"
                yield _upload(definition, operation, way, row, content, media_type)


def _upload(
    definition: Definition,
    operation: Operation,
    way: _Way,
    row: str,
    content: bytes,
    media_type: str,
) -> Case:
    name = f"transfer/{operation.method}-{way.name}-{media_type}"
    plan = plan_upload(definition, operation, name, content, media_type)
    if plan is None:
        return _not_applicable(row, way, why_not_stored(definition, operation))
    if _is_mapped(plan.request.operation, way):
        return _not_applicable(row, way, HEADER_IS_MAPPED)
    assert plan.expectation.stored is not None
    reading = plan_reading(definition, operation, name, plan.expectation.stored)
    if reading is None:
        return _not_applicable(row, way, why_not_seen(definition, operation))
    upload = Step(Role.ACT, way.applied_to(plan.request))
    steps = (upload, Step(Role.VERIFY, reading.request))
    return Case(row, steps, rules=(way.rule,))


def downloads(
    definition: Definition, profile: Profile, existing: Sequence[ExistingObject] = ()
) -> Iterator[Case]:
    """A download as bytes and one as text by each way, of an object that was uploaded or found."""
    # A function may compress what it returns, or answer a range: it gets every header.
    on_s3 = [one for one in existing if one.location]
    found = existing_downloads(definition, on_s3)
    uploaded = () if existing else definition.operations_on_s3("GET")
    for operation, one in (*found, *((operation, None) for operation in uploaded)):
        for way in _DOWNLOADS:
            for case in _downloads(definition, operation, way, one):
                mapped = _is_mapped(operation, way)
                yield _not_applicable(case.id, way, HEADER_IS_MAPPED) if mapped else case


def _downloads(
    definition: Definition, operation: Operation, way: _Way, one: ExistingObject | None
) -> Iterator[Case]:
    if one is not None:
        for accept in usual_types(definition):
            request = way.applied_to(one.request(operation, accept=accept))
            row = f"{operation.name} {way.name} found:{one.name} accept:{accept}"
            yield Case(row, (Step(Role.ACT, request),), rules=(way.rule,), existing=(one,))
        return
    name = "transfer/object"
    plan = plan_upload(
        definition, operation, name, _BINARY, binary_type(definition)
    ) or plan_upload(definition, operation, name, _TEXT, _JSON)
    for accept in usual_types(definition):
        row = f"{operation.name} {way.name} accept:{accept}"
        if plan is None:
            yield _not_applicable(row, way, why_not_stored(definition, operation))
            continue
        setup = Step(Role.SETUP, plan.with_unique_key, shared=True)
        request = way.applied_to(Request(operation, setup.request.name, accept=accept))
        yield Case(row, (setup, Step(Role.ACT, request)), rules=(way.rule,))


def _not_applicable(row: str, way: _Way, reason: str) -> Case:
    return Case(row, not_applicable=reason, rules=(way.rule,))


def _is_mapped(operation: Operation, way: _Way) -> bool:
    """Whether a header that must change nothing may reach S3, by a mapping or a template."""
    integration = operation.integration
    names = {name.lower() for name, _ in way.headers} if way.rule == _UNMAPPED else set()
    read = (*integration.request_parameters.values(), *integration.request_templates.values())
    return any(name in text.lower() for text in read for name in names)
