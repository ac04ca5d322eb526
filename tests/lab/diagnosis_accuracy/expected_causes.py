"""By which explanation a diagnosis should name each fault of `fixtures.faults`, where it can.

Strategy: the names of the faults are made of parts, and so are the keys of the changes. A fault
that is missing here is one that no configuration and no damage to bytes expresses: a rule that a
gateway got wrong.
"""

from collections.abc import Iterable

from fixtures.api import Definition
from fixtures.faults.fault import Fault
from fixtures.rules.conversions import REQUEST_TABLE, RESPONSE_TABLE, Conversion

GROUPS = ("media-type", "conversion", "damage", "utf-8", "base64", "body", "template")

_DAMAGES = {
    "nul-ends-it": ("the object up to its first NUL",),
    "crlf-to-lf": ("the object with CR LF turned into LF",),
    "lf-to-crlf": ("the object with LF turned into CR LF",),
    "cr-to-lf": ("the object with CR turned into LF",),
    "mark-eaten": ("the object without its byte order mark",),
    "mark-added": ("the object with a byte order mark in front",),
    "newline-stripped": ("the object without the line break at its end",),
    "newline-added": ("the object with a line break at its end",),
    "spaces-stripped": ("the object without the white space around it",),
    "nfc": ("the object with its characters composed",),
    "replaced": ("the object with each invalid UTF-8 sequence replaced by U+FFFD",),
    "latin-1": ("the object read as Latin-1 and written as UTF-8",),
    "seven-bits": ("the object without the eighth bit of each byte",),
    "last-byte-lost": (
        "the object without its last byte",
        "the object without its last 1 bytes",
    ),
    "byte-doubled": ("the object with its first byte twice",),
    "odd-length-padded": ("the object padded with NUL to an even length",),
    "windows-1252": ("the object read as Windows-1252 and written as UTF-8",),
    "not-utf-8-dropped": ("the object without its invalid UTF-8 sequences",),
    "not-utf-8-question-mark": ("the object with a question mark for each invalid UTF-8 sequence",),
    "not-utf-8-crashes": ("an error where the object is not UTF-8",),
    "not-utf-8-let-through": ("the object's bytes",),
    "not-utf-8-escaped": ("the object with its invalid UTF-8 written as escapes",),
    "one-mark-for-each-byte": ("the object with one U+FFFD for each invalid byte",),
    "one-mark-for-a-run": ("the object with one U+FFFD for a run of invalid sequences",),
    "ascii-alone": ("the object with U+FFFD for all that is not ASCII",),
}
_ENCODERS = {
    "lines": ("Base64 in lines, without a line break at the end", "Base64 with line breaks"),
    "crlf-lines": ("Base64 with CR LF line breaks",),
    "url-safe": ("URL-safe Base64",),
    "unpadded": ("Base64 without padding",),
    "doubled": ("Base64 of the object's Base64",),
    "newline": ("Base64 with a line break at its end",),
    "quoted": ("Base64 in quotes",),
    "hex": ("hexadecimal digits",),
    "data-url": ("a data URL",),
    "padding-escaped": ("Base64 with its padding escaped",),
    "of-text": ("Base64 of what is left of the object as UTF-8 text",),
}
_DECODERS = {
    "garbage-dropped": "though foreign letters are in it",
    "garbage-kept": "where it is Base64, and as it is where not",
    "garbage-emptied": "where it is Base64, and nothing where not",
    "garbage-cut": "as far as it is Base64",
    "line-breaks-taken": "though it has line breaks",
    "trailing-newline-taken": "though a line break follows",
    "spaces-taken": "though it has spaces",
    "unpadded-taken": "though its padding is missing",
    "url-safe-taken": "though its alphabet is the URL-safe one",
    "quotes-taken": "though it stands in quotes",
    "data-url-taken": "though it is a data URL",
    "decoded-twice": "twice",
    "unused-bits-refused": "unless its unused bits are set",
}
_CUTS = {
    "cut-at-64-kib": ("the first 65536 bytes of the object",),
    "cut-at-1-mib": ("the first 1048576 bytes of the object",),
    "cut-last-byte": (
        "the object without its last byte",
        "the object without its last 1 bytes",
    ),
    "cut-whole-buffers": ("the object in whole buffers of 8192 bytes",),
}
_WAYS = {
    "binary-upload": ("upload raw bytes",),
    "binary-download": ("download raw bytes",),
    "text-upload": ("upload UTF-8 text", "text"),
    "text-download": ("download UTF-8 text", "text"),
    "upload": ("way in",),
    "download": ("way out",),
    "stored": ("way to S3", "way from S3"),
    "read": ("way from S3", "way to S3"),
}
_MADE = {
    "bytes": "the object's bytes",
    "text": "the object with each invalid UTF-8 sequence replaced by U+FFFD",
    "base64": "Base64 of the object",
    "decoded": "the object's bytes, Base64-decoded",
}
_CELLS = {rule: c for table in (REQUEST_TABLE, RESPONSE_TABLE) for c, rule in table.values()}
_ASKED = {
    "accept-ignored": "Accept absent",
    "accept-always-binary": "Accept binary",
    "accept-last-entry": "Accept last",
}


def expected(fault: Fault, definition: Definition) -> frozenset[str]:
    """The beginnings of the keys that name the fault; none where nothing should."""
    return frozenset(
        (
            *_damaged(fault.name),
            *_based(fault.name),
            *_cell(fault.name),
            *_listed(fault.name, definition),
            *_templates(fault.name, definition),
            *(key for name, key in _ASKED.items() if name == fault.name),
        )
    )


def names(found: str, keys: Iterable[str]) -> bool:
    """Whether the key of an explanation's only change is one of the expected ones."""
    return any(found == key or found.startswith(f"{key} ") for key in keys)


def _damaged(name: str) -> Iterable[str]:
    for way, places in _WAYS.items():
        what = name.removeprefix(f"{way}-")
        if what != name:
            for shape in (*_DAMAGES.get(what, ()), *_CUTS.get(what, ())):
                yield from (f"{place}: {shape}" for place in places)


def _based(name: str) -> Iterable[str]:
    for shape in _ENCODERS.get(name.removeprefix("base64-"), ()):
        for place in ("Base64", "download Base64", "upload Base64"):
            yield f"{place}: {shape}"
    what = _DECODERS.get(name.removeprefix("decoder-"))
    if what is not None:
        for place in ("decoding", f"download {Conversion.DECODE}", f"upload {Conversion.DECODE}"):
            yield f"{place}: Base64-decoded {what}"


def _cell(name: str) -> Iterable[str]:
    rule, _, made = name.rpartition("-")
    if rule in _CELLS and made in _MADE:
        side = "upload" if rule.startswith("request") else "download"
        for place in (rule, f"{side} {_CELLS[rule]}"):
            yield f"{place}: {_MADE[made]}"


def _listed(name: str, definition: Definition) -> Iterable[str]:
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
        missing = ",".join(entry for entry in entries if entry not in kept)
        yield "binaryMediaTypes=" if not kept else f"binaryMediaTypes-{missing}"
    if name == "list-empty-is-everything" and not entries:
        yield "binaryMediaTypes+*/*"
    if name == "images-always-binary":
        yield "binaryMediaTypes+image/*"


def _templates(name: str, definition: Definition) -> Iterable[str]:
    for operation in definition.operations:
        templates = operation.integration.request_templates
        if name == "template-request-missing" and templates:
            yield f"{operation.name} requestTemplates=-{','.join(templates)}"
        if name == "passthrough-never-passes":
            yield f"{operation.name} passthroughBehavior=WHEN_NO_MATCH"
        if name == "passthrough-when-no-templates-passes":
            yield f"{operation.name} passthroughBehavior=WHEN_NO_MATCH"
        for response in operation.integration.responses:
            pattern = "default" if response.pattern is None else repr(response.pattern)
            if name == "template-response-missing" and response.templates:
                types = ",".join(response.templates)
                yield f"{operation.name} response {pattern} responseTemplates=-{types}"
