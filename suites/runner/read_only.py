"""Nothing but reading: the cases of a run that may not change anything (`--read-only`).

Strategy: a case that asks for no change stays what it is. One that would upload, or try whether a
method that changes something is refused, is not applicable: it keeps its name and its rules, so
that every document says what such a run leaves open. What downloads show is then tried on the
objects that were there before. An operation of which a manifest states the answer is judged by it.
"""

from collections.abc import Collection
from dataclasses import replace

from fixtures.api import Definition
from fixtures.cases.case import NOT_JUDGED, Case, Step
from fixtures.functions import echo
from fixtures.rules.judgement import planned_rules
from suites.existing_downloads import stated_functions
from suites.runner.case_source import CaseSource
from suites.runner.configuration import Configuration
from suites.skip_reasons import NOTHING_UPLOADED, STATED_FUNCTION


def cases_of(source: CaseSource, configuration: Configuration) -> tuple[Case, ...]:
    """The cases that a test is to be run with in this run; one at least."""
    definition, profile = configuration.definition, configuration.profile
    cases = tuple(source.cases(definition, profile))
    if configuration.existing:
        names = {one.operation for one in configuration.existing}
        cases = tuple(case for case in cases if case.rules != (NOT_JUDGED,) or case.id not in names)
        stated = stated_functions(definition, configuration.existing)
        cases = tuple(without_changes(definition, case, stated) for case in cases)
        if source.existing is not None:
            cases += tuple(source.existing(definition, profile, configuration.existing))
    return cases or (source.otherwise,)


def without_changes(
    definition: Definition, case: Case, stated: Collection[str] = frozenset()
) -> Case:
    """The case itself if it asks for no change; else why it is not tried.

    The functions whose URIs are `stated` are not asked whether they are the echo function.
    """
    reason = ""
    if any(step.request.writes for step in case.steps):
        reason = NOTHING_UPLOADED
    elif any(_is_handshake_with(stated, step) for step in case.steps):
        reason = STATED_FUNCTION
    if not reason:
        return case
    return replace(case, steps=(), rules=planned_rules(definition, case), not_applicable=reason)


def _is_handshake_with(functions: Collection[str], step: Step) -> bool:
    shaken = step.requires_response_header == echo.NAME_HEADER
    return shaken and step.request.operation.integration.uri in functions
