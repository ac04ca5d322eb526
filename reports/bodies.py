"""Bodies too long to stand in a line, in files that are named after their content."""

import hashlib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from reports.atomic_file import atomic_write

_DIGEST = re.compile(r"[0-9a-f]{64}")


def digest(body: bytes) -> str:
    """The name of a body: its SHA-256 in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True)
class Bodies:
    """The folder `bodies` beside a document; runs at the same time need documents of their own."""

    folder: Path

    @classmethod
    def beside(cls, document: Path) -> "Bodies":
        """The bodies of the document at this path."""
        return cls(document.parent / "bodies")

    def file(self, name: str) -> Path:
        """Where the body with this digest is kept; raises `ValueError` for what is no digest."""
        if not _DIGEST.fullmatch(name):
            raise ValueError(f"{name!r} is no SHA-256 in hexadecimal")
        return self.folder / f"{name}.bin"

    def keep(self, body: bytes, name: str) -> Path:
        """Write a body under its digest, unless it is there already, and say where."""
        file = self.file(name)
        try:
            whole = file.stat().st_size == len(body)
        except FileNotFoundError:
            whole = False
        if whole:
            os.utime(file)  # `tidy` takes it for this run's
        else:
            atomic_write(file, body, fsync=False)
        return file

    def tidy(self, named: Collection[str], since: float) -> None:
        """Remove what no document names any more, unless it was kept after `since` (Unix time)."""
        for file in self.folder.glob("*.bin"):
            if file.stem not in named and file.stat().st_mtime < since:
                file.unlink(missing_ok=True)
