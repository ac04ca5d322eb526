"""Every observation of the real service, over real HTTP, against the reference gateway.

The rows are those of tests/vectors/aws-observations.json, which names its source.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.api import ContentHandling
from fixtures.definitions import load
from fixtures.gateway.application import Gateway
from fixtures.gateway.binary_media_types import BinaryMediaTypes
from tests.gateway.helpers import (
    KEY_FROM_PATH,
    TYPE_THROUGH,
    RecordingStore,
    Served,
    a_bucket,
    a_definition,
    a_mock_operation,
    a_response,
    a_server,
    an_s3_operation,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "aws-observations.json"
FACTS = json.loads(VECTORS.read_text(encoding="utf-8"))
PAYLOADS = {name: base64.b64decode(text) for name, text in FACTS["payloads"].items()}
PER_DIRECTION = {
    direction: [row for row in FACTS["observations"] if row["direction"] == direction]
    for direction in ("request", "response")
}
MATCHES = [
    (tuple(entries.split(" + ")), accept, expected)
    for entries, rows in FACTS["media_type_matches"].items()
    for accept, expected in rows
]

URL_SAFE = base64.urlsafe_b64encode(b"/9g=").decode().rstrip("=")


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with a_server() as server:
        yield server


def handling(row: dict[str, Any]) -> ContentHandling | None:
    name = row["config"]["contentHandling"]
    return None if name is None else ContentHandling(name)


def test_every_observation_is_a_request_or_a_response() -> None:
    assert sum(map(len, PER_DIRECTION.values())) == len(FACTS["observations"]) > 0


@pytest.mark.parametrize("row", PER_DIRECTION["request"], ids=lambda row: row["id"])
def test_an_upload_is_stored_as_aws_stored_it(served: Served, row: dict[str, Any]) -> None:
    store, held = a_bucket()
    put = an_s3_operation(
        "PUT", handling=handling(row), parameters={**KEY_FROM_PATH, **TYPE_THROUGH}
    )
    served.app = Gateway(a_definition(put, binary=tuple(row["config"]["binaryMediaTypes"])), store)
    headers = [("Content-Type", row["payload_media_type"])]
    answer = served.send("PUT", "/object", headers, PAYLOADS[row["payload"]])
    expected = row["outcome"]
    assert answer.status_code == expected["status"]
    stored = held.get("object")
    if expected["conversion"] == "fails":
        assert answer.json() == {"message": "Internal server error"}
        assert answer.headers["x-amzn-ErrorType"] == "InternalServerErrorException"
        assert stored is None
        return
    assert stored is not None
    assert stored.content_type == row["payload_media_type"]
    assert hashlib.md5(stored.body).hexdigest() == expected["md5"]
    assert len(stored.body) == expected["length"]


@pytest.mark.parametrize("row", PER_DIRECTION["response"], ids=lambda row: row["id"])
def test_a_download_comes_as_it_came_from_aws(served: Served, row: dict[str, Any]) -> None:
    store, _ = a_bucket(object=(row["payload_media_type"], PAYLOADS[row["payload"]]))
    get = an_s3_operation("GET", responses=(a_response(handling=handling(row)),))
    served.app = Gateway(a_definition(get, binary=tuple(row["config"]["binaryMediaTypes"])), store)
    answer = served.send("GET", "/object", [("Accept", row["accept"])])
    expected = row["outcome"]
    assert answer.status_code == expected["status"]
    if expected["conversion"] == "fails":
        assert answer.json() == {"message": "Internal server error"}
        return
    assert hashlib.md5(answer.content).hexdigest() == expected["md5"]
    assert len(answer.content) == expected["length"] == int(answer.headers["Content-Length"])


@pytest.mark.parametrize(("entries", "accept", "expected"), MATCHES)
def test_a_media_type_matches_as_it_did_on_aws(
    served: Served, entries: tuple[str, ...], accept: str | None, expected: bool
) -> None:
    assert BinaryMediaTypes(entries).match_accept(accept) is expected
    # A binary payload shows over HTTP which form the client was taken to want.
    payload = b"\xff\xd8"
    store, _ = a_bucket(object=("image/jpg", payload))
    listed = a_definition(an_s3_operation("GET"), a_mock_operation(), binary=entries)
    served.app = Gateway(listed, store)
    answer = served.send("GET", "/object", [] if accept is None else [("Accept", accept)])
    if "image/jpg" in entries:
        assert answer.content == (payload if expected else base64.b64encode(payload))


@pytest.mark.parametrize(("entries", "accept", "expected"), MATCHES)
def test_a_function_is_answered_for_as_it_was_on_aws(
    served: Served, entries: tuple[str, ...], accept: str | None, expected: bool
) -> None:
    # They were observed on a Lambda proxy: bytes as Base64 with isBase64Encoded.
    definition = replace(load("lambda-proxy"), binary_media_types=entries)
    served.app = Gateway(definition, RecordingStore())
    headers = [] if accept is None else [("Accept", accept)]
    query = f"return=given&body={URL_SAFE}&isBase64Encoded=true&contentType=image/png"
    answer = served.send("GET", f"/echo?{query}", headers)
    assert (answer.status_code, answer.content) == (200, b"\xff\xd8" if expected else b"/9g=")
    assert answer.headers["Content-Type"] == "image/png"
