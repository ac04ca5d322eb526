"""Secrets redacted in what comes back, however they are spelled there."""

import base64
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


def test_content_that_is_not_secret_is_unchanged() -> None:
    content = bytes(range(256)) * 64 + base64.b64encode(bytes(range(256)) * 64)
    assert redact(content, SECRETS) == content
    assert redact(b"a key, an api, apikey", ["key"]) == b"a key, an api, apikey"
