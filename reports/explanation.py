"""A definition, its table and its findings, with their lines, as the documents of `explain` need.

Strategy: everything is made once, from the bytes of one file, so that text and SARIF agree.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fixtures.api import Definition
from fixtures.api.definition_file import read_document
from fixtures.api.iac_templates import body_in
from fixtures.api.included_files import beside
from fixtures.api.node import Node, parse_document
from fixtures.api.openapi_parser import definition_of
from fixtures.api.source_lines import SourceLines, block_of
from fixtures.definitions import locate
from fixtures.explanation.catalogue import Finding, Severity
from fixtures.explanation.cells import Cell, cells
from fixtures.explanation.findings import find


@dataclass(frozen=True)
class Explanation:
    """What a definition does; `lines` has the line of each finding, `file` as it was named."""

    file: str
    definition: Definition
    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...]
    lines: tuple[int, ...]

    @property
    def located(self) -> Iterator[tuple[Finding, int]]:
        """Each finding with its line."""
        yield from zip(self.findings, self.lines, strict=True)


def explain(name_or_path: str, given: Mapping[str, str] | None = None) -> Explanation:
    """Explain the definition that a shipped name or a path stands for.

    `given` has values for the parameters of its template. Raises `DefinitionError`.
    """
    path, api = locate(name_or_path)
    raw, document, _ = read_document(path, given)
    return explain_document(raw, document, path, api)


def explain_document(raw: bytes, document: Node, path: Path, api: str = "") -> Explanation:
    """Explain the definition in a document; `raw` and `path` are those of its file.

    Raises `DefinitionError`.
    """
    read = beside(path)
    body = body_in(document, api, read)
    definition = definition_of(document, body, raw, api)
    if body is not None and body.file != document.file:  # a template includes it
        raw, path = read(body.file) or b"", path.parent / body.file
    table = tuple(cells(definition))
    found = find(definition, body or document, table)
    block = None if body is None else block_of(document, body)
    if block is not None:
        folder = path if path.is_dir() else path.parent
        return Explanation(
            str(folder / block[0]), definition, table, found, (block[1],) * len(found)
        )
    # To find lines takes as long as to parse, and most definitions need none.
    source = SourceLines(raw, body or document) if found else None
    lines = tuple(source.line(finding.pointer) for finding in found if source is not None)
    return Explanation(str(path), definition, table, found, lines)


def findings_of(definition: Definition) -> tuple[Finding, ...]:
    """The findings about a definition that was read, by the text that it keeps."""
    document = parse_document(definition.text.encode(), definition.source)
    return find(definition, document, tuple(cells(definition)))


def count(findings: Iterable[Finding]) -> str:
    """How many there are of each severity, in words."""
    severities = [finding.severity for finding in findings]
    numbers = ((severities.count(one), one) for one in Severity)
    words = [f"{number} {one}{'s' * (number != 1)}" for number, one in numbers if number]
    return ", ".join(words) or "no findings"
