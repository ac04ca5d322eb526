"""Load by Locust: its events, wired to the two roles in a load.

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
from suites.load.roles import Master, MessageType, Worker
from suites.load.user import Load

__all__ = ["Load"]

# Locust shows what every logger says, and httpx says something of every request.
logging.getLogger("httpx").setLevel(logging.WARNING)


def _wire(environment: Environment, **_: Any) -> None:
    """Join the roles that this process has to Locust's events; a wrong call ends it."""
    on, runner = environment.events, environment.runner
    if not isinstance(runner, WorkerRunner):
        master = _master(environment)
        runner.register_message(MessageType.FINAL_REPORT, master.take_final_report)
        on.test_start.add_listener(master.begin)
        on.worker_report.add_listener(master.take_report)
        on.quit.add_listener(lambda **_: master.close())
    if isinstance(runner, (LocalRunner, WorkerRunner)):
        worker = Worker()
        on.test_start.add_listener(worker.begin)
        on.report_to_master.add_listener(worker.report)
        on.test_stop.add_listener(worker.end)
        if isinstance(runner, WorkerRunner):
            runner.register_message(MessageType.STOP_REQUEST, worker.stop)
    if not isinstance(runner, WorkerRunner):
        on.test_stop.add_listener(master.end)

    def settle(**_: Any) -> None:
        """Before Locust says how it ends: the load ends, and its verdicts give the status."""
        runner.stop()
        environment.process_exit_code = 0 if isinstance(runner, WorkerRunner) else master.status

    on.quitting.add_listener(settle)


def _master(environment: Environment) -> Master:
    chosen = environment.parsed_options
    try:
        return Master(environment, locust_options.read(chosen), chosen.definition or DEFAULT)
    except ConformanceError as error:
        print(f"ERROR: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_status)


events.init_command_line_parser.add_listener(locust_options.declare)
events.init.add_listener(_wire)
