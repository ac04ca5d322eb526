"""What people read of a verdict: the documents keep the values of `Outcome`."""

from enum import StrEnum

from fixtures.rules.verdict import Outcome


class CaseStatus(StrEnum):
    """The words of terminal, page, summary, comparison and Allure, the worst first."""

    FAILED = "failed"
    TOLERATED = "tolerated"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"
    PASSED = "passed"


_STATUSES = {
    Outcome.UNDECIDED: CaseStatus.INCONCLUSIVE,
    Outcome.NOT_APPLICABLE: CaseStatus.NOT_APPLICABLE,
    Outcome.CONFORMS: CaseStatus.PASSED,
}


def case_status(outcome: Outcome, *, fails: bool) -> CaseStatus:
    """The status of a case; a deviation that does not fail the run is tolerated."""
    if outcome is Outcome.DEVIATES:
        return CaseStatus.FAILED if fails else CaseStatus.TOLERATED
    return _STATUSES[outcome]
