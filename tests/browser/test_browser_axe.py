"""What axe finds of barriers: nothing, in any state of the page."""

import pytest

PHONE = {"viewport": {"width": 360, "height": 740}}


def _violations(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["healthy", "deviating"])
@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_the_page_has_no_barriers(which, scheme, size, request, visit) -> None:
    page = visit(request.getfixturevalue(which), color_scheme=scheme, **size)
    assert _violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_the_evidence_of_a_case_has_no_barriers(deviating, visit, scheme, size) -> None:
    page = visit(deviating, color_scheme=scheme, **size)
    page.locator(".cell.failed").first.click()
    page.get_by_role("heading", name="Repeat it").wait_for()
    page.evaluate(
        "document.querySelectorAll('dialog details').forEach((one) => { one.open = true; })"
    )
    assert _violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_filtered_view_has_no_barriers(deviating, visit, scheme) -> None:
    page = visit(deviating, "#rule=accept-first-entry&verdict=failed", color_scheme=scheme)
    assert _violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_undecided_cases_and_the_command_that_mends_have_no_barriers(made, visit, scheme) -> None:
    page = visit(made("connection-closed", subject="headers"), color_scheme=scheme)
    assert _violations(page) == []
    page = visit(
        made("list-empty-is-everything", definition="text-only", every=9), color_scheme=scheme
    )
    assert _violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_a_comparison_has_no_barriers(comparison, visit, scheme, size) -> None:
    page = visit(comparison, color_scheme=scheme, **size)
    assert page.get_by_role("heading", level=1).count() == 1
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert _violations(page) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_a_comparison_scrolls_sideways_in_its_tables_alone(comparison, visit, width) -> None:
    page = visit(comparison, viewport={"width": width, "height": 740})
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0


def test_every_link_inside_of_a_comparison_leads_somewhere(comparison, visit) -> None:
    page = visit(comparison)
    for link in page.locator("a[href^='#']").all():
        target = link.get_attribute("href").removeprefix("#")
        assert page.evaluate("(id) => Boolean(document.getElementById(id))", target)
