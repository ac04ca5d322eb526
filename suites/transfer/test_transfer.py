"""Uploads and downloads by each way in which clients send and ask."""

from fixtures.cases.case import Case
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import NO_DOWNLOADS, NO_UPLOADS
from suites.transfer.cases import downloads, uploads


@each_case_of(uploads, otherwise=NO_UPLOADS, rule="request-chunked")
def test_an_upload_is_stored_by_each_way_of_sending(case: Case, check: Check) -> None:
    check(case)


@each_case_of(downloads, otherwise=NO_DOWNLOADS, rule="requested-compression", existing=downloads)
def test_a_download_is_the_same_by_each_way_of_asking(case: Case, check: Check) -> None:
    check(case)
