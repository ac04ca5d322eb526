"""What came of a run, as a list of observations that a behaviour fits or does not.

Strategy: an observation is one answer: status and body, and the media type where a case is about
that. Answers that say nothing of the gateway (a throttle, a broken connection, a definition that
leaves the answer open) are left out, and everything in their case that comes after them. Each
behaviour walks through the cases by itself and keeps what would be stored if it were true: so an
upload that failed while a case was prepared is an observation like any other.
"""

import gzip
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fixtures.model import Definition, parse_media_type
from fixtures.model.case import Aspect, Case, Performed, Request, Role, Step
from fixtures.model.exchange import Received
from fixtures.rules.beginning import stored_at_first
from fixtures.rules.conversions import decode_base64
from fixtures.rules.expectation import Expectation, Form, Stored
from fixtures.rules.judging import judge_case
from fixtures.rules.lambda_proxy import why_not_echo
from fixtures.rules.verdict import Outcome
from reports.diagnosis.change import Behaviour, Foretelling

_GZIP = b"\x1f\x8b"
_OF_BODIES = (Aspect.ANSWER, Aspect.CONTENT_TYPE)
_WORTH_KEEPING = 64 * 1024
"""Bytes that may be remembered for the sake of cases that are alike."""


@dataclass(frozen=True)
class Judged:
    """A case with what came of it."""

    case: Case
    performed: tuple[Performed, ...]


@dataclass(frozen=True)
class Moment:
    """A step of a case with its answer.

    `number` is that of the observation, the same wherever a shared answer serves several cases;
    `kind` is the same for requests of which the rules can only say the same.
    """

    number: int
    kind: int
    request: Request = field(repr=False)
    received: Received = field(repr=False)
    typed: bool


@dataclass(frozen=True)
class Scene:
    """The moments of one case, in order; `before` is what the definition says is stored at each."""

    case: str
    moments: tuple[Moment, ...]
    expected: tuple[Expectation, ...] = field(repr=False)
    before: tuple[Stored | None, ...] = field(repr=False)
    deviates: bool

    @property
    def size(self) -> int:
        """Bytes that have to be looked at."""
        return sum(len(m.request.body) + len(m.received.body) for m in self.moments)


@dataclass(frozen=True)
class Evidence:
    """Every observation of a run.

    `deviating` has the numbers of those that do not fit the definition. `beyond` names the cases
    that deviate in a way which no configuration and no damage to bytes brings about.
    """

    definition: Definition
    scenes: tuple[Scene, ...]
    observations: int
    deviating: frozenset[int]
    beyond: tuple[str, ...]

    def cases_of(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """The ids of the cases that made these observations."""
        wanted = set(numbers)
        return tuple(
            dict.fromkeys(
                scene.case
                for scene in self.scenes
                if any(moment.number in wanted for moment in scene.moments)
            )
        )


def gather(definition: Definition, cases: Iterable[Judged]) -> Evidence:
    """The observations of a run; where none deviates, without their scenes.

    A run may have more bodies than there is room for, so they are looked at one after the other,
    and kept only where something is to be explained.
    """
    glance = _gathered(definition, cases, keeps=False)
    return _gathered(definition, cases, keeps=True) if glance.deviating else glance


def _gathered(definition: Definition, cases: Iterable[Judged], *, keeps: bool) -> Evidence:
    gathering = _Gathering(definition)
    scenes, beyond = [], []
    for judged in cases:
        if judged.case.not_applicable:
            continue
        scene = gathering.scene(judged)
        if keeps and scene.moments:
            scenes.append(scene)
        if _is_beyond(definition, judged):
            beyond.append(judged.case.id)
    return Evidence(
        definition,
        tuple(scenes),
        len(gathering.numbers),
        frozenset(gathering.deviating),
        tuple(beyond),
    )


def _is_beyond(definition: Definition, judged: Judged) -> bool:
    """Whether a case deviates in a header that no configuration of the conversions decides."""
    if judged.case.aspect in _OF_BODIES:
        return False
    verdict = judge_case(definition, judged.case, judged.performed)
    return verdict.outcome is Outcome.DEVIATES


class _Gathering:
    """Numbers what a run brings, alike things alike, known by hash so that no body is kept."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._defined = Foretelling(definition, ())
        self._kinds: dict[int, int] = {}
        self.numbers: dict[int, int] = {}
        self.deviating: set[int] = set()

    def _foretelling(self, request: Request, stored: Stored | None) -> Foretelling:
        """What remembers the answer, or forgets it at once where that would keep large bodies."""
        size = len(request.body) + (len(stored.content) if stored is not None else 0)
        return self._defined if size <= _WORTH_KEEPING else Foretelling(self._definition, ())

    def scene(self, judged: Judged) -> Scene:
        """A case, as far as its answers say something."""
        case = judged.case
        state = stored_at_first(case)
        moments, expected, before, deviates = [], [], [], False
        for index, (step, exchange) in enumerate((p.step, p.exchange) for p in judged.performed):
            if exchange is None or exchange.received is None:
                break
            request, received = step.request, exchange.received
            if why_not_echo(request, received):
                break
            kind = self._kinds.setdefault(hash(_kind(request)), len(self._kinds))
            stored = state.get(request.object)
            expectation = self._foretelling(request, stored).expect(kind, request, stored)
            if expectation.open:
                break
            typed = step.role is Role.ACT and case.aspect is Aspect.CONTENT_TYPE
            fits = matches(expectation, received, typed=typed)
            if not fits and _says_nothing(self._definition, judged, index):
                break
            number = self.numbers.setdefault(hash((exchange, typed)), len(self.numbers))
            moments.append(Moment(number, kind, request, received, typed))
            expected.append(expectation)
            before.append(stored)
            state[request.object] = expectation.stored
            if not fits:
                self.deviating.add(number)
                deviates = True
        return Scene(case.id, tuple(moments), tuple(expected), tuple(before), deviates)


def _kind(request: Request) -> tuple[object, ...]:
    """All of a request that a rule looks at."""
    return (
        request.operation,
        request.method,
        request.target,
        request.content_type,
        request.accept,
        request.body,
    )


def _says_nothing(definition: Definition, judged: Judged, index: int) -> bool:
    """Whether an answer is none: a throttle, a time-out, a closed door, half a body."""
    performed = judged.performed[: index + 1]
    exchange = performed[-1].exchange
    assert exchange is not None
    assert exchange.received is not None
    if exchange.received.status >= 400:  # by itself, since nothing before it matters to that
        alone = Step(Role.PROOF, performed[-1].step.request)
        performed = (Performed(alone, exchange),)
    elif exchange.received.header("Content-Length") is not None:
        return False
    steps = tuple(one.step for one in performed)
    so_far = Case(judged.case.id, steps, found=judged.case.found)
    verdict = judge_case(definition, so_far, performed)
    return verdict.outcome is Outcome.UNDECIDED and verdict.step == len(performed) - 1


# ----------------------------------------------------------------------------------- comparing


def matches(
    expectation: Expectation, received: Received, *, typed: bool = False, unzips: bool = False
) -> bool:
    """Whether an answer is what was foretold; `typed`: its media type, too."""
    if received.status not in expectation.statuses:
        return False
    body = _unzipped(received.body) if unzips else received.body
    if typed and expectation.content_type is not None:
        got = received.header("Content-Type")
        if _essence(got) != _essence(expectation.content_type):
            return False
    if expectation.exact:
        return body == expectation.body
    return _LOOKS[expectation.form](body)


def _is_error(body: bytes) -> bool:
    try:
        document = json.loads(body)
    except ValueError:
        return False
    return isinstance(document, dict) and isinstance(document.get("message"), str)


def _is_xml(body: bytes) -> bool:
    return body.lstrip().startswith((b"<?xml", b"<Error", b"<ListBucketResult"))


def _is_encoded_xml(body: bytes) -> bool:
    decoded = decode_base64(body)
    return decoded is not None and _is_xml(decoded)


# What S3 says in XML may be anything else; only its conversion is known.
_LOOKS: Mapping[Form, Callable[[bytes], bool]] = {
    Form.ANY: lambda _: True,
    Form.ERROR: _is_error,
    Form.S3_XML: lambda body: not _is_encoded_xml(body),
    Form.S3_XML_BASE64: lambda body: not _is_xml(body),
}


def _essence(text: str | None) -> str | None:
    parsed = parse_media_type(text) if text is not None else None
    return text if parsed is None else parsed.essence.lower()


def is_zipped(body: bytes) -> bool:
    """Whether a body is a gzip stream."""
    return body.startswith(_GZIP) and _unzipped(body) != body


def _unzipped(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        return body


# ------------------------------------------------------------------------------------- walking


@dataclass(frozen=True)
class Found:
    """What a behaviour makes of observations: those that fit, and those that contradict it."""

    fits: frozenset[int]
    contradicts: frozenset[int]


def walk(behaviour: Behaviour, scenes: Iterable[Scene]) -> Found:
    """What a behaviour foretells of each moment, held against what came."""
    fits: set[int] = set()
    contradicts: set[int] = set()
    for scene in scenes:
        # What is stored, from the moment on from which it is not what the definition says.
        state: dict[tuple[str, str], Stored | None] | None = None
        for moment, expected, defined in zip(
            scene.moments, scene.expected, scene.before, strict=True
        ):
            request = moment.request
            before = defined if state is None else state.get(request.object)
            if state is None and not behaviour.differs(request.operation, expected.rules):
                expectation = expected
            else:
                expectation = behaviour.foretell(moment.kind, request, before)
            if expectation.open:
                break
            fitting = matches(
                expectation, moment.received, typed=moment.typed, unzips=behaviour.unzips
            )
            (fits if fitting else contradicts).add(moment.number)
            if state is None and _object(expectation.stored) != _object(expected.stored):
                state = _defined_before(scene, moment)
            if state is not None:
                state[request.object] = expectation.stored
    return Found(frozenset(fits), frozenset(contradicts - fits))


def _defined_before(scene: Scene, until: Moment) -> dict[tuple[str, str], Stored | None]:
    state: dict[tuple[str, str], Stored | None] = {}
    for moment, expected in zip(scene.moments, scene.expected, strict=True):
        if moment is until:
            break
        state[moment.request.object] = expected.stored
    return state


def _object(stored: Stored | None) -> tuple[bytes, str, str] | None:
    return None if stored is None else (stored.content, stored.media_type, stored.open)


# ------------------------------------------------------------------------------------ sampling


@dataclass(frozen=True)
class Sample:
    """Scenes that stand for all, and for how many observations each number stands."""

    scenes: tuple[Scene, ...]
    weights: Mapping[int, float]


def sample(scenes: Sequence[Scene], deviating: frozenset[int], each: int, most: int) -> Sample:
    """So many scenes of each kind, the smallest ones; of many kinds the most frequent ones.

    Two scenes are of one kind where the same rules foretell the same and the same fits.
    """
    groups: dict[tuple[object, ...], list[Scene]] = defaultdict(list)
    for scene in scenes:
        kind = tuple(
            (expected.rules, moment.number in deviating)
            for moment, expected in zip(scene.moments, scene.expected, strict=True)
        )
        groups[kind].append(scene)
    chosen: list[Scene] = []
    weights: dict[int, float] = {}
    frequent = sorted(groups.values(), key=len, reverse=True)[:most]
    for group in frequent:
        few = sorted(group, key=lambda scene: scene.size)[:each]
        chosen += few
        for scene in few:
            for moment in scene.moments:
                weights[moment.number] = weights.get(moment.number, 0) + len(group) / len(few)
    return Sample(tuple(chosen), weights)
