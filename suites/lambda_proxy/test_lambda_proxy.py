"""Functions behind a Lambda proxy: the events they receive, and how their results are returned."""

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
def test_a_function_receives_base64_or_text_depending_on_the_content_type(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(responses, otherwise=NO_FUNCTION, rule="lambda-response-decoded")
def test_a_response_with_the_base64_flag_is_decoded_if_accept_is_binary(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(content_types, otherwise=NO_FUNCTION, rule="lambda-content-type")
def test_the_content_type_is_the_one_that_the_function_returns(case: Case, check: Check) -> None:
    check(case)


@each_case_of(headers, otherwise=NO_FUNCTION, rule="request-id")
def test_a_response_of_a_function_has_the_headers_of_every_response(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(malformed, otherwise=NO_FUNCTION, rule="lambda-malformed")
def test_a_malformed_response_becomes_502(case: Case, check: Check) -> None:
    check(case)


@each_case_of(catalogue, otherwise=NO_BODY, rule="lambda-request-binary")
def test_the_function_returns_a_payload_of_the_catalogue_unchanged(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(
    random_trips,
    otherwise=NO_BODY,
    rule="lambda-request-binary",
    search=random_payloads.random_bytes,
)
def test_the_function_returns_random_bytes_unchanged(case: Case, check: Check) -> None:
    check(case)
