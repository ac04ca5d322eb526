"""How long each test of a run took: by that, `--shard` cuts the next one.

The file is pytest-split's own: a JSON object of seconds by pytest's ids, for `--durations-path`.
"""

import contextlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from reports.atomic_file import atomic_write

DURATIONS = "durations.json"
_SHORTEST = 1e-6


def keep(durations: Mapping[str, float], out: Path) -> None:
    """Write the seconds of each test into the folder `out`; raises `OSError`."""
    shown = {test: max(round(durations[test], 6), _SHORTEST) for test in sorted(durations)}
    if shown:
        atomic_write(out / DURATIONS, json.dumps(shown, indent=0).encode(), fsync=False)


def join(folders: Iterable[Path], out: Path) -> None:
    """Write what the shards of a run, each in its folder, have of it into `out`.

    A file that is missing or was changed costs the next cut some of its balance, and nothing else.
    Raises `OSError` where nothing can be written.
    """
    joined: dict[str, float] = {}
    for folder in folders:
        with contextlib.suppress(OSError, ValueError, TypeError):
            joined |= json.loads((folder / DURATIONS).read_bytes())
    keep(joined, out)
