"""What was due and what came, in a word or two each."""

import base64
import gzip
from dataclasses import replace

import pytest

from fixtures.api import REST
from fixtures.cases.case import Case, Request
from fixtures.cases.exchange import Received
from fixtures.rules.labels import in_a_word
from tests.rules.helpers import TO_BINARY, api, on_s3, request, response
from tests.rules.judgement_helpers import (
    API,
    AS_BINARY,
    AS_JSON,
    AS_TEXT,
    CONTENT,
    ENCODED,
    ERROR,
    GET,
    MISSING,
    REFUSED,
    STORED,
    UNPREDICTED,
    UPLOAD,
    came,
    download,
    judged,
    steps,
)

AS_IMAGE = b'{"image": "' + ENCODED + b'"}'


@pytest.mark.parametrize(
    ("act", "answer", "words"),
    [
        (AS_BINARY, came(200, CONTENT), ("raw", "raw")),
        (AS_BINARY, came(200, ENCODED), ("raw", "Base64")),
        (AS_BINARY, came(200, base64.b64encode(ENCODED)), ("raw", "double Base64")),
        (AS_BINARY, came(200, CONTENT[:9]), ("raw", "cut")),
        (AS_BINARY, came(200, gzip.compress(CONTENT, mtime=0)), ("raw", "gzip")),
        (AS_BINARY, came(200, b"unexplained"), ("raw", "corrupted")),
        (AS_BINARY, came(200, b"{}"), ("raw", "JSON")),
        (AS_BINARY, came(200), ("raw", "empty")),
        (AS_BINARY, came(299, CONTENT), ("raw", "raw")),
        (AS_BINARY, came(300, CONTENT), ("raw", "300")),
        (AS_BINARY, came(399), ("raw", "399")),
        (AS_BINARY, came(400), ("raw", "error 400")),
        (AS_BINARY, came(500, ERROR), ("raw", "error 500")),
        (AS_TEXT, came(200, ENCODED), ("Base64", "Base64")),
        (AS_TEXT, came(200, CONTENT), ("Base64", "raw")),
        (AS_JSON, came(200, AS_IMAGE), ("JSON", "JSON")),
        (AS_JSON, came(200, AS_IMAGE[:-1]), ("JSON", "corrupted")),
        (REFUSED, came(500, ERROR), ("error 500", "error 500")),
        (REFUSED, came(500, b"no error"), ("error 500", "error 500")),
        (REFUSED, came(200, CONTENT), ("error 500", "raw")),
        (MISSING, came(404), ("error 404", "error 404")),
        (MISSING, came(200, b"x"), ("error 404", "other")),
        # Where the answer is open, there is no word for it.
        (request(GET, "b/k", target="/s3", accept="text/plain"), came(500, b"x"), ("any", "any")),
        (request(UNPREDICTED, accept="text/plain"), came(200, b"x"), ("", "")),
        (AS_BINARY, "the connection was reset", ("", "")),
        (AS_BINARY, None, ("", "")),
    ],
)
def test_a_download_is_seen_from_the_stored_object(
    act: Request, answer: Received | str | None, words: tuple[str, str]
) -> None:
    verdict = judged(download(act), STORED, answer)
    assert (verdict.expected_form, verdict.actual_form) == words


def test_an_error_of_several_statuses_names_them_all() -> None:
    get = on_s3("GET", response("404", 404), response(None, 500))
    case = Case("c", steps(request(get, accept="text/plain"), setups=0))
    verdict = judged(case, came(404), definition=api(get))
    assert (verdict.expected_form, verdict.actual_form) == ("error 404/500", "error 404/500")


REFUSING = on_s3("PUT", handling=TO_BINARY)
AS_BASE64 = request(REFUSING, content_type="text/plain", body=ENCODED)
NO_BASE64 = request(REFUSING, content_type="text/plain", body=b"no Base64")


@pytest.mark.parametrize(
    ("upload", "answer", "words"),
    [
        (UPLOAD, came(200), ("", "")),  # nobody looked at what it left
        (UPLOAD, came(500, ERROR), ("raw", "error 500")),
        (UPLOAD, came(201), ("raw", "empty")),
        (AS_BASE64, came(200), ("", "")),
        (NO_BASE64, came(500, ERROR), ("error 500", "error 500")),
        (NO_BASE64, came(200), ("error 500", "accepted")),
        (NO_BASE64, came(299), ("error 500", "accepted")),
        (NO_BASE64, came(300), ("error 500", "300")),
    ],
)
def test_an_upload_is_seen_by_what_it_leaves(
    upload: Request, answer: Received, words: tuple[str, str]
) -> None:
    definition = api(upload.operation)
    verdict = judged(Case("c", steps(upload, setups=0)), answer, definition=definition)
    assert (verdict.expected_form, verdict.actual_form) == words


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        (came(200, ENCODED), ("raw", "raw")),  # the upload's own words
        (came(200, CONTENT), ("Base64", "raw")),
        (came(200, b"older"), ("Base64", "corrupted")),
    ],
)
def test_a_proof_is_seen_from_what_was_uploaded(proof: Received, words: tuple[str, str]) -> None:
    case = Case("c", steps(UPLOAD, AS_TEXT, setups=0, proofs=1))
    verdict = judged(case, came(200), proof)
    assert (verdict.expected_form, verdict.actual_form) == words


TEXT = b"text, for it comes back as it is"
AS_ENCODED_TEXT = replace(AS_BASE64, body=base64.b64encode(TEXT))


@pytest.mark.parametrize(
    ("proofs", "words"),
    [
        (1, ("decoded", "raw")),  # a proof: from the upload as it was sent
        (0, ("raw", "Base64")),  # another act: from the object as it is stored
    ],
)
def test_an_upload_that_was_stored_undecoded_is_seen_from_either_side(
    proofs: int, words: tuple[str, str]
) -> None:
    case = Case("c", steps(AS_ENCODED_TEXT, AS_TEXT, setups=0, proofs=proofs))
    undecoded = came(200, AS_ENCODED_TEXT.body)
    verdict = judged(case, came(200), undecoded, definition=api(REFUSING, GET))
    assert (verdict.expected_form, verdict.actual_form) == words


def test_a_header_and_a_preparation_have_no_words() -> None:
    header = judged(download(AS_BINARY, REST.request_id_header), STORED, came(200, CONTENT))
    setup = judged(download(AS_BINARY), came(500, ERROR), definition=API)
    assert (header.expected_form, header.actual_form, setup.expected_form, setup.actual_form) == (
        "",
        "",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("body", "content", "word"),
    [
        (b"", b"", "empty"),
        (b"x", b"", "other"),
        (b"1", b"", "JSON"),
        (b"\xff", b"x", "corrupted"),
        (gzip.compress(b"", mtime=0), b"", "other"),
        (b"x", b"x", "raw"),
    ],
)
def test_a_body_is_seen_from_the_object_if_there_is_one(
    body: bytes, content: bytes, word: str
) -> None:
    assert in_a_word(body, content) == word
