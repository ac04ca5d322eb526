"""Other `binaryMediaTypes` than defined: shorter ones and longer ones.

Strategy: two lists between which the media types that were sent make no difference are one; the
one nearest to the definition stands for both.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

from fixtures.model import Definition
from fixtures.rules.media_types import FULL_WILDCARD
from reports.diagnosis import mending
from reports.diagnosis.change import Change
from reports.diagnosis.seen import Seen
from reports.diagnosis.words import BY_HAND, STALE, in_words

_LIST = "binaryMediaTypes"
_MOST_SUBSETS = 64


def of_lists(definition: Definition, seen: Seen) -> Iterator[Change]:
    """Every other list that the media types sent can tell from the defined one."""
    yield from _shorter_lists(definition, seen)
    yield from _longer_lists(definition, seen)


def _shorter_lists(definition: Definition, seen: Seen) -> Iterator[Change]:
    entries = definition.binary_media_types
    told = {seen.told_apart(entries)}
    if not entries:
        return
    likely = sorted(_subsets(entries), key=len, reverse=True)
    for kept in ((), *likely):
        answers = seen.told_apart(kept)
        if answers in told:
            continue
        told.add(answers)
        missing = tuple(entry for entry in entries if entry not in kept)
        if not kept:
            key, behaves, likelihood = f"{_LIST}=", f"{_LIST} were empty", 0
        else:
            key = f"{_LIST}-{','.join(missing)}"
            behaves, likelihood = f"{in_words(missing)} were not in {_LIST}", 1
        yield Change(
            key,
            _LIST,
            behaves,
            STALE,
            (f"Put {in_words(missing)} into {_LIST}.", mending.DEPLOY_IN_WORDS),
            mending.binary_media_types(add=missing),
            likelihood,
            define=_keeping(kept),
        )


def _subsets(entries: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What may be left of the list; of a long one, all but one and one alone."""
    if 2 ** len(entries) <= _MOST_SUBSETS:
        for size in range(1, len(entries)):
            yield from combinations(entries, size)
        return
    yield from combinations(entries, len(entries) - 1)
    yield from combinations(entries, 1)


def _longer_lists(definition: Definition, seen: Seen) -> Iterator[Change]:
    entries = definition.binary_media_types
    told = {seen.told_apart(entries)}
    named = [name for name in seen.media_types if "*" not in name]
    ranges = dict.fromkeys(f"{name.partition('/')[0]}/*" for name in named)
    for added in (FULL_WILDCARD, *named, *ranges):
        answers = seen.told_apart((*entries, added))
        if answers in told:
            continue
        told.add(answers)
        yield Change(
            f"{_LIST}+{added}",
            _LIST if added == FULL_WILDCARD else f"{_LIST}+{added}",
            f"{added} were in {_LIST}",
            BY_HAND,
            (f"Take {added} out of {_LIST}.", mending.DEPLOY_IN_WORDS),
            mending.binary_media_types(remove=(added,)),
            0 if added == FULL_WILDCARD else 2,
            define=_adding(added),
        )


def _keeping(kept: tuple[str, ...]) -> Callable[[Definition], Definition]:
    def define(definition: Definition) -> Definition:
        left = tuple(entry for entry in definition.binary_media_types if entry in kept)
        return replace(definition, binary_media_types=left)

    return define


def _adding(entry: str) -> Callable[[Definition], Definition]:
    return lambda definition: replace(
        definition, binary_media_types=(*definition.binary_media_types, entry)
    )
