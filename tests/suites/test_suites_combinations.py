"""The combinations of properties: every two values meet, and every case can be sent."""

from itertools import combinations, product

import pytest

from fixtures.cases.case import WHOLE_ANSWER, Role
from fixtures.cases.object_address import address
from fixtures.definitions import load, shipped
from suites.profile import PROFILES
from suites.roundtrip import combinations as subject
from suites.roundtrip.combinations import orthogonal_rows

LISTS = [tuple(range(size)) for size in (3, 1, 5, 2, 23, 7, 16)]


def test_each_two_values_of_two_properties_meet() -> None:
    rows = list(orthogonal_rows(LISTS))
    assert len(rows) == 23 * 23
    for one, other in combinations(range(len(LISTS)), 2):
        met = {(row[one], row[other]) for row in rows}
        assert met == set(product(LISTS[one], LISTS[other]))


def test_there_are_as_many_rows_as_the_next_prime_squared() -> None:
    assert len(list(orthogonal_rows([range(24)]))) == 29 * 29
    assert len(list(orthogonal_rows([range(1)] * 3))) == 3 * 3


@pytest.mark.parametrize("name", shipped())
def test_a_combination_is_an_upload_and_its_download_under_a_name_of_its_own(name: str) -> None:
    cases = list(subject.combinations(load(name), PROFILES["quick"]))
    assert len({case.id for case in cases}) == len(cases)
    assert len({case.steps[-1].request.name for case in cases}) == len(cases)
    for case in cases:
        get = case.steps[-1]
        put = [each for each in case.steps if each.request.name == get.request.name][-2]
        assert case.aspect == WHOLE_ANSWER
        assert {each.role for each in case.steps} == {Role.ACT}
        assert put.request.writes
        assert not any(
            not value.isascii()
            for _, value in address(put.request.operation, put.request.name).headers
        )
