"""Why a run ends before its last test: an endpoint that gives no answers, or no room for reports.

A plugin of the process that reports and, since a worker of xdist does not hear of that before its
queue is empty, of each worker. Each test says what it met in two attributes of its report, which
xdist carries from a worker.
"""

from typing import Any

import pytest

from reports.collector import Collector


class EarlyStop:
    """Ends the run after `patience` consecutive cases that the endpoint left without an answer."""

    def __init__(self, session: pytest.Session, collector: Collector | None, patience: int) -> None:
        self._session = session
        self._collector = collector
        self._patience = patience
        self._unanswered = 0

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Count, and stop where it is enough."""
        if getattr(report, "status", None) is not None:
            self._unanswered = self._unanswered + 1 if report.unanswered else 0
        why = getattr(report, "cannot_go_on", "")
        if self._collector is not None:
            why = why or self._collector.failure
        if not why and self._unanswered >= self._patience:
            why = (
                f"{self._unanswered} cases in a row got no usable answer (--patience); the "
                f"endpoint stalls, throttles or is gone"
            )
        if why and not self._session.shouldstop:
            stop(self._session, why)


def stop(session: pytest.Session, why: str) -> None:
    """Begin no other test."""
    session.shouldstop = why
    # With -n, xdist's own loop runs instead of pytest's, and looks at its own attribute.
    workers = session.config.pluginmanager.get_plugin("dsession")
    if workers is not None:
        workers.shouldstop = why
