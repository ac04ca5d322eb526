"""What a run proved: by which operations bytes were seen, in which forms, and by which not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from fixtures.cases.case import ANSWER, WHOLE_ANSWER, Role
from fixtures.rules.verdict import Outcome
from reports.document import Case, Finding

_NO_BYTES = ("", "any", "empty", "error", "other")
"""Forms, by their first word, of answers that show nothing of an object's bytes."""
_OPERATIONS_SHOWN = 4
_FINDINGS_SHOWN = 4


class Proof:
    """Counts, by operation, the cases that passed because the right bytes came."""

    def __init__(self, cases: Iterable[Case] = ()) -> None:
        self._forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for case in cases:
            self.add(case)

    def add(self, case: Case) -> None:
        """Take one more case in."""
        acts = [step.request.operation for step in case.steps if step.role is Role.ACT]
        if not acts or case.aspect not in (ANSWER, WHOLE_ANSWER):
            return
        form = case.expected_form
        if case.outcome is Outcome.CONFORMS:
            if case.bytes_seen and form.partition(" ")[0] not in _NO_BYTES:
                self._forms[acts[-1]][form] += 1
        elif case.outcome is not Outcome.DEVIATES:
            self._reasons[acts[-1]][case.reason.removesuffix(case.remark)] += 1

    def proven(self) -> Iterator[str]:
        """For each operation, the forms in which its bytes were right, and in how many cases."""
        for operation, forms in list(self._forms.items())[:_OPERATIONS_SHOWN]:
            counts = ", ".join(f"{form} ({count:,})" for form, count in forms.most_common())
            yield f"{operation}: {counts}"
        if len(self._forms) > _OPERATIONS_SHOWN:
            yield f"and {len(self._forms) - _OPERATIONS_SHOWN} other operations"

    def unproven(self) -> Iterator[str]:
        """The operations whose bytes were never seen, each with the most frequent reason."""
        unseen = [(name, why) for name, why in self._reasons.items() if name not in self._forms]
        for operation, reasons in unseen[:_OPERATIONS_SHOWN]:
            ((reason, _),) = reasons.most_common(1)
            yield f"{operation}: {reason}"
        if len(unseen) > _OPERATIONS_SHOWN:
            yield f"and {len(unseen) - _OPERATIONS_SHOWN} other operations"


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What a green run does not say: how the definition itself surprises usual clients."""
    for finding in findings[:_FINDINGS_SHOWN]:
        yield f"{finding.severity} {finding.id}: {finding.sentence}"
    if len(findings) > _FINDINGS_SHOWN:
        yield f"and {len(findings) - _FINDINGS_SHOWN} more"
    if findings:
        yield "apigw-conformance explain shows the lines, and what to change"
