"""A part of the cases for each of several machines, cut by how long their tests took before.

Strategy: pytest-split cuts the cases, in their order, into runs of neighbours that take about the
same time; neighbours share the objects that they store. Every shard of a run makes the same cut,
so all have to be given the same file of durations, or none: then each case counts the same.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytest_split.algorithms import Algorithms, TestGroup

from fixtures.bounded_file import MIB, read_regular_file
from fixtures.exceptions import ShardError

_NAMED = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")


@dataclass(frozen=True)
class Shard:
    """The shard `number` of `of`, counted from 1.

    `durations` has the seconds that a test took, by pytest's id of it.
    """

    number: int
    of: int
    durations: Mapping[str, float] = field(default_factory=dict, repr=False)

    def part(self, items: Sequence[pytest.Item]) -> TestGroup:
        """What of these items is this shard's, in their order, and how long it may take."""
        cut = Algorithms.duration_based_chunks.value
        group: TestGroup = cut(self.of, list(items), dict(self.durations))[self.number - 1]
        return group

    def in_words(self, group: TestGroup) -> str:
        """What the terminal says of the part."""
        of = len(group.selected) + len(group.deselected)
        time = f"about {group.duration:.0f} s" if self.durations else "cut without known durations"
        return f"shard {self.number}/{self.of}: {len(group.selected)} of {of} cases, {time}"


def shard_named(text: str | None, durations: Path) -> Shard | None:
    """The shard of `--shard=I/N`, `None` for the whole; raises `ShardError`."""
    if text is None:
        return None
    named = _NAMED.fullmatch(text)
    if named is None or int(named[1]) > int(named[2]):
        raise ShardError(f"--shard={text}: give I/N, the shard I of N, as in --shard=1/4")
    return Shard(int(named[1]), int(named[2]), read_durations(durations))


def read_durations(path: Path) -> dict[str, float]:
    """The seconds of each test, as a run or a merge wrote them; none where there is no file.

    Raises `ShardError`.
    """
    try:
        found = json.loads(read_regular_file(path, 16 * MIB))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ShardError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ShardError(f"{path}: not JSON: {error}") from None
    if not isinstance(found, dict) or not all(
        type(seconds) in (int, float) and 1e-6 <= seconds <= 1e6 for seconds in found.values()
    ):
        raise ShardError(f"{path}: not the durations of tests, as durations.json of a run has them")
    return found
