"""What a file settles, and the patch that says so, from observations of each answer."""

import subprocess
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import json, structs

from apigw_conformance.__main__ import main
from fixtures.rules import rule_book
from fixtures.rules.rule_book import ANY, Level, rules
from suites.observation import settlement
from suites.observation.observation import (
    FORMAT,
    Content,
    Observation,
    ObservationFile,
    Observed,
    ObservedAt,
    StoredObject,
)
from suites.observation.question import Question, Reading
from suites.observation.questions import LISTS, QUESTIONS
from suites.observation.settlement import Settlement, is_aws, patch, settlements

AWS_HOSTS = ("execute-api.eu-central-1.amazonaws.com", "s3.eu-central-1.amazonaws.com")
RULES = Path(rule_book.__file__).with_name("rules.toml")
OPEN = {name for name, rule in rules().items() if rule.question and rule.question[:4] != "None"}
DECIDABLE = sorted(name for name in OPEN if rules()[name].answers != (ANY,))


def seen(reading: Reading) -> Observed:
    """What an endpoint does that the reading fits."""
    stored = StoredObject(
        reading.key or "key", reading.type or "text/plain", Content.of(reading.content or b"")
    )
    named = (reading.key, reading.content, reading.type)
    return Observed(
        status=reading.status,
        body=Content.of(reading.body or b""),
        stored=() if named == (None, None, None) else (stored,),
    )


def an_observation(question: Question, observed: Observed, hosts: Sequence[str]) -> Observation:
    source = ObservedAt("observe", "eu-central-1", tuple(hosts), "some-id")
    return Observation(
        question.id, question.topic, {}, "GET /", observed, source, "2026-12-01", "recorded"
    )


def a_file(rule: str, answer: str, hosts: Sequence[str] = AWS_HOSTS) -> ObservationFile:
    """Every question of a rule, answered so that the answer fits them all."""
    observations = []
    for question in QUESTIONS:
        fitting = [each for each in question.readings if answer in each.leaves]
        if question.rule == rule and fitting:
            # The reading that says most.
            chosen = min(fitting, key=lambda each: len(each.leaves))
            observations.append(an_observation(question, seen(chosen), hosts))
    return ObservationFile("about", FORMAT, tuple(observations))


def of(rule: str, recorded: ObservationFile) -> Settlement:
    (found,) = [each for each in settlements(recorded) if each.rule == rule]
    return found


def test_every_rule_with_a_question_has_one_here_and_no_other_has() -> None:
    assert {question.rule for question in QUESTIONS} == OPEN | {""}
    assert all(rules()[name].level is Level.DERIVED for name in OPEN)


def test_a_question_is_asked_once_and_of_an_api_that_is_deployed() -> None:
    assert len({question.id for question in QUESTIONS}) == len(QUESTIONS)
    assert {question.media_types for question in QUESTIONS} == set(LISTS)


@pytest.mark.parametrize(
    ("rule", "answer"), [(rule, a) for rule in DECIDABLE for a in rules()[rule].answers]
)
def test_each_answer_of_a_rule_is_found_where_it_is_the_one(rule: str, answer: str) -> None:
    found = of(rule, a_file(rule, answer))
    assert found.answer == answer, found
    assert str(found).startswith(answer)
    assert ("rewrite it" in str(found)) is (answer != rules()[rule].answers[0])


@pytest.mark.parametrize("rule", DECIDABLE)
def test_a_reading_names_answers_of_its_rule(rule: str) -> None:
    leaves = {a for q in QUESTIONS if q.rule == rule for each in q.readings for a in each.leaves}
    assert leaves <= set(rules()[rule].answers)


def why(rule: str, recorded: ObservationFile) -> str:
    found = of(rule, recorded)
    assert found.answer == ""
    assert str(found) == found.why
    return found.why


def test_a_host_that_is_not_of_aws_settles_nothing() -> None:
    hosts = ("execute-api.eu-central-1.amazonaws.com", "localhost:4566")
    recorded = a_file("media-type-letter-case", "ignored", hosts)
    assert why("media-type-letter-case", recorded) == "recorded from localhost:4566, not from AWS"
    assert [each for each in settlements(recorded) if each.answer] == []


@pytest.mark.parametrize(
    ("host", "aws"),
    [
        ("s3.eu-central-1.amazonaws.com", True),
        ("execute-api.cn-north-1.amazonaws.com.cn", True),
        ("amazonaws.com.example.org", False),
        ("evil-amazonaws.com", False),
        ("s3.amazonaws.com.localhost:5000", False),
        ("127.0.0.1:4566", False),
    ],
)
def test_a_host_of_aws_is_known_by_its_name(host: str, aws: bool) -> None:
    assert is_aws(host) is aws


def test_a_question_that_was_not_asked_leaves_its_rule_open() -> None:
    whole = a_file("media-type-letter-case", "ignored")
    part = structs.replace(whole, observations=whole.observations[:1])
    assert why("media-type-letter-case", part) == "upper-case-type was not asked"


def test_questions_with_different_answers_leave_their_rule_open() -> None:
    one, other = (a_file("media-type-letter-case", a) for a in ("ignored", "distinguished"))
    mixed = structs.replace(one, observations=(one.observations[0], other.observations[1]))
    assert why("media-type-letter-case", mixed) == "no answer fits all of its questions"


def test_an_outcome_of_no_answer_leaves_its_rule_open() -> None:
    recorded = a_file("utf8-surrogates", "one")
    other = structs.replace(recorded.observations[0], observed=Observed(failure="connection lost"))
    changed = structs.replace(recorded, observations=(other,))
    assert why("utf8-surrogates", changed) == "surrogate came out as none of its answers"


def test_outcomes_that_leave_two_answers_leave_their_rule_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (question,) = [each for each in QUESTIONS if each.id == "unmapped-no-type"]
    monkeypatch.setattr(settlement, "QUESTIONS", (question,))
    recorded = a_file("stored-type-unmapped", "application/json")
    expected = "the client's, application/json are possible still"
    assert why("stored-type-unmapped", recorded) == expected


def test_a_rule_that_allows_any_answer_stays_as_it_is() -> None:
    asked = [each for each in QUESTIONS if each.rule == "missing-key"]
    rows = tuple(an_observation(each, Observed(status=404), AWS_HOSTS) for each in asked)
    assert why("missing-key", ObservationFile("", FORMAT, rows)) == "it allows any answer"


def test_an_upload_that_should_store_nothing_and_did_fits_no_refusal() -> None:
    reading = Reading(("refused",), status=500)
    assert reading.fits(Observed(status=500))
    stored = StoredObject("key", "text/plain", Content.of(b""))
    assert not reading.fits(Observed(status=500, stored=(stored,)))
    assert not reading.fits(Observed(failure="connection lost"))
    named = replace(reading, key="key")
    assert named.fits(Observed(status=500, stored=(stored,)))
    assert not named.fits(Observed(status=500, stored=(stored, stored)))
    assert not named.fits(Observed(status=500))


def applied(text: str, changes: str, folder: Path) -> str:
    """rules.toml as git makes it by the patch."""
    file = folder / "fixtures" / "rules" / "rules.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    subprocess.run(["git", "apply", "-"], cwd=folder, input=changes, text=True, check=True)
    return file.read_text(encoding="utf-8")


def test_the_patch_makes_settled_rules_a_must_with_their_answer(tmp_path: Path) -> None:
    text = RULES.read_text(encoding="utf-8")
    # The last rule of the file, and one from its middle.
    chosen = {"request-at-limit": "accepted", "response-template-unmatched": "first"}
    rows = [row for pair in chosen.items() for row in a_file(*pair).observations]
    settled = settlements(ObservationFile("", FORMAT, tuple(rows)))
    changes = patch(text, settled, Path("out", "seen.json"), "https://example.com/seen.json")
    before, after = (tomllib.loads(t) for t in (text, applied(text, changes, tmp_path)))
    source = after["sources"].pop("observed-2026-12-01-eu-central-1")
    assert source == {
        "title": "What Amazon API Gateway did in eu-central-1 on 2026-12-01 (seen.json)",
        "url": "https://example.com/seen.json",
    }
    ids = {"request-at-limit": "at-limit", "response-template-unmatched": "two-response-templates"}
    for name, answer in chosen.items():
        rule = before["rules"][name]
        del rule["question"]
        sources = [*rule["sources"], f"observed-2026-12-01-eu-central-1: {ids[name]}"]
        rule.update(level="must", answers=[answer], sources=sources)
    assert after == before


def test_there_is_no_patch_where_nothing_is_settled() -> None:
    nothing: Iterable[Settlement] = settlements(ObservationFile("", FORMAT, ()))
    assert patch(RULES.read_text(encoding="utf-8"), nothing, Path("seen.json"), "") == ""


def test_read_says_what_a_file_settles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "seen.json"
    file.write_bytes(json.encode(a_file("base64-unused-bits", "refused")))
    assert main(["observe", f"--read={file}"]) == 0
    said = capsys.readouterr().out
    contrary = "refused, which is not what its sentence says: rewrite it"
    assert f"base64-unused-bits: {contrary}\n" in said
    assert "not settled: surrogate was not asked: utf8-surrogates\n" in said
    assert '\n+answers = ["refused"]\n' in said
    assert '\n+url = "seen.json"\n' in said
