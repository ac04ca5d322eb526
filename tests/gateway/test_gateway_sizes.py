"""What large bodies cost: memory in a known proportion to them, time in the same for every size."""

import asyncio
import base64
import random
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fixtures.api import ContentHandling
from fixtures.gateway.application import Gateway
from fixtures.gateway.conversion import BYTES, DECODE, ENCODE, TEXT, Conversion
from tests.gateway.helpers import a_bucket, a_definition, a_response, a_scope, an_s3_operation

MIB = 1 << 20
PIECE = 64 * 1024
LISTED = "image/png"
UNLISTED = "text/plain"
TO_BINARY = ContentHandling.CONVERT_TO_BINARY

NOISE = random.Random(1).randbytes(MIB)
ASCII = base64.b64encode(NOISE)[:MIB]
LETTERS = "\u00e9".encode() * (MIB // 2)
# One wide character, and a string of them all takes four bytes for each.
WIDE = b"a" * (MIB - 4) + "\U0001f600".encode()

# name -> payload of 1 MiB, its type, what the client accepts, contentHandling, and the highest peak
# of memory over the payload. The gateway holds what was sent twice while it puts it together, and
# what it makes of it beside one of the two; "Base64 text" is a third larger than what it stands
# for, and U+FFFD is three bytes for one.
UPLOADS = {
    "the bytes": (NOISE, LISTED, None, 2.1),
    "Base64 text": (NOISE, LISTED, ContentHandling.CONVERT_TO_TEXT, 3.1),
    "Base64-decoded bytes": (ASCII, UNLISTED, TO_BINARY, 2.1),
    "text of ASCII": (ASCII, UNLISTED, None, 2.1),
    "text of letters": (LETTERS, UNLISTED, None, 2.3),
    "text with one wide character": (WIDE, UNLISTED, None, 2.3),
    "bytes that are no text": (NOISE, UNLISTED, None, 3.3),
}
DOWNLOADS = {
    "the bytes": (NOISE, LISTED, LISTED, None, 0.1),
    "Base64 text": (NOISE, LISTED, UNLISTED, None, 2.1),
    "Base64-decoded bytes": (ASCII, UNLISTED, UNLISTED, TO_BINARY, 1.1),
    "text of ASCII": (ASCII, UNLISTED, UNLISTED, None, 0.1),
    "text of letters": (LETTERS, UNLISTED, UNLISTED, None, 1.3),
    "text with one wide character": (WIDE, UNLISTED, UNLISTED, None, 1.3),
    "bytes that are no text": (NOISE, UNLISTED, UNLISTED, None, 2.3),
}


def peak_of(app: Gateway, method: str, headers: dict[str, str], body: bytes = b"") -> int:
    """The most memory, in bytes, that one exchange takes beside what is stored before it."""
    statuses: list[int] = []

    async def run() -> None:
        at = 0

        async def receive() -> dict[str, object]:
            nonlocal at
            piece, at = body[at : at + PIECE], at + PIECE
            return {"type": "http.request", "body": piece, "more_body": at < len(body)}

        async def send(message: dict[str, object]) -> None:
            statuses.extend(v for k, v in message.items() if k == "status")  # type: ignore[misc]

        await app(a_scope(method, "/k", list(headers.items())), receive, send)

    asyncio.run(run())  # what is made once for all requests is made now
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        asyncio.run(run())
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert statuses == [200, 200]
    return peak


@pytest.mark.parametrize("mib", [1, 8])
@pytest.mark.parametrize(("payload", "kind", "handling", "most"), UPLOADS.values(), ids=UPLOADS)
def test_an_upload_takes_a_known_multiple_of_its_size(
    payload: bytes, kind: str, handling: ContentHandling | None, most: float, mib: int
) -> None:
    operation = an_s3_operation("PUT", handling=handling)
    app = Gateway(a_definition(operation, binary=(LISTED,)), a_bucket()[0])
    peak = peak_of(app, "PUT", {"Content-Type": kind}, payload * mib)
    assert peak / (mib * MIB) < most


@pytest.mark.parametrize("mib", [1, 8])
@pytest.mark.parametrize(
    ("payload", "kind", "accept", "handling", "most"), DOWNLOADS.values(), ids=DOWNLOADS
)
def test_a_download_takes_a_known_multiple_of_the_objects_size(
    payload: bytes,
    kind: str,
    accept: str,
    handling: ContentHandling | None,
    most: float,
    mib: int,
) -> None:
    operation = an_s3_operation("GET", responses=(a_response(handling=handling),))
    store, _ = a_bucket(k=(kind, payload * mib))
    app = Gateway(a_definition(operation, binary=(LISTED,)), store)
    peak = peak_of(app, "GET", {"Accept": accept})
    assert peak / (mib * MIB) < most


def seconds(convert: Callable[[bytes], bytes], payload: bytes) -> float:
    """The processor's time for it, the least of several, which is the least disturbed."""
    taken = []
    for _ in range(5):
        began = time.process_time()
        convert(payload)
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.mark.parametrize(
    ("conversion", "payload"),
    [(ENCODE, NOISE), (DECODE, ASCII), (TEXT, LETTERS), (TEXT, WIDE), (TEXT, NOISE)],
    ids=["encode", "decode", "letters", "one wide character", "no text"],
)
def test_eight_times_the_payload_takes_about_eight_times_as_long(
    conversion: Conversion, payload: bytes
) -> None:
    # In quadratic time it would take 64 times as long.
    assert seconds(conversion.apply, payload * 8) < 24 * seconds(conversion.apply, payload)


def test_bytes_that_need_no_conversion_are_not_copied() -> None:
    assert BYTES.apply(NOISE) is NOISE
    assert TEXT.apply(ASCII) is ASCII


@given(st.integers(0, 5), st.binary(max_size=8), st.integers(1, 2))
@example(1, "\u00e9".encode(), 1)
@example(3, "\U0001f600".encode(), 2)
@example(2, b"\xf0\x9f\x98", 1)
@example(0, b"\xed\xa0\x80", 1)
def test_text_is_the_same_wherever_its_pieces_end(before: int, across: bytes, pieces: int) -> None:
    data = b"\xc3\xa9" * (pieces * PIECE // 2 - before) + across + b"."
    assert TEXT.apply(data) == data.decode(errors="replace").encode()
