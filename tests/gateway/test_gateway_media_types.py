"""Which headers the gateway takes for binary."""

import pytest

from fixtures.gateway.binary_media_types import BinaryMediaTypes

ROWS = [
    # entries, header, binary?
    ((), "image/png", False),
    (("image/png",), "image/png", True),
    (("image/png",), "IMAGE/Png", True),
    (("Image/PNG",), "image/png", True),
    (("image/png",), "image/png;q=0.5", True),
    (("image/png",), " image/png ; charset=x", True),
    (("image/png",), "image/*", False),
    (("image/png",), "image", False),
    (("image/png",), "", False),
    (("image/png",), None, False),
    (("image/*",), "image/svg+xml", True),
    (("image/*",), "image/*", True),
    (("image/*",), "*/*", False),
    (("image/*",), "imagery/png", False),
    (("*/png",), "image/png", False),
    (("*/png",), "*/png", False),
    (("*/*",), "image/png", True),
    (("*/*",), "image/*", True),
    (("*/*",), "*/png", True),
    (("*/*",), "*/*", True),
    (("*/*",), None, True),
    (("*/*",), "nonsense", True),
    (("not a type", "image/png"), "image/png", True),
    (("image/png",), "image/png, text/plain", False),
]


@pytest.mark.parametrize(("entries", "header", "binary"), ROWS)
def test_a_header_is_binary_if_an_entry_takes_it(
    entries: tuple[str, ...], header: str | None, binary: bool
) -> None:
    assert BinaryMediaTypes(entries).match(header) is binary


@pytest.mark.parametrize(
    ("accept", "binary"),
    [
        ("image/png, text/plain", True),
        ("text/plain, image/png", False),
        ('image/png;a="x, y"', True),
        (",image/png", False),
    ],
)
def test_only_the_first_media_type_of_accept_counts(accept: str, binary: bool) -> None:
    assert BinaryMediaTypes(["image/png"]).match_accept(accept) is binary


def test_a_request_without_a_content_type_counts_as_json() -> None:
    assert BinaryMediaTypes(["application/json"]).match_request(None)
    assert not BinaryMediaTypes(["image/png"]).match_request(None)
    assert not BinaryMediaTypes(["application/json"]).match_request("")
