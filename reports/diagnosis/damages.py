"""Every way in which bytes may be damaged, and every place at which that may happen.

Strategy: a place is a set of cells of the two conversion tables (those of one conversion on one
side, or one cell alone) or a stretch of the way (to the gateway, between it and S3, to the client).
Each shape is tried at each place that a deviating case passes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fixtures.model.case import Request
from fixtures.rules.conversions import REQUEST_TABLE, RESPONSE_TABLE, Conversion
from reports.diagnosis.change import Change, Damage, When
from reports.diagnosis.evidence import Evidence, is_zipped
from reports.diagnosis.shapes import BODIES, DECODERS, Shape, cuts

_UPLOADS = {
    Conversion.BYTES: "a binary upload were stored as",
    Conversion.UTF8: "a text upload were stored as",
    Conversion.ENCODE: "an upload that is to become Base64 were stored as",
    Conversion.DECODE: "an upload that is to be Base64-decoded were stored as",
}
_DOWNLOADS = {
    Conversion.BYTES: "a binary download were",
    Conversion.UTF8: "a text download were",
    Conversion.ENCODE: "a download as Base64 were",
    Conversion.DECODE: "a download that is to be Base64-decoded were",
}
_ALL_UPLOADS = frozenset(rule for _, rule in REQUEST_TABLE.values())
_ALL_DOWNLOADS = frozenset(rule for _, rule in RESPONSE_TABLE.values())
_CONVERSIONS = {rule: c for t in (REQUEST_TABLE, RESPONSE_TABLE) for c, rule in t.values()}


@dataclass(frozen=True)
class _Place:
    """Cells of the tables, and the beginning of a sentence that ends with a shape."""

    name: str
    phrase: str
    cells: frozenset[str]
    conversion: Conversion | None
    when: tuple[When, ...] = (When.INSTEAD, When.AFTER)


def damages(evidence: Evidence) -> Iterator[Change]:
    """Every damage that some deviating case could show."""
    passed = _cells_passed(evidence)
    shapes = (*BODIES, *cuts(_pairs(evidence)))
    for place in _places(passed):
        for when in place.when:
            for shape in shapes:
                yield _damage(place, shape, when)
        if place.conversion is Conversion.DECODE:
            for shape in DECODERS:
                yield _damage(place, shape, When.INSTEAD)
    for shape in shapes:
        yield _on_the_way_in(shape)
    if any(
        is_zipped(moment.received.body)
        for scene in evidence.scenes
        for moment in scene.moments
        if moment.number in evidence.deviating
    ):
        yield Change(
            "zipped",
            "way out",
            "every body were compressed with gzip",
            "a proxy or CDN compresses what nobody asked it to",
            ("Turn compression off in what stands before the API.",),
            unzips=True,
        )


def _cells_passed(evidence: Evidence) -> frozenset[str]:
    """The cells that had a say in a case that deviates."""
    return frozenset(
        rule
        for scene in evidence.scenes
        if scene.deviates
        for expected in scene.expected
        for rule in expected.rules
        if rule in _CONVERSIONS
    )


def _pairs(evidence: Evidence) -> Iterator[tuple[bytes, bytes]]:
    for scene in evidence.scenes:
        for moment, expected in zip(scene.moments, scene.expected, strict=True):
            if moment.number in evidence.deviating and expected.exact:
                yield expected.body, moment.received.body


def _places(passed: frozenset[str]) -> Iterator[_Place]:
    for side, table, phrases in (
        ("upload", _ALL_UPLOADS, _UPLOADS),
        ("download", _ALL_DOWNLOADS, _DOWNLOADS),
    ):
        for conversion, phrase in phrases.items():
            cells = frozenset(rule for rule in table if _CONVERSIONS[rule] is conversion)
            met = cells & passed
            if met:
                yield _Place(f"{side} {conversion}", phrase, cells, conversion)
            if len(met) > 1:
                for rule in sorted(met):
                    phrase_of_one = f"{phrase.rpartition(' were')[0]}, by the rule {rule}, were"
                    ending = phrase.rpartition(" were")[2]
                    yield _Place(rule, phrase_of_one + ending, frozenset({rule}), conversion)
    for name, phrase, conversion in (
        ("Base64", "whatever is to be made Base64, either way, were", Conversion.ENCODE),
        ("decoding", "whatever is to be Base64-decoded, either way, were", Conversion.DECODE),
        ("text", "whatever is text, either way, were", Conversion.UTF8),
    ):
        cells = frozenset(rule for rule, c in _CONVERSIONS.items() if c is conversion)
        yield _Place(name, phrase, cells, conversion)
    yield _Place("way to S3", "on its way to S3 an object were", _ALL_UPLOADS, None, (When.AFTER,))
    yield _Place(
        "way from S3", "on its way from S3 an object were", _ALL_DOWNLOADS, None, (When.BEFORE,)
    )
    yield _Place("way out", "every download were", _ALL_DOWNLOADS, None)


def _damage(place: _Place, shape: Shape, when: When) -> Change:
    after = when is When.AFTER and place.conversion is not None
    name = shape.name if not after else shape.name.replace("the object", "the converted object")
    once = ", once converted," if after and name == shape.name else ""
    return Change(
        f"{place.name}: {shape.name} {when}",
        f"bytes of {place.name}",
        f"{place.phrase}{once} {name}",
        shape.cause,
        ("Find what handles the body as something else there, and let it pass the bytes on.",),
        likelihood=3 + after + (len(place.cells) == 1),
        damage=Damage(place.cells, shape.of, when),
    )


def _on_the_way_in(shape: Shape) -> Change:
    def ask(request: Request) -> Request:
        made = shape.of(request.body) if request.body else b""
        return replace(request, body=b"" if made is None else made)

    return Change(
        f"way in: {shape.name}",
        "way in",
        f"the body of every request came to the gateway as {_sent(shape.name)}",
        shape.cause,
        ("Look at the proxies, CDNs and clients that stand before the API.",),
        likelihood=4,
        ask=ask,
    )


def _sent(name: str) -> str:
    return name.replace("the object", "what was sent")
