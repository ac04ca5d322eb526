"""Every payload of the catalogue through every legal pairing."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from fixtures.api import Definition
from fixtures.cases.case import Case, Request, Role, Step
from fixtures.payloads import CATALOGUE
from fixtures.rules.expected_response import expected_response
from fixtures.rules.step_plans import plan_upload
from suites.header_values import binary_type
from suites.profile import Profile
from suites.roundtrip.pairings import SENTINEL, pairings
from suites.skip_reasons import why_not_stored

_LARGE = 64 * 1024
_TEXT = base64.b64encode(bytes(range(240)))
"""Bytes that survive every conversion, and its first 40 do, too."""
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


def retyped(definition: Definition, profile: Profile) -> Iterator[Case]:
    """An object overwritten under another type: both its bytes and its type are the new ones."""
    types = (binary_type(definition), "text/plain")
    for operation in definition.operations_on_s3("GET"):
        for first, second in permutations(types) if types[0] != types[1] else ():
            row = f"{operation.name} from:{first} to:{second}"
            name = f"roundtrip/to-{second}"
            older = plan_upload(definition, operation, name, _TEXT[:40], first)
            newer = plan_upload(definition, operation, name, _TEXT, second)
            if older is None or newer is None:
                reason = why_not_stored(definition, operation)
                yield Case(row, not_applicable=reason, rules=_RULES)
                continue
            upload = newer.with_unique_key
            read = Request(operation, upload.name, accept=types[0])
            before = [Step(Role.SETUP, replace(older.request, name=upload.name))]
            # Reading the first one fills any cache.
            if expected_response(definition, read, older.expectation.stored).succeeds:
                before.append(Step(Role.SETUP, read))
            steps = (*before, Step(Role.ACT, upload), Step(Role.ACT, read))
            yield Case(row, steps, rules=_RULES)
            steps = (*before, Step(Role.SETUP, upload), Step(Role.ACT, read))
            yield Case(f"content-type {row}", steps, "Content-Type", rules=_RULES)


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
