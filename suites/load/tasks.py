"""What a user sends: uploads of its own objects, readings of them, and of those that all share.

Strategy: only the legal pairings of an upload and a download, through which bytes come back, so
that an endpoint that is right answers every request with 200. Each request is a case of its own
and gets a verdict of its own; what was uploaded before stands in the case as its setup. Every
object is unlike every other one, so that an answer that was meant for another request shows.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fixtures.api import Definition
from fixtures.cases.case import Case, Role, Step, StepResult
from fixtures.payloads import CATALOGUE
from suites.roundtrip.pairings import Pairing, pairings

OBJECTS = 4
"""Names that a user writes to, again and again."""

UPLOADS = 8
"""How often it does so before another name, and with it another pairing, has its turn."""

_LENGTHS = (1, 100, 1000, 1024, 4095, 16 * 1024, 64 * 1024)
_LARGEST_SHARED = 64 * 1024
_KEPT_UPLOADS = 2
# Of ten requests: uploads, readings of what the user itself uploaded, of what all users share.
_UPLOADS, _OWN = 3, 8


@dataclass(frozen=True)
class LoadTask:
    """A case whose last step is to be sent, `before` being the results of the others.

    The id of the case is its kind, which names it in the reports; all cases of a kind differ in
    their objects only. `after` is the upload that has to be sent before, where nobody has yet.
    """

    case: Case
    pairing: Pairing
    before: tuple[StepResult, ...] = ()
    after: Step | None = None


@dataclass(frozen=True)
class Object:
    """An object that a user knows: how it gets it, and its last uploads, all of which conform.

    The upload before the last one is kept because it says what a stale answer would have been;
    `times` is how many there were.
    """

    pairing: Pairing
    name: str
    uploads: tuple[StepResult, ...] = ()
    times: int = 0


class VirtualUser:
    """The script of one user: only it writes to `folder`, and it reads what it wrote itself."""

    def __init__(self, definition: Definition, folder: str) -> None:
        self._folder = folder
        self._ways = pairings(definition)
        self._shared = tuple(shared(definition))
        self._objects: list[Object] = []
        self._made = 0
        self._chance = random.Random(folder)  # noqa: S311 - another sequence for each user

    def next(self) -> LoadTask:
        """What to send next; how it ends is told to `uploaded` or to `lost`."""
        choice = self._chance.randrange(10)
        if choice < _UPLOADS or (choice < _OWN and not self._objects):
            return self._upload()
        if choice < _OWN:
            return self._reading(self._chance.choice(self._objects))
        pairing, step = self._chance.choice(self._shared)
        read = Step(Role.ACT, pairing.get(step.request.name))
        kind = f"read-shared {pairing.name}"
        return LoadTask(Case(kind, (step, read)), pairing, after=step)

    def uploaded(self, load_task: LoadTask, done: StepResult) -> None:
        """Take in that an upload conforms: what it stored can be read, and overwritten."""
        name = done.step.request.name
        as_setup = StepResult(Step(Role.SETUP, done.step.request), done.exchange)
        known = next(
            (one for one in self._objects if one.name == name), Object(load_task.pairing, name)
        )
        self.lost(name)
        if known.times + 1 < UPLOADS:
            uploads = (*known.uploads, as_setup)[-_KEPT_UPLOADS:]
            self._objects.append(replace(known, uploads=uploads, times=known.times + 1))

    def lost(self, name: str) -> None:
        """Never use a name again whose last upload may still be under way, or went wrong."""
        self._objects = [known for known in self._objects if known.name != name]

    def _upload(self) -> LoadTask:
        if len(self._objects) < OBJECTS:
            pairing = self._chance.choice(self._ways)
            known = Object(pairing, f"load/{self._folder}/{self._made}")
        else:
            known = self._chance.choice(self._objects)
        self._made += 1
        content = self._content(self._chance.choice(_LENGTHS))
        step = Step(Role.ACT, known.pairing.put(known.name, content))
        kind = f"upload {known.pairing.name}"
        # The user reads the object later: this case is about the answer alone.
        case = Case(kind, (step,), rules=("upload-empty-answer",))
        return LoadTask(case, known.pairing)

    def _reading(self, known: Object) -> LoadTask:
        act = Step(Role.ACT, known.pairing.get(known.name))
        kind = f"read-own {known.pairing.name}"
        steps = (*(done.step for done in known.uploads), act)
        return LoadTask(Case(kind, steps), known.pairing, known.uploads)

    def _content(self, length: int) -> bytes:
        """Bytes that nobody else uploads and this user never again."""
        seed = f"{self._folder}/{self._made}".encode()
        return hashlib.shake_256(seed).digest(length)


def shared(definition: Definition) -> Iterator[tuple[Pairing, Step]]:
    """The catalogue's payloads as objects that every process uploads alike and nobody changes."""
    ways = pairings(definition)
    payloads = [one for one in CATALOGUE if 0 < len(one.content) <= _LARGEST_SHARED]
    # Every pairing has its turn, and of many payloads no more than the pairings need.
    for number in range(max(len(ways), min(len(payloads), 3 * len(ways))) if ways else 0):
        pairing, payload = ways[number % len(ways)], payloads[number % len(payloads)]
        request = pairing.put(f"load/shared/{number}-{payload.name}", payload.content)
        yield pairing, Step(Role.SETUP, request, shared=True)


def kinds(definition: Definition) -> list[str]:
    """The kinds of request that a load of this definition has, in the reports' order."""
    return [
        f"{what} {pairing.name}"
        for what in ("upload", "read-own", "read-shared")
        for pairing in pairings(definition)
    ]
