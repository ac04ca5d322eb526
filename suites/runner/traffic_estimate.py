"""What a run sends at most: known before anything is sent, from its cases alone.

Strategy: a case has its requests, and the rules foretell the answers. A search has as many examples
as its profile says, each as large as the largest payload that it may draw; `Search` holds it to the
bytes that this makes, shrinking included. What the network lets be sent again comes on top.
"""

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from fixtures.api import Definition
from fixtures.cases.case import Case, Request
from fixtures.rules.expectation import BodyKind, Expectation
from fixtures.rules.expected_response import expected_response
from fixtures.rules.initial_state import initial_state
from suites.profile import Profile
from suites.roundtrip.cases import SEQUENCES
from suites.roundtrip.state_machine import KEYS
from suites.roundtrip.strategies import LARGEST

LARGEST_BODY = len(base64.b64encode(bytes(LARGEST)))
"""Bytes of the largest body that a search uploads, in whichever form."""

# Bytes of an answer whose words are the gateway's or S3's own, about.
_ERRORS = {
    BodyKind.ERROR: 40,
    BodyKind.TOO_LARGE: 44,
    BodyKind.S3_XML: 300,
    BodyKind.S3_XML_BASE64: 400,
    BodyKind.ANY: 300,
}


@dataclass(frozen=True)
class Selected:
    """A case that will be tried, and its suite.

    `searched` says that it stands for a search: of `examples` cases, or of sequences of `steps`.
    """

    suite: str
    case: Case
    searched: str = ""


@dataclass(frozen=True)
class Planned:
    """A request, sent `times` times at most; `up` and `down` are the bytes of one body each way."""

    suite: str
    request: Request
    times: int
    up: int
    down: int = 0


def searched_uploads(profile: Profile, searched: str) -> int:
    """How many uploads one search makes at most."""
    if searched == "steps":
        return -(-profile.examples // SEQUENCES) * profile.steps
    return profile.examples


def planned(
    definition: Definition, profile: Profile, selected: Iterable[Selected], workers: int
) -> Iterator[Planned]:
    """Every request of the cases, those that each worker has to send for itself as often."""
    sharing: dict[Request, list[Planned]] = {}
    for each in selected:
        state = initial_state(each.case)
        steps = each.case.steps[:1] if each.searched == "steps" else each.case.steps
        for step in steps:
            request = step.request
            expectation = expected_response(definition, request, state.get(request.object))
            state[request.object] = expectation.stored
            one = Planned(each.suite, request, 1, len(request.body), _answer(expectation))
            if step.shared:
                sharing.setdefault(request, []).append(one)
            elif each.searched:
                yield from _search(each, one, searched_uploads(profile, each.searched))
            else:
                yield one
    for shared in sharing.values():
        yield from shared[:workers]


def _search(selected: Selected, one: Planned, times: int) -> Iterator[Planned]:
    """A search's request, as large as it may get; each step of a sequence may be an upload."""
    largest = replace(one, times=times, up=LARGEST_BODY if one.request.writes else 0)
    if selected.searched == "examples":
        yield largest if one.request.writes else replace(largest, down=_encoded(LARGEST_BODY))
        return
    for number, key in enumerate(KEYS):
        share = len(range(number, times, len(KEYS)))
        request = replace(one.request, name=f"{one.request.name}/{key}")
        yield replace(largest, request=request, times=share, down=_encoded(LARGEST_BODY))


def _answer(expectation: Expectation) -> int:
    return len(expectation.body) if expectation.exact else _ERRORS[expectation.kind]


def _encoded(length: int) -> int:
    return -(-length // 3) * 4


class TrafficEstimate:
    """The sums over all planned requests."""

    def __init__(self, requests: Sequence[Planned]) -> None:
        self.requests = tuple(requests)

    @cached_property
    def written(self) -> int:
        """Bytes of all uploads."""
        return sum(self.written_by_suite.values())

    @cached_property
    def written_by_suite(self) -> Mapping[str, int]:
        """Bytes of the uploads of each suite, the most first."""
        sums: Counter[str] = Counter()
        for each in self.requests:
            if each.request.writes:
                sums[each.suite] += each.times * each.up
        return dict(sums.most_common())

    @property
    def uploads(self) -> int:
        """How many requests ask for a change."""
        return sum(each.times for each in self.requests if each.request.writes)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The names of the objects that may be created, below the run's prefix."""
        names = (each.request.name for each in self.requests if each.request.creates)
        return tuple(dict.fromkeys(names))


def size(number: int) -> str:
    """A number of bytes for a reader, in powers of 1000."""
    value, units = float(number), iter(("bytes", "kB", "MB"))
    unit = next(units)
    while value >= 1000 and unit != "MB":
        value, unit = value / 1000, next(units)
    return f"{number} bytes" if unit == "bytes" else f"{value:.1f} {unit}"


def bytes_of(text: str) -> int:
    """The number of bytes that `100MB`, `1.5GiB` or `4096` stand for; raises `ValueError`."""
    number = text.rstrip("BGKMbgikm ")
    unit = text[len(number) :].strip().upper()
    powers = {"": 0, "B": 0, "K": 1, "KB": 1, "M": 2, "MB": 2, "G": 3, "GB": 3}
    base = 1024 if "I" in unit else 1000
    if (
        len(number) > 15
        or not number.replace(".", "", 1).isdecimal()
        or unit.replace("I", "") not in powers
    ):
        raise ValueError(text)
    return int(float(number) * base ** powers[unit.replace("I", "")])
