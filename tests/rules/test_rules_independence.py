"""What judges never sends, and the rules and the gateway know nothing of each other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fixtures

FIXTURES = Path(fixtures.__file__).parent
ROOT = FIXTURES.parent
# Whatever would make the same exchanges get another verdict another time.
IMPURE = ("asyncio", "datetime", "httpx", "os", "random", "requests", "secrets", "socket", "ssl",
          "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid")  # fmt: skip

FORBIDDEN = {
    "rules": (*IMPURE, "fixtures.client", "fixtures.gateway", "suites", "reports"),
    "model": (*IMPURE, "fixtures.client", "fixtures.gateway", "fixtures.rules", "suites",
              "reports"),
    "gateway": ("fixtures.rules", "fixtures.client", "suites", "reports"),
    "functions": (*IMPURE, "fixtures", "suites", "reports"),
    "endpoint": ("fixtures.rules", "fixtures.gateway", "suites", "reports"),
}  # fmt: skip
MODULES = [path for folder in FORBIDDEN for path in sorted((FIXTURES / folder).glob("**/*.py"))]


def imported(source: str, package: str) -> Iterator[str]:
    """Every name that a module imports, absolute, wherever in the module it does so."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            kept = parents[: len(parents) - node.level + 1] if node.level else []
            module = ".".join([*kept, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def offences(source: str, package: str, forbidden: tuple[str, ...]) -> list[str]:
    return [
        name
        for name in imported(source, package)
        if any(name == banned or name.startswith(f"{banned}.") for banned in forbidden)
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_a_module_imports_nothing_that_its_part_may_not_know(path: Path) -> None:
    folder = path.relative_to(FIXTURES).parts[0]
    package = ".".join(path.relative_to(ROOT).parent.parts)
    assert offences(path.read_text(encoding="utf-8"), package, FORBIDDEN[folder]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "import fixtures.rules",
        "import fixtures.rules.expected_response as x",
        "from fixtures import rules",
        "from fixtures.rules import expecting",
        "from fixtures.rules.expected_response import expect",
        "from .. import rules",
        "from ..rules import expecting",
        "def f():\n    import json, fixtures.rules",
        "if TYPE_CHECKING:\n    from fixtures.rules.verdict import Verdict",
    ],
)
def test_no_spelling_of_an_import_goes_unnoticed(statement: str) -> None:
    assert offences(statement, "fixtures.gateway", FORBIDDEN["gateway"])


@pytest.mark.parametrize(
    "statement",
    ["import fixtures.rulesets", "from fixtures.api import rules", "from . import rules"],
)
def test_a_name_that_only_looks_alike_is_no_offence(statement: str) -> None:
    assert not offences(statement, "fixtures.gateway", FORBIDDEN["gateway"])
