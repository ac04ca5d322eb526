"""What a person reads in a verdict, whole: the sentences are the contract."""

import base64
import gzip

import pytest

from fixtures.api import REST
from fixtures.cases.case import Case, Request
from fixtures.cases.exchange import Received
from fixtures.rules.corruption_patterns import hex_dump
from fixtures.rules.judgement import planned_rules
from fixtures.rules.verdict import Verdict
from tests.rules.helpers import api, on_s3, request, response
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
    MISSING,
    NO_TOKEN,
    REFUSED,
    STORED,
    UNDECIDED,
    UNKNOWN,
    UPLOAD,
    came,
    download,
    judged,
    steps,
)

TEXT_DUE = (
    "a binary answer where text was due: the deployed binaryMediaTypes or contentHandling are "
    "wider than the definition"
)
BINARY_DUE = (
    "a text answer where binary was due: the type is missing from the deployed binaryMediaTypes, "
    "or the API was changed and not deployed again"
)
TRUNCATED = "something on the way truncates the body"
COMPRESSED = "a proxy or CDN compresses what nobody asked it to"
NOT_DEPLOYED = "the path or method is not deployed, or the stage is missing from the endpoint"
NOT_CONVERTED = (
    "the gateway could not convert the body: binaryMediaTypes or contentHandling differ from the "
    "definition, or the mapping template was given binary"
)
LENGTH = "Content-Length"
S3_XML = b"<Error/>"
SAME_JSON = "the body is the same JSON, but not the template's output byte for byte"


@pytest.mark.parametrize(
    ("act", "answer", "reason", "name", "cause"),
    [
        (AS_TEXT, came(200, CONTENT), "the body is not Base64", "the object's bytes", TEXT_DUE),
        (
            AS_BINARY,
            came(200, ENCODED),
            "the body is not raw bytes",
            "Base64 of the object",
            BINARY_DUE,
        ),
        (
            AS_BINARY,
            came(200, CONTENT[:9]),
            "the body is not raw bytes",
            "the first 9 of the object's 256 bytes",
            TRUNCATED,
        ),
        (
            AS_BINARY,
            came(200, gzip.compress(CONTENT, mtime=0)),
            "the body is not raw bytes",
            "a gzip of the answer",
            COMPRESSED,
        ),
        (
            AS_BINARY,
            came(500, ERROR),
            "status 500 instead of 200",
            f"the JSON error {ERROR.decode()}",
            NOT_CONVERTED,
        ),
        (
            AS_BINARY,
            came(403, NO_TOKEN),
            "status 403 instead of 200",
            f"the JSON error {NO_TOKEN.decode()}",
            NOT_DEPLOYED,
        ),
        (REFUSED, came(200, CONTENT), "status 200 instead of 500", "the object's bytes", TEXT_DUE),
        (
            REFUSED,
            came(500, CONTENT),
            "the error is not JSON with a message",
            "the object's bytes",
            "",
        ),
        (
            AS_JSON,
            came(200, b'{"image":"' + ENCODED + b'"}'),
            SAME_JSON,
            "bytes that the object does not explain",
            "",
        ),
    ],
)
def test_a_deviation_says_what_came_and_what_usually_makes_it_so(
    act: Request, answer: Received, reason: str, name: str, cause: str
) -> None:
    verdict = judged(download(act), STORED, answer)
    assert (verdict.reason, verdict.cause) == (reason, cause)
    shown = verdict.observed.partition(", first difference")[0]
    assert shown.startswith(f"{answer.status} with {name}, {len(answer.body)} bytes, SHA-256 ")


def test_a_body_that_deviates_is_shown_beside_what_was_due() -> None:
    verdict = judged(download(AS_BINARY), STORED, came(200, b"\0\x01other"))
    first, expected, *due = verdict.observed.split("\n")
    assert first.endswith(", first difference at offset 2")
    assert [expected, *due] == [
        "expected at that offset:",
        *hex_dump(CONTENT, 2).split("\n"),
        "came:",
        hex_dump(b"\0\x01other", 2),
    ]


def test_an_error_is_quoted_up_to_its_200th_byte() -> None:
    text = '{"message": "' + "é" * 200 + '"}'
    observed = judged(download(AS_BINARY), STORED, came(500, text.encode())).observed
    assert observed.startswith(f"500 with the JSON error {text[:106]}\ufffd, ")


@pytest.mark.parametrize("phrase", [b"Missing Authentication Token", b"Internal server error"])
@pytest.mark.parametrize(("end", "known"), [(200, True), (201, False)])
def test_an_error_is_known_by_what_its_first_200_bytes_say(
    phrase: bytes, end: int, known: bool
) -> None:
    body = phrase.rjust(end)
    assert bool(judged(download(AS_BINARY), STORED, came(500, body)).cause) is known


def test_an_empty_body_that_was_due_has_no_digest() -> None:
    verdict = judged(Case("c", steps(UPLOAD, setups=0)), came(200, b"more"))
    assert verdict.expected == "200 with an empty body"
    assert judged(Case("c", steps(UPLOAD, setups=0)), came(204, b"")).expected == verdict.expected


def test_an_answer_without_an_object_is_not_compared_with_one() -> None:
    verdict = judged(download(MISSING), STORED, came(200, gzip.compress(b"", mtime=0)))
    assert verdict.cause == ""
    assert verdict.observed.startswith("200 with bytes that the object does not explain, ")


@pytest.mark.parametrize(
    ("status", "error", "shown"),
    [
        (401, None, "401"),
        (401, "UnauthorizedException", "401 UnauthorizedException"),
        (403, "ExpiredTokenException:http://x/", "403 ExpiredTokenException"),
    ],
)
def test_a_request_that_was_not_let_in_says_so(status: int, error: str | None, shown: str) -> None:
    lines = () if error is None else (("x-amzn-ErrorType", error),)
    verdict = judged(download(AS_BINARY), STORED, came(status, b"{}", *lines))
    assert verdict.reason == f"the endpoint did not let the request in: {shown}"


def test_such_an_error_beside_another_status_is_an_answer() -> None:
    answer = came(402, b"{}", ("x-amzn-ErrorType", "ExpiredTokenException"))
    assert judged(download(AS_BINARY), STORED, answer).outcome is DEVIATES


# --------------------------------------------------------------------------------- whole verdicts


@pytest.mark.parametrize(
    ("binary", "body", "due", "got"),
    [
        ((), base64.b64encode(S3_XML), "XML from S3", "Base64 of XML from S3, 12 bytes"),
        (("application/xml",), S3_XML, "Base64 of XML from S3", "XML from S3, 8 bytes"),
    ],
)
def test_the_xml_of_s3_in_the_wrong_form_is_named_with_the_due_one(
    binary: tuple[str, ...], body: bytes, due: str, got: str
) -> None:
    get = on_s3("GET", response(None, 404))
    case = Case("c", steps(request(get, accept="text/plain"), setups=0))
    verdict = judged(case, came(404, body), definition=api(get, binary=binary))
    assert (verdict.reason, verdict.expected) == (f"the body is not {due}", f"404 with {due}")
    assert verdict.observed.startswith(f"404 with {got}, SHA-256 ")


def test_a_case_that_conforms_says_so() -> None:
    case = download(AS_BINARY, REST.request_id_header)
    answer = came(200, CONTENT, ("x-amzn-RequestId", "1"))
    verdict = judged(case, STORED, answer)
    assert (verdict.case, verdict.outcome, verdict.rules, verdict.reason, verdict.step) == (
        "a download",
        CONFORMS,
        ("request-id",),
        "as the rules expect",
        1,
    )


@pytest.mark.parametrize(("answers", "step"), [((), None), ((STORED,), 0)])
def test_a_case_that_was_not_sent_as_a_whole_is_undecided(
    answers: tuple[Received, ...], step: int | None
) -> None:
    case = Case("c", steps(UPLOAD, AS_BINARY), rules=("read-after-write",))
    assert judged(case, *answers) == Verdict(
        "c", UNDECIDED, planned_rules(API, case), "not every request was sent", step=step
    )
    assert planned_rules(API, case)[0] == "read-after-write"


def test_a_case_that_could_not_be_prepared_keeps_the_rules_of_the_acts_before() -> None:
    case = Case("c", steps(UPLOAD, AS_BINARY, setups=1), rules=("read-after-write",))
    verdict = judged(case, None)
    assert verdict.rules == planned_rules(API, case)


def test_request_ids_that_repeat_are_shown() -> None:
    case = Case("c", steps(UNKNOWN, UNKNOWN, setups=0), REST.request_id_header)
    one = came(403, NO_TOKEN, ("x-amzn-RequestId", "one"))
    assert judged(case, one, one) == Verdict(
        "c",
        DEVIATES,
        ("request-id",),
        "two responses have the same x-amzn-RequestId",
        "another x-amzn-RequestId in each response",
        "one, one",
        step=1,
    )


@pytest.mark.parametrize(
    ("aspect", "act", "status", "lines", "expected", "observed"),
    [
        (
            "Content-Type",
            AS_TEXT,
            200,
            (("Content-Type", "text/plain"),),
            "Content-Type: image/png",
            "Content-Type: text/plain",
        ),
        (
            "Content-Length",
            AS_TEXT,
            200,
            ((LENGTH, "5"),),
            "Content-Length: 4",
            "Content-Length: 5",
        ),
        (
            "Content-Encoding",
            AS_TEXT,
            200,
            (("Content-Encoding", "gzip"),),
            "Content-Encoding: none: the client did not ask for one",
            "Content-Encoding: gzip",
        ),
        (REST.request_id_header, AS_TEXT, 200, (), "x-amzn-RequestId: an id", "no such header"),
        (
            REST.request_id_header,
            AS_TEXT,
            200,
            (("x-amzn-RequestId", ""),),
            "x-amzn-RequestId: an id",
            "x-amzn-RequestId: ",
        ),
        (
            REST.error_type_header,
            UNKNOWN,
            403,
            (("x-amzn-ErrorType", ""),),
            "x-amzn-ErrorType: MissingAuthenticationTokenException",
            "x-amzn-ErrorType: ",
        ),
    ],
)
def test_a_header_that_deviates_is_named_with_what_was_due_and_what_came(
    aspect: str,
    act: Request,
    status: int,
    lines: tuple[tuple[str, str], ...],
    expected: str,
    observed: str,
) -> None:
    verdict = judged(download(act, aspect), STORED, came(status, b"body", *lines))
    name = expected.partition(":")[0]
    assert verdict.reason == f"{name} is not as expected"
    assert (verdict.expected, verdict.observed) == (expected, observed)


def test_a_body_of_two_layers_of_base64_is_called_so() -> None:
    verdict = judged(download(AS_TEXT), STORED, came(200, base64.b64encode(ENCODED)))
    assert verdict.observed.startswith("200 with Base64 of the object's Base64, 460 bytes, ")
