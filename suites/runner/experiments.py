"""The experiments that the diagnosis proposes, sent after the last test.

They are a few GETs of objects that the run uploaded or found, each on behalf of a case that is
judged already: the verdicts stay, and only the diagnosis is refined.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from fixtures.cases.case import StepResult
from fixtures.cases.object_address import address
from fixtures.client import CaseRunner
from fixtures.diagnosis import Experiment, PerformedCase
from fixtures.exceptions import ConformanceError
from suites.runner.run_state import RunState

BUDGET = 8
"""The most requests that a run sends in addition."""


def send_experiments(
    run: RunState, experiments: Sequence[Experiment], workers: int = 0
) -> list[PerformedCase]:
    """Send experiments and return them as cases with all their results.

    `workers` is how many of xdist's workers uploaded objects, each into a folder of its own. Where
    one cannot be sent, the diagnosis has to do without it and the rest.
    """
    performed = []
    try:
        with closing(run.client(attempts=2)) as client:
            runner = CaseRunner(
                client,
                run.configuration.prefix,
                bucket_known=run.configuration.bucket_known,
                s3=run.s3(),
            )
            for experiment in experiments[:BUDGET]:
                result = _sent(run, runner, experiment, workers)
                if result is not None:
                    performed.append(PerformedCase(experiment.case, (*experiment.before, result)))
    except (ConformanceError, OSError):
        return performed
    return performed


def _sent(
    run: RunState, runner: CaseRunner, experiment: Experiment, workers: int
) -> StepResult | None:
    case, step = experiment.case, experiment.step
    if step.request.object in {existing.object for existing in case.existing}:
        return StepResult(step, runner.send(step.request, case.id, is_full_key=True))
    for folder in _folders(workers):
        request = replace(step.request, name=folder + step.request.name)
        if _is_uploaded_to(experiment, run.configuration.prefix + folder):
            return StepResult(step, runner.send(request, case.id))
    return None


def _folders(workers: int) -> Iterator[str]:
    yield ""
    yield from (f"gw{number}/" for number in range(workers))


def _is_uploaded_to(experiment: Experiment, prefix: str) -> bool:
    """Whether the object is below this prefix, as the upload was sent."""
    step, exchange = experiment.before[-1].step, experiment.before[-1].exchange
    if exchange is None:
        return False
    place = address(step.request.operation, prefix + step.request.name)
    return exchange.sent.url.endswith(place.target) and set(place.headers) <= set(
        exchange.sent.headers
    )
