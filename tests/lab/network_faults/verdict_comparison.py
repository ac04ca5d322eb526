"""The verdicts of one run, and how they differ from those of a clean run.

Strategy: the cases are dealt to several clients by their ids, so that each case meets the same
faults in each run with the same seed. A verdict may turn into undecided where a fault of its
requests loses responses; it may change in no other way.
"""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from fixtures.api import Definition
from fixtures.cases.case import Case, StepResult
from fixtures.cases.exchange import Exchange, header
from fixtures.client import CaseRunner
from fixtures.client.http_client import USER_AGENT, Timeouts
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome, Verdict
from tests.lab.network_faults.network_fault import Effect, FaultInjector, InjectedFaults
from tests.lab.workers import case_runner

_CLIENTS = 6
_PATIENT = Timeouts(connect=30.0, read=30.0, exchange=60.0)
# For the cases that meet silence. Any other wait has another cause, a busy machine at the most.
_IMPATIENT = Timeouts(connect=30.0, read=0.5, exchange=1.0)
_SILENCES = {"silence", "stall", "slow-drip"}
_MOST_ATTEMPTS = 4
_IDLE = "closed-idle"
_SILENCE = "silence"
_CUT_OFF = "closed-in-body"

Injected = Mapping[str, Sequence[InjectedFaults]]


@dataclass(frozen=True)
class ObservedCase:
    """A case, its verdict, and the faults of the requests that were sent for it.

    `unseen` of its requests never reached the proxy: they went into a connection that ended while
    it was idle. What is not idempotent is not sent again then (RFC 9110 section 9.2.2). `impatient`
    says that its client waited for next to nothing, because silence was to be injected.
    """

    case: Case
    verdict: Verdict
    performed: tuple[StepResult, ...] = field(repr=False, default=())
    injected: tuple[InjectedFaults, ...] = ()
    unseen: int = 0
    impatient: bool = False

    @property
    def cause(self) -> str:
        """The fault that left the case undecided; empty for none."""
        failures = [e.failure for e in self.injected if e.effect is not Effect.HARMLESS]
        if failures:
            return failures[-1]
        return _IDLE if self.unseen else _SILENCE if self.impatient else ""


@dataclass(frozen=True)
class Difference:
    """A verdict that network faults changed and must not have changed."""

    case: str
    clean: str
    received: str
    faults: tuple[str, ...]
    exchanges: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """What a person needs to find out why."""
        return (
            f"case     {self.case}",
            f"clean    {self.clean}",
            f"received {self.received}",
            f"faults   {', '.join(self.faults) or 'none'}",
            *(f"exchange {exchange}" for exchange in self.exchanges),
        )


@dataclass(frozen=True)
class Comparison:
    """A run with network faults against a clean one.

    `undecided` counts the cases that were decided in the clean run and are not here, by the
    fault that is the cause; `injected` counts the faults of the requests, by name.
    """

    cases: int
    requests: int
    undecided: Mapping[str, int]
    injected: Mapping[str, int]
    differences: tuple[Difference, ...]


def run_cases(
    definition: Definition,
    cases: Sequence[Case],
    url: str,
    injector: FaultInjector | None = None,
    injected: Injected = MappingProxyType({}),
) -> tuple[ObservedCase, ...]:
    """Send the cases by several clients at once and judge them, in the cases' order.

    `injector` decides on the faults of the proxy at `url`, and `injected` is where the proxy keeps
    those of each client.
    """
    dealt: dict[int, list[int]] = {number: [] for number in range(_CLIENTS)}
    for index, case in enumerate(cases):
        dealt[zlib.crc32(case.id.encode()) % _CLIENTS].append(index)

    def send(number: int) -> dict[int, ObservedCase]:
        seen: dict[int, ObservedCase] = {}
        prefix = f"network-faults/{number}/"
        with (
            case_runner(url, prefix, _PATIENT, _MOST_ATTEMPTS) as patient,
            case_runner(url, prefix, _IMPATIENT, _MOST_ATTEMPTS) as impatient,
        ):
            for index in dealt[number]:
                case = cases[index]
                silent = injector is not None and _meets_silence(case, injector, injected)
                runner = impatient if silent else patient
                one = _seen(definition, case, runner, injected)
                seen[index] = replace(one, impatient=silent)
        return seen

    seen: dict[int, ObservedCase] = {}
    with ThreadPoolExecutor(_CLIENTS) as pool:
        for part in pool.map(send, dealt):
            seen |= part
    return tuple(seen[index] for index in range(len(cases)))


def _meets_silence(case: Case, injector: FaultInjector, injected: Injected) -> bool:
    """Whether nothing will be heard after one of the requests that the case may come to send."""
    known = len(injected.get(_agent(case), ()))
    ordinals = range(known, known + _MOST_ATTEMPTS * len(case.steps))
    return any(injector.faults_of(_agent(case), n).failure in _SILENCES for n in ordinals)


def _agent(case: Case) -> str:
    return f"{USER_AGENT} ({case.id})"


def _seen(
    definition: Definition, case: Case, runner: CaseRunner, injected: Injected
) -> ObservedCase:
    own = _agent(case)
    known = len(injected.get(own, ()))  # ids are unique only within a test
    performed = runner.execute(case)
    received = list(injected.get(own, ()))[known:]
    exchanges = [p.exchange for p in performed if p.exchange is not None]
    sent = sum(1 + len(one.repeats) for one in exchanges if _client_of(one) == own)
    unseen = sent - len(received)
    # A setup that cases share was sent for one of them, and its faults count for all.
    for other in dict.fromkeys(map(_client_of, exchanges)):
        received += injected.get(other, ()) if other != own else ()
    return ObservedCase(
        case, judge_case(definition, case, performed), performed, tuple(received), unseen
    )


def _client_of(exchange: Exchange) -> str:
    return header(exchange.sent.headers, "User-Agent") or ""


def compare(clean: Sequence[Verdict], seen: Sequence[ObservedCase]) -> Comparison:
    """Hold a run against the verdicts of a clean one on the same cases."""
    undecided: Counter[str] = Counter()
    differences = []
    for before, now in zip(clean, seen, strict=True):
        why = _difference(before, now)
        if why:
            differences.append(_described(before, now, why))
        elif now.verdict.outcome is not before.outcome:
            undecided[now.cause] += 1
    return Comparison(
        len(seen),
        sum(len(one.performed) for one in seen),
        dict(undecided),
        dict(Counter(kind.name for one in seen for event in one.injected for kind in event.kinds)),
        tuple(differences),
    )


def _difference(clean: Verdict, seen: ObservedCase) -> str:
    """Why the verdict must not have come of the clean one; empty where it may."""
    now = seen.verdict
    if now.outcome is Outcome.UNDECIDED:
        if clean.outcome is Outcome.UNDECIDED or seen.cause:
            return ""
        return "undecided, though nothing was lost"
    if _said(now) == _said(clean):
        return ""
    # A wrong body that was cut off is wrong in another way, and nothing may tell that it was cut.
    if now.outcome is clean.outcome and now.rules == clean.rules and seen.cause == _CUT_OFF:
        return ""
    return "another verdict" if now.outcome is not clean.outcome else "another reason"


def _said(verdict: Verdict) -> tuple[object, ...]:
    return (verdict.outcome, verdict.rules, verdict.reason, verdict.expected, verdict.observed)


def _described(clean: Verdict, seen: ObservedCase, why: str) -> Difference:
    return Difference(
        seen.case.id,
        _in_words(clean),
        f"{why}: {_in_words(seen.verdict)}",
        tuple(map(str, seen.injected)),
        tuple(_exchange_in_words(p.exchange) for p in seen.performed if p.exchange is not None),
    )


def _in_words(verdict: Verdict) -> str:
    observed = f"; observed: {verdict.observed}" if verdict.observed else ""
    return f"{verdict.outcome}: {verdict.reason} ({verdict.rule}){observed}"


def _exchange_in_words(exchange: Exchange) -> str:
    sent, received = exchange.sent, exchange.received
    again = f", after {'; '.join(map(str, exchange.repeats))}" if exchange.repeats else ""
    if received is None:
        return f"{sent.method} {sent.url}: {exchange.failure}{again}"
    return (
        f"{sent.method} {sent.url}: {received.http_version} {received.status}, "
        f"{len(received.body)} bytes, {received.headers!r}{again}"
    )
