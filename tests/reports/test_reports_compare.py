"""What differs between runs, and what became worse."""

from typing import Any

import pytest

from reports.comparison.differences import ABSENT, UNTESTED, Kind, compare
from reports.document import Document
from tests.reports.document_helpers import a_case, a_document

C, D, N, U = "conforms", "deviates", "not applicable", "undecided"


def a_run(outcome: str, night: int = 1, **more: Any) -> Document:
    """A run of one night in which one case came out so; `ABSENT` and `UNTESTED` have no case."""
    started = f"2026-11-{night:02}T02:00:00+00:00"
    if outcome in (ABSENT, UNTESTED):
        return a_document([], started=started, complete=outcome == ABSENT, **more)
    return a_document([a_case("a case", outcome)], started=started, **more)


def kind_of(*outcomes: str) -> str | None:
    """What a case with these outcomes, night by night, is called."""
    found = compare([a_run(each, night) for night, each in enumerate(outcomes, 1)]).differences
    return found[0].kind if found else None


KINDS = [
    # the outcomes, night by night, and what the case is called
    ((C, C), None),
    ((D, D), None),
    ((N, N), None),
    ((U, U, U), None),
    ((C, D), Kind.WORSE),
    ((C, D, D), Kind.WORSE),
    ((D, C, D), Kind.WORSE),
    ((C, U, D), Kind.WORSE),
    ((C, UNTESTED, D), Kind.WORSE),
    ((U, D), Kind.NEW),
    ((ABSENT, D), Kind.NEW),
    ((N, UNTESTED, D), Kind.NEW),
    ((C, U), Kind.LOST),
    ((C, UNTESTED), Kind.LOST),
    ((C, ABSENT), Kind.LOST),
    ((C, N), Kind.LOST),
    ((D, U), Kind.LOST),
    ((C, U, U), Kind.LOST),
    ((D, C), Kind.BETTER),
    ((D, C, C), Kind.BETTER),
    ((C, D, C), Kind.BETTER),
    ((U, C), Kind.GAINED),
    ((ABSENT, C), Kind.GAINED),
    ((C, U, C), Kind.CHANGED),
    ((D, U, D), Kind.CHANGED),
    ((N, U), Kind.CHANGED),
    ((U, ABSENT), Kind.CHANGED),
    ((C, UNTESTED, C), None),
    ((ABSENT, C, C), None),
    ((D, UNTESTED, D), None),
]


@pytest.mark.parametrize(("outcomes", "kind"), KINDS)
def test_a_case_is_judged_by_its_last_run_and_all_before(
    outcomes: tuple[str, ...], kind: Kind | None
) -> None:
    assert kind_of(*outcomes) == kind


def test_every_kind_is_brought_about() -> None:
    assert {kind for _, kind in KINDS} | {Kind.DIFFERENT} == {*Kind, None}


@pytest.mark.parametrize(("outcomes", "kind"), KINDS)
def test_only_a_case_that_conformed_and_deviates_makes_the_whole_worse(
    outcomes: tuple[str, ...], kind: Kind | None
) -> None:
    found = compare([a_run(each, night) for night, each in enumerate(outcomes, 1)])
    assert found.worse is (kind is Kind.WORSE)
    assert sum(found.kinds.values()) == (kind is not None)
    assert found.same == (kind is None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"actual_form": "Base64"}, {"actual_form": "corrupted"}),
        ({"rules": ["unknown-path"]}, {"rules": ["content-length"]}),
    ],
)
def test_a_case_may_deviate_in_another_way(before: dict[str, Any], after: dict[str, Any]) -> None:
    runs = [a_document([a_case("a case", D, **each)]) for each in (before, after)]
    assert [each.kind for each in compare(runs).differences] == [Kind.DIFFERENT]


def test_what_differs_from_run_to_run_anyway_is_no_difference() -> None:
    runs = [a_document([a_case("a case", D, observed=f"id {n}", seconds=n)]) for n in (1, 2)]
    assert compare(runs).differences == []


def test_nights_are_put_in_the_order_of_their_start() -> None:
    found = compare([a_run(D, 3), a_run(C, 1), a_run(C, 2)])
    assert found.trend
    assert [run.label for run in found.runs] == [
        "2026-11-01 02:00",
        "2026-11-02 02:00",
        "2026-11-03 02:00",
    ]
    assert found.differences[0].kind == Kind.WORSE


def test_endpoints_stay_in_the_order_given() -> None:
    found = compare([a_run(D, 2, endpoint="http://b:1/v1"), a_run(C, 1, endpoint="http://a:1")])
    assert not found.trend
    assert [run.label for run in found.runs] == [
        "b:1/v1 2026-11-02 02:00",
        "a:1 2026-11-01 02:00",
    ]
    assert found.differences[0].kind == Kind.BETTER


def test_labels_go_with_their_runs_and_are_never_alike() -> None:
    labelled = compare([a_run(C, 2), a_run(C, 1)], ["second", "first"])
    assert [run.label for run in labelled.runs] == ["first", "second"]
    alike = compare([a_run(C), a_run(C), a_run(C)])
    labels = [run.label for run in alike.runs]
    assert len(set(labels)) == 3


REMARKS = [
    # what the second run has otherwise, what is said of it
    ({}, ""),
    ({"definition": "mapped"}, "The runs have different definitions: "),
    ({"suite_version": "9.9.9"}, "The runs have different versions of the suite: "),
    ({"profile": "quick"}, "The runs have different profiles: "),
    ({"complete": False, "why": "SIGINT"}, "The run 2026-11-02 02:00 is incomplete: SIGINT."),
    ({"complete": False}, "The run 2026-11-02 02:00 is incomplete."),
    (
        {"untested": ["3 cases were deselected"]},
        "The run 2026-11-02 02:00 did not test everything: 3 cases were deselected.",
    ),
]


@pytest.mark.parametrize(("otherwise", "remark"), REMARKS)
def test_what_may_explain_a_difference_is_said_beforehand(
    otherwise: dict[str, Any], remark: str
) -> None:
    remarks = compare([a_run(C, 1), a_run(C, 2, **otherwise)]).remarks
    assert len(remarks) == bool(remark)
    assert all(each.startswith(remark) for each in remarks)


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ({"complete": False}, UNTESTED),
        ({"untested": ["7 cases were deselected"]}, UNTESTED),
        ({}, ABSENT),
    ],
)
def test_a_missing_case_is_untested_where_the_run_left_something_out(
    end: dict[str, Any], outcome: str
) -> None:
    found = compare([a_run(C), a_document([], **end)]).differences
    assert [case.outcome for case in found[0].runs] == [C, outcome]


def test_cases_are_followed_by_their_test_and_not_by_their_id_alone() -> None:
    one, other = (a_case("none", N, test=f"test_{n}[none]", reason=str(n)) for n in (1, 2))
    found = compare([a_document([one, other]), a_document([one])])
    assert [each.test for each in found.differences] == ["test_2[none]"]
    assert found.same == 1


def test_of_two_cases_that_are_called_alike_the_worse_speaks() -> None:
    twice = a_document([a_case("a", C), a_case("a", D), a_case("a", U)])
    assert compare([a_document([a_case("a", C)]), twice]).worse


def test_rules_with_the_gravest_differences_come_first_and_those_without_cases_not_at_all() -> None:
    before = [
        a_case("same"),
        a_case("better", D, rules=["content-length"]),
        a_case("worse", rules=["missing-key"]),
    ]
    after = [
        a_case("same"),
        a_case("better", rules=["content-length"]),
        a_case("worse", D, rules=["missing-key"]),
    ]
    rules = compare([a_document(before), a_document(after)]).rules
    assert [(rule.id, rule.differences) for rule in rules] == [
        ("missing-key", {Kind.WORSE: 1}),
        ("content-length", {Kind.BETTER: 1}),
        ("unknown-path", {}),
    ]


def test_a_rule_that_only_one_run_knows_is_there() -> None:
    gone = a_case("a", rules=["a-rule-of-old"])
    rules = compare([a_document([gone]), a_document([a_case("b")])]).rules
    old = next(rule for rule in rules if rule.id == "a-rule-of-old")
    assert old.counts[1] is None
    assert old.sentence == "A rule that was."


def test_each_run_of_a_difference_has_its_reason_and_its_commands() -> None:
    found = compare([a_run(C, 1), a_run(D, 2)]).differences[0]
    assert (found.case, found.rule) == ("a case", "unknown-path")
    assert found.runs[1].reason == "a reason why it deviates"
    assert found.runs[1].commands == ["curl -q -sS https://abc/"]
