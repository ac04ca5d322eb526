"""Nothing but reading: the cases of a run that may not change anything (`--read-only`).

Strategy: a case that asks for no change stays what it is. One that would upload, or try whether a
method that changes something is refused, is not applicable: it keeps its name and its rules, so
that every document says what such a run leaves open. What downloads show is then tried on the
objects that were there before.
"""

from dataclasses import replace

import pytest

from fixtures.api import Definition
from fixtures.cases.case import Case
from fixtures.rules.judgement import planned_rules
from suites.runner.run import Run
from suites.skip_reasons import NOTHING_UPLOADED


def cases_of(mark: pytest.Mark, run: Run) -> tuple[Case, ...]:
    """The cases that a test is to be run with in this run; one at least."""
    generator, otherwise = mark.args
    cases = tuple(generator(run.definition, run.profile))
    if run.found:
        on_found = mark.kwargs["found"]
        cases = tuple(without_changes(run.definition, case) for case in cases)
        cases += tuple(on_found(run.definition, run.profile, run.found)) if on_found else ()
    return cases or (otherwise,)


def without_changes(definition: Definition, case: Case) -> Case:
    """The case itself if it asks for no change; else why it is not tried."""
    if not any(step.request.writes for step in case.steps):
        return case
    rules = planned_rules(definition, case)
    return replace(case, steps=(), rules=rules, not_applicable=NOTHING_UPLOADED)
