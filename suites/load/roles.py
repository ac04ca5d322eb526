"""The two roles in a load: the master reports, workers send. One process may be both.

Strategy: a worker's verdicts go to the master along with Locust's own reports, and what is left
when its users have stopped in a message of its own. At the end of a headless load Locust does not
wait for its workers, so the master asks them to stop and waits for that last message; a worker
that does not send it is named, and the load ends as undecided.
"""

import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Any

from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from fixtures.gateway.process import RunningGateway, stop
from suites.load.aggregator import Aggregator
from suites.load.locust_options import read_in_worker, send_to_workers
from suites.load.tasks import kinds
from suites.load.user import Load, Process
from suites.load.worker_report import Stats, received
from suites.runner.configuration import Configuration, fresh_prefix
from suites.runner.run_state import RunState
from suites.runner.startup import embedded_gateway, run_preflight

_LONGEST_WAIT = 60.0
_REPORT = "conformance"
"""Where a worker's report is in the data of Locust's own."""


class MessageType(StrEnum):
    """Messages of the suite's own between the processes of a load."""

    FINAL_REPORT = "conformance-final-report"
    STOP_REQUEST = "conformance-stop-request"
    """The master waits for the final report."""


class Master:
    """Begins and ends each load of an environment, and knows how the last one ended."""

    def __init__(
        self, environment: Environment, configuration: Configuration, definition: str
    ) -> None:
        """Start the embedded gateway where there is no endpoint, and see that it fits.

        `definition` is the value of `--definition`. Raises `GatewayStartError`,
        `EndpointMismatchError` and `CredentialsError`.
        """
        self._environment = environment
        self._run = run = RunState(configuration)
        self._gateway: RunningGateway | None = None
        self._aggregator: Aggregator | None = None
        self._ended: set[str] = set()
        self.status = 0
        if not run.endpoint:
            self._gateway = embedded_gateway(definition)
            run.endpoint = self._gateway.url
        try:
            run_preflight(run, print)
        except BaseException:
            self.close()
            raise
        environment.host = run.endpoint  # what Locust's page shows
        send_to_workers(configuration, run.endpoint, environment.parsed_options)

    def begin(self, environment: Environment, **_: Any) -> None:
        """A load begins: users get a folder that nobody used before."""
        chosen = environment.parsed_options
        prefix = fresh_prefix(chosen.key_prefix)
        configuration = replace(self._run.configuration, prefix=prefix)
        send_to_workers(configuration, self._run.endpoint, chosen)
        run = RunState(configuration, self._run.endpoint)
        metadata = run.metadata(sys.argv[1:], environment.runner.worker_count)
        self._ended = set()
        self._aggregator = Aggregator(metadata, configuration, kinds(configuration.definition))

    def take_report(self, data: dict[str, Any], **_: Any) -> None:
        """Take in what a worker sends along with Locust's report."""
        if self._aggregator is not None and _REPORT in data:
            self._aggregator.add(received(data[_REPORT]))

    def take_final_report(self, msg: Any, **_: Any) -> None:
        """Take in what a worker, or this process, had left at its end."""
        if self._aggregator is not None:
            self._aggregator.add(received(msg.data))
            self._ended.add(msg.node_id)

    def end(self, environment: Environment, **_: Any) -> None:
        """A load has ended: write its documents, once every worker had its last word."""
        aggregator, why = self._aggregator, ""
        if aggregator is None:
            return
        if isinstance(environment.runner, MasterRunner):
            silent = self._silent(environment.runner)
            if silent:
                why = f"{len(silent)} workers were lost with what they had not reported"
        self._aggregator = None
        self.status = aggregator.status(why)
        try:
            _say(aggregator.finish(why))
        except OSError as error:
            print(f"ERROR: the reports could not be written: {error}", file=sys.stderr)  # noqa: T201

    def _silent(self, runner: MasterRunner) -> set[str]:
        """The workers that were waited for in vain."""
        until = time.monotonic() + _LONGEST_WAIT
        asked = {node.id for node in runner.clients.all} - self._ended
        for worker in asked:
            runner.send_message(MessageType.STOP_REQUEST, client_id=worker)
        while (left := asked - self._ended) and time.monotonic() < until:
            if all(node.state == STATE_MISSING for node in runner.clients.all if node.id in left):
                break
            time.sleep(0.05)
        return left

    def close(self) -> None:
        """End the embedded gateway."""
        if self._gateway is not None:
            stop(self._gateway)
            self._gateway = None


class Worker:
    """Gives the users of this process what they need, and their verdicts to those who report."""

    def __init__(self) -> None:
        self._stats: Stats | None = None

    def begin(self, environment: Environment, **_: Any) -> None:
        """A load begins: the options are the master's by now."""
        runner = environment.runner
        # No other process is called so, though there were several loads and workers anew.
        name = runner.client_id[-8:] if isinstance(runner, WorkerRunner) else "0"
        self._close()
        self._stats = Stats(name)
        Load.process = Process(read_in_worker(environment.parsed_options), name, self._stats)

    def report(self, data: dict[str, Any], **_: Any) -> None:
        """Send along what was counted since the last report."""
        if self._stats is not None:
            data[_REPORT] = self._stats.take()

    def end(self, environment: Environment, **_: Any) -> None:
        """The users have stopped: send what is left."""
        if self._stats is not None:
            environment.runner.send_message(MessageType.FINAL_REPORT, self._stats.take())
            self._close()

    def stop(self, environment: Environment, **_: Any) -> None:
        """Stop the users, since the master waits for the last message."""
        if self._stats is not None:
            environment.runner.stop()
        else:
            environment.runner.send_message(MessageType.FINAL_REPORT, Stats("none").take())

    def _close(self) -> None:
        if self._stats is not None:
            self._stats.close()
            self._stats = None


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - what a command says
