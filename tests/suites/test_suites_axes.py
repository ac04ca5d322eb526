"""Where a case stands in its suite's matrix."""

from collections import Counter

import pytest

from fixtures.definitions import load, shipped
from suites.download.cases import cases as downloads
from suites.profile import PROFILES
from suites.upload.cases import refusals, uploads

ON_S3 = tuple(name for name in shipped() if load(name).operations_on_s3("GET"))
AXES = [
    (downloads, {"operation", "payload", "stored", "accept", "sent"}),
    (uploads, {"operation", "form", "sent"}),
    (refusals, {"operation", "form", "sent"}),
]


@pytest.mark.parametrize("definition", ON_S3)
@pytest.mark.parametrize(("generator", "axes"), AXES)
def test_every_case_of_a_matrix_has_a_place_on_every_axis(
    generator, axes: set[str], definition: str
) -> None:
    cases = list(generator(load(definition), PROFILES["default"]))
    assert cases or generator is refusals  # not every definition refuses something
    for case in cases:
        assert set(case.axes) == axes, case.id
        assert all(case.axes.values()), case.id
        assert case.id.startswith(case.axes["operation"])


@pytest.mark.parametrize("definition", ON_S3)
@pytest.mark.parametrize("generator", [downloads, refusals])
def test_no_two_cases_have_the_same_place(generator, definition: str) -> None:
    cases = generator(load(definition), PROFILES["default"])
    places = Counter(tuple(case.axes.values()) for case in cases)
    assert max(places.values(), default=0) <= 1
