"""The failures of a run as Markdown, short enough for a pull request or a chat.

Two kinds of text go in. What comes from the endpoint, from its definition or from the command line
stands in code spans, where neither GitHub nor GitLab finds links, mentions or HTML. Sentences have
the characters escaped that mean something inside a line; no more, for a chat may show the escapes.
Both lose their line breaks and are cut to a length, so that the whole has a bound whatever the
endpoint sends.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fixtures.diagnosis import Diagnosis
from fixtures.printable import printable
from reports.case_status import CaseStatus
from reports.document import Case, Document
from reports.page.headline import headline, reserved, word
from reports.proof import Proof, finding_lines

_RULES_SHOWN = 6
_REASONS_SHOWN = 3
_STEPS_SHOWN = 3
_LONGEST = 240
_MARKS = {"Passed": "✓", "Failed": "✗"}
"""Before the verdict in the title; a run that is neither has a question mark."""

_LEVELS = ("must", "should", "derived")


def summary(document: Document, diagnosis: Diagnosis | None = None) -> str:
    """The summary, 42 lines and 60,000 bytes at most."""
    blocks = (
        _headline(document),
        _run(document),
        _cut(document),
        _diagnosed(diagnosis),
        _counts(document),
        _proof(document),
        _failing(document),
        _asides(document),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, blocks) if lines) + "\n"


def code(text: str) -> str:
    """Foreign text as a code span, on one line and of bounded length."""
    shown = _in_a_line(text) or " "
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # A space inside either fence is not shown, and keeps the text's own backticks apart from it.
    return (
        f"{fence} {shown} {fence}" if longest or shown.strip() != shown else fence + shown + fence
    )


def escaped(text: str) -> str:
    """A sentence that means nothing but its words: no markup, link, mention or reference."""
    marked = re.sub(r"([\\`*_\[\]<>|~&$])", r"\\\1", _in_a_line(text))
    # No backslash keeps a forge from finding a mention or an address; a space of no width does.
    return re.sub(r"(@|:(?=//)|www(?=\.)|[#!%](?=\w))", "\\1\u200b", marked)


def _in_a_line(text: str) -> str:
    line = " ".join(text.split())
    line = printable(line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


# ------------------------------------------------------------------------------------ the blocks


def _headline(document: Document) -> Iterator[str]:
    mark = "⚠" if reserved(document) else _MARKS.get(word(document), "?")
    yield f"### {mark} {headline(document)}"


def _run(document: Document) -> Iterator[str]:
    run, end = document.run, document.end
    yield (
        f"{code(run.endpoint)} as {code(run.definition.source)} "
        f"({code(run.definition.sha256[:12])}), profile {code(run.profile)}, "
        f"{code(run.started)} to {code(end.ended or 'unknown')}"
    )


def _cut(document: Document) -> Iterator[str]:
    end = document.end
    if not end.complete:
        why = f": {escaped(end.why)}" if end.why else ""
        yield f"> **This run is incomplete**{why}."
    for reason in document.untested[:_REASONS_SHOWN]:
        yield f"> Not tested: {escaped(reason)}."


def _diagnosed(diagnosis: Diagnosis | None) -> Iterator[str]:
    if diagnosis and diagnosis.headline:
        yield f"**Diagnosis.** {escaped(diagnosis.headline)}"
        first = diagnosis.explanations[0] if diagnosis.explanations else None
        if first and first.cause:
            yield f"**Usual cause.** {escaped(first.cause)}"
        for step in first.remedy[:_STEPS_SHOWN] if first else ():
            yield f"**Fix.** {escaped(step)}"
        if first and first.commands:
            yield f"The page has the {len(first.commands)} AWS CLI commands."


def _counts(document: Document) -> Iterator[str]:
    if not document.cases:
        return
    found = Counter[tuple[str, str]]((case.level, case.status) for case in document.cases)
    yield f"| level | {' | '.join(CaseStatus)} |"
    yield "| --- |" + " ---: |" * len(CaseStatus)
    for level in _LEVELS:
        numbers = [found[level, status] for status in CaseStatus]
        if any(numbers):
            yield f"| {level} | {' | '.join(map(str, numbers))} |"


def _proof(document: Document) -> Iterator[str]:
    proof = Proof(document.cases)
    if proven := "; ".join(proof.proven()):
        yield f"- Bytes were right: {escaped(proven)}"
    if unproven := "; ".join(proof.unproven()):
        yield f"- Bytes were not seen: {escaped(unproven)}"
    if about := "; ".join(finding_lines(document.run.findings)):
        yield f"- About the definition: {escaped(about)}"


def _failing(document: Document) -> Iterator[str]:
    by_rule = _by_rule(case for case in document.cases if case.fails)
    for name, cases in by_rule[:_RULES_SHOWN]:
        rule = document.rules.get(name)
        sentence = escaped(rule.sentence) if rule else ""
        yield f"- {code(name)}, {_cases(len(cases))}. {sentence}"
        example = cases[0]
        yield f"  - for example: {code(example.id)}, {escaped(example.reason)}"
        received = example.observed.partition("\n")[0]  # without the hex dump
        yield f"  - expected {code(example.expected)}, received {code(received)}"
    rest = by_rule[_RULES_SHOWN:]
    if rest:
        number = sum(len(cases) for _, cases in rest)
        yield f"- and {_cases(number)} of {len(rest)} other rules"


def _asides(document: Document) -> Iterator[str]:
    cases = document.cases
    tolerated = _by_rule(case for case in cases if case.status == CaseStatus.TOLERATED)
    if tolerated:
        number = sum(len(found) for _, found in tolerated)
        names = _some([f"{len(found)} × {code(name)}" for name, found in tolerated])
        yield f"- Tolerated, which does not fail the run: {number} ({names})"
    inconclusive = Counter(case.reason for case in cases if case.status == CaseStatus.INCONCLUSIVE)
    if inconclusive:
        reasons = _some([f"{n} × {escaped(why)}" for why, n in inconclusive.most_common()])
        yield f"- Inconclusive: {inconclusive.total()} ({reasons})"
    if document.stale:
        names = _some([code(entry) for entry in document.stale])
        number = len(document.stale)
        yield f"- Known deviations that no longer occur or have expired: {number} ({names})"


def _by_rule(cases: Iterable[Case]) -> list[tuple[str, list[Case]]]:
    """The cases by the rule they are filed under, the rule with the most of them first."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.rule, []).append(case)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _some(words: Sequence[str]) -> str:
    more = ", …" if len(words) > _REASONS_SHOWN else ""
    return ", ".join(words[:_REASONS_SHOWN]) + more


def _cases(number: int) -> str:
    return f"{number} case" + "s" * (number != 1)
