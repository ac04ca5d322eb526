"""What the workflows install is pinned by digests, and fits what the project asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKED = sorted((ROOT / ".github" / "requirements").glob("*.txt"))
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def versions(path: Path) -> dict[str, str]:
    return dict(_PINNED.findall(path.read_text()))


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.stem)
def test_every_requirement_has_digests_and_no_index_is_named(path: Path) -> None:
    text = path.read_text()
    without_comments = re.sub(r"^ *#.*\n|^\n", "", text, flags=re.MULTILINE)
    for requirement in without_comments.replace("\\\n", " ").splitlines():
        assert re.fullmatch(r"\S+==\S+( +; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+", requirement)
    assert versions(path)


def test_the_nightly_run_installs_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = versions(ROOT / ".github" / "requirements" / "nightly.txt")
    for text in project["dependencies"]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(locked[requirement.name.replace(".", "-")]), text


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.stem
)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+(\.\d+)*", comment)
