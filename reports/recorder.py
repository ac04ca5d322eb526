"""From what a process checked to records, and from a document back to cases and exchanges.

Strategy: nothing that a verdict rests on is left out, so that `load_cases` hands the judge the very
cases and exchanges that it had, and judging again needs no network. What several cases share goes
out with the first of them.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import PurePosixPath

from msgspec.structs import replace

from fixtures.api import Definition, Operation
from fixtures.cases.case import ANSWER, Case, ExistingObject, Request, Step, StepResult
from fixtures.cases.direct_access import with_direct_access
from fixtures.cases.exchange import Exchange, Received, Sent
from fixtures.client.concurrency_limiter import Traffic
from fixtures.diagnosis import Experiment
from reports import document
from reports.bodies import Bodies, digest
from reports.curl import curl
from reports.document import copied
from reports.results import Result
from reports.stream import ExperimentRecord, Record

_AnyRecord = Record | ExperimentRecord
Contents = Callable[[str], bytes]
"""The bytes of a body by their digest."""


class Recorder:
    """Makes the records of one process; `process` tells its exchanges from those of others."""

    def __init__(self, bodies: Bodies, process: str = "") -> None:
        self.bodies = bodies
        self._process = process
        self._made = 0
        self._shared: dict[Exchange, str] = {}
        self._told: set[str] = set()
        # A payload of many cases is hashed once; what is kept here keeps its `id`, too.
        self._payloads: dict[int, tuple[bytes, str]] = {}

    def record(
        self,
        test: str,
        number: int,
        case: Case,
        performed: Sequence[StepResult],
        result: Result,
        remark: str = "",
    ) -> Record:
        """The record of a case; `test` is pytest's id of it, `number` its place among all."""
        record = Record(case_of(test, number, case, result, remark), exchanges={}, bodies={})
        if record.case.expected_body is not None:
            # Twice as long as others, so that the Base64 of those is there to be shown, too.
            expected, largest = result.verdict.expected_body, 2 * document.LARGEST_INLINE
            self._body(expected, record.case.expected_body, record, largest)
        for done in performed:
            key = None if done.exchange is None else self._exchange(done, done.exchange, record)
            record.case.steps.append(self._step(done.step, key, record))
        for step in case.steps[len(performed) :]:
            record.case.steps.append(self._step(step, None, record))
        record.case.existing = tuple(
            copied(document.ExistingObject, each, body=self._payload(each.content, record))
            for each in case.existing
        )
        exchanges = (done.exchange for done in performed if done.exchange is not None)
        record.case.seconds = round(sum(exchange.seconds for exchange in exchanges), 6)
        return record

    def record_experiment(self, experiment: Experiment, sent: StepResult) -> ExperimentRecord:
        """The record of an experiment that was sent."""
        recorded = ExperimentRecord(
            document.Experiment(
                id=experiment.case.id,
                continues=experiment.continues,
                after=len(experiment.before),
                step=None,  # type: ignore[arg-type]
                predictions=experiment.predictions,
            ),
            exchanges={},
            bodies={},
        )
        key = self._exchange(sent, sent.exchange, recorded) if sent.exchange else None
        recorded.experiment.step = self._step(sent.step, key, recorded)
        return recorded

    def _step(self, step: Step, key: str | None, record: _AnyRecord) -> document.Step:
        request = copied(
            document.Request,
            step.request,
            operation=step.request.operation.name,
            body=self._payload(step.request.body, record),
        )
        return document.Step(role=step.role, request=request, exchange=key)

    def _exchange(self, done: StepResult, exchange: Exchange, record: _AnyRecord) -> str:
        if done.step.shared and exchange in self._shared:
            return self._shared[exchange]
        self._made += 1
        key = f"{self._process}{self._made}"
        if done.step.shared:
            self._shared[exchange] = key
        sent, received = exchange.sent, exchange.received
        body = self._payload(sent.body, record)
        answer = None
        if received is not None:
            came = self._body(received.body, digest(received.body), record)
            answer = copied(document.Received, received, body=came)
        record.exchanges[key] = copied(
            document.Exchange,
            exchange,
            command=_command(sent, body),
            sent=copied(document.Sent, sent, body=body),
            received=answer,
            seconds=round(exchange.seconds, 6),
            began=datetime.fromtimestamp(exchange.began, UTC).isoformat(timespec="milliseconds"),
        )
        return key

    def _payload(self, body: bytes, record: _AnyRecord) -> str:
        if len(body) <= document.LARGEST_INLINE:
            return self._body(body, digest(body), record)
        known = self._payloads.get(id(body))
        if known is None:
            known = self._payloads[id(body)] = (body, digest(body))
        return self._body(body, known[1], record)

    def _body(
        self, body: bytes, name: str, record: _AnyRecord, largest: int = document.LARGEST_INLINE
    ) -> str:
        if name not in self._told:
            self._told.add(name)
            if len(body) <= largest:
                record.bodies[name] = document.Body.inline(body)
            else:
                self.bodies.keep(body, name)
                record.bodies[name] = document.Body(len(body))
        return name


def case_of(test: str, number: int, case: Case, result: Result, remark: str = "") -> document.Case:
    """A case with its verdict, before its steps are known."""
    expected = result.verdict.expected_body
    return copied(
        document.Case,
        result.verdict,
        id=case.id,
        test=test,
        number=number,
        subject=subject(test),
        expected_body=digest(expected) if expected else None,
        axes=dict(case.axes),
        aspect=case.aspect,
        about=case.rules,
        not_applicable=case.not_applicable,
        remark=remark,
        fails=result.fails,
        waiver=result.waiver,
        planned=len(case.steps),
        steps=[],
    )


def traffic_of(sent: Traffic) -> document.Traffic:
    """What a run sent in all, as its footer has it."""
    return copied(document.Traffic, sent, waited=round(sent.waited, 3))


def subject(test: str) -> str:
    """What a test is about: the folder that it is in."""
    return PurePosixPath(test.partition("::")[0]).parent.name


def _command(sent: Sent, body: str) -> str:
    in_file = len(sent.body) > document.LARGEST_INLINE
    return curl(sent, body_file=f"bodies/{body}.bin" if in_file else "")


# --------------------------------------------------------------------------- and back again


def load_cases(
    whole: document.Document, definition: Definition, contents: Contents
) -> Iterator[tuple[document.Case, Case, tuple[StepResult, ...]]]:
    """Each recorded case, and case and exchanges as the judge had them.

    Raises `LookupError` and `ValueError` for what does not fit together.
    """
    operations = _operations(definition, whole.cases)

    def step_of(step: document.Step) -> Step:
        request = step.request
        body, operation = contents(request.body), operations[request.operation]
        return Step(step.role, copied(Request, request, operation=operation, body=body))

    # Cases that share an exchange are neighbours; a few more might be of 10 MiB each.
    @lru_cache(maxsize=4)
    def exchange(key: str) -> Exchange:
        return _exchange(whole.exchanges[key], contents)

    for recorded in whole.cases:
        steps = tuple(map(step_of, recorded.steps))
        existing = tuple(
            copied(ExistingObject, each, content=contents(each.body)) for each in recorded.existing
        )
        case = copied(Case, recorded, steps=steps, rules=recorded.about, existing=existing)
        performed = tuple(
            StepResult(step, exchange(key))
            for step, key in zip(steps, recorded.exchanges, strict=False)
        )
        yield recorded, case, performed


def load_experiments(
    whole: document.Document, definition: Definition, contents: Contents
) -> Iterator[tuple[Case, tuple[StepResult, ...]]]:
    """Each experiment as a case with the results of all its steps; raises as `load_cases`."""
    by_id = {case.id: case for case in whole.cases}
    cases = [
        replace(
            by_id[each.continues],
            id=each.id,
            aspect=ANSWER,
            about=(),
            axes={},
            steps=[*by_id[each.continues].steps[: each.after], each.step],
        )
        for each in whole.experiments
        if each.continues in by_id
    ]
    for _, case, performed in load_cases(replace(whole, cases=cases), definition, contents):
        yield case, performed


def _exchange(recorded: document.Exchange, contents: Contents) -> Exchange:
    sent, received = recorded.sent, recorded.received
    return copied(
        Exchange,
        recorded,
        sent=copied(Sent, sent, body=contents(sent.body)),
        received=received and copied(Received, received, body=contents(received.body)),
        began=0.0,  # no verdict rests on it
    )


def _operations(definition: Definition, cases: Sequence[document.Case]) -> dict[str, Operation]:
    """The operations of the cases by their names, those that `ANY` stands for among them."""
    names = {step.request.operation for case in cases for step in case.steps}
    methods = {name.partition(" ")[0] for name in names}
    sent_as = (
        operation for method in methods for operation in definition.operations_sent_as(method)
    )
    direct = with_direct_access(definition).direct
    return {operation.name: operation for operation in (*sent_as, *definition.operations, *direct)}
