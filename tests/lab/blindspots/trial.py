"""Whether a run of the suite notices a mutation."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from fixtures.client.http_client import Timeouts
from fixtures.definitions import load
from fixtures.rules.verdict import Outcome
from tests.lab.blindspots.mutation import Mutation, changes_an_answer, draw
from tests.lab.fault_matrix.trial import planned
from tests.lab.workers import case_runner, host, repetition_by

_TIMEOUTS = Timeouts(connect=10.0, read=35.0, exchange=60.0)


class Sight(StrEnum):
    """What became of a mutation."""

    FAILED = "failed a run"
    INCONCLUSIVE = "inconclusive"
    """No case failed, but some could not be judged: the run is not green either."""
    MISSED = "missed"
    SET_ASIDE = "set aside"
    """Missed, but no answer to random requests is changed by it either."""


@dataclass(frozen=True)
class Found:
    """A mutation under one definition, and the first case that noticed it."""

    seed: int
    definition: str
    sentence: str
    sight: Sight
    case: str = ""
    rule: str = ""

    def line(self) -> str:
        """One line of the table."""
        return f"{self.seed:>6} {self.sight:<13} {self.definition:<8} {self.sentence} {self.rule}"

    def document(self) -> Mapping[str, Any]:
        """The same as JSON."""
        return asdict(self)


def look(seed: int, definition: str) -> Found:
    """What a run notices of the mutation of a seed, in a worker process."""
    mutation = draw(seed)
    found = _run(mutation, definition)
    if found.sight is Sight.MISSED and not asyncio.run(
        changes_an_answer(mutation, load(definition))
    ):
        return replace(found, sight=Sight.SET_ASIDE)
    return found


def _run(mutation: Mutation, definition: str) -> Found:
    """Send every case of the quick profile, each once, until one fails that fails a run."""
    document, cases = planned(definition, "quick")
    found = Found(mutation.seed, definition, mutation.sentence, Sight.MISSED)
    with (
        host().serving(mutation.fault(), document) as url,
        case_runner(url, "blind/", _TIMEOUTS) as runner,
    ):
        repetition = repetition_by(document, runner)
        for case in cases:
            *_, verdict = repetition.judge(case.case, runner.execute(case.case))
            if verdict.outcome is Outcome.DEVIATES and not verdict.tolerated:
                return replace(found, sight=Sight.FAILED, case=case.case.id, rule=verdict.rule)
            if verdict.outcome is Outcome.UNDECIDED and found.sight is Sight.MISSED:
                found = replace(found, sight=Sight.INCONCLUSIVE, case=case.case.id)
    return found
