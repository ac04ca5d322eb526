"""When a mutation comes into force: a property of the request, of the response, or of the order.

Strategy: a condition is a class of inputs that a program could well treat apart (a length beyond a
power of two, a letter case, a magic number, the second time), never one single input, for no suite
could be asked to send that.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from fixtures.faults.middleware import HttpRequest, HttpResponse

NOTHING = HttpResponse(0, (), b"")
"""Stands for the response as long as there is none."""


@dataclass(frozen=True)
class Exchange:
    """One exchange that is over."""

    request: HttpRequest
    response: HttpResponse

    @property
    def target(self) -> tuple[bytes, bytes]:
        """What was asked for."""
        return self.request.path, self.request.query


@dataclass
class History:
    """What a gateway has seen since it was started."""

    count: int = 0
    last: Exchange | None = None
    by_target: dict[tuple[bytes, bytes], list[Exchange]] = field(default_factory=dict)

    def add(self, exchange: Exchange) -> None:
        """Remember an exchange."""
        self.count += 1
        self.last = exchange
        self.by_target.setdefault(exchange.target, []).append(exchange)

    def of(self, request: HttpRequest) -> list[Exchange]:
        """The earlier exchanges with this target."""
        return self.by_target.get((request.path, request.query), [])


Predicate = Callable[[HttpRequest, HttpResponse, History], bool]


@dataclass(frozen=True)
class Condition:
    """A clause that begins with "when", and whether it holds."""

    clause: str
    holds: Predicate
    needs_response: bool = False


def _of_request(clause: str, holds: Callable[[HttpRequest], bool]) -> Condition:
    return Condition(clause, lambda request, _response, _history: holds(request))


def value_of(request: HttpRequest, name: bytes) -> bytes:
    """The lines of a header, joined by a comma."""
    return b", ".join(value for _, value in request.header_lines(name))


def _key(request: HttpRequest) -> bytes:
    return unquote_to_bytes(request.path + b"?" + request.query)


_SYNTAX: tuple[tuple[str, bytes], ...] = (
    ("has a parameter", rb";"),
    ("has a quality", rb";\s*q="),
    ("has a quoted string", rb'"'),
    ("has a comma without a blank behind it", rb",(?! )"),
    ("has a tab", rb"\t"),
    ("has upper-case letters", rb"[A-Z]"),
    ("has a suffix", rb"\+"),
    ("has a vendor's tree", rb"/(vnd|x|prs)[.-]"),
    ("has a wildcard", rb"\*"),
    ("begins with image/", rb"^image/"),
    ("begins with application/", rb"^application/"),
    ("begins with text/", rb"^text/"),
    ("begins with multipart/", rb"^multipart/"),
    ("has a charset", rb"charset="),
    ("is absent", rb"^$"),
)
_KEY_CHARACTERS: tuple[tuple[str, str], ...] = (
    ("a blank", r" "),
    ("two blanks in a row", r"  "),
    ("a plus sign", r"\+"),
    ("a percent sign", r"%"),
    ("an ampersand", r"&"),
    ("a semicolon", r";"),
    ("a number sign", r"#"),
    ("a question mark in the key", r"\?.*\?"),
    ("a backslash", r"\\"),
    ("a quote", r"['\"]"),
    ("an angle bracket", r"[<>]"),
    ("a bracket or brace", r"[\[\]{}()]"),
    ("a tilde", r"~"),
    ("a colon", r":"),
    ("an at sign", r"@"),
    ("a comma", r","),
    ("a star, dollar or exclamation mark", r"[*$!]"),
    ("a caret, grave or bar", r"[\^`|]"),
    ("an equals sign in the key", r"=.*="),
    ("an upper-case letter", r"[A-Z]"),
    ("a digit", r"[0-9]"),
    ("a dot at the end of a segment", r"\.(/|$)"),
    ("a blank at the end of a segment", r" (/|$)"),
    ("two dots", r"\.\."),
    ("a character of two bytes in UTF-8", r"[\u0080-\u07ff]"),
    ("a character of three bytes in UTF-8", r"[\u0800-\uffff]"),
    ("a character beyond U+FFFF", r"[\U00010000-\U0010ffff]"),
    ("a combining character", r"[\u0300-\u036f]"),
    ("an extension of images", r"\.(png|jpg)(\?|$|/)"),
    ("an extension of text", r"\.(html|txt|json)(\?|$|/)"),
    ("an extension of archives", r"\.(gz|zip)(\?|$|/)"),
)
_CONTENT: tuple[tuple[str, bytes], ...] = (
    ("is empty", rb"\A\Z"),
    ("begins like PNG", rb"\A\x89PNG"),
    ("begins like JPEG", rb"\A\xff\xd8"),
    ("begins like GIF", rb"\AGIF8"),
    ("begins like PDF", rb"\A%PDF"),
    ("begins like ZIP", rb"\APK"),
    ("begins like gzip", rb"\A\x1f\x8b"),
    ("begins with a byte order mark", rb"\A(\xef\xbb\xbf|\xff\xfe)"),
    ("begins like JSON", rb"\A\s*[\[{]"),
    ("begins like markup", rb"\A\s*<"),
    ("begins with white space", rb"\A\s"),
    ("ends with white space", rb"\s\Z"),
    ("ends with NUL", rb"\x00\Z"),
    ("has NUL", rb"\x00"),
    ("has CR LF", rb"\r\n"),
    ("has a lone LF", rb"(?<!\r)\n"),
    ("has a lone CR", rb"\r(?!\n)"),
    ("has bytes over 0x7F", rb"[\x80-\xff]"),
    ("is ASCII", rb"\A[\x00-\x7f]+\Z"),
    ("has control characters", rb"[\x01-\x08\x0e-\x1f]"),
    ("is Base64", rb"\A[A-Za-z0-9+/]{4,}={0,2}\Z"),
    ("has an equals sign", rb"="),
    ("has a percent sign", rb"%"),
    ("has a backslash or quote", rb'["\\]'),
)
_LENGTHS = (16, 32, 64, 96, 100, 128, 250, 255, 256, 500, 512)
_BODY_LENGTHS = (0, 1, 3, 16, 57, 64, 76, 100, 128, 255, 256, 512, 1000, 1024, 4096, 8192, 65536)
_HEADERS = (
    b"range",
    b"if-none-match",
    b"if-modified-since",
    b"accept-encoding",
    b"x-http-method-override",
    b"origin",
    b"cookie",
    b"cache-control",
    b"transfer-encoding",
    b"expect",
    b"content-encoding",
)


def draw(random_: random.Random) -> Condition:
    """A condition, drawn evenly among the kinds, then within its kind."""
    return random_.choice(_KINDS)(random_)


def _always(_draw: random.Random) -> Condition:
    return Condition("always", lambda *_: True)


def _method(draw: random.Random) -> Condition:
    method = draw.choice(["GET", "PUT"])
    return _of_request(f"when the method is {method}", lambda request: request.method == method)


def _header_name(draw: random.Random) -> bytes:
    return draw.choice([b"accept", b"content-type"])


def _syntax(draw: random.Random) -> Condition:
    name, (said, pattern) = _header_name(draw), draw.choice(_SYNTAX)
    found = re.compile(pattern).search
    return _of_request(
        f"when {name.decode()} {said}", lambda request: found(value_of(request, name)) is not None
    )


def _entries(draw: random.Random) -> Condition:
    least = draw.choice([2, 3, 5, 8])
    return _of_request(
        f"when accept has {least} entries or more",
        lambda request: value_of(request, b"accept").count(b",") + 1 >= least,
    )


def _long_header(draw: random.Random) -> Condition:
    name, length = _header_name(draw), draw.choice([16, 32, 64, 100, 128, 200])
    return _of_request(
        f"when {name.decode()} is longer than {length} bytes",
        lambda request: len(value_of(request, name)) > length,
    )


def _key_text(draw: random.Random) -> Condition:
    said, pattern = draw.choice(_KEY_CHARACTERS)
    found = re.compile(pattern).search
    return _of_request(
        f"when the path and query have {said}",
        lambda request: found(_key(request).decode(errors="replace")) is not None,
    )


def _long_key(draw: random.Random) -> Condition:
    length = draw.choice(_LENGTHS)
    return _of_request(
        f"when path and query are longer than {length} bytes",
        lambda request: len(_key(request)) > length,
    )


def _segments(draw: random.Random) -> Condition:
    least = draw.choice([4, 5, 6, 8])
    return _of_request(
        f"when path and query have {least} slashes or more",
        lambda request: _key(request).count(b"/") >= least,
    )


def _header(draw: random.Random) -> Condition:
    name = draw.choice(_HEADERS)
    return _of_request(
        f"when {name.decode()} is sent", lambda request: bool(request.header_lines(name))
    )


def _many_lines(draw: random.Random) -> Condition:
    most = draw.choice([8, 16, 32, 64, 100])
    return _of_request(
        f"when there are more than {most} header lines", lambda request: len(request.headers) > most
    )


def _request_content(draw: random.Random) -> Condition:
    said, pattern = draw.choice(_CONTENT)
    found = re.compile(pattern).search
    return _of_request(
        f"when the uploaded body {said}",
        lambda request: request.method in ("PUT", "POST") and found(request.body) is not None,
    )


def _response_content(draw: random.Random) -> Condition:
    said, pattern = draw.choice(_CONTENT)
    found = re.compile(pattern).search
    return Condition(
        f"when the response's body {said}",
        lambda _request, response, _history: found(response.body) is not None,
        needs_response=True,
    )


def _long_body(draw: random.Random) -> Condition:
    length = draw.choice(_BODY_LENGTHS)
    return _of_request(
        f"when the uploaded body is longer than {length} bytes",
        lambda request: len(request.body) > length,
    )


def _long_response(draw: random.Random) -> Condition:
    length = draw.choice(_BODY_LENGTHS)
    return Condition(
        f"when the response's body is longer than {length} bytes",
        lambda _request, response, _history: len(response.body) > length,
        needs_response=True,
    )


def _remainder(draw: random.Random) -> Condition:
    by = draw.choice([2, 3, 4])
    rest = draw.randrange(by)
    return Condition(
        f"when the length of the response's body leaves {rest} by {by}",
        lambda _request, response, _history: len(response.body) % by == rest,
        needs_response=True,
    )


def _status(draw: random.Random) -> Condition:
    is_error = draw.choice([True, False])
    return Condition(
        f"when the response is {'an error' if is_error else 'no error'}",
        lambda _request, response, _history: (response.status >= 400) is is_error,
        needs_response=True,
    )


def _response_type(draw: random.Random) -> Condition:
    kind = draw.choice(["image/", "text/", "application/json", "application/octet-stream"])
    return Condition(
        f"when the response is {kind}",
        lambda _request, response, _history: (
            (response.header("content-type") or "").lower().startswith(kind)
        ),
        needs_response=True,
    )


def _every(draw: random.Random) -> Condition:
    number = draw.choice([2, 3, 5, 10, 20])
    return Condition(
        f"at every request number {number}",
        lambda _request, _response, history: history.count % number == number - 1,
    )


def _again(draw: random.Random) -> Condition:
    method = draw.choice(["GET", "PUT"])
    return Condition(
        f"when the target was asked for by {method} before",
        lambda request, _response, history: any(
            exchange.request.method == method for exchange in history.of(request)
        ),
    )


def _after_error(_draw: random.Random) -> Condition:
    return Condition(
        "when the exchange before was an error",
        lambda _request, _response, history: (
            history.last is not None and history.last.response.status >= 400
        ),
    )


def _after_method(draw: random.Random) -> Condition:
    method = draw.choice(["GET", "PUT"])
    return Condition(
        f"when the request before was {method}",
        lambda _request, _response, history: (
            history.last is not None and history.last.request.method == method
        ),
    )


_KINDS = (
    _always,
    _method,
    _syntax,
    _entries,
    _long_header,
    _key_text,
    _long_key,
    _segments,
    _header,
    _many_lines,
    _request_content,
    _response_content,
    _long_body,
    _long_response,
    _remainder,
    _status,
    _response_type,
    _every,
    _again,
    _after_error,
    _after_method,
)
