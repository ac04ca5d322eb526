"""Helpers of the tests of diagnosis: cases, and endpoints that answer them as expected."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from itertools import islice

from fixtures.api import Definition
from fixtures.cases.case import Case, Role, StepResult
from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received, Sent
from fixtures.diagnosis import PerformedCase
from fixtures.diagnosis.candidate import ChangeId
from fixtures.diagnosis.evidence import object_of
from fixtures.faults.catalogue import BY_NAME
from fixtures.faults.host import Host
from fixtures.rules.expectation import BodyKind, Expectation
from fixtures.rules.expected_response import expected_response
from tests.lab.diagnosis_accuracy.__main__ import send
from tests.lab.diagnosis_accuracy.misconfigurations import misconfigurations
from tests.lab.fault_matrix.trial import planned

XML = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
LARGEST_CASE = 64 * 1024
BODIES = {
    BodyKind.ERROR: b'{"message": "Internal server error"}',
    BodyKind.S3_XML: XML,
    BodyKind.S3_XML_BASE64: base64.b64encode(XML),
    BodyKind.ANY: b"",
}
Corrupt = Callable[[Case, Received], Received | None]


CLOSED = Failure(FailureKind.CONNECTION_LOST, "the connection was closed")


@cache
def sent(name: str, most: int) -> tuple[Definition, tuple[Case, ...]]:
    """A shipped definition and the first cases for it, the most different ones first.

    Large bodies tell nothing more of a configuration, and take most of the time.
    """
    definition, plans = planned(name, "quick")
    cases = (plan.case for plan in plans)
    return definition, tuple(islice(filter(_is_small, cases), most))


def _is_small(case: Case) -> bool:
    return sum(len(step.request.body) for step in case.steps) <= LARGEST_CASE


def one_accept(definition: str, most: int) -> tuple[Definition, list[Case]]:
    """Cases whose downloads accept only the first binary media type."""
    stated, cases = sent(definition, 400)
    accept = stated.binary_media_types[0]
    few = [
        case
        for case in cases
        if case.steps
        and all(
            step.request.accept == accept
            for step in case.steps
            if step.request.operation.s3_method == "GET"
        )
    ]
    return stated, few[:most]


def deployed(stated: Definition, change: ChangeId) -> Definition:
    """A deployment with one known misconfiguration."""
    return next(w.deployed for w in misconfigurations(stated) if change in w.names)


def as_expected(expectation: Expectation, request_id: str) -> Received:
    """An answer that is as expected."""
    body = expectation.body if expectation.exact else BODIES[expectation.kind]
    length = ("Content-Length", str(len(body)))
    defaults = {"Content-Type": "application/json"}
    if expectation.kind is BodyKind.ERROR:
        defaults["x-amzn-ErrorType"] = "AnyException"
    values = {name: one.value for name, one in expectation.headers.items() if one.value is not None}
    headers = (*(defaults | values).items(), length, ("x-amzn-RequestId", request_id))
    return Received(expectation.statuses[0], headers, body)


def _unchanged(_: Case, received: Received) -> Received:
    return received


def answered(
    deployed: Definition, cases: Iterable[Case], corrupt: Corrupt = _unchanged
) -> list[PerformedCase]:
    """The cases with the answers that the rules expect of a deployment, corrupted or not."""
    operations = {(op.path, op.method): op for op in deployed.operations}
    performed = []
    for case in cases:
        state = {}
        results = []
        for number, step in enumerate(case.steps):
            operation = step.request.operation
            there = operations.get((operation.path, operation.method), operation)
            request = replace(step.request, operation=there)
            about = object_of(case, step.request)
            expectation = expected_response(deployed, request, state.get(about))
            state[about] = expectation.stored
            received = corrupt(case, as_expected(expectation, f"{case.id} {number}"))
            # Each exchange is one of its own, however alike.
            exchange = Exchange(
                Sent(request.sent_method, f"https://endpoint.test/{case.id}/{number}"),
                received,
                None if received is not None else CLOSED,
            )
            results.append(StepResult(step, exchange))
            if received is None or (step.role is Role.SETUP and received.status != 200):
                break
        performed.append(PerformedCase(case, tuple(results)))
    return performed


def faulty(name: str, definition: str, most: int) -> list[PerformedCase]:
    """The cases with the answers of a gateway that has one fault."""
    deployed, cases = sent(definition, most)
    host = Host()
    with host.running():
        return send(host, deployed, BY_NAME[name], cases)
