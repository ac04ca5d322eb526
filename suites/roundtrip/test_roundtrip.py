"""Round trips: the catalogue, random payloads, and sequences of uploads and downloads."""

from fixtures.cases.case import Case
from suites.roundtrip import random_sequences
from suites.roundtrip.cases import (
    catalogue,
    missing_at_first,
    overwrites,
    random_trips,
    retyped,
    sequences,
)
from suites.roundtrip.combinations import combinations
from suites.runner.case_source import each_case_of
from suites.runner.checker import Check
from suites.skip_reasons import NO_PAIRING


@each_case_of(catalogue, otherwise=NO_PAIRING, rule="read-after-write")
def test_a_payload_of_the_catalogue_is_returned_unchanged(case: Case, check: Check) -> None:
    check(case)


@each_case_of(overwrites, otherwise=NO_PAIRING, rule="read-after-write")
def test_an_overwritten_object_is_no_longer_returned(case: Case, check: Check) -> None:
    check(case)


@each_case_of(retyped, otherwise=NO_PAIRING, rule="read-after-write")
def test_an_object_overwritten_under_another_type_has_that_type(case: Case, check: Check) -> None:
    check(case)


@each_case_of(combinations, otherwise=NO_PAIRING, rule="read-after-write")
def test_properties_that_come_together_change_nothing(case: Case, check: Check) -> None:
    check(case)


@each_case_of(missing_at_first, otherwise=NO_PAIRING, rule="read-after-write")
def test_an_object_is_returned_although_it_was_missing_before(case: Case, check: Check) -> None:
    check(case)


@each_case_of(
    random_trips,
    otherwise=NO_PAIRING,
    rule="read-after-write",
    search=random_sequences.random_bytes,
)
def test_random_bytes_are_returned_unchanged(case: Case, check: Check) -> None:
    check(case)


@each_case_of(
    sequences, otherwise=NO_PAIRING, rule="read-after-write", search=random_sequences.any_sequence
)
def test_objects_match_the_model_after_requests_in_any_order(case: Case, check: Check) -> None:
    check(case)
