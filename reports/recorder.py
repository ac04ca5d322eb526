"""From what a process checked to records, and from a document back to cases and exchanges.

Strategy: nothing that a verdict rests on is left out, so that `load_cases` hands the judge the very
cases and exchanges that it had, and judging again needs no network. What several cases share goes
out with the first of them.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import PurePosixPath

from fixtures.api import Definition, Operation
from fixtures.cases.case import Case, ExistingObject, Request, Role, Step, StepResult
from fixtures.cases.exchange import (
    Exchange,
    Failure,
    FailureKind,
    Headers,
    Received,
    Sent,
)
from fixtures.client.concurrency_limiter import Traffic
from reports import document
from reports.bodies import Bodies, digest
from reports.curl import curl
from reports.results import Result

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
    ) -> document.Record:
        """The record of a case; `test` is pytest's id of it, `number` its place among all."""
        record = document.Record(
            case=case_of(test, number, case, result, remark), exchanges={}, bodies={}
        )
        recorded = record["case"]
        for done in performed:
            key = None if done.exchange is None else self._exchange(done, done.exchange, record)
            recorded["steps"].append(self._step(done.step, key, record))
        for step in case.steps[len(performed) :]:
            recorded["steps"].append(self._step(step, None, record))
        if case.found:
            recorded["found"] = [
                document.Found(
                    location=found.location,
                    name=found.name,
                    body=self._payload(found.content, record),
                    media_type=found.media_type,
                )
                for found in case.found
            ]
        exchanges = (done.exchange for done in performed if done.exchange is not None)
        recorded["seconds"] = round(sum(exchange.seconds for exchange in exchanges), 6)
        return record

    def _step(self, step: Step, key: str | None, record: document.Record) -> document.Step:
        request = step.request
        planned = document.Request(
            operation=request.operation.name,
            name=request.name,
            content_type=request.content_type,
            accept=request.accept,
            body=self._payload(request.body, record),
            headers=list(request.headers),
            method=request.method,
            target=request.target,
            key_bytes=request.key_bytes,
        )
        return document.Step(role=step.role.value, request=planned, exchange=key)

    def _exchange(self, done: StepResult, exchange: Exchange, record: document.Record) -> str:
        if done.step.shared and exchange in self._shared:
            return self._shared[exchange]
        self._made += 1
        key = f"{self._process}{self._made}"
        if done.step.shared:
            self._shared[exchange] = key
        sent, received = exchange.sent, exchange.received
        body = self._payload(sent.body, record)
        record["exchanges"][key] = document.Exchange(
            command=_command(sent, body),
            sent=document.Sent(
                method=sent.method,
                url=sent.url,
                headers=list(sent.headers),
                body=body,
                variables=list(sent.variables),
                sigv4_region=sent.sigv4_region,
            ),
            received=None
            if received is None
            else document.Received(
                status=received.status,
                http_version=received.http_version,
                headers=list(received.headers),
                body=self._body(received.body, digest(received.body), record),
            ),
            failure=_failure(exchange.failure) if exchange.failure else None,
            seconds=round(exchange.seconds, 6),
            repeats=[_failure(why) for why in exchange.repeats],
            began=datetime.fromtimestamp(exchange.began, UTC).isoformat(timespec="milliseconds"),
        )
        return key

    def _payload(self, body: bytes, record: document.Record) -> str:
        if len(body) <= document.LARGEST_INLINE:
            return self._body(body, digest(body), record)
        known = self._payloads.get(id(body))
        if known is None:
            known = self._payloads[id(body)] = (body, digest(body))
        return self._body(body, known[1], record)

    def _body(self, body: bytes, name: str, record: document.Record) -> str:
        if name not in self._told:
            self._told.add(name)
            inline = len(body) <= document.LARGEST_INLINE
            if not inline:
                self.bodies.keep(body, name)
            record["bodies"][name] = document.Body(
                length=len(body), base64=base64.b64encode(body).decode() if inline else None
            )
        return name


def case_of(test: str, number: int, case: Case, result: Result, remark: str = "") -> document.Case:
    """A case with its verdict, before its steps are known."""
    verdict = result.verdict
    return document.Case(
        id=case.id,
        test=test,
        number=number,
        subject=subject(test),
        axes=dict(case.axes),
        aspect=case.aspect,
        about=list(case.rules),
        not_applicable=case.not_applicable,
        outcome=verdict.outcome.value,
        level=verdict.level.value,
        rules=list(verdict.rules),
        reason=verdict.reason,
        remark=remark,
        expected=verdict.expected,
        observed=verdict.observed,
        cause=verdict.cause,
        expected_form=verdict.expected_form,
        actual_form=verdict.actual_form,
        step=verdict.step,
        fails=result.fails,
        excuse=result.excuse,
        planned=len(case.steps),
        steps=[],
        seconds=0.0,
    )


def traffic_of(sent: Traffic) -> document.Traffic:
    """What a run sent in all, as its footer has it."""
    return document.Traffic(
        requests=sent.requests,
        throttled=sent.throttled,
        repeated=sent.repeated,
        refused=sent.refused,
        waited=round(sent.waited, 3),
    )


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
    operations = _operations(definition, whole["cases"])

    # Cases that share an exchange are neighbours; a few more might be of 10 MiB each.
    @lru_cache(maxsize=4)
    def exchange(key: str) -> Exchange:
        return _exchange_again(whole["exchanges"][key], contents)

    for recorded in whole["cases"]:
        steps = tuple(_step_again(step, operations, contents) for step in recorded["steps"])
        case = Case(
            id=recorded["id"],
            steps=steps,
            aspect=recorded["aspect"],
            not_applicable=recorded["not_applicable"],
            rules=tuple(recorded["about"]),
            axes=recorded["axes"],
            found=tuple(
                ExistingObject(
                    found["location"], found["name"], contents(found["body"]), found["media_type"]
                )
                for found in recorded.get("found", ())
            ),
        )
        performed = tuple(
            StepResult(step, exchange(key))
            for step, key in zip(steps, _sent(recorded), strict=False)
        )
        yield recorded, case, performed


def _sent(recorded: document.Case) -> Iterator[str]:
    for step in recorded["steps"]:
        if step["exchange"] is None:
            return
        yield step["exchange"]


def _step_again(
    step: document.Step, operations: Mapping[str, Operation], contents: Contents
) -> Step:
    request = step["request"]
    return Step(
        Role(step["role"]),
        Request(
            operation=operations[request["operation"]],
            name=request["name"],
            content_type=request["content_type"],
            accept=request["accept"],
            body=contents(request["body"]),
            headers=_headers(request["headers"]),
            method=request["method"],
            target=request["target"],
            key_bytes=request["key_bytes"],
        ),
    )


def _operations(definition: Definition, cases: Sequence[document.Case]) -> dict[str, Operation]:
    """The operations of the cases by their names, those that `ANY` stands for among them."""
    names = {step["request"]["operation"] for case in cases for step in case["steps"]}
    methods = {name.partition(" ")[0] for name in names}
    sent_as = (
        operation for method in methods for operation in definition.operations_sent_as(method)
    )
    return {operation.name: operation for operation in (*sent_as, *definition.operations)}


def _exchange_again(exchange: document.Exchange, contents: Contents) -> Exchange:
    sent, received = exchange["sent"], exchange["received"]
    return Exchange(
        Sent(
            method=sent["method"],
            url=sent["url"],
            headers=_headers(sent["headers"]),
            body=contents(sent["body"]),
            variables=tuple(sent["variables"]),
            sigv4_region=sent["sigv4_region"],
        ),
        None
        if received is None
        else Received(
            status=received["status"],
            headers=_headers(received["headers"]),
            body=contents(received["body"]),
            http_version=received["http_version"],
        ),
        failure=_failure_again(exchange["failure"]) if exchange["failure"] else None,
        seconds=exchange["seconds"],
        repeats=tuple(map(_failure_again, exchange["repeats"])),
    )


def _failure(failure: Failure) -> document.Failure:
    return document.Failure(kind=failure.kind, sentence=failure.sentence)


def _failure_again(failure: document.Failure) -> Failure:
    return Failure(FailureKind(failure["kind"]), failure["sentence"])


def _headers(headers: Sequence[document.Header]) -> Headers:
    return tuple((name, value) for name, value in headers)
