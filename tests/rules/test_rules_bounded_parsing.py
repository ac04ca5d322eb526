"""An answer that is made to cost memory or time is something else than what was looked for."""

import gzip
import tracemalloc
from collections.abc import Iterator

import pytest

from fixtures.rules.answer_comparison import is_gateway_error
from fixtures.rules.bounded_parsing import gunzip, parse_json
from fixtures.rules.corruption_patterns import classify
from fixtures.rules.echo_function import report_in_words

DEEP = b'{"message": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"
MANY = b'{"message": "m", "more": [' + b"{}," * 5_000_000 + b"{}]}"
BOMB = gzip.compress(bytes(200 * 1024 * 1024), mtime=0)


@pytest.fixture
def peak() -> Iterator[None]:
    """No more than 40 MiB may be allocated, beside what the test itself made before."""
    tracemalloc.start()
    yield
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40 * 1024 * 1024


@pytest.mark.parametrize("body", [DEEP, MANY], ids=["deep", "many"])
def test_json_that_is_deep_or_long_is_no_error_and_no_report(body: bytes, peak: None) -> None:
    assert not is_gateway_error(body)
    assert report_in_words(body) == ""
    with pytest.raises(ValueError, match=r"nested too deeply|longer than"):
        parse_json(body)


def test_json_is_read_up_to_the_limit() -> None:
    assert parse_json(b"[1]", most=3) == [1]
    with pytest.raises(ValueError, match="longer than 3 bytes"):
        parse_json(b"[10]", most=3)


def test_a_gzip_that_grows_a_thousandfold_is_not_decompressed(peak: None) -> None:
    assert gunzip(BOMB, most=1000) is None
    assert classify(BOMB, b"an object") is None


def test_a_gzip_is_read_up_to_the_limit() -> None:
    packed = gzip.compress(b"an object", mtime=0)
    assert gunzip(packed, most=9) == b"an object"
    assert gunzip(packed, most=8) is None
    assert gunzip(packed[:-1], most=9) is None
    assert gunzip(b"an object", most=9) is None
