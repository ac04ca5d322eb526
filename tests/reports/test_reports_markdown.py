"""The deviations of a run as Markdown."""

import re
from typing import Any

import pytest

from fixtures.diagnosis import Diagnosis
from reports.markdown import code, escaped, summary
from tests.reports.document_helpers import a_case, a_document

HOSTILE = (
    "a`b``c|d @everyone <img src=x onerror=alert(1)> </details> [x](https://evil.example) "
    "![i](//e) www.evil.example #1 !2 $x$ &amp; \\ *b* _u_ ~~s~~\n# head\n- item\r\x00\u202e"
)


def a_diagnosis(headline: str) -> Diagnosis:
    return Diagnosis(
        headline=headline, observations=1, deviating=1, explanations=(), unexplained=()
    )


def without_code(markdown: str) -> str:
    """What is left of Markdown where its code spans are taken out, as CommonMark finds them."""
    return re.sub(r"(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", markdown)


HEADLINES = [
    # the cases, what else the document has, how the summary begins
    ([a_case()], {}, "### ✓ Passed: 1 passed\n"),
    ([a_case("a", "deviates"), a_case("b")], {}, "### ✗ Failed: 1 failed, 1 passed\n"),
    (
        [a_case("a", "deviates", waiver="known (x)")],
        {},
        "### ⚠ Passed: 1 tolerated (1 tolerated: unknown-path)\n",
    ),
    ([a_case("a", "undecided")], {}, "### ? Inconclusive: 1 inconclusive\n"),
    ([a_case()], {"complete": False}, "### ? Incomplete: 1 passed\n"),
]


@pytest.mark.parametrize(("cases", "more", "beginning"), HEADLINES)
def test_the_headline_says_what_came_of_the_run(
    cases: list[Any], more: dict[str, Any], beginning: str
) -> None:
    assert summary(a_document(cases, **more)).startswith(beginning)


def test_a_deviation_is_shown_by_its_rule_an_example_and_the_first_line_of_what_came() -> None:
    observed = "200 with Base64, 344 bytes\nexpected at that offset:\n00000000  00 01"
    text = summary(a_document([a_case("GET /s3", "deviates", observed=observed), a_case()]))
    assert "- `unknown-path`, 1 case. " in text
    assert "  - for example: `GET /s3`, a reason why it deviates\n" in text
    assert "  - expected `200 with raw bytes`, received `200 with Base64, 344 bytes`\n" in text
    assert "00000000" not in text


def test_nothing_is_said_of_cases_that_conform_but_their_number() -> None:
    text = summary(a_document([a_case("the-good-one"), a_case("the-bad-one", "deviates")]))
    assert "the-good-one" not in text
    assert "| must | 1 | 0 | 0 | 0 | 1 |" in text


def test_the_rules_with_the_most_failing_cases_are_shown_and_the_others_counted() -> None:
    cases = [
        a_case(f"{rule} {number}", "deviates", rules=[f"rule-{rule}"])
        for rule in range(9)
        for number in range(rule + 1)
    ]
    text = summary(a_document(cases))
    shown = re.findall(r"^- `(rule-\d)`, (\d)", text, re.MULTILINE)
    assert shown == [(f"rule-{rule}", str(rule + 1)) for rule in (8, 7, 6, 5, 4, 3)]
    assert "- and 6 cases of 3 other rules\n" in text


def test_what_does_not_fail_the_run_is_counted_with_its_reasons() -> None:
    cases = [
        a_case("a", "deviates", waiver="known (ticket 7)"),
        a_case("b", "undecided", reason="throttled"),
        a_case("c", "undecided", reason="throttled"),
        a_case("d", "not applicable"),
    ]
    text = summary(a_document(cases, stale=["rule 'x'"]))
    assert "- Tolerated, which does not fail the run: 1 (1 × `unknown-path`)\n" in text
    assert "- Inconclusive: 2 (2 × throttled)\n" in text
    assert "- Known deviations that no longer occur or have expired: 1 (`rule 'x'`)\n" in text
    assert "| must | 0 | 1 | 2 | 1 | 0 |" in text


def test_a_cut_run_and_what_was_not_tested_are_named() -> None:
    document = a_document([a_case()], complete=False, why="interrupted", untested=["9 cases"])
    text = summary(document)
    assert "> **This run is incomplete**: interrupted.\n> Not tested: 9 cases.\n" in text
    assert "unknown`" in summary(a_document([], complete=False, ended=""))


def test_the_diagnosis_is_there_where_there_is_one() -> None:
    text = summary(a_document([a_case("a", "deviates")]), a_diagnosis("As if it were empty."))
    assert "\n**Diagnosis.** As if it were empty.\n" in text
    assert "Diagnosis" not in summary(a_document([a_case()]), a_diagnosis(""))
    assert "Diagnosis" not in summary(a_document([a_case()]))


CODED = [
    ("a", "`a`"),
    ("", "`   `"),
    ("a`b", "`` a`b ``"),
    ("``", "``` `` ```"),
    ("a\n b", "`a b`"),
    ("a\x00\u202e", "`a\\x00\\u202e`"),
]


@pytest.mark.parametrize(("text", "span"), CODED)
def test_foreign_text_is_a_code_span_that_it_cannot_end(text: str, span: str) -> None:
    assert code(text) == span


def test_a_sentence_means_nothing_but_its_words() -> None:
    assert escaped("<b> a_b & `c` | [d](e)") == r"\<b\> a\_b \& \`c\` \| \[d\](e)"
    assert escaped("@all #12 !3 http://x www.x") == (
        "@\u200ball #\u200b12 !\u200b3 http:\u200b//x www\u200b.x"
    )


def hostile(rules: int, text: str) -> str:
    """The summary of a document in which everything that may be foreign is."""
    told = dict.fromkeys(("reason", "expected", "observed", "cause"), text)
    cases = [
        a_case(f"{text}{number}", outcome, rules=[f"rule-{number}"], level=level, **told)
        for number in range(rules)
        for outcome in ("deviates", "undecided", "not applicable")
        for level in ("must", "should", "derived")
    ]
    cases += [a_case(text, "deviates", waiver=text, rules=[text], **told)]
    document = a_document(
        cases,
        endpoint=text,
        definition=text,
        profile=text,
        complete=False,
        why=text,
        untested=[text] * 9,
        stale=[text] * 9,
    )
    for rule in document.rules.values():
        rule.sentence = text
    return summary(document, a_diagnosis(text))


def test_nothing_foreign_becomes_markup_a_mention_or_a_link() -> None:
    text = hostile(9, HOSTILE)
    plain = without_code(text)
    for sign in ("@e", "://", "www.", " #1", " !2"):
        assert sign not in plain, sign
    table = [line for line in plain.splitlines() if line.startswith("|")]
    assert all(line.count("|") == 7 for line in table)
    others = [line.removeprefix("> ") for line in plain.splitlines() if not line.startswith("|")]
    unescaped = re.sub(r"\\.", "", "\n".join(others)).replace("**", "")
    assert re.findall(r"[<>\[\]`|&$~*]", unescaped) == []
    assert "\x00" not in text
    assert "\u202e" not in text
    assert not re.search(r"^(# head|- item)", text, re.MULTILINE)


@pytest.mark.parametrize("text", [HOSTILE * 50, "\U0001f600" * 5000, "`" * 5000, "\x00" * 5000, ""])
def test_the_summary_has_a_bound_whatever_the_endpoint_sends(text: str) -> None:
    found = hostile(40, text)
    assert found.count("\n") <= 42
    assert len(found.encode()) <= 60_000
