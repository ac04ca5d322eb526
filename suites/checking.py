"""Where the parts meet: perform a case, judge what came, and tell pytest.

Only here do sending and judging know of each other; the order is always exchanges, then verdict,
then what the run makes of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import HypothesisException

from fixtures.endpoint import Performer
from fixtures.model import Definition
from fixtures.model.case import Case, Performed, Request, Role, Step
from fixtures.rules.judging import judge_case
from fixtures.rules.verdict import Outcome, Verdict
from reports.bodies import Bodies
from reports.failure import explain
from reports.policy import Policy
from suites.profile import Profile

EXAMPLES = Path(__file__).parents[1] / ".hypothesis" / "examples"
"""Where failing examples are kept for the next run; nightly runs keep the folder."""

Check = Callable[[Case], None]
"""Perform a case, judge it, and pass, fail or skip the test."""

Cases = Callable[[Definition, Profile], Iterator[Case]]


def each_case_of(generator: Cases, *, otherwise: str, rule: str) -> pytest.MarkDecorator:
    """Run a test once for each case that a definition gives rise to.

    Where there is none, the test is not applicable, with `otherwise` for a reason, under `rule`:
    nothing is left out silently.
    """
    return pytest.mark.cases.with_args(
        generator, Case("none", not_applicable=otherwise, rules=(rule,))
    )


@dataclass(frozen=True)
class Checked:
    """A verdict with the exchanges that it was made from.

    `remark` is what the reason of the verdict ends with and the judge did not say.
    """

    case: Case
    performed: tuple[Performed, ...]
    verdict: Verdict
    remark: str = ""


Record = Callable[[Checked], None]
"""Hand a verdict to the reports, before the test ends."""


class Deviation(Exception):
    """A deviation that fails the run, on its way through Hypothesis."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(checked.verdict.reason)
        self.checked = checked


class Checker:
    """Checks cases against one endpoint; an instance serves one test."""

    def __init__(
        self,
        definition: Definition,
        performer: Performer,
        policy: Policy,
        record: Record,
        bodies: Bodies,
    ) -> None:
        self.definition = definition
        self.performer = performer
        self.policy = policy
        self._record = record
        self._bodies = bodies

    def __call__(self, case: Case) -> None:
        """Perform, judge and settle one case."""
        self.settle(self.judge(case, self.performer.perform(case)))

    def judge(self, case: Case, performed: tuple[Performed, ...]) -> Checked:
        """The verdict on what came of a case."""
        return Checked(case, performed, judge_case(self.definition, case, performed))

    def settle(self, checked: Checked) -> None:
        """Report the verdict and end the test accordingly."""
        self._record(checked)
        verdict = checked.verdict
        if verdict.outcome is Outcome.CONFORMS:
            return
        if verdict.outcome is not Outcome.DEVIATES:
            pytest.skip(f"{verdict.outcome}: {verdict.reason}")
        if not self.policy.fails(verdict):
            excuse = self.policy.excuse(verdict)
            pytest.xfail(f"deviates, {excuse}: {verdict.reason}")
        pytest.fail(explain(verdict, checked.performed, self._bodies), pytrace=False)


class Search:
    """Runs Hypothesis over cases and settles on one verdict for the whole search.

    A deviation that fails the run is raised, so that Hypothesis shrinks it; one that does not is
    remembered, so that it never hides a worse one.
    """

    def __init__(self, checker: Checker, profile: Profile) -> None:
        self._checker = checker
        self._tolerated: Checked | None = None
        self._proven: list[Checked] = []
        self._last: Checked | None = None
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
        self._weigh(self._checker.judge(case, self._checker.performer.perform(case)))

    def sequence(self, case: Case) -> Callable[[Request], None]:
        """Begin a sequence of requests that is judged as a whole after each of them."""
        performed: list[Performed] = []

        def send(request: Request) -> None:
            exchange = self._checker.performer.send(request, case.id)
            performed.append(Performed(Step(Role.ACT, request), exchange))
            steps = tuple(step.step for step in performed)
            so_far = Case(case.id, steps, rules=case.rules)
            self._weigh(self._checker.judge(so_far, tuple(performed)))

        return send

    def run(self, case: Case, test: Callable[[], object]) -> None:
        """Run a Hypothesis test to its end and settle the verdict under the case's own name."""
        searching = test if not hasattr(test, "hypothesis") else self.settings(test)
        try:
            searching()
        except Deviation as deviation:
            found = deviation.checked
        except (HypothesisException, ExceptionGroup):
            if not self._proven:
                raise
            found = _once(self._proven[0])
        else:
            found = (
                self._tolerated
                or self._last
                or Checked(case, (), judge_case(self._checker.definition, case, ()))
            )
        self._checker.settle(found)

    def _weigh(self, checked: Checked) -> None:
        self._last = checked
        outcome = checked.verdict.outcome
        if outcome is Outcome.UNDECIDED:
            self._checker.settle(checked)
        if outcome is not Outcome.DEVIATES:
            return
        if self._checker.policy.fails(checked.verdict):
            self._proven.append(checked)
            raise Deviation(checked)
        self._tolerated = self._tolerated or checked


def _once(checked: Checked) -> Checked:
    """A deviation that the bytes prove and that did not come again."""
    remark = "; it did not come again when the requests were repeated"
    verdict = replace(checked.verdict, reason=checked.verdict.reason + remark)
    return replace(checked, verdict=verdict, remark=remark)
