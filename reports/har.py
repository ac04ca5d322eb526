"""The exchanges of a run as HTTP Archive (HAR 1.2), and a verdict document from one again.

Strategy: whatever HAR has a place for stands there and nowhere else, and is read from there again:
requests, responses, their bytes, failures, times. The rest is in members that begin with `_`, as
HAR 1.2 allows: the run and its cases in the log's `_conformance`, and with each entry its number,
the cases that it belongs to, the digests of its bodies and the command that repeats it. Cookies are
left in their headers. Secrets are the names of variables, as they are in the document.

Source: HTTP Archive 1.2, http://www.softwareishard.com/blog/har-12-spec/
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from fixtures.cases.exchange import Failure, FailureKind
from fixtures.exceptions import DocumentError
from reports import document
from reports.bodies import digest
from reports.stream import build_document

Contents = Callable[[str], bytes]
"""The bytes of a body by their digest."""

_NO_TYPE = "x-unknown"
_UNMEASURED = "send and receive were not measured apart: wait is the whole"


class _Pair(Struct):
    name: str
    value: str


class _Posted(Struct, rename="camel"):
    """HAR 1.2 has a member that says Base64 in the content of a response only."""

    mime_type: str
    text: str
    encoding: str | UnsetType = field(name="_encoding", default=UNSET)


class _Content(Struct, rename="camel"):
    size: int = 0
    mime_type: str = _NO_TYPE
    text: str | UnsetType = UNSET
    encoding: str | UnsetType = UNSET


class _Message(Struct, rename="camel", kw_only=True):
    http_version: str
    headers: list[_Pair]
    cookies: tuple[()] = ()
    headers_size: int = -1
    body_size: int
    digest: str = field(name="_digest")


class _Request(_Message, rename="camel", kw_only=True):
    method: str
    url: str
    query_string: list[_Pair]
    post_data: _Posted | UnsetType = UNSET
    secret_headers: tuple[str, ...] = field(name="_secretHeaders")
    sigv4_region: str = field(name="_sigv4Region")


class _Response(_Message, rename="camel", kw_only=True):
    """One that was never received is written as browsers write it, with `_error`."""

    status: int
    status_text: str = ""
    content: _Content
    redirect_url: str = field(name="redirectURL", default="")
    error: str | UnsetType = field(name="_error", default=UNSET)
    error_kind: FailureKind | UnsetType = field(name="_errorKind", default=UNSET)


class _Entry(Struct, rename="camel", kw_only=True):
    started_date_time: str
    time: float
    request: _Request
    response: _Response
    cache: dict[str, Any]
    timings: dict[str, Any]
    comment: str
    exchange: str = field(name="_exchange")
    cases: list[dict[str, Any]] = field(name="_cases")
    repeats: tuple[Failure, ...] = field(name="_repeats")
    command: str = field(name="_command")


class _Conformance(Struct, kw_only=True):
    """What of the document is in no entry; `unsent` are bodies in Base64, by their digests."""

    version: int
    run: document.Run
    end: document.End
    cases: list[document.Case]
    stale: list[str]
    experiments: list[document.Experiment]
    unsent: dict[document.Digest, str]


class _Log(Struct, kw_only=True):
    version: str = "1.2"
    creator: dict[str, str]
    comment: str
    entries: list[_Entry]
    conformance: _Conformance = field(name="_conformance")


class _Archive(Struct):
    log: _Log


def archive(told: document.Document, contents: Contents) -> bytes:
    """The HAR of a document; `contents` may raise what it raises."""
    run = told.run
    cases = _cases(told.cases)
    log = _Log(
        creator={"name": "api-gateway-binary-conformance", "version": run.suite_version},
        comment=f"{run.endpoint}, {run.definition.source}",
        entries=[
            _entry(key, exchange, cases.get(key, []), run, contents)
            for key, exchange in told.exchanges.items()
        ],
        conformance=document.copied(
            _Conformance,
            told,
            unsent={
                name: base64.b64encode(contents(name)).decode() for name in sorted(_unsent(told))
            },
        ),
    )
    log.entries.sort(key=lambda entry: entry.started_date_time)
    return msgspec.json.encode(_Archive(log))


def _cases(cases: Iterable[document.Case]) -> dict[str, list[dict[str, Any]]]:
    """Which steps of which cases each exchange is."""
    found: dict[str, list[dict[str, Any]]] = {}
    for case in cases:
        for number, step in enumerate(case.steps):
            if step.exchange is not None:
                belongs = {"case": case.id, "step": number, "role": step.role}
                found.setdefault(step.exchange, []).append(belongs)
    return found


def _unsent(told: document.Document) -> set[str]:
    """The bodies that are in no entry: of steps not sent, existing objects, expectations."""
    sent = set()
    for exchange in told.exchanges.values():
        sent.add(exchange.sent.body)
        if exchange.received is not None:
            sent.add(exchange.received.body)
    planned = {step.request.body for case in told.cases for step in case.steps}
    existing = {each.body for case in told.cases for each in case.existing}
    named = {case.expected_body for case in told.cases}
    expected = {name for name in told.bodies if name in named}
    return (planned | existing | expected) - sent


def _entry(
    key: str,
    exchange: document.Exchange,
    cases: list[dict[str, Any]],
    run: document.Run,
    contents: Contents,
) -> _Entry:
    milliseconds = timedelta(seconds=exchange.seconds) / timedelta(milliseconds=1)
    return _Entry(
        started_date_time=exchange.began or run.started,
        time=milliseconds,
        request=_request(exchange.sent, exchange.received, contents(exchange.sent.body)),
        response=_response(exchange, contents),
        cache={},
        timings={"send": 0, "wait": milliseconds, "receive": 0, "comment": _UNMEASURED},
        comment=", ".join(f"{one['case']} ({one['role']})" for one in cases),
        exchange=key,
        cases=cases,
        repeats=exchange.repeats,
        command=exchange.command,
    )


def _request(sent: document.Sent, received: document.Received | None, body: bytes) -> _Request:
    return _Request(
        method=sent.method,
        url=sent.url,
        http_version="HTTP/1.1" if received is None else received.http_version,
        headers=_pairs(sent.headers),
        query_string=_pairs(parse_qsl(urlsplit(sent.url).query, keep_blank_values=True)),
        post_data=_Posted(_type(sent.headers), *_text(body)) if body else UNSET,
        body_size=len(body),
        digest=sent.body,
        secret_headers=sent.secret_headers,
        sigv4_region=sent.sigv4_region,
    )


def _response(exchange: document.Exchange, contents: Contents) -> _Response:
    received, failure = exchange.received, exchange.failure
    if received is None:
        assert failure is not None
        return _Response(
            status=0,
            http_version="",
            headers=[],
            body_size=-1,
            content=_Content(),
            digest="",
            error=failure.sentence,
            error_kind=failure.kind,
        )
    body = contents(received.body)
    located = (value for name, value in received.headers if name.lower() == "location")
    return _Response(
        status=received.status,
        http_version=received.http_version,
        headers=_pairs(received.headers),
        content=_Content(len(body), _type(received.headers), *_text(body)),
        redirect_url=next(located, ""),
        body_size=len(body),
        digest=received.body,
    )


def _type(headers: Iterable[document.Header]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), _NO_TYPE)


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[_Pair]:
    return [_Pair(name, value) for name, value in pairs]


def _text(body: bytes) -> tuple[str, str | UnsetType]:
    """A body as text where it is UTF-8, else as Base64, and what its encoding is."""
    try:
        return body.decode(), UNSET
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"


# --------------------------------------------------------------------------- and back again


class _MarkedLog(Struct):
    conformance: msgspec.Raw = field(name="_conformance")


class _Marked(Struct):
    log: _MarkedLog


def read(raw: bytes) -> document.Document:
    """The document that a HAR was made of, every body inline.

    Raises `DocumentError` for one that was made otherwise or changed.
    """
    try:
        document.check_version(bytes(msgspec.json.decode(raw, type=_Marked).log.conformance))
    except msgspec.ValidationError:
        why = "it is not a HAR that this suite wrote: log._conformance is missing"
        raise DocumentError(why) from None
    log = document.decode(raw, _Archive).log
    kept = log.conformance
    bodies: dict[str, document.Body] = {}
    try:
        exchanges = dict(_exchanges(log.entries, bodies))
        for name, text in kept.unsent.items():
            _keep(text, "base64", name, bodies)
    except ValueError as error:
        raise DocumentError(f"a body in the HAR cannot be read: {error}") from None
    return build_document(
        kept.run, kept.end, kept.cases, exchanges, bodies, kept.stale, kept.experiments
    )


def _exchanges(
    entries: Iterable[_Entry], bodies: dict[str, document.Body]
) -> Iterator[tuple[str, document.Exchange]]:
    for entry in entries:
        request, response = entry.request, entry.response
        posted = request.post_data or _Posted("", "")
        _keep(posted.text, posted.encoding, request.digest, bodies)
        received = failure = None
        if response.error_kind and response.error:
            failure = Failure(response.error_kind, response.error)
        else:
            _keep(response.content.text or "", response.content.encoding, response.digest, bodies)
            received = document.copied(
                document.Received,
                response,
                headers=_headers(response),
                body=response.digest,
            )
        yield (
            entry.exchange,
            document.copied(
                document.Exchange,
                entry,
                sent=document.copied(
                    document.Sent, request, headers=_headers(request), body=request.digest
                ),
                received=received,
                failure=failure,
                seconds=round(entry.time / 1000, 6),
                began=entry.started_date_time,
            ),
        )


def _headers(message: _Message) -> document.Headers:
    return tuple((header.name, header.value) for header in message.headers)


def _keep(
    text: str, encoding: str | UnsetType, name: str, bodies: dict[str, document.Body]
) -> None:
    body = base64.b64decode(text, validate=True) if encoding else text.encode()
    if digest(body) != name:
        raise DocumentError(f"the body {name} was changed, its digest does not fit")
    bodies[name] = document.Body.inline(body)
