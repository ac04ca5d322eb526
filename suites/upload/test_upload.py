"""Uploads: every `Content-Type` × every form of body."""

from fixtures.cases.case import Case
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import NO_REFUSAL, NO_UPLOADS
from suites.upload.cases import client_uploads, refusals, uploads


@each_case_of(uploads, otherwise=NO_UPLOADS, rule="upload-empty-answer")
def test_an_upload_is_stored_in_the_form_that_its_content_type_selects(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(client_uploads, otherwise=NO_UPLOADS, rule="upload-empty-answer")
def test_the_body_of_a_web_client_is_stored_in_the_form_that_its_type_selects(
    case: Case, check: Check
) -> None:
    check(case)


@each_case_of(refusals, otherwise=NO_REFUSAL, rule="refused-upload-stores-nothing")
def test_a_refused_upload_leaves_the_older_object_unchanged(case: Case, check: Check) -> None:
    check(case)
