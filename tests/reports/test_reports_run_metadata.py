"""What a document says of its run, and what it must not say."""

import platform
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from fixtures.definitions import FOLDER, load
from fixtures.rules.rule_book import Level
from reports.bodies import digest
from reports.run_metadata import environment, heading, suite_version, without_secrets

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]

ARGUMENTS = [
    # as given, as shown
    (["-q", "suites/errors"], ["-q", "suites/errors"]),
    (["--header=X-A: word"], ["--header=X-A: (not shown)"]),
    (["--header", "X-A: word"], ["--header", "X-A: (not shown)"]),
    (["--header", "X-A:word:word"], ["--header", "X-A: (not shown)"]),
    (["--header", "word"], ["--header", "(not shown)"]),
    (["--header=X-A: env:NAME"], ["--header=X-A: env:NAME"]),
    (["--header", "X-A:env:NAME", "-q"], ["--header", "X-A:env:NAME", "-q"]),
    (["--api-key=word"], ["--api-key=(not shown)"]),
    (["--api-key", "word", "-n2"], ["--api-key", "(not shown)", "-n2"]),
    (["--api-key=env:NAME"], ["--api-key=env:NAME"]),
    (["--api-key", "env:NAME"], ["--api-key", "env:NAME"]),
    (["--api-key", "--header=a: word"], ["--api-key", "(not shown)"]),
    (["--api-key"], ["--api-key"]),
    (["-k", "has-secret-value-in-it"], ["-k", "has-************-in-it"]),
    (["-k", "short"], ["-k", "short"]),
    (["-k", "not UTF-8: \udcff"], ["-k", "not UTF-8: \udcff"]),
]


@pytest.mark.parametrize(("given", "shown"), ARGUMENTS)
def test_no_value_of_a_secret_is_in_the_arguments(given: list[str], shown: list[str]) -> None:
    assert without_secrets(given, ["secret-value", "sho"]) == shown
    assert not any("word" in argument for argument in shown)


def test_the_definition_is_there_as_its_file_has_it() -> None:
    definition = load("conversions")
    told = heading(
        definition,
        "http://a/v1",
        profile="quick",
        level=Level.MUST,
        strict=True,
        key_prefix="p/",
        arguments=["--api-key=word"],
        secrets=[],
        environment={},
    )
    raw = (FOLDER / "conversions.yaml").read_bytes()
    assert told.definition.document.encode() == raw
    assert told.definition.sha256 == digest(raw)
    assert told.arguments == ["--api-key=(not shown)"]
    assert told.suite_version == suite_version() == PROJECT["version"]


CI = [
    ({}, {}),
    (
        {"CI_COMMIT_SHA": "12", "CI_COMMIT_REF_NAME": "main", "CI_JOB_URL": "https://g/-/jobs/1"},
        {"commit": "12", "ref": "main", "job": "https://g/-/jobs/1"},
    ),
    (
        {
            "GITHUB_SHA": "12", "GITHUB_REF": "refs/heads/main", "GITHUB_SERVER_URL": "https://g",
            "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7",
        },
        {"commit": "12", "ref": "refs/heads/main", "job": "https://g/a/b/actions/runs/7"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "said"), CI)
def test_the_environment_has_versions_and_what_the_ci_says(
    variables: dict[str, str], said: dict[str, str]
) -> None:
    told = environment({**variables, "SECRET": "word"}, workers=3)
    assert told["python"] == platform.python_version()
    assert told["httpx"] == version("httpx")
    assert told["workers"] == "3"
    assert "word" not in told.values()
    assert {name: told[name] for name in ("commit", "ref", "job") if name in told} == said
