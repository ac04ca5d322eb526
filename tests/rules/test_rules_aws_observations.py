"""Every observation of the real service is a test vector for the rules.

The rows are those of tests/vectors/aws-observations.json, which names its source.
"""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from fixtures.api import ContentHandling
from fixtures.definitions import load
from fixtures.rules.expectation import BodyKind, Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.media_type_matching import match_accept
from fixtures.rules.rule_book import Level
from tests.rules.helpers import FACTS, PAYLOADS, api, on_s3, request, response

ROWS = {
    direction: [row for row in FACTS["observations"] if row["direction"] == direction]
    for direction in ("request", "response")
}
MATCHES = [
    (tuple(entries.split(" + ")), accept, binary)
    for entries, rows in FACTS["media_type_matches"].items()
    for accept, binary in rows
]
OLDER = Stored(b"older", "text/plain")


def handling(row: dict[str, Any]) -> ContentHandling | None:
    name = row["config"]["contentHandling"]
    return None if name is None else ContentHandling(name)


def fingerprint(body: bytes) -> tuple[str, int]:
    return hashlib.md5(body).hexdigest(), len(body)


def test_the_observations_are_all_here() -> None:
    assert {direction: len(rows) for direction, rows in ROWS.items()} == {
        "request": 24,
        "response": 35,
    }
    assert len(MATCHES) == 10


@pytest.mark.parametrize("row", ROWS["request"], ids=lambda row: row["id"])
def test_an_upload_is_expected_to_be_stored_as_aws_stored_it(row: dict[str, Any]) -> None:
    put = on_s3("PUT", handling=handling(row))
    upload = request(put, content_type=row["payload_media_type"], body=PAYLOADS[row["payload"]])
    definition = api(put, binary=tuple(row["config"]["binaryMediaTypes"]))
    expectation = expected_response(definition, upload, OLDER)
    outcome = row["outcome"]
    assert expectation.statuses == (outcome["status"],)
    assert expectation.level is Level.MUST
    if outcome["conversion"] == "fails":
        assert expectation.kind is BodyKind.ERROR
        assert expectation.stored is OLDER
        assert expected_response(definition, upload, None).stored is None
        return
    assert expectation.kind is BodyKind.EMPTY
    assert expectation.stored is not None
    assert expectation.stored.media_type == row["payload_media_type"]
    assert fingerprint(expectation.stored.content) == (outcome["md5"], outcome["length"])


@pytest.mark.parametrize("row", ROWS["response"], ids=lambda row: row["id"])
def test_a_download_is_expected_to_come_as_it_came_from_aws(row: dict[str, Any]) -> None:
    get = on_s3("GET", response(r"2\d{2}", handling=handling(row)))
    stored = Stored(PAYLOADS[row["payload"]], row["payload_media_type"])
    definition = api(get, binary=tuple(row["config"]["binaryMediaTypes"]))
    expectation = expected_response(definition, request(get, accept=row["accept"]), stored)
    outcome = row["outcome"]
    assert expectation.statuses == (outcome["status"],)
    assert expectation.level is Level.MUST
    assert expectation.stored is stored
    if outcome["conversion"] == "fails":
        assert expectation.kind is BodyKind.ERROR
        return
    assert expectation.exact
    assert fingerprint(expectation.body) == (outcome["md5"], outcome["length"])


@pytest.mark.parametrize(("entries", "accept", "binary"), MATCHES)
def test_an_accept_is_taken_as_aws_took_it(
    entries: tuple[str, ...], accept: str | None, binary: bool
) -> None:
    assert match_accept(entries, accept).binary is binary


@pytest.mark.parametrize(("entries", "accept", "binary"), MATCHES)
def test_a_function_is_answered_for_as_it_was_on_aws(
    entries: tuple[str, ...], accept: str | None, binary: bool
) -> None:
    definition = replace(load("lambda-proxy"), binary_media_types=entries)
    (get,) = definition.operations_on_lambda("GET")
    # LzlnPQ is the Base64 of /9g=, which is that of FF D8.
    target = "/echo?return=given&body=LzlnPQ&isBase64Encoded=true"
    expectation = expected_response(definition, request(get, target=target, accept=accept), None)
    assert expectation.statuses == (200,)
    assert expectation.body == (b"\xff\xd8" if binary else b"/9g=")
    assert expectation.level is Level.MUST
