"""Every fault under every definition, and the tables that are made of it.

Strategy: two processes take the faults one after the other; each holds one socket and the cases of
the definitions that it has met. They give back only data.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from fixtures.faults.catalogue import BY_NAME
from fixtures.faults.fault import CONNECTION
from fixtures.rules.rule_book import rules
from tests.lab.fault_matrix.trial import (
    Control,
    Result,
    Trial,
    applies,
    control,
    is_sole_killer,
    run_trial,
)
from tests.lab.workers import host, make_pool

NEVER_BROKEN = frozenset(
    {
        "not-judged",
        "stored-type-found",
        "media-type-entry-parameters",
        "key-path-ends",
        "lambda-request-empty-upload",
        "response-template-unmatched",
    }
)
"""Rules that no gateway of the matrix can break.

Nothing is judged by the first. The second is about objects that were there before the run, and the
matrix's gateways begin with none; `test_remote_run_read_only.py` holds it to a bad gateway. The
third is about an entry with a parameter, which no definition of the matrix lists. The others are
derived, and `test_rules_worlds.py` holds each of their answers.
"""
_WORST_LAST = (Result.CAUGHT, Result.CAUGHT_BY_OTHER, Result.MISSED, Result.NOT_TRIED)


@dataclass(frozen=True)
class Row:
    """One fault under each definition."""

    fault: str
    trials: Mapping[str, Trial]

    @property
    def result(self) -> Result:
        """The best result under any definition: to be caught once is to be caught."""
        return min((trial.result for trial in self.trials.values()), key=_WORST_LAST.index)

    @property
    def first(self) -> tuple[str, Trial]:
        """The definition and the trial that the result is from."""
        return next((d, t) for d, t in self.trials.items() if t.result is self.result)


@dataclass(frozen=True)
class SoleKiller:
    """A fault that only one rule catches, and the definition under which that was seen."""

    fault: str
    definition: str


@dataclass(frozen=True)
class Matrix:
    """The result of a whole run."""

    profile: str
    controls: Mapping[str, Control]
    rows: tuple[Row, ...]
    sole_killers: Mapping[str, SoleKiller | None] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether each fault was caught by a rule that names it, wherever it can show.

        The correct gateway is caught by none, and each rule is the sole killer of some fault.
        """
        trials = (trial for row in self.rows for trial in row.trials.values())
        right = not any(control.deviations for control in self.controls.values())
        return (
            right
            and all(trial.result in (Result.CAUGHT, Result.NOT_TRIED) for trial in trials)
            and all(self.sole_killers.values())
        )

    def document(self) -> dict[str, Any]:
        """The matrix as JSON."""
        return {
            "profile": self.profile,
            "succeeded": self.succeeded,
            "controls": {name: asdict(control) for name, control in self.controls.items()},
            "faults": {row.fault: _row_document(row) for row in self.rows},
            "sole_killers": {
                rule: asdict(killer) if killer else None
                for rule, killer in self.sole_killers.items()
            },
        }


def _row_document(row: Row) -> dict[str, Any]:
    fault = BY_NAME[row.fault]
    return {
        "group": fault.group,
        "sentence": fault.sentence,
        "rules": list(fault.rules),
        "result": row.result,
        "definitions": {name: asdict(trial) for name, trial in row.trials.items()},
    }


def run(
    faults: Sequence[str],
    definitions: Sequence[str],
    profile: str,
    *,
    control_cases: int | None = None,
    sole_killers: bool = False,
    said: Callable[[str], None] = lambda _: None,
) -> Matrix:
    """Try the faults under the definitions; `said` hears of each as soon as it is done.

    The correct gateway gets `control_cases` of the cases, by default all: what cannot tell it from
    a bad one would catch anything. With `sole_killers`, a fault is looked for, for each rule, that
    no other rule catches.
    """
    with make_pool() as pool:
        controls = {
            name: pool.submit(_control, name, profile, control_cases) for name in definitions
        }
        rows = [pool.submit(_row, fault, tuple(definitions), profile) for fault in faults]
        done = []
        for row in rows:
            done.append(row.result())
            said(line(done[-1]))
        correct = {name: one.result() for name, one in controls.items()}
        # Every case is sent, so those definitions come first that have few.
        order = sorted(definitions, key=lambda name: correct[name].cases)
        looked_for = {
            rule: pool.submit(_sole_killer, rule, tuple(_only_named(rule, done, order)), profile)
            for rule in (sorted(set(rules()) - NEVER_BROKEN) if sole_killers else ())
        }
        found = {rule: killer.result() for rule, killer in looked_for.items()}
        return Matrix(profile, correct, tuple(done), found)


def _only_named(rule: str, rows: Sequence[Row], definitions: Sequence[str]) -> Iterator[SoleKiller]:
    """The caught faults that break only this rule, under each definition."""
    for definition in definitions:
        for row in rows:
            fault = BY_NAME[row.fault]
            only_named = fault.rules == (rule,) and fault.group != CONNECTION
            if only_named and row.trials[definition].result is Result.CAUGHT:
                yield SoleKiller(row.fault, definition)


def _control(definition: str, profile: str, most: int | None) -> Control:
    return control(host(), definition, profile, most)


def _row(fault: str, definitions: tuple[str, ...], profile: str) -> Row:
    trials = {name: run_trial(host(), BY_NAME[fault], name, profile) for name in definitions}
    return Row(fault, trials)


def _sole_killer(rule: str, candidates: tuple[SoleKiller, ...], profile: str) -> SoleKiller | None:
    for killer in candidates:
        fault = BY_NAME[killer.fault]
        # The quick profile has every kind of case but those near the limit.
        enough = "quick" if applies(fault, killer.definition, "quick") else profile
        if is_sole_killer(host(), fault, killer.definition, enough, rule):
            return killer
    return None


def line(row: Row) -> str:
    """A row of the table: fault, outcome, first rule, definition and case."""
    definition, trial = row.first
    where = f"{definition}: {trial.case}" if trial.case else ""
    return f"{row.fault:<52} {row.result:<11} {trial.rule:<34} {where}".rstrip()


def per_definition(matrix: Matrix) -> Iterator[str]:
    """How many faults had which result under each definition, and which were not caught there."""
    names = dict.fromkeys(name for row in matrix.rows for name in row.trials)
    for name in names:
        results = [row.trials[name].result for row in matrix.rows]
        counts = ", ".join(f"{results.count(result)} {result}" for result in Result)
        yield f"{name}: {counts}"
        for row in matrix.rows:
            if row.trials[name].result in (Result.CAUGHT_BY_OTHER, Result.MISSED):
                yield f"  {row.trials[name].result}: {row.fault}"
