"""The word or two that a cell of a matrix has, for what was due and for what came."""

import pytest

from fixtures.cases.case import Case, Request
from fixtures.cases.exchange import Received
from fixtures.rules.labels import in_a_word
from tests.rules.helpers import api, on_s3, request, response
from tests.rules.judgement_helpers import (
    AS_BINARY,
    AS_TEXT,
    CONTENT,
    ENCODED,
    ERROR,
    MISSING,
    REFUSED,
    STORED,
    UPLOAD,
    came,
    download,
    judged,
    steps,
)

OTHER = b"\x09\x02"


@pytest.mark.parametrize(
    ("act", "answer", "words"),
    [
        (AS_BINARY, came(200, CONTENT), ("raw", "raw")),
        (AS_BINARY, came(200, ENCODED), ("raw", "Base64")),
        (AS_BINARY, came(200, OTHER), ("raw", "corrupted")),
        (AS_BINARY, came(200), ("raw", "empty")),
        (AS_BINARY, came(500, ERROR), ("raw", "error 500")),
        (AS_BINARY, came(304), ("raw", "304")),
        (AS_TEXT, came(200, ENCODED), ("Base64", "Base64")),
        (REFUSED, came(500, ERROR), ("error 500", "error 500")),
        (REFUSED, came(200, CONTENT), ("error 500", "raw")),
        (MISSING, came(404), ("error 404", "error 404")),
    ],
)
def test_a_download_is_seen_from_the_object(
    act: Request, answer: Received, words: tuple[str, str]
) -> None:
    verdict = judged(download(act), STORED, answer)
    assert (verdict.expected_form, verdict.actual_form) == words


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((came(), came(200, CONTENT)), ("raw", "raw")),
        ((came(), came(200, ENCODED)), ("raw", "Base64")),
        ((came(), came(200, OTHER)), ("raw", "corrupted")),
        ((came(500, ERROR),), ("raw", "error 500")),
        ((came(201, b"created"),), ("raw", "other")),
    ],
)
def test_an_upload_is_seen_from_what_was_sent(
    answers: tuple[Received, ...], words: tuple[str, str]
) -> None:
    case = Case("an upload", steps(UPLOAD, AS_BINARY, setups=0, proofs=1))
    verdict = judged(case, *answers)
    assert (verdict.expected_form, verdict.actual_form) == words


def test_of_several_downloads_each_is_seen_from_the_object() -> None:
    case = Case("downloads", steps(UPLOAD, AS_TEXT, AS_BINARY))
    verdict = judged(case, STORED, came(200, ENCODED), came(200, ENCODED))
    assert (verdict.expected_form, verdict.actual_form) == ("raw", "Base64")


@pytest.mark.parametrize(("status", "due"), [(399, "any"), (400, "error 400"), (401, "error 401")])
def test_a_status_of_400_is_the_first_that_is_an_error(status: int, due: str) -> None:
    get = on_s3("GET", response(None, status, templates={"text/plain": "$input.body"}))
    case = Case("c", steps(request(get, accept="text/plain"), setups=0))
    verdict = judged(case, came(status, b"what S3 said"), definition=api(get))
    assert (verdict.expected_form, verdict.actual_form) == (due, due)


@pytest.mark.parametrize(
    ("body", "content", "word"),
    [
        (b"", b"x", "empty"),
        (b"{}", b"x", "JSON"),
        (b"{}", b"", "JSON"),
        (b"{", b"x", "corrupted"),
        (b"{", b"", "other"),
        (b"x", b"x", "raw"),
        (b"H4sI", b"", "other"),
    ],
)
def test_a_body_has_a_word(body: bytes, content: bytes, word: str) -> None:
    assert in_a_word(body, content) == word
