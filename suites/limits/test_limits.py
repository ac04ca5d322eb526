"""Limits: how large a request may be."""

from fixtures.cases.case import Case
from suites.limits.cases import sizes
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import NO_UPLOADS


@each_case_of(sizes, otherwise=NO_UPLOADS, rule="request-within-limit")
def test_a_body_up_to_10_mib_is_stored_whole_and_a_larger_one_is_refused(
    case: Case, check: Check
) -> None:
    check(case)
