"""All verdicts of a run, counted: what the terminal, the exit status and every document share."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

import pytest

from fixtures.exceptions import ExitStatus
from fixtures.rules.rule_book import rules
from fixtures.rules.verdict import Outcome, Verdict
from reports import document
from reports.case_status import CaseStatus, case_status
from reports.policy import Policy

_ELSEWHERE = ("case", "expected_body")
"""What a record has of a verdict under another name, or by its digest."""


@dataclass(frozen=True)
class Result:
    """A verdict, and what the run made of it; `waiver` says why a deviation did not fail it."""

    verdict: Verdict
    fails: bool
    waiver: str = ""

    @property
    def status(self) -> CaseStatus:
        """The word that people read."""
        return case_status(self.verdict.outcome, fails=self.fails)

    @classmethod
    def recorded(cls, case: document.Case) -> "Result":
        """The result that a record has, from a worker or from a file."""
        names = (field.name for field in fields(Verdict) if field.name not in _ELSEWHERE)
        verdict = Verdict(case.id, **{name: getattr(case, name) for name in names})
        return cls(verdict, case.fails, case.waiver)


def apply_policy(verdict: Verdict, policy: Policy) -> Result:
    """What a run makes of a verdict."""
    fails = policy.fails(verdict)
    is_waived = verdict.outcome is Outcome.DEVIATES and not fails
    return Result(verdict, fails, policy.waiver(verdict) if is_waived else "")


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

    def by_rule(self) -> dict[str, Counter[CaseStatus]]:
        """The cases of each rule by their status, in the order of the rule book."""
        counts: dict[str, Counter[CaseStatus]] = {}
        for result in self.all:
            counts.setdefault(result.verdict.rule, Counter())[result.status] += 1
        return {name: counts[name] for name in rules() if name in counts}

    @property
    def failing(self) -> int:
        """How many cases fail the run."""
        return sum(result.fails for result in self.all)

    @property
    def shows_nothing_binary(self) -> bool:
        """Whether no answer at all was compared with the bytes of an object or a function."""
        return bool(self.all) and not any(result.verdict.bytes_seen for result in self.all)

    def exit_status(self, status: int, *, crashed: bool = False, whole: bool = False) -> int:
        """Pytest's own status, or 6 where nothing failed and something stayed undecided.

        A run in which no test was judged is no success either. One that was interrupted, or whose
        worker `crashed`, fails by a deviation only. A `whole` plan, of which nothing was selected,
        passes only where bytes were seen.
        """
        if status == pytest.ExitCode.INTERRUPTED or (
            crashed and status in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERNAL_ERROR)
        ):
            return ExitStatus.FAILED if self.failing else ExitStatus.INCONCLUSIVE
        if status != 0 or not self.all:
            return status
        judged = self.verdicts(Outcome.CONFORMS) or self.verdicts(Outcome.DEVIATES)
        if self.verdicts(Outcome.UNDECIDED) or not judged or (whole and self.shows_nothing_binary):
            return ExitStatus.INCONCLUSIVE
        return status


NOTHING_BINARY = "nothing about binary was tested"


def conclusion(
    counts: Mapping[CaseStatus, int],
    what: str = "cases",
    *,
    cut_short: str = "",
    unseen: bool = False,
    reserved: str = "",
    refused: str = "",
) -> str:
    """The verdict on a run in one line.

    `reserved` is what a run that passes has reservations about, `refused` is set where these fail
    it, and says by which option.

    `cut_short` is why the run ended early; such a run never passes, nor does one that is `unseen`:
    no answer of the whole plan was compared with the bytes of an object.
    """
    total = sum(counts.values())
    statuses = (CaseStatus.TOLERATED, CaseStatus.INCONCLUSIVE, CaseStatus.NOT_APPLICABLE)
    others = [f"{counts[status]:,} {status}" for status in statuses if counts.get(status)]
    aside = f" ({', '.join(others)})" if others else ""
    if failing := counts.get(CaseStatus.FAILED, 0):
        return f"FAIL: {failing:,} of {total:,} {what} failed{aside}"
    passed = f"{counts.get(CaseStatus.PASSED, 0):,} passed"
    if cut_short:
        return f"INCONCLUSIVE: the run is incomplete ({cut_short}): {', '.join((passed, *others))}"
    if unseen:
        return f"INCONCLUSIVE: {NOTHING_BINARY}: {', '.join((passed, *others))}"
    if counts.get(CaseStatus.INCONCLUSIVE):
        return f"INCONCLUSIVE: {', '.join((passed, *others))}"
    if not counts.get(CaseStatus.PASSED) and not counts.get(CaseStatus.TOLERATED):
        return f"INCONCLUSIVE: nothing was evaluated{aside}"
    verdict = f"FAIL ({refused})" if refused else "PASS"
    aside = f"; {reserved}" if reserved else ""
    return f"{verdict}: {', '.join((passed, '0 failed', *others))}{aside}"


def grouped(verdicts: Iterable[Verdict]) -> Counter[str]:
    """How many verdicts have which reason, the most frequent first."""
    return Counter(verdict.reason for verdict in verdicts)
