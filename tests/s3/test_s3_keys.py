"""Every kind of key, through the gateway to a server that verifies the signature made for it."""

import hashlib
import unicodedata

import pytest

from tests.s3.helpers import BUCKET, S3, Gateways, ask, at

_ACCENTED = "caf\u00e9"
KEYS = {
    "plain": "image.jpg",
    "space": "two words",
    "spaces at the ends": " both ",
    "plus": "1+1=2",
    "percent": "100%",
    "percent that looks like an escape": "100%25",
    "slash that is escaped twice": "a%2Fb",
    "composed": unicodedata.normalize("NFC", _ACCENTED),
    "decomposed": unicodedata.normalize("NFD", _ACCENTED),
    "beyond the first plane": "\U0001f5bc\ufe0f/\u56fe\u50cf",
    "query and fragment": "a?b=c&d#e",
    "odd ASCII": "~-_.!*'();:@$,[]{}|^`\"<>",
    "dots": "...",
    "dot at the end": "a.",
    "the longest, in folders": ("d" * 200 + "/") * 5 + "x" * 19,
}
# What SeaweedFS refuses or keeps under another key: its keys are paths, with names of 255 bytes.
KEYS_BUT_NO_PATHS = {
    "slash doubled": "a//b",
    "backslash": "a\\b",
    "slash at the front": "/front",
    "two slashes at the front": "//front",
    "slash at the end": "end/",
    "beside the slash at the end": "end",
    "one dot segment": "a/./b",
    "two dot segment": "a/../b",
    "nothing but two dots": "..",
    "one dot at the front": "./x",
    "the longest, in one piece": "k" * 1024,
    "the longest, two bytes a letter": "\u00e9" * 512,
}


def holds(server: S3, key: str) -> bool:
    """Whether the server itself lists this very key."""
    pages = server.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return any(key == item["Key"] for page in pages for item in page.get("Contents", ()))


def keeps(url: str, definition: str, key: str, server: S3) -> None:
    """An object goes in under a key, lies in S3 under that very key, and comes back."""
    body = f"{definition}: {key}".encode()
    sent = {"Content_Type": "image/jpeg", "Accept": "image/jpeg"}
    assert ask(url, "PUT", at(definition, key), body, **sent).status == 200
    assert holds(server, key)
    got = ask(url, "GET", at(definition, key), **sent)
    assert (got.status, got.body) == (200, body)


@pytest.mark.parametrize("definition", ["sample", "mapped"])
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_signature_holds_for_every_kind_of_key(
    key: str, definition: str, s3: S3, gateway: Gateways
) -> None:
    keeps(gateway(definition, s3), definition, key, s3)


@pytest.mark.parametrize("definition", ["sample", "mapped"])
@pytest.mark.parametrize("key", KEYS_BUT_NO_PATHS.values(), ids=KEYS_BUT_NO_PATHS)
def test_a_signature_holds_for_keys_that_no_folder_could_keep(
    key: str, definition: str, moto: S3, gateway: Gateways
) -> None:
    keeps(gateway(definition, moto), definition, key, moto)


def test_keys_that_differ_by_little_are_objects_of_their_own(moto: S3, gateway: Gateways) -> None:
    url = gateway("mapped", moto)
    keys = {**KEYS, **KEYS_BUT_NO_PATHS}.values()
    for key in keys:
        assert (
            ask(url, "PUT", at("mapped", key), key.encode(), Content_Type="image/png").status == 200
        )
    for key in keys:
        got = ask(url, "GET", at("mapped", key), Accept="image/png")
        assert (key, got.body, got.headers["etag"]) == (
            key,
            key.encode(),
            f'"{hashlib.md5(key.encode()).hexdigest()}"',
        )
