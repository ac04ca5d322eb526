"""One script of the page's modules, made without any tool of JavaScript's.

Strategy: the page is one file whose policy allows one inline script by its digest. A file that is
opened from disk cannot import another, and an import map to `data:` or `blob:` addresses would
need a policy that allows those. So the modules stand one behind the other in one function, each
behind those it imports, without their `import` lines and the word `export`. That is the same
program as long as imports are plain names, nothing is imported in a circle, and no two modules
declare one name; whatever else a module does at the start of a line is refused.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from fixtures.exceptions import InternalError

_IMPORT = re.compile(r'^import \{([\w\s,]+)\} from "\./([\w-]+\.mjs)";\n', re.MULTILINE)
_DECLARATION = re.compile(r"^(export )?((?:async )?function|const|let|class) (\w+)", re.MULTILINE)
_REFUSED = re.compile(
    r"^(?:import|export|const|let|var|class|(?:async )?function)\b.*", re.MULTILINE
)


class BundleError(InternalError):
    """The modules cannot be one script; the message is for whoever wrote them."""


def bundle(entry: Path) -> str:
    """The script of a module and of all that it imports."""
    modules: dict[str, str] = {}
    exports: dict[str, set[str]] = {}
    declared: dict[str, str] = {}

    def add(name: str, importers: Iterable[str]) -> None:
        if name in importers:
            raise BundleError(f"{name} imports itself: {' → '.join((*importers, name))}")
        if name in modules:
            return
        text = entry.with_name(name).read_text(encoding="utf-8")
        for names, other in _IMPORT.findall(text):
            add(other, (*importers, name))
            missing = set(re.findall(r"\w+", names)) - exports[other]
            if missing:
                raise BundleError(f"{name}: {other} does not export {', '.join(sorted(missing))}")
        refused = _REFUSED.search(_DECLARATION.sub("", _IMPORT.sub("", text)))
        if refused:
            raise BundleError(f"{name}: cannot be bundled: {refused[0]}")
        found = _DECLARATION.findall(text)
        for _, _, each in found:
            if each in declared:
                raise BundleError(f"{name}: {declared[each]} declares {each}, too")
            declared[each] = name
        exports[name] = {each for exported, _, each in found if exported}
        modules[name] = _DECLARATION.sub(r"\2 \3", _IMPORT.sub("", text))

    add(entry.name, ())
    return f'(() => {{\n"use strict";\n{"".join(modules.values())}}})();\n'
