"""Downloads: every stored type × every `Accept` × the request's `Content-Type`."""

from fixtures.cases.case import Case
from suites.download.cases import cases, cases_on
from suites.download.undecodable import RULE, undecodable
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import NO_DOWNLOADS


@each_case_of(cases, otherwise=NO_DOWNLOADS, rule="accept-first-entry", existing=cases_on)
def test_an_object_comes_as_raw_bytes_or_base64_as_its_type_and_accept_say(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(undecodable, otherwise=NO_DOWNLOADS, rule=RULE)
def test_what_is_no_utf_8_comes_as_text_with_u_fffd_in_its_place(case: Case, check: Check) -> None:
    check(case)
