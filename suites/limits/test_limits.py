"""Limits: how large a request may be."""

from fixtures.model.case import Case
from suites.absence import NO_UPLOADS
from suites.checking import Check, each_case_of
from suites.limits.cases import sizes


@each_case_of(sizes, otherwise=NO_UPLOADS, rule="request-within-limit")
def test_up_to_10_mib_is_stored_whole_and_more_is_refused(case: Case, check: Check) -> None:
    check(case)
