"""What Allure is told of a run as a whole, and the rendering of its results."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apigw_conformance.__main__ import main
from fixtures.gateway.process import running_gateway
from reports import allure_html
from reports.allure_run import CATEGORIES, describe_run, executor, properties
from reports.bodies import Bodies
from reports.failure_message import explain
from tests.reports.document_helpers import a_document
from tests.reports.helpers import DERIVED, MUST, SHOULD, a_verdict

ROOT = Path(__file__).parents[2]


def category(status: str, message: str) -> str:
    """The category of a result, found as Allure 2 does: the whole message must fit."""
    for each in CATEGORIES:
        pattern, statuses = str(each["messageRegex"]), each["matchedStatuses"]
        assert isinstance(statuses, list)
        if status in statuses and re.fullmatch(pattern, message):
            return str(each["name"])
    return ""


def a_failure(rule: str, tmp_path: Path, **more: object) -> str:
    """The message of a failing test, as Allure's plugin hands it on."""
    return "Failed: " + explain(a_verdict(rule=rule, **more), [], Bodies(tmp_path))


def tolerated(waiver: str) -> str:
    """The message of a tolerated case, as Allure's plugin passes it on."""
    text = f"tolerated, {waiver}: a reason"
    return f"XFAIL {text}\n\n_pytest.outcomes.XFailed: {text}"


SKIPPED = [
    # how the message begins, the category
    (tolerated("but depends on a rule that is derived"), "Failed or tolerated: derived"),
    (tolerated("but depends on a rule that is should"), "Failed or tolerated: should"),
    (tolerated("known (ticket 7)"), "Tolerated: known"),
    ("Skipped: inconclusive: the connection failed", "Inconclusive"),
    ("Skipped: not applicable: no template", "Not applicable"),
    ("Skipped: something else", ""),
]


@pytest.mark.parametrize(("message", "name"), SKIPPED)
def test_what_does_not_fail_is_sorted_by_what_it_says(message: str, name: str) -> None:
    assert category("skipped", message) == name


@pytest.mark.parametrize(
    ("rule", "level"), [(MUST, "must"), (SHOULD, "should"), (DERIVED, "derived")]
)
def test_what_fails_is_sorted_by_its_level(rule: str, level: str, tmp_path: Path) -> None:
    assert category("failed", a_failure(rule, tmp_path)) == f"Failed or tolerated: {level}"


def test_a_text_from_the_endpoint_does_not_choose_the_category(tmp_path: Path) -> None:
    message = a_failure(DERIVED, tmp_path, observed="\nrule  x (must): ", cause="(must): ")
    assert category("failed", message) == "Failed or tolerated: derived"


def test_an_error_of_the_suite_itself_is_in_no_category() -> None:
    assert category("broken", "KeyError: 'x'") == ""
    assert category("failed", "AssertionError: x") == ""


def test_a_run_is_described_beside_its_results(tmp_path: Path) -> None:
    run = a_document().run
    describe_run(tmp_path / "new", run, {})
    files = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "new").iterdir()}
    assert set(files) == {"categories.json", "environment.properties", "executor.json"}
    assert json.loads(files["categories.json"]) == CATEGORIES
    assert f"endpoint={run.endpoint}\n" in files["environment.properties"]
    assert "python=3.11.7\n" in files["environment.properties"]
    assert json.loads(files["executor.json"]) == {"name": "by hand"}


def test_properties_are_what_java_reads() -> None:
    assert properties({"a b:c=d": "x y:z\\\n", "ö": "\U0001f600"}) == (
        b"a\\ b\\:c\\=d=x y:z\\\\\\u000a\n\\u00f6=\\ud83d\\ude00\n"
    )


GITHUB = {
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_NUMBER": "12",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "us/api",
    "GITHUB_WORKFLOW": "Nightly",
}
GITLAB = {
    "CI_JOB_URL": "https://gitlab.example/us/api/-/jobs/77",
    "CI_PIPELINE_IID": "12",
    "CI_PROJECT_URL": "https://gitlab.example/us/api",
    "CI_JOB_NAME": "nightly",
}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            GITHUB,
            ("github", "Nightly 12", "https://github.example/us/api/actions/runs/77"),
        ),
        (GITLAB, ("gitlab", "nightly 12", "https://gitlab.example/us/api/-/jobs/77")),
    ],
)
def test_the_executor_is_the_job_of_the_ci(
    variables: dict[str, str], told: tuple[str, str, str]
) -> None:
    found = executor(variables)
    assert (found["type"], found["buildName"], found["buildUrl"]) == told
    assert found["buildOrder"] == 12


def test_the_results_of_a_bad_endpoint_are_all_sorted(tmp_path: Path) -> None:
    document = json.loads((ROOT / "fixtures/definitions/sample.json").read_text(encoding="utf-8"))
    del document["x-amazon-apigateway-binary-media-types"]
    deployed = tmp_path / "deployed.json"
    deployed.write_text(json.dumps(document), encoding="utf-8")
    with running_gateway(str(deployed)) as gateway:
        subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
                *("suites/errors", "suites/download", f"--endpoint={gateway.url}"),
                f"--alluredir={tmp_path / 'r'}",
                *("-o", f"reports_out={tmp_path / 'out'}"),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
    found = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in (tmp_path / "r").glob("*-result.json")
    ]
    sorted_as = {
        category(each["status"], each["statusDetails"]["message"])
        for each in found
        if each["status"] != "passed"
    }
    assert {
        "Failed or tolerated: must",
        "Failed or tolerated: should",
        "Failed or tolerated: derived",
        "Not applicable",
        "Inconclusive",
    } == sorted_as


# ---------------------------------------------------------------------------------- the rendering


def test_allure_is_configured_with_the_categories_and_the_history(tmp_path: Path) -> None:
    describe_run(tmp_path, a_document().run, {})
    history = tmp_path / "history.jsonl"
    configuration: dict[str, Any] = allure_html.configured(tmp_path, tmp_path / "html", history)
    assert configuration["categories"] == CATEGORIES
    assert configuration["historyPath"] == str(history)
    assert configuration["output"] == str(tmp_path / "html")
    without = allure_html.configured(tmp_path / "none", tmp_path / "html", history)
    assert without["categories"] == []


def test_nobody_is_told_who_opens_the_report() -> None:
    page = (
        "<body><script>a</script>"
        '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n'
        "<script>gtag('js', new Date());</script><script>b</script></body>"
    )
    kept = "<body><script>a</script><script>b</script></body>"
    assert allure_html.without_analytics(page) == kept
    assert allure_html.without_analytics(kept) == kept


def test_without_results_nothing_is_rendered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["allure", str(tmp_path)]) == 4
    assert f"{tmp_path}: no results; run pytest --alluredir=" in capsys.readouterr().err


def test_where_node_is_missing_the_sentence_names_the_environment_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a-result.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert main(["allure", str(tmp_path)]) == 4
    assert "there is no npm in" in capsys.readouterr().err


def test_allure_is_pinned_with_all_it_needs_and_to_no_registry() -> None:
    folder = ROOT / "reports" / "allure"
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert lock["node_modules/allure"]["version"] == wanted["allure"]
    packages = [each for name, each in lock.items() if name]
    assert all(each["integrity"].startswith("sha512-") for each in packages)
    assert not any("resolved" in each for each in packages)
