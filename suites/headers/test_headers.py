"""Headers of responses."""

from fixtures.cases.case import Case
from suites.headers.cases import (
    answers,
    error_types,
    guessed_types,
    identity_only,
    mapped,
    request_ids,
)
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import NO_DOWNLOADS, NO_ERROR, NO_MAPPED_HEADER


@each_case_of(answers, otherwise=NO_DOWNLOADS, rule="content-length", existing=answers)
def test_content_type_and_length_and_encoding_are_right(case: Case, check: Check) -> None:
    check(case)


@each_case_of(
    identity_only,
    otherwise=NO_DOWNLOADS,
    rule="unrequested-compression",
    existing=identity_only,
)
def test_a_client_that_accepts_no_content_encoding_gets_none(case: Case, check: Check) -> None:
    check(case)


@each_case_of(request_ids, otherwise=NO_DOWNLOADS, rule="request-id", existing=request_ids)
def test_every_response_has_its_own_request_id(case: Case, check: Check) -> None:
    check(case)


@each_case_of(mapped, otherwise=NO_MAPPED_HEADER, rule="mapped-header", existing=mapped)
def test_a_header_that_the_definition_maps_is_as_mapped(case: Case, check: Check) -> None:
    check(case)


@each_case_of(guessed_types, otherwise=NO_DOWNLOADS, rule="content-type-mapped")
def test_a_type_is_not_guessed_from_key_or_bytes(case: Case, check: Check) -> None:
    check(case)


@each_case_of(error_types, otherwise=NO_ERROR, rule="error-type")
def test_an_error_of_the_gateway_names_its_type(case: Case, check: Check) -> None:
    check(case)
