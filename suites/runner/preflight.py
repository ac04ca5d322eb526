"""Before anything is judged: does the endpoint answer, and is the definition what is deployed?

A few requests, none of them repeated for long, and one clear sentence where hundreds of tests would
fail for the same reason. Wrong conversions are no misfit: they are what the suite is there to find.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fixtures.api import Definition, Operation
from fixtures.cases.case import ExistingObject, Request
from fixtures.cases.exchange import Exchange, FailureKind, Received
from fixtures.client import CaseRunner
from fixtures.exceptions import EndpointMismatchError
from fixtures.printable import printable
from fixtures.rules.expectation import Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.routing import find_route
from fixtures.rules.s3_error import s3_error_code, usual_cause
from fixtures.rules.step_plans import listed_types, plan_reading
from suites.existing_downloads import stated_functions
from suites.lambda_proxy.echo_requests import downloads, handshake

_CASE = "preflight"
_UNKNOWN = "/conformance-no-such-path"
_MISSING = "preflight/missing"
_CONTENT = b"written by a conformance suite before its first test"
# A server that knows the path says none of these, unless the definition maps them.
_NOT_HERE = (404, 405, 501)


def preflight(
    definition: Definition, case_runner: CaseRunner, url: str, found: Sequence[ExistingObject] = ()
) -> None:
    """Make sure that the endpoint answers and that the definition fits it.

    Where there are `found` objects, nothing is uploaded: they are looked for instead. Raises
    `EndpointMismatchError` with one sentence that says what to do.
    """
    _check_functions(definition, case_runner, url, found)
    if found:
        for request in _stated_requests(definition, found):
            _check_deployed(definition, request, _answer(case_runner, request, url), url)
        stored = _find_something(definition, case_runner, url, found)
    else:
        stored = _store_something(definition, case_runner, url)
    _try_direct_access(definition, case_runner)
    for operation in definition.operations_on_s3("GET"):
        request = _missing(operation)
        missing = _answer(case_runner, request, url)
        code = s3_error_code(missing.body)
        # Without s3:ListBucket, S3 says AccessDenied of an object that is not there.
        if code not in ("", "NoSuchKey", "AccessDenied"):
            raise _s3_refuses(url, code, f"{operation.name} was answered {missing.status}")
        _check_deployed(definition, request, missing, url)
        alike = 200 in expected_response(definition, request, None).statuses
        unknown = find_route(definition, _UNKNOWN, "GET").operation is None
        if stored is not None and not alike and unknown:
            answers = (missing, _answer(case_runner, _unknown(operation), url))
            if all(a.status == 200 and a.body == missing.body for a in answers):
                raise EndpointMismatchError(
                    f"{url} answers every path alike, so it is not the API of "
                    f"{definition.source}; check --endpoint"
                )


def _try_direct_access(definition: Definition, case_runner: CaseRunner) -> None:
    """Make sure that S3's own API can be used where `--verify` or `--prepare` want it."""
    for operation in definition.direct:
        request = Request(operation, "preflight/object", "text/plain", body=b"")
        exchange = case_runner.send(request, _CASE)
        if exchange.received is None:
            raise EndpointMismatchError(
                f"{exchange.failure}; check the AWS credentials and region, AWS_ENDPOINT_URL_S3 "
                f"and the bucket in the integration's uri, or in --key-prefix"
            )


def _check_functions(
    definition: Definition, case_runner: CaseRunner, url: str, found: Sequence[ExistingObject]
) -> None:
    """Make sure that a GET gets as far as the functions, whichever they are.

    What a function itself says is no misfit: another one than the echo function makes its cases
    not applicable. One of which a manifest says what it returns need not know a handshake.
    """
    stated = stated_functions(definition, found)
    for operation in downloads(definition):
        if operation.integration.uri in stated:
            continue
        handshake_step = handshake(definition, operation)
        assert handshake_step is not None
        received = _answer(case_runner, handshake_step.request, url)
        what = f"{handshake_step.request.sent_method} {operation.path}"
        said = f"{received.status} {_message(received)}".strip()
        if definition.kind.unknown_route_message in said:
            raise _not_deployed(definition, url, what, said)
        # RFC 9110 section 15.6.3 and API Gateway: 502 for a response of a function that is not
        # valid, 500 for one that cannot be decoded.
        if received.status in (500, 502) and not definition.operations_on_s3("GET"):
            raise EndpointMismatchError(
                f"{url}: the function behind {what} fails ({said}): usually it ends with an "
                f"exception, returns no object with statusCode and a string as body, or says "
                f"isBase64Encoded of a body that is no Base64; its log says which"
            )


def requests(definition: Definition, found: Sequence[ExistingObject] = ()) -> Iterator[Request]:
    """The most that `preflight` sends."""
    for operation in () if found else definition.operations_on_s3("PUT"):
        yield from _uploads(definition, operation)
    yield from _stated_requests(definition, found)
    for request in _downloads(definition, found):
        yield from (request, replace(request, name=_MISSING))
    for operation in definition.operations_on_s3("GET"):
        yield _missing(operation)
        yield _unknown(operation)


def _missing(operation: Operation) -> Request:
    return Request(operation, _MISSING, accept="text/plain")


def _unknown(operation: Operation) -> Request:
    return Request(operation, "", method="GET", target=_UNKNOWN)


def _store_something(definition: Definition, case_runner: CaseRunner, url: str) -> Request | None:
    refusals: list[str] = []
    codes: dict[str, str] = {}
    for operation in definition.operations_on_s3("PUT"):
        for request in _uploads(definition, operation):
            received = _answer(case_runner, request, url)
            code = s3_error_code(received.body)
            if code:
                codes.setdefault(code, f"{operation.name} was answered {received.status}")
                continue
            if 200 <= received.status < 300:
                return request
            _check_deployed(definition, request, received, url)
            if expected_response(definition, request, None).succeeds:
                refusals.append(f"{operation.name} answered {received.status} {_message(received)}")
    for code, said in codes.items():
        raise _s3_refuses(url, code, said)
    if refusals:
        raise EndpointMismatchError(
            f"{url} stores nothing ({refusals[0]}); check the integration's role and bucket, and "
            f"where the key begins with the bucket give --key-prefix=BUCKET/"
        )
    return None


def _s3_refuses(url: str, code: str, said: str) -> EndpointMismatchError:
    hidden = ", which the integration responses hide" if said.endswith("200") else ""
    return EndpointMismatchError(
        f"{url} is reached, but S3 answers {code} ({said}{hidden}): {usual_cause(code)}"
    )


def _find_something(
    definition: Definition, case_runner: CaseRunner, url: str, found: Sequence[ExistingObject]
) -> Request | None:
    """The first download that brings one of the objects, or fails otherwise than for want of it."""
    answers = []
    for request in _downloads(definition, found):
        received = _answer(case_runner, request, url, is_full_key=True)
        _check_deployed(definition, request, received, url)
        missing = _answer(case_runner, replace(request, name=_MISSING), url)
        if 200 <= received.status < 300 or _failure(received) != _failure(missing):
            return request
        answers.append(f"{request.name!r} is answered {received.status} {_message(received)}")
    if answers:
        raise EndpointMismatchError(
            f"{url} hands out none of the objects of --read-only ({answers[0].strip()}, as what is "
            f"not there); check their keys, and the integration's role and bucket"
        )
    return None


def _failure(received: Received) -> tuple[int, bool]:
    """How an answer fails: that the gateway could not convert is another matter than S3's words."""
    return received.status, b"Internal server error" in received.body


def _downloads(definition: Definition, found: Sequence[ExistingObject]) -> Iterator[Request]:
    """For each object the download that is the surest to bring it, and one as text."""
    for one in (one for one in found if not one.operation):
        for operation in definition.operations_on_s3("GET"):
            stored = Stored(one.content, one.media_type, ("stored-type-found",))
            plan = plan_reading(definition, operation, one.name, stored)
            if plan is not None and one.is_reached_by(operation):
                yield plan.request
                yield replace(plan.request, accept="text/plain")


def _stated_requests(definition: Definition, found: Sequence[ExistingObject]) -> Iterator[Request]:
    """The request of each answer that a manifest states."""
    for one in found:
        if one.operation:
            yield one.request(definition.operation(one.operation), accept=one.media_type)


def _uploads(definition: Definition, operation: Operation) -> Iterator[Request]:
    """Uploads of every kind: one of them succeeds on any gateway that is deployed at all."""
    types = (*listed_types(definition)[:2], "application/json", "text/plain")
    for media_type in types:
        for body in (_CONTENT, base64.b64encode(_CONTENT)):
            yield Request(operation, "preflight/object", media_type, body=body)


def _answer(
    case_runner: CaseRunner, request: Request, url: str, *, is_full_key: bool = False
) -> Received:
    exchange = case_runner.send(request, _CASE, is_full_key=is_full_key)
    if exchange.received is None:
        raise EndpointMismatchError(
            f"{url} cannot be reached: {exchange.failure}; check {_option(exchange)}"
        )
    return exchange.received


def _option(exchange: Exchange) -> str:
    """Which option of the command line the network's failure is most likely about."""
    kind = exchange.failure.kind if exchange.failure else None
    if kind is FailureKind.UNTRUSTED_CERTIFICATE:
        return "--endpoint, and --ca-bundle where the certificate is from a private authority"
    if kind is FailureKind.TLS_ALERT:
        return "--client-cert"
    return "--endpoint and --proxy" if exchange.sent.route.proxy else "--endpoint"


def _check_deployed(definition: Definition, request: Request, received: Received, url: str) -> None:
    what = f"{request.sent_method} {request.operation.path}"
    said = f"{received.status} {_message(received)}".strip()
    if 300 <= received.status < 400:
        where = printable(received.header("Location") or "elsewhere")
        raise EndpointMismatchError(
            f"{url} redirects {what} to {where}; give the URL that answers itself"
        )
    if received.status in (429, 503):
        raise EndpointMismatchError(
            f"{url} is throttled or unavailable ({what}: {said}); try again later"
        )
    expected = expected_response(definition, request, None).statuses
    passed_on = {response.status for response in request.operation.integration.responses}
    if received.status in passed_on and b"<Error>" in received.body:
        return  # S3's own words: the gateway let the request in
    if definition.kind.unknown_route_message in said:
        raise _not_deployed(definition, url, what, said)
    if received.status == 401 or (received.status == 403 and 403 not in expected):
        raise EndpointMismatchError(
            f"{url} does not let this suite in ({what}: {said}); check the stage in the URL, and "
            f"--header, --api-key or --auth=sigv4"
        )
    if received.status in _NOT_HERE and received.status not in expected:
        raise _not_deployed(definition, url, what, said)


def _not_deployed(definition: Definition, url: str, what: str, said: str) -> EndpointMismatchError:
    # AWS says the same to an unsigned request where an operation wants IAM authorization.
    signature = "; with IAM authorization give --auth=sigv4" if "Missing" in said else ""
    stage = f", that it has the stage ({definition.base_path})" if definition.base_path else ""
    return EndpointMismatchError(
        f"{url} does not fit {definition.source}: it answers {what} with {said}; check "
        f"--endpoint{stage}, and that --definition is what is deployed there{signature}"
    )


def _message(received: Received) -> str:
    """The beginning of a response body, on one line and printable."""
    text = received.body[:120].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
