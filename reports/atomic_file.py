"""Writing a file at once: who reads it finds what it held before or what it holds now, whole."""

import os
from collections.abc import Iterable
from pathlib import Path


def atomic_write(path: Path, content: bytes | Iterable[bytes], *, fsync: bool = True) -> None:
    """Replace a file, and make its folder where there is none.

    What comes in pieces is written as it comes. `fsync` waits until the bytes are on the disk, so
    that not even a power cut leaves half.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            file.writelines((content,) if isinstance(content, bytes) else content)
            if fsync:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        error.filename = str(path)  # which the user knows
        del error.filename2  # None would be shown as "-> None"
        raise
    finally:
        fresh.unlink(missing_ok=True)
