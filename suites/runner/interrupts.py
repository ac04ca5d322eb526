"""What Ctrl-C and SIGTERM do to a run.

While tests run, each of them ends the tests, as pytest does it for Ctrl-C. What comes after, the
reports and the cleanup, is what an interrupted run needs most: the first signal of a run never
stops it, and a second one does.
"""

import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any

TERMINATED = "terminated"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Handles both signals from `install` to `restore`; counts them."""

    def __init__(self) -> None:
        self._count = 0
        self._is_finishing = False
        self._before: dict[signal.Signals, Any] = {}

    def install(self) -> None:
        """Handle both signals, but none that this process was told to ignore.

        Only the main thread can; in another one, nothing changes.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)

    def restore(self) -> None:
        """Give both signals back to whoever had them."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def finishing(self) -> None:
        """From here on, the first signal of the run does not end what is under way."""
        self._is_finishing = True

    def _handle(self, number: int, _: FrameType | None) -> None:
        self._count += 1
        if self._is_finishing and self._count == 1:
            note = "interrupted: reports and cleanup are finished first; interrupt again to stop"
            print(f"\n{note}", file=sys.stderr)  # noqa: T201
            return
        raise KeyboardInterrupt(TERMINATED if number == signal.SIGTERM else "")


def drop_frames_without_line(traceback: TracebackType | None) -> None:
    """Take out of a traceback, in place, what pytest cannot show.

    A signal may arrive at an instruction that belongs to no line. `tb_lineno` of that frame is
    `None`, and `ExceptionInfo.getrepr` fails: https://github.com/pytest-dev/pytest-xdist/issues/1196
    has such an end of a run.
    """
    while traceback is not None:
        following = traceback.tb_next
        while following is not None and following.tb_lineno is None:
            following = following.tb_next
        traceback.tb_next = following
        traceback = following


def ignored_note() -> str:
    """A sentence for a run that Ctrl-C cannot reach, because of how it was started, or ""."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        return ""
    return (
        "Ctrl-C cannot stop this run: it was started with SIGINT ignored (in the background, or by "
        "nohup). SIGTERM (kill PID) ends it, with reports and cleanup"
    )
