"""The verdict on a whole run, in one word and one line."""

from fixtures.exceptions import ExitStatus
from reports.document import Document


def word(document: Document) -> str:
    """`Conforms`, `Deviates`, `Not decided` or `Cut short`."""
    totals = document.totals
    if not document.end.complete:
        return "Cut short"
    if any(case.fails for case in document.cases):
        return "Deviates"
    undecided = document.end.exit_status == ExitStatus.INCONCLUSIVE
    if undecided or totals.undecided or not totals.conforms + totals.deviates:
        return "Not decided"
    return "Conforms"


def headline(document: Document) -> str:
    """The verdict with its endpoint, as the title of the page."""
    totals = document.totals
    judged = totals.conforms + totals.deviates
    return (
        f"{word(document)}: {totals.deviates} of {judged} judged cases deviate"
        f" · {document.run.endpoint}"
    )
