"""rules.toml: every rule is a plain statement with a level and sources."""

import re
import tomllib
from pathlib import Path

import pytest

from fixtures.rules import rule_book
from fixtures.rules.rule_book import Level, Rule, Source, rules, weakest

DOCUMENT = tomllib.loads(
    Path(rule_book.__file__).with_name("rules.toml").read_text(encoding="utf-8")
)
FIXTURES = Path(rule_book.__file__).parents[1]
each_rule = pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)


@each_rule
def test_a_rule_has_a_kebab_case_id(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)


@each_rule
def test_a_rule_is_one_plain_statement(rule: Rule) -> None:
    assert re.fullmatch(r"\S.*[^.]\.", rule.sentence)
    assert "should" not in rule.sentence.lower()


@each_rule
def test_a_rule_has_a_known_level_and_a_source_that_can_be_looked_up(rule: Rule) -> None:
    assert rule.level.value == DOCUMENT["rules"][rule.id]["level"]
    assert rule.level in Level
    assert rule.sources
    for source in rule.sources:
        assert source.title
        assert source.url.startswith("https://")


def test_no_two_rules_say_the_same() -> None:
    sentences = [rule.sentence for rule in rules().values()]
    assert len(set(sentences)) == len(sentences) > 50


def test_every_source_is_cited() -> None:
    cited = {text.partition(": ")[0] for r in DOCUMENT["rules"].values() for text in r["sources"]}
    assert cited == set(DOCUMENT["sources"])


def test_a_citation_shows_the_place_where_it_has_one() -> None:
    first, second = rules()["base64-variant"].sources[0], rules()["media-type-exact"].sources[0]
    assert str(first) == (
        "RFC 4648: The Base16, Base32, and Base64 Data Encodings, sections 3.1, 3.2 and 3.3 "
        "<https://www.rfc-editor.org/rfc/rfc4648>"
    )
    assert second.place == ""
    assert str(second) == f"{second.title} <{second.url}>"
    assert Source("T", "u", "p") != Source("T", "u")


@each_rule
def test_a_rule_is_named_where_something_is_judged_by_it(rule: Rule) -> None:
    places = [*FIXTURES.glob("rules/*.py"), *(FIXTURES.parent / "suites").rglob("*.py")]
    assert any(f'"{rule.id}"' in path.read_text(encoding="utf-8") for path in places)


@pytest.mark.parametrize(
    ("ids", "level"),
    [
        ((), Level.MUST),
        (("media-type-exact",), Level.MUST),
        (("media-type-exact", "content-length"), Level.SHOULD),
        (("content-length", "media-type-exact"), Level.SHOULD),
        (("accept-absent", "content-length", "media-type-exact"), Level.DERIVED),
    ],
)
def test_what_rests_on_several_rules_is_as_strong_as_the_weakest(
    ids: tuple[str, ...], level: Level
) -> None:
    assert weakest(ids) is level


def test_the_levels_are_ranked_from_the_strongest() -> None:
    assert [level.rank for level in (Level.MUST, Level.SHOULD, Level.DERIVED)] == [0, 1, 2]
