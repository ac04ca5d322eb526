"""From a run to its diagnosis: what would explain it, in words that a reader can act on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from fixtures.model import Definition
from reports.diagnosis.asking import headers
from reports.diagnosis.configurations import configurations
from reports.diagnosis.damages import damages
from reports.diagnosis.evidence import Evidence, Judged, gather
from reports.diagnosis.mending import DEPLOY
from reports.diagnosis.searching import Ranked, Search
from reports.diagnosis.seen import look

_ENOUGH = 0.5
"""The share of the deviating observations that an explanation has to account for."""
_MOST_EXPLANATIONS = 6


class ExplanationDocument(TypedDict):
    """An explanation as JSON; those of one `rank` cannot be told apart by the cases."""

    rank: int
    sentence: str
    changes: list[str]
    fits: int
    of: int
    cause: str
    mend: list[str]
    commands: list[str]
    unexplained: list[str]


class DiagnosisDocument(TypedDict):
    """A diagnosis as JSON."""

    headline: str
    observations: int
    deviating: int
    explanations: list[ExplanationDocument]
    unexplained: list[str]


@dataclass(frozen=True)
class Explanation:
    """What would make an endpoint answer as it did.

    `rank` begins at 1; of two that fit the same observations, neither is better. `keys` name the
    changes for programs. `fits` of `of` observations are as foretold; `unexplained` names the cases
    of the others.
    """

    rank: int
    sentence: str
    keys: tuple[str, ...]
    fits: int
    of: int
    cause: str
    mend: tuple[str, ...]
    commands: tuple[str, ...]
    unexplained: tuple[str, ...]


@dataclass(frozen=True)
class Diagnosis:
    """What a run says about the deployment; without `explanations` there is none.

    `deviating` of `observations` do not fit the definition. `unexplained` names the cases that the
    first explanation leaves, and those that deviate in what no explanation is about.
    """

    headline: str
    observations: int
    deviating: int
    explanations: tuple[Explanation, ...]
    unexplained: tuple[str, ...]

    def as_json(self) -> DiagnosisDocument:
        """The diagnosis as the document and the page have it."""
        return {
            "headline": self.headline,
            "observations": self.observations,
            "deviating": self.deviating,
            "explanations": [_as_json(explanation) for explanation in self.explanations],
            "unexplained": list(self.unexplained),
        }


def _as_json(explanation: Explanation) -> ExplanationDocument:
    return {
        "rank": explanation.rank,
        "sentence": explanation.sentence,
        "changes": list(explanation.keys),
        "fits": explanation.fits,
        "of": explanation.of,
        "cause": explanation.cause,
        "mend": list(explanation.mend),
        "commands": list(explanation.commands),
        "unexplained": list(explanation.unexplained),
    }


def diagnose(definition: Definition, cases: Iterable[Judged]) -> Diagnosis:
    """The single change, or the fewest changes, that explain what came.

    Takes some seconds where something deviates, and next to nothing where nothing does. `cases` are
    then gone through a second time.
    """
    evidence = gather(definition, cases)
    if not evidence.deviating:
        return _as_defined(evidence)
    usual = (*configurations(definition, look(evidence)), *headers(definition))
    ranked = Search(evidence, usual, damages(evidence)).run()
    enough = [one for one in ranked if _explained(evidence, one) >= _ENOUGH]
    explanations = tuple(_explanations(evidence, enough))
    if not explanations:
        return Diagnosis(
            _nothing(evidence, ranked),
            evidence.observations,
            len(evidence.deviating),
            (),
            (*evidence.cases_of(evidence.deviating), *evidence.beyond),
        )
    first = explanations[0]
    alike = sum(other.rank == 1 for other in explanations) - 1
    more = f" {alike} other explanation(s) cannot be told apart by these cases." if alike else ""
    return Diagnosis(
        first.sentence + more,
        evidence.observations,
        len(evidence.deviating),
        explanations,
        tuple(dict.fromkeys((*first.unexplained, *evidence.beyond))),
    )


def _as_defined(evidence: Evidence) -> Diagnosis:
    count = evidence.observations
    headline = f"This endpoint behaves as defined: {count} of {count} observations fit."
    if not count:
        headline = "Nothing was observed, so nothing can be said of this endpoint."
    if evidence.beyond:
        headline += (
            f" What deviates in {len(evidence.beyond)} case(s) are headers that no configuration "
            f"of the conversions decides."
        )
    return Diagnosis(headline, count, 0, (), evidence.beyond)


def _nothing(evidence: Evidence, ranked: Sequence[Ranked]) -> str:
    deviating = len(evidence.deviating)
    best = max((int(_explained(evidence, one) * deviating) for one in ranked), default=0)
    nearest = f" The nearest accounts for {best} of them." if best > 0 else ""
    return (
        f"No diagnosis: {deviating} of {evidence.observations} observations deviate, and no "
        f"configuration or damage that was tried explains them.{nearest}"
    )


def _explained(evidence: Evidence, ranked: Ranked) -> float:
    """The share of the deviations that are explained, less what fitted and no longer does."""
    explained = len(ranked.found.fits & evidence.deviating)
    broken = len(ranked.found.contradicts - evidence.deviating)
    return (explained - broken) / len(evidence.deviating)


def _explanations(evidence: Evidence, ranked: Sequence[Ranked]) -> Iterator[Explanation]:
    rank, before = 0, None
    for one in ranked[:_MOST_EXPLANATIONS]:
        if one.found != before:
            rank, before = rank + 1, one.found
        yield _explanation(evidence, one, rank)


def _explanation(evidence: Evidence, ranked: Ranked, rank: int) -> Explanation:
    changes = ranked.changes
    fits, count = len(ranked.found.fits), evidence.observations
    behaves = ", and as if ".join(change.behaves for change in changes)
    commands = [c for change in changes for c in change.commands if c != DEPLOY]
    if any(change.commands for change in changes):
        commands.append(DEPLOY)
    return Explanation(
        rank,
        f"This endpoint behaves as if {behaves}: {fits} of {count} observations fit.",
        tuple(change.key for change in changes),
        fits,
        count,
        "; ".join(dict.fromkeys(change.cause for change in changes)),
        tuple(dict.fromkeys(word for change in changes for word in change.mend)),
        tuple(commands),
        evidence.cases_of(ranked.found.contradicts),
    )
