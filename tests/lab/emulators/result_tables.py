"""The results as Markdown: by definition, by rule, and which emulators were skipped."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

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
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _called(result: EmulatorResult) -> str:
    return f"{result.emulator} {result.version}".strip()


def _judged(results: Sequence[EmulatorResult]) -> list[str]:
    return list(dict.fromkeys(_called(a) for a in results if a.document is not None))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table with its heading; nothing where it has no rows."""
    lines = [_row(cells) for cells in rows]
    return [f"## {title}\n", _row(header), _row(["---"] * len(header)), *lines] if lines else []


def _cell(counts: Mapping[str, int] | None) -> str:
    if counts is None or not any(counts[outcome] for outcome in _OUTCOMES):
        return _NOTHING
    return " / ".join(str(counts[outcome]) for outcome in _OUTCOMES)


def _by_definition(results: Sequence[EmulatorResult]) -> list[str]:
    """Emulators × definitions: the counts, and how many of them fail a run."""
    header, rows = ["definition"], []
    for emulator in _judged(results):
        header += [emulator, "of these fail"]
    for name in dict.fromkeys(result.definition for result in results if len(header) > 1):
        documents = {_called(a): a.document for a in results if a.definition == name}
        rows.append([f"`{name}`"])
        for emulator in header[1::2]:
            document = documents[emulator]
            fail = sum(case.fails for case in document.cases) if document else _NOTHING
            rows[-1] += [_cell(asdict(document.totals) if document else None), str(fail)]
    return _table("By definition", header, rows)


def _by_rule(results: Sequence[EmulatorResult]) -> list[str]:
    """Emulators × rules, over all definitions; a case counts under its primary rule."""
    emulators = _judged(results)
    sums: dict[tuple[str, str], Counter[str]] = {}
    for result in results:
        for name, rule in result.document.rules.items() if result.document else ():
            counts = sums.setdefault((_called(result), name), Counter())
            counts.update(asdict(rule.counts))
    rows = []
    for name, known in rules().items():
        cells = [_cell(sums.get((emulator, name))) for emulator in emulators]
        if set(cells) - {_NOTHING}:
            rows.append([f"`{name}`", str(known.level), *cells])
    return _table("By rule", ["rule", "level", *emulators], rows)


def _skipped(results: Sequence[EmulatorResult]) -> list[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for result in results:
        if result.skip_reason:
            key = _called(result), result.skip_reason
            reasons.setdefault(key, []).append(result.definition)
    total = len({result.definition for result in results})
    rows = []
    for (emulator, why), names in reasons.items():
        which = "every one" if len(names) == total else ", ".join(f"`{name}`" for name in names)
        rows.append([emulator, which, escaped(why)])
    return _table("Not judged", ["emulator", "definition", "why"], rows)
