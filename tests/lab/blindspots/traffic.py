"""Random requests of ordinary and odd clients, to see whether a mutation changes any answer.

They are made from RFC 9110's grammar and S3's key rules, not from the cases of the suites: what the
suites never send has to be able to show here.
"""

import base64
import gzip
import random
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from fixtures.api import Definition, Operation
from fixtures.faults.middleware import HeaderLines, HttpRequest

_TYPES = (
    "image/png",
    "image/jpeg",
    "image/svg+xml",
    "image/vnd.adobe.photoshop",
    "imagex/png",
    "IMAGE/PNG",
    "application/octet-stream",
    "application/pdf",
    "application/json",
    "application/problem+json",
    "application/xml",
    "application/x-www-form-urlencoded",
    "application/zip",
    "application/gzip",
    "text/plain",
    "text/html",
    "text/csv",
    "font/woff2",
    "video/mp4",
    "audio/mpeg",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxk",
    "text/plain; charset=utf-8",
    "text/plain;charset=ISO-8859-1",
    "image/png; name=a",
    'image/png; name="a, b; c"',
)
_WILDCARDS = ("*/*", "image/*", "application/*", "text/*")
_QUALITIES = ("", "", "", ";q=0.8", "; q=0.5", ";q=0", ";q=1.0", "\t;q=0.001")
_SEPARATORS = (", ", ",", " ,", ",\t", " , ")
_SEGMENTS = (
    "a",
    "photo.png",
    "photo.PNG",
    "Photo.png",
    "page.html",
    "data.json",
    "archive.tar.gz",
    "notes.txt",
    "a b",
    " a",
    "a ",
    "a  b",
    "a+b",
    "a%b",
    "a%20b",
    "a&b=c",
    "a;b",
    "a#b",
    "a?b",
    "a\\b",
    "a~b",
    "a'b",
    'a"b',
    "a<b>",
    "a|b",
    "a:b",
    "a@b",
    "a,b",
    "a$b",
    "a!b",
    "a*b",
    "(a)",
    "[a]",
    "{a}",
    "a^b",
    "a`b",
    "a=b",
    "a_b",
    "a-b",
    ".a",
    "a.",
    "a..b",
    "0",
    "007",
    "null",
    "Ä",
    "é",
    "e\u0301",
    "\u200ba",
    "ﬁ",
    "日本",
    "😀",
    "\u00a0",
    "\u007f",
    "a\tb",
)
_LENGTHS = (1, 63, 64, 65, 96, 97, 127, 128, 129, 200, 255, 256, 257, 500, 512, 513, 900)
_SIZES = (0, 1, 2, 3, 4, 5, 7, 16, 57, 58, 76, 77, 100, 255, 256, 257, 1000, 1023, 1024, 1025)
_LARGE = (4095, 4096, 4097, 8191, 8192, 8193, 16384, 16385, 32768, 65535, 65536, 65537, 131073)
_BODIES = (
    b"\x89PNG\r\n\x1a\n" + bytes(range(64)),
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00",
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    b"PK\x03\x04\x14\x00",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    b"\xef\xbb\xbftext",
    b"\xff\xfet\x00e\x00",
    b"<html><body>x</body></html>",
    b"<?xml version='1.0'?><a>\r\n</a>",
    b'{"b": 1, "a": [1.0, 2e3], "a": null}',
    b'  {"a":1}\n',
    b'"text"',
    b"null",
    b"a=1&b=%20+&a=2",
    b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--\r\n",
    b"line\r\nline\r\n",
    b"line\nline\n",
    b"line\rline",
    b" leading and trailing ",
    b"trailing\x00\x00",
    b"\x00leading",
    b"a\x00b",
    b"\x1a\x1b\x07\x7f",
    "naïve 日本 😀".encode(),
    b"\xc0\x80\xed\xa0\x80",
    b"\xe2\x80\xa8\xef\xbf\xbd",
    b"=====",
    b"%PNG%20",
    b"${a} $input.body #set",
    b"</script>",
    bytes(range(256)),
    bytes(range(128, 256)),
    base64.b64encode(bytes(range(256))),
    base64.b64encode(b"\x89PNG\r\n\x1a\n"),
    base64.urlsafe_b64encode(b"\xfb\xff\xfe" * 9),
    base64.encodebytes(bytes(range(200))),
    gzip.compress(b"text", mtime=0),
)
_EXTRA: tuple[tuple[str, str], ...] = (
    ("range", "bytes=0-3"),
    ("if-none-match", '"x"'),
    ("if-none-match", "*"),
    ("if-modified-since", "Sat, 01 Jan 2050 00:00:00 GMT"),
    ("if-match", '"x"'),
    ("accept-encoding", "gzip"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-encoding", "identity"),
    ("accept-language", "de"),
    ("accept-charset", "iso-8859-1"),
    ("cache-control", "no-cache"),
    ("pragma", "no-cache"),
    ("origin", "https://example.org"),
    ("referer", "https://example.org/a"),
    ("cookie", "a=1; b=2"),
    ("user-agent", "Mozilla/5.0"),
    ("user-agent", "curl/8.5.0"),
    ("x-requested-with", "XMLHttpRequest"),
    ("x-http-method-override", "DELETE"),
    ("x-forwarded-for", "203.0.113.9"),
    ("forwarded", "for=203.0.113.9"),
    ("te", "trailers"),
    ("expect", "100-continue"),
    ("connection", "close"),
    ("content-disposition", "attachment"),
    ("content-language", "en"),
    ("x-custom", "value"),
    ("x-empty", ""),
)
_MOST_LINES = 130


class Traffic:
    """A seeded client of one definition; keys come back, so that objects are overwritten and read.

    `draw` is the only source of chance.
    """

    def __init__(self, definition: Definition, draw: random.Random) -> None:
        """Begin with no key written."""
        self._definition = definition
        self._draw = draw
        self._keys: list[str] = []

    def requests(self, count: int) -> Iterator[HttpRequest]:
        """So many requests, one after the other."""
        operations = self._definition.operations
        for _ in range(count):
            yield self._request(self._draw.choice(operations))

    def _request(self, operation: Operation) -> HttpRequest:
        draw = self._draw
        path = operation.path
        for name in _placeholders(path):
            path = path.replace(f"{{{name}}}", self._value(greedy=name.endswith("+")))
        query = "&".join(f"{name}={self._value(greedy=False)}" for name in self._query(operation))
        body = self._body() if operation.method in ("PUT", "POST", "PATCH") else b""
        method = operation.method if operation.method != "ANY" else draw.choice(["GET", "POST"])
        # Now and then the wrong method or a path that nobody has.
        if draw.random() < 0.05:
            method = draw.choice(["GET", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "POST"])
        if draw.random() < 0.03:
            path += "/nobody/has/this"
        return HttpRequest(
            method,
            (self._definition.base_path + path).encode(),
            query.encode(),
            self._headers(body),
            body,
        )

    def _query(self, operation: Operation) -> Iterator[str]:
        names = [
            source.rsplit(".", 1)[1]
            for source in operation.integration.request_parameters.values()
            if source.startswith("method.request.querystring.")
        ]
        yield from names
        if self._draw.random() < 0.1:
            yield self._draw.choice(["extra", *names])

    def _value(self, *, greedy: bool) -> str:
        draw = self._draw
        if self._keys and draw.random() < 0.5:
            key = draw.choice(self._keys[-12:])
            key = draw.choice([key, key, key, key.swapcase(), key + ".png"])
        else:
            key = self._key()
            self._keys.append(key)
        parts = [
            quote(part, safe=draw.choice(["", "~", "+", "!$'()*,;:@="])) for part in key.split("/")
        ]
        return ("/" if greedy else "%2F").join(parts)

    def _key(self) -> str:
        draw = self._draw
        if draw.random() < 0.15:
            return "k" * draw.choice(_LENGTHS)
        return "/".join(draw.choice(_SEGMENTS) for _ in range(draw.choice([1, 1, 1, 2, 3, 6])))

    def _body(self) -> bytes:
        draw = self._draw
        if draw.random() < 0.6:
            return draw.choice(_BODIES)
        sizes = _LARGE if draw.random() < 0.15 else _SIZES
        return draw.randbytes(draw.choice(sizes))

    def _headers(self, body: bytes) -> HeaderLines:
        draw = self._draw
        lines: list[tuple[str, str]] = [("host", "localhost")]
        if draw.random() < 0.9:
            lines.append(("accept", self._accept()))
        if draw.random() < 0.03:
            lines.append(("accept", self._accept()))
        if draw.random() < 0.9:
            lines.append(("content-type", draw.choice(_TYPES)))
        if body or draw.random() < 0.3:
            lines.append(("content-length", str(len(body))))
        lines += draw.choices(_EXTRA, k=draw.choice([0, 0, 0, 1, 1, 2, 4]))
        if draw.random() < 0.02:
            lines += [(f"x-{number}", "v") for number in range(draw.randint(20, _MOST_LINES))]
        if draw.random() < 0.02:
            lines.append(("x-long", "v" * draw.choice([256, 1000, 4000])))
        return tuple((name.encode(), value.encode("latin-1")) for name, value in lines)

    def _accept(self) -> str:
        draw = self._draw
        count = draw.choice([1, 1, 1, 2, 3, 5, 12])
        entries = [
            draw.choice(_TYPES if draw.random() < 0.75 else _WILDCARDS) + draw.choice(_QUALITIES)
            for _ in range(count)
        ]
        return draw.choice(_SEPARATORS).join(entries)


def _placeholders(path: str) -> Sequence[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]
