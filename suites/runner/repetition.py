"""A request that deviated, or failed by 502 or 503, is sent again: does it do so always?

A deviation stands: a wrong answer is never forgiven by a repetition. A failure that always comes
for one request, while others succeed in between, becomes a deviation. Only what changes nothing
else is sent again, for a few cases of a run.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fixtures.api import Definition
from fixtures.cases.case import Case, Request, Role, StepResult
from fixtures.cases.exchange import Exchange
from fixtures.rules.judgement import judge_case
from fixtures.rules.steady_failures import may_be_steady, steadiness_steps
from fixtures.rules.verdict import Outcome, Verdict

_TIMES = 4
"""How often a request is sent again."""
_MOST_CASES = 12
"""The cases of a process of which one is: a run in which much deviates is not made longer."""
_LARGEST = 256 * 1024
"""Bytes of the longest answer that is asked for again."""

Send = Callable[[Request, Case], Exchange]
"""Send one request on behalf of a case."""


@dataclass
class Repetition:
    """Sends again what deviated; an instance serves a process."""

    definition: Definition
    send: Send
    cases_left: int = _MOST_CASES

    def judge(
        self, case: Case, performed: tuple[StepResult, ...]
    ) -> tuple[Case, tuple[StepResult, ...], Verdict]:
        """The verdict on a case, with the case and the results that it rests on.

        Where a request failed by 502 or 503, they go on with the steps that show whether it always
        does.
        """
        verdict = judge_case(self.definition, case, performed)
        unchanged = case, performed, verdict
        if verdict.outcome is not Outcome.UNDECIDED or verdict.step is None:
            return unchanged
        decided = performed[verdict.step]
        received = decided.exchange.received if decided.exchange is not None else None
        if decided.step.role is Role.SETUP or not may_be_steady(received) or not self.cases_left:
            return unchanged
        steps = steadiness_steps(self.definition, case, verdict.step)
        if not steps:
            return unchanged
        self.cases_left -= 1
        done = list(performed[: verdict.step + 1])
        probed = replace(case, steps=(*case.steps[: verdict.step + 1], *steps))
        for step in steps:
            exchange = self.send(step.request, case)
            done.append(StepResult(step, exchange))
            if exchange.received is None:
                break
        return probed, tuple(done), judge_case(self.definition, probed, tuple(done))

    def remark(self, case: Case, performed: tuple[StepResult, ...], verdict: Verdict) -> str:
        """How often the deciding request deviates, to stand at the end of the verdict's reason.

        Empty where it may not be sent again, or no further answer could be judged.
        """
        if verdict.outcome is not Outcome.DEVIATES or verdict.step is None:
            return ""
        step = performed[verdict.step].step
        if not self.cases_left or not _is_repeatable(performed[verdict.step], verdict):
            return ""
        self.cases_left -= 1
        cut = replace(case, steps=case.steps[: verdict.step + 1])
        outcomes = []
        for _ in range(_TIMES):
            result = StepResult(step, self.send(step.request, case))
            again = judge_case(self.definition, cut, (*performed[: verdict.step], result))
            outcomes.append(again.outcome)
        judged = 1 + outcomes.count(Outcome.CONFORMS) + outcomes.count(Outcome.DEVIATES)
        wrong = 1 + outcomes.count(Outcome.DEVIATES)
        if judged == 1:
            return ""
        how = "always deviates" if wrong == judged else "does not always deviate"
        return f"; the same request {how}: {wrong} of {judged} times"


def _is_repeatable(decided: StepResult, verdict: Verdict) -> bool:
    """Whether to send the request again changes nothing, and costs little."""
    exchange = decided.exchange
    received = exchange.received if exchange is not None else None
    length = len(received.body) if received is not None else 0
    return not decided.step.request.writes and max(length, len(verdict.expected_body)) <= _LARGEST
