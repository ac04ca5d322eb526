"""An explanation as text for a terminal: the tables, then the findings."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from fixtures.explanation.cells import Cell
from reports.explanation import Explanation, count

_WIDTH = 100
_LEGEND = (
    "raw: the bytes; Base64: their Base64 text; JSON: inside of JSON; damaged: bytes are lost; "
    "?: not verified on AWS."
)


def text_of(explanation: Explanation) -> Iterator[str]:
    """The lines of the text."""
    yield f"{explanation.file}: what clients get, and what their uploads store"
    yield from textwrap.wrap(_LEGEND, _WIDTH)
    for operation, group in groupby(explanation.cells, key=lambda cell: cell.operation):
        yield ""
        yield from _table(operation.name, list(group))
    yield ""
    for finding, line in explanation.located:
        place = f"{explanation.file}:{line}"
        names = f"[{finding.id}, {finding.kind.rule}]"
        yield f"{place}: {finding.severity}: {finding.kind.title} {names}"
        yield from textwrap.wrap(
            finding.text,
            _WIDTH,
            initial_indent="    ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    yield f"{explanation.file}: {count(explanation.findings)}"


def _table(name: str, cells: Sequence[Cell]) -> Iterator[str]:
    if all(cell.content is None for cell in cells):
        yield f"{name} answers a preflight with {', '.join(map(_word, cells))}"
        return
    clients = list(dict.fromkeys(cell.client.name for cell in cells))
    kind = "stores or hands on" if cells[0].is_upload else "returns"
    rows = [[f"{name} {kind}", *clients]]
    for content, group in groupby(cells, key=lambda cell: cell.content):
        assert content is not None
        by_client = {cell.client.name: _word(cell) for cell in group}
        rows.append(
            [f"  {content.name} ({content.essence})", *(by_client[client] for client in clients)]
        )
    yield from _aligned(rows)


def _word(cell: Cell) -> str:
    return cell.word if cell.is_verified else f"{cell.word}?"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    columns = list(zip(*rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    for row in rows:
        padded = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()
