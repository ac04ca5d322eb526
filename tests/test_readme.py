"""The README is true: CI runs its commands, and its options are the ones there are."""

import re
from pathlib import Path

from fixtures.definitions import shipped
from suites.profile import PROFILES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
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


def test_every_path_that_is_named_exists() -> None:
    named = set(re.findall(r"`((?:fixtures|suites|reports|tests)/[\w./-]+)`", README))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
