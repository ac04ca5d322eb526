"""What the process that reports and xdist's workers tell each other, once in each direction.

A record goes over as the bytes that `pickle` makes of it: xdist carries builtin types only. Both
ends are processes of this run.
"""

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fixtures.cases.case import ExistingObject
from fixtures.client.concurrency_limiter import Traffic
from suites.runner.run_state import RunState

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

_KEY = "conformance"


@dataclass(frozen=True)
class WorkerInput:
    """What a worker is told before it begins, so that it asks nobody else.

    It is the worker `name`, one of `workers`; `definition` is the text and the source of which it
    makes the definition again.
    """

    name: str
    workers: int
    definition: tuple[bytes, str]
    endpoint: str
    prefix: str
    existing: tuple[ExistingObject, ...]
    out: Path
    journal: Path | None


@dataclass(frozen=True)
class WorkerOutput:
    """What a worker has to say at its end; the members are those of `RunState`."""

    traffic: Traffic
    deselected: int
    shard_totals: tuple[int, list[str]] | None


def send_input(run: RunState, node: "WorkerController") -> None:
    """Tell a worker that is about to start what it is to do."""
    configuration = run.configuration
    definition = configuration.definition
    node.workerinput[_KEY] = pickle.dumps(
        WorkerInput(
            name=node.workerinput["workerid"],
            workers=node.workerinput["workercount"],
            definition=(definition.text.encode(), definition.source),
            endpoint=run.endpoint,
            prefix=configuration.prefix,
            existing=configuration.existing,
            out=configuration.out,
            journal=configuration.journal,
        )
    )


def received_input(config: pytest.Config) -> WorkerInput | None:
    """What this process was told; `None` where it is no worker."""
    raw = getattr(config, "workerinput", {}).get(_KEY)
    return None if raw is None else pickle.loads(raw)  # noqa: S301 - from this run's own process


def send_output(run: RunState, config: pytest.Config) -> None:
    """Leave what this worker has to say for the process that reports."""
    output = WorkerOutput(run.limiter.traffic, run.deselected, run.shard_totals)
    config.workeroutput[_KEY] = pickle.dumps(output)  # type: ignore[attr-defined]


def received_output(node: "WorkerController") -> WorkerOutput | None:
    """What a worker left at its end; `None` where it crashed before."""
    raw = getattr(node, "workeroutput", {}).get(_KEY)
    return None if raw is None else pickle.loads(raw)  # noqa: S301 - from this run's own process
