"""What a passed run has reservations about: tolerated deviations, and the definition itself."""

from collections import Counter
from collections.abc import Iterable, Sequence

from fixtures.explanation.catalogue import KINDS, Severity
from reports.document import Finding

FAIL_ON: dict[str, tuple[Severity, ...]] = {
    "error": (Severity.ERROR,),
    "warning": (Severity.ERROR, Severity.WARNING),
    "never": (),
}
"""The findings that end in status 1, by the least severity that does."""


def reservations(tolerated: Iterable[str], findings: Sequence[Finding]) -> str:
    """The reservations in a few words, empty where there are none.

    `tolerated` has the rule of each deviation that did not fail the run.
    """
    parts = []
    rules = Counter(tolerated)
    if rules:
        parts.append(f"{rules.total():,} tolerated: {', '.join(rules)}")
    counts = Counter(finding.severity for finding in findings)
    numbers = [
        f"{counts[severity]} {severity}{'s' * (counts[severity] != 1)}"
        for severity in (Severity.ERROR, Severity.WARNING)
        if counts[severity]
    ]
    if numbers:
        worst = min(findings, key=lambda finding: list(Severity).index(finding.severity))
        said = KINDS[worst.id].title if worst.id in KINDS else worst.id
        parts.append(f"{' and '.join(numbers)} about the definition: {said}")
    return "; ".join(parts)


def fails_by_findings(findings: Iterable[Finding], fail_on: str) -> bool:
    """Whether one of the findings is as severe as `fail_on`, a name of `FAIL_ON`."""
    return any(finding.severity in FAIL_ON[fail_on] for finding in findings)
