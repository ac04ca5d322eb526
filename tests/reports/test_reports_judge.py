"""Recorded exchanges judged again: the same verdicts, from the document alone."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict, replace

from apigw_conformance.__main__ import main
from fixtures.definitions import load
from fixtures.rules.verdict import Outcome, Verdict
from reports import judge
from reports.collector import STREAM
from reports.judge import judged_again
from reports.loader import Contents, definition_of
from reports.loader import load as load_document
from reports.recorder import load_cases
from tests.reports.recording_helpers import recorded

RUNS = [
    # definition, fault, one in how many cases, what the run has
    ("mapped", "", 6, {"conforms"}),
    ("sample", "", 7, {"conforms", "not_applicable"}),
    ("conversions", "", 80, {"conforms"}),
    ("mapped", "list-last-entry-missing", 6, {"conforms", "deviates", "undecided"}),
    ("sample-template", "template-response-missing", 9, {"conforms", "deviates"}),
    ("mapped", "connection-closed", 60, {"undecided"}),
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The document of a run, made once."""
    made: dict[tuple[str, str], Path] = {}

    def of(
        definition: str = "mapped", fault: str = "list-last-entry-missing", every: int = 6
    ) -> Path:
        if (definition, fault) not in made:
            out = tmp_path_factory.mktemp("out")
            recorded(out, definition, fault, every)
            made[definition, fault] = out / "conformance.json"
        return made[definition, fault]

    return of


@pytest.mark.parametrize(("definition", "fault", "every", "has"), RUNS)
def test_a_run_judged_again_has_the_verdicts_that_it_had(
    runs: Callable[..., Path], definition: str, fault: str, every: int, has: set[str]
) -> None:
    path = runs(definition, fault, every)
    before = load_document(path)
    assert {name for name, count in asdict(before.totals).items() if count} >= has
    after = judged_again(before, path)
    assert after.cases == before.cases
    assert replace(after, end=before.end) == before


@pytest.mark.parametrize("definition", ["mapped", "conversions"])
def test_a_definition_is_read_from_the_document_as_it_was_from_its_file(
    runs: Callable[..., Path], definition: str
) -> None:
    path = runs(definition, "", 80)
    assert definition_of(load_document(path), path) == load(definition)


def test_cases_and_exchanges_come_back_whole(runs: Callable[..., Path]) -> None:
    path = runs()
    whole = load_document(path)
    definition = definition_of(whole, path)
    seen = list(load_cases(whole, definition, Contents(whole, path)))
    assert [recorded.id for recorded, *_ in seen] == [case.id for case in whole.cases]
    for recorded_case, case, performed in seen:
        assert len(case.steps) == recorded_case.planned
        for step, done in zip(recorded_case.steps, performed, strict=False):
            exchange = whole.exchanges[step.exchange or ""]
            assert done.exchange is not None
            assert done.exchange.sent.url == exchange.sent.url
            assert done.step.request.body == done.exchange.sent.body
            received = exchange.received
            assert received is not None
            assert done.exchange.received is not None
            assert len(done.exchange.received.body) == whole.bodies[received.body].length
    unsent = [case for case, *_ in seen if case.steps[-1].exchange is None]
    assert unsent
    assert all(case.outcome == "undecided" for case in unsent)


def test_what_several_cases_share_is_there_once(runs: Callable[..., Path]) -> None:
    whole = load_document(runs("mapped", "", 6))
    keys = [step.exchange for case in whole.cases for step in case.steps]
    assert set(keys) == set(whole.exchanges)
    assert len(keys) > len(set(keys))
    bodies = {exchange.sent.body for exchange in whole.exchanges.values()}
    assert bodies <= set(whole.bodies)


# ------------------------------------------------------------------------------- newer rules


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules by which nothing deviates."""

    def conforms(definition: Any, case: Any, performed: Any) -> Verdict:
        verdict = real(definition, case, performed)
        if verdict.outcome is not Outcome.DEVIATES:
            return verdict
        return Verdict(case.id, Outcome.CONFORMS, verdict.rules, "as the new rules expect")

    real = judge.judge_case
    monkeypatch.setattr(judge, "judge_case", conforms)


@pytest.mark.usefixtures("lenient")
def test_newer_rules_give_newer_verdicts_and_each_change_is_said(
    runs: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, output = runs(), tmp_path / "new" / "conformance.json"
    before = load_document(path)
    deviating = [case for case in before.cases if case.outcome == "deviates"]
    assert main(["judge", str(path), "--output", str(output)]) == 6
    said = capsys.readouterr().out.splitlines()
    changed = [line for line in said if re.match("(failed|tolerated) -> passed: ", line)]
    assert len(changed) == len(deviating) > 0
    assert f"Verdicts that changed: {len(changed)} of {len(before.cases)}." in said
    assert said[-1].startswith("INCONCLUSIVE: ")
    after = load_document(output)
    assert after.totals.deviates == 0
    assert not any(case.fails or case.waiver for case in after.cases if case in deviating)
    assert after.end.exit_status == 6
    # The new document stands by itself: it can be judged again where it is.
    assert main(["judge", str(output)]) == 6
    assert "Verdicts that changed: 0 of" in capsys.readouterr().out


def test_the_exit_status_is_that_of_the_run(
    runs: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["judge", str(runs("mapped", "", 6))]) == 0
    assert main(["judge", str(runs())]) == 1
    assert main(["judge", str(runs("mapped", "connection-closed", 60))]) == 6
    assert main(["judge", str(runs().with_name(STREAM))]) == 1
    assert "FAIL: " in capsys.readouterr().out


def changed(path: Path, tmp_path: Path, change: Callable[[Any], None]) -> Path:
    """A copy of a document and its bodies in which something is different."""
    shutil.copytree(path.parent, tmp_path / "copy")
    file = tmp_path / "copy" / path.name
    whole = json.loads(file.read_bytes())
    change(whole)
    file.write_text(json.dumps(whole), encoding="utf-8")
    return file


def test_a_run_without_cases_has_nothing_decided(
    runs: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def empty(whole: Any) -> None:
        whole["cases"] = []

    assert main(["judge", str(changed(runs(), tmp_path, empty))]) == 6


def test_a_verdict_that_stays_keeps_its_waiver_and_another_one_is_weighed(
    runs: Callable[..., Path], tmp_path: Path
) -> None:
    def known(whole: Any) -> None:
        for case in whole["cases"]:
            if case["fails"]:
                case["fails"], case["waiver"] = False, "known (ticket 7)"
        case["reason"] = "another one"

    path = changed(runs(), tmp_path, known)
    after = judged_again(load_document(path), path)
    waived = [case for case in after.cases if case.waiver == "known (ticket 7)"]
    assert waived
    assert not any(case.fails for case in waived)


def test_what_the_run_added_to_a_reason_stays(runs: Callable[..., Path], tmp_path: Path) -> None:
    remark = "; it did not come again"

    def flaky(whole: Any) -> None:
        case = next(case for case in whole["cases"] if case["outcome"] == "deviates")
        case["remark"] = remark
        case["reason"] += remark

    path = changed(runs(), tmp_path, flaky)
    before = load_document(path)
    assert judged_again(before, path).cases == before.cases


# -------------------------------------------------------------------- what does not fit together


def the_long_body(whole: Any) -> str:
    """A body that is in a file."""
    return next(name for name, body in whole["bodies"].items() if body["base64"] is None)


def a_short_body(whole: Any) -> str:
    """A body that is in the document."""
    return next(name for name, body in whole["bodies"].items() if body["base64"])


def inline_changed(whole: Any) -> None:
    whole["bodies"][a_short_body(whole)]["base64"] = "AAAA"


def inline_no_base64(whole: Any) -> None:
    whole["bodies"][a_short_body(whole)]["base64"] = "A"


def body_gone(whole: Any) -> None:
    del whole["bodies"][a_short_body(whole)]


def definition_changed(whole: Any) -> None:
    whole["run"]["definition"]["document"] += " "


def exchange_gone(whole: Any) -> None:
    whole["exchanges"].clear()


def operation_unknown(whole: Any) -> None:
    whole["cases"][0]["steps"][0]["request"]["operation"] = "PUT /nowhere"


def digest_with_a_way_out(whole: Any) -> None:
    whole["bodies"]["../../secret"] = {"length": 1, "base64": None}
    whole["exchanges"][next(iter(whole["exchanges"]))]["sent"]["body"] = "../../secret"


MISFITS = [
    (inline_changed, "was changed, its digest does not fit"),
    (inline_no_base64, "is unreadable"),
    (body_gone, "it has no body "),
    (definition_changed, "the definition in it was changed, its digest does not fit"),
    (exchange_gone, "its cases cannot be judged"),
    (operation_unknown, "its cases cannot be judged: 'PUT /nowhere'"),
    (digest_with_a_way_out, "Expected `str` matching regex '^[0-9a-f]{64}$' - at `"),
]


@pytest.mark.parametrize(("change", "sentence"), MISFITS)
def test_a_document_that_somebody_changed_is_refused_in_one_sentence(
    runs: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Any], None],
    sentence: str,
) -> None:
    file = changed(runs(), tmp_path, change)
    assert main(["judge", str(file)]) == 4
    said = capsys.readouterr().err
    assert said.startswith(f"apigw-conformance judge: {file}: ")
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda file: file.unlink(), "cannot be read from "),
        (lambda file: file.write_bytes(b"x"), "was changed, its digest does not fit"),
    ],
)
def test_a_body_file_that_is_gone_or_changed_is_named(
    runs: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    harm: Callable[[Path], Any],
    sentence: str,
) -> None:
    file = changed(runs("mapped", "", 6), tmp_path, lambda _: None)
    name = the_long_body(json.loads(file.read_bytes()))
    harm(file.parent / "bodies" / f"{name}.bin")
    assert main(["judge", str(file)]) == 4
    said = capsys.readouterr().err
    assert name in said
    assert sentence in said


def test_an_output_that_cannot_be_written_is_said(
    runs: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["judge", str(runs()), "-o", str(tmp_path / "file" / "new.json")]) == 4
    assert "cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize("call", [["nonsense"], ["judge"], ["judge", "a", "b"]])
def test_a_wrong_call_ends_in_one_sentence(
    call: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(call)
    except SystemExit as ended:  # which the parser raises
        status = ended.code
    assert status == 4
    assert capsys.readouterr().err.count("\n") == 1
