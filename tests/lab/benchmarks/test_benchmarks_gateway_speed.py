"""The gateway's benchmark: its client tells the truth, and it compares what it says it compares."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.gateway.process import running_gateway
from tests.lab.benchmarks.gateway_speed import Compared, measure
from tests.lab.benchmarks.hammer import Load, a_request, hammer

OK = b"HTTP/1.1 200 OK\r\n"


@contextlib.contextmanager
def a_server(
    answer: bytes, pieces: int = 1, *, once: bool = False
) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives every request of a connection, or the first, this answer in pieces."""
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        # The client goes when its time is over, whatever it has asked for.
        with connection, contextlib.suppress(ConnectionError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while request := connection.recv(1 << 16):
                seen.append(request)
                step = -(-len(answer) // pieces)
                for at in range(0, len(answer), step):
                    connection.sendall(answer[at : at + step])
                if once:
                    return

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],)).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x", seen
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


ANSWERS = {
    "with a length": (OK + b"Content-Length: 5\r\n\r\nhello", 1),
    "in many pieces": (OK + b"Content-Length: 5\r\n\r\nhello", 12),
    "without content": (OK + b"content-length:0\r\n\r\n", 1),
    "in chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 1),
    "in chunks and many pieces": (OK + b"\r\n5\r\nhello\r\n0\r\n\r\n", 9),
}


@pytest.mark.parametrize(("answer", "pieces"), ANSWERS.values(), ids=ANSWERS)
def test_as_many_answers_are_counted_as_were_given(answer: bytes, pieces: int) -> None:
    with a_server(answer, pieces) as (url, seen):
        request = a_request("GET", url, Accept="image/png")
        load = hammer(url, request, connections=3, seconds=0.2)
    assert set(seen) == {
        b"GET /x HTTP/1.1\r\nHost: " + url[7:-2].encode() + b"\r\nAccept: image/png\r\n\r\n"
    }
    # Each of the three connections had one request more under way at the end.
    assert load.answers <= len(seen) <= load.answers + 3
    assert load.rate <= load.answers / 0.2
    assert 0 < load.p99 < 1000


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "500 Oh"),
        (b"nonsense\r\n\r\n", "nonsense"),
    ],
)
def test_an_answer_that_is_no_200_ends_the_measurement(answer: bytes, said: str) -> None:
    with a_server(answer) as (url, _), pytest.raises(RuntimeError, match=said):
        hammer(url, a_request("GET", url), connections=1, seconds=1)


def test_a_server_that_lets_go_ends_the_measurement() -> None:
    answer, _ = ANSWERS["with a length"]
    with (
        a_server(answer, once=True) as (url, _),
        pytest.raises(RuntimeError, match=r"let go|reset|Broken pipe"),
    ):
        hammer(url, a_request("GET", url), connections=1, seconds=1)


def test_every_conversion_is_compared_and_a_target_does_the_same_work() -> None:
    with running_gateway("sample") as target:
        targets = {"itself": f"{target.url}/s3?key=bucket/"}
        result = measure(targets, sizes=(1,), pairs=2, seconds=0.05)
    names = [
        f"small {method} / {other}" for other in ("bare", "itself") for method in ("PUT", "GET")
    ]
    for conversion in ("the bytes", "Base64 text", "Base64-decoded", "text"):
        names += [f"1 MiB {method} {conversion} / bare" for method in ("PUT", "GET")]
    assert list(result["ratios"]) == names
    assert len(result["lines"]) == 1 + len(names)
    for ratio in result["ratios"].values():
        assert 0 < ratio["min"] <= ratio["median"] <= ratio["max"]
        assert len(ratio["pairs"]) == 2


def test_a_ratio_is_that_of_a_pair_and_its_target_is_told() -> None:
    loads = [(Load(100.0, 1.0, 9), Load(50.0, 2.0, 9)), (Load(90.0, 1.0, 9), Load(300.0, 2.0, 9))]
    compared = Compared("small GET / bare", (*loads, loads[0]))
    assert compared.ratios == [2.0, pytest.approx(0.3), 2.0]
    assert compared.line().endswith("0.30    2.00    2.00          meets 0.5")
    missed = Compared("small GET / bare", (loads[1],), (0.25, 0.75, 0.5))
    assert missed.line().endswith("0.30    0.30    0.30    0.50  MISSES 0.5")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system has no /proc")
def test_the_processor_time_of_a_server_that_is_known_is_taken_into_account() -> None:
    result = measure(sizes=(), pairs=1, seconds=0.5)
    assert all(0 < ratio["processor"] < 2 for ratio in result["ratios"].values())
