"""All verdicts of a run, counted: what the terminal, the exit status and every document share."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from fixtures.rules.rule_book import rules
from fixtures.rules.verdict import Outcome, Verdict
from reports import document
from reports.policy import Policy

NOTHING_DECIDED = 6
"""Exit status: the endpoint could not be reached, does not fit, or left something undecided."""


@dataclass(frozen=True)
class Result:
    """A verdict, and what the run made of it; `excuse` says why a deviation did not fail it."""

    verdict: Verdict
    fails: bool
    excuse: str = ""

    @classmethod
    def recorded(cls, case: document.Case) -> "Result":
        """The result that a record has, from a worker or from a file."""
        return cls(
            Verdict(
                case=case["id"],
                outcome=Outcome(case["outcome"]),
                rules=tuple(case["rules"]),
                reason=case["reason"],
                expected=case["expected"],
                observed=case["observed"],
                cause=case["cause"],
                step=case["step"],
                expected_form=case["expected_form"],
                actual_form=case["actual_form"],
            ),
            fails=case["fails"],
            excuse=case["excuse"],
        )


def apply_policy(verdict: Verdict, policy: Policy) -> Result:
    """What a run makes of a verdict."""
    fails = policy.fails(verdict)
    excused = verdict.outcome is Outcome.DEVIATES and not fails
    return Result(verdict, fails, policy.excuse(verdict) if excused else "")


@dataclass
class Results:
    """The results of a run, in the order in which they came."""

    all: list[Result] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Take one more result in."""
        self.all.append(result)

    def verdicts(self, outcome: Outcome) -> list[Verdict]:
        """The verdicts with this outcome."""
        return [result.verdict for result in self.all if result.verdict.outcome is outcome]

    def by_rule(self) -> dict[str, Counter[Outcome]]:
        """How often each rule that names a verdict came out how, in the catalogue's order."""
        counts: dict[str, Counter[Outcome]] = {}
        for result in self.all:
            counts.setdefault(result.verdict.rule, Counter())[result.verdict.outcome] += 1
        return {name: counts[name] for name in rules() if name in counts}

    def exit_status(self, status: int) -> int:
        """Pytest's own status, or 6 where nothing failed and something stayed undecided.

        A run in which no test was judged is no success either.
        """
        if status != 0 or not self.all:
            return status
        judged = self.verdicts(Outcome.CONFORMS) or self.verdicts(Outcome.DEVIATES)
        if self.verdicts(Outcome.UNDECIDED) or not judged:
            return NOTHING_DECIDED
        return status


def grouped(verdicts: Iterable[Verdict]) -> Counter[str]:
    """How many verdicts have which reason, the most frequent first."""
    return Counter(verdict.reason for verdict in verdicts)
