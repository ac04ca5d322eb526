"""What a body that was not expected turns out to be."""

import base64
import gzip
from itertools import zip_longest

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fixtures.rules.corruption_patterns import PATTERNS, classify, first_difference, hex_dump

BYTES = bytes(range(256))
BASE64 = base64.b64encode(BYTES)
CAFE = b"caf\xe9"

# content, the body that came, the name of its shape
RECOGNISED = [
    (BYTES, BYTES, "the object's bytes"),
    (b"", b"", "the object's bytes"),
    (BYTES, BASE64, "Base64 of the object"),
    (BYTES, base64.b64encode(BASE64), "Base64 of the object's Base64"),
    (BASE64, BYTES, "the object's bytes, Base64-decoded"),
    (
        CAFE,
        b"caf\xef\xbf\xbd",
        "the object with each invalid UTF-8 sequence replaced by U+FFFD",
    ),
    (CAFE, b"caf", "the object without its invalid UTF-8 sequences"),
    (CAFE, b"caf\xc3\xa9", "the object read as Latin-1 and written as UTF-8"),
    ("é".encode(), "Ã©".encode(), "the object read as Latin-1 and written as UTF-8"),
    (BYTES, base64.encodebytes(BYTES), "Base64 with line breaks"),
    (b"a", b"YQ==\n", "Base64 with line breaks"),
    (
        BYTES,
        base64.encodebytes(BYTES).replace(b"\n", b"\r\n").rstrip(),
        "Base64 with CR LF line breaks",
    ),
    (BYTES, BASE64.rstrip(b"="), "Base64 without padding"),
    (b"\xfb\xff", b"-_8=", "URL-safe Base64"),
    (b"a\r\nb\nc", b"a\nb\nc", "the object with CR LF turned into LF"),
    (b"a\nb", b"a\r\nb", "the object with LF turned into CR LF"),
    (b"a\0b\0c", b"a", "the object up to its first NUL"),
    (b"\xef\xbb\xbftext", b"text", "the object without its byte order mark"),
    (BYTES, BYTES[:100], "the first 100 of the object's 256 bytes"),
    (BYTES, gzip.compress(BYTES, mtime=0), "a gzip of the answer"),
    (BYTES, gzip.compress(BASE64, mtime=0), "a gzip of the answer"),
]


@pytest.mark.parametrize(("content", "body", "name"), RECOGNISED)
def test_a_body_is_recognised_as_what_became_of_the_object(
    content: bytes, body: bytes, name: str
) -> None:
    shape = classify(body, content)
    assert shape is not None
    assert shape.name == name
    assert shape.cause
    assert shape.of(content) == body


def test_every_shape_has_an_example() -> None:
    names = {shape.name for shape in PATTERNS}
    assert names < {name for *_, name in RECOGNISED}
    assert len(names) == len(PATTERNS)


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (BYTES, b"something else"),
        (BYTES, BYTES + b"\0"),
        (BYTES, BYTES[1:]),
        (b"text", b""),
        (BYTES, gzip.compress(b"something else", mtime=0)),
        (BYTES, b"\x1f\x8b"),
        (BYTES, b"\x1f\x8b\x07" + bytes(20)),
        (BYTES, gzip.compress(BYTES, mtime=0)[:-1]),
        (
            BYTES,
            b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 9,
        ),
    ],
)
def test_a_body_that_nothing_explains_is_not_recognised(content: bytes, body: bytes) -> None:
    assert classify(body, content) is None


def naive(expected: bytes, got: bytes) -> int:
    for offset, (one, other) in enumerate(zip_longest(expected, got)):
        if one != other:
            return offset
    return len(expected)


@given(start=st.binary(max_size=40), one=st.binary(max_size=5), other=st.binary(max_size=5))
@example(b"", b"", b"")
@example(b"same", b"", b"")
@example(b"same", b"", b"longer")
@example(b"same", b"x", b"y")
def test_the_first_difference_is_where_one_byte_after_another_finds_it(
    start: bytes, one: bytes, other: bytes
) -> None:
    assert first_difference(start + one, start + other) == naive(start + one, start + other)


@pytest.mark.parametrize(
    ("body", "offset", "dump"),
    [
        (b"", 0, "00000000  (nothing)"),
        (b"abc", 20, "00000010  (nothing)"),
        (b"abc", 1, "00000000  61 62 63" + " " * 41 + "abc"),
        (
            bytes(range(16)) * 4,
            17,
            (
                "00000010  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................\n"
                "00000020  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................"
            ),
        ),
        (b"\x1f ~\x7f\x80", 0, "00000000  1f 20 7e 7f 80" + " " * 35 + ". ~.."),
    ],
)
def test_a_dump_shows_the_row_of_the_offset_and_the_next(
    body: bytes, offset: int, dump: str
) -> None:
    assert hex_dump(body, offset) == dump


def test_a_dump_can_be_narrower_and_longer() -> None:
    assert hex_dump(b"abcdef", 3, width=2, lines=3) == "00000002  63 64  cd\n00000004  65 66  ef"
