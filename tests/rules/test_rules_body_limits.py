"""How large a body may be, and what the refusal of a larger one looks like."""

import pytest

from fixtures.api import REST
from fixtures.cases.case import Case, Request
from fixtures.rules.rule_book import Level
from tests.rules.judgement_helpers import API, CONFORMS, DEVIATES, PUT, came, judged, steps

OVER = Request(PUT, "b/k", "image/png", body=bytes(REST.request_limit + 1))
SENTENCE = b"HTTP content length exceeded 10485760 bytes."


def upload(request: Request) -> Case:
    return Case("an upload", steps(request, setups=0))


@pytest.mark.parametrize("body", [SENTENCE, b'{"message": "Request Too Long"}'])
def test_the_refusal_over_the_limit_is_a_sentence_or_a_json_error(body: bytes) -> None:
    assert judged(upload(OVER), came(413, body)).outcome is CONFORMS


@pytest.mark.parametrize("body", [b"", b"<html>", b"HTTP content length exceeded 10 bytes."])
def test_another_body_over_the_limit_breaks_a_documented_rule(body: bytes) -> None:
    verdict = judged(upload(OVER), came(413, body))
    assert (verdict.outcome, verdict.rule, verdict.level) == (
        DEVIATES,
        "request-over-limit",
        Level.MUST,
    )
    assert verdict.reason == "the refusal is neither the sentence about the length nor a JSON error"


def test_another_status_over_the_limit_breaks_a_documented_rule() -> None:
    verdict = judged(upload(OVER), came(499, SENTENCE), definition=API)
    assert (verdict.outcome, verdict.level) == (DEVIATES, Level.MUST)
    assert verdict.reason == "status 499 instead of 413"
