"""Where the cases of a test are from: what a suite's tests are marked with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from fixtures.api import Definition
from fixtures.cases.case import NO_CASE, Case, ExistingObject
from suites.profile import Profile

if TYPE_CHECKING:
    from suites.runner.checker import Attempt
    from suites.runner.property_run import PropertyRun

Cases = Callable[[Definition, Profile], Iterator[Case]]

CasesOnExisting = Callable[[Definition, Profile, Sequence[ExistingObject]], Iterator[Case]]
"""The cases that can be run on objects that were there before the run."""


@dataclass(frozen=True)
class CaseSource:
    """What `each_case_of` was given; `otherwise` is the case of a definition that has none."""

    cases: Cases
    otherwise: Case
    search: "Callable[[PropertyRun, Case], Attempt] | None"
    existing: CasesOnExisting | None


def each_case_of(
    cases: Cases,
    *,
    otherwise: str,
    rule: str,
    search: "Callable[[PropertyRun, Case], Attempt] | None" = None,
    existing: CasesOnExisting | None = None,
) -> pytest.MarkDecorator:
    """Run a test once for each case that a definition gives rise to.

    Where there is none, the test is not applicable, with `otherwise` for a reason, under `rule`:
    nothing is left out silently. With `search` a case is not executed but stands for a search over
    many. `existing` makes the cases of a run that uploads nothing.
    """
    none = Case(NO_CASE, not_applicable=otherwise, rules=(rule,))
    return pytest.mark.cases(CaseSource(cases, none, search, existing))


def source_of(test: pytest.Item) -> CaseSource | None:
    """Where the cases of a test are from; `None` for one that is about no case."""
    mark = test.get_closest_marker("cases")
    return None if mark is None else mark.args[0]


def case_of(item: pytest.Item) -> Case:
    """The case that a test is run with."""
    case: Case = item.callspec.params["case"]  # type: ignore[attr-defined]
    return case
