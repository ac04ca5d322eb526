"""The forms of a body: the same bytes raw, as Base64, and as almost-valid Base64."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from fixtures.payloads import by_name, sized

# 100 bytes: their Base64 needs padding, has both + and /, and is longer than one MIME line.
CONTENT = sized(100)
_TEXT = by_name("utf-8-text").content


@lru_cache(maxsize=256)
def _encode(content: bytes) -> bytes:
    """The content as Base64; cases with the same content share one copy."""
    return base64.b64encode(content)


@dataclass(frozen=True)
class BodyForm:
    """A form: its name in the id of a case, and the function that makes the body."""

    name: str
    of: Callable[[bytes], bytes]


def _wrapped(content: bytes) -> bytes:
    return base64.encodebytes(content).strip().replace(b"\n", b"\r\n")


def _one_letter_short(content: bytes) -> bytes:
    return _encode(content)[:61]


FORMS = (
    BodyForm("raw", bytes),
    BodyForm("base64", _encode),
    BodyForm("base64-of-base64", lambda c: _encode(_encode(c))),
    BodyForm("base64-of-text", lambda _: _encode(_TEXT)),
    BodyForm("base64-line-breaks", _wrapped),
    BodyForm("base64-trailing-newline", lambda c: _encode(c) + b"\n"),
    BodyForm("base64-unpadded", lambda c: _encode(c).rstrip(b"=")),
    BodyForm("base64-url-safe", base64.urlsafe_b64encode),
    BodyForm("base64-foreign-letter", lambda c: b"!" + _encode(c)),
    BodyForm("base64-space", lambda c: _encode(c)[:4] + b" AAAA"),
    BodyForm("base64-cut", _one_letter_short),
    BodyForm("base64-json-string", lambda c: b'"' + _encode(c) + b'"'),
    BodyForm("base64-data-url", lambda c: b"data:application/octet-stream;base64," + _encode(c)),
    BodyForm("base64-concatenated", lambda c: _encode(c) * 2),
    BodyForm("base64-unused-bits", lambda _: b"QR=="),
    BodyForm("not-base64", lambda _: b"this is not Base64, and not a secret!"),
    BodyForm("empty", lambda _: b""),
    BodyForm("text", lambda _: _TEXT),
    BodyForm("invalid-utf-8", lambda _: by_name("not-utf-8-overlong").content),
)
