"""Errors: missing objects, unknown paths, undeclared methods."""

from fixtures.cases.case import NOT_JUDGED, Case
from suites.errors.cases import (
    heads,
    heads_on,
    missing_keys,
    missing_objects,
    missing_required,
    mocks,
    siblings,
    unjudged,
    unknown_methods,
    unknown_path_requests,
)
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import (
    EVERY_OPERATION,
    NO_DOWNLOADS,
    NO_HEAD,
    NO_MOCK,
    NO_SIBLING,
    NO_UNKNOWN_METHOD,
    NO_UNKNOWN_PATH,
    NO_VALIDATOR,
)


@each_case_of(missing_objects, otherwise=NO_DOWNLOADS, rule="missing-object")
def test_a_missing_object_gets_the_response_that_the_definition_maps(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(missing_keys, otherwise=NO_DOWNLOADS, rule="missing-key")
def test_a_download_without_a_key_does_not_return_an_object(case: Case, check: Check) -> None:
    check(case)


@each_case_of(missing_required, otherwise=NO_VALIDATOR, rule="required-parameter")
def test_a_request_without_a_required_parameter_is_refused(case: Case, check: Check) -> None:
    check(case)


@each_case_of(unknown_path_requests, otherwise=NO_UNKNOWN_PATH, rule="unknown-path")
def test_an_unknown_path_gets_403_missing_authentication_token(case: Case, check: Check) -> None:
    check(case)


@each_case_of(unknown_methods, otherwise=NO_UNKNOWN_METHOD, rule="unknown-method")
def test_an_unknown_method_gets_403_missing_authentication_token(case: Case, check: Check) -> None:
    check(case)


@each_case_of(siblings, otherwise=NO_SIBLING, rule="route-to-greedy-sibling")
def test_a_method_that_a_path_lacks_is_served_by_a_sibling(case: Case, check: Check) -> None:
    check(case)


@each_case_of(heads, otherwise=NO_HEAD, rule="head-without-body", existing=heads_on)
def test_head_answers_like_get_without_a_body(case: Case, check: Check) -> None:
    check(case)


@each_case_of(mocks, otherwise=NO_MOCK, rule="mock-answer")
def test_a_mock_integration_returns_what_its_template_says(case: Case, check: Check) -> None:
    check(case)


@each_case_of(unjudged, otherwise=EVERY_OPERATION, rule=NOT_JUDGED)
def test_an_operation_that_is_not_tested_is_reported(case: Case, check: Check) -> None:
    check(case)
