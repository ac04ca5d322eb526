"""What a mutation does to a request on its way in, or to a response on its way out."""

import base64
import binascii
import json
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from fixtures.faults.middleware import HttpRequest, HttpResponse
from tests.lab.blindspots.conditions import History, value_of

Text = Callable[[bytes], bytes]
OnRequest = Callable[[HttpRequest], HttpRequest]
OnResponse = Callable[[HttpRequest, HttpResponse, History], HttpResponse]


@dataclass(frozen=True)
class Change:
    """A clause whose subject is the gateway, and what is changed by it: request or response."""

    clause: str
    request: OnRequest | None = None
    response: OnResponse | None = None


def _decoded(body: bytes) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return body


def _json_again(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body)).encode()
    except ValueError:
        return body


_BODIES: tuple[tuple[str, Text], ...] = (
    ("drops the first byte of", lambda body: body[1:]),
    ("drops the last byte of", lambda body: body[:-1]),
    ("appends LF to", lambda body: body + b"\n"),
    ("appends NUL to", lambda body: body + b"\x00"),
    ("flips the lowest bit in the first byte of", lambda body: bytes([body[0] ^ 1]) + body[1:]),
    ("flips the highest bit in the last byte of", lambda body: body[:-1] + bytes([body[-1] ^ 128])),
    ("swaps the first two bytes of", lambda body: body[1:2] + body[:1] + body[2:]),
    ("reverses", lambda body: body[::-1]),
    ("doubles", lambda body: body * 2),
    ("empties", lambda _body: b""),
    ("strips white space around", bytes.strip),
    ("strips NULs at the end of", lambda body: body.rstrip(b"\x00")),
    ("writes LF for CR LF in", lambda body: body.replace(b"\r\n", b"\n")),
    ("writes CR LF for LF in", lambda body: body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
    ("drops NULs from", lambda body: body.replace(b"\x00", b"")),
    ("replaces what is no UTF-8 in", lambda body: body.decode(errors="replace").encode()),
    ("drops what is no UTF-8 from", lambda body: body.decode(errors="ignore").encode()),
    ("reads Latin-1 and writes UTF-8 in", lambda body: body.decode("latin-1").encode()),
    ("clears the eighth bit in", lambda body: bytes(byte & 127 for byte in body)),
    ("drops the byte order mark of", lambda body: body.removeprefix(b"\xef\xbb\xbf")),
    ("encodes in Base64", base64.b64encode),
    ("encodes in Base64 lines", base64.encodebytes),
    ("encodes in URL-safe Base64", base64.urlsafe_b64encode),
    ("encodes in Base64 without padding", lambda body: base64.b64encode(body).rstrip(b"=")),
    ("decodes Base64 in", _decoded),
    ("quotes as JSON", lambda body: json.dumps(body.decode("latin-1")).encode()),
    ("parses and serialises JSON in", _json_again),
    ("decodes percent-encoding in", lambda body: unquote(body, "latin-1").encode("latin-1")),
    ("escapes markup in", lambda body: body.replace(b"<", b"&lt;")),
    ("folds the letter case of", bytes.lower),
)
_CUTS = (1, 16, 57, 64, 76, 100, 255, 256, 1000, 1024, 4096, 8192, 65535, 65536)

_VALUES: tuple[tuple[str, Text], ...] = (
    ("writes in lower case", bytes.lower),
    ("writes in upper case", bytes.upper),
    ("drops the parameters of", lambda value: value.partition(b";")[0]),
    ("keeps only the first entry of", lambda value: value.partition(b",")[0].strip()),
    ("keeps only the last entry of", lambda value: value.rpartition(b",")[2].strip()),
    ("sorts the entries of", lambda value: b",".join(sorted(value.split(b",")))),
    ("cuts at a blank", lambda value: value.partition(b" ")[0]),
    ("cuts to 32 bytes", lambda value: value[:32]),
    ("cuts to 100 bytes", lambda value: value[:100]),
    ("replaces by */*", lambda _value: b"*/*"),
    ("replaces by application/octet-stream", lambda _value: b"application/octet-stream"),
    ("replaces by application/json", lambda _value: b"application/json"),
    ("replaces by text/plain", lambda _value: b"text/plain"),
    ("replaces by image/png", lambda _value: b"image/png"),
    ("appends ; charset=utf-8 to", lambda value: value + b"; charset=utf-8"),
    ("drops the suffix of", lambda value: value.partition(b"+")[0]),
    ("reads a plus sign as a blank in", lambda value: value.replace(b"+", b" ")),
)

_KEYS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("lower case", str.lower),
    ("a plus sign read as a blank", lambda key: key.replace("+", " ")),
    ("percent-encoding decoded once more", unquote),
    ("composed characters", lambda key: unicodedata.normalize("NFC", key)),
    ("compatible characters", lambda key: unicodedata.normalize("NFKC", key)),
    ("decomposed characters", lambda key: unicodedata.normalize("NFD", key)),
    ("blanks stripped at its ends", str.strip),
    ("runs of blanks joined", lambda key: re.sub(" +", " ", key)),
    ("dots stripped from its end", lambda key: key.rstrip(".")),
    ("everything from a number sign lost", lambda key: key.partition("#")[0]),
    ("everything from a question mark lost", lambda key: key.partition("?")[0]),
    ("everything from a semicolon lost", lambda key: key.partition(";")[0]),
    ("everything from an ampersand lost", lambda key: key.partition("&")[0]),
    ("backslashes turned into slashes", lambda key: key.replace("\\", "/")),
    ("its extension lost", lambda key: key.rpartition(".")[0] or key),
    ("only ASCII kept", lambda key: key.encode("ascii", "ignore").decode()),
    ("only ASCII, the rest a question mark", lambda key: key.encode("ascii", "replace").decode()),
    ("only the basic plane kept", lambda key: "".join(c for c in key if ord(c) < 0x10000)),
    (
        "its characters beyond Latin-1 lost",
        lambda key: key.encode("latin-1", "ignore").decode("latin-1"),
    ),
    ("a blank written as an underscore", lambda key: key.replace(" ", "_")),
    ("a colon written as an underscore", lambda key: key.replace(":", "_")),
    ("quotes lost", lambda key: key.replace('"', "").replace("'", "")),
    ("braces lost", lambda key: key.translate({ord(c): None for c in "{}[]()<>"})),
    ("its slashes at both ends stripped", lambda key: key.strip("/")),
)
_KEY_CUTS = (1, 32, 64, 100, 128, 250, 255, 256, 512)
_REQUEST_HEADERS = (b"accept", b"accept", b"content-type", b"content-type", b"accept-encoding")


def draw(random_: random.Random) -> Change:
    """A change, drawn evenly among the kinds, then within its kind."""
    return random_.choice(_KINDS)(random_)


def _on_body(text: Text) -> Text:
    return lambda body: text(body) if body else body


def _request_body(draw: random.Random) -> Change:
    said, text = draw.choice(_BODIES)
    change = _on_body(text)
    return Change(
        f"{said} the uploaded body",
        request=lambda request: replace(request, body=change(request.body)),
    )


def _cut_request(draw: random.Random) -> Change:
    most = draw.choice(_CUTS)
    return Change(
        f"cuts the uploaded body to {most} bytes",
        request=lambda request: replace(request, body=request.body[:most]),
    )


def _request_value(draw: random.Random) -> Change:
    name, (said, text) = draw.choice(_REQUEST_HEADERS[:4]), draw.choice(_VALUES)

    def change(request: HttpRequest) -> HttpRequest:
        rest = tuple(line for line in request.headers if line[0] != name)
        value = value_of(request, name)
        lines = ((name, text(value)),) if request.header_lines(name) else ()
        return replace(request, headers=(*rest, *lines))

    return Change(f"{said} {name.decode()} of the request", request=change)


def _no_request_header(draw: random.Random) -> Change:
    name = draw.choice(_REQUEST_HEADERS)
    return Change(
        f"drops {name.decode()} of the request",
        request=lambda request: replace(
            request, headers=tuple(line for line in request.headers if line[0] != name)
        ),
    )


def _with_key(request: HttpRequest, change: Callable[[str], str]) -> HttpRequest:
    # Which part of the URL names an object depends on the definition: values of the query where
    # there are some, else what stands behind the second slash, the first being the stage's.
    if request.query:
        pairs = (pair.partition(b"=") for pair in request.query.split(b"&"))
        query = b"&".join(name + sign + _changed(value, change) for name, sign, value in pairs)
        return replace(request, query=query)
    stage, slash, rest = request.path[1:].partition(b"/")
    first, second, key = rest.partition(b"/")
    return replace(request, path=b"/" + stage + slash + first + second + _changed(key, change))


def _changed(raw: bytes, change: Callable[[str], str]) -> bytes:
    key = unquote(raw.decode("latin-1"), errors="replace")
    # What is not changed keeps its spelling, for a plus sign has another meaning than %2B.
    return raw if change(key) == key else quote(change(key), safe="/+").encode()


def _key(draw: random.Random) -> Change:
    said, text = draw.choice(_KEYS)
    return Change(f"takes the key with {said}", request=lambda request: _with_key(request, text))


def _cut_key(draw: random.Random) -> Change:
    most = draw.choice(_KEY_CUTS)
    return Change(
        f"cuts the key to {most} characters",
        request=lambda request: _with_key(request, lambda key: key[:most]),
    )


def _no_query(_draw: random.Random) -> Change:
    return Change("drops the query", request=lambda request: replace(request, query=b""))


def _no_upload(_draw: random.Random) -> Change:
    """An upload that is answered as if it had been stored."""
    return Change(
        "answers an upload with 200 and does not store it",
        request=lambda request: (
            replace(request, method="OPTIONS") if request.method == "PUT" else request
        ),
        response=lambda request, response, _history: (
            replace(response, status=200, body=b"") if request.method == "PUT" else response
        ),
    )


def _response_body(draw: random.Random) -> Change:
    said, text = draw.choice(_BODIES)
    change = _on_body(text)
    return Change(
        f"{said} the response's body",
        response=lambda _request, response, _history: replace(response, body=change(response.body)),
    )


def _cut_response(draw: random.Random) -> Change:
    most = draw.choice(_CUTS)
    return Change(
        f"cuts the response's body to {most} bytes",
        response=lambda _request, response, _history: replace(response, body=response.body[:most]),
    )


def _response_value(draw: random.Random) -> Change:
    said, text = draw.choice(_VALUES)

    def change(_request: HttpRequest, response: HttpResponse, _history: History) -> HttpResponse:
        value = response.header("content-type")
        if value is None:
            return response
        return response.having("Content-Type", text(value.encode("latin-1")).decode("latin-1"))

    return Change(f"{said} content-type of the response", response=change)


def _no_header(draw: random.Random) -> Change:
    # Drawn by its place among the headers of the very response, so that mapped ones are among them.
    place = draw.random()

    def change(_request: HttpRequest, response: HttpResponse, _history: History) -> HttpResponse:
        if not response.headers:
            return response
        name = sorted(name for name, _ in response.headers)[int(place * len(response.headers))]
        return response.without(name.decode())

    return Change(f"drops a header of the response, {place:.0%} down their list", response=change)


def _status(draw: random.Random) -> Change:
    status = draw.choice([200, 201, 204, 206, 302, 304, 400, 403, 404, 500, 502, 503])
    return Change(
        f"answers with status {status}",
        response=lambda _request, response, _history: replace(response, status=status),
    )


def _body_of_before(_draw: random.Random) -> Change:
    return Change(
        "sends the body of the response before",
        response=lambda _request, response, history: (
            replace(response, body=history.last.response.body) if history.last else response
        ),
    )


def _headers_of_before(_draw: random.Random) -> Change:
    return Change(
        "sends the Content-Type of the response before",
        response=lambda _request, response, history: (
            response.having("Content-Type", history.last.response.header("content-type") or "a/b")
            if history.last
            else response
        ),
    )


def _first_answer(_draw: random.Random) -> Change:
    return Change(
        "answers GET as it first answered for this target",
        response=lambda request, response, history: next(
            (
                exchange.response
                for exchange in history.of(request)
                if exchange.request.method == request.method == "GET"
            ),
            response,
        ),
    )


def _name_in_body(_draw: random.Random) -> Change:
    return Change(
        "names the request's type as that of the response",
        response=lambda request, response, _history: (
            response.having("Content-Type", value_of(request, b"content-type").decode("latin-1"))
            if request.header_lines(b"content-type")
            else response
        ),
    )


_KINDS = (
    _request_body,
    _cut_request,
    _request_value,
    _no_request_header,
    _key,
    _cut_key,
    _no_query,
    _response_body,
    _cut_response,
    _response_value,
    _no_header,
    _status,
    _body_of_before,
    _headers_of_before,
    _first_answer,
    _name_in_body,
    _no_upload,
)
