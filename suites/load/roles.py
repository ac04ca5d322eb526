"""The two sides of a load: the process that reports, and those that send. One process may be both.

Strategy: a worker's verdicts go to the master along with Locust's own reports, and what is left
when its users have stopped in a message of its own. At the end of a headless load Locust does not
wait for its workers, so the master asks them to stop and waits for that last message; a worker
that does not send it is named, and the load ends as undecided.
"""

import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from fixtures.gateway.process import RunningGateway, stop
from suites.load.aggregator import Ledger
from suites.load.locust_options import hand_over, handed_over
from suites.load.tasks import kinds
from suites.load.user import Load, Process
from suites.load.worker_report import Tally, received
from suites.runner.run import Run, fresh_prefix
from suites.runner.startup import embedded_gateway, run_preflight

LAST, ASKED = "conformance-last", "conformance-asked"
"""Messages: a worker's last verdicts, and the master's word that it waits for them."""

_LONGEST_WAIT = 60.0


class Reporting:
    """Begins and ends each load of an environment, and knows how the last one ended."""

    def __init__(self, environment: Environment, run: Run, definition: str) -> None:
        """Start the embedded gateway where there is no endpoint, and see that it fits.

        `definition` is the value of `--definition`. Raises `GatewayStartError`, `CredentialsError`
        and `EndpointMismatchError`.
        """
        self._environment = environment
        self._run = run
        self._gateway: RunningGateway | None = None
        self._ledger: Ledger | None = None
        self._missing: set[str] = set()
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
        hand_over(run, environment.parsed_options)

    def begin(self, environment: Environment, **_: Any) -> None:
        """A load begins: users get a folder that nobody used before."""
        chosen = environment.parsed_options
        run = replace(self._run, prefix=fresh_prefix(chosen.key_prefix))
        hand_over(run, chosen)
        heading = run.heading(sys.argv[1:], environment.runner.worker_count)
        self._ended = set()
        self._ledger = Ledger(heading, run.definition, run.policy, kinds(run.definition), run.out)

    def reported(self, data: dict[str, Any], **_: Any) -> None:
        """Take in what a worker sends along with Locust's report."""
        if self._ledger is not None and "conformance" in data:
            self._ledger.add(received(data["conformance"]))

    def last(self, msg: Any, **_: Any) -> None:
        """Take in what a worker, or this process, had left at its end."""
        if self._ledger is not None:
            self._ledger.add(received(msg.data))
            self._ended.add(msg.node_id)

    def end(self, environment: Environment, **_: Any) -> None:
        """A load has ended: write its documents, once every worker had its last word."""
        ledger, why = self._ledger, ""
        if ledger is None:
            return
        if isinstance(environment.runner, MasterRunner):
            silent = self._silent(environment.runner)
            if silent:
                why = f"{len(silent)} workers were lost with what they had not reported"
        self._ledger = None
        self.status = ledger.status(why)
        try:
            _say(ledger.finish(why))
        except OSError as error:
            print(f"ERROR: the reports could not be written: {error}", file=sys.stderr)  # noqa: T201

    def _silent(self, runner: MasterRunner) -> set[str]:
        """The workers that were waited for in vain."""
        until = time.monotonic() + _LONGEST_WAIT
        asked = {node.id for node in runner.clients.all} - self._ended
        for worker in asked:
            runner.send_message(ASKED, client_id=worker)
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


class Sending:
    """Gives the users of this process what they need, and their verdicts to those who report."""

    def __init__(self) -> None:
        self._tally: Tally | None = None

    def begin(self, environment: Environment, **_: Any) -> None:
        """A load begins: the options are the master's by now."""
        runner = environment.runner
        # No other process is called so, though there were several loads and workers anew.
        name = runner.client_id[-8:] if isinstance(runner, WorkerRunner) else "0"
        self._close()
        self._tally = Tally(name)
        Load.process = Process(handed_over(environment.parsed_options), name, self._tally)

    def report(self, data: dict[str, Any], **_: Any) -> None:
        """Send along what was counted since the last report."""
        if self._tally is not None:
            data["conformance"] = self._tally.take()

    def end(self, environment: Environment, **_: Any) -> None:
        """The users have stopped: send what is left."""
        if self._tally is not None:
            environment.runner.send_message(LAST, self._tally.take())
            self._close()

    def asked(self, environment: Environment, **_: Any) -> None:
        """Stop the users, since the master waits for the last message."""
        if self._tally is not None:
            environment.runner.stop()
        else:
            environment.runner.send_message(LAST, Tally("none").take())

    def _close(self) -> None:
        if self._tally is not None:
            self._tally.close()
            self._tally = None


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - what a command says
