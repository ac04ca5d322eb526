"""Which cases are sent to a bad gateway, in which order, and what counts as caught.

Strategy: the cases are those of the suites, made by their own generators. Cases that carry a rule
of the fault come first, the most different ones of them foremost, and the first deviation under
such a rule ends the trial. Nothing random is needed: Hypothesis' own searches stand in with their
one fixed example.
"""

import hashlib
import importlib
import inspect
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

from fixtures.api import Definition
from fixtures.cases.case import Case
from fixtures.client.http_client import Timeouts
from fixtures.definitions import load
from fixtures.faults.fault import CONNECTION, INTERMITTENT, SIZE, Fault
from fixtures.faults.host import Host
from fixtures.rules.judgement import judge_case, planned_rules
from fixtures.rules.rule_book import Level, rules
from fixtures.rules.verdict import Outcome, Verdict
from suites.profile import PROFILES
from tests.lab.workers import case_runner, repetition_by

_SUITES = Path(__file__).parents[3] / "suites"
_PREFIX = "faults/"
# Loopback answers at once, where the machine is not busy with something else.
_TIMEOUTS = Timeouts(connect=10.0, read=35.0, exchange=60.0)
_SHORT = Timeouts(connect=1.0, read=0.2, exchange=1.0)
_CONNECTION_CASES = 6
_EVERY_KIND = 2000
_CLIENTS = 4
"""As many clients at once as `pytest -n 4` has, for faults that need company to show."""


class Result(StrEnum):
    """The result of one faulty gateway under one definition."""

    CAUGHT = "caught"
    CAUGHT_BY_OTHER = "caught by other"
    MISSED = "missed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True)
class Planned:
    """A case with the rules that it carries."""

    case: Case
    rules: frozenset[str]


@dataclass(frozen=True)
class Trial:
    """One bad gateway under one definition.

    `rule` and `case` are those of the deviation that decided; `rules` are all that were seen to
    deviate, and for the group `connection` those of the cases that were left undecided.
    """

    result: Result
    sent: int = 0
    rule: str = ""
    case: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Control:
    """The correct gateway under one definition: how many cases, and what was not as expected."""

    cases: int
    deviations: tuple[str, ...]


@dataclass
class _Seen:
    """What the clients of one trial have seen so far."""

    own: tuple[Case, Verdict] | None = None
    other: tuple[Case, Verdict] | None = None
    rules: dict[str, None] = field(default_factory=dict)
    sent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, case: Case, verdict: Verdict, own: frozenset[str]) -> None:
        """Take a verdict into account."""
        with self.lock:
            self.sent += 1
            if verdict.outcome is Outcome.DEVIATES:
                self.rules.update(dict.fromkeys(verdict.rules))
                # A run passes in spite of a tolerated deviation: that is enough only for a fault
                # that is one of the answers which are possible on AWS.
                is_enough = not verdict.tolerated or all(
                    rules()[name].level is Level.DERIVED for name in own
                )
                if is_enough and own & set(verdict.rules):
                    self.own = self.own or (case, verdict)
                else:
                    self.other = self.other or (case, verdict)

    def trial(self, own: frozenset[str]) -> Trial:
        """The result so far."""
        found = self.own or self.other
        if found is None:
            return Trial(Result.MISSED, self.sent)
        case, verdict = found
        result = Result.CAUGHT if self.own else Result.CAUGHT_BY_OTHER
        rule = next((rule for rule in verdict.rules if rule in own), verdict.rule)
        return Trial(result, self.sent, rule, case.id, tuple(self.rules))


def _cases(definition: Definition, profile: str) -> Iterator[Case]:
    """Every case of every suite, as the marks of the tests name their generators."""
    for path in sorted(_SUITES.glob("*/test_*.py")):
        module = importlib.import_module(f"suites.{path.parent.name}.{path.stem}")
        for _, function in inspect.getmembers(module, inspect.isfunction):
            for mark in getattr(function, "pytestmark", ()):
                if mark.name == "cases":
                    yield from mark.args[0].cases(definition, PROFILES[profile])


@lru_cache(maxsize=16)
def planned(name: str, profile: str) -> tuple[Definition, tuple[Planned, ...]]:
    """A definition and its cases that can be sent, the most different ones first."""
    definition = load(name)
    cases = [
        Planned(case, frozenset(planned_rules(definition, case)))
        for case in _cases(definition, profile)
        if not case.not_applicable
    ]
    by_rules = _spread(cases, [(case.rules, case.case.aspect) for case in cases])
    by_bodies = _spread(cases, [_bodies(case.case) for case in cases])
    mixed = (case for pair in zip(by_rules, by_bodies, strict=True) for case in pair)
    return definition, tuple({id(case): case for case in mixed}.values())


def _spread(cases: Sequence[Planned], kinds: Iterable[object]) -> tuple[Planned, ...]:
    """One case of each kind, then a second one of each, and so on."""
    groups: dict[object, list[Planned]] = defaultdict(list)
    for case, kind in zip(cases, kinds, strict=True):
        groups[kind].append(case)
    rounds = zip_longest(*groups.values())
    return tuple(case for one_of_each in rounds for case in one_of_each if case is not None)


def _bodies(case: Case) -> tuple[str, ...]:
    return tuple(hashlib.sha256(step.request.body).hexdigest() for step in case.steps)


def applies(fault: Fault, definition: str, profile: str) -> bool:
    """Whether a fault can show.

    It can where it says so (`Fault.applies_to`), where some case carries one of its rules, and,
    near the limit, where the profile goes there.
    """
    if fault.group == SIZE and not PROFILES[profile].large:
        return False
    document, cases = planned(definition, profile)
    own = frozenset(fault.rules)
    return fault.applies_to(document) and any(own & case.rules for case in cases)


def run_trial(host: Host, fault: Fault, definition: str, profile: str) -> Trial:
    """Serve a bad gateway and send it cases until it is caught."""
    if not applies(fault, definition, profile):
        return Trial(Result.NOT_TRIED)
    document, cases = planned(definition, profile)
    own = frozenset(fault.rules)
    first = [case for case in cases if own & case.rules]
    with host.serving(fault, document) as url:
        if fault.group == CONNECTION:
            return _try_broken_connection(document, first, url)
        rest = [case for case in cases if not own & case.rules]
        seen = _Seen()
        clients = _CLIENTS if fault.group == INTERMITTENT else 1
        _send_all(document, (*first, *rest), url, own, seen, clients)
    return seen.trial(own)


def is_sole_killer(host: Host, fault: Fault, definition: str, profile: str, rule: str) -> bool:
    """Whether every deviation that the cases find rests on this rule.

    Without the rule, nobody would have noticed the fault. The first cases are enough: they have
    every combination of rules several times.
    """
    document, cases = planned(definition, profile)
    found = False
    with host.serving(fault, document) as url, case_runner(url, _PREFIX, _TIMEOUTS) as runner:
        for case in cases[:_EVERY_KIND]:
            verdict = judge_case(document, case.case, runner.execute(case.case))
            if verdict.outcome is Outcome.DEVIATES:
                found = True
                if rule not in verdict.rules:
                    return False
    return found


def control(host: Host, definition: str, profile: str, most: int | None) -> Control:
    """Send cases to the correct gateway."""
    document, every = planned(definition, profile)
    cases = every[:most]
    wrong = []
    with host.serving(None, document) as url, case_runner(url, _PREFIX, _TIMEOUTS) as runner:
        for case in cases:
            verdict = judge_case(document, case.case, runner.execute(case.case))
            if verdict.outcome in (Outcome.DEVIATES, Outcome.UNDECIDED):
                wrong.append(f"{case.case.id}: {verdict.reason}")
    return Control(len(cases), tuple(wrong))


def _send_all(
    definition: Definition,
    cases: Sequence[Planned],
    url: str,
    own: frozenset[str],
    seen: _Seen,
    clients: int,
) -> None:
    """Send the cases, each once, by so many clients at once, until one is caught by an own rule."""
    queue, lock = iter(cases), threading.Lock()

    def send(number: int) -> None:
        with case_runner(url, f"{_PREFIX}{number}/", _TIMEOUTS) as runner:
            repetition = repetition_by(definition, runner)
            while seen.own is None:
                with lock:
                    planned_case = next(queue, None)
                if planned_case is None:
                    return
                case = planned_case.case
                *_, verdict = repetition.judge(case, runner.execute(case))
                seen.add(case, verdict, own)

    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(send, number) for number in range(clients)]:
            done.result()


def _try_broken_connection(definition: Definition, cases: Sequence[Planned], url: str) -> Trial:
    """Nothing can be judged here: caught is what leaves every case undecided, and none a pass."""
    affected = cases[:_CONNECTION_CASES]
    with case_runner(url, _PREFIX, _SHORT) as runner:
        verdicts = [
            judge_case(definition, case.case, runner.execute(case.case)) for case in affected
        ]
    rules = tuple(dict.fromkeys(rule for verdict in verdicts for rule in verdict.rules))
    wrong = next((v for v in verdicts if v.outcome is not Outcome.UNDECIDED), None)
    if wrong is not None:
        return Trial(Result.MISSED, len(affected), wrong.rule, wrong.case, rules)
    first = verdicts[0]
    return Trial(Result.CAUGHT, len(affected), first.rule, first.case, rules)
