"""Network faults, and the decision which are injected into one request.

Strategy: a decision follows from the seed, from the client (its `User-Agent` names the case) and
from the number of its requests before, and from nothing else: not from time, not from what other
clients do. So a seed injects the same faults again, however many clients there are at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Effect(StrEnum):
    """The worst that a network fault may do to a verdict."""

    HARMLESS = "harmless"
    """The whole answer arrives: the verdict is that of a run without faults."""
    REPEATED = "repeated"
    """No answer arrives, in a way that lets the client ask again."""
    LOST = "lost"
    """No answer arrives, and asking again would not be right: the case may be undecided."""
    WRONG = "wrong"
    """Another answer arrives. No network does that; it shows that a comparison can fail."""


class Group(StrEnum):
    """At most one fault of a group is injected into a request."""

    PACE = "pace"
    FRAMING = "framing"
    ORDER = "order"
    EXTRA = "extra"
    INTERIM = "interim"
    CONNECTION = "connection"
    FAILURE = "failure"


@dataclass(frozen=True)
class NetworkFault:
    """One thing that networks do; `share` is the part of all requests that get it."""

    name: str
    group: Group
    effect: Effect
    share: float
    sentence: str


class UnknownNetworkFaultError(ValueError):
    """There is no network fault with this name."""


_HARMLESS, _REPEATED, _LOST, _WRONG = Effect
_ROWS: tuple[tuple[str, Group, Effect, float, str], ...] = (
    ("latency", Group.PACE, _HARMLESS, 0.5, "an answer comes later, each by another time"),
    ("segments", Group.PACE, _HARMLESS, 0.05, "an answer comes byte after byte"),
    ("drip", Group.PACE, _HARMLESS, 0.03, "an answer comes in pieces with pauses"),
    ("chunked", Group.FRAMING, _HARMLESS, 0.25, "chunks in place of Content-Length"),
    ("chunked-odd", Group.FRAMING, _HARMLESS, 0.1, "chunks with extensions and trailers"),
    ("http-1.0", Group.FRAMING, _HARMLESS, 0.15, "an answer in HTTP/1.0 that ends by closing"),
    ("reordered", Group.ORDER, _HARMLESS, 0.3, "headers in another order and letter case"),
    ("extra", Group.EXTRA, _HARMLESS, 0.3, "headers that intermediaries add"),
    ("interim", Group.INTERIM, _HARMLESS, 0.1, "100 and 103 before the answer"),
    ("closed-after", Group.CONNECTION, _HARMLESS, 0.1, "the connection ends, as announced"),
    ("closed-unsaid", Group.CONNECTION, _HARMLESS, 0.05, "the connection ends after an answer"),
    ("closed-idle", Group.CONNECTION, _HARMLESS, 0.05, "the connection ends while it is idle"),
    ("reset-at-request", Group.FAILURE, _REPEATED, 0.008, "a reset before the upload is read"),
    ("reset-before", Group.FAILURE, _REPEATED, 0.008, "a reset in place of an answer"),
    ("closed-before", Group.FAILURE, _REPEATED, 0.008, "an end in place of an answer"),
    ("reset-in-head", Group.FAILURE, _REPEATED, 0.008, "a reset among the headers"),
    ("closed-in-head", Group.FAILURE, _REPEATED, 0.008, "an end among the headers"),
    ("throttled", Group.FAILURE, _REPEATED, 0.008, "429 without Retry-After"),
    ("throttled-soon", Group.FAILURE, _REPEATED, 0.008, "429 with Retry-After: 0, 1 or a date"),
    ("unavailable-soon", Group.FAILURE, _REPEATED, 0.008, "503 with Retry-After: 0 or 1"),
    ("throttled-long", Group.FAILURE, _LOST, 0.004, "429 with Retry-After: 3600"),
    ("unavailable", Group.FAILURE, _LOST, 0.004, "503 without Retry-After"),
    ("unavailable-long", Group.FAILURE, _LOST, 0.004, "503 with Retry-After: 3600"),
    ("bad-gateway", Group.FAILURE, _LOST, 0.004, "502 with the HTML of an intermediary"),
    ("gateway-timeout", Group.FAILURE, _LOST, 0.004, "504 with the HTML of an intermediary"),
    ("request-timeout", Group.FAILURE, _LOST, 0.004, "408 with the HTML of an intermediary"),
    ("reset-in-body", Group.FAILURE, _LOST, 0.004, "a reset in the middle of a body"),
    ("closed-in-body", Group.FAILURE, _LOST, 0.004, "an end in the middle of a body"),
    ("reset-after", Group.FAILURE, _LOST, 0.004, "a reset behind a whole answer"),
    ("silence", Group.FAILURE, _LOST, 0.001, "nothing more is heard after the request"),
    ("stall", Group.FAILURE, _LOST, 0.001, "nothing more is heard in the middle of a body"),
    ("slow-drip", Group.FAILURE, _LOST, 0.0005, "a body of which a byte comes now and then"),
    ("corrupted", Group.FAILURE, _WRONG, 0.01, "another byte in a body"),
    ("shortened", Group.FAILURE, _WRONG, 0.01, "a byte less, with a length that fits"),
    ("other-status", Group.FAILURE, _WRONG, 0.01, "another status"),
)
NETWORK_FAULTS = tuple(NetworkFault(*row) for row in _ROWS)
BY_NAME = {kind.name: kind for kind in NETWORK_FAULTS}
DEFAULT = tuple(kind.name for kind in NETWORK_FAULTS if kind.effect is not Effect.WRONG)
"""What networks do: everything that changes no answer."""


def named(names: Iterable[str]) -> tuple[str, ...]:
    """Names of faults, where that of an effect stands for all of its faults.

    Raises `UnknownNetworkFaultError`.
    """
    kinds: list[str] = []
    for name in names:
        found = [kind.name for kind in NETWORK_FAULTS if name in (kind.name, kind.effect)]
        if not found:
            raise UnknownNetworkFaultError(f"there is no network fault {name!r}; --list names them")
        kinds += found
    return tuple(dict.fromkeys(kinds))


@dataclass(frozen=True)
class InjectedFaults:
    """The faults of one request; `dice` is where their details are drawn from."""

    kinds: tuple[NetworkFault, ...]
    dice: str

    @property
    def failure(self) -> str:
        """The name of the failure among them, empty for none."""
        return next((kind.name for kind in self.kinds if kind.group is Group.FAILURE), "")

    @property
    def effect(self) -> Effect:
        """The worst effect of all of them."""
        order = tuple(Effect)
        return max((kind.effect for kind in self.kinds), key=order.index, default=Effect.HARMLESS)

    def has(self, name: str) -> bool:
        """Whether this fault is among them."""
        return any(kind.name == name for kind in self.kinds)

    def random(self) -> Random:
        """The same random numbers each time."""
        return Random(self.dice)

    def __str__(self) -> str:
        return "+".join(kind.name for kind in self.kinds) or "none"


class FaultInjector:
    """Decides by a seed which faults each request gets.

    `kinds` are names of kinds or effects; `share`, 0 to 1, stands in for the kinds' own.
    """

    def __init__(
        self, seed: int, kinds: Iterable[str] = DEFAULT, *, share: float | None = None
    ) -> None:
        self.seed = seed
        chosen = [BY_NAME[name] for name in named(kinds)]
        self._groups = tuple(
            tuple(
                (kind, kind.share if share is None else share)
                for kind in chosen
                if kind.group is group
            )
            for group in Group
        )

    def faults_of(self, client: str, ordinal: int) -> InjectedFaults:
        """The faults of the request that is this client's `ordinal`th, counted from 0."""
        dice = f"{self.seed} {ordinal} {client}"
        random = Random(dice)
        drawn = (_one_of(group, random.random()) for group in self._groups)
        return InjectedFaults(tuple(kind for kind in drawn if kind is not None), dice)


def _one_of(shares: tuple[tuple[NetworkFault, float], ...], at: float) -> NetworkFault | None:
    """The kind whose part of the line from 0 to 1 has the point; what is too long is fitted in."""
    total = sum(share for _, share in shares)
    end = 0.0
    for kind, share in shares:
        end += share / max(1.0, total)
        if at < end:
            return kind
    return None
