"""Work that is done ahead: order, bounds, hanging items, errors, and the end."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from fixtures.client import prefetcher as module
from fixtures.client.prefetcher import Prefetcher, Work

LONG = 10.0
"""Seconds within which everything here is over, however busy the machine is."""


@dataclass
class Desk:
    """Items by their names; each says when it begins and ends, and may be held up."""

    works: dict[str, Work[bytes]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    gates: dict[str, threading.Event] = field(default_factory=dict)
    under_way: int = 0
    most_under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        name: str,
        *touches: str,
        writes: bool = False,
        before: tuple[str, ...] = (),
        held: bool = False,
        outcome: bytes | Exception = b"",
    ) -> None:
        """One more item."""
        if held:
            self.gates[name] = threading.Event()

        def do() -> bytes:
            with self.lock:
                self.log.append(f"{name} begins")
                self.under_way += 1
                self.most_under_way = max(self.most_under_way, self.under_way)
            if held:
                assert self.gates[name].wait(LONG)
            with self.lock:
                self.under_way -= 1
                self.log.append(f"{name} ends")
            if isinstance(outcome, Exception):
                raise outcome
            return outcome or name.encode()

        self.works[name] = Work(
            do,
            frozenset(touches),
            writes,
            {key: self._once(key) for key in before},
        )

    def _once(self, key: str) -> Callable[[], None]:
        def do() -> None:
            with self.lock:
                self.log.append(f"{key} once")

        return do

    @contextmanager
    def at_work(self, threads: int) -> Iterator[Prefetcher[str, bytes]]:
        """Work on these items, and end all of it."""
        ahead = Prefetcher[str, bytes](self.works.__getitem__, threads, size_of=len)
        try:
            yield ahead
        finally:
            for gate in self.gates.values():
                gate.set()
            ahead.close(LONG)

    def all(self, ahead: Prefetcher[str, bytes]) -> list[bytes]:
        """Every item's outcome, asked for in order."""
        names = list(self.works)
        return [
            ahead.outcome(name, names[number + 1 :]).outcome for number, name in enumerate(names)
        ]

    def order(self, *events: str) -> bool:
        """Whether these came in this order."""
        places = [self.log.index(event) for event in events]
        return places == sorted(places)


def soon(condition: Callable[[], bool]) -> bool:
    """Whether it becomes true."""
    deadline = time.monotonic() + LONG
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.001)
    return condition()


@pytest.mark.parametrize("threads", [1, 4])
def test_every_item_has_its_own_outcome_and_is_done_once(threads: int) -> None:
    desk = Desk()
    for number in range(50):
        desk.add(f"item {number}")
    with desk.at_work(threads) as ahead:
        assert desk.all(ahead) == [name.encode() for name in desk.works]
    assert sorted(desk.log) == sorted(
        f"{name} {e}" for name in desk.works for e in ("begins", "ends")
    )
    assert desk.most_under_way <= threads


def test_upcoming_items_are_under_way_while_the_first_is_judged() -> None:
    desk = Desk()
    for name in "abcd":
        desk.add(name, held=name != "a")
    with desk.at_work(4) as ahead:
        assert ahead.outcome("a", "bcd").outcome == b"a"
        assert soon(lambda: desk.under_way == 3)


def test_only_a_few_items_are_begun_ahead_of_the_one_that_is_judged() -> None:
    desk = Desk()
    names = [f"item {number}" for number in range(100)]
    for name in names:
        desk.add(name)
    with desk.at_work(2) as ahead:
        ahead.outcome(names[0], names[1:])
        time.sleep(0.1)
        begun = sum(event.endswith("begins") for event in desk.log)
        # While the first is waited for, an idle thread takes one more.
        assert begun <= 1 + 3 * 2 + 2


def test_an_item_that_hangs_delays_no_other() -> None:
    desk = Desk()
    desk.add("hangs", held=True)
    names = [f"item {number}" for number in range(100)]
    for name in names:
        desk.add(name)
    with desk.at_work(3) as ahead:
        first = threading.Thread(target=ahead.outcome, args=("hangs", names))
        first.start()
        assert soon(lambda: sum(event.endswith("ends") for event in desk.log) == 100)
        desk.gates["hangs"].set()
        first.join(LONG)
        assert [ahead.outcome(name, ()).outcome for name in names] == [n.encode() for n in names]


def test_an_object_is_written_after_it_was_read_and_read_after_it_was_written() -> None:
    desk = Desk()
    desk.add("write", "x", writes=True, held=True)
    desk.add("read", "x", held=True)
    desk.add("read too", "x", held=True)
    desk.add("write again", "x", writes=True)
    desk.add("read at last", "x", "y")
    desk.add("another", "y")
    with desk.at_work(6) as ahead:
        waiting = threading.Thread(target=desk.all, args=[ahead])
        waiting.start()
        assert soon(lambda: "another ends" in desk.log)
        assert "read begins" not in desk.log
        desk.gates["write"].set()
        # Those that read do so at the same time.
        assert soon(lambda: {"read begins", "read too begins"} <= set(desk.log))
        assert "write again begins" not in desk.log
        desk.gates["read"].set()
        assert soon(lambda: "read ends" in desk.log)
        assert "write again begins" not in desk.log
        desk.gates["read too"].set()
        waiting.join(LONG)
    assert desk.order("write ends", "read begins", "read ends", "write again begins")
    assert desk.order("read too ends", "write again begins", "write again ends")
    assert desk.order("write again ends", "read at last begins")


def test_the_prerequisite_of_several_items_is_done_once_and_first() -> None:
    desk = Desk()
    for number in range(20):
        desk.add(f"item {number}", before=("setup", f"setup {number % 2}"))
    with desk.at_work(4) as ahead:
        desk.all(ahead)
    assert desk.log.count("setup once") == 1
    for name in desk.works:
        place = desk.log.index(f"{name} begins")
        setup = f"setup {int(name.split()[1]) % 2} once"
        assert {"setup once", setup} <= set(desk.log[:place])


def test_an_error_belongs_to_the_item_that_raised_it() -> None:
    desk = Desk()
    desk.add("fine")
    desk.add("broken", "x", writes=True, outcome=ZeroDivisionError("here"))
    desk.add("behind it", "x")
    with desk.at_work(2) as ahead:
        assert ahead.outcome("fine", ["broken", "behind it"]).outcome == b"fine"
        with pytest.raises(ZeroDivisionError, match="here"):
            ahead.outcome("broken", ["behind it"])
        assert ahead.outcome("behind it", ()).outcome == b"behind it"


def test_an_item_is_executed_again_when_its_outcome_is_asked_for_again() -> None:
    desk = Desk()
    desk.add("item")
    with desk.at_work(2) as ahead:
        for _ in range(2):
            assert ahead.outcome("item", ()).outcome == b"item"
    assert desk.log.count("item begins") == 2


def test_the_size_of_outcomes_that_are_not_yet_asked_for_is_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_MOST_HELD", 1000)
    desk = Desk()
    names = [f"item {number}" for number in range(30)]
    for name in names:
        desk.add(name, outcome=b"x" * 400)
    with desk.at_work(2) as ahead:
        ahead.outcome(names[0], names[1:])
        time.sleep(0.1)
        # Three of them fill it; whatever was under way by then comes on top.
        assert sum(event.endswith("begins") for event in desk.log) <= 8
        outcomes = [ahead.outcome(n, names[i + 2 :]).outcome for i, n in enumerate(names[1:])]
        assert outcomes == [b"x" * 400] * 29


def test_an_outcome_says_how_long_its_work_took_and_how_long_it_was_waited_for() -> None:
    desk = Desk()
    desk.add("slow", held=True)
    with desk.at_work(1) as ahead:
        timer = threading.Timer(0.1, desk.gates["slow"].set)
        timer.start()
        done = ahead.outcome("slow", ())
        timer.join()
    assert done.seconds > 0.05
    assert done.waited > 0.05


def test_closing_begins_nothing_more_and_waits_no_longer_than_its_patience() -> None:
    desk = Desk()
    desk.add("first")
    desk.add("hangs", held=True)
    for number in range(10):
        desk.add(f"item {number}", held=True)
    ahead = Prefetcher[str, bytes](desk.works.__getitem__, 1, size_of=len)
    ahead.outcome("first", list(desk.works)[1:])
    assert soon(lambda: "hangs begins" in desk.log)
    started = time.monotonic()
    ahead.close(patience=0.05)
    assert time.monotonic() - started < LONG / 2
    desk.gates["hangs"].set()
    assert soon(lambda: "hangs ends" in desk.log)
    time.sleep(0.05)
    assert not any(event.startswith("item") for event in desk.log)


def test_closing_before_the_first_item_does_nothing() -> None:
    Desk().at_work(1)
    ahead = Prefetcher[str, bytes]({}.__getitem__, 1, size_of=len)
    ahead.close()


def test_threads_change_often_for_as_long_as_they_are_at_work() -> None:
    before = sys.getswitchinterval()
    desk = Desk()
    desk.add("item")
    with desk.at_work(1) as ahead:
        ahead.outcome("item", ())
        assert sys.getswitchinterval() < 0.001
    assert sys.getswitchinterval() == pytest.approx(before)
