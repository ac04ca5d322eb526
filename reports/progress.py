"""How far a run is and how long it will take: a line that renews itself, or plain ones in a log.

Strategy: it stands in for pytest's dots and takes nothing else over; with `-q` and `-v` pytest
shows what it always shows. A log gets a line for each tenth of the run, and one a minute.
"""

import time
from collections import Counter
from collections.abc import Callable, Generator
from math import ceil
from typing import Any

import pytest

from reports.case_status import CaseStatus

_LINES = 10
_LONGEST_INTERVAL = 60.0
_SHORTEST_INTERVAL = 0.1
"""Seconds for which a line on a terminal stays at least."""


class Progress:
    """A pytest plugin; `planned` gives the number of cases, as soon as it is known."""

    def __init__(
        self,
        reporter: pytest.TerminalReporter,
        planned: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reporter = reporter
        self._planned = planned
        self._clock = clock
        self._renews = reporter.isatty()
        self._began = self._said = clock()
        self._done = self._tenths = 0
        self._statuses: Counter[str] = Counter()
        reporter.showfspath = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_teststatus(self) -> Generator[None, tuple[str, str, Any], Any]:
        """Take the letters away; what is counted stays."""
        category, _, word = yield
        return category, "", word

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a case, and say so if it is time to."""
        self._statuses[getattr(report, "status", "")] += 1
        if report.when != "teardown":
            return
        if not self._done:  # collecting and starting workers is no measure of what is to come
            self._began = self._said = self._clock()
        self._done += 1
        planned = self._planned() or self._done
        tenths, silence = self._done * _LINES // planned, self._clock() - self._said
        if self._renews:
            if silence >= _SHORTEST_INTERVAL or self._done == planned:
                self._said = self._clock()
                self._reporter.rewrite(self._line(planned), erase=True)
                self._reporter.currentfspath = -2  # the next output begins a line of its own
        elif tenths > self._tenths or silence >= _LONGEST_INTERVAL:
            self._said, self._tenths = self._clock(), tenths
            self._reporter.write_line(self._line(planned))

    def _line(self, planned: int) -> str:
        parts = [f"{self._done} of {planned} cases"]
        shown = (CaseStatus.FAILED, CaseStatus.TOLERATED, CaseStatus.INCONCLUSIVE)
        parts += [
            f"{self._statuses[status]} {status}" for status in shown if self._statuses[status]
        ]
        left = planned - self._done
        if left and self._done > 1:
            each = (self._clock() - self._began) / (self._done - 1)
            parts.append(f"about {rounded_duration(each * left)} left")
        return ", ".join(parts)


def rounded_duration(seconds: float) -> str:
    """A time that is an estimate: whole seconds up to two minutes, then whole minutes."""
    return f"{ceil(seconds)} s" if seconds <= 120 else f"{ceil(seconds / 60)} min"
