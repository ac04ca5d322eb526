"""Downloads: every stored type × every `Accept` × the request's `Content-Type`."""

from fixtures.cases.case import Case
from suites.download.cases import cases, cases_on
from suites.download.undecodable import RULE, undecodable
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import NO_DOWNLOADS


@each_case_of(cases, otherwise=NO_DOWNLOADS, rule="accept-first-entry", existing=cases_on)
def test_an_object_is_returned_as_raw_bytes_or_base64_depending_on_its_type_and_accept(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(undecodable, otherwise=NO_DOWNLOADS, rule=RULE)
def test_bytes_that_are_not_utf_8_become_u_fffd_in_a_text_response(
    case: Case, check: Check
) -> None:
    check(case)
