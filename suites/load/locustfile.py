"""Load by Locust: its events, wired to the two sides of a load.

`locust --locustfile suites/load/locustfile.py --endpoint=URL`, from the project's root; users,
ramp, run time, web page and distribution are Locust's own options.
"""

import logging
import sys
from typing import Any

from locust import events
from locust.env import Environment
from locust.runners import LocalRunner, WorkerRunner

from fixtures.definitions import DEFAULT
from fixtures.exceptions import ConformanceError
from suites.load import locust_options
from suites.load.roles import ASKED, LAST, Reporting, Sending
from suites.load.user import Load

__all__ = ["Load"]

# Locust shows what every logger says, and httpx says something of every request.
logging.getLogger("httpx").setLevel(logging.WARNING)


def _wire(environment: Environment, **_: Any) -> None:
    """Join the sides that this process has to Locust's events; a wrong call ends it."""
    on, runner = environment.events, environment.runner
    if not isinstance(runner, WorkerRunner):
        reporting = _reporting(environment)
        runner.register_message(LAST, reporting.last)
        on.test_start.add_listener(reporting.begin)
        on.worker_report.add_listener(reporting.reported)
        on.quit.add_listener(lambda **_: reporting.close())
    if isinstance(runner, (LocalRunner, WorkerRunner)):
        sending = Sending()
        on.test_start.add_listener(sending.begin)
        on.report_to_master.add_listener(sending.report)
        on.test_stop.add_listener(sending.end)
        if isinstance(runner, WorkerRunner):
            runner.register_message(ASKED, sending.asked)
    if not isinstance(runner, WorkerRunner):
        on.test_stop.add_listener(reporting.end)

    def settle(**_: Any) -> None:
        """Before Locust says how it ends: the load ends, and its verdicts give the status."""
        runner.stop()
        environment.process_exit_code = 0 if isinstance(runner, WorkerRunner) else reporting.status

    on.quitting.add_listener(settle)


def _reporting(environment: Environment) -> Reporting:
    chosen = environment.parsed_options
    try:
        return Reporting(environment, locust_options.read(chosen), chosen.definition or DEFAULT)
    except ConformanceError as error:
        print(f"ERROR: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_status)


events.init_command_line_parser.add_listener(locust_options.declare)
events.init.add_listener(_wire)
