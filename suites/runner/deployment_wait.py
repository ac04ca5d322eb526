"""Waiting until a deployment has taken effect everywhere.

Strategy: a deployment reaches the front ends of an API one after the other, so that for a while the
old and the new answer in turn. A few cases are tried again and again, on a new connection each
time: those by which the rules tell the definition from every configuration that it is likely to be
mistaken for, an empty list of binary media types among them.

What ends the waiting:
- `STABLE_ROUNDS` rounds in a row in which everything conforms: the deployment is there.
- The limit, with answers that never changed, or not in the last `STABLE_ROUNDS` rounds, and yet are
  not as defined: that is how the endpoint is. The tests begin, and report it. Waiting hides no
  deviation.
- The limit, with answers that still changed: there is nothing that could be tested. The run ends
  with a `EndpointMismatchError` that says which case did not settle.
Before the limit a wrong answer, however steady, may still be the deployment of yesterday.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from fixtures.api import Definition
from fixtures.cases.case import Case, Role
from fixtures.client import CaseRunner
from fixtures.diagnosis.candidate import Predictions
from fixtures.diagnosis.configuration_changes import configuration_changes
from fixtures.diagnosis.observed_values import ObservedValues
from fixtures.exceptions import EndpointMismatchError
from fixtures.rules.expectation import Stored
from fixtures.rules.judgement import judge_case
from fixtures.rules.step_plans import TEXT_TYPES, listed_types
from fixtures.rules.verdict import Outcome
from suites.download.cases import cases as downloads
from suites.errors.cases import missing_objects
from suites.profile import PROFILES
from suites.upload.cases import uploads

LIMIT = 120.0
"""Seconds of waiting where `--wait-for-deployment` does not say how many."""
STABLE_ROUNDS = 8
"""Rounds in a row that have to be alike; with answers by turns, that is one chance in 128."""

_LONGEST_PAUSE = 1.0
_MOST_CASES = 8
_MOST_CHANGES = 24
_MOST_STEPS = 16
_HEARTBEAT = 10.0

Connect = Callable[[], AbstractContextManager[CaseRunner]]
_Round = dict[str, str]


def wait_for_deployment(
    definition: Definition,
    connect: Connect,
    url: str,
    limit: float,
    say: Callable[[str], None],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until the endpoint shows the definition's behaviour steadily.

    `connect` opens a case_runner with connections of its own, `limit` is in seconds, `say` is told
    how it goes. Raises `EndpointMismatchError` where the answers still change at the limit.
    """
    cases = probe_cases(definition)
    began = clock()
    pause = min(_LONGEST_PAUSE, limit / (3 * STABLE_ROUNDS))
    before: _Round = {}
    alike, changed, said = 0, "", began
    while True:
        now = _observe(definition, cases, connect)
        alike = alike + 1 if now == before else 1
        differing = [case for case in now if before and now[case] != before.get(case)]
        changed = differing[0] if differing else changed
        elapsed = clock() - began
        if alike == 1 or clock() - said >= _HEARTBEAT:
            said = clock()
            say(f"waiting for the deployment, {elapsed:.0f} s of {limit:.0f}: {_summary(now)}")
        before = now
        if alike >= STABLE_ROUNDS and not any(now.values()):
            say(f"the deployment has been steady for {STABLE_ROUNDS} rounds, after {elapsed:.0f} s")
            return
        if elapsed + pause > limit:
            break
        sleep(pause)
    if changed and alike < STABLE_ROUNDS:
        raise EndpointMismatchError(
            f"{url} did not settle within {limit:.0f} s: the answers to {changed} changed from "
            f"round to round (last: {now[changed] or 'as defined'}); wait longer with "
            f"--wait-for-deployment=SECONDS, or look whether every part of the deployment succeeded"
        )
    how = (
        f"not as defined ({_summary(now)}); the tests say in what" if any(now.values()) else "there"
    )
    say(f"the endpoint is steady after {limit:.0f} s, and the deployment is {how}")


def _observe(definition: Definition, cases: tuple[Case, ...], connect: Connect) -> _Round:
    """What one round showed: for each case why it does not conform, empty where it does."""
    seen = {}
    with connect() as case_runner:
        for case in cases:
            verdict = judge_case(definition, case, case_runner.execute(case))
            good = verdict.outcome in (Outcome.CONFORMS, Outcome.NOT_APPLICABLE)
            seen[case.id] = "" if good else f"{verdict.outcome}, {verdict.reason}"
    return seen


def _summary(seen: _Round) -> str:
    wrong = [(case, why) for case, why in seen.items() if why]
    if not wrong:
        return f"all {len(seen)} cases conform"
    case, why = wrong[0]
    return f"{len(wrong)} of {len(seen)} cases do not conform, {case}: {why}"


def probe_cases(definition: Definition) -> tuple[Case, ...]:
    """A few cases that together tell the definition from what it is likely to be mistaken for."""
    types = (*listed_types(definition), *TEXT_TYPES)
    candidates = [case for case in _candidates(definition) if _is_plain(case, types)]
    observed = ObservedValues(types, frozenset((o.path, o.method) for o in definition.operations))
    defined = Predictions(definition, ())
    expected = [_predicted(defined, number, case) for number, case in enumerate(candidates)]
    chosen: list[int] = []
    changes = sorted(configuration_changes(definition, observed), key=lambda change: change.rarity)
    for change in changes[:_MOST_CHANGES]:
        other = Predictions(definition, (change,))
        # Those that were chosen come first: what they tell apart needs no other case.
        for number in (*chosen, *range(len(candidates))):
            if _predicted(other, number, candidates[number]) != expected[number]:
                chosen += [] if number in chosen else [number]
                break
        if len(chosen) == _MOST_CASES:
            break
    told = {_operation(candidates[number]) for number in chosen}
    for number, case in enumerate(candidates):  # a new operation may be what is deployed
        if _operation(case) not in told:
            told.add(_operation(case))
            chosen.append(number)
    return tuple(candidates[number] for number in chosen)


def _candidates(definition: Definition) -> Iterator[Case]:
    profile = PROFILES["quick"]
    for generator in (downloads, uploads, missing_objects):
        yield from generator(definition, profile)


def _operation(case: Case) -> str:
    """The operation that a case is about."""
    return next(s.request.operation.name for s in case.steps if s.role is Role.ACT)


def _is_plain(case: Case, types: tuple[str, ...]) -> bool:
    """Whether a case is about a combination that clients really send."""
    headers = {h for step in case.steps for h in (step.request.accept, step.request.content_type)}
    extra = any(step.request.headers for step in case.steps)
    return bool(case.steps) and not extra and headers <= {None, *types}


def _predicted(predictions: Predictions, number: int, case: Case) -> tuple[object, ...]:
    """What is expected of each step, as far as a client would see it."""
    state: dict[tuple[str, str], Stored | None] = {}
    found: list[object] = []
    for index, step in enumerate(case.steps):
        request = step.request
        kind = number * _MOST_STEPS + index
        expectation = predictions.predict(kind, request, state.get(request.object))
        state[request.object] = expectation.stored
        found.append((expectation.statuses, expectation.kind, expectation.body))
    return tuple(found)
