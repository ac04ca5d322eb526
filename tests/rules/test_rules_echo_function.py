"""What is predicted of the echo function behind a Lambda proxy, stage by stage."""

import base64
import hashlib
import json
from urllib.parse import urlencode

import pytest

from fixtures.api import GatewayResponse, Integration, IntegrationKind, Operation
from fixtures.cases.case import Case, Request, Role, Step
from fixtures.cases.exchange import Received
from fixtures.rules.echo_function import (
    MALFORMED,
    event_label,
    report_in_words,
    subject_of,
    why_not_echo,
)
from fixtures.rules.expectation import BodyKind, Stored
from fixtures.rules.expected_response import expected_response
from fixtures.rules.rule_book import Level
from tests.rules.helpers import api, request
from tests.rules.judgement_helpers import (
    CONFORMS,
    DEVIATES,
    NOT_APPLICABLE,
    UNDECIDED,
    came,
    judged,
)

URI = "arn:aws:apigateway:r:lambda:path/2015-03-31/functions/f/invocations"
ECHO = Operation("/echo", "POST", Integration(IntegrationKind.LAMBDA, "aws_proxy", URI, "POST"))
GET = Operation("/echo", "GET", ECHO.integration)
API = api(ECHO, GET, binary=("image/png", "video/*"))
EVERY_BYTE = bytes(range(256))
ENCODED = base64.b64encode(EVERY_BYTE)
NOT_UTF_8 = b"a\xffb"


def to_echo(query: dict[str, str] | None = None, operation: Operation = ECHO, **rest) -> Request:
    target = operation.path + (f"?{urlencode(query)}" if query else "")
    return request(operation, "lambda", target=target, **rest)


def giving(text: str, flag: str | None, own: str | None = None, **rest) -> Request:
    body = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    query = {"return": "given", "body": body}
    query |= {} if flag is None else {"isBase64Encoded": flag}
    query |= {} if own is None else {"contentType": own}
    return to_echo(query, GET, **rest)


def report(body: str | None, flag: object) -> bytes:
    text = (body or "").encode()
    return json.dumps(
        {
            "body": "null" if body is None else "string",
            "isBase64Encoded": flag,
            "length": len(text),
            "sha256": hashlib.sha256(text).hexdigest(),
        }
    ).encode()


# ------------------------------------------------------------------------------- what is given

PLAIN = ("lambda-response-plain",)
GIVEN = [
    # content type, body, what the function is given, flag, rules, level
    ("image/png", EVERY_BYTE, ENCODED.decode(), True,
     ("lambda-request-binary", "base64-output", "media-type-exact"), Level.MUST),
    ("video/mp4", b"text", "dGV4dA==", True,
     ("media-type-subtype-wildcard", "lambda-request-binary", "base64-output"), Level.MUST),
    ("text/plain", b"text", "text", False,
     ("lambda-request-text", "media-type-unlisted"), Level.MUST),
    (None, b"{}", "{}", False,
     ("content-type-absent", "lambda-request-text", "media-type-unlisted"), Level.DERIVED),
    ("text/plain", NOT_UTF_8, "a\ufffdb", False,
     ("lambda-request-not-utf-8", "lambda-request-text", "media-type-unlisted"), Level.DERIVED),
    ("text/plain", b"\xed\xa0\x80", "\ufffd" * 3, False,
     ("lambda-request-not-utf-8", "utf8-surrogates", "lambda-request-text",
      "media-type-unlisted"), Level.DERIVED),
    ("text/plain", b"", None, False, ("lambda-request-empty-upload", "lambda-request-empty"),
     Level.DERIVED),
]  # fmt: skip


@pytest.mark.parametrize(("content_type", "body", "given", "flag", "rules", "level"), GIVEN)
def test_the_function_reports_base64_text_or_nothing(
    content_type, body, given, flag, rules, level
) -> None:
    expectation = expected_response(API, to_echo(content_type=content_type, body=body), None)
    assert (expectation.statuses, expectation.kind) == ((200,), BodyKind.REPORT)
    assert expectation.body == report(given, flag)
    assert expectation.rules == (*rules, *PLAIN)
    assert expectation.level is level
    assert expectation.content_type == "application/json"
    assert expectation.headers["Content-Type"].rule == "lambda-content-type"


def test_a_get_has_no_body_as_was_observed() -> None:
    expectation = expected_response(API, to_echo(operation=GET), None)
    assert expectation.body == report(None, False)
    assert expectation.rules == ("lambda-request-empty", *PLAIN)
    assert expectation.level is Level.MUST


def test_what_an_empty_body_under_a_binary_type_becomes_is_left_open() -> None:
    for query in (None, {"return": "request"}):
        expectation = expected_response(API, to_echo(query, content_type="image/png"), None)
        assert expectation.unspecified_reason == (
            "what a function is given of an empty body under a binary type is not known"
        )
        assert expectation.rules == ("lambda-request-empty",)
    # Where the body has no say, it is no matter.
    assert not expected_response(
        API, to_echo({"return": "given"}, content_type="image/png"), None
    ).unspecified_reason


# ----------------------------------------------------------------------------- what is returned

RETURNED = [
    # text, flag, own type, Accept, form, body, rules
    (ENCODED, "true", "image/png", "image/png", BodyKind.DECODED, EVERY_BYTE,
     ("lambda-response-decoded", "media-type-exact")),
    (ENCODED, "true", "text/plain", "image/png", BodyKind.DECODED, EVERY_BYTE,
     ("lambda-response-decoded", "lambda-response-type-ignored", "media-type-exact")),
    (ENCODED, "true", None, "image/png", BodyKind.DECODED, EVERY_BYTE,
     ("lambda-response-decoded", "lambda-response-type-ignored", "media-type-exact")),
    (ENCODED, "true", "image/png", "text/html", BodyKind.BASE64, ENCODED,
     ("lambda-response-kept", "lambda-response-type-ignored", "media-type-unlisted")),
    (ENCODED, "true", "text/plain", None, BodyKind.BASE64, ENCODED,
     ("accept-absent", "lambda-response-kept")),
    (ENCODED, "true", "text/plain", "text/html,image/png", BodyKind.BASE64, ENCODED,
     ("accept-first-entry", "lambda-response-kept", "media-type-unlisted")),
    (ENCODED, "false", "image/png", "image/png", BodyKind.TEXT, ENCODED, PLAIN),
    (ENCODED, None, "image/png", "text/html", BodyKind.TEXT, ENCODED, PLAIN),
    ("\u00e8".encode(), "false", None, "image/png", BodyKind.TEXT, "\u00e8".encode(), PLAIN),
    (b"", "true", "image/png", "image/png", BodyKind.EMPTY, b"",
     ("empty-body", "lambda-response-decoded", "media-type-exact")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "flag", "own", "accept", "form", "body", "rules"), RETURNED)
def test_a_response_is_decoded_by_its_flag_and_accept_alone(
    text, flag, own, accept, form, body, rules
) -> None:
    expectation = expected_response(API, giving(text.decode(), flag, own, accept=accept), None)
    assert (expectation.statuses, expectation.kind, expectation.body) == ((200,), form, body)
    assert expectation.rules == rules
    assert expectation.content_type == (own or "application/json")
    default = "content-type-default" if own is None else "lambda-content-type"
    assert expectation.headers["Content-Type"].rule == default


@pytest.mark.parametrize(
    ("text", "rules", "level"),
    [
        ("\u00e8\u00e9+\u00e0)(", ("base64-refused",), Level.MUST),
        ("QQ=\n=", ("base64-variant",), Level.DERIVED),
        ("QQ", ("base64-variant",), Level.DERIVED),
    ],
)
def test_what_is_no_base64_ends_in_500_for_a_client_that_wants_binary(text, rules, level) -> None:
    expectation = expected_response(
        API, giving(text, "true", "image/png", accept="image/png"), None
    )
    assert (expectation.statuses, expectation.kind) == ((500,), BodyKind.ERROR)
    assert expectation.rules == (
        "lambda-response-undecodable",
        *rules,
        "lambda-response-decoded",
        "media-type-exact",
        "error-body",
    )
    assert expectation.level is level
    kept = expected_response(API, giving(text, "true", "text/plain", accept="text/plain"), None)
    assert (kept.statuses, kept.body) == ((200,), text.encode())


def test_what_goes_to_the_function_and_back_rests_on_both_ways() -> None:
    trip = to_echo(
        {"return": "request"}, content_type="image/png", accept="image/png", body=EVERY_BYTE
    )
    expectation = expected_response(API, trip, None)
    assert (expectation.kind, expectation.body) == (BodyKind.DECODED, EVERY_BYTE)
    assert expectation.rules == (
        "lambda-request-binary",
        "base64-output",
        "media-type-exact",
        "lambda-response-decoded",
        "lambda-response-type-ignored",
    )
    empty = to_echo({"return": "request"}, content_type="text/plain")
    assert expected_response(API, empty, None).kind is BodyKind.EMPTY


def test_a_query_reaches_the_function_with_what_is_blank_and_with_its_question_marks() -> None:
    assert expected_response(API, to_echo({"return": ""}), None).statuses == (400,)
    typed = request(GET, "lambda", target="/echo?return=given&contentType=a?b")
    assert expected_response(API, typed, None).content_type == "a?b"


# --------------------------------------------------------------------------------- what is none


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_response_ends_in_502(what: str) -> None:
    expectation = expected_response(API, to_echo({"return": what}), None)
    assert (expectation.statuses, expectation.kind) == ((502,), BodyKind.ERROR)
    assert expectation.rules == ("lambda-malformed", "error-body")


@pytest.mark.parametrize("type_", ["API_CONFIGURATION_ERROR", "INTEGRATION_FAILURE"])
def test_which_customised_response_answers_for_a_malformed_one_is_left_open(type_: str) -> None:
    definition = api(ECHO)
    object.__setattr__(definition, "gateway_responses", (GatewayResponse(type_, 418),))
    expectation = expected_response(definition, to_echo({"return": "exception"}), None)
    assert expectation.unspecified_reason == (
        "it is not documented which gateway response answers for a malformed response"
    )
    assert expectation.rules == ("lambda-malformed",)


def test_a_default_response_that_is_customised_answers_for_a_malformed_one() -> None:
    definition = api(ECHO)
    object.__setattr__(definition, "gateway_responses", (GatewayResponse("DEFAULT_5XX", 418),))
    assert expected_response(definition, to_echo({"return": "exception"}), None).statuses == (418,)


# -------------------------------------------------------------------------------- the handshake

SHAKEN = to_echo({"return": "handshake"}, GET)
NAMED = ("X-Conformance-Function", "echo/1")
CASE = Case(
    "a case", (Step(Role.SETUP, SHAKEN), Step(Role.ACT, to_echo(body=b"x", content_type="a/b")))
)
STRANGER = (
    "the function behind /echo is not the echo function of this suite, so that nothing is known of "
    "what it does; deploy fixtures/functions/echo.py to test it"
)


def test_a_handshake_is_answered_with_a_name_and_nothing_else_matters() -> None:
    expectation = expected_response(API, SHAKEN, None)
    assert (expectation.statuses, expectation.kind) == ((200, 502), BodyKind.ANY)
    assert why_not_echo(SHAKEN, came(200, b"whatever", NAMED)) == ""
    assert why_not_echo(SHAKEN, came(200, b"whatever")) == STRANGER
    assert why_not_echo(SHAKEN, came(200, b"", (NAMED[0], "echo/2"))) == STRANGER
    assert why_not_echo(to_echo(), came(200)) == ""
    other = Operation("/echo", "GET", Integration(IntegrationKind.OTHER, "http", "", ""))
    assert why_not_echo(to_echo({"return": "handshake"}, other), came(200)) == ""


def test_behind_the_echo_function_the_act_is_judged() -> None:
    good = came(200, report("x", False))
    assert judged(CASE, came(200, b"", NAMED), good, definition=API).outcome is CONFORMS
    verdict = judged(CASE, came(200, b"", NAMED), came(200, report("eA==", True)), definition=API)
    assert verdict.outcome is DEVIATES
    assert (verdict.expected_form, verdict.actual_form) == ("text", "Base64")
    assert verdict.rule == "lambda-request-text"
    assert verdict.reason == "the body is not the report that the function was to make"
    digest = hashlib.sha256(b"eA==").hexdigest()[:16]
    assert (
        f"200 with the report of a body of 4 bytes, SHA-256 {digest}…, isBase64Encoded true"
        in verdict.observed
    )


@pytest.mark.parametrize("answer", [came(500), came(502, b"{}")])
def test_a_function_that_fails_leaves_its_cases_undecided(answer) -> None:
    verdict = judged(CASE, answer, None, definition=API)
    assert verdict.outcome is UNDECIDED
    assert f"fails: it answers {answer.status}" in verdict.reason


@pytest.mark.parametrize("answer", [came(200), came(404, b"no")])
def test_another_function_is_not_judged_whatever_it_says(answer) -> None:
    verdict = judged(CASE, answer, None, definition=API)
    assert (verdict.outcome, verdict.reason) == (NOT_APPLICABLE, STRANGER)
    assert verdict.rule == "lambda-request-text"
    assert (verdict.expected_form, verdict.actual_form, verdict.step) == ("", "", 0)


@pytest.mark.parametrize("answer", [came(503), came(429), came(504), "the connection failed"])
def test_who_does_not_answer_a_handshake_is_undecided(answer) -> None:
    verdict = judged(CASE, answer, None, definition=API)
    assert verdict.outcome is UNDECIDED
    assert "could not be prepared: GET of 'lambda' to prepare it" in verdict.reason


# ----------------------------------------------------------------------------------- in a word


@pytest.mark.parametrize(
    ("body", "flag", "word"),
    [
        (None, False, "null"),
        (None, True, "null, flag true"),
        ("a\ufffdb", False, "text"),
        ("a\ufffdb", True, "text, flag true"),
        ("Yf9i", True, "Base64"),
        ("Yf9i", False, "Base64, flag false"),
        ("ab", False, "other"),
        ("ab", "true", "other"),
        ("Yf9i", None, "Base64, flag null"),
    ],
)
def test_a_report_is_a_word_seen_from_what_was_sent(body, flag, word) -> None:
    assert event_label(report(body, flag), to_echo(body=NOT_UTF_8)) == word


def test_an_empty_text_for_no_body_is_a_text() -> None:
    assert event_label(report("", False), to_echo()) == "text"


NO_REPORTS = [
    b"\xff",
    b"[]",
    b"{}",
    b'{"message": "x"}',
    json.dumps({"body": [], "isBase64Encoded": 1, "length": 1, "sha256": ""}).encode(),
    json.dumps({"body": "", "isBase64Encoded": 1, "length": 1, "sha256": {}}).encode(),
    json.dumps({"body": "", "isBase64Encoded": 1, "length": 1, "sha256": "", "x": 1}).encode(),
]


@pytest.mark.parametrize("body", NO_REPORTS)
def test_what_is_no_report_is_said_by_others(body: bytes) -> None:
    assert event_label(body, to_echo(body=b"x")) == ""
    assert report_in_words(body) == ""


def test_a_report_is_put_into_words() -> None:
    digest = hashlib.sha256(b"text").hexdigest()[:16]
    assert report_in_words(report(None, False)) == "the report of no body, isBase64Encoded false"
    assert report_in_words(report("text", True)) == (
        f"the report of a body of 4 bytes, SHA-256 {digest}…, isBase64Encoded true"
    )


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (came(500, b'{"message": "Internal server error"}'), "error 500"),
        (came(200, b"x"), "raw"),  # what was sent, and not the report of it
    ],
)
def test_where_no_report_comes_the_word_is_for_what_comes(answer: Received, word: str) -> None:
    verdict = judged(CASE, came(200, b"", NAMED), answer, definition=API)
    assert (verdict.expected_form, verdict.actual_form) == ("text", word)


def test_an_answer_is_seen_from_what_the_function_was_to_return() -> None:
    own = "image/png"
    assert subject_of(giving(ENCODED.decode(), "true", own)) == Stored(EVERY_BYTE, own)
    assert subject_of(giving(ENCODED.decode(), "false")) == Stored(ENCODED, "")
    assert subject_of(giving("no!", "true")) == Stored(b"no!", "")
    assert subject_of(to_echo({"return": "request"}, body=b"sent")) == Stored(b"sent", "")
    assert subject_of(request(Operation("/m", "GET", Integration(
        IntegrationKind.MOCK, "mock", "", "")))) is None  # fmt: skip
    act = giving(ENCODED.decode(), "true", own, accept="image/png")
    case = Case("a case", (Step(Role.ACT, act),))
    verdict = judged(case, came(200, ENCODED), definition=API)
    assert (verdict.expected_form, verdict.actual_form) == ("raw", "Base64")
    assert verdict.cause.startswith("a text answer where binary was due")
