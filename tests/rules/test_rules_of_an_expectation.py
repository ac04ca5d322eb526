"""Which rules an expectation rests on, all of them in their order: the first gives it a name."""

import pytest

from fixtures.api import REST, ContentHandling, Passthrough
from fixtures.cases.case import Request
from fixtures.rules.expectation import BodyKind, Expectation, Stored
from fixtures.rules.expected_response import expected_response
from tests.rules.helpers import TYPE_BACK, api, on_s3, request, response

TO_BINARY = ContentHandling.CONVERT_TO_BINARY
PNG, PLAIN, JSON = "image/png", "text/plain", "application/json"
STORED = Stored(b"an object", PNG, ("stored-type-mapped",))
INSERTS = {PLAIN: '{"image": "$input.body"}'}
UNPREDICTED = {PLAIN: "$x"}

PUT, GET, HEAD = on_s3("PUT"), on_s3("GET"), on_s3("HEAD", response("200", parameters=TYPE_BACK))
DELETE = on_s3("DELETE")
DECODING = on_s3("PUT", handling=TO_BINARY, templates={JSON: "$input.body"})
TEMPLATED_PUT = on_s3("PUT", templates={PNG: "$input.body", **INSERTS})
NEVER = on_s3("PUT", passthrough=Passthrough.NEVER)
OPEN_PUT = on_s3("PUT", templates=UNPREDICTED)
RANGED = on_s3("GET", parameters={"integration.request.header.Range": "'bytes=0-1'"})
TEMPLATED_GET = on_s3("GET", response("200", templates=INSERTS))
SAYING = on_s3("GET", response(None, 404, templates=INSERTS))
DECODING_GET = on_s3("GET", response(None, 404, handling=TO_BINARY))

FROM_EXACT = ("media-type-exact", "integration-response-pattern", "stored-type-mapped")
UNLISTED = "media-type-unlisted"


def told(asked: Request, stored: Stored | None = None) -> Expectation:
    return expected_response(api(asked.operation), asked, stored)


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        (
            request(PUT, content_type=PNG, body=bytes(REST.request_limit + 1)),
            ("request-over-limit",),
        ),
        (request(DELETE), ("not-judged",)),
        (request(RANGED, accept=PNG), ("missing-object",)),
        # Where no template is defined, nothing was chosen and nothing passed over.
        (
            request(PUT, content_type=PNG, body=b"x"),
            (
                "request-binary-none",
                "media-type-exact",
                "upload-empty-answer",
                "integration-response-pattern",
            ),
        ),
        (
            request(OPEN_PUT, content_type=PLAIN, body=b"x"),
            ("request-template-output", "request-template-choice"),
        ),
        (
            request(DECODING, content_type=f"{JSON};charset=utf-8", body=b"!"),
            (
                "base64-invalid-characters",
                "refused-upload-stores-nothing",
                "request-template-choice",
                "media-type-parameters",
                "request-text-to-binary",
                UNLISTED,
                "error-body",
            ),
        ),
        (
            request(TEMPLATED_PUT, content_type=f"{PNG};q=1", body=b"x"),
            (
                "request-template-binary-text",
                "refused-upload-stores-nothing",
                "request-template-choice",
                "media-type-parameters",
                "request-binary-none",
                "media-type-exact",
                "error-body",
            ),
        ),
        (
            request(NEVER, content_type=f"{PLAIN};q=1", body=b"x"),
            ("passthrough-never", "media-type-parameters", "error-body"),
        ),
    ],
)
def test_a_request_rests_on_these_rules(asked: Request, rules: tuple[str, ...]) -> None:
    assert told(asked, STORED).rules == rules


@pytest.mark.parametrize("asked", [request(DELETE), request(RANGED, accept=PNG)])
def test_what_is_left_open_leaves_the_object_as_it_is(asked: Request) -> None:
    expectation = told(asked, STORED)
    assert expectation.unspecified_reason
    assert expectation.stored == STORED


@pytest.mark.parametrize(
    ("asked", "stored", "rules"),
    [
        (
            request(TEMPLATED_GET, accept=f"{PNG}, {PLAIN}"),
            STORED,
            (
                "response-template-binary",
                "accept-first-entry",
                "response-binary-binary-none",
                *FROM_EXACT,
                "error-body",
            ),
        ),
        (
            request(DECODING_GET, accept=f"{PNG}, {PLAIN}"),
            None,
            (
                "base64-invalid-characters",
                "accept-first-entry",
                "response-text-binary-to-binary",
                "media-type-exact",
                UNLISTED,
                "integration-response-default",
                "missing-object",
                "error-body",
            ),
        ),
        (
            request(SAYING, accept=f"{PLAIN};q=1"),
            None,
            ("media-type-parameters", "integration-response-default", "missing-object"),
        ),
    ],
)
def test_an_answer_rests_on_these_rules(
    asked: Request, stored: Stored | None, rules: tuple[str, ...]
) -> None:
    assert told(asked, stored).rules == rules


def test_a_method_that_another_operation_has_is_not_unknown() -> None:
    definition = api(PUT, GET)
    assert expected_response(definition, request(GET, method="PUT"), None).statuses != (403,)
    assert expected_response(definition, request(GET, method="PATCH"), None).statuses == (403,)


def test_head_says_the_type_of_an_object_that_is_there() -> None:
    assert told(request(HEAD), STORED).content_type == PNG
    assert told(request(HEAD), STORED).kind is BodyKind.EMPTY


def test_a_body_that_cannot_be_decoded_keeps_its_conversion() -> None:
    refused = told(request(GET, accept=PNG), Stored(b"QQ", PLAIN))
    assert refused.statuses == (500,)
    lenient = told(request(GET, accept=PNG), Stored(b"QR==", PLAIN))
    assert (lenient.kind, lenient.body) == (BodyKind.DECODED, b"A")
