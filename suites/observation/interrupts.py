"""What Ctrl-C and SIGTERM do to `observe`.

A call that creates or removes something is never cut: whether it did so would not be known. The
signal counts after it. While everything is removed, the first signal does nothing more, and a
second one ends that, too.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from fixtures.command_line import say

_NOTE = "interrupted: what was created is removed first; interrupt again to leave it"


class Interrupts:
    """Handles both signals inside of `installed`."""

    def __init__(self) -> None:
        self._count = 0
        self._is_held = False
        self._is_finishing = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle both signals, and give them back at the end."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._handle) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the block end before a signal does anything."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        if self._count and not self._is_finishing:
            raise KeyboardInterrupt

    def finishing(self) -> None:
        """From here on, the first signal of all does not end what is under way."""
        self._is_finishing = True

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1
        if self._count == 1:
            say(_NOTE, to=sys.stderr)
        if self._count > 1 or not (self._is_held or self._is_finishing):
            raise KeyboardInterrupt
