"""Bodies of the types that web clients upload, in which each rewriting shows.

A gateway passes a body on as it is. A framework that parses a form, the parts of a multipart body
or JSON, and writes them again, changes the order, the spacing, the escapes or the line ends.
"""

from dataclasses import dataclass

_BOUNDARY = "part-of-4f1d"
_CHUNK = 8 * 1024
"""Bytes that frameworks usually read at once; a delimiter lies across the end of the first."""


@dataclass(frozen=True)
class ClientBody:
    """A body: its name in the id of a case, its type, its bytes."""

    name: str
    content_type: str
    content: bytes


def _multipart() -> bytes:
    delimiter = f"--{_BOUNDARY}".encode()
    head = b"a preamble\r\n" + delimiter + b"\r\nContent-Disposition: form-data; name=b\r\n\r\n"
    filling = b" " * (_CHUNK - len(b"\r\n--") - len(head))
    rest = (
        head + filling,
        delimiter,
        b'content-disposition:form-data;name="a"; filename="a.txt"',
        b"",
        delimiter[:-1],
        delimiter + b"--",
        b"an epilogue",
    )
    return b"\r\n".join(rest)


_FORM = b"b=2&a=1&a=+x%20y&empty=&&no-value&c=%e4%bd%a0&%41=~"
_JSON = b'{ "b" : 1.0,\r\n\t"a":"\\u00e9\\/", "e": 1E2, "b": [ ] }\n'

CLIENT_BODIES = (
    ClientBody("form", "application/x-www-form-urlencoded", _FORM),
    ClientBody("multipart", f"multipart/form-data; boundary={_BOUNDARY}", _multipart()),
    ClientBody("json", "application/json", _JSON),
    ClientBody("json-suffix", "application/vnd.conformance+json", _JSON),
    ClientBody(
        "xml", "application/xml", b'<?xml version="1.0"?>\r\n<a  c="1" b=\'2\'></a>\n<!-- -->'
    ),
)
