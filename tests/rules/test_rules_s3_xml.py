"""What S3 says of an object that is not there: words that nobody knows, in a form that is known."""

import base64

import pytest

from fixtures.api import ContentHandling
from fixtures.cases.case import Case, Role, Step
from fixtures.rules.expectation import BodyKind
from fixtures.rules.expected_response import expected_response
from tests.rules.helpers import api, on_s3, request, response
from tests.rules.judgement_helpers import CONFORMS, DEVIATES, came, judged

TO_TEXT = ContentHandling.CONVERT_TO_TEXT
TO_BINARY = ContentHandling.CONVERT_TO_BINARY
AS_TEXT = {"text/plain": "said: $input.body"}
XML_LISTED = ("application/xml",)
NO_SUCH_KEY = b"<?xml version='1.0'?>\n<Error><Code>NoSuchKey</Code></Error>"
BARE = b"<Error><Code>AccessDenied</Code></Error>"
LISTING = b"\n<ListBucketResult/>"


@pytest.mark.parametrize(
    ("binary", "accept", "handling", "form", "rule"),
    [
        ((), "text/plain", None, BodyKind.S3_XML, "response-text-text-none"),
        (("image/png",), "image/png", TO_TEXT, BodyKind.S3_XML, "response-text-binary-to-text"),
        (XML_LISTED, "text/plain", None, BodyKind.S3_XML_BASE64, "response-binary-text-none"),
        (XML_LISTED, "text/plain", TO_TEXT, BodyKind.S3_XML_BASE64, "response-binary-text-to-text"),
        (XML_LISTED, "text/plain", TO_BINARY, BodyKind.S3_XML, "response-binary-text-to-binary"),
        (XML_LISTED, "application/xml", None, BodyKind.S3_XML, "response-binary-binary-none"),
    ],
)
def test_the_error_of_s3_is_converted_like_any_other_body(
    binary: tuple[str, ...],
    accept: str,
    handling: ContentHandling | None,
    form: BodyKind,
    rule: str,
) -> None:
    get = on_s3("GET", response(None, 404, handling=handling))
    expectation = expected_response(api(get, binary=binary), request(get, accept=accept), None)
    assert expectation.kind is form
    assert not expectation.exact
    assert rule in expectation.rules


def test_what_a_template_makes_of_the_error_of_s3_is_open() -> None:
    get = on_s3("GET", response(None, 404, templates=AS_TEXT))
    assert expected_response(api(get), request(get, accept="text/plain"), None).kind is BodyKind.ANY


def test_two_answers_of_s3_in_different_forms_leave_the_body_open() -> None:
    get = on_s3(
        "GET",
        response("404", 404, handling=TO_TEXT),
        response("403", 403, handling=TO_BINARY),
    )
    definition = api(get, binary=XML_LISTED)
    assert (
        expected_response(definition, request(get, accept="text/plain"), None).kind is BodyKind.ANY
    )


@pytest.mark.parametrize(
    ("binary", "body", "outcome", "reason"),
    [
        ((), NO_SUCH_KEY, CONFORMS, ""),
        ((), base64.b64encode(NO_SUCH_KEY), DEVIATES, "the body is not XML from S3"),
        ((), base64.b64encode(BARE), DEVIATES, "the body is not XML from S3"),
        ((), base64.b64encode(LISTING), DEVIATES, "the body is not XML from S3"),
        (XML_LISTED, base64.b64encode(BARE), CONFORMS, ""),
        (XML_LISTED, NO_SUCH_KEY, DEVIATES, "the body is not Base64 of XML from S3"),
        # S3 says nothing else of an object that is not there.
        ((), b"", DEVIATES, "the body is not XML from S3"),
        ((), b"no such key", DEVIATES, "the body is not XML from S3"),
        ((), b"<!DOCTYPE html><h1>Not found</h1>", DEVIATES, "the body is not XML from S3"),
        ((), base64.b64encode(b"no such key"), DEVIATES, "the body is not XML from S3"),
        (XML_LISTED, b"", DEVIATES, "the body is not Base64 of XML from S3"),
        (XML_LISTED, b'{"message": "not found"}', DEVIATES, "the body is not Base64 of XML"),
    ],
)
def test_the_error_of_s3_in_the_wrong_form_deviates(
    binary: tuple[str, ...], body: bytes, outcome: object, reason: str
) -> None:
    get = on_s3("GET", response(None, 404))
    act = request(get, "b/missing", accept="text/plain")
    case = Case("case", (Step(Role.ACT, act),))
    verdict = judged(case, came(404, body), definition=api(get, binary=binary))
    assert verdict.outcome is outcome
    assert reason in verdict.reason
