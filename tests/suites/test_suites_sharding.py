"""The cut of a run into shards: every case is in one of them, in the order that it had."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.exceptions import ShardError
from suites.runner.sharding import Shard, read_durations, shard_named

TIMES = {f"test[{n}]": 1.0 + (n % 7 == 0) * 9 for n in range(40)}


def items(names: Sequence[str] = tuple(TIMES)) -> list[Any]:
    return [SimpleNamespace(nodeid=name) for name in names]


@pytest.mark.parametrize("of", [1, 2, 3, 7, 60])
@pytest.mark.parametrize("durations", [{}, TIMES, {"test[3]": 0.5, "gone": 9.0}])
def test_every_case_is_in_one_shard_in_its_order(of: int, durations: dict[str, float]) -> None:
    all_items = items()
    parts = [Shard(n, of, durations).part(all_items).selected for n in range(1, of + 1)]
    assert [item for part in parts for item in part] == all_items


def test_shards_are_cut_by_what_their_cases_took() -> None:
    times = [
        sum(TIMES[item.nodeid] for item in Shard(n, 4, TIMES).part(items()).selected)
        for n in (1, 2, 3, 4)
    ]
    fair = sum(TIMES.values()) / 4
    assert max(times) <= fair + max(TIMES.values())
    assert sum(times) == sum(TIMES.values())
    assert len({len(Shard(n, 4, TIMES).part(items()).selected) for n in (1, 2, 3, 4)}) > 1


@pytest.mark.parametrize(
    ("durations", "words"),
    [(TIMES, "shard 1/2: 20 of 40 cases, about 47 s"), ({}, "40 cases, cut without known")],
)
def test_the_part_is_said_in_words(durations: dict[str, float], words: str) -> None:
    shard = Shard(1, 2, durations)
    assert words in shard.in_words(shard.part(items()))


def test_without_the_option_there_is_no_shard(tmp_path: Path) -> None:
    assert shard_named(None, tmp_path) is None
    assert shard_named("2/2", tmp_path / "none.json") == Shard(2, 2, {})


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", " 1/2", "one/two"])
def test_a_shard_that_is_none_is_told_so(text: str, tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=r"give I/N, the shard I of N, as in --shard=1/4"):
        shard_named(text, tmp_path / "none.json")


@pytest.mark.parametrize("content", [[], [["a", 1]], {"a": "1"}, {"a": 0}, {"a": 1e9}, {"a": True}])
def test_durations_of_another_shape_are_told_so(content: object, tmp_path: Path) -> None:
    (tmp_path / "durations.json").write_text(json.dumps(content))
    with pytest.raises(ShardError, match="not the durations of tests"):
        read_durations(tmp_path / "durations.json")


def test_durations_that_cannot_be_read_are_told_so(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match="cannot be read: Is a directory"):
        read_durations(tmp_path)
