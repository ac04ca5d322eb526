"""README and CONTRIBUTING are true: their commands, options, paths and environments exist."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.definitions import FOLDER, shipped
from fixtures.gateway.process import running_gateway
from suites.profile import PROFILES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(python3 -m venv .*?)\n```", README, re.DOTALL)


def test_ci_runs_both_commands_word_for_word() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert len(COMMANDS) == 2
    assert [line for line in lines if line in COMMANDS] == COMMANDS


def test_every_option_of_the_suite_is_in_the_table(pytestconfig) -> None:
    groups = [g for g in pytestconfig._parser._groups if g.name.startswith("conformance")]
    declared = {name for group in groups for option in group.options for name in option.names()}
    documented = set(re.findall(r"^\| `(--[\w-]+)", README, re.MULTILINE))
    assert documented == declared | {"--strict", "--hypothesis-profile"}


def test_every_definition_and_profile_is_named() -> None:
    for name in (*shipped(), *PROFILES):
        assert f"`{name}`" in README


@pytest.mark.parametrize("document", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_path_that_is_named_exists(document: str) -> None:
    named = set(re.findall(r"`((?:docs|fixtures|suites|reports|tests)/[\w./-]+)`", document))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_tox_environment_that_is_named_exists() -> None:
    tox_ini = (ROOT / "tox.ini").read_text(encoding="utf-8")
    defined = set()
    for name in re.findall(r"^\[testenv:(.+)\]$", tox_ini, re.MULTILINE):
        stem, *factors = re.split(r"[{},]", name)
        defined |= {stem + factor for factor in factors if factor} or {stem}
    documents = (README, CONTRIBUTING, (ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    named = {
        name
        for document in documents
        for names in re.findall(r"tox (?:-q )?(?:run|exec) -e ([\w,-]+)", document)
        for name in names.split(",")
    }
    for cell in re.findall(r"^\| (`.+?) \|", CONTRIBUTING, re.MULTILINE):  # the first of each row
        named.update(re.findall(r"`([\w-]+)`", cell))
    assert {"check", "lint"} < named
    assert named - defined == set()


def shell(script: str) -> subprocess.CompletedProcess[str]:
    """A block of the README, with this interpreter for the one that its first command makes."""
    script = script.replace(".venv/bin/python", sys.executable)
    script = script.replace(".venv/bin/pytest", f"{sys.executable} -m pytest -p no:cacheprovider")
    return subprocess.run(["sh", "-ec", script], cwd=ROOT, capture_output=True, text=True)


def block(beginning: str) -> str:
    (found,) = re.findall(rf"```sh\n({re.escape(beginning)}.*?)\n```", README, re.DOTALL)
    return found


def test_the_example_of_an_endpoint_runs() -> None:
    with running_gateway("mapped") as gateway:
        script = block(".venv/bin/pytest --endpoint=")
        script = re.sub(r"https://\S+", gateway.url, script)
        done = shell(script.replace("my-api.yaml", str(FOLDER / "mapped.yaml")) + " suites/keys")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS: " in done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_gateway_answers_the_examples_with_the_bytes_that_went_up() -> None:
    served = block(".venv/bin/python -m fixtures.gateway")
    assert re.fullmatch(r"\S+ -m fixtures\.gateway --definition=sample --port=8080", served)
    with running_gateway("sample") as gateway:
        done = shell(block("printf").replace("http://127.0.0.1:8080/v1", gateway.url))
    assert (done.returncode, done.stdout) == (0, "raw bytes")
