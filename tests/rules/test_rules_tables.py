"""The two conversion tables of the developer guide, cell by cell, written out once more by hand."""

import hashlib

import pytest

from fixtures.api import ContentHandling
from fixtures.rules.expectation import BodyKind, Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.rule_book import Level
from tests.rules.helpers import PAYLOADS, TO_BINARY, TO_TEXT, api, on_s3, request, response

RAW, BASE64, TEXT = PAYLOADS["raw"], PAYLOADS["base64"], PAYLOADS["text"]
# What is no UTF-8 in the 67 bytes became U+FFFD: observed by its digest, and spelled out here.
_BAD = b"\xef\xbf\xbd"
REPLACED = (
    b"\x1f" + _BAD + b"\x08\0\x14l" + _BAD + b"c\x02" + _BAD + b"K" + 2 * _BAD + b"-(J-.NMQHI,I"
    + _BAD + b"Q(" + 2 * _BAD + b"/" + _BAD + b"IQHJU" + 2 * _BAD + b"+K" + 2 * _BAD
    + b"LQ\x08\rq\xd3\xb5P(.)" + 2 * _BAD + b"K\x07\0" + _BAD + b"9\x10W/\0\0\0"
)  # fmt: skip
BASE64_OF_BASE64 = (
    b"SDRzSUFCUnM3bU1DLzB2T3p5MG9TaTB1VGsxUlNFa3NTZFJSS003SUw4MUpVVWhLVmNqTUswdk15VXhSQ0ExeDA3VlFL"
    b"QzRweXN4TEJ3QzRPUkJYTHdBQUFBPT0="
)
BASE64_OF_TEXT = b"dGhpcyBpcyBhIFVURjggdGV4dCB0eXBlZCBvYmplY3Q="
FAILS = None

LISTED, UNLISTED = "image/png", "text/plain"

# binary or text, contentHandling -> what becomes of RAW, BASE64 and TEXT
REQUESTS = [
    (LISTED, None, RAW, BASE64, TEXT),
    (LISTED, TO_BINARY, RAW, BASE64, TEXT),
    (LISTED, TO_TEXT, BASE64, BASE64_OF_BASE64, BASE64_OF_TEXT),
    (UNLISTED, None, REPLACED, BASE64, TEXT),
    (UNLISTED, TO_TEXT, REPLACED, BASE64, TEXT),
    (UNLISTED, TO_BINARY, FAILS, RAW, FAILS),
]
ENCODED = (BASE64, BASE64_OF_BASE64, BASE64_OF_TEXT)
UNCHANGED = (RAW, BASE64, TEXT)
DECODED = (FAILS, RAW, FAILS)
AS_TEXT = (REPLACED, BASE64, TEXT)
# stored type, Accept, contentHandling, form -> what becomes of RAW, BASE64 and TEXT
RESPONSES = [
    (LISTED, LISTED, None, BodyKind.BYTES, UNCHANGED),
    (LISTED, LISTED, TO_TEXT, BodyKind.BASE64, ENCODED),
    (LISTED, LISTED, TO_BINARY, BodyKind.BYTES, UNCHANGED),
    (LISTED, UNLISTED, None, BodyKind.BASE64, ENCODED),
    (LISTED, UNLISTED, TO_TEXT, BodyKind.BASE64, ENCODED),
    (LISTED, UNLISTED, TO_BINARY, BodyKind.BYTES, UNCHANGED),
    (UNLISTED, LISTED, None, BodyKind.DECODED, DECODED),
    (UNLISTED, LISTED, TO_TEXT, BodyKind.TEXT, AS_TEXT),
    (UNLISTED, LISTED, TO_BINARY, BodyKind.DECODED, DECODED),
    (UNLISTED, UNLISTED, None, BodyKind.TEXT, AS_TEXT),
    (UNLISTED, UNLISTED, TO_TEXT, BodyKind.TEXT, AS_TEXT),
    (UNLISTED, UNLISTED, TO_BINARY, BodyKind.DECODED, DECODED),
]


def test_the_tables_are_complete() -> None:
    assert hashlib.md5(REPLACED).hexdigest() == "7301f0a0e8fc87c6f03320bf795ffde7"
    assert len({row[:2] for row in REQUESTS}) == 6
    assert len({row[:3] for row in RESPONSES}) == 12


@pytest.mark.parametrize("payload", range(3), ids=["raw", "base64", "text"])
@pytest.mark.parametrize(("content_type", "handling", "raw", "base64", "text"), REQUESTS)
def test_what_is_stored_depends_on_the_content_type_and_the_content_handling(
    content_type: str,
    handling: ContentHandling | None,
    raw: bytes | None,
    base64: bytes | None,
    text: bytes | None,
    payload: int,
) -> None:
    put = on_s3("PUT", handling=handling)
    upload = request(put, content_type=content_type, body=UNCHANGED[payload])
    expectation = expected_response(api(put), upload, None)
    due = (raw, base64, text)[payload]
    assert expectation.statuses == ((500,) if due is FAILS else (200,))
    assert (expectation.stored and expectation.stored.content) == due
    assert expectation.level is Level.MUST


@pytest.mark.parametrize("payload", range(3), ids=["raw", "base64", "text"])
@pytest.mark.parametrize(("stored_type", "accept", "handling", "form", "due"), RESPONSES)
def test_what_comes_depends_on_the_stored_type_the_accept_and_the_content_handling(
    stored_type: str,
    accept: str,
    handling: ContentHandling | None,
    form: BodyKind,
    due: tuple[bytes | None, ...],
    payload: int,
) -> None:
    get = on_s3("GET", response(r"2\d{2}", handling=handling))
    stored = Stored(UNCHANGED[payload], stored_type)
    expectation = expected_response(api(get), request(get, accept=accept), stored)
    body = due[payload]
    if body is FAILS:
        assert (expectation.statuses, expectation.kind) == ((500,), BodyKind.ERROR)
    else:
        assert (expectation.statuses, expectation.kind) == ((200,), form)
        assert expectation.body == body
    assert expectation.level is Level.MUST


@pytest.mark.parametrize(("stored_type", "accept", "handling", "form", "due"), RESPONSES)
def test_an_empty_object_comes_empty_whatever_is_converted(
    stored_type: str,
    accept: str,
    handling: ContentHandling | None,
    form: BodyKind,
    due: tuple[bytes | None, ...],
) -> None:
    get = on_s3("GET", response(r"2\d{2}", handling=handling))
    expectation = expected_response(api(get), request(get, accept=accept), Stored(b"", stored_type))
    assert (expectation.statuses, expectation.kind, expectation.body) == (
        (200,),
        BodyKind.EMPTY,
        b"",
    )
    assert expectation.level is Level.MUST


@pytest.mark.parametrize("content_type", [LISTED, UNLISTED])
@pytest.mark.parametrize("handling", [None, TO_TEXT, TO_BINARY])
def test_an_empty_upload_stores_an_empty_object(
    content_type: str, handling: ContentHandling | None
) -> None:
    put = on_s3("PUT", handling=handling)
    expectation = expected_response(api(put), request(put, content_type=content_type), None)
    assert expectation.stored is not None
    assert expectation.stored.content == b""
    assert "empty-body" in expectation.rules
