"""Thousands of failures on one screen: grouped by symptom, with one example each."""

import pytest

from fixtures.diagnosis import Diagnosis, Explanation
from reports.failure_groups import FailureGroups, diagnosis_lines
from tests.reports.document_helpers import a_case, an_exchange

SENT = {"1": an_exchange(command="curl -X GET second"), "0": an_exchange(command="curl first")}


def grouped(*cases: tuple[str, int]) -> list[str]:
    groups = FailureGroups()
    for form, count in cases:
        for number in range(count):
            groups.add(a_case(f"{form} {number}", "deviates", actual_form=form), SENT)
    return list(groups.lines())


def test_failures_are_counted_by_symptom_the_most_frequent_first() -> None:
    found = grouped(("cut", 1), ("Base64", 2000))
    heads = [line for line in found if "cases: " in line or "case: " in line]
    assert heads == [
        "  2000 cases: expected raw bytes, received Base64  [unknown-path, must]",
        "     1 case: expected raw bytes, received cut  [unknown-path, must]",
    ]


def test_an_example_has_its_test_both_sides_and_its_last_command() -> None:
    assert grouped(("Base64", 3))[1:] == [
        "        for example  suites/download/test_download.py::test_x[Base64 0]",
        "        expected     200 with raw bytes",
        "        received     200 with Base64 of the object",
        "        reproduce    curl -X GET second",
    ]


@pytest.mark.parametrize("form", ["", "raw bytes"])
def test_a_case_whose_forms_do_not_differ_is_grouped_by_its_reason(form: str) -> None:
    groups = FailureGroups()
    groups.add(a_case("c", "deviates", expected_form=form, actual_form=form, observed=""), {})
    assert next(groups.lines()).startswith("     1 case: a reason why it deviates  [")
    assert not any("reproduce" in line for line in groups.lines())


def test_a_command_with_a_long_body_is_left_to_the_page() -> None:
    groups = FailureGroups()
    groups.add(a_case("c", "deviates"), {"1": an_exchange(command=f"printf {'x' * 10_000}")})
    assert any(line.endswith("see the page") for line in groups.lines())


def test_many_symptoms_stay_on_a_screen() -> None:
    found = grouped(*((f"form {number}", 2) for number in range(200)))
    assert len(found) < 40
    assert found[-1] == "   376 cases with 188 other symptoms: in the page, or with -v"


def test_the_diagnosis_says_what_it_explains_and_what_to_do() -> None:
    fix, commands = ("Do this.", "Then that."), ("a", "b", "c", "d")
    first = Explanation(1, "It is as if.", (), 9, 10, "a cause", fix, commands, ())
    assert list(diagnosis_lines(Diagnosis("It is as if.", 10, 9, (first,), ()))) == [
        "diagnosis   It is as if.",
        "cause       a cause",
        "explains    9 of 10 observations",
        "fix         Do this.",
        "            Then that.",
        "            a",
        "            b",
        "            c",
        "            … (all commands are in the page)",
    ]
    assert list(diagnosis_lines(Diagnosis("No diagnosis.", 10, 9, (), ()))) == [
        "diagnosis   No diagnosis."
    ]
