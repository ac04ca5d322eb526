"""The forms of a body: the same bytes raw, as Base64, and as what is almost Base64."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from fixtures.payloads import by_name, sized

# 100 bytes: their Base64 needs padding, has both + and /, and is longer than one MIME line.
CONTENT = sized(100)
_TEXT = by_name("utf-8-text").content


@dataclass(frozen=True)
class BodyForm:
    """A name for the id of a case, and the body made of the content."""

    name: str
    of: Callable[[bytes], bytes]


def _wrapped(content: bytes) -> bytes:
    return base64.encodebytes(content).strip().replace(b"\n", b"\r\n")


def _one_letter_short(content: bytes) -> bytes:
    return base64.b64encode(content)[:61]


FORMS = (
    BodyForm("raw", bytes),
    BodyForm("Base64", base64.b64encode),
    BodyForm("Base64 of Base64", lambda c: base64.b64encode(base64.b64encode(c))),
    BodyForm("Base64 of text", lambda _: base64.b64encode(_TEXT)),
    BodyForm("Base64 with line breaks", _wrapped),
    BodyForm("Base64 with a trailing newline", lambda c: base64.b64encode(c) + b"\n"),
    BodyForm("Base64 without padding", lambda c: base64.b64encode(c).rstrip(b"=")),
    BodyForm("URL-safe Base64", base64.urlsafe_b64encode),
    BodyForm("Base64 with a foreign letter", lambda c: b"!" + base64.b64encode(c)),
    BodyForm("Base64 with a space", lambda c: base64.b64encode(c)[:4] + b" AAAA"),
    BodyForm("Base64 that is cut", _one_letter_short),
    BodyForm("Base64 in a JSON string", lambda c: b'"' + base64.b64encode(c) + b'"'),
    BodyForm("not Base64", lambda _: b"this is not Base64, and it is no secret!"),
    BodyForm("empty", lambda _: b""),
    BodyForm("text", lambda _: _TEXT),
    BodyForm("invalid UTF-8", lambda _: by_name("not-utf-8-overlong").content),
)
