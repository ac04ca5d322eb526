"""The echo function by itself, as Lambda calls it."""

import base64
import hashlib
import json

import pytest

from fixtures.functions.echo import NAME, NAME_HEADER, handler

NAMED = {NAME_HEADER: NAME}


def answer(query=None, **event):
    return handler({"queryStringParameters": query, **event}, None)


@pytest.mark.parametrize(
    ("body", "kind", "length"), [(None, "null", 0), ("", "string", 0), ("\u00e8", "string", 2)]
)
@pytest.mark.parametrize("flag", [True, False, None])
@pytest.mark.parametrize("query", [None, {}, {"x": "y"}])
def test_it_says_what_it_was_given(body, kind, length, flag, query) -> None:
    said = answer(query, body=body, isBase64Encoded=flag)
    assert json.loads(said.pop("body")) == {
        "body": kind,
        "isBase64Encoded": flag,
        "length": length,
        "sha256": hashlib.sha256((body or "").encode()).hexdigest(),
    }
    assert said == {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", **NAMED},
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize(("body", "flag"), [("QQ==", True), ("text", False), (None, False)])
def test_it_returns_what_it_was_given(body, flag) -> None:
    said = answer({"return": "request"}, body=body, isBase64Encoded=flag)
    assert said == {
        "statusCode": 200, "body": body, "isBase64Encoded": flag, "headers": NAMED
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "a", "ab", "abc", "\u00e8\r\n+/=", "QUJD"])
@pytest.mark.parametrize(
    ("words", "flag"),
    [({"isBase64Encoded": "true"}, True), ({"isBase64Encoded": "false"}, False), ({}, None)],
)
@pytest.mark.parametrize("media_type", [None, "image/png"])
def test_it_returns_what_the_query_makes(text, words, flag, media_type) -> None:
    body = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    query = {"return": "given", "body": body, **words}
    expected = {"statusCode": 200, "body": text, "headers": dict(NAMED)}
    if flag is not None:
        expected["isBase64Encoded"] = flag
    if media_type is not None:
        query["contentType"] = media_type
        expected["headers"]["Content-Type"] = media_type
    assert answer(query) == expected


def test_it_says_its_name_and_nothing_else() -> None:
    assert answer({"return": "handshake"}) == {"statusCode": 200, "headers": NAMED}


def test_it_fails_or_returns_no_response_where_it_is_asked_to() -> None:
    with pytest.raises(RuntimeError):
        answer({"return": "exception"})
    assert "unknownField" in answer({"return": "unknown-field"})
    assert isinstance(answer({"return": "body-not-a-string"})["body"], dict)


def test_what_it_does_not_know_is_a_mistake_of_the_client() -> None:
    said = answer({"return": "money"})
    assert (said["statusCode"], said["body"]) == (400, "return=money: there is no such answer")
