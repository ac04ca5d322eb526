"""What the page carries of a document."""

import base64

import pytest

from reports.page import render
from reports.page.data import evidence, overview
from reports.page.headline import headline, word
from tests.page.helpers import read
from tests.reports.document_helpers import a_case, a_document, an_exchange, digest

CONTENT = bytes(range(256))
ENCODED = base64.b64encode(CONTENT)


@pytest.mark.parametrize("bodies", [[b"sent", CONTENT], [b"sent"]], ids=["there", "not there"])
def test_the_expected_body_is_named_where_it_is_there_to_be_compared(bodies: list[bytes]) -> None:
    case = a_case("c", "deviates", expected_body=digest(CONTENT))
    found = read(render(a_document([case], {"1": an_exchange(b"sent")}, bodies))).evidence()
    named = found["cases"][0]["expected"]
    assert named == (digest(CONTENT) if CONTENT in bodies else None)
    assert {base64.b64decode(body["base64"]) for body in found["bodies"].values()} == set(bodies)


def test_rendering_leaves_the_document_as_it_is() -> None:
    document = a_document(
        [a_case("c", "deviates", expected_body=digest(ENCODED))],
        {"1": an_exchange(CONTENT)},
        [CONTENT, b""],
    )
    evidence(document)
    assert set(document.bodies) == {digest(CONTENT), digest(b"")}


def test_two_tests_that_share_an_id_have_links_of_their_own() -> None:
    cases = [a_case("shared", test=f"suites/upload/test_upload.py::test_{x}[shared]") for x in "ab"]
    shown = overview(a_document([*cases, a_case("own")]), None)["cases"]
    assert [case.get("key", case["id"]) for case in shown] == [
        "shared (test_a)",
        "shared (test_b)",
        "own",
    ]


def test_the_first_step_is_carried_and_an_empty_value_is_not() -> None:
    cases = [a_case("first", step=0, cause=""), a_case("none", step=None)]
    first, none = overview(a_document(cases), None)["cases"]
    assert (first["step"], "cause" in first) == (0, False)
    assert "step" not in none


def test_the_definition_itself_is_not_carried() -> None:
    document = a_document([a_case()])
    document.run.definition.document = "the whole definition"
    assert "the whole definition" not in render(document)


@pytest.mark.parametrize(
    ("cases", "more", "expected"),
    [
        pytest.param([a_case()], {}, "Passed", id="all passed"),
        pytest.param([a_case("c", "deviates")], {}, "Failed", id="one failed"),
        pytest.param([a_case("c", "deviates", fails=False)], {}, "Passed", id="tolerated"),
        pytest.param([a_case(), a_case("c", "undecided")], {}, "Inconclusive", id="inconclusive"),
        pytest.param([a_case("c", "not applicable")], {}, "Inconclusive", id="nothing applies"),
        pytest.param([], {}, "Inconclusive", id="no case"),
        pytest.param([a_case()], {"complete": False}, "Incomplete", id="incomplete"),
        pytest.param(
            [a_case("c", "deviates")], {"complete": False}, "Failed", id="incomplete, failed"
        ),
    ],
)
def test_a_run_comes_to_one_word(cases, more, expected: str) -> None:
    document = a_document(cases, **more)
    assert word(document) == expected
    assert overview(document, None)["word"] == expected


def test_the_title_says_the_verdict_and_the_endpoint() -> None:
    document = a_document([a_case("c", "deviates"), a_case()], endpoint="https://abc/<v1>")
    assert headline(document) == "Failed: 1 failed, 1 passed"
    assert read(render(document)).text_of("title") == f"{headline(document)} · https://abc/<v1>"
