"""The records of what is planned and of what was sent."""

import pytest

from fixtures.api import Integration, IntegrationKind, Operation
from fixtures.cases.case import ANSWER, Case, Request
from fixtures.cases.exchange import Received, Sent, header

OPERATION = Operation("/s3", "GET", Integration(IntegrationKind.MOCK, "mock", "", ""))
LINES = (("Content-Type", "text/plain"), ("VARY", "Accept"), ("Vary", "Origin"), ("Empty", ""))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("content-type", "text/plain"),
        ("Content-Type", "text/plain"),
        ("vary", "Accept, Origin"),  # RFC 9110 section 5.3: in the order in which they came
        ("empty", ""),
        ("missing", None),
    ],
)
def test_a_header_is_found_in_any_letter_case(name: str, expected: str | None) -> None:
    assert header(LINES, name) == expected
    assert Received(200, LINES).header(name) == expected


def test_a_planned_method_stands_in_for_that_of_the_operation() -> None:
    assert Request(OPERATION, "k").sent_method == "GET"
    assert Request(OPERATION, "k", method="PATCH").sent_method == "PATCH"


def test_bodies_do_not_flood_what_is_printed() -> None:
    body = b"\0" * 100
    records = (Request(OPERATION, "k", body=body), Sent("PUT", "/", body=body))
    for record in (*records, Received(200, body=body)):
        assert r"\x00" not in repr(record)


def test_a_case_is_printed_as_its_id() -> None:
    case = Case("download as text", aspect=ANSWER)
    assert repr(case) == "<case download as text>"
