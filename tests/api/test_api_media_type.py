"""The grammar of one media type, RFC 9110 section 8.3.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.api import MediaType, parse_media_type

TCHARS = "!#$%&'*+-.^_`|~0123456789ABCXYZabcxyz"
TOKENS = st.text(alphabet=TCHARS, min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image/png", MediaType("image", "png")),
        ("Image/PNG", MediaType("Image", "PNG")),
        ("image/svg+xml", MediaType("image", "svg+xml")),
        ("application/vnd.a-b.c_d", MediaType("application", "vnd.a-b.c_d")),
        ("image/*", MediaType("image", "*")),
        ("*/*", MediaType("*", "*")),
        ("text/plain;charset=utf-8", MediaType("text", "plain", "charset=utf-8")),
        ("text/plain ; charset=utf-8 ", MediaType("text", "plain", "charset=utf-8")),
        ("text/plain; a=1; b=2", MediaType("text", "plain", "a=1; b=2")),
        ('text/plain;a="x;y"', MediaType("text", "plain", 'a="x;y"')),
        ("text/plain;", MediaType("text", "plain")),
        (" \ttext/plain\t ", MediaType("text", "plain")),
        ("", None),
        (" ", None),
        ("image", None),
        ("image/", None),
        ("/png", None),
        ("/", None),
        ("image/png/x", None),
        ("image /png", None),
        ("image/ png", None),
        ("image/p ng", None),
        ("image/png, text/plain", None),
        ("image/png q=1", None),
        ("im(age)/png", None),
        ('"image/png"', None),
        ("image\\png", None),
        ("bild/größe", None),
        ("image/png\n", None),
    ],
)
def test_a_media_type_is_two_tokens_with_a_slash_between(
    text: str, expected: MediaType | None
) -> None:
    assert parse_media_type(text) == expected


@given(type_=TOKENS, subtype=TOKENS, parameters=st.text(max_size=10))
def test_a_media_type_is_taken_apart_where_it_was_joined(
    type_: str, subtype: str, parameters: str
) -> None:
    parsed = parse_media_type(f"{type_}/{subtype};{parameters}")
    assert parsed == MediaType(type_, subtype, parameters.strip())
    assert parsed.essence == f"{type_}/{subtype}"
