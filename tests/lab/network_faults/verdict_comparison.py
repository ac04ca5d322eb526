"""The verdicts of one run, and how they differ from those of a clean run.

Strategy: the cases are dealt to several clients by their ids, so that each case meets the same
weather in each run with the same seed. A verdict may turn into undecided where something came over
its requests that loses answers; it may change in no other way.
"""

import time
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from fixtures.api import Definition
from fixtures.cases.case import Case, StepResult
from fixtures.cases.exchange import Exchange, header
from fixtures.client import CaseRunner, Client
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import USER_AGENT, Timeouts
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome, Verdict
from tests.lab.network_faults.network_fault import Effect, Event, Weather

_CLIENTS = 6
_PATIENT = Timeouts(connect=30.0, read=30.0, exchange=60.0)
# For the cases that meet silence. Any other wait has another cause, a busy machine at the most.
_IMPATIENT = Timeouts(connect=30.0, read=0.5, exchange=1.0)
_SILENCES = {"silence", "stall", "slow-drip"}
_MOST_ATTEMPTS = 4
_SHORTEST_WAIT = 0.001
_IDLE = "closed-idle"
_SILENCE = "silence"
_CUT_OFF = "closed-in-body"

Events = Mapping[str, Sequence[Event]]


@dataclass(frozen=True)
class Seen:
    """A case, what came of it, and what came over the requests that were sent for it.

    `unseen` of its requests never reached the proxy: they went into a connection that ended while
    it was idle. What is not idempotent is not sent again then (RFC 9110 section 9.2.2). `hurried`
    says that its client waited for next to nothing, because silence was to come.
    """

    case: Case
    verdict: Verdict
    performed: tuple[StepResult, ...] = field(repr=False, default=())
    events: tuple[Event, ...] = ()
    unseen: int = 0
    hurried: bool = False

    @property
    def blame(self) -> str:
        """The weather that is to blame where the case is undecided; empty for none."""
        troubles = [e.trouble for e in self.events if e.effect is not Effect.HARMLESS]
        if troubles:
            return troubles[-1]
        return _IDLE if self.unseen else _SILENCE if self.hurried else ""


@dataclass(frozen=True)
class Difference:
    """A verdict that the weather changed and must not have changed."""

    case: str
    clean: str
    came: str
    weather: tuple[str, ...]
    exchanges: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """What a person needs to find out why."""
        return (
            f"case     {self.case}",
            f"clean    {self.clean}",
            f"came     {self.came}",
            f"weather  {', '.join(self.weather) or 'clear'}",
            *(f"exchange {exchange}" for exchange in self.exchanges),
        )


@dataclass(frozen=True)
class Comparison:
    """A run in weather against a clean one.

    `undecided` counts the cases that were decided in the clean run and are not here, by the
    weather that is to blame; `events` counts what came over the requests, by the kind's name.
    """

    cases: int
    requests: int
    undecided: Mapping[str, int]
    events: Mapping[str, int]
    differences: tuple[Difference, ...]


def perform_all(
    definition: Definition,
    cases: Sequence[Case],
    url: str,
    weather: Weather | None = None,
    events: Events = MappingProxyType({}),
) -> tuple[Seen, ...]:
    """Send the cases by several clients at once and judge them; `Seen` in the cases' order.

    `weather` is what `url` lies in, and `events` is where its proxy keeps what comes over the
    requests.
    """
    dealt: dict[int, list[int]] = {number: [] for number in range(_CLIENTS)}
    for index, case in enumerate(cases):
        dealt[zlib.crc32(case.id.encode()) % _CLIENTS].append(index)

    def send(number: int) -> dict[int, Seen]:
        seen: dict[int, Seen] = {}
        with (
            _performer(url, number, _PATIENT) as patient,
            _performer(url, number, _IMPATIENT) as impatient,
        ):
            for index in dealt[number]:
                case = cases[index]
                silent = weather is not None and _meets_silence(case, weather, events)
                performer = impatient if silent else patient
                one = _seen(definition, case, performer, events)
                seen[index] = replace(one, hurried=silent)
        return seen

    seen: dict[int, Seen] = {}
    with ThreadPoolExecutor(_CLIENTS) as pool:
        for part in pool.map(send, dealt):
            seen |= part
    return tuple(seen[index] for index in range(len(cases)))


@contextmanager
def _performer(url: str, number: int, timeouts: Timeouts) -> Iterator[CaseRunner]:
    client = Client(
        url, timeouts=timeouts, attempts=_MOST_ATTEMPTS, limiter=ConcurrencyLimiter(sleep=_hardly)
    )
    try:
        yield CaseRunner(client, f"weather/{number}/")
    finally:
        client.close()


def _meets_silence(case: Case, weather: Weather, events: Events) -> bool:
    """Whether nothing will be heard after one of the requests that the case may come to send."""
    known = len(events.get(_agent(case), ()))
    ordinals = range(known, known + _MOST_ATTEMPTS * len(case.steps))
    return any(weather.event(_agent(case), n).trouble in _SILENCES for n in ordinals)


def _agent(case: Case) -> str:
    return f"{USER_AGENT} ({case.id})"


def _hardly(_seconds: float) -> None:
    """Wait for next to nothing: the overload is not real."""
    time.sleep(_SHORTEST_WAIT)


def _seen(definition: Definition, case: Case, performer: CaseRunner, events: Events) -> Seen:
    own = _agent(case)
    known = len(events.get(own, ()))  # ids are unique within a test alone
    performed = performer.execute(case)
    came = list(events.get(own, ()))[known:]
    exchanges = [p.exchange for p in performed if p.exchange is not None]
    sent = sum(1 + len(one.repeats) for one in exchanges if _who_asked(one) == own)
    unseen = sent - len(came)
    # A setup that cases share was sent for one of them, and what came over it counts for all.
    for other in dict.fromkeys(map(_who_asked, exchanges)):
        came += events.get(other, ()) if other != own else ()
    return Seen(case, judge_case(definition, case, performed), performed, tuple(came), unseen)


def _who_asked(exchange: Exchange) -> str:
    return header(exchange.sent.headers, "User-Agent") or ""


def compare(clean: Sequence[Verdict], seen: Sequence[Seen]) -> Comparison:
    """Hold a run against the verdicts of a clean one on the same cases."""
    undecided: Counter[str] = Counter()
    differences = []
    for before, now in zip(clean, seen, strict=True):
        why = _difference(before, now)
        if why:
            differences.append(_described(before, now, why))
        elif now.verdict.outcome is not before.outcome:
            undecided[now.blame] += 1
    return Comparison(
        len(seen),
        sum(len(one.performed) for one in seen),
        dict(undecided),
        dict(Counter(kind.name for one in seen for event in one.events for kind in event.kinds)),
        tuple(differences),
    )


def _difference(clean: Verdict, seen: Seen) -> str:
    """Why the verdict must not have come of the clean one; empty where it may."""
    now = seen.verdict
    if now.outcome is Outcome.UNDECIDED:
        if clean.outcome is Outcome.UNDECIDED or seen.blame:
            return ""
        return "undecided, though nothing was lost"
    if _said(now) == _said(clean):
        return ""
    # A wrong body that was cut off is wrong in another way, and nothing may tell that it was cut.
    if now.outcome is clean.outcome and now.rules == clean.rules and seen.blame == _CUT_OFF:
        return ""
    return "another verdict" if now.outcome is not clean.outcome else "another reason"


def _said(verdict: Verdict) -> tuple[object, ...]:
    return (verdict.outcome, verdict.rules, verdict.reason, verdict.expected, verdict.observed)


def _described(clean: Verdict, seen: Seen, why: str) -> Difference:
    return Difference(
        seen.case.id,
        _in_words(clean),
        f"{why}: {_in_words(seen.verdict)}",
        tuple(map(str, seen.events)),
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
