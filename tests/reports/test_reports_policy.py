"""Which deviations fail the run: levels, and deviations that are known."""

from datetime import date
from pathlib import Path

import pytest

from fixtures.exceptions import KnownDeviationsError
from fixtures.rules.rule_book import Level
from fixtures.rules.verdict import Outcome
from reports.policy import KnownDeviation, Policy, read_known_deviations
from tests.reports.helpers import DERIVED, MUST, SHOULD, a_verdict

TODAY = date(2026, 6, 15)
YESTERDAY, TOMORROW = date(2026, 6, 14), date(2026, 6, 16)

LEVELS = [
    # the weakest level that fails, whether must, should and derived fail
    (Level.MUST, (True, False, False)),
    (Level.SHOULD, (True, True, False)),
    (Level.DERIVED, (True, True, True)),
]


@pytest.mark.parametrize(("level", "fails"), LEVELS)
def test_a_deviation_fails_the_run_from_its_level_up(level: Level, fails: tuple[bool, ...]) -> None:
    found = tuple(Policy(level).fails(a_verdict(rule=rule)) for rule in (MUST, SHOULD, DERIVED))
    assert found == fails


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.DEVIATES])
def test_nothing_but_a_deviation_fails_the_run(level: Level, outcome: Outcome) -> None:
    assert not Policy(level).fails(a_verdict(outcome))


def test_a_deviation_that_another_possible_answer_explains_fails_only_by_choice() -> None:
    verdict = a_verdict(rules=(DERIVED, MUST), tolerated=True)
    assert not Policy(Level.SHOULD).fails(verdict)
    assert Policy(Level.DERIVED).fails(verdict)
    assert Policy(Level.SHOULD).fails(a_verdict(rules=(DERIVED, MUST)))


def entry(
    rule: str = "", case: str = "", reason: str = "why", expires: date | None = None
) -> KnownDeviation:
    return KnownDeviation(rule, case, reason, expires)


COVERS = [
    # entry, whether it covers a deviation from MUST in the case "GET /s3 [x], accept */*"
    (entry(rule=MUST), True),
    (entry(rule=SHOULD), False),
    (entry(case="GET /s3*"), True),
    (entry(case="*accept*"), True),
    (entry(case="GET /s3"), False),
    (entry(case="get /s3*"), False),
    (entry(case="PUT *"), False),
    (entry(rule=MUST, case="GET *"), True),
    (entry(rule=MUST, case="PUT *"), False),
    (entry(rule=SHOULD, case="GET *"), False),
    (entry(rule=MUST, expires=YESTERDAY), False),
    (entry(rule=MUST, expires=TODAY), True),
    (entry(rule=MUST, expires=TOMORROW), True),
    (entry(rule=SHOULD, expires=TOMORROW), False),
]


@pytest.mark.parametrize(("known", "covers"), COVERS)
def test_a_known_deviation_covers_by_rule_and_case_until_its_last_day(
    known: KnownDeviation, covers: bool
) -> None:
    verdict = a_verdict(case="GET /s3 [x], accept */*")
    policy = Policy(Level.SHOULD, (known,), TODAY)
    assert policy.fails(verdict) is not covers
    assert policy.known_as(verdict) == (known if covers else None)
    assert policy.stale([verdict]) == (() if covers else (known,))


def test_what_no_deviation_needed_is_gone() -> None:
    needed, unneeded, expired = entry(MUST), entry(SHOULD), entry(MUST, expires=YESTERDAY)
    policy = Policy(Level.SHOULD, (needed, unneeded, expired), TODAY)
    assert policy.stale(iter([a_verdict(), a_verdict(case="another")])) == (unneeded, expired)
    assert policy.stale([]) == policy.known


EXCUSES = [
    (Policy(Level.SHOULD), DERIVED, "but depends on a rule that is derived"),
    (Policy(Level.MUST), SHOULD, "but depends on a rule that is should"),
    (Policy(Level.SHOULD, (entry(MUST, reason="ticket 7"),), TODAY), MUST, "known (ticket 7)"),
    # A derived one that is known is known first of all.
    (Policy(Level.SHOULD, (entry(DERIVED, reason="t"),), TODAY), DERIVED, "known (t)"),
    # The first entry that covers it speaks.
    (
        Policy(Level.SHOULD, (entry(case="a*", reason="one"), entry(MUST, reason="two")), TODAY),
        MUST,
        "known (one)",
    ),
]


@pytest.mark.parametrize(("policy", "rule", "excuse"), EXCUSES)
def test_the_excuse_says_why_a_deviation_does_not_fail(
    policy: Policy, rule: str, excuse: str
) -> None:
    verdict = a_verdict(rule=rule)
    assert not policy.fails(verdict)
    assert policy.waiver(verdict) == excuse


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (entry("a"), "rule 'a'"),
        (entry(case="b*"), "case 'b*'"),
        (entry("a", "b*"), "rule 'a' and case 'b*'"),
    ],
)
def test_an_entry_is_called_by_what_it_covers(known: KnownDeviation, text: str) -> None:
    assert str(known) == text


# -------------------------------------------------------------------------------------- the file

FILE = f"""
[[deviation]]
rule = "{MUST}"
reason = "ticket 7"
expires = 2027-01-31

[[deviation]]
case = "GET /s3 gr\u00f6\u00dfe*"
reason = "ticket 8"

[[deviation]]
rule = "{DERIVED}"
case = "*"
reason = "ticket 9"
"""


def test_a_file_of_known_deviations_is_read(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(FILE, encoding="utf-8")
    assert read_known_deviations(file) == (
        KnownDeviation(MUST, "", "ticket 7", date(2027, 1, 31)),
        KnownDeviation("", "GET /s3 gr\u00f6\u00dfe*", "ticket 8"),
        KnownDeviation(DERIVED, "*", "ticket 9"),
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "deviation = []\n"])
def test_a_file_may_know_of_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "known.toml"
    file.write_text(text, encoding="utf-8")
    assert read_known_deviations(file) == ()


GOOD = f'[[deviation]]\nrule = "{MUST}"\nreason = "r"\n'
BAD = [
    # what is in the file, what the sentence says
    (b"[[deviation", "not TOML: "),
    (b"\xff", "not TOML: "),
    (b"a = " + b"9" * 5000, "not TOML: "),
    (b'a = "b"', "only [[deviation]] tables are expected here"),
    (GOOD.encode() + b"[other]\n", "only [[deviation]] tables are expected here"),
    (b'deviation = "b"', "only [[deviation]] tables are expected here"),
    (b"[deviation]\nrule = 'a'", "only [[deviation]] tables are expected here"),
    (b"deviation = [1]", "deviation 1: has rule or case, reason, and expires, nothing else"),
    (GOOD.encode() + b"rules = 'x'", "deviation 1: has rule or case"),
    (b"[[deviation]]", "deviation 1: a reason and a rule or a case are needed"),
    (GOOD.encode() + b"[[deviation]]\nreason = 'r'", "deviation 2: a reason and a rule or a case"),
    (b"[[deviation]]\ncase = '*'", "deviation 1: a reason and a rule or a case are needed"),
    (b"[[deviation]]\ncase = '*'\nreason = ''", "deviation 1: a reason and a rule or a case"),
    (b"[[deviation]]\nrule = 1\nreason = 'r'", "deviation 1: rule, case and reason are strings"),
    (b"[[deviation]]\ncase = ['*']\nreason = 'r'", "deviation 1: rule, case and reason are"),
    (b"[[deviation]]\ncase = '*'\nreason = true", "deviation 1: rule, case and reason are strings"),
    (b"[[deviation]]\nrule = 'no'\nreason = 'r'", "deviation 1: there is no rule 'no'"),
    (GOOD.encode() + b"expires = '2027-01-31'", "deviation 1: expires is a date like 2027-01-31"),
    (GOOD.encode() + b"expires = 20270131", "deviation 1: expires is a date like 2027-01-31"),
    (GOOD.encode() + b"expires = 07:32:00", "deviation 1: expires is a date like 2027-01-31"),
    (GOOD.encode() + b"expires = 2027-01-31T00:00:00Z", "deviation 1: expires is a date like"),
]


@pytest.mark.parametrize(("content", "sentence"), BAD)
def test_a_file_that_cannot_be_used_is_one_sentence_that_names_the_place(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "known.toml"
    file.write_bytes(content)
    with pytest.raises(KnownDeviationsError) as refused:
        read_known_deviations(file)
    said = str(refused.value)
    assert said.startswith(f"{file}: ")
    assert sentence in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("name", "sentence"), [("none.toml", "cannot be read: No such"), (".", "cannot be read: Is a")]
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, name: str, sentence: str
) -> None:
    with pytest.raises(KnownDeviationsError) as refused:
        read_known_deviations(tmp_path / name)
    assert sentence in str(refused.value)
