"""Filters, links to views, and the way back."""

import re

import pytest

from tests.browser.helpers import until


def _shown(page) -> int:
    return int(page.locator("#shown").inner_text().split(" ")[0].replace(",", ""))


@pytest.mark.parametrize("verdict", ["failed", "inconclusive", "not applicable", "passed"])
def test_the_verdict_filter_leaves_the_cases_with_it(deviating, visit, verdict) -> None:
    page = visit(deviating)
    page.get_by_role("checkbox", name=re.compile(f"^{verdict}")).check()
    assert _shown(page) == deviating.count(status=verdict)
    others = {"failed", "inconclusive", "not-applicable", "passed", "tolerated"} - {
        verdict.replace(" ", "-")
    }
    for other in others:
        assert not page.locator(f"#results [data-case].{other}").count()


@pytest.mark.parametrize("level", ["must", "should", "derived"])
def test_the_level_filter_leaves_the_cases_of_it(deviating, visit, level) -> None:
    page = visit(deviating)
    page.get_by_role("checkbox", name=level, exact=True).check()
    assert _shown(page) == deviating.count(level=level)


def test_filters_of_one_kind_add_up_and_of_two_kinds_narrow(deviating, visit) -> None:
    page = visit(deviating)
    for name in ("must", "should", "failed"):
        page.get_by_role("checkbox", name=re.compile(f"^{name}")).check()
    assert _shown(page) == sum(
        deviating.count(level=level, status="failed") for level in ("must", "should")
    )


@pytest.mark.parametrize(
    "subject", ["download", "upload", "roundtrip", "errors", "headers", "keys"]
)
def test_the_subject_filter_leaves_one_section(deviating, visit, subject) -> None:
    page = visit(deviating)
    page.get_by_label("Subject").select_option(subject)
    assert _shown(page) == deviating.count(subject=subject)
    assert page.locator("#results > section").count() == 1


def test_the_rule_filter_says_what_the_rule_is_and_where_it_is_from(deviating, visit) -> None:
    page = visit(deviating)
    page.get_by_role("combobox", name="Rule").select_option("accept-first-entry")
    assert _shown(page) == deviating.count(rule="accept-first-entry")
    rule = deviating.document.rules["accept-first-entry"]
    box = page.locator("#rule-shown")
    assert rule.sentence in box.inner_text()
    links = [link.get_attribute("href") for link in box.get_by_role("link").all()]
    assert {source.url for source in rule.sources} <= set(links)


def test_each_word_of_the_text_has_to_be_in_a_case(deviating, visit) -> None:
    page = visit(deviating)
    expected = sum(
        all(word in f"{case.id} {case.reason} {case.cause}".lower() for word in ("png", "get"))
        for case in deviating.document.cases
    )
    page.get_by_role("searchbox").fill("PNG get")
    until(page, "location.hash", "#text=PNG+get")
    assert 0 < _shown(page) == expected


def test_where_no_case_is_left_the_page_says_so_and_leads_back(deviating, visit) -> None:
    page = visit(deviating, "#text=nothing+is+called+so")
    assert _shown(page) == 0
    page.get_by_role("link", name="Show all").click()
    assert _shown(page) == len(deviating.document.cases)


@pytest.mark.parametrize(("label", "axis"), [("Payload", "payload")])
def test_a_matrix_can_be_seen_for_one_payload(deviating, visit, label, axis) -> None:
    page = visit(deviating, "#subject=download")
    page.get_by_label(label).select_option("every-byte")
    cases = [case for case in deviating.document.cases if case.subject == "download"]
    left = [case for case in cases if case.axes.get(axis, "every-byte") == "every-byte"]
    assert _shown(page) == len(left) < len(cases)
    assert page.evaluate("document.activeElement.name") == axis


def test_a_matrix_can_be_seen_for_one_content_type_of_the_request(made, visit) -> None:
    shown = made("accept-ignored", subject="download", profile="default", every=2)
    page = visit(shown)
    page.get_by_label("Content-Type of the request").select_option("none")
    placed = [case for case in shown.document.cases if "accept" in case.axes]
    rest = len(shown.document.cases) - len(placed)
    assert _shown(page) == rest + sum(case.axes["sent"] == "none" for case in placed)


def test_every_number_at_the_top_leads_to_its_cases(deviating, visit) -> None:
    page = visit(deviating)
    links = page.locator(".counts a")
    for place in range(links.count()):
        number = int(links.nth(place).inner_text().replace(",", ""))
        links.nth(place).click()
        assert _shown(page) == number


def test_every_number_of_a_rule_leads_to_its_cases(deviating, visit) -> None:
    page = visit(deviating)
    links = page.locator(".rules .failed a")
    assert links.count()
    for place in range(links.count()):
        number = int(links.nth(place).inner_text())
        links.nth(place).click()
        assert _shown(page) == number
        assert page.evaluate("document.activeElement.id") == "filters"


def test_the_name_of_a_rule_is_a_link_to_it(deviating, visit) -> None:
    page = visit(deviating)
    page.locator(".rules th a").first.click()
    name = page.locator(".rules th a").first.inner_text()
    assert re.search(rf"#rule={name}$", page.url)
    assert page.locator("#rule-shown h2 code").inner_text() == name
    assert page.get_by_role("combobox", name="Rule").input_value() == name


def test_a_view_has_a_link_that_shows_it_again(deviating, visit) -> None:
    page = visit(deviating)
    page.get_by_role("checkbox", name=re.compile("^failed")).check()
    page.get_by_label("Subject").select_option("download")
    page.get_by_label("Payload").select_option("every-byte")
    number, fragment = _shown(page), page.evaluate("location.hash")
    again = visit(deviating, fragment)
    assert _shown(again) == number
    assert again.get_by_role("checkbox", name=re.compile("^failed")).is_checked()
    assert again.get_by_label("Subject").input_value() == "download"
    assert again.get_by_label("Payload").input_value() == "every-byte"


def test_the_back_button_leads_to_the_view_before(deviating, visit) -> None:
    page = visit(deviating)
    every = _shown(page)
    page.get_by_role("checkbox", name="must", exact=True).check()
    one = _shown(page)
    page.get_by_role("checkbox", name=re.compile("^failed")).check()
    page.go_back()
    assert _shown(page) == one
    assert not page.get_by_role("checkbox", name=re.compile("^failed")).is_checked()
    page.go_back()
    assert _shown(page) == every
    page.go_forward()
    assert _shown(page) == one


def test_one_step_back_takes_a_whole_search_back(deviating, visit) -> None:
    page = visit(deviating)
    for typed in ("png", "png get"):
        page.get_by_role("searchbox").fill(typed)
        until(page, "location.hash", f"#text={typed.replace(' ', '+')}")
    page.go_back()
    assert _shown(page) == len(deviating.document.cases)


def test_show_all_takes_every_filter_away(deviating, visit) -> None:
    page = visit(
        deviating, "#level=must&verdict=failed&subject=download&text=GET&payload=every-byte"
    )
    page.get_by_role("button", name="Show all").click()
    assert _shown(page) == len(deviating.document.cases)
    assert page.evaluate("location.hash") == ""
    assert page.evaluate("document.activeElement.name") == "verdict"


def test_what_an_address_says_that_is_not_known_is_left_out(deviating, visit) -> None:
    page = visit(deviating, "#level=mustard&verdict=maybe&rule=no-such-rule&colour=red")
    assert _shown(page) == len(deviating.document.cases)


def test_the_list_of_sections_leads_to_each_of_them(deviating, visit) -> None:
    page = visit(deviating)
    for link in page.get_by_role("navigation").get_by_role("link").all():
        link.click()
        target = link.get_attribute("href").removeprefix("#")
        assert page.evaluate("document.activeElement.id") == target
        assert page.locator(f"#{target}").get_by_role("heading").first.is_visible()
