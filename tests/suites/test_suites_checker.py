"""From exchanges to the end of a test."""

import re

import pytest

from fixtures.cases.case import Case
from fixtures.rules.rule_book import Level, rules
from fixtures.rules.verdict import Outcome
from reports.policy import KnownDeviation, Policy
from tests.suites.helpers import (
    DERIVED,
    MUST,
    Bench,
    Failed,
    Gateway,
    Skipped,
    XFailed,
    above_ascii_lost,
    trip,
)


def test_a_case_that_conforms_passes() -> None:
    bench = Bench(Gateway())
    bench.check(trip(b"\x80"))
    assert bench.outcomes == [Outcome.CONFORMS]
    assert [p.step.request.sent_method for p in bench.recorded[0].attempt.performed] == [
        "PUT",
        "GET",
    ]


NOT_PASSED = [
    # name, gateway, case, policy, how the test ends, its message, what the reports get
    ("fails", Gateway(above_ascii_lost), trip(b"\x80"), Policy(Level.SHOULD), Failed,
     "the body is not raw bytes\nrule ", Outcome.DEVIATES),
    ("derived", Gateway(above_ascii_lost), trip(b"\x80", DERIVED), Policy(Level.SHOULD), XFailed,
     "tolerated, but depends on a rule that is derived: the body is not raw bytes",
     Outcome.DEVIATES),
    ("derived, strict", Gateway(above_ascii_lost), trip(b"\x80", DERIVED), Policy(Level.DERIVED),
     Failed, "the body is not raw bytes\nrule ", Outcome.DEVIATES),
    ("known", Gateway(above_ascii_lost), trip(b"\x80"),
     Policy(Level.SHOULD, (KnownDeviation("", "a trip", "ticket 7"),)), XFailed,
     "tolerated, known (ticket 7): the body is not raw bytes", Outcome.DEVIATES),
    ("undecided", Gateway(failures=["lost"]), trip(b"a"), Policy(Level.DERIVED), Skipped,
     "inconclusive: lost", Outcome.UNDECIDED),
    ("not applicable", Gateway(), Case("none", not_applicable="no such thing", rules=(MUST,)),
     Policy(Level.DERIVED), Skipped, "not applicable: no such thing", Outcome.NOT_APPLICABLE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("gateway", "case", "policy", "ends", "message", "outcome"),
    [row[1:] for row in NOT_PASSED],
    ids=[row[0] for row in NOT_PASSED],
)
def test_a_case_ends_its_test_as_its_verdict_says_and_is_reported_first(
    gateway: Gateway,
    case: Case,
    policy: Policy,
    ends: type[BaseException],
    message: str,
    outcome: Outcome,
) -> None:
    bench = Bench(gateway, policy)
    with pytest.raises(BaseException) as ended:
        bench.check(case)
    # An expected failure is a failure to isinstance, too.
    assert type(ended.value) is ends
    assert str(ended.value).startswith(message)
    assert bench.outcomes == [outcome]


def test_a_failure_is_explained_with_rule_source_and_commands() -> None:
    with pytest.raises(Failed) as failed:
        Bench(Gateway(above_ascii_lost)).check(trip(b"\x80"))
    said = str(failed.value)
    assert rules()[MUST].sentence in said
    assert "\nsource " in said
    assert len(re.findall(r"^  .*curl -q -sS", said, re.MULTILINE)) == 2
