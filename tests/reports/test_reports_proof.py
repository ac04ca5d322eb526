"""What a run proved: bytes that were right, by operation and form."""

import pytest

from fixtures.cases.case import Role
from fixtures.explanation.catalogue import Severity
from reports.document import Case, Finding
from reports.proof import Proof
from reports.terminal_summary import proof_lines
from tests.reports.document_helpers import a_case, a_step

SEEN = {"bytes_seen": True}


def of(operation: str, form: str = "raw", **facts: object) -> Case:
    steps = [a_step(operation="PUT /setup", role=Role.SETUP), a_step(operation=operation)]
    return a_case(**{"steps": steps, "expected_form": form, "bytes_seen": True, **facts})


def test_right_bytes_are_counted_by_operation_and_form() -> None:
    cases = [of("GET /s3"), of("GET /s3", "Base64"), of("GET /s3", "Base64"), of("PUT /s3")]
    assert list(Proof(cases).proven()) == ["GET /s3: Base64 (2), raw (1)", "PUT /s3: raw (1)"]
    assert list(Proof(cases).unproven()) == []


@pytest.mark.parametrize(
    "case",
    [
        of("GET /s3", outcome="deviates"),
        of("GET /s3", bytes_seen=False),
        of("GET /s3", "error 500"),
        of("GET /s3", "empty"),
        of("GET /s3", aspect="Content-Type"),
        a_case(steps=[a_step(role=Role.SETUP)], expected_form="raw", **SEEN),
    ],
)
def test_what_shows_no_bytes_proves_nothing(case: Case) -> None:
    assert list(Proof([case]).proven()) == []


def test_an_operation_whose_bytes_were_never_seen_is_named_with_the_usual_reason() -> None:
    cases = [
        of("PUT /drop", outcome="not applicable", reason="no download shows it"),
        of("PUT /drop", outcome="not applicable", reason="no download shows it"),
        of("PUT /drop", outcome="undecided", reason="throttled; again", remark="; again"),
        of("GET /s3", outcome="undecided", reason="throttled"),
        of("GET /s3"),
    ]
    assert list(Proof(cases).unproven()) == ["PUT /drop: no download shows it"]
    assert list(Proof(cases[2:3]).unproven()) == ["PUT /drop: throttled"]


def test_of_many_operations_a_few_are_shown() -> None:
    names = [f"GET /{number}" for number in range(7)]
    assert list(Proof(map(of, names)).proven())[4:] == ["and 3 other operations"]
    unseen = (of(name, outcome="undecided") for name in names)
    assert list(Proof(unseen).unproven())[4:] == ["and 3 other operations"]


def test_the_terminal_has_a_line_for_each_operation() -> None:
    cases = [of("GET /a"), of("GET /b"), of("PUT /c", outcome="undecided", reason="throttled")]
    findings = [Finding(f"id-{n}", Severity.WARNING, "GET /a: it is Base64") for n in range(6)]
    assert list(proof_lines(Proof(cases), findings)) == [
        "",
        "bytes right GET /a: raw (1)",
        "            GET /b: raw (1)",
        "not seen    PUT /c: throttled",
        "explain     warning id-0: GET /a: it is Base64",
        "            warning id-1: GET /a: it is Base64",
        "            warning id-2: GET /a: it is Base64",
        "            warning id-3: GET /a: it is Base64",
        "            and 2 more",
        "            apigw-conformance explain shows the lines, and what to change",
    ]
