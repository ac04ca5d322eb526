"""AWS's published vectors for signatures, each through the project's own signer.

Source: the AWS Signature Version 4 Test Suite, Apache-2.0, as the source distribution of botocore
1.44.8 has it below tests/unit/auth/aws4_testsuite; `tests/vectors/aws4_testsuite` is a copy.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import botocore.auth
import httpx
import pytest
from botocore.credentials import Credentials

from fixtures.client import sigv4
from fixtures.client.http_client import RawTargetURL
from fixtures.client.sigv4 import SigV4

VECTORS = Path(__file__).parents[1] / "vectors" / "aws4_testsuite"
REQUESTS = {file.stem: file for file in sorted(VECTORS.rglob("*.req"))}
ANOTHER_WAY = {
    "post-sts-header-after": "the token is added after signing; execute-api wants it signed, as "
    "post-sts-header-before has it",
}


@pytest.fixture(autouse=True)
def when_and_what(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors' own moment and service."""
    moment = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: moment)
    monkeypatch.setattr(sigv4, "_SERVICE", "service")


def request_of(file: Path) -> tuple[httpx.Request, str | None]:
    """The vector's request before signing, and the session token that the signed one brings."""
    head, _, body = file.read_bytes().partition(b"\n\n")
    first, *lines = head.split(b"\n")
    method, _, target = first.removesuffix(b" HTTP/1.1").partition(b" ")
    headers = list(unfolded(lines))
    signed = file.with_suffix(".sreq").read_text(encoding="utf-8")
    tokens = re.findall(r"(?m)^X-Amz-Security-Token: ?(.*)$", signed)
    request = httpx.Request(
        method.decode(), "https://example.amazonaws.com/", headers=headers, content=body
    )
    request.url = RawTargetURL("https://example.amazonaws.com/", target)
    return request, tokens[0] if tokens else None


def unfolded(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Names and values; a line that begins with a blank goes on with the one before."""
    for line in b"\n".join(lines).replace(b"\n ", b" ").splitlines():
        name, _, value = line.partition(b":")
        yield name, value


@pytest.mark.parametrize("name", REQUESTS)
def test_the_signature_is_the_published_one(name: str) -> None:
    if name in ANOTHER_WAY:
        pytest.skip(ANOTHER_WAY[name])
    request, token = request_of(REQUESTS[name])
    keys = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    signed = next(SigV4(keys, "us-east-1").auth_flow(request))
    assert signed.headers["Authorization"] == REQUESTS[name].with_suffix(".authz").read_text()


def test_all_vectors_are_there() -> None:
    assert len(REQUESTS) == 34
    assert REQUESTS.keys() >= ANOTHER_WAY.keys()
