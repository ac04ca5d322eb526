"""The header values that the suites send, derived from the deployed definition."""

from collections.abc import Iterator

from fixtures.api import Definition, parse_media_type
from fixtures.rules.media_type_matching import match_content_type
from fixtures.rules.step_plans import TEXT_TYPES, listed_types

_UNLISTED = ("image/x-unlisted", "application/x-unlisted", "x-unlisted/x-unlisted")
# The `Accept` of a browser for a page and for an image: several types, the wanted one not first.
_BROWSER_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,{binary},*/*;q=0.8"
_BROWSER_IMAGE = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"


def binary_type(definition: Definition) -> str:
    """The first type that is binary here; `image/png` where the definition lists none."""
    return next(iter(listed_types(definition)), "image/png")


def usual_types(definition: Definition) -> tuple[str, ...]:
    """One binary type, and the text types."""
    return tuple(dict.fromkeys((binary_type(definition), *TEXT_TYPES)))


def stored_types(definition: Definition) -> tuple[str, ...]:
    """The types under which objects are stored: one for each entry, text types, one unlisted."""
    unlisted = (
        name
        for name in _UNLISTED
        if not match_content_type(definition.binary_media_types, name).binary
    )
    one = tuple(name for name, _ in zip(unlisted, range(1), strict=False))
    return tuple(dict.fromkeys((*listed_types(definition), *TEXT_TYPES, *one)))


def accepts(definition: Definition) -> Iterator[str | None]:
    """Every `Accept`: entries, text, wildcards, lists, parameters, letter case, none, malformed."""
    binary = binary_type(definition)
    parsed = parse_media_type(binary)
    assert parsed is not None
    values: list[str | None] = [
        *listed_types(definition),
        *definition.binary_media_types,
        *TEXT_TYPES,
        "*/*",
        f"{parsed.type}/*",
        f"*/{parsed.subtype}",
        f"{binary}, text/html",
        f"text/html, {binary}",
        _BROWSER_PAGE.format(binary=binary),
        _BROWSER_IMAGE,
        f"{binary};q=0.1",
        f"{binary};q=0.1, text/html;q=1.0",
        f"text/html;q=0.1, {binary};q=1.0",
        f"{binary}; charset=utf-8",
        f'{binary};version="1"',
        "text/plain; charset=utf-8",
        binary.upper(),
        f"{parsed.type.title()}/{parsed.subtype}",
        None,
        parsed.type,
        f"{parsed.type}/",
        f"{binary}/extra",
        f"{parsed.type}, {binary}",
        f"{binary}-unlisted",
        "text/plain, application/json",
        *(
            f"x-unlisted/{entry[2:]}"
            for entry in definition.binary_media_types
            if entry[:2] == "*/"
        ),
    ]
    yield from dict.fromkeys(values)


def spelled_accepts(definition: Definition) -> Iterator[str]:
    """Spellings of `Accept` that RFC 9110 sections 5.6.1 to 5.6.6 allow, and similar types.

    Each unusual spelling has a parameter, so that the rule about parameters, which no recording of
    AWS confirms, has a part in the verdict.
    """
    binary = binary_type(definition)
    yield f"{binary},text/html"
    yield f"text/html,{binary}"
    yield f"{binary} ; q=0.5 , text/html"
    yield f"{binary}\t;\tq=0.5\t,\ttext/html"
    yield f"{binary};q=0, text/html"
    yield f'{binary};title="a, b", text/html'
    # Longer than a buffer of 256 bytes.
    yield ", ".join((binary, *(f"application/x-conformance-{n:03}" for n in range(12))))
    yield from _neighbours(definition)


def _neighbours(definition: Definition) -> Iterator[str]:
    """For each entry `type/*`: a suffix, a vendor's tree, capitals, and a type that begins alike.

    RFC 6838 section 4.2 has the names of subtypes: facets are separated by dots, suffixes by a plus
    sign.
    """
    for entry in definition.binary_media_types:
        main, _, subtype = entry.partition("/")
        if subtype == "*" and main != "*":
            yield f"{main}/svg+xml"
            yield f"{main}/vnd.conformance.y"
            yield f"{main.upper()}/X-CONFORMANCE"
            yield f"{main}x/png"


def combined_content_types(definition: Definition) -> tuple[str, ...]:
    """Well-formed types of an upload, for combinations with other properties."""
    binary = binary_type(definition)
    values = (
        *stored_types(definition)[:6],
        "text/plain; charset=utf-8",
        "text/html;charset=ISO-8859-1",
        f"{binary}; version=1",
        f'{binary} ; title="a; b"',
        "image/svg+xml",
        "image/jpeg",
        "application/problem+json",
        "application/vnd.conformance.y",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/csv",
        "video/mp4",
        binary.upper(),
    )
    return tuple(dict.fromkeys(values))


def combined_accepts(definition: Definition) -> tuple[str | None, ...]:
    """Well-formed values of `Accept`, for combinations with other properties; usual ones first."""
    binary = binary_type(definition)
    values = (
        binary,
        "text/plain",
        "*/*",
        _BROWSER_PAGE.format(binary=binary),
        ", ".join((binary, *(f"application/x-conformance-{n:03}" for n in range(12)))),
        "application/json",
        _BROWSER_IMAGE,
        f"{binary}, */*;q=0.8",
        f"text/html, {binary}",
        f"{binary},text/html",
        f"{binary};q=0.5, text/html",
        f"{binary}\t;\tversion=1\t,\ttext/html",
        f"{binary}; version=1",
        binary.upper(),
        "text/csv, application/json;q=0.5",
        ", ".join(("text/html", *(f"text/x-conformance-{n:03}" for n in range(8)))),
        "image/svg+xml",
        "application/problem+json",
    )
    return tuple(dict.fromkeys(values))


def upload_content_types(definition: Definition) -> Iterator[str | None]:
    """Every `Content-Type` of an upload."""
    binary = binary_type(definition)
    parsed = parse_media_type(binary)
    assert parsed is not None
    values: list[str | None] = [
        *stored_types(definition),
        None,
        "application/json; charset=utf-8",
        "text/plain;charset=iso-8859-1",
        f"{binary}; charset=utf-8",
        f'{binary} ; title="a; b"',
        *_neighbours(definition),
        binary.upper(),
        "Application/JSON",
        parsed.type,
        f"{binary}/extra",
    ]
    yield from dict.fromkeys(values)


def in_words(value: str | None) -> str:
    """A header value as it appears in the id of a case."""
    return "none" if value is None else value
