"""What S3 refuses, as the client of each definition sees it."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.s3.helpers import (
    ADMINISTRATOR,
    BUCKET,
    FOREIGN,
    S3,
    SLOW_DOWN,
    Gateways,
    Identity,
    an_s3_that_is_busy,
    ask,
    at,
)

ANSWERS = Path(__file__).with_name("answers.yaml")


class Refused(NamedTuple):
    """A request that S3 refuses: how, and with which code."""

    status: int
    code: bytes
    key: str = "none"
    bucket: str = BUCKET
    wrong: str = ""


REFUSED = {
    "no such key": Refused(404, b"NoSuchKey"),
    "a foreign bucket": Refused(403, b"AccessDenied", bucket=FOREIGN),
    "a wrong secret": Refused(403, b"SignatureDoesNotMatch", wrong="secret"),
    "an unknown access key": Refused(403, b"InvalidAccessKeyId", wrong="key_id"),
}
# definition -> what becomes of S3's statuses, the rest being 500, and of its Content-Type
MAPPED = {
    "sample": ({}, "application/json"),
    "sample-template": ({}, "application/json"),
    "mapped": ({403: 403, 404: 404}, "application/xml"),
    "wildcard": ({}, "application/json"),
    "text-only": ({}, "application/json"),
    "conversions": ({403: 404, 404: 404}, "application/json"),
}


def asker(server: S3, wrong: str) -> Identity:
    return replace(server.owner, **{wrong: "WRONG"}) if wrong else server.owner


@pytest.fixture(scope="module")
def busy() -> Iterator[S3]:
    with an_s3_that_is_busy() as server:
        yield server


@pytest.mark.parametrize("definition", MAPPED)
@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_what_s3_refuses_goes_through_the_definitions_response_mapping(
    refused: Refused, definition: str, s3: S3, gateway: Gateways
) -> None:
    url = gateway(definition, s3, asker(s3, refused.wrong))
    got = ask(url, "GET", at(definition, refused.key, refused.bucket))
    statuses, content_type = MAPPED[definition]
    assert got.status == statuses.get(refused.status, 500)
    assert b"<Code>" + refused.code + b"</Code>" in got.body
    if got.status != 500:
        assert got.headers["content-type"] == content_type


@pytest.mark.parametrize("size", [1, 9 << 20], ids=["1 byte", "9 MiB"])
@pytest.mark.parametrize(("definition", "status"), [("sample", 500), ("mapped", 403)])
def test_an_upload_with_a_wrong_secret_is_answered_by_s3_and_stores_nothing(
    definition: str, status: int, size: int, s3: S3, gateway: Gateways
) -> None:
    target = at(definition, f"never stored {definition} {size}")
    sent = {"Content_Type": "image/jpeg"}
    wrong = gateway(definition, s3, asker(s3, "secret"))
    refused = ask(wrong, "PUT", target, bytes(size), **sent)
    assert (refused.status, b"SignatureDoesNotMatch" in refused.body) == (status, True)
    assert b"<Code>NoSuchKey</Code>" in ask(gateway(definition, s3), "GET", target).body
    assert ask(gateway(definition, s3), "PUT", target, bytes(size), **sent).status == 200


def test_a_head_that_s3_refuses_has_the_mapped_status_and_no_body(
    s3: S3, gateway: Gateways
) -> None:
    for wrong, status in (("", 404), ("secret", 403)):
        got = ask(gateway("mapped", s3, asker(s3, wrong)), "HEAD", at("mapped", "none"))
        assert (got.status, got.body) == (status, b"")


def test_a_bucket_that_is_none_is_refused_by_name(seaweedfs: S3, gateway: Gateways) -> None:
    # Who owns one bucket learns nothing of others, not even that they are none.
    url = gateway("sample", seaweedfs, ADMINISTRATOR)
    absent = ask(url, "GET", "/s3?key=no-such-bucket/key")
    assert (absent.status, b"<Code>NoSuchBucket</Code>" in absent.body) == (500, True)
    # A key of one segment is a bucket, and this PUT makes one.
    invalid = ask(url, "PUT", "/s3?key=In_Valid")
    assert (invalid.status, b"<Code>InvalidBucketName</Code>" in invalid.body) == (500, True)
    mapped = ask(gateway("mapped", seaweedfs, ADMINISTRATOR), "GET", "/no-such-bucket/key")
    assert (mapped.status, b"<Code>NoSuchBucket</Code>" in mapped.body) == (404, True)


@pytest.mark.parametrize("definition", MAPPED)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_s3s_slow_down_is_what_the_definition_says_of_every_other_status(
    method: str, definition: str, busy: S3, gateway: Gateways
) -> None:
    got = ask(
        gateway(definition, busy), method, at(definition, "key"), b"" if method == "PUT" else None
    )
    assert (got.status, got.body) == (500, SLOW_DOWN)


def test_a_status_of_its_own_goes_out_with_the_headers_given_to_it(
    busy: S3, gateway: Gateways
) -> None:
    got = ask(gateway(str(ANSWERS), busy), "GET", f"/{BUCKET}/key")
    assert (got.status, got.body) == (503, SLOW_DOWN)
    assert (got.headers["retry-after"], got.headers["content-type"]) == ("1", "application/xml")


def test_a_response_template_says_it_in_the_apis_own_words(s3: S3, gateway: Gateways) -> None:
    got = ask(gateway(str(ANSWERS), s3), "GET", f"/{BUCKET}/no%20%22such%22")
    assert (got.status, got.headers["content-type"]) == (410, "application/json")
    said = {"error": "gone", "key": 'no "such"', "code": "no object"}
    assert json.loads(got.body) == said


def test_xml_that_is_to_be_decoded_is_the_gateways_own_error(s3: S3, gateway: Gateways) -> None:
    got = ask(gateway(str(ANSWERS), s3), "GET", f"/{FOREIGN}/key")
    assert (got.status, json.loads(got.body)) == (500, {"message": "Internal server error"})


@pytest.mark.parametrize("accept", ["application/xml", "text/plain"])
def test_xml_that_is_listed_as_binary_is_base64_for_who_asks_for_text(
    accept: str, busy: S3, gateway: Gateways, tmp_path: Path
) -> None:
    listed = tmp_path / "listed.yaml"
    listed.write_text(ANSWERS.read_text(encoding="utf-8") + "  - application/xml\n", "utf-8")
    got = ask(gateway(str(listed), busy), "GET", f"/{BUCKET}/key", Accept=accept)
    encoded = base64.b64encode(SLOW_DOWN)
    assert (got.status, got.body) == (503, SLOW_DOWN if accept == "application/xml" else encoded)
    absent = ask(gateway(str(listed), busy), "PUT", f"/{BUCKET}/key", b"", Accept=accept)
    assert absent.status == 503
