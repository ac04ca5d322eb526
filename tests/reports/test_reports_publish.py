"""What a run leaves in the folder of the reports."""

from pathlib import Path

import pytest

from apigw_conformance import __main__ as command
from reports.loader import load
from reports.publish import publish, remove_stale_reports
from tests.reports.recording_helpers import recorded

FAULT = "list-first-entry-alone"


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    recorded(folder, "sample", FAULT, every=7)
    return folder


def test_document_page_and_summary_tell_of_the_same_deviation(out: Path) -> None:
    document = load(out / "conformance.json")
    deviating = [case.id for case in document.cases if case.outcome == "deviates"]
    failing = [case.id for case in document.cases if case.fails]
    assert deviating and failing
    assert deviating[0] in (out / "conformance.html").read_text(encoding="utf-8")
    summary = (out / "summary.md").read_text(encoding="utf-8")
    assert f"### ✗ Failed: {len(failing)} failed, " in summary


def test_page_and_summary_have_the_diagnosis(out: Path) -> None:
    for name in ("conformance.html", "summary.md"):
        text = (out / name).read_text(encoding="utf-8")
        assert "behaves as if image/jpeg were not in binaryMediaTypes" in text


def test_the_summary_goes_to_the_step_of_the_workflow_as_well(
    out: Path, tmp_path: Path, monkeypatch
) -> None:
    steps = tmp_path / "steps.md"
    steps.write_text("what was before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(steps))
    document = load(out / "conformance.json")
    publish(document, out)
    summary = (out / "summary.md").read_text(encoding="utf-8")
    assert steps.read_text(encoding="utf-8") == f"what was before\n{summary}"


def test_where_a_body_is_gone_there_is_a_page_without_a_diagnosis(tmp_path: Path) -> None:
    document = recorded(tmp_path, "sample", FAULT, every=7)
    body = next(name for name, body in document.bodies.items() if body.base64 is None)
    (tmp_path / "bodies" / f"{body}.bin").unlink()
    publish(document, tmp_path)
    assert "Diagnosis." not in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_nothing_of_an_earlier_run_passes_for_this_one(tmp_path: Path) -> None:
    published = publish(recorded(tmp_path, "text-only", every=50), tmp_path)
    assert [file.name for file in published] == [
        "conformance.json",
        "conformance.html",
        "summary.md",
    ]
    remove_stale_reports(tmp_path)
    assert not [file for file in published if file.exists()]


def test_the_page_of_a_recorded_run_is_made_again(out: Path, tmp_path: Path, capsys) -> None:
    page = tmp_path / "again.html"
    assert command.main(["page", str(out / "conformance.json"), f"--output={page}"]) == 0
    assert page.read_bytes() == (out / "conformance.html").read_bytes()
    assert capsys.readouterr().out == f"{page}\n"


def test_a_page_that_cannot_be_written_ends_in_one_sentence(
    out: Path, tmp_path: Path, capsys
) -> None:
    assert command.main(["page", str(out / "conformance.json"), f"--output={tmp_path}"]) == 4
    said = capsys.readouterr().err
    assert "cannot be used" in said
    assert said.count("\n") == 1
