"""What a definition has nothing for is said, with its reason, by every generator of cases."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fixtures.api import Definition, Operation
from fixtures.cases.case import Role
from fixtures.definitions import load
from suites import skip_reasons
from suites.errors.cases import heads
from suites.keys.cases import keys, lookalikes
from suites.limits.cases import sizes
from suites.profile import PROFILES
from suites.roundtrip.pairings import pairings
from suites.upload.cases import refusals, uploads

MAPPED, CONVERSIONS = load("mapped"), load("conversions")
QUICK = PROFILES["quick"]


def having(definition: Definition, wanted: Callable[[Operation], bool]) -> Definition:
    return replace(definition, operations=tuple(filter(wanted, definition.operations)))


def without(definition: Definition, *methods: str) -> Definition:
    return having(definition, lambda operation: operation.method not in methods)


NOTHING_UP = without(MAPPED, "PUT")
NOTHING_DOWN = without(MAPPED, "GET")
# Uploads of octets are refused at this path, and nothing else uploads.
REFUSING = having(CONVERSIONS, lambda operation: operation.path.startswith("/never/"))

REASONS = [
    (heads, NOTHING_UP, {skip_reasons.NO_UPLOAD}),
    (keys, NOTHING_DOWN, {skip_reasons.NO_DOWNLOAD}),
    (lookalikes, NOTHING_DOWN, {skip_reasons.NO_DOWNLOAD}),
    (refusals, NOTHING_DOWN, {skip_reasons.NO_DOWNLOAD}),
    (uploads, NOTHING_DOWN, set()),  # they are sent, and a wrong status is seen
    (keys, REFUSING, {skip_reasons.NO_SUCH_UPLOAD}),
    (lookalikes, REFUSING, {skip_reasons.NO_SUCH_UPLOAD}),
    (
        sizes,
        REFUSING,
        {"an upload as application/octet-stream is not expected to succeed through this operation"},
    ),
]


@pytest.mark.parametrize(("generator", "definition", "reasons"), REASONS)
def test_what_cannot_be_tried_says_why(generator, definition, reasons) -> None:
    said = {case.not_applicable for case in generator(definition, QUICK)} - {""}
    assert {reason for reason in said if "profile quick" not in reason} == reasons


def test_an_upload_that_nothing_can_show_is_still_sent() -> None:
    sent = [case for case in uploads(NOTHING_DOWN, QUICK) if case.steps]
    assert sent
    assert {step.role for case in sent for step in case.steps} == {Role.ACT}


def test_a_download_without_an_upload_at_its_path_takes_one_elsewhere() -> None:
    def kept(operation: Operation) -> bool:
        return (operation.method, operation.path.split("/")[1]) in {
            ("PUT", "as-is"),
            ("GET", "to-text"),
        }

    ways = pairings(having(CONVERSIONS, kept))
    paths = {(way.upload.path.split("/")[1], way.download.path.split("/")[1]) for way in ways}
    assert paths == {("as-is", "to-text")}


def test_half_an_api_has_no_pairing() -> None:
    assert pairings(NOTHING_UP) == pairings(NOTHING_DOWN) == ()
