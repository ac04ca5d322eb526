"""Every stored type × every `Accept` × the request's `Content-Type`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fixtures.api import Definition, Operation
from fixtures.cases.case import Case, ExistingObject, Request, Role, Step
from fixtures.payloads import by_name
from fixtures.rules.expectation import Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import plan_upload
from suites.existing_downloads import existing_downloads
from suites.header_values import (
    accepts,
    binary_type,
    in_words,
    spelled_accepts,
    stored_types,
)
from suites.profile import Profile
from suites.skip_reasons import why_not_stored

# The payloads of the recorded observations of AWS: bytes that are not UTF-8, Base64 of them, text.
_PAYLOADS = ("every-byte", "base64-every-byte", "utf-8-text")


def cases(definition: Definition, profile: Profile) -> Iterator[Case]:
    """The download matrix of every operation that downloads."""
    for operation in definition.operations_on_s3("GET"):
        for media_type in stored_types(definition):
            for payload in _PAYLOADS:
                yield from _matrix(definition, profile, operation, media_type, payload)


def cases_on(
    definition: Definition, profile: Profile, found: Sequence[ExistingObject]
) -> Iterator[Case]:
    """The same matrix for objects that existed before the run."""
    types = _request_content_types(definition, profile, every=True)
    for operation, one in existing_downloads(definition, found):
        row = _Row(operation, one.name, one.media_type, one.request(operation), found=(one,))
        values = tuple(dict.fromkeys((one.media_type, *accepts(definition))))
        yield from row.cells(values, types, spelled_accepts(definition))


@dataclass(frozen=True)
class _Row:
    """One object and every way to send its `request`; `payload` is its name in the report."""

    operation: Operation
    payload: str
    media_type: str
    request: Request
    setup: tuple[Step, ...] = ()
    found: tuple[ExistingObject, ...] = ()

    @property
    def id(self) -> str:
        """The prefix of the ids of its cases."""
        kind = "found:" if self.found else ""
        return f"{self.operation.name} {kind}{self.payload} stored:{self.media_type}"

    def place(self, accept: str, sent: str) -> dict[str, str]:
        """The position of one of its cases in the matrix."""
        known = {"operation": self.operation.name, "payload": self.payload}
        return {**known, "stored": self.media_type, "accept": accept, "sent": sent}

    def cells(
        self,
        accepted: Sequence[str | None],
        content_types: Sequence[str | None],
        spelled: Iterable[str],
    ) -> Iterator[Case]:
        """A case with two `Accept` lines, then each `Accept` with each `Content-Type`.

        What is only `spelled` otherwise is sent with the last `Content-Type` alone.
        """
        words = f"accept-lines:text/html accept-lines:{self.media_type}"
        second = ("Accept", self.media_type)
        headers = (*self.request.headers, second)
        two_lines = replace(self.request, accept="text/html", headers=headers)
        axes = self.place(f"text/html, on a second line {self.media_type}", "none")
        yield self._cell(words, two_lines, axes, rules=("accept-first-entry",))
        further = (accept for accept in spelled if accept not in accepted)
        for accept, types in (
            *((accept, content_types) for accept in accepted),
            *((accept, content_types[-1:]) for accept in further),
        ):
            for content_type in types:
                request = replace(self.request, content_type=content_type, accept=accept)
                axes = self.place(in_words(accept), in_words(content_type))
                yield self._cell(f"accept:{axes['accept']} sent:{axes['sent']}", request, axes)

    def _cell(
        self, words: str, request: Request, axes: Mapping[str, str], rules: tuple[str, ...] = ()
    ) -> Case:
        return Case(
            f"{self.id} {words}",
            (*self.setup, Step(Role.ACT, request)),
            rules=rules,
            axes=axes,
            existing=self.found,
        )


def _matrix(
    definition: Definition, profile: Profile, operation: Operation, media_type: str, payload: str
) -> Iterator[Case]:
    content = by_name(payload).content
    name = f"download/{payload}-{media_type}"
    plan = plan_upload(definition, operation, name, content, media_type)
    if plan is None:
        request = Request(operation, name, accept=media_type)
        would_be = expected_response(definition, request, Stored(content, media_type))
        row = _Row(operation, payload, media_type, request)
        yield Case(
            row.id,
            not_applicable=why_not_stored(definition, operation),
            rules=would_be.rules,
            axes=row.place("any", "any"),
        )
        return
    setup = Step(Role.SETUP, plan.with_unique_key, shared=True)
    download = Request(operation, setup.request.name)
    row = _Row(operation, payload, media_type, download, (setup,))
    types = _request_content_types(definition, profile, every=payload == _PAYLOADS[0])
    # How a header is spelled does not depend on the body: one payload is enough.
    spelled = spelled_accepts(definition) if payload == _PAYLOADS[0] else ()
    yield from row.cells(tuple(accepts(definition)), types, spelled)


def _request_content_types(
    definition: Definition, profile: Profile, *, every: bool
) -> tuple[str | None, ...]:
    """The `Content-Type` values of a download, which has no body: they must make no difference."""
    if every and profile.every_content_type:
        return (None, "application/json", binary_type(definition))
    return ("application/json",)
