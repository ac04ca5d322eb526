"""Secrets redacted in what comes back, however they are spelled there."""

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest

from fixtures.client.redaction import redact

SECRETS = [
    "planted",
    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    'a "quoted" one/\u00fc',
    "~~~~~~~~",
]


def pairs(text: str) -> list[bytes]:
    units = text.encode("utf-16-be")
    return [units[at : at + 2] for at in range(0, len(units), 2)]


SPELLED = {
    "as it is": lambda text: text.encode(),
    "in a URL": lambda text: quote(text, safe="").encode(),
    "in a URL, lower case": lambda text: re.sub(
        "%..", lambda found: found[0].lower(), quote(text, safe="")
    ).encode(),
    "in a form": lambda text: quote_plus(text).encode(),
    "in JSON": lambda text: json.dumps({"a": text}).encode(),
    "in Base64": lambda text: base64.b64encode(text.encode()),
    "in Base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()),
    "each character in JSON": lambda text: "".join(
        f"\\u{int.from_bytes(pair, 'big'):04X}" for pair in pairs(text)
    ).encode(),
    "some characters in JSON": lambda text: re.sub(
        r"[+&<>'\"=/ ]", lambda found: f"\\u{ord(found[0]):04x}", text
    ).encode(),
    "as JavaScript's encodeURIComponent": lambda text: quote(text, safe="!'()*~").encode(),
    "each octet in a URL": lambda text: "".join(
        f"%{octet:02X}" for octet in text.encode()
    ).encode(),
    "in a URL, twice": lambda text: quote(quote(text, safe=""), safe="").encode(),
    "in HTML": lambda text: html.escape(text).encode(),
    "in HTML, decimal": lambda text: "".join(f"&#{ord(each)};" for each in text).encode(),
    "in HTML, hexadecimal": lambda text: "".join(f"&#x{ord(each):X};" for each in text).encode(),
    "in JavaScript": lambda text: "".join(
        f"\\x{octet:02x}" for octet in text.encode("latin-1")
    ).encode(),
    "with backslashes": lambda text: re.sub(r"([^0-9A-Za-z])", r"\\\1", text).encode(),
    "in Latin-1": lambda text: text.encode("latin-1"),
    "in hexadecimal digits": lambda text: text.encode().hex().encode(),
    "in hexadecimal digits, upper case": lambda text: text.encode().hex().upper().encode(),
    "in Base64, twice": lambda text: base64.b64encode(base64.b64encode(text.encode())),
    "in Base64 in a URL": lambda text: quote(base64.b64encode(text.encode()), safe="").encode(),
    "in a URL in Base64": lambda text: base64.b64encode(quote(text, safe="").encode()),
    "in JSON in Base64": lambda text: base64.b64encode(json.dumps(text).encode()),
    "in Base64 with line ends": lambda text: base64.encodebytes(b"x" * 40 + text.encode() * 2),
    **{
        f"in Base64 after {before} octets": lambda text, before=before: base64.b64encode(
            bytes(before) + text.encode() + b"and more"
        )
        for before in range(5)
    },
}


@pytest.mark.parametrize("spelled", SPELLED.values(), ids=SPELLED)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_found_in_every_spelling_and_no_offset_moves(secret: str, spelled) -> None:
    content = b"before " + spelled(secret) + b" after"
    clean = redact(content, [secret])
    assert len(clean) == len(content)
    assert clean.startswith(b"before ")
    assert clean.endswith(b" after")
    # Of what was encoded with its neighbours, nothing is left that could be decoded.
    assert b"*****" in clean
    assert redact(clean, [secret]) == clean
    assert secret.encode() not in clean


def test_of_a_long_secret_nothing_is_left_but_what_follows_it() -> None:
    token = "eyJhbGciOi.JSUzI1NiJ9" * 60
    for spelled in SPELLED.values():
        content = b'{"a": "' + spelled(token) + b'", "b": 1}'
        clean = redact(content, [token])
        assert len(clean) == len(content)
        assert clean.startswith(b'{"a": "')
        assert clean.endswith(b'", "b": 1}')
        assert clean.count(b"*") > 0.9 * len(spelled(token))


def test_content_that_is_not_secret_is_unchanged() -> None:
    content = bytes(range(256)) * 64 + base64.b64encode(bytes(range(256)) * 64)
    assert redact(content, SECRETS) == content
    assert redact(b"a key, an api, apikey", ["key"]) == b"a key, an api, apikey"
