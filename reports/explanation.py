"""A definition, its table and its findings, with their lines, as the documents of `explain` need.

Strategy: everything is made once, from the bytes of one file, so that text and SARIF agree.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.api import Definition
from fixtures.api.iac_templates import body_in
from fixtures.api.included_files import beside
from fixtures.api.node import parse_document
from fixtures.api.openapi_parser import LARGEST_TEMPLATE, definition_of
from fixtures.api.source_lines import SourceLines
from fixtures.bounded_file import read_regular_file
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


def explain(name_or_path: str) -> Explanation:
    """Explain the definition that a shipped name or a path stands for.

    Raises `DefinitionError`, and `OSError` for a file that cannot be read.
    """
    path, api = locate(name_or_path)
    return explain_bytes(read_regular_file(path, LARGEST_TEMPLATE), path, api)


def explain_bytes(raw: bytes, path: Path, api: str = "") -> Explanation:
    """Explain the definition in a file's bytes; raises `DefinitionError`."""
    document, read = parse_document(raw, path.name), beside(path)
    body = body_in(document, api, read)
    definition = definition_of(document, body, raw, api)
    if body is not None and body.file != document.file:  # a template includes it
        raw, path = read(body.file) or b"", path.parent / body.file
    table = tuple(cells(definition))
    found = find(definition, body or document, table)
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
