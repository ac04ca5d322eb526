"""What the peers did, as Markdown: by definition, by rule, and who could not be judged."""

from collections import Counter
from collections.abc import Iterator, Sequence

from fixtures.rules.rule_book import rules
from reports.document import Counts
from reports.markdown import escaped
from tests.lab.emulators.attempt import Attempt

_OUTCOMES = ("conforms", "deviates", "not_applicable", "undecided")
_LEGEND = "conforms / deviates / not applicable / undecided"
_NOTHING = "–"


def tables(attempts: Sequence[Attempt], date: str, profile: str) -> str:
    """The whole document; `date` is the day of the run, `profile` how thorough it was."""
    blocks = (
        (
            f"Made on {date} by `python -m tests.lab.emulators --profile={profile}`.",
            f"In a cell: {_LEGEND}.",
        ),
        _by_definition(attempts),
        _by_rule(attempts),
        _not_judged(attempts),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, blocks) if lines) + "\n"


def _called(attempt: Attempt) -> str:
    return f"{attempt.peer} {attempt.version}".strip()


def _judged(attempts: Sequence[Attempt]) -> list[str]:
    return list(dict.fromkeys(_called(a) for a in attempts if a.document is not None))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _ruler(columns: int) -> str:
    return _row(*["---"] * columns)


def _cell(counts: "Counts | Counter[str] | None") -> str:
    if counts is None or not any(counts[outcome] for outcome in _OUTCOMES):  # type: ignore[literal-required]
        return _NOTHING
    return " / ".join(str(counts[outcome]) for outcome in _OUTCOMES)  # type: ignore[literal-required]


def _by_definition(attempts: Sequence[Attempt]) -> Iterator[str]:
    """Peers × definitions: what came, and what of it deviates at a level that fails a run."""
    peers = _judged(attempts)
    if not peers:
        return
    yield "## By definition\n"
    yield _row("definition", *(f"{peer} | of these fail" for peer in peers))
    yield _ruler(1 + 2 * len(peers))
    for name in dict.fromkeys(attempt.definition for attempt in attempts):
        cells = []
        for peer in peers:
            (document,) = (
                a.document for a in attempts if (_called(a), a.definition) == (peer, name)
            )
            fail = sum(case["fails"] for case in document["cases"]) if document else 0
            cells += [_cell(document and document["totals"]), str(fail) if document else _NOTHING]
        yield _row(f"`{name}`", *cells)


def _by_rule(attempts: Sequence[Attempt]) -> Iterator[str]:
    """Peers × rules, over all definitions; a case counts under the rule that it is filed under."""
    peers = _judged(attempts)
    if not peers:
        return
    sums: dict[tuple[str, str], Counter[str]] = {}
    for attempt in attempts:
        for name, rule in attempt.document["rules"].items() if attempt.document else ():
            counts = sums.setdefault((_called(attempt), name), Counter())
            counts.update({outcome: rule["counts"][outcome] for outcome in _OUTCOMES})  # type: ignore[literal-required]
    yield "## By rule\n"
    yield _row("rule", "level", *peers)
    yield _ruler(2 + len(peers))
    for name, known in rules().items():
        cells = [_cell(sums.get((peer, name))) for peer in peers]
        if set(cells) != {_NOTHING}:
            yield _row(f"`{name}`", str(known.level), *cells)


def _not_judged(attempts: Sequence[Attempt]) -> Iterator[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for attempt in attempts:
        if attempt.why_not:
            key = _called(attempt), attempt.why_not
            reasons.setdefault(key, []).append(attempt.definition)
    if not reasons:
        return
    total = len({attempt.definition for attempt in attempts})
    yield "## Not judged\n"
    yield _row("peer", "definition", "why")
    yield _ruler(3)
    for (peer, why), names in reasons.items():
        which = "every one" if len(names) == total else ", ".join(f"`{name}`" for name in names)
        yield _row(peer, which, escaped(why))
