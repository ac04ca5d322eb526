"""All verdicts of a run: from worker to controller, counted, concluded."""

from collections import Counter
from dataclasses import replace

import pytest

from fixtures.exceptions import ExitStatus
from fixtures.rules.rule_book import rules
from fixtures.rules.verdict import Outcome
from reports.case_status import CaseStatus
from reports.policy import KnownDeviation
from reports.results import Result, Results, grouped
from reports.terminal_summary import ending, summary
from tests.reports.helpers import DERIVED, MUST, a_verdict

C, D, N, U = Outcome.CONFORMS, Outcome.DEVIATES, Outcome.NOT_APPLICABLE, Outcome.UNDECIDED
ENDPOINT = "http://127.0.0.1:1/v1"


def results(*outcomes: Outcome, fails: bool = True, rule: str = MUST) -> Results:
    """One result for each outcome; deviations fail the run or do not."""
    found = Results()
    for outcome in outcomes:
        verdict = a_verdict(outcome, rule, reason=f"it {outcome}")
        found.add(Result(verdict, fails and outcome is D))
    return found


def test_results_of_two_runs_are_kept_apart() -> None:
    assert results(C).all != results().all
    assert Results().all == []


def test_verdicts_are_found_by_their_outcome_in_the_order_in_which_they_came() -> None:
    found = Results()
    for name, outcome in (("a", C), ("b", U), ("c", C)):
        found.add(Result(a_verdict(outcome, case=name), fails=False))
    assert [verdict.case for verdict in found.verdicts(C)] == ["a", "c"]
    assert found.verdicts(D) == []


def test_rules_are_counted_in_the_order_of_the_catalogue() -> None:
    found = Results()
    for rule in reversed(rules()):
        for outcome in (C, C, D):
            found.add(Result(a_verdict(outcome, rule), fails=False))
    found.add(Result(a_verdict(U, rules=(MUST, DERIVED)), fails=False))
    assert list(found.by_rule()) == list(rules())
    assert found.by_rule()[DERIVED] == Counter({CaseStatus.PASSED: 2, CaseStatus.TOLERATED: 1})
    # A verdict is filed under the first of its rules and no other.
    counts = {CaseStatus.PASSED: 2, CaseStatus.TOLERATED: 1, CaseStatus.INCONCLUSIVE: 1}
    assert found.by_rule()[MUST] == Counter(counts)


STATUSES = [
    # pytest's own status, outcomes, whether deviations fail, the status of the run
    (0, (), True, 0),
    (0, (C,), True, 0),
    (0, (C, N), True, 0),
    (0, (C, D), False, 0),
    (0, (D,), False, 0),
    (0, (D, N), False, 0),
    (0, (U,), True, 6),
    (0, (C, U), True, 6),
    (0, (D, U), False, 6),
    (0, (C, D, N, U), False, 6),
    (0, (N,), True, 6),
    (0, (N, N, U), True, 6),
    (1, (D,), True, 1),
    (1, (D, U), True, 1),
    (1, (U,), True, 1),
    (1, (N,), True, 1),
    (1, (), True, 1),
    (2, (C, U), True, 6),
    (2, (C,), True, 6),
    (2, (D,), True, 1),
    (2, (D,), False, 6),
    (3, (N,), True, 3),
    (4, (), True, 4),
    (5, (), True, 5),
    (6, (), True, 6),
]


@pytest.mark.parametrize(("status", "outcomes", "fails", "ends"), STATUSES)
def test_the_exit_status_tells_a_pass_from_a_run_that_left_something_open(
    status: int, outcomes: tuple[Outcome, ...], fails: bool, ends: int
) -> None:
    assert ExitStatus.INCONCLUSIVE == 6
    assert results(*outcomes, fails=fails).exit_status(status) == ends


def test_a_whole_plan_passes_only_where_bytes_were_seen() -> None:
    found = results(C, N)
    assert found.shows_nothing_binary
    assert found.exit_status(0) == 0
    assert found.exit_status(0, whole=True) == 6
    assert lines(found, way_out="give objects")[-2:] == [
        "give objects",
        "INCONCLUSIVE: nothing about binary was tested: 1 passed, 1 not applicable",
    ]
    found.add(Result(a_verdict(C, bytes_seen=True), fails=False))
    assert not found.shows_nothing_binary
    assert found.exit_status(0, whole=True) == 0
    assert not Results().shows_nothing_binary


def test_reasons_are_counted() -> None:
    verdicts = [a_verdict(reason=reason) for reason in "abb"]
    assert grouped(verdicts).most_common() == [("b", 2), ("a", 1)]


# ----------------------------------------------------------------------------------- the summary


def lines(found: Results, *gone: KnownDeviation, way_out: str = "") -> list[str]:
    return [*summary(found, ENDPOINT, "sample.json", gone), "", *ending(found, "", way_out)]


CONCLUSIONS = [
    # outcomes, whether deviations fail, the last line
    ((C, C), True, "PASS: 2 passed, 0 failed"),
    ((C, N), True, "PASS: 1 passed, 0 failed, 1 not applicable"),
    ((C, D), True, "FAIL: 1 of 2 cases failed"),
    ((D, U), True, "FAIL: 1 of 2 cases failed (1 inconclusive)"),
    ((C, U), True, "INCONCLUSIVE: 1 passed, 1 inconclusive"),
    ((N, N), True, "INCONCLUSIVE: nothing was evaluated (2 not applicable)"),
    (
        (C, D),
        False,
        "PASS: 1 passed, 0 failed, 1 tolerated",
    ),
    ((D,), False, "PASS: 0 passed, 0 failed, 1 tolerated"),
    (
        (U, D),
        False,
        "INCONCLUSIVE: 0 passed, 1 tolerated, 1 inconclusive",
    ),
]


@pytest.mark.parametrize(("outcomes", "fails", "sentence"), CONCLUSIONS)
def test_the_last_line_is_the_conclusion(
    outcomes: tuple[Outcome, ...], fails: bool, sentence: str
) -> None:
    assert lines(results(*outcomes, fails=fails))[-1] == sentence


def test_deviations_that_fail_and_others_are_told_apart() -> None:
    found = results(D, D)
    found.add(Result(a_verdict(rule=DERIVED), fails=False))
    assert lines(found)[-1] == ("FAIL: 2 of 3 cases failed (1 tolerated)")


def test_the_summary_says_what_was_tested_and_counts_by_rule() -> None:
    found = results(C, C, D, N, U)
    for _ in range(12_345):
        found.add(Result(a_verdict(C, DERIVED), fails=False))
    text = lines(found)
    assert text[:2] == [f"endpoint    {ENDPOINT}", "definition  sample.json"]
    at = next(number for number, line in enumerate(text) if line.startswith("rule"))
    assert text[at].split("  ")[-4:] == ["failed", "inconclusive", "not applicable", "passed"]
    # The rows stand in the catalogue's order and their cells under the heads.
    first, second = text[at + 1 : at + 3]
    assert first.split() == [MUST, "must", "1", "1", "1", "2"]
    assert second.split() == [DERIVED, "derived", "-", "-", "-", "12345"]
    assert len(first) == len(second) == len(text[at])


def test_what_was_left_open_is_grouped_by_reason_the_most_frequent_first() -> None:
    found = results(U, U, N)
    found.add(Result(a_verdict(U, reason="throttled"), fails=False))
    text = lines(found)
    inconclusive = text.index("inconclusive:")
    assert text[inconclusive + 1 : inconclusive + 3] == [
        "     2  it undecided",
        "     1  throttled",
    ]
    not_applicable = text.index("not applicable:")
    assert text[not_applicable + 1] == "     1  it not applicable"
    assert inconclusive < not_applicable


def test_an_operation_that_is_not_judged_is_named_with_its_reason() -> None:
    found = results(C, N)
    for case, reason in (("GET /f", "S3 is not behind it"), ("none", "all are judged")):
        verdict = replace(a_verdict(N, reason=reason), rules=("not-judged",), case=case)
        found.add(Result(verdict, fails=False))
    text = lines(found)
    at = text.index("operations that are not tested:")
    assert text[at + 1] == "  GET /f: S3 is not behind it"
    assert "     1  S3 is not behind it" not in text
    assert not any("all are judged" in line for line in text)


def test_where_nothing_was_left_open_there_are_no_reasons() -> None:
    assert not any(line.endswith(":") for line in lines(results(C, D)))


@pytest.mark.parametrize(("reasons", "rest"), [(8, None), (9, "     1  for other reasons")])
def test_reasons_that_are_many_are_cut_with_a_count(reasons: int, rest: str | None) -> None:
    found = Results()
    for number in range(reasons):
        # The first comes most often, so that the last is the one that is cut.
        for _ in range(reasons - number):
            found.add(Result(a_verdict(U, reason=f"reason {number}"), fails=False))
    text = lines(found)
    assert (rest in text) == (rest is not None)
    assert "     9  reason 0" in text or reasons == 8
    assert sum("reason " in line for line in text) == 8


def test_known_deviations_that_are_gone_are_named() -> None:
    text = lines(results(C), KnownDeviation(MUST, "GET *", "ticket 7"))
    assert (
        f"known deviation that no longer occurs or has expired: rule '{MUST}' and case 'GET *'"
        in text
    )


@pytest.mark.parametrize(("outcome", "ends"), [(C, 6), (D, 1)])
@pytest.mark.parametrize("status", [1, 3])
def test_a_crashed_worker_fails_a_run_by_a_deviation_only(
    outcome: Outcome, ends: int, status: int
) -> None:
    assert results(outcome).exit_status(status, crashed=True) == ends
