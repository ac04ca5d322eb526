"""Random examples: Hypothesis over cases, and the one that a whole search is judged by."""

import ast
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import HypothesisException

from fixtures.api import Definition
from fixtures.cases.case import Case, Request, Role, Step, StepResult
from fixtures.client import CaseRunner
from fixtures.rules.judgement import judge_case, planned_rules
from fixtures.rules.verdict import Outcome
from reports.policy import Policy
from suites.profile import Profile
from suites.runner.checker import Attempt
from suites.runner.traffic_estimate import LARGEST_BODY, searched_uploads

EXAMPLES = Path(__file__).parents[2] / ".hypothesis" / "examples"
"""Where failing examples are kept for the next run; nightly runs keep the folder."""

NOT_AGAIN = "; it did not come again when the requests were repeated"
"""What is said of a deviation that the bytes prove and that Hypothesis could not bring back."""


class _DeviationError(Exception):
    """A deviation that fails the run, on its way through Hypothesis."""

    def __init__(self, tried: Attempt) -> None:
        super().__init__("deviates")
        self.tried = tried


class PropertyRun:
    """Runs Hypothesis over cases and settles on one example for the whole search.

    A deviation that fails the run is raised, so that Hypothesis shrinks it; one that does not is
    remembered, so that it never hides a worse one. What is undecided ends the search. An instance
    serves one search, which may run in any thread.
    """

    def __init__(
        self, definition: Definition, performer: CaseRunner, policy: Policy, profile: Profile
    ) -> None:
        self.definition = definition
        self._performer = performer
        self._policy = policy
        self._tolerated: Attempt | None = None
        self._undecided: Attempt | None = None
        self._proven: list[Attempt] = []
        self._last: Attempt | None = None
        self._usual: Attempt | None = None
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
            self._weigh(Attempt(case, self._performer.execute(case)))

    def sequence(self, case: Case) -> Callable[[Request], None]:
        """Begin a sequence of requests that is judged as a whole after each of them."""
        steps: list[Step] = []
        performed: list[StepResult] = []

        def send(request: Request) -> None:
            steps.append(Step(Role.ACT, request))
            so_far = Case(case.id, tuple(steps), rules=case.rules)
            if self._may_send(so_far, steps[-1:]):
                performed.append(StepResult(steps[-1], self._performer.send(request, case.id)))
                self._weigh(Attempt(so_far, tuple(performed)))

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
            return deviation.tried
        except (HypothesisException, ExceptionGroup):
            if not self._proven:
                raise
            return Attempt(self._proven[0].case, self._proven[0].performed, NOT_AGAIN)
        # An example that rests on what the case was planned for, and not on what was drawn last.
        return self._tolerated or self._usual or self._last or Attempt(case, ())

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

    def _weigh(self, tried: Attempt) -> None:
        self._last = tried
        verdict = judge_case(self.definition, tried.case, tried.performed)
        if verdict.outcome is Outcome.UNDECIDED:
            self._undecided = tried
            # The one exception that Hypothesis lets through at once, without any other example.
            pytest.skip("undecided")
        if verdict.outcome is not Outcome.DEVIATES:
            if verdict.rule == self._filed_under:
                self._usual = tried
            return
        if self._policy.fails(verdict):
            self._proven.append(tried)
            raise _DeviationError(tried)
        self._tolerated = self._tolerated or tried


@contextmanager
def several_at_once() -> Iterator[None]:
    """Let searches run in several threads, beside a pytest that shows failures.

    Both read Python's source to do so, and until Python 3.13 two threads that parse at once may
    fail: the depth of a syntax tree under construction is counted for the whole interpreter
    (https://github.com/python/cpython/issues/106905). So one waits for the other.
    """
    parse, lock = ast.parse, threading.RLock()

    def one_at_a_time(*arguments: Any, **options: Any) -> Any:
        with lock:
            return parse(*arguments, **options)

    ast.parse = one_at_a_time
    try:
        yield
    finally:
        ast.parse = parse
