"""Kinds of weather, and the decision what happens to one request.

Strategy: a decision follows from the seed, from who asks (the `User-Agent`, which names the case)
and from how often he asked before, and from nothing else: not from time, not from what other
clients do. So a seed brings the same weather again, with as many clients at once as one likes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Effect(StrEnum):
    """The worst that a kind of weather may do to a verdict."""

    HARMLESS = "harmless"
    """The whole answer arrives: the verdict is that of clear weather."""
    REPEATED = "repeated"
    """No answer arrives, in a way that lets the client ask again."""
    LOST = "lost"
    """No answer arrives, and asking again would not be right: the case may be undecided."""
    WRONG = "wrong"
    """Another answer arrives. No network does that; it shows that a comparison can fail."""


class Group(StrEnum):
    """Of the kinds of one group at most one comes over a request."""

    PACE = "pace"
    FRAMING = "framing"
    ORDER = "order"
    EXTRA = "extra"
    INTERIM = "interim"
    CONNECTION = "connection"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Kind:
    """One thing that networks do; `share` is the part of all requests that it comes over."""

    name: str
    group: Group
    effect: Effect
    share: float
    sentence: str


class UnknownKindError(ValueError):
    """There is no kind of weather with this name."""


_HARMLESS, _REPEATED, _LOST, _WRONG = Effect

KINDS = (
    Kind("latency", Group.PACE, _HARMLESS, 0.5, "an answer comes later, each by another time"),
    Kind("segments", Group.PACE, _HARMLESS, 0.05, "an answer comes byte after byte"),
    Kind("drip", Group.PACE, _HARMLESS, 0.03, "an answer comes in pieces with pauses"),
    Kind("chunked", Group.FRAMING, _HARMLESS, 0.25, "chunks in place of Content-Length"),
    Kind("chunked-odd", Group.FRAMING, _HARMLESS, 0.1, "chunks with extensions and trailers"),
    Kind("http-1.0", Group.FRAMING, _HARMLESS, 0.15, "an answer in HTTP/1.0 that ends by closing"),
    Kind("reordered", Group.ORDER, _HARMLESS, 0.3, "headers in another order and letter case"),
    Kind("extra", Group.EXTRA, _HARMLESS, 0.3, "headers that intermediaries add"),
    Kind("interim", Group.INTERIM, _HARMLESS, 0.1, "100 and 103 before the answer"),
    Kind("closed-after", Group.CONNECTION, _HARMLESS, 0.1, "the connection ends, as announced"),
    Kind("closed-unsaid", Group.CONNECTION, _HARMLESS, 0.05, "the connection ends after an answer"),
    Kind("closed-idle", Group.CONNECTION, _HARMLESS, 0.05, "the connection ends while it is idle"),
    Kind("reset-at-request", Group.TROUBLE, _REPEATED, 0.008, "a reset before the upload is read"),
    Kind("reset-before", Group.TROUBLE, _REPEATED, 0.008, "a reset in place of an answer"),
    Kind("closed-before", Group.TROUBLE, _REPEATED, 0.008, "an end in place of an answer"),
    Kind("reset-in-head", Group.TROUBLE, _REPEATED, 0.008, "a reset among the headers"),
    Kind("closed-in-head", Group.TROUBLE, _REPEATED, 0.008, "an end among the headers"),
    Kind("throttled", Group.TROUBLE, _REPEATED, 0.008, "429 without Retry-After"),
    Kind("throttled-soon", Group.TROUBLE, _REPEATED, 0.008, "429 with Retry-After: 0, 1 or a date"),
    Kind("unavailable-soon", Group.TROUBLE, _REPEATED, 0.008, "503 with Retry-After: 0 or 1"),
    Kind("throttled-long", Group.TROUBLE, _LOST, 0.004, "429 with Retry-After: 3600"),
    Kind("unavailable", Group.TROUBLE, _LOST, 0.004, "503 without Retry-After"),
    Kind("unavailable-long", Group.TROUBLE, _LOST, 0.004, "503 with Retry-After: 3600"),
    Kind("bad-gateway", Group.TROUBLE, _LOST, 0.004, "502 with the HTML of an intermediary"),
    Kind("gateway-timeout", Group.TROUBLE, _LOST, 0.004, "504 with the HTML of an intermediary"),
    Kind("request-timeout", Group.TROUBLE, _LOST, 0.004, "408 with the HTML of an intermediary"),
    Kind("reset-in-body", Group.TROUBLE, _LOST, 0.004, "a reset in the middle of a body"),
    Kind("closed-in-body", Group.TROUBLE, _LOST, 0.004, "an end in the middle of a body"),
    Kind("reset-after", Group.TROUBLE, _LOST, 0.004, "a reset behind a whole answer"),
    Kind("silence", Group.TROUBLE, _LOST, 0.001, "nothing more is heard after the request"),
    Kind("stall", Group.TROUBLE, _LOST, 0.001, "nothing more is heard in the middle of a body"),
    Kind("slow-drip", Group.TROUBLE, _LOST, 0.0005, "a body of which a byte comes now and then"),
    Kind("corrupted", Group.TROUBLE, _WRONG, 0.01, "another byte in a body"),
    Kind("shortened", Group.TROUBLE, _WRONG, 0.01, "a byte less, with a length that fits"),
    Kind("other-status", Group.TROUBLE, _WRONG, 0.01, "another status"),
)
BY_NAME = {kind.name: kind for kind in KINDS}
DEFAULT = tuple(kind.name for kind in KINDS if kind.effect is not Effect.WRONG)
"""What networks do: everything that changes no answer."""


def named(names: Iterable[str]) -> tuple[str, ...]:
    """The kinds of these names, each of a kind or an effect; raises `UnknownKindError`."""
    kinds: list[str] = []
    for name in names:
        found = [kind.name for kind in KINDS if name in (kind.name, kind.effect)]
        if not found:
            raise UnknownKindError(f"there is no weather {name!r}; --list says which there are")
        kinds += found
    return tuple(dict.fromkeys(kinds))


@dataclass(frozen=True)
class Event:
    """What comes over one request; `dice` is where its details are drawn from."""

    kinds: tuple[Kind, ...]
    dice: str

    @property
    def trouble(self) -> str:
        """The name of the trouble, empty for none."""
        return self._of(Group.TROUBLE)

    @property
    def effect(self) -> Effect:
        """The worst effect of all that comes over the request."""
        order = tuple(Effect)
        return max((kind.effect for kind in self.kinds), key=order.index, default=Effect.HARMLESS)

    def has(self, name: str) -> bool:
        """Whether this kind of weather is part of it."""
        return any(kind.name == name for kind in self.kinds)

    def random(self) -> Random:
        """The same random numbers each time."""
        return Random(self.dice)

    def _of(self, group: Group) -> str:
        return next((kind.name for kind in self.kinds if kind.group is group), "")

    def __str__(self) -> str:
        return "+".join(kind.name for kind in self.kinds) or "clear"


class Weather:
    """What a seed makes of the requests.

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

    def event(self, who: str, ordinal: int) -> Event:
        """What comes over the request that is this client's `ordinal`th, counted from 0."""
        dice = f"{self.seed} {ordinal} {who}"
        random = Random(dice)
        drawn = (_one_of(group, random.random()) for group in self._groups)
        return Event(tuple(kind for kind in drawn if kind is not None), dice)


def _one_of(shares: tuple[tuple[Kind, float], ...], at: float) -> Kind | None:
    """The kind whose part of the line from 0 to 1 has the point; what is too long is fitted in."""
    total = sum(share for _, share in shares)
    end = 0.0
    for kind, share in shares:
        end += share / max(1.0, total)
        if at < end:
            return kind
    return None
