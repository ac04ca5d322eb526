"""The page of every kind of run opens, says the verdict on the run, and does nothing else."""

from collections import Counter

import pytest

from fixtures.faults.catalogue import CATALOGUE, by_name
from reports.case_status import CaseStatus

# One bad gateway of each group, and where it shows.
FAULTS = {
    "accept-ignored": {"every": 3},
    "response-binary-binary-none-base64": {"definition": "mapped", "every": 11},
    "binary-download-replaced": {"every": 7},
    "text-upload-latin-1": {"definition": "text-only", "every": 7},
    "base64-lines": {"every": 7},
    "template-property-missing": {"definition": "sample-template", "every": 11},
    "errors-are-200": {"subject": "errors"},
    "empty-upload-is-400": {"subject": "upload"},
    "function-given-no-base64": {"definition": "lambda-proxy", "every": 7},
    "overwrite-ignored": {"subject": "roundtrip", "every": 3},
    "key-plus-decoded": {"subject": "keys"},
    "request-id-missing": {"subject": "headers"},
    "base-path-ignored": {"subject": "headers", "every": 3},
    "upload-cut-last-byte": {"subject": "upload", "every": 7},
    "limit-one-short": {"subject": "limits", "profile": "default"},
    "chunked-lost": {"subject": "transfer"},
    "upload-empty-with-many-types": {"subject": "roundtrip", "every": 3},
    "sometimes-500": {"every": 7},
    "connection-closed": {"subject": "headers"},
}


def test_there_is_a_fault_of_every_group() -> None:
    assert {by_name(name).group for name in FAULTS} == {fault.group for fault in CATALOGUE}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_page_of_a_bad_gateway_leads_to_what_is_wrong(fault, made, visit) -> None:
    shown = made(fault, **FAULTS[fault])
    counts = Counter(case.status for case in shown.document.cases)
    wrong = next(status for status in CaseStatus if counts[status])
    number = counts[wrong]
    words = {"failed": "Failed", "tolerated": "Passed", "inconclusive": "Inconclusive"}[wrong]
    page = visit(shown)
    if wrong != "tolerated" or not counts["inconclusive"]:
        assert page.get_by_role("heading", level=1).inner_text().partition(";")[0] == words
    if wrong in ("failed", "tolerated"):
        symptoms = page.locator(f"#{wrong} li a").all_inner_texts()
        assert sum(int(text.split()[0].replace(",", "")) for text in symptoms) == number
    assert page.locator("#diagnosis").inner_text().count(shown.diagnosis.get("headline", ""))
    page.locator(f".counts .sum a[aria-label='{number} {wrong}']").click()
    assert page.locator("#shown").inner_text().startswith(f"{number:,} ")
    page.locator(f"#results [data-case].{wrong}").first.click()
    panel = page.get_by_role("dialog")
    name = panel.get_by_role("heading", level=2).inner_text()
    case = next(case for case in shown.document.cases if name in case.id)
    assert case.rule in panel.inner_text()
    panel.get_by_role("heading", name="Repeat it").wait_for()
    assert "curl -q" in panel.inner_text()


def test_a_healthy_run_is_seen_at_once(healthy, visit) -> None:
    page = visit(healthy)
    title = page.get_by_role("heading", level=1).inner_text()
    assert title == "Passed; 3 warnings about the definition: browsers get Base64"
    assert page.locator(".verdict.tolerated").count()
    top = page.locator("#top").inner_text()
    assert healthy.document.run.endpoint in top
    assert "sample.json" in top
    assert healthy.document.run.definition.sha256[:12] in page.locator("#run").inner_text()
    assert not page.locator("#results .failed").count()
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().bottom < 300")


def test_what_was_not_tested_is_said_with_its_reason(made, visit) -> None:
    shown = made(None, subject="limits")
    (left_out,) = (c for c in shown.document.cases if c.outcome == "not applicable")
    page = visit(shown)
    assert left_out.reason in page.locator("#untested").inner_text()
    page.locator("#untested a").first.click()
    assert page.get_by_role("dialog").get_by_role("heading", level=2).inner_text() == left_out.id


def test_what_was_not_decided_is_there_with_its_reason(made, visit) -> None:
    shown = made("connection-closed", subject="headers")
    undecided = [case for case in shown.document.cases if case.outcome == "undecided"]
    reason = undecided[0].reason
    page = visit(shown)
    row = page.locator("#untested li", has_text=reason).first
    row.get_by_role("link").click()
    alike = sum(case.reason == reason for case in undecided)
    assert page.locator("#shown").inner_text().startswith(f"{alike} ")
    assert page.locator("#results [data-case]").first.is_visible()


def test_five_thousand_cases_are_drawn_as_far_as_they_are_looked_at(
    large, visit, record_property
) -> None:
    page = visit(large)
    usable = page.evaluate("performance.getEntriesByName('usable')[0].startTime")
    record_property("usable_after_milliseconds", round(usable))
    record_property("page_bytes", len(large.html))
    assert page.locator("#shown").inner_text() == "5,000 cases"
    assert page.locator("#results .case").count() < 500
    more = page.locator(".more:visible").first
    before = page.locator("#results .case").count()
    more.click()
    assert page.locator("#results .case").count() > before
    page.locator("#results [data-case].failed").last.click()
    page.get_by_role("dialog").get_by_role("heading", name="Repeat it").wait_for()
