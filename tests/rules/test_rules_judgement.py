"""From exchanges to a verdict: the answer."""

import base64
import copy
import gzip
from dataclasses import replace

import pytest

from fixtures.api import REST
from fixtures.cases.case import Case, Request
from fixtures.cases.exchange import Received
from fixtures.definitions import load
from fixtures.rules.judgement import planned_rules
from fixtures.rules.rule_book import Level
from fixtures.rules.verdict import Outcome, Verdict
from tests.rules.helpers import on_s3, request, response
from tests.rules.judgement_helpers import (
    API,
    AS_BINARY,
    AS_JSON,
    AS_TEXT,
    CONFORMS,
    CONTENT,
    DEVIATES,
    ENCODED,
    ERROR,
    GET,
    MISSING,
    NO_TOKEN,
    NOT_APPLICABLE,
    REFUSED,
    STORED,
    UNDECIDED,
    UNKNOWN,
    UNPREDICTED,
    UNPREDICTED_PUT,
    UPLOAD,
    came,
    download,
    judged,
    steps,
)

# -------------------------------------------------------------------------------- status and body

EXPIRED = ("x-amzn-ErrorType", "ExpiredTokenException")
ANSWERS = [
    # the act, its answer, the outcome, a fragment of the reason, a fragment of the cause
    (AS_BINARY, came(200, CONTENT), CONFORMS, "as the rules expect", ""),
    (AS_TEXT, came(200, ENCODED), CONFORMS, "as the rules expect", ""),
    (AS_JSON, came(200, b'{"image": "' + ENCODED + b'"}'), CONFORMS, "", ""),
    (REFUSED, came(500, ERROR), CONFORMS, "", ""),
    (REFUSED, came(500, b'{"message": "in other words", "more": 1}'), CONFORMS, "", ""),
    (UNKNOWN, came(403, NO_TOKEN), CONFORMS, "", ""),
    (MISSING, came(404, b"<Error/>"), CONFORMS, "", ""),
    (MISSING, came(404), DEVIATES, "the body is not XML from S3", ""),
    # The wrong body, and what it usually comes from.
    (AS_BINARY, came(200, ENCODED), DEVIATES, "not raw bytes", "missing from the deployed"),
    (AS_TEXT, came(200, CONTENT), DEVIATES, "not Base64", "wider than the definition"),
    (AS_TEXT, came(200, base64.b64encode(ENCODED)), DEVIATES, "not Base64", "two places encode"),
    (AS_TEXT, came(200, base64.encodebytes(CONTENT)), DEVIATES, "not Base64", "MIME encoder"),
    (AS_BINARY, came(200, CONTENT[:99]), DEVIATES, "not raw bytes", "truncates the body"),
    (AS_BINARY, came(200, gzip.compress(CONTENT, mtime=0)), DEVIATES, "not raw", "proxy or CDN"),
    (AS_BINARY, came(200, b"unexplained"), DEVIATES, "not raw bytes", ""),
    (AS_BINARY, came(200), DEVIATES, "not raw bytes", "C string"),
    (
        AS_JSON,
        came(200, b'{"image":"' + ENCODED + b'"}'),
        DEVIATES,
        "the same JSON, but not the template's output byte for byte",
        "",
    ),
    (AS_JSON, came(200, b'{"image":"x"}'), DEVIATES, "not the mapping template's output", ""),
    (AS_JSON, came(200, b"{"), DEVIATES, "not the mapping template's output", ""),
    # The wrong status.
    (AS_BINARY, came(500, ERROR), DEVIATES, "status 500 instead of 200", "could not convert"),
    (AS_BINARY, came(403, NO_TOKEN), DEVIATES, "status 403 instead of 200", "not deployed"),
    (AS_BINARY, came(404, b"<Error/>"), DEVIATES, "status 404 instead of 200", ""),
    (AS_BINARY, came(201, CONTENT), DEVIATES, "status 201", "wider than the definition"),
    (REFUSED, came(200, CONTENT), DEVIATES, "status 200 instead of 500", "wider"),
    (MISSING, came(200, b"x"), DEVIATES, "status 200 instead of 404", ""),
    # Errors that are none.
    (REFUSED, came(500), DEVIATES, "the error is not JSON with a message", ""),
    (REFUSED, came(500, b"<html>"), DEVIATES, "the error is not JSON with a message", ""),
    (REFUSED, came(500, b'"message"'), DEVIATES, "the error is not JSON with a message", ""),
    (REFUSED, came(500, b'{"message": 1}'), DEVIATES, "the error is not JSON with", ""),
    (REFUSED, came(500, b"\xff"), DEVIATES, "the error is not JSON with a message", ""),
    # Nothing to judge.
    (AS_BINARY, came(429), UNDECIDED, "the endpoint answered 429: throttled", ""),
    (AS_BINARY, came(502), UNDECIDED, "answered 502: bad gateway", ""),
    (AS_BINARY, came(503), UNDECIDED, "answered 503: unavailable", ""),
    (AS_BINARY, came(504), UNDECIDED, "answered 504: timed out", ""),
    *(
        (
            AS_BINARY,
            came(500, f"<Error><Code>{code}</Code></Error>".encode()),
            UNDECIDED,
            f"S3 answered {code}",
            "",
        )
        for code in ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout")
    ),
    (AS_BINARY, came(500, b"<Code>NoSuchKey</Code>"), DEVIATES, "status 500", ""),
    (AS_BINARY, came(404, b"<Code>SlowDown</Code>"), DEVIATES, "status 404", ""),
    # What says "not now" says nothing about the rule either, where its status is the expected one.
    (REFUSED, came(500, b"<Code>SlowDown</Code>"), UNDECIDED, "S3 answered SlowDown", ""),
    (UNKNOWN, came(403, b"{}", EXPIRED), UNDECIDED, "did not let the request in", ""),
    (AS_BINARY, came(401), UNDECIDED, "did not let the request in: 401", ""),
    (
        AS_BINARY,
        came(401, b"", ("x-amzn-ErrorType", "UnauthorizedException")),
        UNDECIDED,
        "did not let the request in: 401 UnauthorizedException",
        "",
    ),
    *(
        (
            AS_BINARY,
            came(403, b"{}", ("X-Amzn-Errortype", f"{error}:http://internal.amazon.com/")),
            UNDECIDED,
            f"did not let the request in: 403 {error}",
            "",
        )
        for error in ("ExpiredTokenException", "ForbiddenException", "InvalidSignatureException")
    ),
    (
        AS_BINARY,
        came(403, NO_TOKEN, ("x-amzn-ErrorType", "MissingAuthenticationTokenException")),
        DEVIATES,
        "status 403 instead of 200",
        "not deployed",
    ),
    (AS_BINARY, "the connection was reset", UNDECIDED, "the connection was reset", ""),
    (AS_BINARY, None, UNDECIDED, "was not sent", ""),
    (
        request(UNPREDICTED, accept="text/plain"),
        came(200),
        NOT_APPLICABLE,
        "the response template's output cannot be predicted",
        "",
    ),
]


@pytest.mark.parametrize(("act", "answer", "outcome", "reason", "cause"), ANSWERS)
def test_an_answer_conforms_or_deviates_or_leaves_nothing_to_judge(
    act: Request, answer: Received | str | None, outcome: Outcome, reason: str, cause: str
) -> None:
    verdict = judged(download(act), STORED, answer)
    assert (verdict.case, verdict.outcome, verdict.step) == ("a download", outcome, 1)
    assert reason in verdict.reason
    assert cause in verdict.cause
    assert bool(verdict.cause) == bool(cause)
    assert bool(verdict.expected) == bool(verdict.observed) == (outcome is DEVIATES)


@pytest.mark.parametrize(("act", "answer", "outcome", "reason", "cause"), ANSWERS)
def test_the_same_exchanges_always_get_the_same_verdict(
    act: Request, answer: Received | str | None, outcome: Outcome, reason: str, cause: str
) -> None:
    first = judged(download(act), STORED, answer)
    again = judged(copy.deepcopy(download(act)), STORED, copy.deepcopy(answer))
    assert first == again


def test_a_wrong_body_is_shown_with_its_length_its_digest_and_a_dump() -> None:
    verdict = judged(download(AS_BINARY), STORED, came(200, CONTENT[:20] + b"\0" + CONTENT[21:]))
    digest = "SHA-256 40aff2e9d2d8922e…"
    assert verdict.expected == f"200 with raw bytes, 256 bytes, {digest}"
    first, *rest = verdict.observed.splitlines()
    assert first.startswith("200 with bytes that the object does not explain, 256 bytes, SHA-256 ")
    assert first.endswith(", first difference at offset 20")
    assert rest[0] == "expected at that offset:"
    assert rest[1].startswith("00000010  10 11 12 13 14 15")
    assert rest[3] == "came:"
    assert rest[4].startswith("00000010  10 11 12 13 00 15")


def test_a_json_error_is_quoted_and_an_empty_body_is_called_so() -> None:
    observed = judged(download(AS_BINARY), STORED, came(500, ERROR)).observed
    assert observed.startswith(f"500 with the JSON error {ERROR.decode()}, 36 bytes")
    observed = judged(download(AS_TEXT), STORED, came(201)).observed
    assert observed == "201 with an empty body"
    observed = judged(download(MISSING), STORED, came(200, b"{}")).observed
    assert observed.startswith("200 with bytes that the object does not explain, 2 bytes")


def test_an_empty_body_of_another_status_has_no_cause_in_the_object() -> None:
    verdict = judged(download(UNKNOWN), STORED, came(405))
    assert (verdict.observed, verdict.cause) == ("405 with an empty body", "")


def test_what_was_expected_names_every_status() -> None:
    missing = Case("c", steps(request(on_s3("GET", response("404", 404))), setups=0))
    verdict = judged(missing, came(200))
    assert verdict.expected == "404 or 500 with any body"


# --------------------------------------------------------------------------------- several steps


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (came(500, ERROR), "answered 500: status 500 instead of 200"),
        (came(503), "answered 503: the endpoint answered 503: unavailable"),
        (came(200, b"unexpected"), "answered 200: the body is not an empty body"),
        ("no route to host", "no route to host"),
        (None, "was not sent"),
    ],
)
def test_a_setup_that_goes_wrong_leaves_the_case_undecided(
    answer: Received | str | None, reason: str
) -> None:
    case = download(AS_BINARY)
    verdict = judged(case, answer)
    assert (verdict.outcome, verdict.step) == (UNDECIDED, 0)
    assert verdict.reason == (
        f"the case could not be prepared: PUT of 'b/k' to prepare it {reason}"
    )
    assert verdict.rules == planned_rules(API, case)
    assert (verdict.expected, verdict.observed, verdict.cause) == ("", "", "")


def test_a_setup_of_which_nothing_is_known_makes_the_case_not_applicable() -> None:
    setup = request(UNPREDICTED_PUT, content_type="text/plain", body=b"x")
    verdict = judged(Case("c", steps(setup, AS_TEXT)), STORED, came(200, b"x"))
    assert verdict.outcome is NOT_APPLICABLE
    assert verdict.reason == "the request template's output cannot be predicted"


@pytest.mark.parametrize("answers", [(), (STORED,)])
def test_a_case_of_which_the_act_was_not_sent_is_no_pass(answers: tuple[Received, ...]) -> None:
    assert judged(download(AS_BINARY), *answers).outcome is UNDECIDED


@pytest.mark.parametrize(
    ("upload", "proof", "outcome", "step"),
    [
        (came(), came(200, CONTENT), CONFORMS, 1),
        (came(), came(200, b"what was there before"), DEVIATES, 1),
        (came(), came(404, b"<Error/>"), DEVIATES, 1),
        (came(), came(503), UNDECIDED, 1),
        (came(), "cut off", UNDECIDED, 1),
        (came(500, ERROR), came(200, CONTENT), DEVIATES, 0),
    ],
)
def test_a_proof_shows_what_the_act_left_behind(
    upload: Received, proof: Received | str, outcome: Outcome, step: int
) -> None:
    case = Case("c", steps(UPLOAD, AS_BINARY, setups=0, proofs=1))
    verdict = judged(case, upload, proof)
    assert (verdict.outcome, verdict.step) == (outcome, step)


def test_a_proof_is_judged_by_its_answer_whatever_the_aspect_of_the_case() -> None:
    case = Case("c", steps(UPLOAD, AS_BINARY, setups=0, proofs=1), REST.request_id_header)
    answer = came(200, b"", ("x-amzn-RequestId", "1"))
    verdict = judged(case, answer, came(200, b"wrong", ("x-amzn-RequestId", "2")))
    assert (verdict.outcome, verdict.step) == (DEVIATES, 1)
    assert verdict.rule == "request-id"


def test_what_is_stored_is_followed_for_each_name() -> None:
    other = replace(UPLOAD, name="b/other", body=b"other")
    reads = (AS_BINARY, replace(AS_BINARY, name="b/other"))
    case = Case("c", steps(UPLOAD, other, *reads, setups=2))
    good = judged(case, STORED, STORED, came(200, CONTENT), came(200, b"other"))
    assert (good.outcome, good.step) == (CONFORMS, 3)
    mixed = judged(case, STORED, STORED, came(200, CONTENT), came(200, CONTENT))
    assert (mixed.outcome, mixed.step) == (DEVIATES, 3)


def test_the_act_that_decides_names_the_verdict() -> None:
    case = Case("c", steps(UPLOAD, AS_BINARY, AS_TEXT), rules=("read-after-write",))
    binary, text = "response-binary-binary-none", "response-binary-text-none"
    conforms = judged(case, STORED, came(200, CONTENT), came(200, ENCODED))
    assert conforms.rules.index(binary) < conforms.rules.index(text)
    deviates = judged(case, STORED, came(200, CONTENT), came(200, CONTENT))
    assert deviates.rule == "read-after-write"
    assert deviates.rules.index(text) < deviates.rules.index(binary)


def test_a_verdict_is_as_strong_as_its_weakest_rule() -> None:
    case = download(request(GET, accept="IMAGE/png"))
    verdict = judged(case, STORED, came(200, ENCODED))
    assert (verdict.outcome, verdict.level) == (DEVIATES, Level.DERIVED)
    assert verdict.rule == "media-type-letter-case"
    assert judged(download(AS_BINARY), STORED, came(200, ENCODED)).level is Level.MUST


def test_a_case_that_cannot_be_made_says_why() -> None:
    case = Case("c", not_applicable="there is no upload", rules=("key-length",))
    assert judged(case) == Verdict("c", NOT_APPLICABLE, ("key-length",), "there is no upload")
    assert planned_rules(API, case) == ("key-length",)


# --------------------------------------------------------------------------------- planned rules


@pytest.mark.parametrize(
    ("case", "rules"),
    [
        (download(AS_BINARY, REST.request_id_header), ("request-id",)),
        (
            replace(download(AS_BINARY, "Content-Length"), rules=("key-length",)),
            ("key-length", "content-length"),
        ),
        (Case("c", steps(UNKNOWN, setups=0)), ("unknown-method", "error-body")),
        (
            Case("c", steps(UNKNOWN, setups=0), "Content-Type"),
            ("content-type-default", "unknown-method", "error-body"),
        ),
        (Case("c", steps(UPLOAD)), ()),
    ],
)
def test_what_a_case_is_about_is_known_beforehand(case: Case, rules: tuple[str, ...]) -> None:
    assert planned_rules(API, case) == rules


@pytest.mark.parametrize("name", ["sample", "sample-template", "mapped"])
def test_a_case_that_conforms_rests_on_the_rules_that_were_planned(name: str) -> None:
    definition = load(name)
    put, get = (definition.operations_on_s3(method)[0] for method in ("PUT", "GET"))
    upload = request(put, content_type="application/octet-stream", body=CONTENT)
    act = request(get, accept="application/json")
    case = Case("c", steps(upload, act))
    body = ENCODED
    if name == "sample-template":
        body = b'{\n   "image": "' + ENCODED + b'"\n}'
    verdict = judged(case, STORED, came(200, body), definition=definition)
    assert verdict.outcome is CONFORMS
    assert verdict.rules == planned_rules(definition, case)
    assert verdict.level is Level.MUST
