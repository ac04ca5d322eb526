"""The nightly runs of GitHub and GitLab: what they would run, and what their scripts do."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
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


def test_every_shard_has_its_job() -> None:
    matrix = read(GITHUB)["jobs"]["conformance"]["strategy"]["matrix"]
    assert list(matrix) == ["shard"]
    assert matrix["shard"] == list(range(1, len(matrix["shard"]) + 1))
    shard = github_step("conformance", "Run the suite")["env"]["SHARD"]
    assert shard == "${{ matrix.shard }}/${{ strategy.job-total }}"
    assert read(GITLAB)["conformance"]["parallel"] > 1  # CI_NODE_INDEX of CI_NODE_TOTAL


def test_what_is_kept_for_the_next_night_is_what_it_brings_back() -> None:
    steps = [step for job in read(GITHUB)["jobs"].values() for step in job["steps"]]
    caches = [step["with"] for step in steps if "actions/cache/" in step.get("uses", "")]
    assert len(caches) == 3
    assert len({cache["path"] for cache in caches}) == 1
    assert "reports/out/durations.json" in caches[0]["path"].split()
    assert all(cache["key"].startswith("nightly-") for cache in caches)


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
        "report": {"contents": "read"},
        "issue": {"issues": "write"},
    }


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
    given = dict.fromkeys(step["env"], HOSTILE)
    (tmp_path / "known-deviations.toml").touch()
    called = run(step["run"], tmp_path, {"pytest": ""}, **given, AUTH="sigv4")
    assert called == (
        f"pytest <--shard={HOSTILE}> <--durations-path=reports/out/durations.json> "
        f"<--definition={HOSTILE}> <--hypothesis-profile={HOSTILE}> "
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
        **{**unset, "SHARD": "1/4", "DEFINITION": "sample", "PROFILE": "nightly"},
    )
    assert called.startswith(
        "pytest <--shard=1/4> <--durations-path=reports/out/durations.json> "
        "<--definition=sample> <--hypothesis-profile=nightly> <--junit-xml="
    )


MERGES = {
    "github": (lambda: github_step("report", "Merge the shards")["run"], "reports/out"),
    "gitlab": (lambda: "\n".join(read(GITLAB)["report"]["script"]), ""),
}


@pytest.mark.parametrize(("script", "below"), MERGES.values(), ids=MERGES)
def test_what_each_shard_left_is_merged(
    tmp_path: Path, script: Callable[[], str], below: str
) -> None:
    for shard, names in {
        "1": ("conformance.json", "conformance.jsonl", "allure-results/1-result.json"),
        "2": ("conformance.jsonl", "allure-results/2-result.json"),  # it was killed
        "3": (),  # it never began
    }.items():
        for name in names:
            file = tmp_path / "shards" / shard / below / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        (tmp_path / "shards" / shard / ".hypothesis" / shard).mkdir(parents=True)
    called = run(script(), tmp_path, {"python": ""}).replace("//", "/")
    one, two = (Path("shards", shard, below) for shard in "12")
    assert called == (
        "python <-m> <apigw_conformance> <merge> "
        f"<{one}/conformance.json> <{two}/conformance.jsonl>\n"
    )
    results = {file.name for file in (tmp_path / "reports/out/allure-results").iterdir()}
    assert results == {"1-result.json", "2-result.json"}
    if below:  # GitLab puts the artifacts of all jobs into one folder by itself
        assert {file.name for file in (tmp_path / ".hypothesis").iterdir()} == {"1", "2", "3"}


@pytest.mark.parametrize(("kept", "compared"), [(0, 0), (1, 2), (20, 14)])
def test_fourteen_runs_are_kept_and_compared(tmp_path: Path, kept: int, compared: int) -> None:
    history = tmp_path / "reports" / "out" / "history"
    history.mkdir(parents=True)
    (tmp_path / "reports" / "out" / "conformance.json").touch()
    for number in range(kept):
        (history / f"20200101T0000{number:02}Z.json").touch()
    script = github_step("report", "Compare with the earlier runs")["run"]
    called = run(script, tmp_path, {"python": "exit 1"})
    assert called.count(".json>") == compared
    assert len(list(history.iterdir())) == min(kept + 1, 14)


GH = 'if [ "$2" = list ]; then echo "$ISSUE"; fi'
ISSUES = [
    # how the night ended, its summary, the open issue, what is done with it
    ("failure", "### Deviates\n" + "ö" * 40_000, "", ["label create", "issue create"]),
    ("failure", None, "7", ["issue edit"]),
    ("success", "", "7", ["issue close"]),
    ("success", "", "", []),
]


@pytest.mark.parametrize(("result", "summary", "issue", "done"), ISSUES)
def test_one_issue_is_opened_updated_and_closed(
    tmp_path: Path, result: str, summary: str | None, issue: str, done: list[str]
) -> None:
    if summary is not None:
        (tmp_path / "report").mkdir()
        (tmp_path / "report" / "summary.md").write_text(summary, encoding="utf-8")
    script = github_step("issue", "Open, update or close the issue")["run"]
    called = run(script, tmp_path, {"gh": GH}, RESULT=result, ISSUE=issue, RUN="https://run")
    found = [line.split("<") for line in called.splitlines()]
    assert [f"{words[1][:-2]} {words[2][:-2]}" for words in found] == ["issue list", *done]
    if result == "failure":
        body = (tmp_path / "body.md").read_text(encoding="utf-8")
        assert body.startswith("The nightly conformance run did not pass: https://run\n")
        assert "\n\n### Deviates\n" in body or "There is no summary; see the log.\n" in body
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
    project = {"CI_API_V4_URL": "https://api", "CI_PROJECT_ID": "5", "CI_PIPELINE_URL": "https://p"}
    called = run(script, tmp_path, {"curl": CURL}, ISSUE=issue, CONFORMANCE_TOKEN="t", **project)
    assert re.findall(r"<--request> (<\w+> <\S+>)", called) == requests
    if job == "issue opened or updated":
        body = (tmp_path / "body.md").read_text(encoding="utf-8")
        assert "\n\nThere is no summary; see the log.\n" in body
