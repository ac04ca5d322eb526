"""What S3 says of an object, as far as the definition maps it."""

import gzip
import hashlib
from pathlib import Path

import pytest

from tests.s3.helpers import BUCKET, S3, Gateways, ask

ANSWERS = str(Path(__file__).with_name("answers.yaml"))
OBJECTS = {"an image": b"\x89PNG\r\n\x1a\n\xff", "nothing at all": b"", "1 MiB": bytes(1 << 20)}


@pytest.mark.parametrize("body", OBJECTS.values(), ids=OBJECTS)
def test_the_mapped_headers_of_an_object_reach_the_client(
    body: bytes, s3: S3, gateway: Gateways
) -> None:
    url, target = gateway(ANSWERS, s3), f"/{BUCKET}/headers/{len(body)}"
    etag = f'"{hashlib.md5(body).hexdigest()}"'
    put = ask(url, "PUT", target, body, Content_Type="image/png", name="a name; with signs")
    assert (put.status, put.headers["etag"]) == (200, etag)
    got = ask(url, "GET", target, Accept="image/png")
    assert (got.status, got.body) == (200, body)
    assert {
        "content-type": "image/png",
        "content-length": str(len(body)),
        "x-amzn-remapped-content-length": str(len(body)),
        "etag": etag,
        "x-amz-meta-name": "a name; with signs",
        "object-name": "a name; with signs",
    }.items() <= got.headers.items()
    head = ask(url, "HEAD", target, Accept="image/png")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["x-amzn-remapped-content-length"] == str(len(body))
    assert head.headers["last-modified"] == got.headers["last-modified"]


def test_s3_stores_the_decompressed_body_and_the_headers_that_the_client_sent(
    s3: S3, gateway: Gateways
) -> None:
    packed = gzip.compress(b"packed", mtime=0)
    said = {"Content_Type": "image/png", "Content_Encoding": "gzip", "name": "of the object"}
    ask(gateway(ANSWERS, s3), "PUT", f"/{BUCKET}/kept", packed, **said)
    kept = s3.client().get_object(Bucket=BUCKET, Key="kept")
    assert kept["Body"].read() == b"packed"
    assert (kept["ContentType"], kept["ContentEncoding"]) == ("image/png", "gzip")
    assert kept["Metadata"] == {"name": "of the object"}


def test_a_packed_object_comes_back_packed_and_says_so(s3: S3, gateway: Gateways) -> None:
    packed = gzip.compress(b"packed", mtime=0)
    how = {"ContentType": "image/png", "ContentEncoding": "gzip"}
    s3.client().put_object(Bucket=BUCKET, Key="packed", Body=packed, **how)
    got = ask(gateway(ANSWERS, s3), "GET", f"/{BUCKET}/packed", Accept="image/png")
    assert (got.body, got.headers["content-encoding"]) == (packed, "gzip")
    assert "x-amz-meta-name" not in got.headers


def test_an_unmapped_header_of_s3_stays_with_the_gateway(s3: S3, gateway: Gateways) -> None:
    url = gateway("sample", s3)
    ask(url, "PUT", f"/s3?key={BUCKET}/unmapped", b"x", Content_Type="image/jpeg")
    got = ask(url, "GET", f"/s3?key={BUCKET}/unmapped", Accept="image/jpeg")
    assert got.status == 200
    assert not {"etag", "last-modified", "accept-ranges"} & got.headers.keys()
