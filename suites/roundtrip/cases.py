"""Every payload of the catalogue through every legal pairing."""

from collections.abc import Iterator

from fixtures.api import Definition
from fixtures.cases.case import Case, Role, Step
from fixtures.payloads import CATALOGUE
from suites.profile import Profile
from suites.roundtrip.pairings import SENTINEL, pairings

_LARGE = 64 * 1024
SEQUENCES = 5
"""The number of parts of the stateful test; each gets its share of the examples."""
_RULES = ("read-after-write",)


def catalogue(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Each payload uploaded and downloaded; the quick profile leaves out the large ones."""
    for pairing in pairings(definition):
        for payload in CATALOGUE:
            if profile.large or len(payload.content) <= _LARGE:
                name = f"{pairing.folder}/{payload.name}"
                yield pairing.case(f"{payload.name} {pairing.name}", name, payload.content)


# What replaces an older object -> the older one, and the one that must be returned, whole.
_OVERWRITES = {
    "overwriting": (b"the first object, the longer one", b"the second"),
    "overwriting-equal-length": (b"the first object", b"the other object"),
    "overwriting-by-empty": (b"the first object", b""),
}


def overwrites(definition: Definition, profile: Profile) -> Iterator[Case]:
    """An object overwritten by a shorter, an equally long or an empty one."""
    for pairing in pairings(definition):
        for title, (first, second) in _OVERWRITES.items():
            name = f"{pairing.folder}/{title}"
            case = pairing.case(f"{title} {pairing.name}", name, second)
            # Reading the first one fills any cache, which must not be used for the second read.
            before = (
                Step(Role.SETUP, pairing.put(name, first)),
                Step(Role.SETUP, pairing.get(name)),
            )
            yield Case(case.id, (*before, *case.steps), rules=_RULES)


def missing_at_first(definition: Definition, profile: Profile) -> Iterator[Case]:
    """A download before the upload, which finds nothing, and the same download after it."""
    for pairing in pairings(definition):
        name = f"{pairing.folder}/missing-at-first"
        case = pairing.case(f"missing-at-first {pairing.name}", name, b"uploaded after a download")
        yield Case(case.id, (Step(Role.ACT, pairing.get(name)), *case.steps), rules=_RULES)


def random_trips(definition: Definition, profile: Profile) -> Iterator[Case]:
    """One case per pairing, named after it, with placeholder bytes for the random ones."""
    for pairing in pairings(definition):
        yield pairing.case(pairing.name, f"{pairing.folder}/random", SENTINEL)


def sequences(definition: Definition, profile: Profile) -> Iterator[Case]:
    """The parts of the stateful test, with placeholder requests of one pairing for each.

    Each is a separate test, so that a run can send several at once.
    """
    for pairing in pairings(definition)[:1]:
        for part in range(1, SEQUENCES + 1):
            steps = pairing.case("", f"roundtrip/state-{part}", SENTINEL).steps
            yield Case(f"any-sequence {part}", steps, rules=_RULES)
