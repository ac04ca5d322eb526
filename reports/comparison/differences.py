"""What differs between runs, from their documents alone.

A case is followed through the runs by its test and its id. The last run is compared with all
earlier ones: a case that failed now and passed in any of them is worse, so that neither a slow
decline nor one bad run in between hides it. A case that had a verdict and has none now is lost:
it is listed, and does not fail the comparison.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from msgspec import Struct, field

from reports.document import Case, Counts, Document, copied

VERSION = 1
"""Of the comparison's JSON; raised where a reader of the older shape would misunderstand."""

UNTESTED, ABSENT = "untested", "absent"
_DECIDED = {"conforms", "deviates"}
_WORST_FIRST = ("deviates", "undecided", "conforms", "not applicable")


class Kind(StrEnum):
    """How a case differs between the runs, the gravest first."""

    WORSE = "worse"
    NEW = "newly seen"
    LOST = "lost"
    DIFFERENT = "different"
    BETTER = "better"
    GAINED = "gained"
    CHANGED = "changed"


MEANING = {
    Kind.WORSE: "failed in the last run and passed in an earlier one",
    Kind.NEW: "failed in the last run and has no verdict in any earlier one",
    Kind.LOST: "has a verdict in an earlier run and none in the last one",
    Kind.DIFFERENT: "failed in the last run as before, in another way",
    Kind.BETTER: "passed in the last run and failed in an earlier one",
    Kind.GAINED: "passed in the last run and has no verdict in some earlier one",
    Kind.CHANGED: "is not the same in all runs, and did not fail in the last one",
}


class RunOverview(Struct, kw_only=True):
    """One run: a column of the comparison."""

    label: str
    endpoint: str
    started: str
    ended: str
    complete: bool
    why: str
    planned: int
    untested: list[str]
    definition: str
    definition_sha256: str
    profile: str
    suite_version: str
    totals: Counts


class RuleAcross(Struct, kw_only=True):
    """A rule and its counts in each run, `None` where a run had no case of it."""

    id: str
    level: str
    sentence: str
    counts: list[Counts | None]
    differences: dict[str, int]


class CaseIn(Struct, kw_only=True):
    """A case in one run; the texts are empty where the run has no such case."""

    outcome: str
    rule: str = ""
    level: str = ""
    reason: str
    expected: str = ""
    observed: str = ""
    cause: str = ""
    expected_form: str = ""
    actual_form: str = ""
    waiver: str = ""
    commands: list[str] = field(default_factory=list)


class Difference(Struct, kw_only=True):
    """A case that is not the same in all runs."""

    kind: str
    test: str
    case: str
    rule: str
    runs: list[CaseIn]


class Comparison(Struct, kw_only=True):
    """The whole; `trend` says that the runs are of one endpoint, in the order of their start."""

    version: int
    trend: bool
    worse: bool
    remarks: list[str]
    runs: list[RunOverview]
    kinds: dict[str, int]
    same: int
    rules: list[RuleAcross]
    differences: list[Difference]


def compare(documents: Sequence[Document], labels: Sequence[str] = ()) -> Comparison:
    """Compare two documents or more; `labels` are in the documents' order."""
    names = list(labels) or _labels(documents)
    trend = len({document.run.endpoint for document in documents}) == 1
    columns = list(zip(names, documents, strict=True))
    if trend:
        columns.sort(key=lambda column: column[1].run.started)
    ordered = [document for _, document in columns]
    runs = [_overview(label, document) for label, document in columns]
    differences, same = _differences(ordered)
    kinds = Counter(each.kind for each in differences)
    return Comparison(
        version=VERSION,
        trend=trend,
        worse=kinds[Kind.WORSE] > 0,
        remarks=list(_remarks(runs)),
        runs=runs,
        kinds={kind: kinds[kind] for kind in Kind},
        same=same,
        rules=_rules(ordered, differences),
        differences=differences,
    )


# ----------------------------------------------------------------------------------- the columns


def _labels(documents: Sequence[Document]) -> list[str]:
    """The start of each run, behind its endpoint where there are several; never two alike."""
    several = len({document.run.endpoint for document in documents}) > 1
    labels: list[str] = []
    for document in documents:
        run = document.run
        label = minute(run.started)
        if several:
            parts = urlsplit(run.endpoint)
            label = f"{parts.netloc}{parts.path} {label}"
        again = sum(each == label or each.startswith(f"{label} (") for each in labels)
        labels.append(f"{label} ({again + 1})" if again else label)
    return labels


def minute(time: str) -> str:
    """An ISO 8601 time as people write it, without its seconds; every time is UTC."""
    return time[:16].replace("T", " ")


def _overview(label: str, document: Document) -> RunOverview:
    run, end = document.run, document.end
    return copied(
        RunOverview,
        run,
        label=label,
        ended=end.ended,
        complete=end.complete,
        why=end.why,
        untested=document.untested,
        definition=run.definition.source,
        definition_sha256=run.definition.sha256,
        totals=document.totals,
    )


def _remarks(runs: Sequence[RunOverview]) -> Iterable[str]:
    """What to know before any difference is attributed to the endpoint."""
    if len({run.definition_sha256 for run in runs}) > 1:
        yield (
            "The runs have different definitions: a difference may come from the definition, "
            "not from the endpoint."
        )
    for name, words in (("suite_version", "versions of the suite"), ("profile", "profiles")):
        if len({getattr(run, name) for run in runs}) > 1:
            yield f"The runs have different {words}: their cases are not all the same."
    for run in runs:
        if not run.complete:
            why = f": {run.why}" if run.why else ""
            yield f"The run {run.label} is incomplete{why}."
        for reason in run.untested:
            yield f"The run {run.label} did not test everything: {reason}."


# ------------------------------------------------------------------------------------- the cases


def _differences(documents: Sequence[Document]) -> tuple[list[Difference], int]:
    """The cases that are not the same everywhere, the gravest first, and how many others."""
    tables = [_by_key(document) for document in documents]
    found: list[Difference] = []
    same = 0
    for key in dict.fromkeys(key for table in tables for key in table):
        seen = [
            _case_in(table.get(key), document)
            for table, document in zip(tables, documents, strict=True)
        ]
        kind = kind_of(seen)
        if kind is None:
            same += 1
            continue
        last = next((case for case in reversed(seen) if case.rule), seen[-1])
        test, name = key
        found.append(Difference(kind=kind, test=test, case=name, rule=last.rule, runs=seen))
    order = {kind: rank for rank, kind in enumerate(Kind)}
    found.sort(key=lambda each: order[Kind(each.kind)])
    return found, same


def _by_key(document: Document) -> dict[tuple[str, str], Case]:
    """The cases by test and id; of two that are called alike, the worse speaks."""
    table: dict[tuple[str, str], Case] = {}
    for case in document.cases:
        key = case.test, case.id
        if key not in table or _rank(case) < _rank(table[key]):
            table[key] = case
    return table


def _rank(case: Case) -> int:
    return _WORST_FIRST.index(case.outcome)


def _case_in(case: Case | None, document: Document) -> CaseIn:
    if case is not None:
        return copied(CaseIn, case, commands=document.commands(case))
    # Which cases were left out is not known, only that some were.
    if document.end.complete and not document.untested:
        return CaseIn(outcome=ABSENT, reason="the run has no such case")
    return CaseIn(outcome=UNTESTED, reason="the run did not test it")


def kind_of(seen: Sequence[CaseIn]) -> Kind | None:
    """How the case differs in the last run from those before, `None` where it does not."""
    *earlier, last = seen
    before = {case.outcome for case in earlier}
    if last.outcome == "deviates":
        if "conforms" in before:
            return Kind.WORSE
        if not before & _DECIDED:
            return Kind.NEW
        deviated = [case for case in earlier if case.outcome == "deviates"]
        if any(_manner(case) != _manner(last) for case in deviated):
            return Kind.DIFFERENT
    elif last.outcome == "conforms":
        if "deviates" in before:
            return Kind.BETTER
        if "conforms" not in before:
            return Kind.GAINED
    elif before & _DECIDED:
        return Kind.LOST
    # That a run is incomplete is said once, not once for each case that it did not execute.
    return Kind.CHANGED if before - {last.outcome, UNTESTED, ABSENT} else None


def _manner(case: CaseIn) -> tuple[str, str]:
    """How a case deviates; what was observed word for word differs from run to run."""
    return case.rule, case.actual_form


# ------------------------------------------------------------------------------------- the rules


def _rules(documents: Sequence[Document], differences: Sequence[Difference]) -> list[RuleAcross]:
    """Every rule that any run has a case of, those with the gravest differences first."""
    kinds: dict[str, Counter[str]] = {}
    for each in differences:
        kinds.setdefault(each.rule, Counter())[each.kind] += 1
    names = dict.fromkeys([*kinds, *(name for document in documents for name in document.rules)])
    found = [_rule(name, documents, kinds.get(name, {})) for name in names]
    found = [rule for rule in found if rule.differences or any(rule.counts)]

    def gravity(rule: RuleAcross) -> tuple[int, bool]:
        ranks = (rank for rank, kind in enumerate(Kind) if kind in rule.differences)
        alike = all(counts == rule.counts[0] for counts in rule.counts)
        return next(ranks, len(Kind)), alike

    return sorted(found, key=gravity)


def _rule(name: str, documents: Sequence[Document], kinds: Mapping[str, int]) -> RuleAcross:
    known = [document.rules.get(name) for document in documents]
    # The newest run that has the rule says what it is.
    latest = next((rule for rule in reversed(known) if rule is not None), None)
    return RuleAcross(
        id=name,
        level=latest.level if latest else "",
        sentence=latest.sentence if latest else "",
        counts=[rule.counts if rule and rule.counts.total else None for rule in known],
        differences={kind: kinds[kind] for kind in Kind if kinds.get(kind)},
    )
