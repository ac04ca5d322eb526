"""By which explanation a diagnosis should name each fault of `fixtures.faults`, where it can.

Strategy: a fault says what it is made of, and the names of the changes are made of parts. A fault
that is missing here is one that no configuration and no corruption of bytes expresses: a rule that
a gateway got wrong.
"""

from collections.abc import Iterable, Iterator, Mapping

from fixtures.api import Definition, Passthrough
from fixtures.diagnosis.base64_decoders import DECODERS
from fixtures.diagnosis.candidate import ChangeId, ChangeKind, CorruptionPoint
from fixtures.diagnosis.corruption_hypotheses import (
    DOWNLOADS,
    EITHER,
    UPLOADS,
    WAY_FROM_S3,
    WAY_IN,
    WAY_OUT,
    WAY_TO_S3,
)
from fixtures.diagnosis.integration_changes import place_of_response
from fixtures.faults.fault import Fault
from fixtures.rules.conversions import REQUEST_TABLE, RESPONSE_TABLE, Conversion
from fixtures.rules.step_plans import listed_types
from tests.lab.diagnosis_accuracy.misconfigurations import (
    list_with,
    list_without,
    missing_templates,
)

GROUPS = ("media-type", "conversion", "damage", "utf-8", "base64", "body", "template")

_TRANSFORMS = {
    "nul-ends-it": ("up-to-nul",),
    "crlf-to-lf": ("crlf-to-lf",),
    "lf-to-crlf": ("lf-to-crlf",),
    "cr-to-lf": ("cr-to-lf",),
    "mark-eaten": ("mark-removed",),
    "mark-added": ("mark-added",),
    "newline-stripped": ("newline-removed",),
    "newline-added": ("newline-added",),
    "spaces-stripped": ("space-trimmed",),
    "nfc": ("composed",),
    "replaced": ("U+FFFD",),
    "latin-1": ("latin-1",),
    "seven-bits": ("seven-bits",),
    "last-byte-lost": ("last-byte-lost", "without-last-1"),
    "byte-doubled": ("first-byte-twice",),
    "odd-length-padded": ("even-length",),
    "windows-1252": ("windows-1252",),
    "not-utf-8-dropped": ("invalid-dropped",),
    "not-utf-8-question-mark": ("question-marks",),
    "not-utf-8-crashes": ("strict-utf-8",),
    "not-utf-8-let-through": ("raw",),
    "not-utf-8-escaped": ("escapes",),
    "one-mark-for-each-byte": ("one-mark-per-byte",),
    "one-mark-for-a-run": ("one-mark-per-run",),
    "ascii-alone": ("ascii-only",),
    "cut-at-64-kib": ("first-65536",),
    "cut-at-1-mib": ("first-1048576",),
    "cut-last-byte": ("last-byte-lost", "without-last-1"),
    "cut-whole-buffers": ("buffers-8192",),
}
_ENCODERS = {
    "lines": ("base64-lines-unterminated", "base64-lines"),
    "crlf-lines": ("base64-crlf-lines",),
    "url-safe": ("base64-url-safe",),
    "unpadded": ("base64-unpadded",),
    "doubled": ("base64-twice",),
    "newline": ("base64-newline",),
    "quoted": ("base64-quoted",),
    "hex": ("hexadecimal",),
    "data-url": ("data-url",),
    "padding-escaped": ("base64-escaped-padding",),
    "of-text": ("base64-of-text",),
}
_MADE = {"bytes": "raw", "text": "U+FFFD", "base64": "Base64", "decoded": "decoded"}
_PLACES = {
    "binary-upload": (UPLOADS[Conversion.BYTES],),
    "binary-download": (DOWNLOADS[Conversion.BYTES],),
    "text-upload": (UPLOADS[Conversion.UTF8], EITHER[Conversion.UTF8]),
    "text-download": (DOWNLOADS[Conversion.UTF8], EITHER[Conversion.UTF8]),
    "upload": (WAY_IN,),
    "download": (WAY_OUT,),
    "stored": (WAY_TO_S3, WAY_FROM_S3),
    "read": (WAY_FROM_S3, WAY_TO_S3),
}
_CELLS = {rule: c for table in (REQUEST_TABLE, RESPONSE_TABLE) for c, rule in table.values()}


def expected_changes(fault: Fault, definition: Definition) -> frozenset[ChangeId]:
    """The changes that name the fault; none where nothing should."""
    return frozenset(
        (
            *_corruptions(fault.parameters),
            *_accept(fault.name, definition),
            *_listed(fault.name, definition),
            *_templates(fault.name, definition),
        )
    )


def _corruptions(made_of: Mapping[str, str]) -> Iterator[ChangeId]:
    for places, transforms in _corrupted_places(made_of):
        for place in places:
            for transform in transforms:
                for point in ("", *CorruptionPoint):
                    yield ChangeId(ChangeKind.CORRUPTION, place, transform, point)


def _corrupted_places(made_of: Mapping[str, str]) -> Iterator[tuple[Iterable[str], Iterable[str]]]:
    """Where which transforms would name the fault that is made of these parameters."""
    if "transform" in made_of:
        yield _PLACES[made_of["direction"]], _TRANSFORMS.get(made_of["transform"], ())
    for parameter, conversion, transforms in (
        ("encoder", Conversion.ENCODE, _ENCODERS),
        ("decoder", Conversion.DECODE, {key: (key,) for key in DECODERS}),
    ):
        places = (EITHER[conversion], DOWNLOADS[conversion], UPLOADS[conversion])
        yield places, transforms.get(made_of.get(parameter, ""), ())
    if "cell" in made_of:
        rule = made_of["cell"]
        side = UPLOADS if rule.startswith("request") else DOWNLOADS
        yield (rule, side[_CELLS[rule]]), (_MADE[made_of["conversion"]],)


def _accept(name: str, definition: Definition) -> Iterator[ChangeId]:
    value = {
        "accept-ignored": "",
        "accept-always-binary": next(iter(listed_types(definition)), None),
        "accept-last-entry": "its last media type",
    }.get(name)
    if value is not None:
        yield ChangeId(ChangeKind.REQUEST_HEADER, "Accept", value)


def _listed(name: str, definition: Definition) -> Iterator[ChangeId]:
    entries = definition.binary_media_types
    kept = {
        "list-first-entry-alone": entries[:1],
        "list-last-entry-missing": entries[:-1],
        "list-wildcards-alone": tuple(e for e in entries if e.endswith("/*")),
        "list-subtype-wildcard-ignored": tuple(
            e for e in entries if e == "*/*" or not e.endswith("/*")
        ),
        "list-full-wildcard-ignored": tuple(e for e in entries if e != "*/*"),
    }.get(name)
    if kept is not None:
        yield list_without(tuple(entry for entry in entries if entry not in kept))
    if name == "list-empty-is-everything" and not entries:
        yield list_with("*/*")
    if name == "images-always-binary":
        yield list_with("image/*")


def _templates(name: str, definition: Definition) -> Iterator[ChangeId]:
    for operation in definition.operations:
        templates = operation.integration.request_templates
        if name == "template-request-missing" and templates:
            yield missing_templates(operation.name, templates)
        if name in ("passthrough-never-passes", "passthrough-when-no-templates-passes"):
            yield ChangeId(ChangeKind.PASSTHROUGH, operation.name, Passthrough.WHEN_NO_MATCH)
        for response in operation.integration.responses:
            if name == "template-response-missing" and response.templates:
                place = place_of_response(operation, response)
                yield missing_templates(place, response.templates)
