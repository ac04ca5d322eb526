"""The documents of a run, all rendered from the one that has everything."""

from pathlib import Path

from reports.document import Document
from reports.stream import in_a_line
from reports.writing import write


def publish(document: Document, out: Path) -> tuple[Path, ...]:
    """Write every document of a run into the folder `out` and name them."""
    file = out / "conformance.json"
    write(file, in_a_line(document).encode())
    return (file,)


def withdraw(out: Path) -> None:
    """Remove what `publish` wrote for an earlier run, so that it cannot pass for this one's."""
    (out / "conformance.json").unlink(missing_ok=True)
