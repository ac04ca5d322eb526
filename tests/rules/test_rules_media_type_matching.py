"""Which header value counts as binary, and by which rules."""

import pytest

from fixtures.rules.media_type_matching import Match, match_accept, match_content_type

PNG = ("image/png",)
EXACT = "media-type-exact"
SUBTYPE = "media-type-subtype-wildcard"
FULL = "media-type-full-wildcard"
PARTIAL = "media-type-partial-wildcard"
UNLISTED = "media-type-unlisted"
CASE = "media-type-letter-case"
PARAMETERS = "media-type-parameters"
FIRST = "accept-first-entry"
CLIENT = "accept-client-wildcard"

BOTH = [
    # entries, header value, binary, rules that this header is about, rules that hold for any
    (PNG, "image/png", True, (), (EXACT,)),
    (PNG, "image/jpeg", False, (), (UNLISTED,)),
    (PNG, "image/pngx", False, (), (UNLISTED,)),
    ((), "image/png", False, (), ("media-type-empty-list",)),
    (("image/*",), "image/png", True, (SUBTYPE,), ()),
    (("image/*",), "imagex/png", False, (), (UNLISTED,)),
    (("*/*",), "image/png", True, (FULL,), ()),
    (("*/png",), "image/png", False, (PARTIAL,), ()),
    (("*/PNG",), "image/png", False, (PARTIAL,), ()),
    # The narrowest entry says why, wherever it stands.
    (("*/*", "image/*", "image/png"), "image/png", True, (), (EXACT,)),
    (("*/*", "image/*"), "image/png", True, (SUBTYPE,), ()),
    (("*/png", "image/png"), "image/png", True, (), (EXACT,)),
    (PNG, "image/png;q=0.1", True, (PARAMETERS,), (EXACT,)),
    (PNG, " image/png ; charset=x", True, (PARAMETERS,), (EXACT,)),
    (PNG, "text/plain; charset=utf-8", False, (PARAMETERS,), (UNLISTED,)),
    (PNG, "Image/PNG", True, (CASE,), (EXACT,)),
    (("IMAGE/png",), "image/png", True, (CASE,), (EXACT,)),
    (("Image/*",), "image/png", True, (CASE, SUBTYPE), ()),
    # Letter case matters here only for the reason, and that is said too.
    (("Image/PNG", "image/*"), "image/png", True, (CASE,), (EXACT,)),
    (PNG, "Image/PNG;q=1", True, (PARAMETERS, CASE), (EXACT,)),
]
ACCEPT_ALONE = [
    (PNG, None, False, ("accept-absent",), ()),
    (PNG, "", False, ("accept-invalid",), ()),
    (PNG, "png", False, ("accept-invalid",), ()),
    (PNG, ",image/png", False, ("accept-invalid", FIRST), ()),
    (("*/*",), None, True, ("accept-absent-full-wildcard",), ()),
    (("*/*",), "png", True, ("accept-absent-full-wildcard",), ()),
    (PNG, "image/png, text/plain", True, (FIRST,), (EXACT,)),
    (PNG, "text/plain, image/png", False, (FIRST,), (UNLISTED,)),
    # A later entry that the client prefers does not win.
    (PNG, "text/plain;q=0, image/png;q=1", False, (FIRST, PARAMETERS), (UNLISTED,)),
    (PNG, "image/*", False, (CLIENT,), (UNLISTED,)),
    (PNG, "*/*", False, (CLIENT,), (UNLISTED,)),
    (("image/*",), "image/*", True, (CLIENT,), (EXACT,)),
    (("image/*",), "*/*", False, (CLIENT,), (UNLISTED,)),
    (("*/*",), "*/*", True, (CLIENT, FULL), ()),
    (("*/*",), "image/*", True, (CLIENT, FULL), ()),
    (("*/png",), "*/png", False, (CLIENT, PARTIAL), ()),
    (PNG, "image/*, image/png", False, (CLIENT, FIRST), (UNLISTED,)),
]
CONTENT_TYPE_ALONE = [
    (PNG, None, False, ("content-type-absent",), (UNLISTED,)),
    (("application/json",), None, True, ("content-type-absent",), (EXACT,)),
    (("application/*",), None, True, ("content-type-absent", SUBTYPE), ()),
    (PNG, "", False, ("content-type-malformed",), ()),
    # A list is a value of Accept, and malformed as a Content-Type.
    (PNG, "image/png, image/png", False, ("content-type-malformed",), ()),
    (("*/*",), "nonsense", True, ("accept-absent-full-wildcard",), ()),
]

Row = tuple[tuple[str, ...], str | None, bool, tuple[str, ...], tuple[str, ...]]


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    """What an earlier test asked is not answered from memory: each row asks the rules."""
    match_accept.cache_clear()
    match_content_type.cache_clear()


@pytest.mark.parametrize("row", BOTH + ACCEPT_ALONE)
def test_an_accept_asks_for_binary_by_these_rules(row: Row) -> None:
    entries, accept, *expected = row
    assert match_accept(entries, accept) == Match(*expected)


@pytest.mark.parametrize("row", BOTH + CONTENT_TYPE_ALONE)
def test_a_content_type_is_binary_by_these_rules(row: Row) -> None:
    entries, content_type, *expected = row
    assert match_content_type(entries, content_type) == Match(*expected)
