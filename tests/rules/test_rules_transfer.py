"""Answers to requests that ask for a coding, a part or a condition, or that come in chunks."""

import gzip
from dataclasses import replace

import pytest

from fixtures.cases.case import Case, Request
from fixtures.cases.exchange import Received
from fixtures.rules.rule_book import Level
from fixtures.rules.verdict import Outcome
from tests.rules.judgement_helpers import (
    AS_BINARY,
    CONFORMS,
    CONTENT,
    DEVIATES,
    ENCODED,
    ERROR,
    NOT_APPLICABLE,
    STORED,
    UPLOAD,
    came,
    download,
    judged,
    steps,
)

GZIP = gzip.compress(CONTENT, mtime=0)
CODED = ("Content-Encoding", "gzip")


def asking(name: str, value: str) -> Request:
    return replace(AS_BINARY, headers=((name, value),))


@pytest.mark.parametrize(
    ("accepted", "answer", "outcome"),
    [
        ("gzip", came(200, CONTENT), CONFORMS),
        ("gzip", came(200, GZIP, CODED), CONFORMS),
        ("deflate, gzip;q=0.8", came(200, GZIP, CODED), CONFORMS),
        ("gzip", came(200, GZIP), DEVIATES),
        ("gzip", came(200, CONTENT, CODED), DEVIATES),
        ("gzip", came(200, gzip.compress(GZIP, mtime=0), CODED), DEVIATES),
        ("gzip", came(200, gzip.compress(b"another", mtime=0), CODED), DEVIATES),
        ("gzip", came(200, GZIP[:-1], CODED), DEVIATES),
        ("gzip", came(200, CONTENT, ("Content-Encoding", "br")), CONFORMS),
        ("deflate", came(200, GZIP, CODED), DEVIATES),
    ],
)
def test_the_content_is_judged_without_the_gzip_that_was_accepted(
    accepted: str, answer: Received, outcome: Outcome
) -> None:
    verdict = judged(download(asking("Accept-Encoding", accepted)), STORED, answer)
    assert verdict.outcome is outcome


def test_a_body_that_is_no_gzip_is_said_to_be_none() -> None:
    case = download(asking("Accept-Encoding", "gzip"))
    verdict = judged(case, STORED, came(200, CONTENT, CODED))
    assert verdict.reason == "the body is not what Content-Encoding says"
    assert verdict.observed == "256 bytes that are no gzip"


@pytest.mark.parametrize(
    ("name", "status", "header", "outcome"),
    [
        ("Range", 206, None, DEVIATES),
        ("Range", 206, "Via", NOT_APPLICABLE),
        ("Range", 416, "Age", NOT_APPLICABLE),
        ("Range", 304, "X-Cache", DEVIATES),
        ("If-None-Match", 304, None, DEVIATES),
        ("If-None-Match", 304, "X-Cache", NOT_APPLICABLE),
        ("If-None-Match", 412, "Via", NOT_APPLICABLE),
        ("If-None-Match", 206, "Via", DEVIATES),
        ("X-Other", 206, "Via", DEVIATES),
    ],
)
def test_a_cache_that_names_itself_may_answer_range_and_condition(
    name: str, status: int, header: str | None, outcome: Outcome
) -> None:
    lines = ((header, "1"),) if header else ()
    verdict = judged(download(asking(name, "*")), STORED, came(status, CONTENT[2:6], *lines))
    assert verdict.outcome is outcome


CROWDED = replace(AS_BINARY, leading_headers=(("X-Conformance", "-"),) * 101)


@pytest.mark.parametrize(
    ("answer", "outcome", "tolerated"),
    [
        (came(200, CONTENT), CONFORMS, False),
        (came(431), DEVIATES, True),
        (came(400, ERROR), DEVIATES, True),
        (came(200, ENCODED), DEVIATES, False),
        (came(404), DEVIATES, False),
    ],
)
def test_many_headers_may_be_refused_but_not_be_dropped(
    answer: Received, outcome: Outcome, tolerated: bool
) -> None:
    case = Case("headers", steps(UPLOAD, CROWDED), rules=("request-header-count",))
    verdict = judged(case, STORED, answer)
    assert (verdict.outcome, verdict.tolerated) == (outcome, tolerated)


CHUNKED = replace(UPLOAD, headers=(("Transfer-Encoding", "chunked"),))
MISSING = came(404, b"<Error/>")


@pytest.mark.parametrize(
    ("answers", "tolerated"),
    [
        ((STORED, came(200, CONTENT)), None),
        ((came(411), MISSING), True),
        ((came(501, b"<Error><Code>NotImplemented</Code></Error>"), MISSING), True),
        ((came(400, ERROR), MISSING), True),
        ((came(500, ERROR), MISSING), False),
        # Accepted, and lost: no answer that is possible on AWS explains that.
        ((STORED, came(200)), False),
        ((STORED, MISSING), False),
        ((came(411), came(200, CONTENT)), False),
    ],
)
def test_an_upload_in_chunks_may_be_refused_but_not_lost(
    answers: tuple[Received, Received], tolerated: bool | None
) -> None:
    case = Case("chunks", steps(CHUNKED, AS_BINARY, setups=0, proofs=1), rules=("request-chunked",))
    verdict = judged(case, *answers)
    assert verdict.outcome is (CONFORMS if tolerated is None else DEVIATES)
    assert verdict.tolerated is bool(tolerated)
    if tolerated is False:
        assert verdict.level is Level.MUST
