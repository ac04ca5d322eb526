"""The verdict on a whole run, in one word and one line."""

from collections import Counter

from fixtures.exceptions import ExitStatus
from reports.case_status import CaseStatus
from reports.document import Document


def word(document: Document) -> str:
    """`Passed`, `Failed`, `Inconclusive` or, where nothing failed so far, `Incomplete`."""
    totals = document.totals
    if any(case.fails for case in document.cases):
        return "Failed"
    if not document.end.complete:
        return "Incomplete"
    inconclusive = document.end.exit_status == ExitStatus.INCONCLUSIVE
    if inconclusive or totals.undecided or not totals.conforms + totals.deviates:
        return "Inconclusive"
    return "Passed"


def headline(document: Document) -> str:
    """The verdict with the number of cases by status, the worst first."""
    counts = Counter(case.status for case in document.cases)
    parts = [f"{counts[status]:,} {status}" for status in CaseStatus if counts[status]]
    return f"{word(document)}: {', '.join(parts) or 'no case was executed'}"
