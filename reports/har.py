"""The exchanges of a run as HTTP Archive (HAR 1.2), and a verdict document from one again.

Strategy: whatever HAR has a place for stands there and nowhere else, and is read from there again:
requests, responses, their bytes, failures, times. The rest is in members that begin with `_`, as
HAR 1.2 allows: the run and its cases in the log's `_conformance`, and with each entry its number,
the cases that it belongs to, the digests of its bodies and the command that repeats it. Cookies are
left in their headers. Secrets are the names of variables, as they are in the document.

Source: HTTP Archive 1.2, http://www.softwareishard.com/blog/har-12-spec/
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fixtures.exceptions import DocumentError
from reports import document
from reports.bodies import digest
from reports.stream import build_document

Contents = Callable[[str], bytes]
"""The bytes of a body by their digest."""

_NO_TYPE = "x-unknown"
_UNMEASURED = "send and receive were not measured apart: wait is the whole"


def archive(told: document.Document, contents: Contents) -> bytes:
    """The HAR of a document; `contents` may raise what it raises."""
    exchanges = sorted(told["exchanges"].items(), key=lambda item: _began(item[1], told["run"]))
    cases = _cases(told["cases"])
    log = {
        "version": "1.2",
        "creator": {
            "name": "api-gateway-binary-conformance",
            "version": told["run"]["suite_version"],
        },
        "comment": f"{told['run']['endpoint']}, {told['run']['definition']['source']}",
        "entries": [
            _entry(key, exchange, cases.get(key, []), told["run"], contents)
            for key, exchange in exchanges
        ],
        "_conformance": {
            "version": told["version"],
            "run": told["run"],
            "end": told["end"],
            "cases": told["cases"],
            "gone": told["gone"],
            "unsent": {
                name: base64.b64encode(contents(name)).decode() for name in sorted(_unsent(told))
            },
        },
    }
    return json.dumps({"log": log}, separators=(",", ":")).encode()


def _began(exchange: document.Exchange, run: document.Run) -> str:
    return exchange.get("began", run["started"])


def _cases(cases: Iterable[document.Case]) -> dict[str, list[dict[str, object]]]:
    """Which steps of which cases each exchange is."""
    found: dict[str, list[dict[str, object]]] = {}
    for case in cases:
        for number, step in enumerate(case["steps"]):
            if step["exchange"] is not None:
                belongs = {"case": case["id"], "step": number, "role": step["role"]}
                found.setdefault(step["exchange"], []).append(belongs)
    return found


def _unsent(told: document.Document) -> set[str]:
    """The bodies that are in no entry: of steps without a turn, of objects that were there."""
    sent = set()
    for exchange in told["exchanges"].values():
        sent.add(exchange["sent"]["body"])
        if exchange["received"] is not None:
            sent.add(exchange["received"]["body"])
    planned = {step["request"]["body"] for case in told["cases"] for step in case["steps"]}
    found = {each["body"] for case in told["cases"] for each in case.get("found", ())}
    return (planned | found) - sent


def _entry(
    key: str,
    exchange: document.Exchange,
    cases: list[dict[str, object]],
    run: document.Run,
    contents: Contents,
) -> dict[str, object]:
    milliseconds = timedelta(seconds=exchange["seconds"]) / timedelta(milliseconds=1)
    sent, received = exchange["sent"], exchange["received"]
    return {
        "startedDateTime": _began(exchange, run),
        "time": milliseconds,
        "request": _request(sent, received, contents(sent["body"])),
        "response": _response(exchange, received, contents),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0, "comment": _UNMEASURED},
        "comment": ", ".join(f"{one['case']} ({one['role']})" for one in cases),
        "_exchange": key,
        "_cases": cases,
        "_repeats": exchange["repeats"],
        "_command": exchange["command"],
    }


def _request(
    sent: document.Sent, received: document.Received | None, body: bytes
) -> dict[str, object]:
    query = parse_qsl(urlsplit(sent["url"]).query, keep_blank_values=True)
    posted = {"postData": {"mimeType": _type(sent["headers"]), **_text(body, "_encoding")}}
    return {
        "method": sent["method"],
        "url": sent["url"],
        "httpVersion": "HTTP/1.1" if received is None else received["http_version"],
        "cookies": [],
        "headers": _pairs(sent["headers"]),
        "queryString": _pairs(query),
        **(posted if body else {}),
        "headersSize": -1,
        "bodySize": len(body),
        "_digest": sent["body"],
        "_variables": sent["variables"],
        "_sigv4Region": sent["sigv4_region"],
    }


def _response(
    exchange: document.Exchange, received: document.Received | None, contents: Contents
) -> dict[str, object]:
    shared: dict[str, object] = {"statusText": "", "cookies": [], "headersSize": -1}
    if received is None:  # as browsers write it
        content = {"size": 0, "mimeType": _NO_TYPE}
        empty = {"status": 0, "httpVersion": "", "headers": [], "redirectURL": "", "bodySize": -1}
        failure = exchange["failure"]
        assert failure is not None
        error = {"_error": failure["sentence"], "_errorKind": failure["kind"]}
        return {**shared, **empty, "content": content, **error}
    body = contents(received["body"])
    located = (value for name, value in received["headers"] if name.lower() == "location")
    return {
        **shared,
        "status": received["status"],
        "httpVersion": received["http_version"],
        "headers": _pairs(received["headers"]),
        "content": {
            "size": len(body),
            "mimeType": _type(received["headers"]),
            **_text(body, "encoding"),
        },
        "redirectURL": next(located, ""),
        "bodySize": len(body),
        "_digest": received["body"],
    }


def _type(headers: Iterable[document.Header]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), _NO_TYPE)


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _text(body: bytes, encoding: str) -> dict[str, str]:
    """A body as text where it is UTF-8, else as Base64, which the member `encoding` says.

    HAR 1.2 has a member for that in the content of a response alone.
    """
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), encoding: "base64"}


# --------------------------------------------------------------------------- and back again


def read(value: Any) -> document.Document:
    """The document that a HAR was made of, every body inline.

    Raises `DocumentError` for one that was made otherwise or changed.
    """
    log = value.get("log") if isinstance(value, dict) else None
    kept = log.get("_conformance") if isinstance(log, dict) else None
    if log is None or not isinstance(kept, dict):
        raise DocumentError("it is no HAR that this suite wrote: log._conformance is not there")
    document.check_version(kept.get("version"))
    bodies: dict[str, document.Body] = {}
    try:
        exchanges = dict(_exchanges(log["entries"], bodies))
        for name, text in kept["unsent"].items():
            _keep(base64.b64decode(text, validate=True), name, bodies)
        return build_document(
            kept["run"], kept["end"], kept["cases"], exchanges, bodies, kept["gone"]
        )
    except DocumentError:
        raise
    except ValueError as error:
        raise DocumentError(f"a body in the HAR cannot be read: {error}") from None
    except (LookupError, TypeError, AttributeError) as error:
        raise DocumentError(f"something is missing from the HAR: {error!r}") from None


def _exchanges(
    entries: Iterable[Any], bodies: dict[str, document.Body]
) -> Iterator[tuple[str, document.Exchange]]:
    for entry in entries:
        request, response = entry["request"], entry["response"]
        posted = request.get("postData", {"text": ""})
        sent = document.Sent(
            method=request["method"],
            url=request["url"],
            headers=_headers(request),
            body=_keep(_bytes(posted, "_encoding"), request["_digest"], bodies),
            variables=request["_variables"],
            sigv4_region=request["_sigv4Region"],
        )
        received = failure = None
        if "_error" in response:
            failure = document.Failure(kind=response["_errorKind"], sentence=response["_error"])
        else:
            received = document.Received(
                status=response["status"],
                http_version=response["httpVersion"],
                headers=_headers(response),
                body=_keep(_bytes(response["content"], "encoding"), response["_digest"], bodies),
            )
        yield (
            entry["_exchange"],
            document.Exchange(
                command=entry["_command"],
                sent=sent,
                received=received,
                failure=failure,
                seconds=round(entry["time"] / 1000, 6),
                repeats=entry["_repeats"],
                began=entry["startedDateTime"],
            ),
        )


def _headers(message: Any) -> list[Any]:
    return [[header["name"], header["value"]] for header in message["headers"]]


def _bytes(content: Any, encoding: str) -> bytes:
    text: str = content["text"]
    return base64.b64decode(text, validate=True) if content.get(encoding) else text.encode()


def _keep(body: bytes, name: str, bodies: dict[str, document.Body]) -> str:
    if digest(body) != name:
        raise DocumentError(f"the body {name} was changed, its digest does not fit")
    bodies[name] = document.Body(length=len(body), base64=base64.b64encode(body).decode())
    return name
