"""The page of a comparison, and the command that writes it."""

import hashlib
import json
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from apigw_conformance import __main__ as command_line
from reports.comparison.differences import MEANING, Kind, compare
from reports.comparison.html_page import SHOWN, render
from reports.document import Document
from reports.stream import to_jsonl
from tests.reports.document_helpers import a_case, a_document

HOSTILE = "</style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;\u202e\x00"


class Page(HTMLParser):
    """What a browser makes of a page, as far as the tests ask."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def having(self, name: str) -> list[str | None]:
        """The values of an attribute, wherever it is."""
        return [attributes[name] for _, attributes in self.tags if name in attributes]


def nights(*outcomes: str, **more: Any) -> list[Document]:
    return [
        a_document([a_case("a case", each, **more)], started=f"2026-11-{night:02}T02:00:00+00:00")
        for night, each in enumerate(outcomes, 1)
    ]


def rendered(*documents: Document) -> Page:
    return Page(render(compare(documents)))


HEADLINES = [
    (("conforms", "conforms"), "Nothing differs"),
    (("conforms", "deviates"), "Worse: 1 case that passed before failed now"),
    (("deviates", "conforms"), "Nothing became worse; 1 case differs"),
]


@pytest.mark.parametrize(("outcomes", "headline"), HEADLINES)
def test_the_headline_says_whether_anything_became_worse(
    outcomes: tuple[str, ...], headline: str
) -> None:
    assert rendered(*nights(*outcomes)).text.count(headline) == 2  # title and heading


def test_the_page_needs_nothing_but_itself_and_says_so_in_a_strict_policy() -> None:
    page = render(compare(nights("conforms", "deviates")))
    style = re.search(rb"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style[1]).digest()).decode()
    (policy,) = [
        attributes["content"]
        for tag, attributes in Page(page).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert b"<" not in style[1]
    found = Page(page)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in found.tags}
    assert not found.having("style")
    assert all(href and href.startswith("#") for href in found.having("href"))
    assert not found.having("src")


def test_every_text_of_an_endpoint_is_text() -> None:
    told = dict.fromkeys(
        ("reason", "expected", "observed", "cause", "expected_form", "actual_form"), HOSTILE
    )
    before = a_document([a_case(HOSTILE, "conforms", test="t")], endpoint=HOSTILE)
    after = a_document(
        [a_case(HOSTILE, "deviates", test="t", **told)],
        endpoint=HOSTILE,
        complete=False,
        why=HOSTILE,
        profile=HOSTILE,
        untested=[HOSTILE],
    )
    after.exchanges["1"].command = HOSTILE
    plain = rendered(*nights("conforms", "deviates"))
    page = rendered(before, after)
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags} | {"strong", "li"}
    assert page.text.count("<script>alert(1)</script>") >= 8


def test_a_text_that_utf_8_cannot_hold_does_not_break_the_page() -> None:
    assert b"a ? reason" in render(
        compare(nights("conforms", "deviates", reason="a \ud800 reason"))
    )


def test_every_link_leads_somewhere_and_no_place_is_there_twice() -> None:
    cases = [a_case("a"), a_case("b", "deviates", rules=["content-length"]), a_case("c")]
    other = [a_case("a", "deviates"), a_case("b", rules=["content-length"])]
    page = rendered(a_document(cases), a_document(other))
    places = page.having("id")
    assert len(places) == len(set(places))
    targets = {str(href).removeprefix("#") for href in page.having("href")}
    assert {"worse", "better", "lost", "worse-unknown-path"} <= targets <= set(places)


def test_no_outcome_is_told_by_its_colour_alone() -> None:
    page = rendered(*nights("conforms", "undecided", "not applicable", "deviates"))
    for words in ("✓ passed", "? inconclusive", "– not applicable", "✗ failed"):
        assert words in page.text
    assert f": {MEANING[Kind.WORSE]}" in page.text


def test_a_run_that_says_what_the_one_before_said_is_not_told_twice() -> None:
    page = rendered(*nights("conforms", "deviates", "deviates"))
    assert page.text.count("a reason why it deviates") == 1
    assert page.text.count("As in the run before.") == 1


def test_a_cut_run_is_marked_wherever_it_is_counted() -> None:
    whole, cut = nights("conforms", "conforms")
    cut.end.complete = False
    cut.run.planned = 9
    page = rendered(whole, cut)
    assert "is incomplete" in page.text
    assert "incomplete: 1 of 9" in page.text
    assert "2 cut" in page.text


def test_a_rule_of_many_alike_cases_unfolds_some_and_says_how_many_more() -> None:
    runs = [
        a_document([a_case(str(n), each) for n in range(SHOWN + 3)])
        for each in ("conforms", "deviates")
    ]
    page = rendered(*runs)
    assert [tag for tag, _ in page.tags].count("details") == SHOWN
    assert "3 more are in the comparison's JSON." in page.text


def test_runs_of_several_endpoints_stand_side_by_side_even_where_one_lacks_a_rule() -> None:
    one = a_document([a_case("a"), a_case("b", rules=["content-length"])])
    page = rendered(one, a_document([a_case("a")], endpoint="http://b:1"))
    assert "2 runs of several endpoints, in the order given; the last is judged." in page.text
    assert "Verdicts side by side" in page.text
    assert "∅ no case" in page.text


# ----------------------------------------------------------------------------------- the command


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the subcommand as the command line does."""
    return command_line.main(["compare", *map(str, arguments)])


def kept(folder: Path, *documents: Document) -> list[Path]:
    files = [folder / f"{number}.json" for number in range(len(documents))]
    for file, document in zip(files, documents, strict=True):
        file.write_text(to_jsonl(document), encoding="utf-8")
    return files


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        (("conforms", "deviates"), 1),
        (("deviates", "conforms"), 0),
        (("conforms", "undecided"), 0),
        (("deviates", "deviates"), 0),
    ],
)
def test_the_exit_status_says_whether_anything_became_worse(
    outcomes: tuple[str, ...],
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    html, data = tmp_path / "out" / "c.html", tmp_path / "out" / "c.json"
    files = kept(tmp_path, *nights(*outcomes))
    assert call(monkeypatch, *files, "--html", html, "--json", data) == status
    comparison = json.loads(data.read_text(encoding="utf-8"))
    assert comparison["worse"] is (status == 1)
    assert html.read_bytes().startswith(b"<!DOCTYPE html>")
    said = capsys.readouterr().out
    assert str(html) in said
    assert all(f"{each['kind']}: " in said for each in comparison["differences"])


def test_labels_are_used_in_the_order_of_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = kept(tmp_path, *nights("conforms", "conforms"))
    out = ("--html", tmp_path / "c.html", "--json", tmp_path / "c.json")
    call(monkeypatch, *reversed(files), *out, "--label", "new", "--label", "old")
    runs = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["runs"]
    assert [run["label"] for run in runs] == ["old", "new"]


WRONG = [
    (["0.json"], "two runs are needed at least"),
    (["0.json", "1.json", "--label", "one"], "--label once for each run"),
    (["0.json", "none.json"], "none.json: cannot be read: No such file"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_a_wrong_call_is_one_sentence_and_writes_nothing(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept(tmp_path, *nights("conforms", "deviates"))
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, *arguments, "--html", "c.html", "--json", "c.json") == 4
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not (tmp_path / "c.html").exists()
