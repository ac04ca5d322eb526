"""The tests that a worker of xdist runs next: read from inside of it, since nothing else says it.

xdist's hooks and pytest's `pytest_runtest_protocol(item, nextitem)` tell one test ahead. With so
few under way, `-n 2 --concurrency=16` would send two cases at once instead of sixteen.
"""

from collections.abc import Iterator

import pytest


def upcoming(item: pytest.Item) -> Iterator[pytest.Item] | None:
    """What this worker is to run after a test; `None` where this process is no worker."""
    plugins = item.config.pluginmanager.get_plugins()
    # A worker runs what its controller puts into this queue, and nothing else.
    worker = next((plugin for plugin in plugins if hasattr(plugin, "torun")), None)
    if worker is None:
        return None
    with worker.torun.lock() as queue:
        numbers = [worker.nextitem_index, *queue]
    items = item.session.items
    # The last one is no number: it says that no more will come.
    return (items[number] for number in numbers if isinstance(number, int))
