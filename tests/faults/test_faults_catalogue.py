"""The catalogue of known-bad gateways, as data, and the seams by which they are made."""

import asyncio
import re
from collections import Counter

import pytest

from fixtures.definitions import load, shipped
from fixtures.exceptions import UnknownFaultError
from fixtures.faults import conversion_tables, corruption, keys
from fixtures.faults.catalogue import BY_NAME, CATALOGUE, by_name
from fixtures.faults.conversion_patches import BOTH, rule_of
from fixtures.faults.fault import Fault, deployed
from fixtures.faults.injection import Attribute, Entry, Injection
from fixtures.gateway import binary_media_types, conversion
from fixtures.gateway.binary_media_types import BinaryMediaTypes
from fixtures.gateway.embedded_store import EmbeddedStore
from fixtures.gateway.store import S3Request
from fixtures.rules.rule_book import rules


def test_there_are_many_faults_and_each_has_its_own_name() -> None:
    assert len(CATALOGUE) >= 80
    assert [name for name, times in Counter(f.name for f in CATALOGUE).items() if times > 1] == []
    assert len(BY_NAME) == len(CATALOGUE)


def test_a_fault_and_its_group_are_named_in_kebab_case() -> None:
    for fault in CATALOGUE:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.name)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.group)


def test_a_fault_is_one_sentence_about_a_gateway() -> None:
    for fault in CATALOGUE:
        assert re.fullmatch(r"A gateway that .*[^.]\.", fault.sentence)


def test_a_fault_breaks_rules_that_exist() -> None:
    for fault in CATALOGUE:
        assert fault.rules, fault.name
        assert set(fault.rules) <= set(rules()), fault.name
        assert len(set(fault.rules)) == len(fault.rules), fault.name


def test_a_fault_changes_something() -> None:
    for fault in CATALOGUE:
        assert fault.injection != Injection(), fault.name


def test_a_fault_that_is_made_by_a_table_says_what_it_is_made_of() -> None:
    transformed = by_name("binary-upload-crlf-to-lf").parameters
    assert transformed == {"direction": "binary-upload", "transform": "crlf-to-lf"}
    assert by_name("stored-cut-last-byte").parameters["transform"] == "cut-last-byte"
    assert by_name("base64-lines").parameters == {"encoder": "lines"}
    assert by_name("decoder-garbage-cut").parameters == {"decoder": "garbage-cut"}
    cell = by_name("response-binary-text-none-bytes").parameters
    assert cell == {"cell": "response-binary-text-none", "conversion": "bytes"}


def test_every_cell_of_both_tables_is_wrong_in_some_gateway() -> None:
    stated = {rule for fault in conversion_tables.FAULTS for rule in fault.rules}
    assert {rule_of(table, cell) for table in BOTH for cell in table} <= stated


def test_a_wrong_cell_is_what_a_neighbour_has() -> None:
    for fault in conversion_tables.FAULTS:
        for patch in fault.injection.patches:
            if isinstance(patch, Entry):
                assert patch.value != patch.table[patch.key]
                assert any(
                    patch.value == value
                    for key, value in patch.table.items()
                    if sum(a != b for a, b in zip(key, patch.key, strict=True)) == 1
                )


def test_a_transform_changes_some_bytes() -> None:
    samples = (
        b"\xef\xbb\xbfa\0b\r\nc\rd\n \xff\xed\xa0\x80e\xf0\x9f\x98e\xcc\x81\n",
        b"x" * 5001,
        b"odd",
        b"cafe\xcc\x81",
    )
    for fault in corruption.FAULTS:
        for patch in fault.injection.patches:
            right, wrong = patch.table[patch.key].apply, patch.value.apply
            assert any(_differs(right, wrong, sample) for sample in samples), fault.name


def _differs(right, wrong, sample: bytes) -> bool:
    try:
        return right(sample) != wrong(sample)
    except ValueError:
        return True


def test_a_wrong_key_is_another_key() -> None:
    samples = (
        "a+b/100%25.jpg",
        "A//b%2F./../",
        " caf\u00e9\u00ad ",
        "cafe\u0301",
        "a?b#c;d&e\\f",
        "\U0001f5bc",
        "k" * 1024,
        "photo.JPG",
        "a  b\u200bc\ufb01",
        "d./e",
    )
    for fault in keys.FAULTS:
        store = fault.injection.store(EmbeddedStore())
        sent = [store.request(S3Request("PUT", sample)).path for sample in samples]
        assert tuple(sent) != samples, fault.name


@pytest.mark.parametrize("group", sorted({fault.group for fault in CATALOGUE}))
def test_a_fault_restores_what_it_replaces(group: str) -> None:
    for fault in CATALOGUE:
        if fault.group == group:
            _replaces_and_restores(fault)


def _replaces_and_restores(fault: Fault) -> None:
    patches = fault.injection.patches
    before = [_value(patch) for patch in patches]
    with pytest.raises(ZeroDivisionError), deployed(fault, load("sample")):
        for patch, value in zip(patches, before, strict=True):
            assert _value(patch) is not value
        raise ZeroDivisionError
    assert all(_value(patch) is value for patch, value in zip(patches, before, strict=True))


def _value(patch: Attribute | Entry) -> object:
    if isinstance(patch, Entry):
        return patch.table[patch.key]
    return getattr(patch.owner, patch.name)


def test_a_fault_can_be_deployed_with_every_definition() -> None:
    definitions = [load(name) for name in shipped()]
    for fault in CATALOGUE:
        for definition in definitions:
            with deployed(fault, definition) as application:
                assert callable(application)


def test_a_gateway_without_a_fault_is_the_reference_gateway() -> None:
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": b"/v1/nowhere",
        "query_string": b"",
        "headers": [],
    }
    with deployed(None, load("sample")) as application:
        asyncio.run(application(scope, receive, send))
    assert sent[0]["status"] == 403


def test_a_patched_list_of_binary_types_is_asked_differently() -> None:
    types = BinaryMediaTypes(("image/png",))
    accept = "text/html, image/png"
    assert not types.match_accept(accept)
    with deployed(by_name("accept-any-entry"), load("sample")):
        assert types.match_accept(accept)
    assert not types.match_accept(accept)


def test_letter_case_is_folded_again_after_the_fault_that_does_not() -> None:
    with deployed(by_name("type-letter-case-matters"), load("sample")):
        assert binary_media_types.essence("Image/PNG") == "Image/PNG"
    assert binary_media_types.essence("Image/PNG") == "image/png"


def test_an_encoder_is_replaced_in_every_cell_that_has_it() -> None:
    with deployed(by_name("base64-url-safe"), load("sample")):
        made = conversion.RESPONSE[True, False, None].apply(b"\xfb\xff")
    assert made == b"-_8="
    assert conversion.RESPONSE[True, False, None].apply(b"\xfb\xff") == b"+/8="


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownFaultError, match="base64-url-safe"):
        by_name("base64-urlsafe")
