"""The catalogue as data: names, reasons, flags, and the lengths that it does not hold."""

import itertools
import re
import subprocess
import sys
import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.payloads import CATALOGUE, FLAGS, Payload, by_name, sized
from fixtures.payloads.payload import shown

MEBIBYTE = 1 << 20
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SENTENCE = re.compile(r"[A-Z0-9][^.]*\.")

each_payload = pytest.mark.parametrize("payload", CATALOGUE, ids=lambda payload: payload.name)


def test_no_two_payloads_share_a_name() -> None:
    assert len({payload.name for payload in CATALOGUE}) == len(CATALOGUE)


def test_no_two_payloads_share_their_bytes() -> None:
    assert len({payload.content for payload in CATALOGUE}) == len(CATALOGUE)


@each_payload
def test_a_payload_has_a_kebab_case_name_a_plain_type_and_a_sentence(payload: Payload) -> None:
    assert KEBAB.fullmatch(payload.name)
    assert re.fullmatch(r"[a-z]+/[a-z0-9-]+", payload.media_type)
    assert SENTENCE.fullmatch(payload.reason)


@each_payload
def test_a_payload_is_found_by_its_name_and_is_a_value(payload: Payload) -> None:
    assert by_name(payload.name) is payload
    assert payload in {payload}
    assert len(repr(payload)) < 500


def test_an_unknown_name_is_answered_with_the_nearest_ones() -> None:
    with pytest.raises(KeyError, match=r"no payload is named jpg; the nearest: .*jpeg"):
        by_name("jpg")
    with pytest.raises(KeyError, match="the nearest: none"):
        by_name("?")


def test_the_flags_in_use_are_the_flags_defined() -> None:
    assert {flag for payload in CATALOGUE for flag in payload.flags} == set(FLAGS)


@each_payload
def test_a_payload_has_flags_and_none_twice(payload: Payload) -> None:
    assert payload.flags
    assert len(set(payload.flags)) == len(payload.flags)


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_is_kebab_case_and_defined_by_a_sentence(flag: str) -> None:
    assert KEBAB.fullmatch(flag)
    assert SENTENCE.fullmatch(FLAGS[flag])


def test_every_byte_value_occurs_at_every_position_of_a_base64_group() -> None:
    content = by_name("every-byte-thrice").content
    for position in range(3):
        assert set(content[position::3]) == set(range(256))


@pytest.mark.parametrize(
    ("content", "flag", "expected"),
    [
        (b"", "base64-valid", True),
        (b"", "base64-lookalike", False),
        (b"QUJD", "base64-valid", True),
        (b"QUI=", "base64-valid", True),
        (b"QQ==", "base64-valid", True),
        (b"QQ", "base64-valid", False),
        (b"QQ", "base64-lookalike", True),
        (b"Q===", "base64-valid", False),
        (b"-_-_", "base64-valid", False),
        (b"-_-_", "base64-lookalike", True),
        (b"QQ==\n", "base64-valid", False),
        (b"QQ==\n", "base64-lookalike", True),
        (b"\r\n", "base64-lookalike", False),
        (b"QU JD", "base64-lookalike", False),
        (b"\xc3\xa9", "utf-8-replacement", False),
        (b"\xe9", "utf-8-replacement", True),
        (b"a\xef\xbb\xbf", "bom", False),
    ],
)
def test_a_flag_that_bytes_show_is_found_in_them(content: bytes, flag: str, expected: bool) -> None:
    assert (flag in shown(content)) is expected


def test_the_normalised_forms_are_one_text_and_differ_in_bytes() -> None:
    composed, decomposed = (by_name(f"utf-8-{form}").content.decode() for form in ("nfc", "nfd"))
    assert composed != decomposed
    assert unicodedata.normalize("NFC", decomposed) == composed


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_a_sized_payload_begins_every_longer_one(one: int, other: int) -> None:
    assert len(sized(one)) == one
    assert sized(max(one, other)).startswith(sized(min(one, other)))


def test_the_bytes_of_a_length_are_the_same_in_every_run() -> None:
    assert sized(8).hex() == "be7706a5315e997a"


def test_no_block_of_a_sized_payload_occurs_twice() -> None:
    content = sized(10 * MEBIBYTE)
    blocks = [content[start : start + 64] for start in range(0, len(content), 64)]
    assert len(set(blocks)) == len(blocks) == 10 * MEBIBYTE // 64


def test_a_sized_payload_does_not_compress_and_holds_every_byte_value() -> None:
    content = sized(1 << 16)
    assert len(zlib.compress(content)) > len(content)
    assert set(content) == set(range(256))


@pytest.mark.parametrize("length", [*range(1, 78), 4096])
def test_a_sized_payload_of_any_length_is_damaged_by_a_way_for_text(length: int) -> None:
    assert sized(length).decode("utf-8", "replace").startswith("\ufffd")


def test_the_lengths_cover_every_remainder_of_a_base64_group() -> None:
    series = [len(payload.content) for payload in CATALOGUE if payload.name.startswith("length-")]
    assert {length % 3 for length in series} == {0, 1, 2}
    assert all(one < other for one, other in itertools.pairwise(series))
    assert series[-1] == MEBIBYTE


def test_the_catalogue_is_read_without_the_library_that_made_its_images() -> None:
    check = "import sys, fixtures.payloads; sys.exit('PIL' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True, timeout=60)
