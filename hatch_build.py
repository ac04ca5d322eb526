"""The wheel: one import package, `apigw_conformance`, with the whole suite in it.

In the checkout the modules import each other absolutely, as `fixtures.…`, `suites.…` and
`reports.…`, for the checkout's root is on the path (of pytest, of `python -m`, and by the editable
installation). A wheel must not install packages with such common names, so it has them below
`apigw_conformance`, and this hook rewrites those imports while it builds the wheel. So each module
has exactly one name: `fixtures.api` in the checkout, `apigw_conformance.fixtures.api` in an
installed wheel. Relative imports would not need rewriting, but pytest imports a conftest.py and
tests relative to the topmost folder that is a package, and the checkout's root is not a package.

Code that needs a module's name as a string takes it from `__package__` or `__name__`.
"""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PACKAGE = "apigw_conformance"
_MOVED = ("fixtures", "reports", "suites")
_FILES = ("conftest.py", "tox.ini")
_NOT_SHIPPED = {"__pycache__", "node_modules", "out"}
_MODULE = rf"(?:{'|'.join(_MOVED)})\b[\w.]*"
_IMPORT = re.compile(rf"^([ ]*)(from|import) ({_MODULE})( import | as |$)", re.MULTILINE)


class WheelHook(BuildHookInterface[Any]):
    """Fills the wheel; an editable installation is the checkout's root on the path."""

    _folder: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """List every file and its path in the wheel."""
        if version == "editable":
            return
        root = Path(self.root)
        folder = self._folder = Path(tempfile.mkdtemp(prefix="apigw-conformance-wheel-"))
        for path in _shipped(root):
            name = path.relative_to(root)
            source = path
            if path.suffix == ".py":
                source = folder / name
                source.parent.mkdir(parents=True, exist_ok=True)
                source.write_text(moved(path.read_text(encoding="utf-8")), encoding="utf-8")
            below = name if name.parts[0] == _PACKAGE else Path(_PACKAGE, name)
            build_data["force_include"][str(source)] = str(below)

    def finalize(self, *_: object) -> None:
        """Remove the rewritten modules from the temporary folder."""
        if self._folder is not None:
            shutil.rmtree(self._folder)


def moved(source: str) -> str:
    """A module's source with its imports rewritten for the wheel; raises `ValueError`."""
    return _IMPORT.sub(_renamed, source)


def _renamed(found: re.Match[str]) -> str:
    indent, word, module, rest = found.groups()
    if word == "from" or rest == " as ":
        return f"{indent}{word} {_PACKAGE}.{module}{rest}"
    if "." in module:
        raise ValueError(f"{found[0].strip()}: write it as from … import …, which can be rewritten")
    return f"{indent}from {_PACKAGE} import {module}"


def _shipped(root: Path) -> list[Path]:
    """Every file of the suite, without the output of runs and the caches of tools."""
    found = [root / name for name in _FILES]
    for folder in (_PACKAGE, *_MOVED):
        found += [
            path
            for path in sorted((root / folder).rglob("*"))
            if path.is_file() and not _NOT_SHIPPED & set(path.relative_to(root).parts)
        ]
    return found
