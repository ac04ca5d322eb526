"""The nightly runs of GitHub and GitLab: what they would run, and what their scripts do."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github" / "workflows" / "nightly.yml"
GITLAB = ROOT / "docs" / "gitlab-ci.yml"


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def github_step(job: str, name: str) -> dict[str, Any]:
    (step,) = [each for each in read(GITHUB)["jobs"][job]["steps"] if each.get("name") == name]
    return step


def scripts() -> list[Any]:
    """Every shell script of both, by where it stands."""
    found = [
        (f"github {name} {number}", step["run"])
        for name, job in read(GITHUB)["jobs"].items()
        for number, step in enumerate(job["steps"])
        if "run" in step
    ]
    found += [
        (f"gitlab {name} {part}", "\n".join(job[part]))
        for name, job in read(GITLAB).items()
        if isinstance(job, dict)
        for part in ("before_script", "script", "after_script")
        if part in job
    ]
    return [pytest.param(script, id=name) for name, script in found]


def shards(path: Path) -> list[str]:
    """The suites that each of the jobs runs."""
    document = read(path)
    if path == GITHUB:
        entries = document["jobs"]["conformance"]["strategy"]["matrix"]["include"]
        return [entry["suites"] for entry in entries]
    return [entry["SUITES"] for entry in document["conformance"]["parallel"]["matrix"]]


@pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_every_suite_is_in_exactly_one_shard(path: Path) -> None:
    run = sorted(suite for shard in shards(path) for suite in shard.split())
    there = sorted(f"suites/{test.parent.name}" for test in ROOT.glob("suites/*/test_*.py"))
    assert run == there


@pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_every_option_of_the_suite_is_one_that_it_has(path: Path) -> None:
    given = set(re.findall(r"--[a-z][a-z-]+(?==)", path.read_text(encoding="utf-8")))
    help_text = subprocess.run(
        [sys.executable, "-m", "pytest", "--help", "-p", "no:cacheprovider"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    assert {"--endpoint", "--api-key", "--known-deviations", "--junit-xml"} <= given
    assert {option for option in given if option not in help_text} == set()


@pytest.mark.parametrize("script", scripts())
def test_the_shell_can_read_every_script(script: str) -> None:
    subprocess.run(["bash", "-n"], input=script, encoding="utf-8", check=True)


def test_no_script_has_an_expression_of_the_workflow_in_it() -> None:
    runs = [step.get("run", "") for job in read(GITHUB)["jobs"].values() for step in job["steps"]]
    assert any(runs)
    assert not any("${{" in script for script in runs)


def test_a_job_may_do_only_what_it_needs() -> None:
    workflow = read(GITHUB)
    assert workflow["permissions"] == {}
    permissions = {name: job["permissions"] for name, job in workflow["jobs"].items()}
    assert permissions == {
        "conformance": {"contents": "read", "id-token": "write"},
        "issue": {"issues": "write"},
    }


def test_every_action_has_its_major_version() -> None:
    steps = [step for job in read(GITHUB)["jobs"].values() for step in job["steps"]]
    uses = [step["uses"] for step in steps if "uses" in step]
    assert len(uses) > 5
    assert all(re.search(r"@v\d+$", action) for action in uses)


@pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_what_has_to_be_set_is_documented(path: Path) -> None:
    named = set(re.findall(r"CONFORMANCE_\w+", path.read_text(encoding="utf-8")))
    documented = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert len(named) > 5
    assert {name for name in named if name not in documented} == set()


# ------------------------------------------------------------------------- the scripts, in earnest


def run(script: str, folder: Path, commands: dict[str, str], **variables: str) -> str:
    """Run a script as a CI does, with stand-ins for commands; gives how those were called."""
    stand_ins = folder / "stand-ins"
    stand_ins.mkdir()
    for name, body in commands.items():
        file = stand_ins / name
        file.write_text(
            f'#!/bin/bash\nprintf "%s" "{name}" >>"$CALLS"\n'
            f'printf " <%s>" "$@" >>"$CALLS"\necho >>"$CALLS"\n{body}\n',
            encoding="utf-8",
        )
        file.chmod(0o755)
    calls = folder / "calls"
    calls.touch()
    path = os.pathsep.join([str(stand_ins), str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": path, "CALLS": str(calls), **variables},
        check=True,
    )
    return calls.read_text(encoding="utf-8")


HOSTILE = 'x"; touch broken; $(touch broken) `touch broken` *'


def test_what_is_given_by_hand_reaches_the_suite_as_it_is(tmp_path: Path) -> None:
    step = github_step("conformance", "Run the suite")
    given = {name: HOSTILE for name in step["env"] if name != "SUITES"}
    (tmp_path / "known-deviations.toml").touch()
    called = run(
        step["run"], tmp_path, {"pytest": ""}, **given, SUITES="suites/a suites/b", AUTH="sigv4"
    )
    assert called == (
        f"pytest <suites/a> <suites/b> <--definition={HOSTILE}> <--hypothesis-profile={HOSTILE}> "
        f"<--endpoint={HOSTILE}> <--key-prefix={HOSTILE}> <--api-key=env:API_KEY> <--auth=sigv4> "
        "<--known-deviations=known-deviations.toml> <--junit-xml=reports/out/junit.xml> "
        "<--alluredir=reports/out/allure-results> <--clean-alluredir>\n"
    )
    assert not (tmp_path / "broken").exists()


def test_with_nothing_set_the_embedded_gateway_is_tested(tmp_path: Path) -> None:
    step = github_step("conformance", "Run the suite")
    unset = {**dict.fromkeys(step["env"], ""), "AUTH": ""}
    called = run(
        step["run"],
        tmp_path,
        {"pytest": ""},
        **{**unset, "SUITES": "suites/a", "DEFINITION": "sample", "PROFILE": "nightly"},
    )
    assert called.startswith(
        "pytest <suites/a> <--definition=sample> <--hypothesis-profile=nightly> <--junit-xml="
    )


@pytest.mark.parametrize(("kept", "compared"), [(0, 0), (1, 2), (20, 14)])
def test_fourteen_nights_are_kept_and_compared(tmp_path: Path, kept: int, compared: int) -> None:
    nights = tmp_path / "reports" / "out" / "history"
    nights.mkdir(parents=True)
    (tmp_path / "reports" / "out" / "conformance.json").touch()
    for night in range(kept):
        (nights / f"20200101T0000{night:02}Z.json").touch()
    script = github_step("conformance", "Compare with the earlier nights")["run"]
    called = run(script, tmp_path, {"python": "exit 1"})
    assert called.count(".json>") == compared
    assert len(list(nights.iterdir())) == min(kept + 1, 14)


GH = 'if [ "$2" = list ]; then echo "$ISSUE"; fi'
ISSUES = [
    # how the night ended, the open issue, what is done with it
    ("failure", "", ["label create", "issue create"]),
    ("failure", "7", ["issue edit"]),
    ("success", "7", ["issue close"]),
    ("success", "", []),
]


@pytest.mark.parametrize(("result", "issue", "done"), ISSUES)
def test_one_issue_is_opened_updated_and_closed(
    tmp_path: Path, result: str, issue: str, done: list[str]
) -> None:
    for shard, summary in (("a", "### Deviates\n" + "ö" * 40_000), ("b", None)):
        folder = tmp_path / "shards" / f"conformance-{shard}"
        folder.mkdir(parents=True)
        if summary is not None:
            (folder / "summary.md").write_text(summary, encoding="utf-8")
    script = github_step("issue", "Say it in one issue")["run"]
    called = run(script, tmp_path, {"gh": GH}, RESULT=result, ISSUE=issue, RUN="https://run")
    found = [line.split("<") for line in called.splitlines()]
    assert [f"{words[1][:-2]} {words[2][:-2]}" for words in found] == ["issue list", *done]
    if result == "failure":
        body = (tmp_path / "body.md").read_text(encoding="utf-8")
        assert body.startswith("The nightly conformance run did not pass: https://run\n")
        assert "## conformance-a\n\n### Deviates\n" in body
        assert "## conformance-b\n\nThere is no summary; see the log.\n" in body
        assert len(body) < 65_536


CURL = """case "$*" in *state=opened*) echo "$ISSUE";; esac"""


@pytest.mark.parametrize(
    ("job", "issue", "requests"),
    [
        ("issue opened or updated", "[]", ["<POST> <https://api/projects/5/issues>"]),
        ("issue opened or updated", '[{"iid": 7}]', ["<PUT> <https://api/projects/5/issues/7>"]),
        ("issue closed", "[]", []),
        (
            "issue closed",
            '[{"iid": 7}, {"iid": 3}]',
            [
                "<POST> <https://api/projects/5/issues/7/notes>",
                "<PUT> <https://api/projects/5/issues/7>",
            ],
        ),
    ],
)
def test_gitlab_keeps_one_issue_too(
    tmp_path: Path, job: str, issue: str, requests: list[str]
) -> None:
    jobs = read(GITLAB)
    script = "\n".join([*jobs[".issue"]["before_script"], *jobs[job]["script"]])
    (tmp_path / "shards" / "download").mkdir(parents=True)
    project = {"CI_API_V4_URL": "https://api", "CI_PROJECT_ID": "5", "CI_PIPELINE_URL": "https://p"}
    called = run(script, tmp_path, {"curl": CURL}, ISSUE=issue, CONFORMANCE_TOKEN="t", **project)
    assert re.findall(r"<--request> (<\w+> <\S+>)", called) == requests
    if job == "issue opened or updated":
        body = (tmp_path / "body.md").read_text(encoding="utf-8")
        assert "## download\n\nThere is no summary; see the log.\n" in body
