"""Writing a file at once: who reads it finds what it held before or what it holds now, whole."""

import os
from pathlib import Path


def write(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Replace a file, and make its folder where there is none.

    `lasting` waits until the bytes are on the disk, so that not even a power cut leaves half.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
