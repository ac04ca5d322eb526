"""Python's search for garbage, kept away from the cases.

Strategy: cases stay from the collection to the end of a run, and are many. Whoever looks for
garbage among them looks in vain, again and again the longer the more of them there are.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Make what stays: nothing is sought meanwhile, nor among what was made from then on."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def resume() -> None:
    """Look for garbage everywhere again, and at once."""
    gc.unfreeze()
    gc.collect()
