"""The search for the fewest changes that explain what came.

Strategy: a change that explains none of a handful of different deviations is dropped at once; the
rest are weighed on a sample that stands for all observations, and the best of them on all. The
usual causes come first, and the rare ones only where no usual one explains everything. Where no
single change does, the best ones are joined by each other change in turn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.diagnosis.change import Behaviour, Change, Foretelling
from reports.diagnosis.evidence import Evidence, Found, Sample, Scene, sample, walk

_MOST_CHANGES = 3
_HANDFUL = 24
_KINDS = 150
_FINALISTS = 8
_BASES = 3
_WORTH_A_LOOK = 0.5
"""The share of what the best one promises that another has to promise."""
_HOPELESS = 0.75
"""The share of the deviations that one more change will hardly make good."""
_WORTH_A_CHANGE = 0.05
"""The share of the deviations that one more change has to explain."""


@dataclass(frozen=True)
class Ranked:
    """A behaviour and what it makes of all observations.

    `worth` is the number of observations that fit, less a price for each change but the first.
    """

    changes: tuple[Change, ...]
    found: Found
    worth: float

    @property
    def likelihood(self) -> tuple[int, int]:
        """What decides between two that fit the same: fewer changes, then likelier ones."""
        return len(self.changes), sum(change.likelihood for change in self.changes)


class Search:
    """One search over the evidence of a run."""

    def __init__(self, evidence: Evidence, *changes: Iterable[Change]) -> None:
        """`changes` are those that are tried first, those that are tried next, and so on."""
        self._evidence = evidence
        self._changes = changes
        deviating = [scene for scene in evidence.scenes if scene.deviates]
        fitting = [scene for scene in evidence.scenes if not scene.deviates]
        few = sample(deviating, evidence.deviating, 2, _KINDS)
        more = sample(fitting, evidence.deviating, 1, _KINDS)
        self._sample = Sample((*few.scenes, *more.scenes), {**more.weights, **few.weights})
        self._foretellings: dict[tuple[str, ...], Foretelling] = {}
        self._handfuls: dict[tuple[str, ...], Sample] = {}

    def run(self) -> tuple[Ranked, ...]:
        """The behaviours that explain most, best first."""
        ranked: tuple[Ranked, ...] = ()
        alive: list[Change] = []
        for changes in self._changes:
            some = [change for change in changes if self._helps((), change)]
            ranked = _sorted((*ranked, *self._best([(change,) for change in some])))
            if ranked and not self._open(ranked[0]):
                return ranked
            alive += some
        bases = ranked
        for _ in range(_MOST_CHANGES - 1):
            bases = tuple(base for base in bases[:_BASES] if self._is_worth_a_join(base))
            joined = {
                frozenset(one.key for one in (*base.changes, change)): (*base.changes, change)
                for base in bases
                for change in alive
                if all(change.place != other.place for other in base.changes)
                and self._helps(base.changes, change)
            }
            bases = self._best(list(joined.values()))
            ranked = _sorted((*ranked, *bases))
        return ranked

    def _is_worth_a_join(self, base: Ranked) -> bool:
        """Whether it explains a good part of the deviations and leaves another."""
        remaining, deviating = len(self._open(base)), len(self._evidence.deviating)
        return 0 < remaining <= _HOPELESS * deviating

    def _open(self, ranked: Ranked) -> frozenset[int]:
        """The observations that remain to be explained, and those that fitted before."""
        return (self._evidence.deviating - ranked.found.fits) | ranked.found.contradicts

    def _walk(self, changes: tuple[Change, ...], scenes: Iterable[Scene]) -> Found:
        """What some changes make of some scenes; what the rules say is asked once."""
        asking = [c for c in changes if c.define is not None or c.ask is not None]
        key = tuple(sorted(change.key for change in asking))
        if key not in self._foretellings:
            self._foretellings[key] = Foretelling(self._evidence.definition, asking)
        return walk(Behaviour(self._foretellings[key], changes), scenes)

    def _helps(self, base: tuple[Change, ...], change: Change) -> bool:
        """Whether a change explains any of a handful of deviations that remain."""
        handful = self._handful(base)
        remaining = self._evidence.deviating
        if base:
            remaining -= self._walk(base, handful.scenes).fits
        found = self._walk((*base, change), handful.scenes)
        return bool(found.fits & remaining)

    def _handful(self, base: tuple[Change, ...]) -> Sample:
        key = tuple(change.key for change in base)
        if key not in self._handfuls:
            fits = self._walk(base, self._sample.scenes).fits if base else frozenset()
            remaining = self._evidence.deviating - fits
            scenes = [
                scene
                for scene in self._sample.scenes
                if any(moment.number in remaining for moment in scene.moments)
            ]
            self._handfuls[key] = sample(scenes, remaining, 1, _HANDFUL)
        return self._handfuls[key]

    def _best(self, candidates: Sequence[tuple[Change, ...]]) -> tuple[Ranked, ...]:
        """The most promising ones, held against everything."""
        likely = sorted(candidates, key=lambda c: sum(change.likelihood for change in c))
        promises = {changes: self._promise(changes) for changes in likely}
        best = max(promises.values(), default=0.0)
        promising = [c for c in likely if promises[c] >= _WORTH_A_LOOK * best]
        finalists = sorted(promising, key=lambda c: -promises[c])[:_FINALISTS]
        return _sorted(self._ranked(changes) for changes in finalists)

    def _promise(self, changes: tuple[Change, ...]) -> float:
        """How many more observations than before would fit, going by the sample."""
        found = self._walk(changes, self._sample.scenes)
        weights, deviating = self._sample.weights, self._evidence.deviating
        gained = sum(weights[number] for number in found.fits & deviating)
        return gained - sum(weights[number] for number in found.contradicts - deviating)

    def _ranked(self, changes: tuple[Change, ...]) -> Ranked:
        found = self._walk(changes, self._evidence.scenes)
        price = max(1.0, _WORTH_A_CHANGE * len(self._evidence.deviating))
        return Ranked(changes, found, len(found.fits) - price * (len(changes) - 1))


def _sorted(ranked: Iterable[Ranked]) -> tuple[Ranked, ...]:
    return tuple(
        sorted(ranked, key=lambda one: (-one.worth, len(one.found.contradicts), one.likelihood))
    )
