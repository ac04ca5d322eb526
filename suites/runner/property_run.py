"""Random examples: Hypothesis over cases, and the one that a whole search is judged by."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import HypothesisException

from fixtures.api import Definition
from fixtures.cases.case import Case, Request, Role, Step, StepResult
from fixtures.client import CaseRunner
from fixtures.locations import WRITABLE
from fixtures.rules.judgement import judge_case, planned_rules
from fixtures.rules.verdict import Outcome
from reports.case_status import CaseStatus
from reports.policy import Policy
from suites.profile import Profile
from suites.runner.checker import Attempt
from suites.runner.traffic_estimate import LARGEST_BODY, searched_uploads

EXAMPLES = WRITABLE / ".hypothesis" / "examples"
"""Where failing examples are kept for the next run; nightly runs keep the folder."""

NOT_AGAIN = "; it did not come again when the requests were repeated"
"""What is said of a deviation that the bytes prove and that Hypothesis could not bring back."""


class _DeviationError(Exception):
    """A deviation that fails the run, on its way through Hypothesis."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__("deviates")
        self.attempt = attempt


class PropertyRun:
    """Runs Hypothesis over cases and settles on one example for the whole search.

    A deviation that fails the run is raised, so that Hypothesis shrinks it; one that does not is
    remembered, so that it never hides a worse one. What is undecided ends the search. An instance
    serves one search, which may run in any thread.
    """

    def __init__(
        self, definition: Definition, case_runner: CaseRunner, policy: Policy, profile: Profile
    ) -> None:
        self.definition = definition
        self._case_runner = case_runner
        self._policy = policy
        self._tolerated: Attempt | None = None
        self._undecided: Attempt | None = None
        self._proven: list[Attempt] = []
        self._last: Attempt | None = None
        self._representative: Attempt | None = None
        self._filed_under = ""
        self._profile = profile
        self._left = 0
        self.settings = settings(
            # Said here, for under CI Hypothesis would keep no database and draw no random bytes.
            database=DirectoryBasedExampleDatabase(EXAMPLES),
            derandomize=False,
            max_examples=profile.examples,
            stateful_step_count=profile.steps,
            deadline=None,
            print_blob=False,
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.target, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )

    def check(self, case: Case) -> None:
        """Perform and judge one example."""
        if self._may_send(case, case.steps):
            self._judge(Attempt(case, self._case_runner.execute(case)))

    def sequence(self, case: Case) -> Callable[[Request], None]:
        """Begin a sequence of requests that is judged as a whole after each of them."""
        steps: list[Step] = []
        performed: list[StepResult] = []

        def send(request: Request) -> None:
            steps.append(Step(Role.ACT, request))
            so_far = Case(case.id, tuple(steps), rules=case.rules)
            if self._may_send(so_far, steps[-1:]):
                performed.append(StepResult(steps[-1], self._case_runner.send(request, case.id)))
                self._judge(Attempt(so_far, tuple(performed)))

        return send

    def run(self, case: Case, test: Callable[[], object]) -> Attempt:
        """Run a Hypothesis test to its end; the example that the verdict is to be made from."""
        self._filed_under = next(iter(planned_rules(self.definition, case)), "")
        over = "examples" if hasattr(test, "hypothesis") else "steps"
        self._left = searched_uploads(self._profile, over) * LARGEST_BODY
        searching = test if not hasattr(test, "hypothesis") else self.settings(test)
        try:
            searching()
        except pytest.skip.Exception:
            assert self._undecided is not None
            return self._undecided
        except _DeviationError as deviation:
            return deviation.attempt
        except (HypothesisException, ExceptionGroup):
            if not self._proven:
                raise
            return Attempt(self._proven[0].case, self._proven[0].performed, NOT_AGAIN)
        # An example that rests on what the case was planned for, and not on what was drawn last.
        return self._tolerated or self._representative or self._last or Attempt(case, ())

    def _may_send(self, case: Case, steps: Sequence[Step]) -> bool:
        """Whether the data that was announced for the search allows for these steps.

        Where it does not, what was proven is told again as it was, and the rest is passed over, so
        that Hypothesis ends with the smallest example that it has.
        """
        self._left -= sum(len(step.request.body) for step in steps if step.request.writes)
        if self._left >= 0:
            return True
        for proven in self._proven:
            if proven.case == case:
                raise _DeviationError(proven)
        return False

    def _judge(self, attempt: Attempt) -> None:
        self._last = attempt
        verdict = judge_case(self.definition, attempt.case, attempt.performed)
        if verdict.outcome is Outcome.UNDECIDED:
            self._undecided = attempt
            # The one exception that Hypothesis lets through at once, without any other example.
            pytest.skip(CaseStatus.INCONCLUSIVE)
        if verdict.outcome is not Outcome.DEVIATES:
            # Of a sequence, a beginning may be uploads alone, which show nothing by themselves.
            shown = verdict.outcome is Outcome.CONFORMS or self._representative is None
            if verdict.rule == self._filed_under and shown:
                self._representative = attempt
            return
        if self._policy.fails(verdict):
            self._proven.append(attempt)
            raise _DeviationError(attempt)
        self._tolerated = self._tolerated or attempt
