"""Round trips in which properties come together that nothing but a mistake connects.

Strategy: every property has a list of values (a key's characters, its length, a body's beginning,
the `Accept`, a header that nobody mapped, what happened before …). The cases are the rows of an
orthogonal array of strength two, so that each two values of two properties come together in exactly
one case at least: a gateway that is wrong only for long keys of uploads with a charset is seen by
some hundred cases, where all combinations would be some 10^15.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from fixtures.api import Definition, Operation
from fixtures.cases.case import WHOLE_ANSWER, Case, Request, Role, Step
from fixtures.cases.exchange import Headers
from fixtures.rules.expected_response import expected_response
from suites.header_values import combined_accepts, combined_content_types, in_words
from suites.keys.cases import can_be_sent
from suites.profile import Profile
from suites.roundtrip.pairings import upload_download_pairs
from suites.upload.body_forms import FORMS

_RULE = "read-after-write"
_UNMAPPED = "unmapped-request-header"
_ALL = bytes(range(256))
_RAW, _BASE64 = FORMS[0], FORMS[1]
# The names of values stand in the ids of cases.
_KEYS = {
    "plain": "image",
    "capitals": "IMAGE007",
    "two-bytes": "\u00c4\u00df",
    "three-bytes": "\u65e5\u672c",
    "four-bytes": "\U0001f5bc",
    "combining": "e\u0301",
    "space": "a b",
    "spaces": "a  b",
    "semicolon": "a;b",
    "ampersand": "a&b=c",
    "number-sign": "a#b",
    "question-mark": "a?b",
    "backslash": "a\\b",
    "quotes": "a'b\"c",
    "angles": "<a>",
    "brackets": "[a]{b}(c)",
    "tilde": "~a_b-c..d",
    "colon": "a:b@c,d",
    "stars": "a*b$c!d^e`f|g",
}
_FOLDERS = {"flat": "", "folder": "a/", "folders": "a/b/c/d/e/f/"}
_KEY_LENGTHS = (0, 40, 70, 100, 130, 200, 260, 520, 700)
"""A key has so many letters beside its characters: more than the usual sizes of buffers."""
_ENDS = {
    "none": "",
    "png": ".png",
    "capitals": ".JPG",
    "html": ".html",
    "json": ".json",
    "txt": ".txt",
    "tar-gz": ".tar.gz",
    "dot": ".",
    "space": " ",
}
_HEADS = {
    "none": b"",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "pdf": b"%PDF-1.7\n",
    "zip": b"PK\x03\x04",
    "gzip": b"\x1f\x8b\x08",
    "bom": b"\xef\xbb\xbf",
    "object": b'{"a": 1,',
    "xml": b"<?xml version='1.0'?>",
    "html": b"<!DOCTYPE html><html>",
    "quote": b'"',
    "space": b" ",
    "newline": b"\n",
    "nul": b"\0",
    "data-url": b"data:image/png;base64,",
    "equals": b"=",
    "base64": b"iVBORw0KGgo=",
    "boundary": b"--x\r\n",
}
_FILLERS = {
    "letters": b"conformance ",
    "every-byte": _ALL,
    "high-bytes": _ALL[128:],
    "utf-8": "Gr\u00fc\u00dfe \u65e5\u672c \U0001f600 ".encode(),
    "crlf": b"one line\r\n",
    "lf": b"one line\n",
    "cr": b"one line\r",
    "nul": b"a\0b",
    "controls": _ALL[1:32],
    "base64": b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2w+/",
    "json": b'{"b": 1.0, "a": null}, ',
    "escapes": b"%41+%20&a=b;",
    "quotes": b"\\\"'\\n",
    "overlong": b"a\xc0\x80b\xed\xa0\x80",
}
_TAILS = {
    "none": b"",
    "lf": b"\n",
    "crlf": b"\r\n",
    "space": b" ",
    "tab": b"\t",
    "nul": b"\0",
    "equals": b"==",
    "high-byte": b"\xff",
    "cut-character": b"\xe2\x82",
    "brace": b"}",
    "control-z": b"\x1a",
}
_SIZES = (0, 1, 3, 4, 5, 16, 58, 65, 77, 101, 255, 256, 257, 1000, 1025, 4097, 8193, 16385, 65537)
"""Bytes of a body: both sides of usual buffers, and of a line and a group of Base64."""
_FORMS = ("accepted", "accepted", "raw")
"""Raw bytes may be refused where Base64 is due; an accepted body is Base64 there."""
_MANY: Headers = tuple((f"X-Conformance-{number:03}", "-") for number in range(1, 111))
# What an upload and its download are sent with beside their own headers.
_WITH: dict[str, Headers] = {
    "nothing": (),
    "range": (("Range", "bytes=2-5"),),
    "if-none-match": (("If-None-Match", "*"),),
    "if-modified-since": (("If-Modified-Since", "Sat, 01 Jan 2050 00:00:00 GMT"),),
    "method-override": (("X-HTTP-Method-Override", "HEAD"),),
    "origin": (("Origin", "https://example.org"),),
    "cookie": (("Cookie", "a=1; b=2"),),
    "no-cache": (("Cache-Control", "no-cache"), ("Pragma", "no-cache")),
    "language": (("Accept-Language", "de, en;q=0.5"),),
    "charset": (("Accept-Charset", "iso-8859-1"),),
    "browser": (("Referer", "https://example.org/"), ("X-Requested-With", "XMLHttpRequest")),
    "disposition": (("Content-Disposition", "attachment"), ("Content-Language", "en")),
    "ten-lines": _MANY[:10],
    "twenty-lines": _MANY[:20],
    "forty-lines": _MANY[:40],
    "many-lines": _MANY,
    "long-line": (("X-Conformance", "v" * 4000),),
}
_OF_UPLOADS: dict[str, Headers] = {
    "usual": (),
    "chunked": (("Transfer-Encoding", "chunked"),),
    "expect": (("Expect", "100-continue"),),
}
# Another object, which is uploaded after the one that is read, under a similar key.
_LOOKALIKES: dict[str, Callable[[str], str]] = {
    "another-extension": lambda name: f"{name.rpartition('.')[0] or name}.bin",
    "another-case": str.upper,
    "longer-by-one": lambda name: f"{name}k",
    "longer-by-a-folder": lambda name: f"{name}/k",
    "another-folder": lambda name: f"combined-{name}",
    "underscores": lambda name: re.sub(r"[^\w/.]", "_", name),
    "only-ascii-letters": lambda name: re.sub(r"[^A-Za-z0-9/.]", "", name),
}
_MEANWHILE = (
    "nothing",
    "download",
    "older-object",
    "other-type",
    "missing-object",
    *_LOOKALIKES,
)
_SIDES = ("both", "upload", "download")


@dataclass(frozen=True)
class _Row:
    """The value of each property in one case; strings are names of values, in the tables above."""

    pair: tuple[Operation, Operation]
    key: str
    folders: str
    key_length: int
    end: str
    head: str
    filler: str
    tail: str
    size: int
    form: str
    sent: str
    upload_accept: str | None
    accept: str | None
    get_type: str | None
    with_: str
    side: str
    upload_with: str
    meanwhile: str

    def name(self, number: int) -> str:
        """The object's name below the run's prefix, which no other case has."""
        folders = f"combined/{number:03}/{_FOLDERS[self.folders]}"
        return f"{folders}{_KEYS[self.key]}{'k' * self.key_length}{_ENDS[self.end]}"

    @property
    def content(self) -> bytes:
        """The bytes that are uploaded."""
        tail = _TAILS[self.tail]
        filler = _FILLERS[self.filler]
        body = _HEADS[self.head] + filler * (self.size // len(filler) + 1)
        return (body[: max(self.size - len(tail), 0)] + tail)[: self.size]

    def words(self, number: int) -> str:
        """The id of its case."""
        upload, download = self.pair
        return (
            f"combined:{number:03} {upload.name} key:{self.folders}-{self.key}-{self.key_length}"
            f"-{self.end} body:{self.head}-{self.filler}-{self.tail}-{self.size}-{self.form} "
            f"sent:{self.sent} accept:{_short(self.upload_accept)} by:{self.upload_with} "
            f"{download.name} accept:{_short(self.accept)} sent:{in_words(self.get_type)} "
            f"with:{self.with_}-{self.side} meanwhile:{self.meanwhile}"
        )


def combinations(definition: Definition, _profile: Profile) -> Iterator[Case]:
    """An upload and its download for each row of the array."""
    pairs = tuple(upload_download_pairs(definition))
    if not pairs:
        return
    types = combined_content_types(definition)
    values: list[Sequence[object]] = [
        pairs,
        tuple(_KEYS),
        tuple(_FOLDERS),
        _KEY_LENGTHS,
        tuple(_ENDS),
        tuple(_HEADS),
        tuple(_FILLERS),
        tuple(_TAILS),
        _SIZES,
        _FORMS,
        types,
        combined_accepts(definition)[:6],
        combined_accepts(definition),
        (None, *types[:-1]),
        tuple(_WITH),
        _SIDES,
        tuple(_OF_UPLOADS),
        _MEANWHILE,
    ]
    for number, row in enumerate(orthogonal_rows(values)):
        yield _case(definition, number, _Row(*row))  # type: ignore[arg-type]


def orthogonal_rows(values: Sequence[Sequence[object]]) -> Iterator[tuple[object, ...]]:
    """Rows with a value of each list, in which each two values of two lists meet.

    For a prime q no smaller than any list and than their number, column c of row (a, b) has the
    value number a + b * c modulo q: for two columns, (a, b) follows from their numbers. Where a
    list is shorter, its values come round again. Source: R. C. Bose, K. A. Bush (1952), "Orthogonal
    arrays of strength two and three".
    """
    least = max(len(values), *map(len, values))
    q = next(n for n in count(least) if n > 1 and all(n % d for d in range(2, n)))
    for a in range(q):
        for b in range(q):
            numbers = ((a + b * c) % q for c in range(len(values)))
            yield tuple(
                column[number % len(column)] for column, number in zip(values, numbers, strict=True)
            )


def _case(definition: Definition, number: int, row: _Row) -> Case:
    upload, download = row.pair
    name = row.name(number)
    if not can_be_sent(Request(upload, name)) or not can_be_sent(Request(download, name)):
        name = f"combined/{number:03}"
    extra = () if _reaches_s3(row.pair, _WITH[row.with_]) else _WITH[row.with_]
    by = _OF_UPLOADS[row.upload_with]
    of_upload = extra if row.side != "download" else ()
    of_download = extra if row.side != "upload" else ()
    put = Request(upload, name, row.sent, row.upload_accept, row.content, by, of_upload)
    if row.form == "accepted" and not expected_response(definition, put, None).succeeds:
        put = replace(put, body=_BASE64.of(put.body))
    get = Request(download, name, row.get_type, row.accept, headers=of_download)
    before, between = _around(row.meanwhile, put, get)
    steps = (*before, Step(Role.ACT, put), *between, Step(Role.ACT, get))
    rules = (_RULE, _UNMAPPED) if extra else (_RULE,)
    return Case(row.words(number), steps, WHOLE_ANSWER, rules=rules)


def _around(meanwhile: str, put: Request, get: Request) -> tuple[list[Step], list[Step]]:
    """What happens before the upload, and between it and the download; none of it may show."""
    older = replace(put, body=_BASE64.of(b"older" + put.body[:100]))
    if meanwhile == "download":
        return [Step(Role.ACT, get)], []
    if meanwhile == "older-object":
        return [Step(Role.ACT, older), Step(Role.ACT, get)], []
    if meanwhile == "other-type":
        return [Step(Role.ACT, replace(older, content_type="application/json"))], []
    if meanwhile == "missing-object":
        return [], [Step(Role.ACT, replace(get, name=f"{put.name}-missing"))]
    if meanwhile in _LOOKALIKES:
        return [], [Step(Role.ACT, replace(older, name=_LOOKALIKES[meanwhile](put.name)))]
    return [], []


def _short(accept: str | None) -> str:
    first, *further = in_words(accept).split(",")
    return f"{first},({len(further)} more)" if len(further) > 1 else in_words(accept)


def _reaches_s3(pair: tuple[Operation, Operation], headers: Headers) -> bool:
    """Whether a header may reach S3, by a mapping or a template, and so change the answer."""
    names = {name.lower() for name, _ in headers}
    texts = [
        text.lower()
        for operation in pair
        for table in (
            operation.integration.request_parameters,
            operation.integration.request_templates,
        )
        for text in table.values()
    ]
    return any(name in text for text in texts for name in names)
