"""docs/rules.md says what rules.toml says."""

from fixtures.rules.rule_book import rules
from tests.rules.rule_observations import observations_of
from tests.rules.rules_page import FILE, page


def test_the_page_of_the_rules_is_fresh() -> None:
    assert FILE.read_text(encoding="utf-8") == page(), "python -m tests.rules.rules_page"


def test_the_page_has_every_rule_once() -> None:
    headings = [line for line in page().splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(f"### `{name}`" for name in rules())


def test_a_rule_that_cites_a_recording_shows_it() -> None:
    (shown,) = observations_of(rules()["base64-refused"])
    assert shown == (
        "req-19, 2025-03-17: nothing listed, CONVERT_TO_BINARY, raw payload sent as image/png: "
        '500 {"message": "Internal server error"}'
    )
    cited = [
        rule.id
        for rule in rules().values()
        if any("(tests/vectors" in s.title and s.place[:3] in ("req", "res") for s in rule.sources)
    ]
    assert len(cited) > 15
    assert [name for name in cited if not list(observations_of(rules()[name]))] == []
