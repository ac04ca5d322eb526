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


def overwrites(definition: Definition, profile: Profile) -> Iterator[Case]:
    """A longer object, overwritten by a shorter one: only the second is returned, and whole."""
    for pairing in pairings(definition):
        name = f"{pairing.folder}/overwritten"
        first, second = pairing.put(name, b"the first object, the longer one"), b"the second"
        case = pairing.case(f"overwriting {pairing.name}", name, second)
        # Reading the first one fills any cache, which must not be used for the second read.
        before = (Step(Role.SETUP, first), Step(Role.SETUP, pairing.get(name)))
        yield Case(case.id, (*before, *case.steps), rules=_RULES)


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
