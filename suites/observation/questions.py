"""Every question, those first of which most is at stake.

Strategy: a table. Each derived rule of `rules.toml` that names a question has it here as one or
more requests, with what every outcome leaves of the rule's answers. Where a rule has several, what
all of them leave is its answer. Questions without a rule record what is not known and no rule
speaks of.
"""

import base64
import gzip
import json
from hashlib import sha256

from suites.observation.question import Given, Question, Reading

LISTS = {
    "png": ("image/png",),
    "json": ("application/json",),
    "octets": ("application/octet-stream",),
    "all": ("*/*",),
    "parameter": ("image/jpeg;base64",),
}
"""The lists of binaryMediaTypes, one API each."""

LIMIT = 10_485_760
_BYTES = b"\x89PNG\r\n\x1a\n\x00\xff"
_AS_TEXT = _BYTES.decode("utf-8", "replace").encode()
_BASE64 = base64.b64encode(_BYTES)
_TOO_LARGE = b"1" * (LIMIT + 1)
_CHUNKED = ("Transfer-Encoding", "chunked")
_GZIP = ("Content-Encoding", "gzip")
_PNG = ("Content-Type", "image/png")
_TEXT = ("Content-Type", "text/plain")
_PICTURE = Given("image/png", _BYTES)


def _body(content: bytes, *leaves: str) -> Reading:
    return Reading(leaves, status=200, body=content)


def _stored(content: bytes, *leaves: str) -> Reading:
    return Reading(leaves, status=200, content=content)


def _typed(media_type: str, *leaves: str) -> Reading:
    return Reading(leaves, status=200, type=media_type)


def _key(key: str, *leaves: str) -> Reading:
    return Reading(leaves, status=200, key=key)


def _status(status: int, *leaves: str) -> Reading:
    return Reading(leaves, status=status)


def _report(*, body: str, is_base64: bool) -> bytes:
    """What the echo function reports of an empty body."""
    return json.dumps(
        {
            "body": body,
            "isBase64Encoded": is_base64,
            "length": 0,
            "sha256": sha256(b"").hexdigest(),
        }
    ).encode()


_BINARY_OR_TEXT = (_body(_BYTES, "binary"), _body(_BASE64, "text"))

_ACCEPT = (
    Question(
        *("accept-absent-listed", "absent Accept", "GET", "/objects/{id}"),
        given=_PICTURE,
        rule="accept-absent",
        readings=_BINARY_OR_TEXT,
    ),
    Question(
        *("accept-absent-json", "absent Accept", "GET", "/objects/{id}"),
        media_types="json",
        given=Given("application/json", _BYTES),
        rule="accept-absent",
        readings=_BINARY_OR_TEXT,
    ),
    Question(
        *("accept-absent-all", "absent Accept", "GET", "/objects/{id}"),
        media_types="all",
        given=_PICTURE,
        rule="accept-absent-full-wildcard",
        readings=_BINARY_OR_TEXT,
    ),
    Question(
        *("accept-unusable-all", "malformed Accept", "GET", "/objects/{id}", (("Accept", "png"),)),
        media_types="all",
        given=_PICTURE,
        rule="accept-absent-full-wildcard",
        readings=_BINARY_OR_TEXT,
    ),
    Question(
        *("accept-two-lines", "several Accept lines", "GET", "/objects/{id}"),
        headers=(("Accept", "text/plain"), ("Accept", "image/png")),
        given=_PICTURE,
    ),
)

_LIMITS = (
    Question(
        *("over-limit", "413", "POST", "/size", (("Content-Type", "application/json"),)),
        body=_TOO_LARGE,
    ),
    Question(
        *("over-limit-chunked", "413", "POST", "/size"),
        headers=(("Content-Type", "application/json"), _CHUNKED),
        body=_TOO_LARGE,
    ),
    Question(
        *("at-limit", "413", "POST", "/size", (("Content-Type", "application/json"),)),
        body=_TOO_LARGE[:LIMIT],
        rule="request-at-limit",
        readings=(_status(200, "accepted"), _status(413, "refused")),
    ),
    Question(
        *("chunked", "chunked upload", "PUT", "/objects/{id}", (_PNG, _CHUNKED)),
        body=_BYTES * 2048,
        rule="request-chunked",
        readings=(
            _stored(_BYTES * 2048, "accepted"),
            *(_status(status, "refused") for status in (400, 404, 411, 413, 500, 501)),
        ),
    ),
    Question(
        *("many-headers", "many request headers", "GET", "/objects/{id}"),
        headers=(*((f"x-filler-{n}", "1") for n in range(110)), ("Accept", "image/png")),
        given=_PICTURE,
        rule="request-header-count",
        readings=(
            _body(_BYTES, "accepted"),
            *(_status(status, "refused") for status in (400, 413, 431, 494, 500)),
        ),
    ),
)

_TEMPLATES = (
    Question(
        *("unsupported-type", "415", "PUT", "/never/{id}", (_TEXT,), b"text"),
    ),
    Question(
        *("two-response-templates", "response templates", "GET", "/two-templates"),
        headers=(("Accept", "image/png"),),
        # Where image/png is binary, the template's text would have to be Base64.
        media_types="octets",
        rule="response-template-unmatched",
        readings=(_body(b'{"json": true}', "application/json"), _body(b"<first/>", "first")),
    ),
    Question(
        *("request-template-ascii", "request templates", "PUT", "/template/{id}", (_PNG,), b"text"),
        rule="request-template-binary-text",
        readings=(_status(500, "refused"), _stored(b"rendered", "rendered")),
    ),
)

_TYPES = (
    Question(
        *("unmapped-type", "unmapped Content-Type", "PUT", "/unmapped/{id}", (_PNG,), _BYTES),
        rule="stored-type-unmapped",
        readings=(
            _typed("image/png", "the client's"),
            _typed("application/json", "application/json"),
            _typed("binary/octet-stream", "binary/octet-stream"),
        ),
    ),
    Question(
        *("unmapped-no-type", "unmapped Content-Type", "PUT", "/unmapped/{id}", (), b"text"),
        rule="stored-type-unmapped",
        readings=(
            _typed("application/json", "the client's", "application/json"),
            _typed("binary/octet-stream", "the client's", "binary/octet-stream"),
        ),
    ),
    *(
        Question(
            *(f"no-type-{media_types}", "absent Content-Type", "PUT", "/objects/{id}", (), _BYTES),
            media_types=media_types,
            rule="content-type-absent",
            readings=(_stored(_BYTES, default), _stored(_AS_TEXT, other)),
        )
        for media_types, default, other in (
            ("json", "application/json", "application/octet-stream"),
            ("octets", "application/octet-stream", "application/json"),
        )
    ),
    Question(
        *("malformed-type", "malformed Content-Type", "PUT", "/objects/{id}"),
        headers=(("Content-Type", "image"),),
        body=_BYTES,
        rule="content-type-malformed",
        readings=(_stored(_AS_TEXT, "text"), _stored(_BYTES, "binary")),
    ),
    Question(
        *("upper-case-accept", "letter case", "GET", "/objects/{id}", (("Accept", "IMAGE/PNG"),)),
        given=_PICTURE,
        rule="media-type-letter-case",
        readings=(_body(_BYTES, "ignored"), _body(_BASE64, "distinguished")),
    ),
    Question(
        *("upper-case-type", "letter case", "PUT", "/objects/{id}"),
        headers=(("Content-Type", "IMAGE/PNG"),),
        body=_BYTES,
        rule="media-type-letter-case",
        readings=(_stored(_BYTES, "ignored"), _stored(_AS_TEXT, "distinguished")),
    ),
    Question(
        *("accept-parameter", "parameters", "GET", "/objects/{id}"),
        headers=(("Accept", "image/png; x=y"),),
        given=_PICTURE,
    ),
    Question(
        *("type-parameter", "parameters", "PUT", "/objects/{id}"),
        headers=(("Content-Type", "image/png; x=y"),),
        body=_BYTES,
    ),
    Question(
        *("entry-with-parameter", "parameters", "GET", "/objects/{id}"),
        headers=(("Accept", "image/jpeg"),),
        media_types="parameter",
        given=Given("image/jpeg", _BYTES),
        rule="media-type-entry-parameters",
        readings=(_body(_BYTES, "ignored"), _body(_AS_TEXT, "no match")),
    ),
)

_KEYS = (
    Question(
        *("key-trailing-slash", "keys", "PUT", "/objects/{id}/", (_TEXT,), b"text"),
        rule="key-path-ends",
        readings=(_key("key-trailing-slash", "trimmed"), _key("key-trailing-slash/", "kept")),
    ),
    Question(
        *("key-leading-slash", "keys", "PUT", "/objects//{id}", (_TEXT,), b"text"),
        rule="key-path-ends",
        readings=(_key("key-leading-slash", "trimmed"), _key("/key-leading-slash", "kept")),
    ),
    Question(*("query-trailing-slash", "keys", "PUT", "/query?key={id}%2F", (_TEXT,), b"text")),
    Question(*("query-leading-slash", "keys", "PUT", "/query?key=%2F{id}", (_TEXT,), b"text")),
    Question(
        *("key-plus", "keys", "PUT", "/objects/{id}/x+y", (_TEXT,), b"text"),
        rule="key-path-characters",
        readings=(
            _key("key-plus/x+y", "kept", "slashes are folded"),
            _key("key-plus/x y", "a plus sign is a space"),
        ),
    ),
    Question(
        *("key-double-slash", "keys", "PUT", "/objects/{id}/a//b", (_TEXT,), b"text"),
        rule="key-path-characters",
        readings=(
            _key("key-double-slash/a//b", "kept", "a plus sign is a space"),
            _key("key-double-slash/a/b", "slashes are folded"),
        ),
    ),
    Question(
        *("key-dots", "keys", "PUT", "/objects/{id}/a/%2E%2E/b", (_TEXT,), b"text"),
        rule="key-dot-segments",
    ),
    Question(
        *("query-dots", "keys", "PUT", "/query?key={id}%2Fa%2F..%2Fb", (_TEXT,), b"text"),
        rule="key-dot-segments",
    ),
    Question(*("no-key", "keys", "GET", "/query"), rule="missing-key"),
)

_BODIES = (
    *(
        Question(
            *(f"gzip-{name}-{path}", "compressed requests", "PUT", f"/{path}/{{id}}"),
            headers=(("Content-Type", media_type), _GZIP),
            body=gzip.compress(_BASE64, mtime=0),
        )
        for path in ("objects", "to-text", "to-binary")
        for name, media_type in (("text", "text/plain"), ("png", "image/png"))
    ),
    *(
        Question(
            *(f"base64-{name}", "Base64", "PUT", "/to-binary/{id}", (_TEXT,), body),
            rule="base64-variant",
            readings=(_status(500, "refused"), _stored(decoded, "decoded")),
        )
        for name, body, decoded in (
            ("line-break", _BASE64[:8] + b"\r\n" + _BASE64[8:], _BYTES),
            ("unpadded", _BASE64.rstrip(b"="), _BYTES),
            ("url-safe", base64.urlsafe_b64encode(b"\xfb\xff\xfe"), b"\xfb\xff\xfe"),
        )
    ),
    Question(
        *("base64-unused-bits", "Base64", "PUT", "/to-binary/{id}", (_TEXT,), b"QR=="),
        rule="base64-unused-bits",
        readings=(_stored(b"A", "decoded"), _status(500, "refused")),
    ),
    Question(
        *("surrogate", "invalid UTF-8", "PUT", "/objects/{id}", (_TEXT,), b"\xed\xa0\x80"),
        rule="utf8-surrogates",
        readings=(
            _stored("\ufffd".encode() * 3, "three"),
            _stored("\ufffd".encode(), "one"),
            _stored(b"\xed\xa0\x80", "kept"),
        ),
    ),
)

_ROUTING = (
    Question(
        *("parameter-sibling", "routing", "PATCH", "/things/real"),
        rule="route-to-parameter-sibling",
        readings=(_status(202, "served"), _status(403, "refused")),
    ),
)

_FUNCTION = (
    Question(
        *("function-empty-body", "lambda event", "POST", "/function", (_PNG,)),
        rule="lambda-request-empty-upload",
        readings=(
            _body(_report(body="null", is_base64=False), "null"),
            _body(_report(body="string", is_base64=False), "an empty string"),
            _body(_report(body="string", is_base64=True), "an empty string"),
        ),
        needs_function=True,
    ),
    Question(
        *("function-not-utf-8", "lambda event", "POST", "/function?return=request"),
        headers=(_TEXT,),
        body=b"\xff",
        rule="lambda-request-not-utf-8",
        needs_function=True,
    ),
)

QUESTIONS = (
    *(*_ACCEPT, *_LIMITS, *_TEMPLATES, *_TYPES, *_KEYS, *_FUNCTION),
    *(*_BODIES, *_ROUTING),
)


def questions(*, with_function: bool) -> tuple[Question, ...]:
    """Those that can be asked with the echo function, or without it."""
    return tuple(each for each in QUESTIONS if with_function or not each.needs_function)
