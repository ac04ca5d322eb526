"""From exchanges to a verdict: the headers."""

from dataclasses import replace

import pytest

from fixtures.api import REST, GatewayResponse
from fixtures.cases.case import WHOLE_ANSWER, Case, Request
from fixtures.cases.exchange import Headers
from fixtures.rules.expectation import Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.verdict import Outcome
from tests.rules.helpers import TYPE_BACK, api, on_s3, request, response
from tests.rules.judgement_helpers import (
    AS_BINARY,
    AS_JSON,
    AS_TEXT,
    CONFORMS,
    CONTENT,
    DEVIATES,
    ENCODED,
    HEAD,
    NO_TOKEN,
    NOT_APPLICABLE,
    STORED,
    UNDECIDED,
    UNKNOWN,
    UPLOAD,
    came,
    download,
    judged,
    steps,
)

OBJECT = Stored(CONTENT, "image/png")

# --------------------------------------------------------------------------------------- headers


def headers(*lines: tuple[str, str]) -> Headers:
    return lines


NAMED = REST.error_types[403]
HEADERS = [
    # aspect, act, status, headers, body, outcome
    ("Content-Type", AS_TEXT, 200, headers(("Content-Type", "image/png")), CONFORMS),
    ("Content-Type", AS_TEXT, 200, headers(("content-type", "Image/PNG")), CONFORMS),
    ("Content-Type", AS_TEXT, 200, headers(("Content-Type", "image/png; charset=utf-8")), DEVIATES),
    ("Content-Type", AS_TEXT, 200, headers(("Content-Type", "text/plain")), DEVIATES),
    ("Content-Type", AS_TEXT, 200, headers(("Content-Type", "png")), DEVIATES),
    ("Content-Type", AS_TEXT, 200, headers(), DEVIATES),
    (
        "Content-Type",
        AS_TEXT,
        200,
        headers(("Content-Type", "image/png"), ("Content-Type", "image/png")),
        DEVIATES,
    ),
    ("Content-Type", AS_JSON, 200, headers(("Content-Type", "application/json")), CONFORMS),
    # What says nothing about the header leaves it undecided.
    ("Content-Type", AS_TEXT, 500, headers(("Content-Type", "image/png")), UNDECIDED),
    ("Content-Type", AS_TEXT, 503, headers(("Content-Type", "image/png")), UNDECIDED),
    ("Content-Length", AS_TEXT, 200, headers(("Content-Length", "4")), CONFORMS),
    ("Content-Length", AS_TEXT, 200, headers(), CONFORMS),
    ("Content-Length", AS_TEXT, 200, headers(("Content-Length", "5")), DEVIATES),
    ("Content-Length", AS_TEXT, 200, headers(("Content-Length", "-4")), DEVIATES),
    ("Content-Length", AS_TEXT, 200, headers(("Content-Length", "")), DEVIATES),
    # For HEAD it is the length that GET would have.
    (
        "Content-Length",
        request(HEAD),
        200,
        headers(("Content-Length", "256")),
        CONFORMS,
    ),
    ("Content-Encoding", AS_TEXT, 200, headers(), CONFORMS),
    ("Content-Encoding", AS_TEXT, 200, headers(("Content-Encoding", "Identity")), CONFORMS),
    ("Content-Encoding", AS_TEXT, 200, headers(("Content-Encoding", "gzip")), DEVIATES),
    (REST.request_id_header, AS_TEXT, 200, headers(("X-AMZN-REQUESTID", "1")), CONFORMS),
    (REST.request_id_header, AS_TEXT, 200, headers(), DEVIATES),
    (REST.request_id_header, AS_TEXT, 200, headers(("x-amzn-RequestId", "")), DEVIATES),
    (REST.error_type_header, UNKNOWN, 403, headers(("x-amzn-ErrorType", NAMED)), CONFORMS),
    (REST.error_type_header, UNKNOWN, 403, headers(("x-amzn-ErrorType", f"{NAMED}:x")), CONFORMS),
    (REST.error_type_header, UNKNOWN, 403, headers(("x-amzn-ErrorType", "Other")), DEVIATES),
    (REST.error_type_header, UNKNOWN, 403, headers(), DEVIATES),
    (REST.error_type_header, UNKNOWN, 404, headers(("x-amzn-ErrorType", "X")), UNDECIDED),
]
ASPECT_RULES = {
    "Content-Length": "content-length",
    "Content-Encoding": "unrequested-compression",
    REST.request_id_header: "request-id",
    REST.error_type_header: "error-type",
}


@pytest.mark.parametrize(("aspect", "act", "status", "lines", "outcome"), HEADERS)
def test_a_header_is_judged_on_its_own(
    aspect: str, act: Request, status: int, lines: Headers, outcome: Outcome
) -> None:
    # The body is wrong, which is none of the header's business.
    body = b"" if act.sent_method == "HEAD" else b"body"
    verdict = judged(download(act, aspect), STORED, came(status, body, *lines))
    assert (verdict.outcome, verdict.step) == (outcome, 1)
    if aspect == "Content-Type":
        assert verdict.rule == ("content-type-default" if act is AS_JSON else "content-type-mapped")
    else:
        assert verdict.rules == (ASPECT_RULES[aspect],)
    if outcome is UNDECIDED and status != 503:
        assert verdict.reason.startswith(f"answered {status} instead of ")


@pytest.mark.parametrize(
    ("aspect", "lines", "expected", "observed"),
    [
        (
            "Content-Type",
            headers(("Content-Type", "text/plain")),
            "Content-Type: image/png",
            "Content-Type: text/plain",
        ),
        ("Content-Type", headers(), "Content-Type: image/png", "no such header"),
        (
            "Content-Length",
            headers(("Content-Length", "5")),
            "Content-Length: 4",
            "Content-Length: 5",
        ),
    ],
)
def test_a_header_that_deviates_is_shown_beside_what_was_due(
    aspect: str, lines: Headers, expected: str, observed: str
) -> None:
    verdict = judged(download(AS_TEXT, aspect), STORED, came(200, b"body", *lines))
    assert (verdict.expected, verdict.observed) == (expected, observed)


def test_a_type_that_the_definition_leaves_open_is_not_judged() -> None:
    parameters = dict.fromkeys(TYPE_BACK, "integration.response.header.X-Type")
    get = on_s3("GET", response("200", parameters=parameters))
    case = Case("c", steps(UPLOAD, request(get)), "Content-Type")
    verdict = judged(case, STORED, came(200, ENCODED))
    assert verdict.outcome is NOT_APPLICABLE
    assert verdict.reason == "the definition leaves the response's Content-Type open"


def test_two_responses_with_the_same_request_id_deviate() -> None:
    case = Case("c", steps(UNKNOWN, UNKNOWN, setups=0), REST.request_id_header)
    one, other = (came(403, NO_TOKEN, ("x-amzn-RequestId", name)) for name in ("one", "other"))
    assert judged(case, one, other).outcome is CONFORMS
    verdict = judged(case, one, one)
    assert (verdict.outcome, verdict.step) == (DEVIATES, 1)
    assert verdict.reason == "two responses have the same x-amzn-RequestId"
    assert verdict.observed == "one, one"
    assert verdict.rules == ("request-id",)


def test_setups_without_a_request_id_are_not_responses_with_the_same_one() -> None:
    more = replace(UPLOAD, name="b/more")
    case = Case("c", steps(UPLOAD, more, AS_BINARY, setups=2), REST.request_id_header)
    act = came(200, CONTENT, ("x-amzn-RequestId", "1"))
    assert judged(case, STORED, STORED, act).outcome is CONFORMS


def test_a_header_that_the_definition_does_not_map_is_not_judged() -> None:
    verdict = judged(download(AS_BINARY, "taste"), STORED, came(200, CONTENT))
    assert verdict.outcome is NOT_APPLICABLE
    assert verdict.reason == "the definition maps no taste into this response"


# ------------------------------------------------------------------------------ mapped headers


ETAG = "method.response.header.ETag"
MAPPINGS = {
    # responseParameters, the outcome of a response without the header, what its reason says
    "mapped": ({ETAG: "'a'"}, DEVIATES, "ETag is not as expected"),
    "in another spelling": ({ETAG.lower(): "'a'"}, DEVIATES, "ETag is not as expected"),
    "beside the type": ({ETAG: "'a'", **TYPE_BACK}, DEVIATES, "ETag is not as expected"),
    "from S3": ({ETAG: "integration.response.header.Etag"}, DEVIATES, "ETag is not as expected"),
    "from another of S3": (
        {ETAG: "integration.response.header.Date"},
        DEVIATES,
        "ETag is not as expected",
    ),
    "from what S3 may not have": (
        {ETAG: "integration.response.header.Cache-Control"},
        NOT_APPLICABLE,
        "leaves",
    ),
    "not mapped": (TYPE_BACK, NOT_APPLICABLE, "the definition maps no ETag into this response"),
    "no header mapped": ({}, NOT_APPLICABLE, "the definition maps no ETag into this response"),
}


@pytest.mark.parametrize("aspect", ["ETag", "etag"])
@pytest.mark.parametrize(
    ("parameters", "outcome", "reason"), MAPPINGS.values(), ids=MAPPINGS.keys()
)
def test_one_more_header_is_judged_where_the_definition_maps_it(
    parameters: dict[str, str], outcome: Outcome, reason: str, aspect: str
) -> None:
    get = on_s3("GET", response("200", parameters=parameters))
    case = Case("c", steps(UPLOAD, request(get)), aspect)
    without = judged(case, STORED, came(200, ENCODED))
    assert without.outcome is outcome
    assert reason.lower() in without.reason.lower()
    of_s3 = parameters.get(ETAG) in {f"integration.response.header.{n}" for n in ("Etag", "Date")}
    assert without.rule == ("mapped-header-of-s3" if of_s3 else "mapped-header")
    received = judged(case, STORED, came(200, ENCODED, ("Etag", "a")))
    assert received.outcome is (CONFORMS if outcome is DEVIATES else NOT_APPLICABLE)


@pytest.mark.parametrize("mapped", ["404", "403"])
def test_a_header_that_only_one_possible_answer_has_is_open(mapped: str) -> None:
    responses = (
        response(status, int(status), parameters={ETAG: "'a'"} if status == mapped else {})
        for status in ("404", "403")
    )
    get = on_s3("GET", *responses)
    expectation = expected_response(api(get), request(get), None)
    assert expectation.headers["ETag"].value is None
    assert expectation.content_type == "application/json"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("Content-Length", "'5'"),
        ("Authorization", "'x'"),
        ("X-Mapped", "context.requestId"),
        ("X-Mapped", "integration.response.body"),
    ],
)
def test_a_header_that_aws_renames_or_that_only_the_deployment_knows_is_open(
    name: str, source: str
) -> None:
    get = on_s3("GET", response("200", parameters={f"method.response.header.{name}": source}))
    expectation = expected_response(api(get), request(get), OBJECT)
    assert name not in expectation.headers or expectation.headers[name].value is None


def test_a_header_that_a_template_may_set_is_open() -> None:
    template = {"text/plain": "#set($context.responseOverride.header.ETag = 'b')x"}
    get = on_s3("GET", response("200", parameters={ETAG: "'a'"}, templates=template))
    expectation = expected_response(api(get), request(get, accept="text/plain"), OBJECT)
    assert expectation.unspecified_reason or expectation.headers["ETag"].value is None


def test_a_gateway_response_sets_headers_of_errors() -> None:
    custom = GatewayResponse("DEFAULT_4XX", parameters={"gatewayresponse.header.X-A": "'*'"})
    get = on_s3("GET")
    definition = replace(api(get), gateway_responses=(custom,))
    case = Case("c", steps(UNKNOWN, setups=0), "X-A")
    assert (
        judged(case, came(403, NO_TOKEN, ("X-A", "*")), definition=definition).outcome is CONFORMS
    )
    missing = judged(case, came(403, NO_TOKEN), definition=definition)
    assert (missing.outcome, missing.rules[0]) == (DEVIATES, "mapped-header")


# --------------------------------------------------------------------------- the whole answer

RIGHT = (("Content-Type", "image/png"), (REST.request_id_header, "1"))


def whole(*lines: tuple[str, str], body: bytes = CONTENT, length: int | None = None):
    given = () if length is None else (("Content-Length", str(length)),)
    case = download(AS_BINARY, WHOLE_ANSWER)
    return judged(case, STORED, came(200, body, *lines, *given))


def test_a_whole_answer_conforms_with_its_bytes_and_its_headers() -> None:
    verdict = whole(*RIGHT)
    assert verdict.outcome is CONFORMS
    assert verdict.bytes_seen
    assert verdict.expected_form


def test_a_wrong_header_of_a_whole_answer_breaks_the_rule_about_it() -> None:
    verdict = whole(("Content-Type", "text/plain"), RIGHT[1])
    assert verdict.outcome is DEVIATES
    assert verdict.rule == "content-type-mapped"
    assert "Content-Type: image/png" in verdict.expected
    verdict = whole(RIGHT[0])
    assert verdict.rules == ("request-id",)


def test_a_wrong_body_of_a_whole_answer_comes_before_its_headers() -> None:
    verdict = whole(("Content-Type", "text/plain"), body=CONTENT[:-1])
    assert verdict.outcome is DEVIATES
    assert "content-type-mapped" not in verdict.rules
    assert verdict.expected_body == CONTENT
