"""docs/architecture.md is true: every path and every name that it points to exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
POINTERS = sorted(
    set(
        re.findall(
            r"`((?:apigw_conformance|fixtures|suites|reports|tests)/[\w./]+)(?:::(\w+))?`", TEXT
        )
    )
)


@pytest.mark.parametrize(("path", "name"), POINTERS)
def test_what_the_architecture_points_to_is_there(path: str, name: str) -> None:
    assert (ROOT / path).exists()
    if name:
        definition = rf"^(?:(?:class|def) {name}\b|{name}\b.* = )"
        assert re.search(definition, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_package_of_fixtures_is_in_the_picture() -> None:
    folders = {path.parent.name for path in (ROOT / "fixtures").glob("*/__init__.py")}
    assert {name for name in folders if f"`fixtures/{name}/`" not in TEXT} == set()
