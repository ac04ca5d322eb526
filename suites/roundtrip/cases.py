"""Every payload of the catalogue through every legal pairing."""

from collections.abc import Iterator

from fixtures.api import Definition
from fixtures.cases.case import Case, Role, Step
from fixtures.payloads import CATALOGUE
from suites.profile import Profile
from suites.roundtrip.pairings import SENTINEL, pairings

_LARGE = 64 * 1024
SEQUENCES = 5
"""Into how many parts the stateful search is cut; each gets its part of the examples."""
_RULES = ("read-after-write",)


def catalogue(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Each payload up and down again; the quick profile leaves the large ones out."""
    for pairing in pairings(definition):
        for payload in CATALOGUE:
            if profile.large or len(payload.content) <= _LARGE:
                name = f"{pairing.folder}/{payload.name}"
                yield pairing.case(f"{payload.name} {pairing.name}", name, payload.content)


def overwrites(definition: Definition, profile: Profile) -> Iterator[Case]:
    """A longer object, then a shorter one over it: what comes is the second, whole and alone."""
    for pairing in pairings(definition):
        name = f"{pairing.folder}/overwritten"
        first, second = pairing.put(name, b"the first object, the longer one"), b"the second"
        case = pairing.case(f"overwriting {pairing.name}", name, second)
        # Reading the first one lets a cache take it in, which must not answer for the second.
        before = (Step(Role.SETUP, first), Step(Role.SETUP, pairing.get(name)))
        yield Case(case.id, (*before, *case.steps), rules=_RULES)


def random_trips(definition: Definition, profile: Profile) -> Iterator[Case]:
    """One case a pairing, named like it, with bytes that stand in for the random ones."""
    for pairing in pairings(definition):
        yield pairing.case(pairing.name, f"{pairing.folder}/random", SENTINEL)


def sequences(definition: Definition, profile: Profile) -> Iterator[Case]:
    """Parts of the stateful search, with the requests of one pairing standing in for each.

    Each is a search of its own, so that none makes a run wait for all of them.
    """
    for pairing in pairings(definition)[:1]:
        for part in range(1, SEQUENCES + 1):
            steps = pairing.case("", f"roundtrip/state-{part}", SENTINEL).steps
            yield Case(f"any-sequence {part}", steps, rules=_RULES)
