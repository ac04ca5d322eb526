"""Events that a function receives × responses that it returns, for each rule about either."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fixtures.api import Definition, Operation
from fixtures.cases.case import ANSWER, Case, Request, Role, Step
from fixtures.cases.echo_request import echo_request, echo_response
from fixtures.payloads import CATALOGUE, by_name, sized
from fixtures.rules.echo_function import MALFORMED
from fixtures.rules.expectation import BodyKind
from fixtures.rules.expected_response import expected_response
from suites.header_values import accepts, binary_type, in_words, upload_content_types, usual_types
from suites.lambda_proxy.echo_requests import downloads, handshake, uploads
from suites.profile import Profile
from suites.skip_reasons import NO_GET
from suites.upload.body_forms import CONTENT, FORMS

_LARGE = 64 * 1024
_ENCODED = by_name("base64-every-byte").content.decode()
_TEXT = by_name("utf-8-text").content.decode()

_FORMS = (
    "every-byte",
    "base64-every-byte",
    "base64-unpadded",
    "utf-8-text",
    "json",
    "byte-ff",
    "nul-inside",
    "bom-utf-8",
    "line-breaks",
    "empty",
    *(payload.name for payload in CATALOGUE if payload.name.startswith("not-utf-8-")),
)


@dataclass(frozen=True)
class _Answer:
    """The response that the function is to return; `flag` is `None` for one without the member."""

    name: str
    text: str
    flag: str | None


_EVERY_ACCEPT = _Answer("every-byte", _ENCODED, "true")
_ANSWERS = (
    _EVERY_ACCEPT,
    # Base64, almost Base64 and other text; a function's response can hold only text.
    *(
        _Answer(form.name, form.of(CONTENT).decode(), "true")
        for form in FORMS
        if form.name not in ("raw", "invalid-utf-8")
    ),
    # The text of a recorded observation of AWS.
    _Answer("not-ascii", "\u00e8\u00e9+\u00e0)(", "true"),
    _Answer("every-byte flag:false", _ENCODED, "false"),
    _Answer("every-byte no-flag", _ENCODED, None),
    _Answer("text flag:false", _TEXT, "false"),
    _Answer("text no-flag", _TEXT, None),
)


def requests(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Every Content-Type × every form of body; the function reports the event that it received."""
    for operation in uploads(definition):
        for content_type in upload_content_types(definition):
            for form in _FORMS:
                sent = in_words(content_type)
                request = _reporting(operation, content_type, by_name(form).content)
                axes = {"operation": operation.name, "form": form, "sent": sent}
                row = f"{operation.name} {form} sent:{sent}"
                yield _case(definition, row, request, axes=axes)
    for operation in downloads(definition):
        request = _reporting(operation, None, b"")
        axes = {"operation": operation.name, "form": "no body", "sent": "none"}
        yield _case(definition, f"{operation.name} no-body", request, axes=axes)


def responses(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Every Accept × every response of the function × the Content-Type of that response."""
    for operation in downloads(definition):
        yield _on_two_lines(definition, operation)
        for answer in _ANSWERS:
            for media_type in (binary_type(definition), "text/plain", None):
                query = echo_response(answer.text, answer.flag, media_type)
                for accept in _accepts(definition, answer):
                    axes = {
                        "operation": operation.name,
                        "answer": answer.name,
                        "returned": in_words(media_type),
                        "accept": in_words(accept),
                    }
                    row = (
                        f"{operation.name} {answer.name} returned:{axes['returned']} "
                        f"accept:{axes['accept']}"
                    )
                    yield _case(
                        definition, row, echo_request(operation, query, accept=accept), axes=axes
                    )


def _accepts(definition: Definition, answer: _Answer) -> tuple[str | None, ...]:
    if answer is _EVERY_ACCEPT:
        return tuple(accepts(definition))
    return (*usual_types(definition), f"text/html, {binary_type(definition)}", None)


def headers(definition: Definition, profile: Profile) -> Iterator[Case]:
    """The headers that the gateway adds to a function's response and to an error."""
    for operation in downloads(definition):
        kinds = {
            "bytes": echo_response(_ENCODED, "true", None),
            "text": echo_response(_TEXT, "false", None),
            "not-base64": echo_response("this is not Base64!", "true", None),
            MALFORMED[0]: {"return": MALFORMED[0]},
        }
        for name, query in kinds.items():
            request = echo_request(operation, query, accept=binary_type(definition))
            is_error = expected_response(definition, request, None).kind is BodyKind.ERROR
            judged = {
                "content-length": "Content-Length",
                "content-encoding": "Content-Encoding",
                "request-id": definition.kind.request_id_header,
                **({"error-type": definition.kind.error_type_header} if is_error else {}),
            }
            for label, header in judged.items():
                yield _case(definition, f"{operation.name} {label} {name}", request, header)


def content_types(definition: Definition, profile: Profile) -> Iterator[Case]:
    """The Content-Type that a function returns, or none, with bytes and with text."""
    for operation in downloads(definition):
        for flag, text in (("true", _ENCODED), ("false", "text")):
            for media_type in (*usual_types(definition), "text/html; charset=utf-8", None):
                query = echo_response(text, flag, media_type)
                request = echo_request(operation, query, accept=binary_type(definition))
                row = f"{operation.name} content-type:{in_words(media_type)} flag:{flag}"
                yield _case(definition, row, request, "Content-Type")


def malformed(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Malformed responses: an exception, an unknown member, a body that is not a string."""
    for operation in downloads(definition):
        for name in MALFORMED:
            request = echo_request(operation, {"return": name}, accept="application/json")
            yield _case(definition, f"{operation.name} {name}", request)


def catalogue(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Each payload to the function and back, for every usual pair of types."""
    for operation, content_type, accept in _ways(definition):
        for payload in CATALOGUE:
            if len(payload.content) <= _LARGE:
                row = f"{payload.name} {way(operation, content_type, accept)}"
                request = round_trip(operation, content_type, accept, payload.content)
                yield _case(definition, row, request)


def random_trips(definition: Definition, profile: Profile) -> Iterator[Case]:
    """One case for each way to the function and back; placeholder bytes stand for random ones."""
    for operation, content_type, accept in _ways(definition):
        request = round_trip(operation, content_type, accept, sized(100))
        yield _case(definition, way(operation, content_type, accept), request)


def way(operation: Operation, content_type: str, accept: str) -> str:
    """The name of a way to the function and back, for the id of a case."""
    return f"{operation.name} sent:{content_type} accept:{accept}"


def round_trip(
    operation: Operation, content_type: str | None, accept: str | None, body: bytes
) -> Request:
    """A request whose body the function returns as it received it."""
    return echo_request(
        operation, {"return": "request"}, content_type=content_type, accept=accept, body=body
    )


def _ways(definition: Definition) -> Iterator[tuple[Operation, str, str]]:
    types = dict.fromkeys((binary_type(definition), "text/plain"))
    for operation in uploads(definition):
        for content_type in types:
            for accept in types:
                yield operation, content_type, accept


def _on_two_lines(definition: Definition, operation: Operation) -> Case:
    binary = binary_type(definition)
    query = echo_response(_ENCODED, "true", binary)
    request = echo_request(operation, query, accept="text/html", headers=(("Accept", binary),))
    axes = {
        "operation": operation.name,
        "answer": _EVERY_ACCEPT.name,
        "returned": binary,
        "accept": f"text/html, on a second line {binary}",
    }
    row = f"{operation.name} accept-lines:text/html accept-lines:{binary}"
    return replace(_case(definition, row, request, axes=axes), rules=("accept-first-entry",))


def _reporting(operation: Operation, content_type: str | None, body: bytes) -> Request:
    return echo_request(
        operation, {}, content_type=content_type, accept="application/json", body=body
    )


def _case(
    definition: Definition,
    row: str,
    request: Request,
    aspect: str = ANSWER,
    *,
    axes: dict[str, str] | None = None,
) -> Case:
    handshake_step = handshake(definition, request.operation)
    if handshake_step is None:
        rules = ("lambda-request-binary",)
        return Case(row, not_applicable=NO_GET, rules=rules, axes=axes or {})
    # Two responses, because their request ids must differ.
    acts = (Step(Role.ACT, request),) * (2 if aspect == definition.kind.request_id_header else 1)
    return Case(row, (handshake_step, *acts), aspect, axes=axes or {})
