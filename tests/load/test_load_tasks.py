"""What a user of a load sends, before anything is sent."""

from collections import Counter

import pytest

from fixtures.cases.case import Role, StepResult
from fixtures.cases.exchange import Exchange, Received, Sent
from fixtures.definitions import load, shipped
from fixtures.rules.expected_response import expected_response
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome
from suites.load.tasks import OBJECTS, UPLOADS, VirtualUser, kinds, shared
from suites.roundtrip.pairings import pairings

SAMPLE = load("sample")


def answered(definition, load_task, before=()) -> StepResult:
    """The step with the answer that is due."""
    stored = None
    for done in before:
        stored = expected_response(definition, done.step.request, stored).stored
    step = load_task.case.steps[-1]
    due = expected_response(definition, step.request, stored)
    sent = Sent(step.request.sent_method, "http://x")
    return StepResult(step, Exchange(sent, Received(due.statuses[0], body=due.body)))


def journey(definition, folder: str, length: int):
    """What a user sends to an endpoint that is right, and the verdict on each."""
    virtual_user = VirtualUser(definition, folder)
    for _ in range(length):
        load_task = virtual_user.next()
        before = load_task.before
        if load_task.after is not None:
            sent = Sent("PUT", "http://x")
            before = (StepResult(load_task.after, Exchange(sent, Received(200))),)
        done = answered(definition, load_task, before)
        yield load_task, judge_case(definition, load_task.case, (*before, done))
        if done.step.request.operation.s3_method == "PUT":
            virtual_user.uploaded(load_task, done)


@pytest.mark.parametrize("name", [name for name in shipped() if pairings(load(name))])
def test_an_endpoint_that_is_right_conforms_in_every_kind_of_request(name: str) -> None:
    definition = load(name)
    seen = list(journey(definition, "a", 800 if name == "sample" else 200))
    assert {verdict.outcome for _, verdict in seen} == {Outcome.CONFORMS}
    assert {load_task.case.id for load_task, _ in seen} <= set(kinds(definition))
    if name == "sample":
        assert {load_task.case.id for load_task, _ in seen} == set(kinds(definition))


def test_no_two_objects_are_alike() -> None:
    contents = Counter(
        load_task.case.steps[-1].request.body
        for folder in ("a", "b")
        for load_task, _ in journey(SAMPLE, folder, 400)
        if load_task.case.id.startswith("upload") and len(load_task.case.steps[-1].request.body) > 4
    )
    contents.update(step.request.body for _, step in shared(SAMPLE))
    assert set(contents.values()) == {1}


def test_users_write_in_folders_of_their_own_and_overwrite_a_few_names() -> None:
    names = Counter(
        load_task.case.steps[-1].request.name
        for load_task, _ in journey(SAMPLE, "a", 400)
        if load_task.case.id.startswith("upload")
    )
    assert all(name.startswith("load/a/") for name in names)
    assert max(names.values()) == UPLOADS
    assert sum(count < UPLOADS for count in names.values()) <= OBJECTS


def test_a_name_whose_upload_was_lost_is_never_used_again() -> None:
    virtual_user = VirtualUser(SAMPLE, "a")
    lost: set[str] = set()
    for _ in range(300):
        load_task = virtual_user.next()
        request = load_task.case.steps[-1].request
        if load_task.case.id.startswith("upload"):
            assert request.name not in lost
            if len(lost) < 20:
                virtual_user.lost(request.name)
                lost.add(request.name)
            else:
                virtual_user.uploaded(load_task, answered(SAMPLE, load_task))
        elif load_task.case.id.startswith("read-own"):
            assert request.name not in lost


def test_what_was_uploaded_before_stands_in_a_reading_as_its_setup() -> None:
    readings = [
        load_task
        for load_task, _ in journey(SAMPLE, "a", 400)
        if load_task.case.id.startswith("read-own")
    ]
    assert readings
    for load_task in readings:
        *setups, act = load_task.case.steps
        assert {step.role for step in setups} == {Role.SETUP}
        assert act.role is Role.ACT
        assert {step.request.name for step in setups} == {act.request.name}
        assert 1 <= len(setups) <= 2
