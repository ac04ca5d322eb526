"""Keys: every name that S3 allows."""

from fixtures.cases.case import Case
from suites.keys.cases import keys, lookalikes
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import NO_UPLOADS


@each_case_of(keys, otherwise=NO_UPLOADS, rule="key-round-trip")
def test_an_object_is_found_under_the_key_it_was_stored_under(case: Case, check: Check) -> None:
    check(case)


@each_case_of(lookalikes, otherwise=NO_UPLOADS, rule="keys-case-and-unicode")
def test_keys_that_look_alike_name_different_objects(case: Case, check: Check) -> None:
    check(case)
