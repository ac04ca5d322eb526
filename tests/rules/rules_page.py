"""`python -m tests.rules.rules_page`: docs/rules.md, from the rules as they are now."""

from collections.abc import Iterator
from pathlib import Path

from fixtures.rules.rule_book import ANY, Level, Rule, rules
from suites.observation.question import request_in_words
from suites.observation.questions import LISTS, QUESTIONS
from tests.rules.rule_observations import observations_of

FILE = Path(__file__).parents[2] / "docs" / "rules.md"
_INTRODUCTION = """# The rules

Every rule that a verdict can be based on. This page is generated from `fixtures/rules/rules.toml`;
`python -m tests.rules.rules_page` writes it again.

A **must** rule is documented by AWS or observed on AWS, a **should** rule is from an RFC or is what
clients rely on, a **derived** rule follows from other rules and is not verified on AWS. A derived
rule lists the answers that are possible on AWS. The first one passes, another one is a tolerated
deviation, and anything else is a deviation of the other rules concerned. Below a derived rule are
the requests that `apigw-conformance observe` sends in order to settle it; below a rule that cites
recordings of AWS, the first of them.
"""


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    for level in Level:
        of_level = [rule for rule in rules().values() if rule.level is level]
        yield f"## {level}: {len(of_level)} rules"
        yield ""
        for rule in of_level:
            yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### `{rule.id}`"
    yield ""
    yield _plain(rule.sentence)
    yield ""
    if rule.answers == (ANY,):
        yield "- Possible on AWS: any answer."
    elif rule.answers:
        yield f"- Possible on AWS: {_plain('; '.join(rule.answers))}."
    if rule.question:
        yield f"- Still to be tried on AWS: {_plain(rule.question)}"
    for question in QUESTIONS:
        if question.rule == rule.id:
            listed = ", ".join(LISTS[question.media_types])
            yield f"- `observe` sends `{request_in_words(question)}` where `{listed}` is listed."
    for observation in observations_of(rule):
        yield f"- Observed on AWS, {_plain(observation)}"
    for source in rule.sources:
        place = f", {source.place}" if source.place else ""
        yield f"- Source: [{source.title}]({source.url}){place}"
    yield ""


def _plain(text: str) -> str:
    """Text in which `*/*` is no emphasis."""
    return text.replace("*", r"\*").replace("_", r"\_")


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
