"""The page is one file that needs nothing else, and in which data stays data."""

import base64
import hashlib
import re

import pytest

import reports.page
from fixtures.cases.exchange import Failure, FailureKind
from reports.page import render
from tests.page.helpers import HOSTILE, read
from tests.reports.document_helpers import a_case, a_document, an_exchange


def _policy(page) -> dict[str, str]:
    (content,) = [
        attributes["content"]
        for tag, attributes in page.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    return dict(part.split(" ", 1) for part in content.split("; "))


def _script(page) -> str:
    (text,) = [text for tag, attributes, text in page.texts if tag == "script" and not attributes]
    return text


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_the_pages_own_script_and_style_alone() -> None:
    page = read(render(a_document([a_case()])))
    assert _policy(page) == {
        "default-src": "'none'",
        "script-src": _digest(_script(page)),
        "style-src": _digest(page.text_of("style")),
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_policy_stands_before_everything_that_it_is_about() -> None:
    tags = [tag for tag, _ in read(render(a_document())).elements]
    assert tags[:4] == ["html", "head", "meta", "meta"]


def test_nothing_in_the_markup_is_styled_handled_or_fetched() -> None:
    for tag, attributes in read(render(a_document([a_case()]))).elements:
        assert not {name for name in attributes if name.startswith("on") or name == "style"}, tag
        for name in ("src", "href", "srcset", "action", "poster", "data"):
            assert attributes.get(name, "#").startswith(("#", "data:")), tag


def test_the_script_never_makes_markup_of_text() -> None:
    script = _script(read(render(a_document())))
    assert not re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|eval\(|fetch\(", script
    )


def test_every_script_and_style_file_is_in_the_page() -> None:
    page = read(render(a_document()))
    for file in reports.page._HERE.glob("*/*.mjs"):
        assert file.read_text(encoding="utf-8").partition("\n")[0] in _script(page)
    for file in reports.page._HERE.glob("*/*.css"):
        assert file.read_text(encoding="utf-8") in page.text_of("style")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_from_an_endpoint_gets_out_of_the_data(text: str) -> None:
    failure = Failure(FailureKind.CONNECTION_LOST, text)
    exchange = an_exchange(failure=failure, repeats=[failure], command=text)
    exchange.sent.headers = ((text, text),)
    case = a_case(text, reason=text, observed=text, axes={"operation": text}, waiver=text)
    document = a_document([case], {"1": exchange}, endpoint=text, stale=[text], why=text)
    page = read(render(document, {"headline": text, "explanations": [], "unexplained": [text]}))
    plain = read(render(a_document([a_case()])))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    (shown,) = page.overview()["cases"]
    assert (shown["id"], shown["reason"], shown["axes"]["operation"]) == (text, text, text)
    assert page.overview()["diagnosis"]["headline"] == text
    assert page.evidence()["exchanges"]["1"]["failure"]["sentence"] == text


def test_the_page_can_be_written_as_utf_8_whatever_came() -> None:
    document = a_document([a_case("\ud800")], endpoint="https://abc/\udcff")
    assert render(document).encode()


def test_the_same_document_gives_the_same_page() -> None:
    cases = [a_case("one"), a_case("two", "deviates", number=1)]
    assert render(a_document(cases)) == render(a_document(cases))
