"""What the page carries of a document."""

import base64

import pytest

from reports.document import Body
from reports.page import render
from reports.page.data import evidence, overview
from reports.page.headline import headline, word
from tests.page.helpers import read
from tests.reports.document_helpers import a_case, a_document, an_exchange, digest

CONTENT = bytes(range(256))
ENCODED = base64.b64encode(CONTENT)


def _expecting(body: bytes) -> str:
    return f"200 with something, {len(body)} bytes, SHA-256 {digest(body)[:16]}…"


def _due(sent: bytes, came: bytes, expected: str):
    exchanges = {"1": an_exchange(sent, came)}
    case = a_case("c", "deviates", expected=expected)
    page = read(render(a_document([case], exchanges, [sent, came])))
    found = page.evidence()
    return found["cases"][0]["due"], found["bodies"]


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        pytest.param(CONTENT, CONTENT, id="as sent"),
        pytest.param(CONTENT, ENCODED, id="Base64 of it"),
        pytest.param(ENCODED, CONTENT, id="what it is the Base64 of"),
    ],
)
def test_the_body_that_was_due_is_there_to_be_compared(sent: bytes, due: bytes) -> None:
    name, bodies = _due(sent, b"came", _expecting(due))
    assert name == digest(due)
    assert base64.b64decode(bodies[name]["base64"]) == due


def test_a_body_that_was_due_and_came_elsewhere_is_found_too() -> None:
    assert _due(b"sent", b"came", _expecting(b"came"))[0] == digest(b"came")


@pytest.mark.parametrize(
    "expected",
    [
        "",
        "500 with the gateway's JSON error",
        f"200 with x, {len(ENCODED)} bytes, SHA-256 {'0' * 16}…",
    ],
    ids=["conforms", "no digest", "another digest"],
)
def test_without_proof_by_its_digest_no_body_is_said_to_have_been_due(expected: str) -> None:
    assert _due(CONTENT, b"came", expected)[0] is None


def test_a_body_that_is_kept_in_a_file_is_named_and_not_converted() -> None:
    case = a_case("c", "deviates", expected=_expecting(CONTENT))
    document = a_document([case], {"1": an_exchange(CONTENT)}, [])
    document.bodies[digest(CONTENT)] = Body(256)
    document.bodies[digest(b"")] = Body(0, "")
    found = read(render(document)).evidence()
    assert found["cases"][0]["due"] == digest(CONTENT)
    document.cases[0].expected = _expecting(ENCODED)
    assert read(render(document)).evidence()["cases"][0]["due"] is None


def test_a_case_that_was_not_sent_has_no_body_that_was_due() -> None:
    case = a_case("c", "undecided", expected=_expecting(b"x"))
    case.steps[0].exchange = None
    assert read(render(a_document([case], {}))).evidence()["cases"][0]["due"] is None


def test_rendering_leaves_the_document_as_it_is() -> None:
    document = a_document(
        [a_case("c", "deviates", expected=_expecting(ENCODED))],
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


def test_the_definition_itself_is_not_carried() -> None:
    document = a_document([a_case()])
    document.run.definition.document = "the whole definition"
    assert "the whole definition" not in render(document)


@pytest.mark.parametrize(
    ("cases", "more", "expected"),
    [
        pytest.param([a_case()], {}, "Conforms", id="all conform"),
        pytest.param([a_case("c", "deviates")], {}, "Deviates", id="one deviates"),
        pytest.param([a_case("c", "deviates", fails=False)], {}, "Conforms", id="excused"),
        pytest.param([a_case(), a_case("c", "undecided")], {}, "Not decided", id="undecided"),
        pytest.param([a_case("c", "not applicable")], {}, "Not decided", id="nothing applies"),
        pytest.param([], {}, "Not decided", id="no case"),
        pytest.param([a_case()], {"complete": False}, "Cut short", id="cut"),
        pytest.param(
            [a_case("c", "deviates")], {"complete": False}, "Cut short", id="cut, deviates"
        ),
    ],
)
def test_a_run_comes_to_one_word(cases, more, expected: str) -> None:
    document = a_document(cases, **more)
    assert word(document) == expected
    assert overview(document, None)["word"] == expected


def test_the_title_says_the_verdict_and_the_endpoint() -> None:
    document = a_document([a_case("c", "deviates"), a_case()], endpoint="https://abc/<v1>")
    assert headline(document) == "Deviates: 1 of 2 judged cases deviate · https://abc/<v1>"
    assert read(render(document)).text_of("title") == headline(document)
