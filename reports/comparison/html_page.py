"""The comparison as one HTML page: no script, no network, every text escaped by the template.

What differs comes first: the verdict, what to know before blaming anyone, the differences by kind
and rule, then all rules across all runs. Each case unfolds to its result in every run.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec.structs import asdict

from fixtures.rules.verdict import Outcome
from reports.case_status import case_status
from reports.comparison.differences import (
    ABSENT,
    MEANING,
    UNTESTED,
    CaseIn,
    Comparison,
    Difference,
    Kind,
    RunOverview,
    minute,
)

SHOWN = 40
"""Cases of one kind and rule that the page unfolds; the JSON has all."""

_HERE = Path(__file__).parent
_OUTCOMES = {
    "deviates": "failed or tolerated",
    "undecided": "inconclusive",
    "not_applicable": "not applicable",
    "conforms": "passed",
}
"""The keys of the counts and their words; the first is at the foot of a bar."""

_BAR_HEIGHT = 180


def render(comparison: Comparison) -> bytes:
    """The page in UTF-8; what UTF-8 cannot hold becomes a question mark."""
    style = (_HERE / "style.css").read_text(encoding="utf-8")
    templates = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "anchor": _anchor,
        "cases": _cases,
        "minute": minute,
        "facts": _facts,
        "status": _status,
    }
    page = templates.get_template("page.html").render(
        comparison=comparison,
        headline=_headline(comparison),
        style=style,
        digest=b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        outcomes=_OUTCOMES,
        bars=list(_bars(comparison.runs)),
        meaning=MEANING,
        differences=_by_kind_and_rule(comparison),
        sentences={rule.id: rule.sentence for rule in comparison.rules},
        most=SHOWN,
    )
    return page.encode("utf-8", "replace")


def _headline(comparison: Comparison) -> str:
    worse = comparison.kinds[Kind.WORSE]
    if worse:
        return f"Worse: {_cases(worse)} that passed before failed now"
    differing = len(comparison.differences)
    if differing:
        return f"Nothing became worse; {_cases(differing)} differ{'s' * (differing == 1)}"
    return "Nothing differs"


def _cases(number: int) -> str:
    return f"{number} case" + "s" * (number != 1)


def _anchor(text: str) -> str:
    """A name for a place in the page, and for a class."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


class _Block(NamedTuple):
    """One outcome's part of a run's bar, above the axis."""

    outcome: str
    top: float
    height: float


def _bars(runs: Sequence[RunOverview]) -> Iterator[list[_Block]]:
    """A bar for each run, its outcomes stacked, all to one scale."""
    totals = [asdict(run.totals) for run in runs]
    scale = _BAR_HEIGHT / max(1, *(sum(counts.values()) for counts in totals))
    for counts in totals:
        blocks, top = [], 0.0
        for outcome in _OUTCOMES:
            number = counts[outcome]
            if number:
                height = max(number * scale, 3.0)  # one deviation among thousands is visible, too
                top += height
                blocks.append(_Block(outcome, top, height))
        yield blocks


def _by_kind_and_rule(comparison: Comparison) -> dict[str, dict[str, list[Difference]]]:
    found: dict[str, dict[str, list[Difference]]] = {}
    for each in comparison.differences:
        found.setdefault(each.kind, {}).setdefault(each.rule, []).append(each)
    return found


def _status(case: CaseIn) -> str:
    """The word that people read; a case that a run does not have keeps its own."""
    if case.outcome in (ABSENT, UNTESTED):
        return case.outcome
    return case_status(Outcome(case.outcome), fails=not case.waiver)


def _facts(case: CaseIn) -> dict[str, str]:
    """What a run says of a case, without the commands, which differ by the run's own folder."""
    forms = f"expected {case.expected_form}, received {case.actual_form}"
    facts = {
        "outcome": _status(case),
        "why": case.reason,
        "rule": f"{case.rule} ({case.level})" if case.rule else "",
        "form": forms if case.actual_form else "",
        "expected": case.expected,
        "received": case.observed,
        "likely cause": case.cause,
        "tolerated": case.waiver,
    }
    return {name: text for name, text in facts.items() if text}
