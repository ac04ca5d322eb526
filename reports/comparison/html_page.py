"""The comparison as one HTML page: no script, no network, every text escaped by the tree it is in.

What differs comes first: the verdict, what to know before blaming anyone, the differences by kind
and rule, then all rules across all runs. Each case unfolds to what every run made of it.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from xml.etree.ElementTree import Element

from reports.comparison.differences import (
    MEANING,
    CaseIn,
    Comparison,
    Difference,
    Kind,
    RuleAcross,
    RunOverview,
    minute,
)
from reports.comparison.elements import element, written
from reports.comparison.trend import OUTCOMES, count, picture

SHOWN = 40
"""Cases of one kind and rule that the page unfolds; the JSON has all."""

_SIGNS = {
    "conforms": "✓",
    "deviates": "✗",
    "undecided": "?",
    "untested": "…",
    "not applicable": "–",
    "absent": "∅",
}
"""Beside the words, so that a column is read at a glance without its colours."""


def render(comparison: Comparison) -> bytes:
    """The page, in UTF-8."""
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", _headline(comparison)),
        element("style", style),
    )
    return written(element("html", head, element("body", _main(comparison)), lang="en"))


def _main(comparison: Comparison) -> Element:
    worse = "verdict bad" if comparison["worse"] else "verdict"
    main = element(
        "main",
        element("h1", _headline(comparison), class_=worse),
        element("p", _order(comparison), class_="soft"),
        _kinds(comparison),
    )
    if comparison["remarks"]:
        remarks = (element("li", remark) for remark in comparison["remarks"])
        main.append(element("ul", remarks, class_="remarks", aria_label="To know beforehand"))
    main.append(element("h2", "Trend" if comparison["trend"] else "Outcomes side by side"))
    main.append(_wide(picture(comparison["runs"]), "Picture of the counts"))
    main.append(_wide(_totals(comparison["runs"]), "Counts by run"))
    main.append(element("h2", "Rules", id="rules"))
    main.append(_wide(_rules(comparison), "Rules by run"))
    for kind in Kind:
        main.extend(_section(comparison, kind))
    main.append(element("h2", "Runs"))
    main.append(_wide(_runs(comparison["runs"]), "Runs"))
    return main


def _headline(comparison: Comparison) -> str:
    worse = comparison["kinds"][Kind.WORSE]
    if worse:
        return f"Worse: {_cases(worse)} that conformed before now deviate{'s' * (worse == 1)}"
    differing = len(comparison["differences"])
    if differing:
        return f"Nothing became worse; {_cases(differing)} differ{'s' * (differing == 1)}"
    return "Nothing differs"


def _cases(number: int) -> str:
    return f"{number} case" + "s" * (number != 1)


def _order(comparison: Comparison) -> str:
    runs = len(comparison["runs"])
    if comparison["trend"]:
        return f"{runs} runs of one endpoint, in the order of their start; the last is judged."
    return f"{runs} runs of several endpoints, in the order given; the last is judged."


def _kinds(comparison: Comparison) -> Element:
    items = [
        element(
            "li",
            element("a", f"{number} {kind}", href=f"#{_anchor(kind)}", class_=_anchor(kind)),
            f": {MEANING[Kind(kind)]}",
        )
        for kind, number in comparison["kinds"].items()
        if number
    ]
    items.append(element("li", f"{comparison['same']} the same in all runs"))
    return element("ul", items, class_="kinds")


def _anchor(text: str) -> str:
    """A name for a place in the page, and for a class."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _wide(content: Element, label: str) -> Element:
    """A part that scrolls by itself on a narrow screen, by keyboard too."""
    return element("div", content, class_="wide", tabindex="0", role="region", aria_label=label)


# ------------------------------------------------------------------------------------ the tables


def _table(heads: Iterable[str], rows: Iterable[Element], caption: str = "") -> Element:
    table = element("table", element("caption", caption)) if caption else element("table")
    table.append(
        element("thead", element("tr", (element("th", head, scope="col") for head in heads)))
    )
    table.append(element("tbody", rows))
    return table


def _runs(runs: Sequence[RunOverview]) -> Element:
    return _table(
        [
            "no.",
            "run",
            "endpoint",
            "definition",
            "profile",
            "suite",
            "start to end, UTC",
            "complete",
        ],
        (
            element(
                "tr",
                element("td", str(number)),
                element("th", run["label"], scope="row", class_="given"),
                element("td", run["endpoint"], class_="given"),
                element(
                    "td", run["definition"], " ", element("code", run["definition_sha256"][:12])
                ),
                element("td", run["profile"]),
                element("td", run["suite_version"]),
                element("td", f"{minute(run['started'])} to {minute(run['ended']) or 'unknown'}"),
                element("td", _completeness(run)),
            )
            for number, run in enumerate(runs, start=1)
        ),
    )


def _completeness(run: RunOverview) -> Element | str:
    if run["complete"]:
        return f"yes, {_cases(sum(count(run['totals'], key) for key in OUTCOMES))}"
    tested = sum(count(run["totals"], key) for key in OUTCOMES)
    return element("strong", f"cut: {tested} of {run['planned']}", class_="untested")


def _totals(runs: Sequence[RunOverview]) -> Element:
    return _table(
        ["no.", "run", *OUTCOMES.values()],
        (
            element(
                "tr",
                element("td", str(number)),
                element("th", run["label"], scope="row", class_="given"),
                (element("td", str(count(run["totals"], key))) for key in OUTCOMES),
            )
            for number, run in enumerate(runs, start=1)
        ),
        "Cases by outcome; the bars above show the same, by the runs' numbers.",
    )


def _rules(comparison: Comparison) -> Element:
    labels = [run["label"] for run in comparison["runs"]]
    return _table(
        ["rule", "level", "differences", *labels],
        (_rule(rule) for rule in comparison["rules"]),
        "Cases by rule and run, the rules with the gravest differences first.",
    )


def _rule(rule: RuleAcross) -> Element:
    row = element(
        "tr",
        element(
            "th", element("code", rule["id"]), " ", rule["sentence"], scope="row", class_="rule"
        ),
        element("td", rule["level"]),
        element("td", _listed(rule)),
    )
    for counts in rule["counts"]:
        cell = element("td")
        if counts is None:
            cell.append(_outcome("absent", "no case"))
        else:
            numbers = ((OUTCOMES[key], count(counts, key)) for key in OUTCOMES)
            cell.extend(element("div", _outcome(word, f"{n} {word}")) for word, n in numbers if n)
        row.append(cell)
    return row


def _listed(rule: RuleAcross) -> Iterator[Element]:
    if not rule["differences"]:
        yield element("span", "none", class_="soft")
    for kind, number in rule["differences"].items():
        place = f"#{_anchor(kind)}-{_anchor(rule['id'])}"
        yield element("div", element("a", f"{number} {kind}", href=place, class_=_anchor(kind)))


def _outcome(outcome: str, words: str = "") -> Element:
    text = f"{_SIGNS[outcome]} {words or outcome}"
    return element("span", text, class_=f"outcome {_anchor(outcome)}")


# ------------------------------------------------------------------------------- the differences


def _section(comparison: Comparison, kind: Kind) -> Iterator[Element]:
    found = [each for each in comparison["differences"] if each["kind"] == kind]
    if not found:
        return
    yield element("h2", f"{kind.capitalize()}: {_cases(len(found))}", id=_anchor(kind))
    yield element("p", f"Each {MEANING[kind]}.")
    by_rule: dict[str, list[Difference]] = {}
    for each in found:
        by_rule.setdefault(each["rule"], []).append(each)
    sentences = {rule["id"]: rule["sentence"] for rule in comparison["rules"]}
    labels = [run["label"] for run in comparison["runs"]]
    for rule, cases in by_rule.items():
        place = f"{_anchor(kind)}-{_anchor(rule)}"
        yield element("h3", element("code", rule), " ", sentences.get(rule, ""), id=place)
        for each in cases[:SHOWN]:
            yield _difference(each, labels)
        if len(cases) > SHOWN:
            yield element("p", f"{len(cases) - SHOWN} more are in the comparison's JSON.")


def _difference(difference: Difference, labels: Sequence[str]) -> Element:
    summary = element("summary", element("span", difference["case"], class_="given"))
    for place, case in enumerate(difference["runs"]):
        summary.append(element("span", " → " if place else " ", class_="soft"))
        summary.append(_outcome(case["outcome"]))
    inside = element("div", class_="inside")
    told: CaseIn | None = None
    for label, case in zip(labels, difference["runs"], strict=True):
        inside.append(element("h4", label, ": ", _outcome(case["outcome"]), class_="given"))
        if told is not None and _alike(case, told):
            inside.append(element("p", "As in the run before.", class_="soft"))
            continue
        told = case
        inside.append(element("dl", _facts(case)))
        if case["outcome"] == "deviates" and case["commands"]:
            commands = "\n".join(case["commands"])
            inside.append(element("pre", commands, tabindex="0", aria_label="commands"))
    return element("details", summary, inside)


def _alike(one: CaseIn, other: CaseIn) -> bool:
    """Whether two runs say the same of a case; the commands differ by the run's own folder."""
    return {**one, "commands": []} == {**other, "commands": []}


def _facts(case: CaseIn) -> Iterator[Element]:
    rule = f"{case['rule']} ({case['level']})" if case["rule"] else ""
    form = (
        f"{case['expected_form']} was due, {case['actual_form']} came"
        if case["actual_form"]
        else ""
    )
    facts = {
        "why": case["reason"],
        "rule": rule,
        "form": form,
        "expected": case["expected"],
        "came": case["observed"],
        "likely": case["cause"],
        "excused": case["excuse"],
    }
    for name, text in facts.items():
        if text:
            yield element("dt", name)
            yield element("dd", text, class_="given")
