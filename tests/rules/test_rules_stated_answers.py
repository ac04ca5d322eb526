"""What comes of a file that a manifest states, behind a fixed object, a function or a backend."""

import base64
from dataclasses import replace

import pytest

from fixtures.api import (
    Definition,
    Integration,
    IntegrationKind,
    Operation,
    Passthrough,
    S3Location,
)
from fixtures.cases.case import Request
from fixtures.rules.expectation import BodyKind, Expectation, Stored
from fixtures.rules.expected_response import expected_response
from tests.rules.helpers import TO_BINARY, TYPE_BACK, response

FILE = bytes(range(256))
ENCODED = base64.b64encode(FILE)
TEXT = "Grüße".encode()
FUNCTION = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:123456789012:function:img/invocations"
)
S3_URI = "arn:aws:apigateway:us-east-1:s3:path/mybucket/logo.png"


def expected(
    integration: Integration,
    stored: Stored,
    accept: str | None,
    entries: tuple[str, ...] = ("image/*",),
    target: str = "/x",
) -> Expectation:
    operation = Operation("/x", "GET", integration)
    definition = Definition("", "", "", entries, (operation,))
    request = Request(operation, target, accept=accept, target=target)
    return expected_response(definition, request, stored)


def integration(type_: str, *responses, uri: str = "https://example.com") -> Integration:
    kind = IntegrationKind.LAMBDA if type_ == "aws_proxy" else IntegrationKind.OTHER
    return Integration(kind, type_, uri, "POST", responses=responses)


PROXY = integration("aws_proxy", uri=FUNCTION)
PNG = Stored(FILE, "image/png")


def of(content: bytes, base64: bool | None, media_type: str = "image/png") -> Stored:
    return Stored(content, media_type, base64=base64)


# ---------------------------------------------------------------------------------- functions


@pytest.mark.parametrize(
    ("stored", "accept", "body", "rule"),
    [
        (of(FILE, base64=True), "image/png", FILE, "lambda-response-decoded"),
        (of(FILE, base64=True), "text/html", ENCODED, "lambda-response-kept"),
        (of(TEXT, base64=False), "image/png", TEXT, "lambda-response-plain"),
        (of(TEXT, base64=False), "text/html", TEXT, "lambda-response-plain"),
        (of(FILE, base64=None), "image/png", FILE, "lambda-response-decoded"),
        (of(TEXT, base64=None), "image/png", TEXT, "lambda-response-decoded"),
    ],
)
def test_a_function_that_returns_a_file_is_held_to_its_bytes(
    stored: Stored, accept: str, body: bytes, rule: str
) -> None:
    expectation = expected(PROXY, stored, accept)
    assert (expectation.statuses, expectation.body) == ((200,), body)
    assert rule in expectation.rules
    assert expectation.content_type == "image/png"
    assert expectation.stored == stored


def test_text_of_a_function_whose_flag_is_not_known_is_left_open() -> None:
    expectation = expected(PROXY, of(FILE, base64=None), "text/html")
    assert "base64 = true or false" in expectation.unspecified_reason
    assert expectation.stored == of(FILE, base64=None)


# ------------------------------------------------------------------------------- fixed objects


@pytest.mark.parametrize(("accept", "body"), [("image/png", FILE), ("text/html", ENCODED)])
def test_a_fixed_object_is_converted_as_any_other(accept: str, body: bytes) -> None:
    fixed = Integration(
        IntegrationKind.S3,
        "aws",
        S3_URI,
        "GET",
        s3=S3Location("us-east-1", None, "mybucket/logo.png"),
        responses=(response(None, parameters=TYPE_BACK),),
    )
    expectation = expected(fixed, PNG, accept, target="/x?v=1")
    assert (expectation.statuses, expectation.body) == ((200,), body)
    assert expectation.content_type == "image/png"


# ------------------------------------------------------------------------------ other backends


@pytest.mark.parametrize(
    ("handling", "accept", "kind", "body"),
    [
        (None, "image/png", BodyKind.BYTES, FILE),
        (None, "text/html", BodyKind.BASE64, ENCODED),
        (TO_BINARY, "text/html", BodyKind.BYTES, FILE),
    ],
)
def test_an_http_backend_is_converted_by_its_integration_response(
    handling, accept: str, kind: BodyKind, body: bytes
) -> None:
    http = integration("http", response(None, handling=handling, parameters=TYPE_BACK))
    expectation = expected(http, PNG, accept)
    assert (expectation.kind, expectation.body) == (kind, body)
    assert expectation.content_type == "image/png"


def test_an_http_proxy_is_judged_where_nothing_can_be_converted() -> None:
    proxy = integration("http_proxy")
    expectation = expected(proxy, PNG, "image/png")
    assert (expectation.body, expectation.content_type) == (FILE, "image/png")
    assert "integration-response-default" not in expectation.rules
    assert "response-binary-binary-none" in expectation.rules
    text = Stored(TEXT, "text/plain")
    assert expected(proxy, text, "text/html").body == TEXT
    for stored, accept in ((PNG, "text/html"), (text, "image/png"), (of(FILE, None, "a/b"), "a/b")):
        assert "AWS documents no conversion" in expected(proxy, stored, accept).unspecified_reason


@pytest.mark.parametrize("accept", ["image/png", "text/html", None])
def test_what_a_function_returns_becomes_the_file_by_convert_to_binary(accept) -> None:
    # The pattern is matched against an error, and so never chosen.
    responses = (response("2..", 500), response(None, handling=TO_BINARY, parameters=TYPE_BACK))
    expectation = expected(integration("aws", *responses, uri=FUNCTION), PNG, accept)
    assert (expectation.statuses, expectation.body) == ((200,), FILE)
    assert expectation.kind is BodyKind.DECODED


@pytest.mark.parametrize(
    ("responses", "entries"),
    [
        ((), ("image/*",)),
        ((response(None),), ("image/*",)),
        ((response(None, handling=TO_BINARY),), ("*/*",)),
    ],
)
def test_what_a_function_returns_is_left_open_where_it_is_not_decoded(responses, entries) -> None:
    expectation = expected(integration("aws", *responses, uri=FUNCTION), PNG, "image/png", entries)
    assert "CONVERT_TO_BINARY" in expectation.unspecified_reason


@pytest.mark.parametrize("uri", ["arn:aws:apigateway:us-east-1:sqs:path/queue", ""])
def test_any_other_backend_is_left_open(uri: str) -> None:
    expectation = expected(integration("aws", uri=uri), PNG, "image/png")
    assert expectation.unspecified_reason == f"what {uri or 'aws'} makes of a file is not known"


def test_a_refusal_comes_before_the_backend() -> None:
    http = replace(integration("http", response(None)), passthrough=Passthrough.NEVER)
    assert expected(http, PNG, "image/png").statuses == (415,)
