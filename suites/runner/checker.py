"""Where the parts meet: a case is executed, the answers are judged, and pytest is told.

Only here do sending and judging know of each other; the order is always exchanges, then verdict,
then what the run makes of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from fixtures.api import Definition
from fixtures.cases.case import Case, StepResult
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome, Verdict
from reports.bodies import Bodies
from reports.case_status import CaseStatus, case_status
from reports.failure_message import explain
from reports.policy import Policy
from suites.runner.repetition import Repetition

Check = Callable[[Case], None]
"""Execute a case, judge it, and pass, fail or skip the test."""


@dataclass(frozen=True)
class Attempt:
    """A case, as far as it was executed, before anything is judged.

    Of a search it is the example that stands for all. `remark` is what the reason of a deviation
    ends with and the exchanges do not show.
    """

    case: Case
    performed: tuple[StepResult, ...]
    remark: str = ""


@dataclass(frozen=True)
class JudgedAttempt:
    """An attempt, and the verdict on it."""

    attempt: Attempt
    verdict: Verdict


Execute = Callable[[Case], Attempt]
"""Execute a case, or search over it, or give what was received earlier."""

Record = Callable[[JudgedAttempt], None]
"""Hand a verdict to the reports, before the test ends."""


@dataclass(frozen=True)
class Checker:
    """Checks cases against one endpoint; an instance serves one test."""

    definition: Definition
    execute: Execute
    policy: Policy
    record: Record
    bodies: Bodies
    repetition: Repetition | None = None

    def __call__(self, case: Case) -> None:
        """Judge a case, report the verdict, and end the test accordingly."""
        attempt = self.execute(case)
        if self.repetition is None:
            verdict = judge_case(self.definition, attempt.case, attempt.performed)
        else:
            case, performed, verdict = self.repetition.judge(attempt.case, attempt.performed)
            attempt = replace(attempt, case=case, performed=performed)
            again = self.repetition.remark(attempt.case, attempt.performed, verdict)
            attempt = replace(attempt, remark=attempt.remark + again)
        verdict = replace(verdict, reason=verdict.reason + attempt.remark)
        self.record(JudgedAttempt(attempt, verdict))
        if verdict.outcome is Outcome.CONFORMS:
            return
        status = case_status(verdict.outcome, fails=self.policy.fails(verdict))
        if status is CaseStatus.TOLERATED:
            pytest.xfail(f"{status}, {self.policy.waiver(verdict)}: {verdict.reason}")
        if status is not CaseStatus.FAILED:
            pytest.skip(f"{status}: {verdict.reason}")
        pytest.fail(explain(verdict, attempt.performed, self.bodies), pytrace=False)
