"""The counts of the runs as a picture: a bar a run, its outcomes stacked, told apart by pattern."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from reports.comparison.differences import RunOverview
from reports.comparison.elements import element
from reports.document import Counts

OUTCOMES = {
    "deviates": "deviates",
    "undecided": "undecided",
    "not_applicable": "not applicable",
    "conforms": "conforms",
}
"""The keys of the counts and their words; what accuses stands at the foot of a bar."""

_PATTERNS = {
    "deviates": "M0 8 L8 0 M-2 2 L2 -2 M6 10 L10 6",
    "undecided": "M4 0 V8",
    "not_applicable": "M4 2 V4 M0 6 V8",
}
"""Drawn over the colour; a bar of conforming cases is plain."""
_HEIGHT, _TOP, _FOOT = 180, 20, 24
_BAR, _STEP, _LEFT = 36, 60, 10
_LEGEND = 130


def count(counts: Counts, key: str) -> int:
    """How many cases came out so."""
    number: int = counts[key]  # type: ignore[literal-required]
    return number


def picture(runs: Sequence[RunOverview]) -> Element:
    """An SVG; the same numbers are in a table beside it, which a screen reader is given."""
    most = max((sum(count(run["totals"], key) for key in OUTCOMES) for run in runs), default=0)
    width = max(_LEFT + _STEP * len(runs), _LEFT + _LEGEND * len(OUTCOMES))
    foot = _TOP + _HEIGHT
    svg = element(
        "svg",
        element("defs", (_pattern(key) for key in _PATTERNS)),
        element("line", class_="axis", x1="0", x2=str(width), y1=str(foot), y2=str(foot)),
        viewBox=f"0 0 {width} {foot + 2 * _FOOT}",
        width=str(width),
        aria_hidden="true",
    )
    for place, run in enumerate(runs):
        left = _LEFT + place * _STEP
        svg.extend(_bar(run, left, foot, _HEIGHT / max(most, 1)))
        cut = "" if run["complete"] else " cut"
        svg.append(element("text", f"{place + 1}{cut}", x=str(left), y=str(foot + 15)))
    for place, (key, word) in enumerate(OUTCOMES.items()):
        left = _LEFT + place * _LEGEND
        svg.extend(_block(key, left, foot + _FOOT + 6, 14, 12))
        svg.append(element("text", word, x=str(left + 20), y=str(foot + _FOOT + 16)))
    return svg


def _pattern(key: str) -> Element:
    return element(
        "pattern",
        element("path", class_="stroke", d=_PATTERNS[key]),
        id=f"pattern-{key}",
        width="8",
        height="8",
        patternUnits="userSpaceOnUse",
    )


def _bar(run: RunOverview, left: int, foot: int, scale: float) -> list[Element]:
    parts: list[Element] = []
    level = float(foot)
    for key in OUTCOMES:
        # A single deviation among thousands is to be seen, too.
        number = count(run["totals"], key)
        height = max(number * scale, 3.0) if number else 0.0
        if height:
            level -= height
            parts += _block(key, left, level, _BAR, height)
    return parts


def _block(key: str, left: float, top: float, width: float, height: float) -> list[Element]:
    box = {
        name: f"{value:g}"
        for name, value in (("x", left), ("y", top), ("width", width), ("height", height))
    }
    name = OUTCOMES[key].replace(" ", "-")
    blocks = [element("rect", class_=f"bar {name}", **box)]
    if key in _PATTERNS:
        blocks.append(element("rect", class_="over", fill=f"url(#pattern-{key})", **box))
    return blocks
