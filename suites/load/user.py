"""Locust's user: sends one request after the other and has each answer judged before the next."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count

from locust import User, task
from locust.env import Environment

from fixtures.cases.case import Case, Role, Step, StepResult
from fixtures.client import CaseRunner
from fixtures.exceptions import InternalError
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome, Verdict
from suites.load.tasks import LoadTask, VirtualUser
from suites.load.worker_report import Stats
from suites.runner.configuration import Configuration
from suites.runner.run_state import RunState

_PUT_OFF = 1.0
"""Seconds for which a user is silent after an answer that left nothing to judge."""


class LoadFailureError(InternalError):
    """What Locust counts as a failed request."""


class DeviationError(LoadFailureError):
    """What Locust counts as a failed request because the answer was a wrong one."""


class InconclusiveError(LoadFailureError):
    """What Locust counts as a failed request though it accuses nobody."""


@dataclass
class Process:
    """What the users of one process share; `name` is this process's alone in the whole load."""

    configuration: Configuration
    name: str
    stats: Stats
    uploads: dict[str, StepResult] = field(default_factory=dict)
    locks: defaultdict[str, threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock)
    )
    numbers: "count[int]" = field(default_factory=count)


class Load(User):  # type: ignore[misc]  # the type checker need not have Locust
    """Uploads and downloads by the rules, in a folder of its own and in one that all share."""

    process: Process

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        folder = f"{self.process.name}-{next(self.process.numbers)}"
        configuration = self.process.configuration
        # A throttled request is one verdict, and no request is hidden behind a repeated one.
        self._client = RunState(configuration).client(attempts=1)
        known = configuration.bucket_known
        self._case_runner = CaseRunner(self._client, configuration.prefix, bucket_known=known)
        self._virtual_user = VirtualUser(configuration.definition, folder)

    def on_stop(self) -> None:
        """Give the connection back."""
        self._client.close()

    @task  # type: ignore[untyped-decorator]
    def send_next(self) -> None:
        """Send the next request and remember what it stored."""
        load_task = self._virtual_user.next()
        before = load_task.before
        if load_task.after is not None:
            upload = self._shared(load_task, load_task.after)
            if upload is None:
                return
            before = (upload,)
        verdict, done = self._judged(load_task.case, before)
        if done.step.request.operation.s3_method != "PUT":
            return
        if verdict.outcome is Outcome.CONFORMS:
            self._virtual_user.uploaded(load_task, done)
        else:
            self._virtual_user.lost(done.step.request.name)

    def _shared(self, load_task: LoadTask, step: Step) -> StepResult | None:
        """The upload of an object that all read, which the first of them sends."""
        name = step.request.name
        with self.process.locks[name]:
            if name not in self.process.uploads:
                case = Case(f"upload {load_task.pairing.name}", (Step(Role.ACT, step.request),))
                verdict, done = self._judged(case, ())
                if verdict.outcome is not Outcome.CONFORMS:
                    return None
                self.process.uploads[name] = StepResult(step, done.exchange)
            return self.process.uploads[name]

    def _judged(self, case: Case, before: tuple[StepResult, ...]) -> tuple[Verdict, StepResult]:
        """Send the last step of a case, judge it, and tell Locust and the stats."""
        step = case.steps[-1]
        began = time.time()
        exchange = self._case_runner.send(step.request, case.id)
        done = StepResult(step, exchange)
        performed = (*before, done)
        verdict = judge_case(self.process.configuration.definition, case, performed)
        self.process.stats.add(case, performed, verdict)
        received = exchange.received
        self.environment.events.request.fire(
            request_type=step.request.sent_method,
            name=case.id,
            response_time=exchange.seconds * 1000,
            response_length=len(received.body) if received is not None else 0,
            exception=_failure(verdict),
            context={},
            start_time=began,
        )
        if verdict.outcome is Outcome.UNDECIDED:
            time.sleep(_PUT_OFF)
        return verdict, done


def _failure(verdict: Verdict) -> Exception | None:
    if verdict.outcome is Outcome.DEVIATES:
        return DeviationError(f"{verdict.rule}: {verdict.reason}")
    if verdict.outcome is Outcome.UNDECIDED:
        return InconclusiveError(verdict.reason)
    return None
