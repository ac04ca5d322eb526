"""The conversion tables, whole, through the gateway; and strict Base64."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.api import ContentHandling
from fixtures.gateway.conversion import NotBase64Error, decode_base64
from tests.gateway.helpers import (
    RecordingStore,
    a_bucket,
    a_definition,
    a_response,
    an_s3_operation,
    ask,
)

NONE = None
TO_TEXT = ContentHandling.CONVERT_TO_TEXT
TO_BINARY = ContentHandling.CONVERT_TO_BINARY
RAW = b"\xff\xd8raw"
ENCODED = base64.b64encode(RAW)
REPLACED = b"\xef\xbf\xbd\xef\xbf\xbdraw"
LISTED = ("image/jpeg",)

REQUESTS = [
    # type, contentHandling, sent, stored
    ("image/jpeg", NONE, RAW, RAW),
    ("image/jpeg", TO_BINARY, RAW, RAW),
    ("image/jpeg", TO_TEXT, RAW, ENCODED),
    ("text/plain", NONE, RAW, REPLACED),
    ("text/plain", TO_TEXT, RAW, REPLACED),
    ("text/plain", NONE, b"broken off \xc3", b"broken off \xef\xbf\xbd"),
    ("text/plain", NONE, ENCODED, ENCODED),
    ("text/plain", TO_BINARY, ENCODED, RAW),
    ("text/plain", TO_BINARY, b"", b""),
    ("text/plain", TO_BINARY, RAW, None),
    ("text/plain", TO_BINARY, b"no Base64", None),
]
RESPONSES = [
    # stored type, Accept, contentHandling, stored, got
    ("image/jpeg", "image/jpeg", NONE, RAW, RAW),
    ("image/jpeg", "image/jpeg", TO_TEXT, RAW, ENCODED),
    ("image/jpeg", "image/jpeg", TO_BINARY, RAW, RAW),
    ("image/jpeg", "text/plain", NONE, RAW, ENCODED),
    ("image/jpeg", "text/plain", TO_TEXT, RAW, ENCODED),
    ("image/jpeg", "text/plain", TO_BINARY, RAW, RAW),
    ("text/plain", "image/jpeg", NONE, ENCODED, RAW),
    ("text/plain", "image/jpeg", NONE, RAW, None),
    ("text/plain", "image/jpeg", TO_TEXT, RAW, REPLACED),
    ("text/plain", "image/jpeg", TO_BINARY, ENCODED, RAW),
    ("text/plain", "image/jpeg", TO_BINARY, RAW, None),
    ("text/plain", "text/plain", NONE, RAW, REPLACED),
    ("text/plain", "text/plain", TO_TEXT, RAW, REPLACED),
    ("text/plain", "text/plain", TO_BINARY, ENCODED, RAW),
    ("text/plain", "text/plain", TO_BINARY, RAW, None),
]


@pytest.mark.parametrize(("content_type", "handling", "sent", "stored"), REQUESTS)
def test_the_request_table_holds(
    content_type: str, handling: ContentHandling | None, sent: bytes, stored: bytes | None
) -> None:
    store = RecordingStore()
    definition = a_definition(an_s3_operation("PUT", handling=handling), binary=LISTED)
    answer = ask(definition, "PUT", "/k", [("Content-Type", content_type)], sent, store)
    if stored is None:
        assert answer.status == 500
        assert store.asked == []
    else:
        assert answer.status == 200
        assert [request.body for request in store.asked] == [stored]


@pytest.mark.parametrize(("stored_as", "accept", "handling", "stored", "got"), RESPONSES)
def test_the_response_table_holds(
    stored_as: str,
    accept: str,
    handling: ContentHandling | None,
    stored: bytes,
    got: bytes | None,
) -> None:
    store, _ = a_bucket(k=(stored_as, stored))
    get = an_s3_operation("GET", responses=(a_response(handling=handling),))
    answer = ask(a_definition(get, binary=LISTED), "GET", "/k", [("Accept", accept)], store=store)
    assert (answer.status, got) == (500, None) or (answer.status, answer.body) == (200, got)


def test_an_upload_that_is_refused_leaves_the_older_object_as_it_was() -> None:
    store, held = a_bucket(k=("image/jpeg", RAW))
    before = held.get("k")
    definition = a_definition(an_s3_operation("PUT", handling=TO_BINARY))
    assert ask(definition, "PUT", "/k", body=b"no Base64", store=store).status == 500
    assert held.get("k") is before


@pytest.mark.parametrize(
    "text",
    [
        b"AAA",
        b"A===",
        b"====",
        b"YWJj====",
        b"=AAA",
        b"AA=A",
        b"YQ==YQ==",
        b"YWJj\n",
        b"YWJj\r\n",
        b" YWJ",
        b"YWJjYWJj\nYW",
        b"-_-_",
        b"YWJ\0",
        b"\xff\xfe\xfd\xfc",
    ],
)
def test_text_that_is_not_strict_base64_is_refused(text: bytes) -> None:
    with pytest.raises(NotBase64Error):
        decode_base64(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [(b"AAA", "3 bytes are not whole groups of four"), (b"-_-_", "Only base64 data is allowed")],
)
def test_a_refusal_to_decode_says_why(text: bytes, why: str) -> None:
    with pytest.raises(NotBase64Error, match=f"^{why}$"):
        decode_base64(text)


def test_pad_bits_that_are_not_zero_are_let_through() -> None:
    assert decode_base64(b"QR==") == b"A"


@given(st.binary(max_size=100))
def test_what_was_encoded_is_decoded_to_the_same_bytes(data: bytes) -> None:
    assert decode_base64(base64.b64encode(data)) == data


@given(st.text(alphabet="AZaz09+/=-_ \n", max_size=12))
def test_only_one_text_stands_for_the_bytes_it_decodes_to_but_for_pad_bits(text: str) -> None:
    try:
        data = decode_base64(text.encode())
    except NotBase64Error:
        return
    again = base64.b64encode(data).decode()
    assert len(again) == len(text)
    assert again.rstrip("=")[:-1] == text.rstrip("=")[:-1]


@given(st.text(max_size=50))
def test_valid_text_passes_unchanged(text: str) -> None:
    store = RecordingStore()
    ask(a_definition(an_s3_operation("PUT")), "PUT", "/k", body=text.encode(), store=store)
    assert store.asked[0].body == text.encode()
