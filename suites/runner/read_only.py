"""Nothing but reading: the cases of a run that may not change anything (`--read-only`).

Strategy: a case that asks for no change stays what it is. One that would upload, or try whether a
method that changes something is refused, is not applicable: it keeps its name and its rules, so
that every document says what such a run leaves open. What downloads show is then tried on the
objects that were there before.
"""

from dataclasses import replace

from fixtures.api import Definition
from fixtures.cases.case import Case
from fixtures.rules.judgement import planned_rules
from suites.runner.case_source import CaseSource
from suites.runner.configuration import Configuration
from suites.skip_reasons import NOTHING_UPLOADED


def cases_of(source: CaseSource, configuration: Configuration) -> tuple[Case, ...]:
    """The cases that a test is to be run with in this run; one at least."""
    definition, profile = configuration.definition, configuration.profile
    cases = tuple(source.cases(definition, profile))
    if configuration.existing:
        cases = tuple(without_changes(definition, case) for case in cases)
        if source.existing is not None:
            cases += tuple(source.existing(definition, profile, configuration.existing))
    return cases or (source.otherwise,)


def without_changes(definition: Definition, case: Case) -> Case:
    """The case itself if it asks for no change; else why it is not tried."""
    if not any(step.request.writes for step in case.steps):
        return case
    rules = planned_rules(definition, case)
    return replace(case, steps=(), rules=rules, not_applicable=NOTHING_UPLOADED)
