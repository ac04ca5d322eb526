"""`apigw-conformance judge RUN`: recorded exchanges judged again, with no network.

Strategy: definition, cases and exchanges come from the document, the rules from this checkout. A
verdict that is the same keeps what the run made of it; another one is weighed by its level alone,
for a document does not hold the list of known deviations.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from fixtures.cases.case import Case
from fixtures.command_line import say
from fixtures.exceptions import ExitStatus, ReportError
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome, Verdict
from reports import document
from reports.atomic_file import atomic_write
from reports.bodies import Bodies
from reports.loader import Contents, definition_of, load
from reports.policy import Policy
from reports.recorder import case_of, load_cases
from reports.results import Result, Results, apply_policy
from reports.stream import build_document, iter_json
from reports.terminal_summary import ending, summary

DESCRIPTION = "Judge a recorded run again by the rules of this checkout, with no network."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="RUN", type=Path, help="conformance.json, .jsonl or .har")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="the new document")


def run(options: argparse.Namespace) -> int:
    """Judge, say what changed, and give the exit status that a run would have."""
    before = load(options.file)
    after = judged_again(before, options.file)
    results = Results([Result.recorded(case) for case in after.cases])
    about = before.run
    lines = summary(results, about.endpoint, about.definition.source, before.stale)
    cut_short = "" if before.end.complete else before.end.why
    say(*lines, "", *changes(before, after), *ending(results, cut_short, "", about.findings))
    if options.output is not None:
        _write(after, options.output, Contents(before, options.file))
    return _status(results, before)


def judged_again(before: document.Document, path: Path) -> document.Document:
    """The document at `path` with the verdicts of the present rules; raises `ReportError`."""
    definition = definition_of(before, path)
    policy = Policy(before.run.level)
    try:
        cases = [
            _with(recorded, case, judge_case(definition, case, performed), policy)
            for recorded, case, performed in load_cases(before, definition, Contents(before, path))
        ]
    except ReportError:
        raise
    except (LookupError, ValueError) as error:
        raise ReportError(f"{path}: its cases cannot be judged: {error}") from None
    results = Results([Result.recorded(case) for case in cases])
    return build_document(
        before.run,
        structs.replace(before.end, exit_status=_status(results, before)),
        cases,
        before.exchanges,
        before.bodies,
        before.stale,
        before.experiments,
    )


def _with(recorded: document.Case, case: Case, verdict: Verdict, policy: Policy) -> document.Case:
    remark = recorded.remark if verdict.outcome == recorded.outcome else ""
    verdict = replace(verdict, reason=verdict.reason + remark)
    result = apply_policy(verdict, policy)
    if _gist(recorded) == _gist(verdict):
        result = Result(verdict, recorded.fails, recorded.waiver)
    again = case_of(recorded.test, recorded.number, case, result, remark)
    return structs.replace(
        again, steps=recorded.steps, seconds=recorded.seconds, existing=recorded.existing
    )


def _gist(case: document.Case | Verdict) -> tuple[Outcome, tuple[str, ...], str]:
    """What makes a verdict another one."""
    return case.outcome, case.rules, case.reason


def _status(results: Results, before: document.Document) -> int:
    if not results.all:
        return ExitStatus.INCONCLUSIVE
    fails = any(result.fails for result in results.all)
    stale = before.run.strict and before.stale
    return results.exit_status(ExitStatus.FAILED if fails or stale else ExitStatus.PASSED)


def changes(before: document.Document, after: document.Document) -> Iterator[str]:
    """A line on each verdict that is another one now, and how many there are."""
    pairs = zip(sorted(before.cases, key=lambda case: case.number), after.cases, strict=True)
    changed = [(old, new) for old, new in pairs if _gist(old) != _gist(new)]
    for old, new in changed:
        why = f"{new.rule}: {new.reason}"
        yield f"{old.status} -> {new.status}: {new.id}: {why}"
    yield f"Verdicts that changed: {len(changed)} of {len(after.cases)}."


def _write(after: document.Document, output: Path, contents: Contents) -> None:
    kept = Bodies.beside(output)
    bodies = dict(after.bodies)
    for name, body in after.bodies.items():
        if body.length > document.LARGEST_INLINE:  # of a HAR they are all inline
            kept.keep(contents(name), name)
            bodies[name] = document.Body(body.length)
    atomic_write(output, iter_json(structs.replace(after, bodies=bodies)))
