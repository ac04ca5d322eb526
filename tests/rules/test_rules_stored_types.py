"""Under which type an upload is stored, and how certain what comes back is."""

import pytest

from fixtures.api import Operation
from fixtures.definitions import load
from fixtures.rules.expectation import BodyKind, Expectation, Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.rule_book import Level
from tests.rules.helpers import KEY, TO_TEXT, TYPE, api, on_s3, request

JPEG = b"\xff\xd8\xff\xe0"
JPEG_BASE64 = b"/9j/4A=="
OLDER = Stored(b"older", "text/plain")


def operation(name: str, method: str) -> Operation:
    return load(name).operations_on_s3(method)[0]


@pytest.mark.parametrize(
    ("parameters", "content_type", "stored_type", "rule"),
    [
        (KEY | TYPE, "image/png", "image/png", "stored-type-mapped"),
        (KEY | TYPE, "text/plain;a=b", "text/plain;a=b", "stored-type-mapped"),
        (
            KEY | {name: source.lower() for name, source in TYPE.items()},
            "text/plain",
            "text/plain",
            "stored-type-mapped",
        ),
        # A header that was not sent cannot be mapped.
        (KEY | TYPE, None, "binary/octet-stream", "stored-type-unmapped"),
        (
            KEY | dict.fromkeys(TYPE, "'font/woff2'"),
            "text/plain",
            "font/woff2",
            "stored-type-mapped",
        ),
        (
            KEY | dict.fromkeys(TYPE, "method.request.header.X-Type"),
            "text/plain",
            "text/plain",
            "stored-type-unmapped",
        ),
        (KEY, "image/png", "image/png", "stored-type-listed"),
        (KEY, "text/plain", "text/plain", "stored-type-unmapped"),
        (KEY, None, "binary/octet-stream", "stored-type-unmapped"),
    ],
)
def test_what_type_an_object_is_stored_under_rests_on_one_rule(
    parameters: dict[str, str], content_type: str | None, stored_type: str, rule: str
) -> None:
    put = on_s3("PUT", parameters=parameters)
    stored = expected_response(
        api(put), request(put, content_type=content_type, body=b"x"), None
    ).stored
    assert stored is not None
    assert (stored.content, stored.media_type) == (b"x", stored_type)
    assert [name for name in stored.rules if name.startswith("stored-type")] == [rule]


def test_what_was_encoded_on_its_way_is_not_raw_under_a_listed_type() -> None:
    put = on_s3("PUT", parameters=KEY, handling=TO_TEXT)
    stored = expected_response(
        api(put), request(put, content_type="image/png", body=b"A"), None
    ).stored
    assert stored is not None
    assert stored.content == b"QQ=="
    assert "stored-type-unmapped" in stored.rules


def exchange(
    name: str, content_type: str | None, body: bytes, accept: str
) -> tuple[Expectation, Expectation]:
    """An upload to a shipped definition, and the download of what it stored."""
    definition = load(name)
    put, get = operation(name, "PUT"), operation(name, "GET")
    upload = expected_response(definition, request(put, content_type=content_type, body=body), None)
    return upload, expected_response(definition, request(get, accept=accept), upload.stored)


MUST, SHOULD, DERIVED = Level.MUST, Level.SHOULD, Level.DERIVED
OCTETS, JSON = "application/octet-stream", "application/json"


@pytest.mark.parametrize(
    ("name", "content_type", "body", "accept", "levels", "status", "came"),
    [
        # The exchanges that the developer guide shows.
        ("sample", OCTETS, JPEG, OCTETS, (MUST, MUST), 200, JPEG),
        ("sample", "image/jpeg", JPEG, "image/jpeg", (MUST, MUST), 200, JPEG),
        ("sample", "image/jpeg", JPEG, OCTETS, (MUST, MUST), 200, JPEG),
        ("sample", OCTETS, JPEG, JSON, (MUST, MUST), 200, JPEG_BASE64),
        (
            "sample-template",
            OCTETS,
            JPEG,
            JSON,
            (MUST, MUST),
            200,
            b'{\n   "image": "/9j/4A=="\n}',
        ),
        # It shows the upload of Base64, but what comes back rests on the type that went along.
        ("sample", JSON, JPEG_BASE64, OCTETS, (MUST, DERIVED), 500, None),
        ("sample", None, JPEG_BASE64, OCTETS, (DERIVED, DERIVED), 500, None),
        ("sample", JSON, JPEG_BASE64, JSON, (MUST, DERIVED), 200, b"\xef\xbf\xbd" * 4),
        ("sample", "text/plain", b"QUJD", JSON, (MUST, DERIVED), 200, b"ABC"),
        # Decoded on its way in and once more on its way out.
        ("sample", "text/plain", b"UVVKRA==", OCTETS, (MUST, DERIVED), 200, b"ABC"),
        ("sample-template", OCTETS, JPEG, OCTETS, (MUST, MUST), 500, None),
        # Where the type is mapped, all is certain, but for what a forgiving decoder takes.
        ("mapped", JSON, JPEG_BASE64, JSON, (MUST, MUST), 200, b"\xef\xbf\xbd" * 4),
        ("mapped", JSON, JPEG_BASE64, OCTETS, (MUST, SHOULD), 500, None),
        ("mapped", "image/png", JPEG, "video/mp4", (MUST, MUST), 200, JPEG),
        ("mapped", "image/png", JPEG, "text/plain", (MUST, MUST), 200, JPEG_BASE64),
    ],
)
def test_a_round_trip_is_as_certain_as_the_type_of_what_is_stored(
    name: str,
    content_type: str | None,
    body: bytes,
    accept: str,
    levels: tuple[Level, Level],
    status: int,
    came: bytes | None,
) -> None:
    upload, download = exchange(name, content_type, body, accept)
    assert upload.statuses == (200,)
    assert download.statuses == (status,)
    assert (upload.level, download.level) == levels
    if came is None:
        assert download.kind is BodyKind.ERROR
    else:
        assert (download.exact, download.body) == (True, came)


def test_a_refused_upload_leaves_what_was_stored() -> None:
    put = operation("mapped", "PUT")
    refused = request(put, content_type="text/plain", body=b"not Base64")
    expectation = expected_response(load("mapped"), refused, OLDER)
    assert expectation.statuses == (500,)
    assert expectation.stored is OLDER
    assert "refused-upload-stores-nothing" in expectation.rules
