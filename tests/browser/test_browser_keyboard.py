"""Keyboard, themes, phone, paper, and what a hostile endpoint sends."""

import copy

import pytest

from fixtures.cases.exchange import Failure, FailureKind
from fixtures.rules.verdict import Outcome
from reports.document import Source
from tests.browser.helpers import Made

HOSTILE = (
    "</script><img src=x onerror=window.hacked=1>",
    "<svg onload=window.hacked=1>",
    "\u202egnp.exe",
    "a\0b\x1b[31m",
    "\ud800",
    "javascript:window.hacked=1",
    "w" * 5000,
)


def _focused(page) -> str:
    return page.evaluate("document.activeElement.dataset.case ?? document.activeElement.id")


def _place(page) -> list[int]:
    return page.evaluate(
        "[document.activeElement.closest('tr').sectionRowIndex,"
        " document.activeElement.closest('td').cellIndex]"
    )


def test_the_first_tab_skips_to_the_results(deviating, visit) -> None:
    page = visit(deviating)
    page.keyboard.press("Tab")
    assert _focused(page) == "skip"
    assert page.locator("#skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert _focused(page) == "main"


def test_a_matrix_is_one_stop_of_the_tab_key(deviating, visit) -> None:
    page = visit(deviating)
    for grid in page.get_by_role("grid").all():
        assert grid.locator("[tabindex='0']").count() == 1


def test_arrows_walk_a_matrix_and_enter_opens_a_cell(deviating, visit) -> None:
    page = visit(deviating, "#subject=upload")
    grid = page.get_by_role("grid").first
    grid.locator(".cell").first.focus()
    start = _place(page)
    page.keyboard.press("ArrowRight")
    assert _place(page)[1] > start[1]
    page.keyboard.press("ArrowDown")
    assert _place(page)[0] > start[0]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    assert _place(page)[1] == min(1, start[1])
    page.keyboard.press("Control+End")
    assert _place(page)[0] == grid.locator("tbody tr").count() - 1
    assert grid.locator("[tabindex='0']").count() == 1
    name = _focused(page)
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog").get_by_role("heading", level=2).inner_text() == name
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    assert _focused(page) == name


def test_an_arrow_at_the_edge_stays_there(deviating, visit) -> None:
    page = visit(deviating, "#subject=upload")
    page.locator(".cell").first.focus()
    page.keyboard.press("Control+Home")
    name = _focused(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert _focused(page) == name


def test_the_focus_stays_inside_of_the_panel(deviating, visit) -> None:
    page = visit(deviating)
    page.locator(".cell.failed").first.click()
    page.get_by_role("heading", name="Repeat it").wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        outside = (
            "document.activeElement !== document.body && !document.activeElement.closest('dialog')"
        )
        assert not page.evaluate(outside)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_the_systems_until_it_is_chosen(healthy, visit, scheme) -> None:
    page = visit(healthy, color_scheme=scheme)
    other = {"light": "dark", "dark": "light"}[scheme]
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    first = page.evaluate(paper)
    assert (first == "rgb(255, 255, 255)") == (scheme == "light")
    page.get_by_label("Theme").select_option(other)
    chosen = page.evaluate(paper)
    assert (chosen == "rgb(255, 255, 255)") == (other == "light")
    # What a page has stored reaches the browser's own process a moment later.
    page.wait_for_timeout(500)
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.evaluate(paper) == chosen
    page.get_by_label("Theme").select_option("auto")
    assert page.evaluate(paper) == first


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_only_tables_scroll_sideways(deviating, visit, width) -> None:
    page = visit(deviating, viewport={"width": width, "height": 740})
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    page.locator(".cell.failed").first.click()
    page.get_by_role("heading", name="Repeat it").wait_for()
    assert page.evaluate("document.getElementById('panel').scrollWidth") <= width


def test_the_first_column_stays_where_a_matrix_is_scrolled(deviating, visit) -> None:
    page = visit(deviating, viewport={"width": 360, "height": 740})
    head = page.locator(".matrix tbody th").first
    before = head.bounding_box()["x"]
    box = page.locator(".scrolled").first
    box.evaluate("(element) => { element.scrollLeft = 300; }")
    assert box.evaluate("(element) => element.scrollLeft") == 300
    assert abs(head.bounding_box()["x"] - before) < 2


def test_deviations_are_printed_with_their_evidence(deviating, visit, tmp_path) -> None:
    page = visit(deviating, color_scheme="dark")
    page.evaluate("new Promise((done) => requestIdleCallback(() => setTimeout(done, 300)))")
    file = tmp_path / "page.pdf"
    page.pdf(path=file)
    assert file.stat().st_size > 10_000
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = page.locator("#print")
    case = next(c for c in deviating.document.cases if c.outcome == "deviates")
    text = printed.inner_text()
    assert case.id in text
    assert case.expected in text
    assert "curl -q" in text
    for hidden in ("#filters", "#contents", "#theme"):
        assert not page.locator(hidden).is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not printed.inner_text()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_an_endpoint_sends_is_shown_and_never_run(deviating, visit, tmp_path, text) -> None:
    document = copy.deepcopy(deviating.document)
    document.cases = document.cases[:3]
    document.run.endpoint = text
    document.end.why, document.end.untested = text, [text]
    for case in document.cases:
        case.reason = case.observed = case.cause = case.actual_form = text
        case.outcome = Outcome.DEVIATES
        for step in case.steps:
            exchange = document.exchanges[step.exchange]
            exchange.received.headers += ((text, text),)
            exchange.command, exchange.repeats = text, (Failure(FailureKind.THROTTLED, text),)
    for rule in document.rules.values():
        rule.sources = (Source(text, text),)
    diagnosis = {"headline": text, "explanations": [], "unexplained": [text]}
    page = visit(Made(tmp_path / "hostile.html", document, diagnosis))
    page.locator("[data-case]").first.click()
    page.get_by_role("heading", name="Repeat it").wait_for()
    for summary in page.locator("dialog summary").all():
        summary.click()
    assert page.evaluate("window.hacked") is None
    assert not page.locator("a[href^='javascript']").count()
    assert not page.locator("main svg, main img:not([src^='data:'])").count()
    seen = page.locator("dialog .reason").inner_text()
    marks = {
        "\u202egnp.exe": "U+202Egnp.exe",
        "a\0b\x1b[31m": "aU+0000bU+001B[31m",
        "\ud800": "U+D800",
    }
    assert seen == marks.get(text, text)
