"""What Allure shows of a case, and that no document of a run shows a secret."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import allure
import pytest

from fixtures.cases.case import Role, Step, StepResult
from fixtures.cases.exchange import Failure, FailureKind, Received
from fixtures.gateway.process import running_gateway
from fixtures.rules.rule_book import rules
from fixtures.rules.verdict import Outcome, Verdict
from reports.allure_results import describe
from reports.bodies import Bodies
from reports.results import Result
from tests.reports.helpers import DERIVED, MUST, SHOULD, a_step, a_verdict

ROOT = Path(__file__).parents[2]
PLANTED = "planted-4f1d"
NOWHERE = Bodies(Path("/nowhere"))
"""For bodies that need no file."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What Allure is told, by the name of the call."""
    told: dict[str, list[Any]] = {}

    def keep(call: str) -> Callable[..., None]:
        return lambda *words, **more: told.setdefault(call, []).append((*words, *more.values()))

    for call in ("epic", "feature", "story", "title", "severity", "tag", "description", "link"):
        monkeypatch.setattr(allure.dynamic, call, keep(call))
    monkeypatch.setattr(
        allure, "attach", lambda body, name, kind: told.setdefault(name, []).append(body)
    )
    return told


@pytest.mark.parametrize(
    ("rule", "level", "severity"),
    [(MUST, "must", "critical"), (SHOULD, "should", "normal"), (DERIVED, "derived", "minor")],
)
def test_behaviours_are_arranged_by_level_and_rule(
    said: dict[str, list[Any]], rule: str, level: str, severity: str
) -> None:
    describe(Result(a_verdict(rule=rule), fails=True), [], NOWHERE)
    assert said["epic"] == [(level,)]
    assert said["feature"] == [(rule,)]
    assert said["story"] == [(rules()[rule].sentence,)]
    assert said["severity"] == [(severity,)]
    assert said["title"] == [("a case",)]
    assert said["tag"] == [("failed", rule)]
    assert said["link"] == [(source.url, source.title) for source in rules()[rule].sources]


DESCRIBED = [
    # verdict, what the description has, what it has not
    (
        a_verdict(rules=(MUST, DERIVED), tolerated=True, expected="e", observed="o", cause="c"),
        [
            "**tolerated** (derived): a reason",
            f"- `{MUST}` (must): ",
            "expected: e",
            "received: o",
            "c",
        ],
        [],
    ),
    (a_verdict(Outcome.CONFORMS), ["**passed** (must): a reason"], ["expected:", "received:"]),
    (
        a_verdict(Outcome.UNDECIDED),
        ["**inconclusive** (must): a reason"],
        ["expected:", "received:"],
    ),
]


@pytest.mark.parametrize(("verdict", "has", "has_not"), DESCRIBED)
def test_the_description_says_what_the_verdict_says(
    said: dict[str, list[Any]], verdict: Verdict, has: list[str], has_not: list[str]
) -> None:
    describe(
        Result(verdict, fails=verdict.outcome is Outcome.DEVIATES and not verdict.tolerated),
        [],
        NOWHERE,
    )
    ((text,),) = said["description"]
    parts = text.split("\n\n")
    assert all(any(part.startswith(start) for part in parts) for start in has)
    assert not any(word in text for word in has_not)


def test_without_an_exchange_nothing_is_attached(said: dict[str, list[Any]]) -> None:
    describe(Result(a_verdict(Outcome.NOT_APPLICABLE), fails=False), [], NOWHERE)
    assert not {"exchanges", "curl"} & set(said)


LOST = Failure(FailureKind.CONNECTION_LOST, "the connection failed")


def test_every_exchange_is_attached_with_its_headers_bodies_time_and_command(
    said: dict[str, list[Any]],
) -> None:
    received = Received(299, (("X-Odd", "a"), ("X-Odd", "b")), b"\xff\0", "HTTP/1.0")
    again = (Failure(FailureKind.THROTTLED, "throttled"), LOST)
    act = a_step(b"\x89P", received, seconds=0.0125, repeats=again)
    lost = a_step(b"", None, Role.VERIFY, failure=LOST)
    unsent = StepResult(Step(Role.VERIFY, act.step.request), None)
    describe(Result(a_verdict(), fails=True), [act, lost, unsent], NOWHERE)
    (text,) = said["exchanges"]
    first, second, third = text.split("\n\n")
    assert first.splitlines() == [
        "(act) PUT http://127.0.0.1:1/s3?key=a",
        "User-Agent: u",
        "2 bytes",
        f"00000000  {'89 50':<47}  .P",
        "after 12.5 ms; throttled; the connection failed",
        "HTTP/1.0 299",
        "X-Odd: a",
        "X-Odd: b",
        "2 bytes",
        f"00000000  {'ff 00':<47}  ..",
    ]
    assert second.splitlines()[-1] == "the connection failed"
    assert third == "(verify) not sent"
    (commands,) = said["curl"]
    assert [line.count("curl -q -sS") for line in commands.splitlines()] == [1, 1]


def test_a_long_body_is_shown_by_its_beginning(said: dict[str, list[Any]]) -> None:
    describe(Result(a_verdict(), fails=True), [a_step(b"a" * 1000)], NOWHERE)
    (text,) = said["exchanges"]
    assert "1000 bytes\n" in text
    assert text.count("aaaaaaaaaaaaaaaa") == 16


# ------------------------------------------------------------------------------ a run as a whole


def a_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run suites with every document there is, a secret along with every request."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments),
            *("--header", "X-Secret: env:PLANTED", f"--junitxml={folder / 'junit.xml'}"),
            *(f"--alluredir={folder / 'allure'}", "-o", f"reports_out={folder / 'out'}"),
        ],
        cwd=ROOT,
        env={**os.environ, "PLANTED": PLANTED, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def documents(folder: Path) -> list[bytes]:
    """Everything that a run wrote."""
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def allure_results(folder: Path) -> list[dict[str, Any]]:
    """The results of the tests, as Allure reads them."""
    files = (folder / "allure").glob("*-result.json")
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def attachments(folder: Path, result: dict[str, Any]) -> dict[str, str]:
    """The attachments of a result by their name."""
    return {
        each["name"]: (folder / "allure" / each["source"]).read_text(encoding="utf-8")
        for each in result.get("attachments", [])
    }


@pytest.fixture(scope="module")
def conforming(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("conforming")
    done = a_run(folder, "suites/errors", "-k", "unknown")
    assert done.returncode == 0, done.stdout
    return folder, done.stdout + done.stderr


@pytest.fixture(scope="module")
def deviating(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run against an API that was deployed before its binaryMediaTypes were changed."""
    folder = tmp_path_factory.mktemp("deviating")
    deployed = tmp_path_factory.mktemp("deployed") / "deployed.json"
    document = json.loads((ROOT / "fixtures/definitions/sample.json").read_text(encoding="utf-8"))
    del document["x-amazon-apigateway-binary-media-types"]
    deployed.write_text(json.dumps(document), encoding="utf-8")
    with running_gateway(str(deployed)) as gateway:
        done = a_run(folder, "suites/download", f"--endpoint={gateway.url}")
    assert done.returncode == 1, done.stdout
    assert "curl -q -sS" in done.stdout
    return folder, done.stdout + done.stderr


def test_the_results_of_a_run_are_what_allure_reads(conforming: tuple[Path, str]) -> None:
    folder, _ = conforming
    found = allure_results(folder)
    assert found
    for result in found:
        labels = {label["name"]: label["value"] for label in result["labels"]}
        assert labels["feature"] in ("unknown-path", "unknown-method")
        assert labels["epic"] == str(rules()[labels["feature"]].level)
        assert labels["story"] == rules()[labels["feature"]].sentence
        assert labels["severity"] == "critical"
        sources = {source.url for source in rules()[labels["feature"]].sources}
        assert {link["url"] for link in result["links"]} == sources
        attached = attachments(folder, result)
        assert "HTTP/1.1 403" in attached["exchanges"]
        assert "errortype: missingauthentication" in attached["exchanges"].lower()
        assert "curl -q -sS" in attached["curl"]
        assert "-H 'X-Secret: '\"$PLANTED\"" in attached["curl"]
        assert "X-Secret: $PLANTED" in attached["exchanges"]


def test_terminal_junit_and_allure_agree_on_what_failed(deviating: tuple[Path, str]) -> None:
    folder, output = deviating
    found = allure_results(folder)
    failed = [result for result in found if result["status"] == "failed"]
    root = ET.parse(folder / "junit.xml").getroot()
    cases = root.findall(".//testcase")
    assert len(failed) == len(root.findall(".//failure")) > 0
    assert f"FAIL: {len(failed)} of {len(found)} cases failed" in output
    verdicts = [
        each.get("value")
        for case in cases
        for each in case.findall("./properties/property")
        if each.get("name") == "verdict"
    ]
    assert len(verdicts) == len(found)
    assert {"conforms", "deviates"} <= set(verdicts)


@pytest.mark.parametrize("run", ["conforming", "deviating"])
def test_no_document_of_a_run_shows_a_secret(run: str, request: pytest.FixtureRequest) -> None:
    folder, output = request.getfixturevalue(run)
    assert "$PLANTED" in output or run == "conforming"
    assert PLANTED not in output
    written = documents(folder)
    assert len(written) > 10
    assert any(b"$PLANTED" in document for document in written)
    assert not any(PLANTED.encode() in document for document in written)
