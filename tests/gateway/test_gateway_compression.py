"""Content codings: which request bodies are decompressed, and which responses are compressed."""

import gzip
import zlib
from dataclasses import replace
from typing import Any

import pytest

from fixtures.api import REST
from fixtures.gateway.store import S3Response
from tests.gateway.helpers import (
    KEY_FROM_PATH,
    TYPE_THROUGH,
    Answer,
    RecordingStore,
    a_definition,
    a_function_operation,
    a_mock_operation,
    a_response,
    an_s3_operation,
    ask,
    called,
)

TEXT = b'{"a": "text"}' * 9
BYTES = bytes(range(256))
UPLOAD = an_s3_operation("PUT", parameters={**KEY_FROM_PATH, **TYPE_THROUGH})
LONG = TEXT * 40


def zipped(body: bytes) -> bytes:
    """In gzip, without the time, so that a test has the same name in each worker."""
    return gzip.compress(body, mtime=0)


def upload(
    body: bytes, coding: str, media_type: str = "text/plain", **changes: Any
) -> tuple[Answer, RecordingStore]:
    definition = replace(a_definition(UPLOAD, binary=("image/png",)), **changes)
    store = RecordingStore()
    headers = [("Content-Encoding", coding), ("Content-Type", media_type)]
    return ask(definition, "PUT", "/k", headers, body, store), store


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", zipped(TEXT)),
        ("GZIP", zipped(TEXT)),
        (" deflate ", zlib.compress(TEXT)),
        ("identity", TEXT),
        ("", TEXT),
    ],
)
@pytest.mark.parametrize("media_type", ["text/plain", "image/png"])
def test_a_compressed_body_is_stored_decompressed(
    coding: str, body: bytes, media_type: str
) -> None:
    answer, store = upload(body, coding, media_type)
    assert (answer.status, store.asked[0].body) == (200, TEXT)


def test_decompression_is_before_the_conversion() -> None:
    assert upload(zipped(BYTES), "gzip", "image/png")[1].asked[0].body == BYTES
    as_text = BYTES.decode(errors="replace").encode()
    assert upload(zipped(BYTES), "gzip")[1].asked[0].body == as_text


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", TEXT),
        ("gzip", zipped(TEXT)[:-1]),
        ("gzip", zipped(TEXT) + b"more"),
        ("deflate", zipped(TEXT)),
        ("br", TEXT),
        ("gzip, gzip", zipped(zipped(TEXT))),
    ],
)
def test_another_coding_and_a_body_that_is_not_in_its_coding_are_415(
    coding: str, body: bytes
) -> None:
    answer, store = upload(body, coding)
    assert (answer.status, answer.body) == (415, b'{"message": "Unsupported Media Type"}')
    assert answer.headers["x-amzn-errortype"] == "BadRequestException"
    assert store.asked == []


def test_a_request_without_a_body_may_name_any_coding() -> None:
    assert [upload(b"", coding)[0].status for coding in ("gzip", "deflate", "br")] == [200] * 3


def test_a_body_that_grows_over_the_limit_is_413() -> None:
    kind = replace(REST, request_limit=len(LONG))
    assert upload(zipped(LONG), "gzip", kind=kind)[0].status == 200
    answer, store = upload(zipped(LONG + b"x"), "gzip", kind=kind)
    assert (answer.status, store.asked) == (413, [])
    assert answer.body == b"HTTP content length exceeded 4680 bytes."


def test_a_minimum_compression_size_limits_decompression_too() -> None:
    body = zipped(TEXT)
    for minimum, stored in ((0, TEXT), (len(body), TEXT), (len(body) + 1, None)):
        _, store = upload(body, "gzip", "image/png", minimum_compression_size=minimum)
        assert store.asked[0].body == (stored or body)


def test_a_function_receives_the_decompressed_body_and_still_the_header() -> None:
    events: list[Any] = []
    headers = [("Content-Encoding", "gzip"), ("Content-Type", "text/plain")]
    called(lambda event, _: events.append(event) or {}, headers=headers, body=zipped(b"hi"))
    assert (events[0]["body"], events[0]["isBase64Encoded"]) == ("hi", False)
    assert events[0]["headers"]["content-encoding"] == "gzip"


# ------------------------------------------------------------------------------------ responses


def download(accepted: str | None, minimum: int | None = 0, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    operation = an_s3_operation("GET", responses=(a_response(),))
    definition = replace(a_definition(operation), minimum_compression_size=minimum)
    store = RecordingStore(S3Response(200, named, LONG))
    sent = [] if accepted is None else [("Accept-Encoding", accepted)]
    return ask(definition, "GET", "/k", sent, store=store)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("deflate", "deflate"),
        ("gzip, deflate, br", "gzip"),
        ("deflate, gzip", "deflate"),
        ("deflate;q=0.5, GZIP;q=1.0", "gzip"),
        ("gzip;q=0.2, identity;q=0.5, *;q=0", None),
        ("gzip;q=0", None),
        ("br", None),
        ("identity", None),
        ("*", None),
        ("", None),
        (",;", None),
        (None, None),
    ],
)
def test_a_response_has_the_coding_that_the_client_prefers(
    accepted: str | None, coding: str | None
) -> None:
    answer = download(accepted)
    assert answer.headers.get("content-encoding") == coding
    assert len(answer.body) == int(answer.headers["content-length"])
    plain = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: bytes}[coding]
    assert plain(answer.body) == LONG


@pytest.mark.parametrize(
    ("minimum", "compresses"), [(None, False), (0, True), (len(LONG), True), (len(LONG) + 1, False)]
)
def test_a_response_is_compressed_from_the_minimum_size_on(
    minimum: int | None, compresses: bool
) -> None:
    assert ("content-encoding" in download("gzip", minimum).headers) is compresses


def test_a_response_that_has_a_coding_is_sent_as_it_is() -> None:
    assert download("gzip", content_encoding="br").body == LONG
    mapped = a_response(parameters={"method.response.header.Content-encoding": "'br'"})
    definition = replace(
        a_definition(an_s3_operation("GET", responses=(mapped,))), minimum_compression_size=0
    )
    store = RecordingStore(S3Response(200, {}, LONG))
    answer = ask(definition, "GET", "/k", [("Accept-Encoding", "gzip")], store=store)
    assert (answer.headers["content-encoding"], answer.body) == ("br", LONG)


def test_the_answers_of_functions_and_templates_are_compressed_and_errors_are_not() -> None:
    template = a_response(templates={"application/json": "x" * 99})
    definition = replace(
        a_definition(a_mock_operation(template), a_function_operation()),
        minimum_compression_size=50,
    )
    gzipped = [("Accept-Encoding", "gzip")]
    assert gzip.decompress(ask(definition, "GET", "/mock", gzipped).body) == b"x" * 99
    body = gzip.decompress(ask(definition, "POST", "/f", gzipped, b"x" * 99).body)
    assert body.startswith(b'{"body"')
    assert ask(definition, "GET", "/unknown", gzipped).body.startswith(b'{"message"')
