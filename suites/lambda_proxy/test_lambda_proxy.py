"""Functions behind a Lambda proxy: what they are given, and what becomes of what they return."""

from fixtures.cases.case import Case
from suites.lambda_proxy import random_payloads
from suites.lambda_proxy.cases import (
    catalogue,
    content_types,
    headers,
    malformed,
    random_trips,
    requests,
    responses,
)
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import NO_BODY, NO_FUNCTION


@each_case_of(requests, otherwise=NO_FUNCTION, rule="lambda-request-binary")
def test_a_function_is_given_base64_or_text_as_the_content_type_says(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(responses, otherwise=NO_FUNCTION, rule="lambda-response-decoded")
def test_what_a_function_returns_is_decoded_if_it_says_so_and_accept_is_binary(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(content_types, otherwise=NO_FUNCTION, rule="lambda-content-type")
def test_the_content_type_is_the_one_that_the_function_returns(case: Case, check: Check) -> None:
    check(case)


@each_case_of(headers, otherwise=NO_FUNCTION, rule="request-id")
def test_a_response_of_a_function_has_the_headers_that_every_response_has(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(malformed, otherwise=NO_FUNCTION, rule="lambda-malformed")
def test_what_is_no_response_ends_in_502(case: Case, check: Check) -> None:
    check(case)


@each_case_of(catalogue, otherwise=NO_BODY, rule="lambda-request-binary")
def test_a_payload_of_the_catalogue_comes_back_from_the_function(case: Case, check: Check) -> None:
    check(case)


@each_case_of(
    random_trips,
    otherwise=NO_BODY,
    rule="lambda-request-binary",
    search=random_payloads.random_bytes,
)
def test_random_bytes_come_back_from_the_function(case: Case, check: Check) -> None:
    check(case)
