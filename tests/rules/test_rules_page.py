"""docs/rules.md says what rules.toml says."""

from fixtures.rules.rule_book import rules
from tests.rules.rules_page import FILE, page


def test_the_page_of_the_rules_is_fresh() -> None:
    assert FILE.read_text(encoding="utf-8") == page(), "python -m tests.rules.rules_page"


def test_the_page_has_every_rule_once() -> None:
    headings = [line for line in page().splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(f"### `{name}`" for name in rules())
