"""Keys: every key that S3 allows reaches its object, and different keys reach different objects."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from fixtures.api import Definition, Operation
from fixtures.cases.case import Case, Request, Role, Step
from fixtures.cases.object_address import address
from fixtures.rules.object_names import key_is_greedy, key_is_in_query
from fixtures.rules.step_plans import Plan, plan_reading, plan_upload
from suites.header_values import binary_type
from suites.profile import Profile
from suites.skip_reasons import NO_HEADER_KEY, why_not_seen, why_not_stored

_ACCENTED = "caf\u00e9"
# name -> the key below the run's prefix
_KEYS = {
    "plain": "image.jpg",
    "folders": "a/b/c.jpg",
    "space": "two words.jpg",
    "spaces-at-the-ends": " both ends ",
    "reserved-characters": "a;b:c@d&e=f$g,h!i'j(k)l*m.jpg",
    "question-mark-and-number-sign": "what?#1.jpg",
    "brackets-and-quotes": '[{<"|^`>}]\\~.jpg',
    "unicode-composed": unicodedata.normalize("NFC", _ACCENTED),
    "unicode-decomposed": unicodedata.normalize("NFD", _ACCENTED),
    "unicode-beyond-the-first-plane": "\U0001f5bc\ufe0f/\u56fe\u50cf.jpg",
    "soft-hyphen-and-right-to-left-letter": "a\u00adb\u05d0.jpg",
    "dot-at-the-front": ".hidden",
    "dots": "a..b...c",
    "capitals": "IMAGE.JPG",
    "segment-of-300-bytes": "s" * 300,
    "tilde-and-underscore": "~user_/-._~",
    "dots-at-the-ends-of-segments": "a./b../c.",
    "spaces-at-the-ends-of-segments": " a / b ",
    "runs-of-spaces": "a  b   c",
    "invisible-characters": "a\u200bb\u2060c\ufeffd",
    "compatibility-characters": "\ufb01le-\uff11-\u2460",
}
_ESCAPES = {
    "plus-sign": "1+1=2.jpg",
    "percent-sign": "100%.jpg",
    "percent-encoded-space": "two%20words.jpg",
    "percent-encoded-slash": "a%2Fb.jpg",
    "percent-encoded-percent-sign": "100%2525.jpg",
    "trailing-slash": "folder/",
    "two-slashes": "a//b.jpg",
}
_DOT_SEGMENTS = {
    "one-dot-segment": "a/./b.jpg",
    "two-dot-segment": "a/../b.jpg",
}
# Pairs that become one key if an endpoint folds case, normalises or truncates …
_PAIRS = {
    "small-and-capital-letters": ("readme", "README"),
    "composed-and-decomposed": (
        unicodedata.normalize("NFC", _ACCENTED),
        unicodedata.normalize("NFD", _ACCENTED),
    ),
    "letters-beyond-ascii": ("\u56fe", "\u753b"),
    "with-and-without-a-space-at-the-end": ("w", "w "),
    "in-another-folder": ("one/name", "two/name"),
    "alike-at-the-beginning": ("abcdefgh" * 8, "abcdefgh" * 8 + "i"),
    "alike-in-256-bytes": ("abcdefgh" * 32, "abcdefgh" * 32 + "i"),
    "alike-in-600-bytes": ("abcdefgh/" * 67 + "a", "abcdefgh/" * 67 + "b"),
    "capitals-in-the-extension-alone": ("photo.jpg", "photo.JPG"),
    "another-extension": ("photo.jpg", "photo.png"),
    "one-space-and-two": ("a b", "a  b"),
    "with-and-without-a-space-at-the-front": ("f", " f"),
    "with-and-without-a-dot-at-the-end": ("d", "d."),
    "with-and-without-a-semicolon": ("m", "m;v=1"),
    "with-and-without-a-question-mark": ("q", "q?v=1"),
    "with-and-without-a-number-sign": ("n", "n#1"),
    "with-and-without-an-ampersand": ("e", "e&v=1"),
    "backslash-and-slash": ("b\\c", "b/c"),
    "with-and-without-an-invisible-character": ("zw", "z\u200bw"),
    "ligature-and-letters": ("\ufb01", "fi"),
    "wide-and-narrow-digits": ("\uff11", "1"),
    "letters-beyond-the-first-plane": ("\U0001f5bc", "\U0001f5bd"),
    "sharp-s-and-two-letters": ("\u00df", "ss"),
}
# … or if it decodes twice.
_ESCAPED_PAIRS = {
    "space-and-plus-sign": ("x y", "x+y"),
    "space-and-its-encoding": ("p q", "p%20q"),
    "slash-and-its-encoding": ("r/s", "r%2Fs"),
    "percent-sign-and-its-encoding": ("50%", "50%25"),
    "one-slash-and-two": ("t/u", "t//u"),
    "with-and-without-a-trailing-slash": ("v", "v/"),
}
# What nobody has seen before S3, where a key is a path parameter.
_AT_THE_END = {"trailing-slash", "with-and-without-a-trailing-slash"}
_UNCERTAIN_IN_PATH = {
    *_AT_THE_END,
    "plus-sign",
    "two-slashes",
    "space-and-plus-sign",
    "one-slash-and-two",
}
LONGEST_KEY = 1024
"""Bytes of UTF-8 that S3 allows in a key. Source: Amazon S3 User Guide, object key names."""


def keys(definition: Definition, profile: Profile) -> Iterator[Case]:
    """An upload under each key, and the download that must return it."""
    for operation in definition.operations_on_s3("PUT"):
        for title, key in (_KEYS | _ESCAPES | _DOT_SEGMENTS).items():
            row = f"{operation.name} key:{title}"
            content = f"the object under {key}".encode()
            rules = (*_rules_about(operation, title), "key-round-trip")
            yield _round_trip(definition, operation, row, f"keys/{key}", content, rules)
        row = f"{operation.name} key:{LONGEST_KEY}-bytes"
        name, content = "keys/long-", b"the object under the longest key"
        yield _round_trip(
            definition, operation, row, name, content, ("key-length",), key_bytes=LONGEST_KEY
        )


def lookalikes(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Two objects under similar keys, of which neither may be returned for the other."""
    for operation in definition.operations_on_s3("PUT"):
        for title, (one, other) in (_PAIRS | _ESCAPED_PAIRS).items():
            about = (*_rules_about(operation, title), "keys-case-and-unicode", "read-after-write")
            row = f"{operation.name} keys:{title}"
            first = _upload(definition, operation, f"pairs/{one}", b"the first of two objects")
            second = _upload(definition, operation, f"pairs/{other}", b"the second of two")
            if first is None or second is None:
                yield _not_applicable(definition, operation, row, about, stored=None)
                continue
            readings = [_reading(definition, operation, each) for each in (first, second)]
            setups = [Step(Role.SETUP, each.request) for each in (first, second)]
            acts = [Step(Role.ACT, reading) for reading in readings if reading is not None]
            if len(acts) < 2:
                yield _not_applicable(definition, operation, row, about, stored=first)
                continue
            yield Case(row, (*setups, *acts), rules=about)


def _rules_about(operation: Operation, title: str) -> tuple[str, ...]:
    """The rules about the characters of a key, by where a request has it."""
    if title in _DOT_SEGMENTS:
        return ("key-dot-segments",)
    if title not in _ESCAPES and title not in _ESCAPED_PAIRS:
        return ()
    if key_is_in_query(operation):
        return ("key-escapes",)
    if title in _AT_THE_END and key_is_greedy(operation):
        return ("key-path-ends",)
    return ("key-path-characters",) if title in _UNCERTAIN_IN_PATH else ("key-escapes",)


def _round_trip(
    definition: Definition,
    operation: Operation,
    row: str,
    name: str,
    content: bytes,
    rules: tuple[str, ...],
    *,
    key_bytes: int = 0,
) -> Case:
    upload = _upload(definition, operation, name, content, key_bytes)
    reading = _reading(definition, operation, upload) if upload is not None else None
    if upload is None or reading is None:
        return _not_applicable(definition, operation, row, rules, stored=upload)
    return Case(row, (Step(Role.ACT, upload.request), Step(Role.VERIFY, reading)), rules=rules)


def _upload(
    definition: Definition, operation: Operation, name: str, content: bytes, key_bytes: int = 0
) -> Plan | None:
    plan = plan_upload(definition, operation, name, content, binary_type(definition))
    if plan is None or not can_be_sent(plan.request):
        return None
    return Plan(replace(plan.request, key_bytes=key_bytes), plan.expectation)


def _not_applicable(
    definition: Definition,
    operation: Operation,
    row: str,
    rules: tuple[str, ...],
    *,
    stored: Plan | None,
) -> Case:
    if stored is not None:
        reason = why_not_seen(definition, operation)
    elif address(operation, "name").headers:
        reason = NO_HEADER_KEY
    else:
        reason = why_not_stored(definition, operation)
    return Case(row, not_applicable=reason, rules=rules)


def can_be_sent(request: Request) -> bool:
    """Whether the key can be sent unchanged: a header's value is trimmed, printable ASCII."""
    return all(
        value.isascii() and value.isprintable() and value == value.strip()
        for _, value in address(request.operation, request.name).headers
    )


def _reading(definition: Definition, operation: Operation, upload: Plan) -> Request | None:
    stored = upload.expectation.stored
    assert stored is not None
    plan = plan_reading(definition, operation, upload.request.name, stored)
    if plan is None:
        return None
    return replace(plan.request, key_bytes=upload.request.key_bytes)
