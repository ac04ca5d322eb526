"""Making the deviations of a run known, and no others."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apigw_conformance import __main__ as command_line
from fixtures.gateway.process import running_gateway
from fixtures.rules.rule_book import Level
from reports import accept
from reports.document import Case, Document
from reports.policy import Policy, read_known_deviations
from reports.results import Result
from reports.stream import to_jsonl
from tests.reports.document_helpers import a_case, a_document
from tests.reports.helpers import DERIVED, MUST, SHOULD

ROOT = Path(__file__).parents[2]
TODAY = datetime.now(UTC).date()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(document: Document, *arguments: str) -> int:
    """Accept the deviations of a document into `known-deviations.toml`."""
    Path("run.json").write_text(to_jsonl(document), encoding="utf-8")
    return command_line.main(["accept", "run.json", *arguments])


def failing(cases: Sequence[Case]) -> list[str]:
    """The cases that fail a strict run with the file."""
    policy = Policy(Level.DERIVED, read_known_deviations(accept.DEFAULT), TODAY)
    return [case.id for case in cases if policy.fails(Result.recorded(case).verdict)]


def gone(cases: Sequence[Case]) -> list[str]:
    """The entries of the file that no deviation needs."""
    policy = Policy(Level.DERIVED, read_known_deviations(accept.DEFAULT), TODAY)
    return [entry.case for entry in policy.stale(Result.recorded(case).verdict for case in cases)]


def kept() -> str:
    return accept.DEFAULT.read_text(encoding="utf-8")


NAMES = [
    "GET /s3 accept:*/*",
    "GET /s3 accept:image/*",
    "GET /s3 [a] ?",
    "GET /s3 [!a]",
    "GET /s3 ]",
    'GET /s3 "quoted" \\ back',
    "GET /s3 größe 😀",
    "GET /s3 tab\tbell\x07del\x7fnul\x00",
    "GET /s3 two\nlines",
    "'''",
    '"""',
    "# no comment",
]


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_covers_its_case_and_no_other_whatever_it_is_called(name: str) -> None:
    assert call(a_document([a_case(name, "deviates")])) == 0
    others = ["GET /s3 accept:text/html", f"{name} ", f" {name}", name.replace("*", "x") + "y"]
    others += [name.replace("*", "image"), name.replace("[a]", "a"), name.replace("[!a]", "b")]
    others = [each for each in others if each != name]
    assert failing([a_case(name, "deviates")]) == []
    assert failing([a_case(each, "deviates") for each in others]) == others


def test_with_the_file_the_same_run_passes_and_whatever_is_new_fails() -> None:
    known = [
        a_case("a", "deviates", rules=[MUST]),
        a_case("b", "deviates", rules=[SHOULD, DERIVED]),
        a_case("c", "deviates", rules=[DERIVED], waiver="but depends on a rule that is derived"),
    ]
    call(a_document([*known, a_case("d"), a_case("e", "undecided")]))
    assert failing(known) == []
    assert gone(known) == []
    new = [
        a_case("d", "deviates", rules=[MUST]),
        a_case("a", "deviates", rules=[SHOULD]),
        a_case("e", "deviates", rules=[MUST]),
    ]
    assert failing(new) == ["d", "a", "e"]
    assert gone(known[1:]) == ["a"]


def test_a_run_without_deviations_makes_none_known() -> None:
    call(a_document([a_case()]))
    assert read_known_deviations(accept.DEFAULT) == ()


def test_reason_and_last_day_are_those_given_and_what_was_found_is_a_comment() -> None:
    day = TODAY + timedelta(days=30)
    deviation = a_case("a", "deviates", reason="the body\nis \x07 wrong")
    call(a_document([deviation]), f"--expires={day}", "--reason", 'ticket "7"')
    (entry,) = read_known_deviations(accept.DEFAULT)
    assert (entry.reason, entry.expires) == ('ticket "7"', day)
    assert "\n# the body is ? wrong\n[[deviation]]\n" in kept()


def test_without_a_reason_the_run_is_the_reason() -> None:
    call(a_document([a_case("a", "deviates")]))
    (entry,) = read_known_deviations(accept.DEFAULT)
    assert entry.reason == "accepted as found in the run of 2026-11-21"
    assert entry.expires is None


# --------------------------------------------------------------------- a file that is there already

BY_HAND = """\
# Ours. Ask the storage team.

# the old gateway
[[deviation]]
rule = "unknown-path"
case = "GET *"
reason = "ticket 7"   # until the move
expires = 2999-12-31

[[deviation]]
case = "PUT [*]"
reason = '''ticket 8'''
"""
OLD = '\n# of old\n[[deviation]]\ncase = "OLD"\nreason = "r"\n'


def test_entries_that_still_hold_stay_as_they_are_written() -> None:
    accept.DEFAULT.write_text(BY_HAND, encoding="utf-8")
    call(a_document([a_case("GET a", "deviates"), a_case("PUT *", "deviates")]), "--reason=other")
    assert kept() == BY_HAND


def test_what_they_do_not_cover_is_added_behind_them() -> None:
    accept.DEFAULT.write_text(BY_HAND, encoding="utf-8")
    cases = [a_case("GET a", "deviates"), a_case("PUT b", "deviates")]
    call(a_document(cases), "--reason=new")
    assert kept().startswith(BY_HAND)
    assert [entry.reason for entry in read_known_deviations(accept.DEFAULT)] == [
        "ticket 7",
        "ticket 8",
        "new",
    ]
    assert failing(cases) == []


def test_accepting_the_same_run_again_changes_nothing() -> None:
    document = a_document([a_case(name, "deviates") for name in NAMES])
    call(document, "--reason=first")
    first = kept()
    call(document, "--reason=second")
    assert kept() == first


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (OLD, "removed, conforms now: case 'OLD'"),
        (OLD.replace("case =", 'rule = "unknown-path"\ncase ='), "removed, conforms now: rule"),
        (OLD + "expires = 2020-01-01\n", "removed, expired: case 'OLD'"),
    ],
)
def test_entries_that_are_gone_are_removed_and_said_to_be(
    entry: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    accept.DEFAULT.write_text(BY_HAND + entry, encoding="utf-8")
    conforming = a_case("OLD", rules=[SHOULD])  # filed elsewhere than where it deviated
    call(a_document([a_case("GET a", "deviates"), conforming]))
    assert kept() == BY_HAND
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("cases", [[], [a_case("OLD", "undecided")], [a_case("other")]])
def test_an_entry_that_the_run_had_nothing_against_stays(cases: list[Case]) -> None:
    accept.DEFAULT.write_text(BY_HAND + OLD, encoding="utf-8")
    call(a_document(cases))
    assert kept() == BY_HAND + OLD


def test_an_expired_entry_that_is_still_needed_is_made_anew() -> None:
    accept.DEFAULT.write_text(OLD + "expires = 2020-01-01\n", encoding="utf-8")
    call(a_document([a_case("OLD", "deviates")]), "--reason=renewed")
    assert [entry.reason for entry in read_known_deviations(accept.DEFAULT)] == ["renewed"]


def test_a_cut_run_says_that_it_may_not_have_seen_everything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call(a_document([a_case("a", "deviates")], complete=False))
    assert "the run is incomplete" in capsys.readouterr().out


WRONG = [
    # what is in the file, the arguments, what the sentence says
    ("deviation = [{case = 'a', reason = 'r'}]", [], "its entries cannot be told apart"),
    ("[[deviation]]\ncase = '''\n[[deviation]]\n'''\nreason = 'r'", [], "cannot be told apart"),
    ("[[deviation]]\n", [], "deviation 1: a reason and a rule or a case are needed"),
    ("", ["--expires=2020-01-01"], "--expires=2020-01-01 is over already"),
]


@pytest.mark.parametrize(("content", "arguments", "sentence"), WRONG)
def test_what_cannot_be_used_is_one_sentence_and_the_file_stays(
    content: str, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    accept.DEFAULT.write_text(content, encoding="utf-8")
    assert call(a_document([a_case("a", "deviates")]), *arguments) == 4
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert kept() == content


def test_a_day_that_is_none_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call(a_document(), "--expires=tomorrow")
    assert ended.value.code == 4
    assert "'tomorrow' is no day like 2027-01-31" in capsys.readouterr().err


def test_a_deviation_from_a_rule_of_old_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(a_document([a_case("a", "deviates", rules=["of-old"])])) == 4
    assert "there is no rule 'of-old'" in capsys.readouterr().err


# ----------------------------------------------------------------------------------- in real runs


def a_run(url: str, out: Path, *arguments: str) -> int:
    """Run a part of the suites against an endpoint."""
    chosen = ["suites/errors", "-k", "missing"]
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen),
            *(f"--endpoint={url}", "-o", f"reports_out={out}", *arguments),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        timeout=120,
        check=False,
    ).returncode


def test_a_bad_endpoint_fails_until_its_deviations_are_accepted(tmp_path: Path) -> None:
    deployed = tmp_path / "deployed.json"
    document = json.loads((ROOT / "fixtures/definitions/sample.json").read_text(encoding="utf-8"))
    del document["x-amazon-apigateway-binary-media-types"]
    deployed.write_text(json.dumps(document), encoding="utf-8")
    known = f"--known-deviations={tmp_path / accept.DEFAULT}"
    with running_gateway(str(deployed)) as gateway:
        assert a_run(gateway.url, tmp_path / "before") == 1
        assert command_line.main(["accept", str(tmp_path / "before" / "conformance.json")]) == 0
        assert a_run(gateway.url, tmp_path / "after", known, "--strict") == 0
    assert len(read_known_deviations(accept.DEFAULT)) > 3
