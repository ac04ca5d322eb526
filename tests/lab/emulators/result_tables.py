"""The results as Markdown: by definition, by rule, and which emulators were skipped."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import asdict

from fixtures.rules.rule_book import rules
from reports.markdown import escaped
from tests.lab.emulators.emulator_result import EmulatorResult

_OUTCOMES = ("conforms", "deviates", "not_applicable", "undecided")
_LEGEND = "conforms / deviates / not applicable / undecided"
_NOTHING = "–"


def tables(results: Sequence[EmulatorResult], date: str, profile: str) -> str:
    """The whole document; `date` is the day of the run, `profile` how thorough it was."""
    blocks = (
        (
            f"Made on {date} by `python -m tests.lab.emulators --profile={profile}`.",
            f"In a cell: {_LEGEND}.",
        ),
        _by_definition(results),
        _by_rule(results),
        _skipped(results),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, blocks) if lines) + "\n"


def _called(result: EmulatorResult) -> str:
    return f"{result.emulator} {result.version}".strip()


def _judged(results: Sequence[EmulatorResult]) -> list[str]:
    return list(dict.fromkeys(_called(a) for a in results if a.document is not None))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _ruler(columns: int) -> str:
    return _row(*["---"] * columns)


def _cell(counts: Mapping[str, int] | None) -> str:
    if counts is None or not any(counts[outcome] for outcome in _OUTCOMES):
        return _NOTHING
    return " / ".join(str(counts[outcome]) for outcome in _OUTCOMES)


def _by_definition(results: Sequence[EmulatorResult]) -> Iterator[str]:
    """Emulators × definitions: the counts, and how many of them fail a run."""
    emulators = _judged(results)
    if not emulators:
        return
    yield "## By definition\n"
    yield _row("definition", *(f"{emulator} | of these fail" for emulator in emulators))
    yield _ruler(1 + 2 * len(emulators))
    for name in dict.fromkeys(result.definition for result in results):
        cells = []
        for emulator in emulators:
            (document,) = (
                a.document for a in results if (_called(a), a.definition) == (emulator, name)
            )
            fail = sum(case.fails for case in document.cases) if document else 0
            cells += [
                _cell(document and asdict(document.totals)),
                str(fail) if document else _NOTHING,
            ]
        yield _row(f"`{name}`", *cells)


def _by_rule(results: Sequence[EmulatorResult]) -> Iterator[str]:
    """Emulators × rules, over all definitions; a case counts under its primary rule."""
    emulators = _judged(results)
    if not emulators:
        return
    sums: dict[tuple[str, str], Counter[str]] = {}
    for result in results:
        for name, rule in result.document.rules.items() if result.document else ():
            counts = sums.setdefault((_called(result), name), Counter())
            counts.update(asdict(rule.counts))
    yield "## By rule\n"
    yield _row("rule", "level", *emulators)
    yield _ruler(2 + len(emulators))
    for name, known in rules().items():
        cells = [_cell(sums.get((emulator, name))) for emulator in emulators]
        if set(cells) != {_NOTHING}:
            yield _row(f"`{name}`", str(known.level), *cells)


def _skipped(results: Sequence[EmulatorResult]) -> Iterator[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for result in results:
        if result.skip_reason:
            key = _called(result), result.skip_reason
            reasons.setdefault(key, []).append(result.definition)
    if not reasons:
        return
    total = len({result.definition for result in results})
    yield "## Not judged\n"
    yield _row("emulator", "definition", "why")
    yield _ruler(3)
    for (emulator, why), names in reasons.items():
        which = "every one" if len(names) == total else ", ".join(f"`{name}`" for name in names)
        yield _row(emulator, which, escaped(why))
