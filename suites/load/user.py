"""Locust's user: sends one request after the other and has each answer judged before the next."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import count

from locust import User, task
from locust.env import Environment

from fixtures.cases.case import Case, Role, Step, StepResult
from fixtures.client import CaseRunner
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.exceptions import InternalError
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome, Verdict
from suites.load.tasks import Traveller, Trip
from suites.load.worker_report import Tally
from suites.runner.run import Run

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

    run: Run
    name: str
    tally: Tally
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
        run = self.process.run
        # A throttled request is one verdict, and no request is hidden behind a repeated one.
        self._client = replace(run, limiter=ConcurrencyLimiter()).client(attempts=1)
        self._performer = CaseRunner(self._client, run.prefix, bucket_known=run.bucket_known)
        self._traveller = Traveller(run.definition, folder)

    def on_stop(self) -> None:
        """Give the connection back."""
        self._client.close()

    @task  # type: ignore[untyped-decorator]
    def travel(self) -> None:
        """Send the next request and settle what came of it."""
        trip = self._traveller.next()
        before = trip.before
        if trip.after is not None:
            upload = self._shared(trip, trip.after)
            if upload is None:
                return
            before = (upload,)
        verdict, done = self._judged(trip.case, before)
        if done.step.request.operation.s3_method != "PUT":
            return
        if verdict.outcome is Outcome.CONFORMS:
            self._traveller.uploaded(trip, done)
        else:
            self._traveller.lost(done.step.request.name)

    def _shared(self, trip: Trip, step: Step) -> StepResult | None:
        """The upload of an object that all read, which the first of them sends."""
        name = step.request.name
        with self.process.locks[name]:
            if name not in self.process.uploads:
                case = Case(f"upload {trip.pairing.name}", (Step(Role.ACT, step.request),))
                verdict, done = self._judged(case, ())
                if verdict.outcome is not Outcome.CONFORMS:
                    return None
                self.process.uploads[name] = StepResult(step, done.exchange)
            return self.process.uploads[name]

    def _judged(self, case: Case, before: tuple[StepResult, ...]) -> tuple[Verdict, StepResult]:
        """Send the last step of a case, judge it, and tell Locust and the tally."""
        step = case.steps[-1]
        began = time.time()
        exchange = self._performer.send(step.request, case.id)
        done = StepResult(step, exchange)
        performed = (*before, done)
        verdict = judge_case(self.process.run.definition, case, performed)
        self.process.tally.add(case, performed, verdict)
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
