"""What each conversion does to a body, at the edges of Base64 and of UTF-8."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.rules import conversions
from fixtures.rules.conversions import (
    Conversion,
    Converted,
    convert,
    decode_base64,
    is_base64_variant,
)

DECODE = (Conversion.DECODE, "the-rule")

# The text, the bytes that it stands for, and whether a forgiving decoder would take it.
BASE64 = [
    (b"", b"", True),
    (b"AA==", b"\0", True),
    (b"AAA=", b"\0\0", True),
    (b"AAAA", b"\0\0\0", True),
    (b"+/+/", b"\xfb\xff\xbf", True),
    (b"abcdABCD0189", base64.b64decode(b"abcdABCD0189"), True),
    # Missing, too much, or misplaced padding.
    (b"AA", None, True),
    (b"AAA", None, True),
    (b"AA=", None, True),
    (b"AAA==", None, True),
    (b"AAAA=", None, True),
    (b"AAAA====", None, True),
    (b"=", None, True),
    (b"====", None, True),
    (b"A", None, False),
    (b"AAAAA", None, False),
    (b"A===", None, False),
    (b"AA==AA==", None, False),
    (b"AA=A", None, False),
    (b"=AAA", None, False),
    # The URL-safe alphabet.
    (b"-_-_", None, True),
    (b"-_==", None, True),
    (b"-_", None, True),
    # Line breaks, as MIME has them, and other white space.
    (b"AAAA\n", None, True),
    (b"AAAA\r\nAAAA", None, True),
    (b"AA\nAA", None, True),
    (b"A\n", None, False),
    (b"\n", None, True),
    (b"AAAA AAAA", None, False),
    (b"AAAA\t", None, False),
    (b"AAAA\0", None, False),
    # What looks a little like it.
    (b"AAA.", None, False),
    (b"AAAAX", None, False),
    (b"data:;base64,AAAA", None, False),
    (b'"AAAA"', None, False),
    (b"AAA\xc3", None, False),
]


@pytest.mark.parametrize(("text", "decoded", "variant"), BASE64)
def test_base64_is_padded_in_the_standard_alphabet_and_on_one_line(
    text: bytes, decoded: bytes | None, variant: bool
) -> None:
    assert decode_base64(text) == decoded
    assert is_base64_variant(text) is variant


@pytest.mark.parametrize(
    ("body", "content", "rules"),
    [
        (b"", b"", ("empty-body", "the-rule")),
        (b"AAA=", b"\0\0", ("the-rule",)),
        # The last two bits are not zero: decoders differ, and AWS was not observed.
        (b"AAB=", b"\0\0", ("base64-unused-bits", "the-rule")),
        (b"AB==", b"\0", ("base64-unused-bits", "the-rule")),
        (b"AAA", None, ("base64-variant", "the-rule")),
        (b"AAA=\n", None, ("base64-variant", "the-rule")),
        (b"_w==", None, ("base64-variant", "the-rule")),
        # AWS refused such text, and no decoder takes it.
        (b"not Base64", None, ("base64-refused", "the-rule")),
        (b"QQ= ", None, ("base64-refused", "the-rule")),
        (b"AAAAA!", None, ("base64-refused", "the-rule")),
        (b"AAAAA===", None, ("base64-refused", "the-rule")),
        (b"AAXXX!", None, ("base64-refused", "the-rule")),
        # Some decoders pass over what is foreign, or over padding inside; AWS was not observed.
        (b"!AAA=", None, ("base64-invalid-characters", "the-rule")),
        (b'"QQ=="', None, ("base64-invalid-characters", "the-rule")),
        (b"QQ==QQ==", None, ("base64-invalid-characters", "the-rule")),
        (b"data:,AAAA", None, ("base64-invalid-characters", "the-rule")),
        (b"\xff\x00", None, ("base64-invalid-characters", "the-rule")),
    ],
)
def test_what_is_decoded_says_how_sure_that_is(
    body: bytes, content: bytes | None, rules: tuple[str, ...]
) -> None:
    converted = convert(body, DECODE)
    assert converted == Converted(content, Conversion.DECODE, rules)
    assert not converted.is_text


@pytest.mark.parametrize(
    ("body", "content", "rules"),
    [
        ("größe €😀".encode(), "größe €😀".encode(), ("the-rule",)),
        (b"\xef\xbb\xbfBOM\0", b"\xef\xbb\xbfBOM\0", ("the-rule",)),
        (b"a\xff\xfeb", "a\ufffd\ufffdb".encode(), ("the-rule",)),
        # A sequence that breaks off is one U+FFFD; each byte of one that never began is one.
        (b"\xf0\x9f\x98b", "\ufffdb".encode(), ("the-rule",)),
        (b"\xc0\x80", "\ufffd\ufffd".encode(), ("the-rule",)),
        (b"\xf4\x90\x80\x80", ("\ufffd" * 4).encode(), ("the-rule",)),
        (b"\xed\x9f\xbf", b"\xed\x9f\xbf", ("the-rule",)),
        (b"\xed\xa0\x80", ("\ufffd" * 3).encode(), ("utf8-surrogates", "the-rule")),
        (b"a\xed\xbf\xbf", ("a" + "\ufffd" * 3).encode(), ("utf8-surrogates", "the-rule")),
    ],
)
def test_text_is_utf_8_with_what_is_invalid_replaced(
    body: bytes, content: bytes, rules: tuple[str, ...]
) -> None:
    converted = convert(body, (Conversion.UTF8, "the-rule"))
    assert (converted.content, converted.rules) == (content, rules)
    assert converted.is_text


@given(body=st.binary(max_size=40) | st.text(max_size=15).map(str.encode), piece=st.integers(1, 5))
def test_text_is_the_same_in_pieces_of_any_size(body: bytes, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversions, "_PIECE", piece)
        converted = convert(body, (Conversion.UTF8, "the-rule"))
    assert converted.content == body.decode(errors="replace").encode()


@given(body=st.binary(min_size=1))
def test_decoding_takes_back_what_encoding_did(body: bytes) -> None:
    encoded = convert(body, (Conversion.ENCODE, "the-rule"))
    assert encoded.is_text
    assert encoded.rules == ("the-rule", "base64-output")
    assert encoded.content is not None
    assert convert(encoded.content, DECODE).content == body


@given(body=st.binary(min_size=1))
def test_raw_bytes_stay_as_they_are(body: bytes) -> None:
    converted = convert(body, (Conversion.BYTES, "the-rule"))
    assert (converted.content, converted.rules, converted.is_text) == (body, ("the-rule",), False)


@given(text=st.text(alphabet="AQgw+/=-_\n ", max_size=12))
def test_what_is_decoded_is_a_variant_too(text: str) -> None:
    body = text.encode()
    if decode_base64(body) is not None:
        assert is_base64_variant(body)
        assert len(body) % 4 == 0
        assert b"\n" not in body
