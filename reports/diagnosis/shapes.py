"""What bytes can turn into: the shapes that a failing test recognises, and rarer ones.

Strategy: `SHAPES` of the rules is the table. It is shorter than this one, since a wrong answer is
recognised there by itself, while here a whole run has to fit.
"""

import base64
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fixtures.rules.conversions import decode_base64
from fixtures.rules.recognition import SHAPES

_MARK = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
_ALPHABET = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(frozen=True)
class Shape:
    """What bytes turn into, and what usually does that; `of` makes `None` of what fails."""

    name: str
    cause: str
    of: Callable[[bytes], bytes | None]


def _nfc(body: bytes) -> bytes:
    try:
        return unicodedata.normalize("NFC", body.decode()).encode()
    except UnicodeDecodeError:
        return body


def _runs(body: bytes) -> bytes:
    return re.sub("\ufffd+", "\ufffd", body.decode("utf-8", "replace")).encode()


def _each(body: bytes) -> bytes:
    """One U+FFFD for every byte that is no UTF-8, where the rules have one for a sequence."""
    escaped = body.decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff]", "\ufffd", escaped).encode()


def _strict(body: bytes) -> bytes | None:
    try:
        return body.decode("utf-8").encode()
    except UnicodeDecodeError:
        return None


_TEXT_MODE = "a text mode translates line breaks"
_DECODER = "a decoder of text is another one than API Gateway's"
_ENCODER = "an encoder writes another form of Base64"
_TRIMS = "something on the way trims what it takes for text"
_ADDS = "something on the way adds to what it takes for text"
_LOSES = "something on the way loses bytes"

_DAMAGES = (
    Shape("the object with CR turned into LF", _TEXT_MODE, lambda c: c.replace(b"\r", b"\n")),
    Shape("the object with a byte order mark in front", _ADDS, lambda c: _MARK + c),
    Shape("the object without the line break at its end", _TRIMS, lambda c: c.removesuffix(b"\n")),
    Shape("the object with a line break at its end", _ADDS, lambda c: c + b"\n"),
    Shape("the object without the white space around it", _TRIMS, lambda c: c.strip(_SPACE)),
    Shape("the object with its characters composed", "something normalises text to NFC", _nfc),
    Shape(
        "the object without the eighth bit of each byte",
        "a channel of seven bits",
        lambda c: bytes(byte & 0x7F for byte in c),
    ),
    Shape("the object without its last byte", _LOSES, lambda c: c[:-1]),
    Shape("the object with its first byte twice", _LOSES, lambda c: c[:1] + c),
    Shape(
        "the object padded with NUL to an even length",
        "bytes are carried in pairs",
        lambda c: c + bytes(len(c) % 2),
    ),
    Shape(
        "the object read as Windows-1252 and written as UTF-8",
        "bytes pass through a Windows-1252 string",
        lambda c: c.decode("cp1252", "replace").encode(),
    ),
    Shape(
        "the object with a question mark for each invalid UTF-8 sequence",
        _DECODER,
        lambda c: c.decode("utf-8", "replace").replace("\ufffd", "?").encode(),
    ),
    Shape(
        "the object with its invalid UTF-8 written as escapes",
        _DECODER,
        lambda c: c.decode("utf-8", "backslashreplace").encode(),
    ),
    Shape("the object with one U+FFFD for a run of invalid sequences", _DECODER, _runs),
    Shape("the object with one U+FFFD for each invalid byte", _DECODER, _each),
    Shape(
        "the object with U+FFFD for all that is not ASCII",
        _DECODER,
        lambda c: c.decode("ascii", "replace").encode(),
    ),
    Shape("an error where the object is not UTF-8", _DECODER, _strict),
    Shape("nothing", "the body is dropped", lambda _: b""),
)

_ENCODINGS = (
    Shape(
        "Base64 with a line break at its end",
        _ENCODER,
        lambda c: base64.b64encode(c) + b"\n",
    ),
    Shape(
        "Base64 in lines, without a line break at the end",
        "a MIME encoder breaks the lines at 76 characters",
        lambda c: base64.encodebytes(c).strip(),
    ),
    Shape("Base64 in quotes", _ENCODER, lambda c: b'"' + base64.b64encode(c) + b'"'),
    Shape("hexadecimal digits", "an encoder writes hexadecimal digits", lambda c: c.hex().encode()),
    Shape(
        "a data URL",
        _ENCODER,
        lambda c: b"data:application/octet-stream;base64," + base64.b64encode(c),
    ),
    Shape(
        "Base64 with its padding escaped",
        _ENCODER,
        lambda c: base64.b64encode(c).replace(b"=", b"%3D"),
    ),
    Shape(
        "Base64 of what is left of the object as UTF-8 text",
        "binary is handled as text before it is encoded",
        lambda c: base64.b64encode(c.decode("utf-8", "replace").encode()),
    ),
)


def _forgiving(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes | None]:
    """A decoder that takes Base64 of the standard alphabet, and what becomes it by a change."""

    def decode(text: bytes) -> bytes | None:
        exact = decode_base64(text)
        return decode_base64(change(text)) if exact is None else exact

    return decode


def _padded(text: bytes) -> bytes:
    return text + b"=" * (-len(text) % 4)


def _twice(text: bytes) -> bytes | None:
    once = decode_base64(text)
    return once if once is None else (decode_base64(once) or once)


def _or_else(other: Callable[[bytes], bytes]) -> Callable[[bytes], bytes | None]:
    def decode(text: bytes) -> bytes | None:
        exact = decode_base64(text)
        return other(text) if exact is None else exact

    return decode


def _leading(text: bytes) -> bytes:
    """What can be decoded of the beginning."""
    good = re.match(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", text)
    return decode_base64(good[0] if good else b"") or b""


def _decodes(what: str, of: Callable[[bytes], bytes | None]) -> Shape:
    return Shape(f"Base64-decoded {what}", "a decoder is more or less forgiving than it should", of)


DECODERS = (
    _decodes(
        "though it has line breaks",
        _forgiving(lambda t: t.replace(b"\r", b"").replace(b"\n", b"")),
    ),
    _decodes("though a line break follows", _forgiving(lambda t: t.rstrip(b"\r\n"))),
    _decodes("though it has spaces", _forgiving(lambda t: b"".join(t.split()))),
    _decodes("though its padding is missing", _forgiving(_padded)),
    _decodes(
        "though its alphabet is the URL-safe one",
        _forgiving(lambda t: t.translate(bytes.maketrans(b"-_", b"+/"))),
    ),
    _decodes("though it stands in quotes", _forgiving(lambda t: t.strip(b'"'))),
    _decodes("though it is a data URL", _forgiving(lambda t: t.rpartition(b",")[2])),
    _decodes(
        "though foreign letters are in it",
        _forgiving(lambda t: _padded(_ALPHABET.sub(b"", t))),
    ),
    _decodes("as far as it is Base64", _or_else(_leading)),
    _decodes("twice", _twice),
    _decodes("where it is Base64, and as it is where not", _or_else(bytes)),
    _decodes("where it is Base64, and nothing where not", _or_else(lambda _: b"")),
    _decodes(
        "unless its unused bits are set",
        lambda t: (
            decoded
            if (decoded := decode_base64(t)) is not None and base64.b64encode(decoded) == t
            else None
        ),
    ),
)

BODIES = (
    *(Shape(shape.name, shape.cause, shape.of) for shape in SHAPES),
    *_DAMAGES,
    *_ENCODINGS,
)


def cuts(pairs: Iterable[tuple[bytes, bytes]]) -> tuple[Shape, ...]:
    """The ways in which bodies are cut, by what was due and what came: at a length, at a buffer."""
    cut = [
        (len(whole), len(part))
        for whole, part in pairs
        if part and len(part) < len(whole) and whole.startswith(part)
    ]
    if not cut:
        return ()
    lengths = {part for _, part in cut}
    shapes = [_cut_at(length) for length in sorted({min(lengths), max(lengths)})]
    shapes.append(_without_last(min(whole - part for whole, part in cut)))
    shapes += [_whole_buffers(size) for size in _BUFFERS if all(p % size == 0 for p in lengths)]
    return tuple(shapes)


_BUFFERS = tuple(1 << power for power in range(10, 17))


def _cut_at(length: int) -> Shape:
    return Shape(
        f"the first {length} bytes of the object",
        "something on the way truncates the body",
        lambda c: c[:length],
    )


def _without_last(count: int) -> Shape:
    return Shape(f"the object without its last {count} bytes", _LOSES, lambda c: c[:-count])


def _whole_buffers(size: int) -> Shape:
    return Shape(
        f"the object in whole buffers of {size} bytes",
        "the rest of a body that does not fill a buffer is lost",
        lambda c: c[: len(c) // size * size] if len(c) > size else c,
    )
