"""The evidence of a case."""

import re
from urllib.parse import urlencode

import pytest

from tests.browser.helpers import until

_NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
_CLIPBOARD = """
window.copied = [];
Object.defineProperty(navigator, "clipboard", {
  value: { writeText: async (text) => { window.copied.push(text); } },
});
"""


def _case(made, **wanted):
    return next(
        case
        for case in made.document.cases
        if all(getattr(case, name) == value for name, value in wanted.items())
    )


def _link(case) -> str:
    return f"#{urlencode({'case': case.id})}"


def _open(visit, made, case, **more):
    page = visit(made, _link(case), **more)
    panel = page.get_by_role("dialog")
    panel.get_by_role("heading", name="Repeat it").wait_for()
    return page, panel


def test_a_cell_opens_its_worst_case_and_escape_leads_back_to_it(deviating, visit) -> None:
    page = visit(deviating)
    cell = page.locator(".cell.failed").first
    name = cell.get_attribute("data-case")
    cell.click()
    panel = page.get_by_role("dialog")
    assert panel.get_by_role("heading", level=2).inner_text() == name
    assert page.evaluate("document.getElementById('panel').contains(document.activeElement)")
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.dataset.case") == name
    assert page.evaluate("location.hash") == ""


def test_the_panel_has_everything_that_the_document_knows_of_a_case(deviating, visit) -> None:
    case = _case(deviating, subject="download", status="failed")
    _page, panel = _open(visit, deviating, case)
    for summary in panel.locator("summary").all():
        if not summary.evaluate("(element) => element.parentElement.open"):
            summary.click()
    text = panel.inner_text()
    for words in (
        case.reason,
        case.expected,
        case.cause,
        case.expected_form,
        case.actual_form,
    ):
        assert words in text
    for rule in case.rules:
        assert deviating.document.rules[rule].sentence in text
        for source in deviating.document.rules[rule].sources:
            assert panel.locator(f"a[href='{source.url}']").count()
    for step in case.steps:
        exchange = deviating.document.exchanges[step.exchange]
        assert exchange.command in text
        assert exchange.sent.url in text
        for name, value in exchange.sent.headers + exchange.received.headers:
            assert name in text
            assert value in text


def test_the_bytes_that_differ_are_marked_beside_the_expected_ones(deviating, visit) -> None:
    case = _case(deviating, expected_form="raw", actual_form="Base64", subject="download")
    _page, panel = _open(visit, deviating, case)
    table = panel.get_by_role("group", name="Expected and received bytes")
    first = table.locator("tbody tr").first
    assert first.locator("th").inner_text() == "000000"
    expected, received = first.locator(".hex").all_inner_texts()
    assert re.fullmatch(r"([0-9a-f]{2} ){7}[0-9a-f]{2}", expected)
    assert expected != received
    marks = first.locator(".hex").last.locator("mark").all_inner_texts()
    assert marks == [
        one for one, other in zip(received.split(), expected.split(), strict=True) if one != other
    ]
    assert "underline" in first.locator("mark").first.evaluate(
        "(mark) => getComputedStyle(mark).textDecorationLine"
    )
    before = table.locator("tbody tr").count()
    panel.get_by_role("button", name=re.compile("Show all")).first.click()
    assert table.locator("tbody tr").count() > before


def test_an_image_is_shown_before_and_after(deviating, visit) -> None:
    case = next(
        case
        for case in deviating.document.cases
        if case.subject == "roundtrip"
        and case.actual_form == "Base64"
        and re.match("png|gif|jpeg|webp", case.id)
    )
    _page, panel = _open(visit, deviating, case)
    images = panel.locator("figure img")
    assert images.count() == 2
    for place in range(2):
        assert images.nth(place).evaluate(
            "(image) => image.decode().then(() => image.naturalWidth)"
        )
    assert "Base64 taken off" in panel.locator("figcaption").last.inner_text()


def test_an_image_that_is_received_broken_is_reported_as_broken(made, visit) -> None:
    shown = made("binary-download-last-byte-lost", subject="roundtrip")
    case = next(
        case
        for case in shown.document.cases
        if re.match("png", case.id) and case.outcome == "deviates" and case.actual_form != "Base64"
    )
    _page, panel = _open(visit, shown, case)
    assert panel.locator("figure").count() == 2


def test_a_body_in_a_file_is_named(made, visit) -> None:
    shown = made("binary-download-last-byte-lost", subject="roundtrip")
    bodies = shown.document.bodies
    case = next(
        case
        for case in shown.document.cases
        if case.outcome == "deviates"
        and any(
            bodies[shown.document.exchanges[step.exchange].sent.body].base64 is None
            for step in case.steps
        )
    )
    _page, panel = _open(visit, shown, case)
    assert "Too long to stand in this page" in panel.inner_text()
    assert panel.get_by_role("group", name="first difference").is_visible()
    assert re.search(r"bytes, SHA-256 \w{16}…, kept in bodies/\w{64}\.bin", panel.inner_text())


@pytest.mark.parametrize("script", [_CLIPBOARD, _NO_CLIPBOARD], ids=["clipboard", "none"])
def test_a_command_can_be_copied(deviating, visit, script) -> None:
    case = _case(deviating, subject="download", status="failed")
    page, panel = _open(visit, deviating, case, script=script)
    command = deviating.document.exchanges[case.steps[-1].exchange].command
    button = panel.get_by_role("button", name="Copy: command 2 of 2")
    button.click()
    panel.get_by_text("Copied", exact=True).wait_for()
    assert "Copied: command 2 of 2" in panel.get_by_role("status").inner_text()
    assert button.evaluate("(element) => element === document.activeElement")
    if script == _CLIPBOARD:
        assert page.evaluate("window.copied") == [command]
        return
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    page.get_by_role("searchbox").focus()
    page.keyboard.press("Control+V")
    assert page.get_by_role("searchbox").input_value() == command


def test_all_commands_and_the_link_can_be_copied(deviating, visit) -> None:
    case = _case(deviating, subject="download", status="failed")
    page, panel = _open(visit, deviating, case, script=_CLIPBOARD)
    panel.get_by_role("button", name="Copy all: all commands").click()
    panel.get_by_role("button", name="Copy link").click()
    until(page, "window.copied.length", 2)
    commands, link = page.evaluate("window.copied")
    exchanges = (deviating.document.exchanges[step.exchange] for step in case.steps)
    assert commands == "\n".join(exchange.command for exchange in exchanges)
    assert link == deviating.url + _link(case)


def test_the_command_that_mends_can_be_copied(made, visit) -> None:
    shown = made("list-empty-is-everything", definition="text-only", every=9)
    commands = shown.diagnosis["explanations"][0]["commands"]
    page = visit(shown, script=_CLIPBOARD)
    for button in page.locator("#diagnosis > .copyable .copy").all():
        button.click()
    until(page, "window.copied.length", len(commands))
    assert page.evaluate("window.copied") == commands


def test_the_arrow_keys_turn_to_the_cases_before_and_after(deviating, visit) -> None:
    cases = deviating.document.cases
    page, panel = _open(visit, deviating, cases[0])
    title = panel.get_by_role("heading", level=2)
    assert panel.get_by_role("button", name="Previous case").is_disabled()
    page.keyboard.press("ArrowRight")
    assert title.inner_text() == cases[1].id
    panel.get_by_role("button", name="Next case").click()
    assert title.inner_text() == cases[2].id
    assert page.evaluate("document.activeElement.dataset.turn") == "after"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert title.inner_text() == cases[0].id


def test_turning_stays_among_the_cases_that_the_filters_leave(deviating, visit) -> None:
    wrong = [case for case in deviating.document.cases if case.status == "failed"]
    page = visit(deviating, f"#verdict=failed&{_link(wrong[0])[1:]}")
    panel = page.get_by_role("dialog")
    page.keyboard.press("ArrowRight")
    assert panel.get_by_role("heading", level=2).inner_text() == wrong[1].id
    assert f"2 of {len(wrong)}" in panel.inner_text()


def test_after_turning_the_focus_goes_to_the_case_that_was_seen_last(deviating, visit) -> None:
    page = visit(deviating, "#subject=errors&verdict=failed")
    page.locator("#results [data-case]").first.click()
    page.keyboard.press("ArrowRight")
    name = page.get_by_role("dialog").get_by_role("heading", level=2).inner_text()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("dialog").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.dataset.case") == name


def test_a_cell_with_several_cases_offers_them_all(deviating, visit) -> None:
    page = visit(deviating, "#subject=download")
    page.locator(".cell:has(small)").first.click()
    panel = page.get_by_role("dialog")
    mates = panel.locator("[data-case]")
    assert mates.count() > 1
    other = mates.last
    name = other.get_attribute("data-case")
    other.click()
    assert panel.get_by_role("heading", level=2).inner_text() == name
    assert panel.locator("[aria-current]").get_attribute("data-case") == name


def test_the_back_button_closes_the_panel_and_forward_opens_it(deviating, visit) -> None:
    page = visit(deviating)
    page.locator(".cell.failed").first.click()
    panel = page.get_by_role("dialog")
    page.go_back()
    panel.wait_for(state="hidden")
    page.go_forward()
    panel.wait_for()


def test_closing_a_case_that_a_link_opened_stays_on_the_page(deviating, visit) -> None:
    page, panel = _open(visit, deviating, deviating.document.cases[3])
    panel.get_by_role("button", name="Close").click()
    panel.wait_for(state="hidden")
    assert page.url == deviating.url


def test_a_click_beside_the_panel_closes_it(deviating, visit) -> None:
    page, panel = _open(visit, deviating, deviating.document.cases[3])
    page.mouse.click(20, 400)
    panel.wait_for(state="hidden")


def test_a_link_to_a_case_that_is_not_there_says_so(deviating, visit) -> None:
    page = visit(deviating, "#case=gone+<b>")
    assert "No case of this run is called gone <b>." in page.locator("#top").inner_text()
    assert not page.get_by_role("dialog").is_visible()


def test_a_rule_in_the_panel_leads_to_its_cases(deviating, visit) -> None:
    case = _case(deviating, status="failed")
    page, panel = _open(visit, deviating, case)
    panel.locator(".panel-rules a[href^='#rule']").first.click()
    panel.wait_for(state="hidden")
    assert page.locator("#rule-shown h2 code").inner_text() == case.rule
    assert page.evaluate("document.activeElement.id") == "filters"


def test_what_is_not_explained_leads_to_its_cases(made, visit) -> None:
    shown = made("request-id-missing", subject="headers")
    ids = shown.diagnosis["unexplained"]
    page = visit(shown)
    page.get_by_text("not explained").click()
    page.locator("#diagnosis li a").first.click()
    assert page.get_by_role("dialog").get_by_role("heading", level=2).inner_text() == ids[0]
