"""Where the parts meet: a case is performed, what came is judged, and pytest is told.

Only here do sending and judging know of each other; the order is always exchanges, then verdict,
then what the run makes of it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from fixtures.api import Definition
from fixtures.cases.case import Case, ExistingObject, StepResult
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome, Verdict
from reports.bodies import Bodies
from reports.failure_message import explain
from reports.policy import Policy
from suites.profile import Profile

Check = Callable[[Case], None]
"""Perform a case, judge it, and pass, fail or skip the test."""

Cases = Callable[[Definition, Profile], Iterator[Case]]

CasesOnFound = Callable[[Definition, Profile, Sequence[ExistingObject]], Iterator[Case]]
"""The cases that can be tried on objects that were there before the run."""


def each_case_of(
    generator: Cases,
    *,
    otherwise: str,
    rule: str,
    search: Callable[[Any, Case], "Attempt"] | None = None,
    found: CasesOnFound | None = None,
) -> pytest.MarkDecorator:
    """Run a test once for each case that a definition gives rise to.

    Where there is none, the test is not applicable, with `otherwise` for a reason, under `rule`:
    nothing is left out silently. With `search` (a `Search` and the case that stands for it all) a
    case is not performed but searched over. `found` makes the cases of a run that uploads nothing.
    """
    none = Case("none", not_applicable=otherwise, rules=(rule,))
    return pytest.mark.cases(generator, none, search=search, found=found)


@dataclass(frozen=True)
class Attempt:
    """A case, as far as it was performed, before anything is judged.

    Of a search it is the example that stands for all. `remark` is what the reason of a deviation
    ends with and the exchanges do not show.
    """

    case: Case
    performed: tuple[StepResult, ...]
    remark: str = ""


@dataclass(frozen=True)
class JudgedAttempt:
    """What was tried, and the verdict on it."""

    tried: Attempt
    verdict: Verdict


Try = Callable[[Case], Attempt]
"""Perform a case, or search over it, or say what came of it earlier."""

Record = Callable[[JudgedAttempt], None]
"""Hand a verdict to the reports, before the test ends."""


class Checker:
    """Checks cases against one endpoint; an instance serves one test."""

    def __init__(
        self, definition: Definition, attempt: Try, policy: Policy, record: Record, bodies: Bodies
    ) -> None:
        self._definition = definition
        self._attempt = attempt
        self._policy = policy
        self._record = record
        self._bodies = bodies

    def __call__(self, case: Case) -> None:
        """Judge what came of a case, report the verdict, and end the test accordingly."""
        tried = self._attempt(case)
        verdict = judge_case(self._definition, tried.case, tried.performed)
        verdict = replace(verdict, reason=verdict.reason + tried.remark)
        self._record(JudgedAttempt(tried, verdict))
        if verdict.outcome is Outcome.CONFORMS:
            return
        if verdict.outcome is not Outcome.DEVIATES:
            pytest.skip(f"{verdict.outcome}: {verdict.reason}")
        if not self._policy.fails(verdict):
            excuse = self._policy.excuse(verdict)
            pytest.xfail(f"deviates, {excuse}: {verdict.reason}")
        pytest.fail(explain(verdict, tried.performed, self._bodies), pytrace=False)
