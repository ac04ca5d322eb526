"""How many requests are under way, how soon the next one begins, and how often one is repeated."""

import threading
from dataclasses import dataclass, field

import pytest

from fixtures.client.concurrency_limiter import ConcurrencyLimiter, Traffic


@dataclass
class Time:
    """A clock that only moves when someone sleeps."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.now += seconds

    def limiter(self, most: int = 1, rate: float | None = None) -> ConcurrencyLimiter:
        """A pace by this clock."""
        return ConcurrencyLimiter(most, rate, clock=lambda: self.now, sleep=self.sleep)


def send(pace: ConcurrencyLimiter, *, throttled: bool = False) -> None:
    """One request and its answer."""
    with pace.acquire() as began:
        pass
    pace.record(began, throttled=throttled)


@pytest.mark.parametrize("most", [1, 3])
def test_the_number_of_requests_under_way_is_limited(most: int) -> None:
    pace, go, seen = ConcurrencyLimiter(most), threading.Event(), []
    lock, now = threading.Lock(), [0]

    def request() -> None:
        with pace.acquire():
            with lock:
                now[0] += 1
                seen.append(now[0])
            go.wait(0.01)
            with lock:
                now[0] -= 1

    threads = [threading.Thread(target=request) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 12
    assert max(seen) <= most
    assert max(seen) == most or most > 1  # whether several meet is chance, that one does is not


def test_a_rate_spaces_the_requests() -> None:
    time = Time()
    pace = time.limiter(4, rate=10)
    begins = []
    for _ in range(4):
        with pace.acquire() as began:
            begins.append((round(began, 6), round(time.now, 6)))
    # What is told is when the request really began.
    assert begins == [(at, at) for at in (100.0, 100.1, 100.2, 100.3)]


def test_no_burst_follows_a_pause() -> None:
    time = Time()
    pace = time.limiter(rate=10)
    send(pace)
    time.now += 60
    for _ in range(3):
        send(pace)
    assert [round(seconds, 6) for seconds in time.slept] == [0.1, 0.1]


def test_without_a_rate_no_request_waits() -> None:
    time = Time()
    pace = time.limiter()
    for _ in range(5):
        send(pace)
    assert time.slept == []
    assert pace.traffic == Traffic(requests=5)


def test_a_throttled_response_halves_the_limit() -> None:
    time = Time()
    pace = time.limiter(16)
    limits = []
    for _ in range(6):
        time.now += 1
        send(pace, throttled=True)
        limits.append(pace.limit)
    assert limits == [8, 4, 2, 1, 1, 1]
    assert pace.traffic.throttled == 6


def test_requests_under_way_together_halve_the_limit_once() -> None:
    time = Time()
    pace = time.limiter(16)
    with pace.acquire() as first, pace.acquire() as second:
        time.now += 1
    pace.record(first, throttled=True)
    pace.record(second, throttled=True)
    assert pace.limit == 8
    assert pace.traffic.throttled == 2


def test_the_limit_grows_by_one_with_each_full_round_up_to_its_maximum() -> None:
    time = Time()
    pace = time.limiter(4)
    send(pace, throttled=True)
    assert pace.limit == 2
    grown = []
    for _ in range(12):
        time.now += 1
        send(pace)
        grown.append(pace.limit)
    assert grown == sorted(grown)
    assert (grown[0], grown[2], grown[-1]) == (2, 3, 4)


def test_a_grown_limit_admits_a_waiting_request() -> None:
    pace = ConcurrencyLimiter(2)
    with pace.acquire() as began:
        pass
    pace.record(began, throttled=True)
    entered = threading.Event()

    def wait_for_a_turn() -> None:
        with pace.acquire():
            entered.set()

    with pace.acquire() as began:
        thread = threading.Thread(target=wait_for_a_turn)
        thread.start()
        assert not entered.wait(0.05)
        pace.record(began, throttled=False)  # 1 + 1/1
        assert entered.wait(5)
    thread.join()


def test_the_budget_of_retries_grows_with_the_requests() -> None:
    pace = Time().limiter()
    allowed = sum(pace.may_repeat() for _ in range(150))
    assert allowed == 100
    assert pace.traffic == Traffic(repeated=100, not_repeated=50)
    for _ in range(10):
        send(pace)
    assert [pace.may_repeat() for _ in range(3)] == [True, True, False]


def test_only_the_wait_for_throttled_requests_is_counted() -> None:
    time = Time()
    pace = time.limiter()
    pace.wait(1.5, throttled=True)
    pace.wait(4, throttled=False)
    assert time.slept == [1.5, 4]
    assert pace.traffic.waited == 1.5


def test_the_traffic_of_several_processes_adds_up() -> None:
    assert Traffic(1, 2, 3, 4, 0.5) + Traffic(10, 20, 30, 40, 1.0) == Traffic(11, 22, 33, 44, 1.5)
