"""The verdict on a whole run, in one word and one line."""

from collections import Counter

from fixtures.exceptions import ExitStatus
from reports.case_status import CaseStatus
from reports.document import Document
from reports.reservations import reservations


def word(document: Document) -> str:
    """`Passed`, `Failed`, `Inconclusive` or, where nothing failed so far, `Incomplete`."""
    totals, end = document.totals, document.end
    # Findings about the definition, or known deviations that are gone, may fail a run, too.
    if any(case.fails for case in document.cases) or (
        end.complete and end.exit_status == ExitStatus.FAILED
    ):
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
    said = reserved(document)
    aside = f" ({said})" if said else ""
    return f"{word(document)}: {', '.join(parts) or 'no case was executed'}{aside}"


def reserved(document: Document) -> str:
    """What a run has reservations about that passed; empty for any other."""
    tolerated = (case.rule for case in document.cases if case.status is CaseStatus.TOLERATED)
    passed = word(document) == "Passed"
    return reservations(tolerated, document.run.findings) if passed else ""
