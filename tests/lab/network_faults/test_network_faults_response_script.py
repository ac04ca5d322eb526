"""What becomes of an answer on its way: read back by h11, as a client would."""

from dataclasses import dataclass

import h11
import pytest

from tests.lab.network_faults.network_fault import (
    BY_NAME,
    NETWORK_FAULTS,
    Effect,
    FaultInjector,
    InjectedFaults,
)
from tests.lab.network_faults.response_script import (
    NOT_FORWARDED,
    End,
    Response,
    Script,
    script,
)

LINES = (
    (b"Content-Type", b"image/png"),
    (b"x-amzn-RequestId", b"1-2-3"),
    (b"Set-Cookie", b"a=1"),
    (b"Set-Cookie", b"b=2"),
)
BODY = bytes(range(256)) * 5


def answer(body: bytes = BODY, *framing: tuple[bytes, bytes], bodiless: bool = False) -> Response:
    lines = framing or ((b"Content-Length", b"%d" % len(body)),)
    return Response(200, b"OK", (*LINES, *lines), b"" if bodiless else body, bodiless)


ANSWERS = {
    "a length": (b"GET", answer()),
    "chunks": (b"GET", answer(BODY, (b"Transfer-Encoding", b"chunked"))),
    "an end": (b"GET", answer(BODY, (b"X-Framed", b"not"))),
    "nothing": (b"PUT", answer(b"")),
    "a head alone": (b"HEAD", answer(BODY, bodiless=True)),
}


@dataclass(frozen=True)
class Read:
    """What a client makes of it; `whole` says that it saw the end."""

    status: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    whole: bool = False


def read(method: bytes, plan: Script) -> Read:
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
    client.send(h11.EndOfMessage())
    for piece in plan.pieces:
        client.receive_data(piece)
    if plan.end is End.CLOSE:
        client.receive_data(b"")
    got, body = Read(), b""
    try:
        while (event := client.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
            if isinstance(event, h11.Response):
                got = Read(event.status_code, tuple(event.headers))
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return Read(got.status, got.headers, body, whole=True)
            elif isinstance(event, h11.ConnectionClosed):
                break
    except h11.RemoteProtocolError:
        pass
    return Read(got.status, got.headers, body)


def injected(*names: str, count: int = 30) -> list[InjectedFaults]:
    injector = FaultInjector(5, names, share=1.0)
    return [injector.faults_of("a case", ordinal) for ordinal in range(count)]


def of_effect(effect: Effect) -> list[str]:
    return [kind.name for kind in NETWORK_FAULTS if kind.effect is effect]


@pytest.mark.parametrize(("method", "original"), ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("kind", [*of_effect(Effect.HARMLESS), "harmless"])
def test_a_harmless_fault_leaves_the_response_whole(kind, method, original) -> None:
    for event in injected(kind):
        got = read(method, script(method, original, event))
        assert (got.status, got.body, got.whole) == (200, original.body, True), event
        lines = [(name.lower(), value) for name, value in LINES]
        assert [line for line in got.headers if line in lines] == lines or event.has("reordered")
        assert set(lines) <= set(got.headers)
        cookies = [value for name, value in got.headers if name == b"set-cookie"]
        assert cookies[:2] == [b"a=1", b"b=2"]


@pytest.mark.parametrize("kind", [kind.name for kind in NETWORK_FAULTS])
def test_each_fault_changes_something(kind) -> None:
    plain = script(b"GET", answer(), InjectedFaults((), "x"))
    plans = [script(b"GET", answer(), event) for event in injected(kind)]
    assert any(plan != plain for plan in plans)


def test_a_reset_behind_an_answer_takes_nothing_of_it_back() -> None:
    plan = script(b"GET", answer(), injected("reset-after")[0])
    assert read(b"GET", plan).whole
    assert plan.end is End.RESET


@pytest.mark.parametrize("kind", ["reset-in-head", "closed-in-head"])
def test_a_head_that_is_broken_off_is_no_answer(kind) -> None:
    for event in injected(kind):
        plan = script(b"GET", answer(), event)
        assert read(b"GET", plan) == Read()
        assert plan.end is (End.RESET if kind == "reset-in-head" else End.CLOSE)


@pytest.mark.parametrize(
    "original", [answer(), answer(b"")], ids=["a body", "an empty body becomes chunks"]
)
@pytest.mark.parametrize("kind", ["reset-in-body", "closed-in-body", "stall"])
def test_a_body_that_is_broken_off_is_seen_to_lack_its_end(kind, original) -> None:
    for event in injected(kind):
        got = read(b"GET", script(b"GET", original, event))
        assert got.status == 200
        assert not got.whole
        assert original.body.startswith(got.body)


def test_where_http_1_0_has_no_length_an_end_in_the_middle_is_not_seen() -> None:
    reads = [
        read(b"GET", script(b"GET", answer(), e)) for e in injected("http-1.0", "closed-in-body")
    ]
    unseen = [got for got in reads if got.whole]
    assert unseen
    assert all(got.body != BODY and BODY.startswith(got.body) for got in unseen)
    assert all(b"content-length" not in dict(got.headers) for got in unseen)
    assert any(not got.whole for got in reads)


REFUSALS = {
    "throttled": (429, {None}),
    "throttled-soon": (429, {b"0", b"1", b"Fri, 31 Dec 1999 23:59:59 GMT"}),
    "throttled-long": (429, {b"3600"}),
    "unavailable": (503, {None}),
    "unavailable-soon": (503, {b"0", b"1"}),
    "unavailable-long": (503, {b"3600"}),
    "bad-gateway": (502, {None}),
    "gateway-timeout": (504, {None}),
    "request-timeout": (408, {None}),
}


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
@pytest.mark.parametrize("kind", REFUSALS)
def test_an_intermediary_speaks_in_its_own_name(kind, method) -> None:
    status, after = REFUSALS[kind]
    original = None if kind in NOT_FORWARDED else answer(bodiless=method == b"HEAD")
    reads = [read(method, script(method, original, event)) for event in injected(kind)]
    assert {(got.status, got.whole) for got in reads} == {(status, True)}
    assert {dict(got.headers).get(b"retry-after") for got in reads} == after
    assert any(got.body for got in reads) is (method == b"GET")


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("reset-at-request", End.RESET),
        ("reset-before", End.RESET),
        ("closed-before", End.CLOSE),
        ("silence", End.SILENT),
    ],
)
def test_where_nothing_comes_nothing_is_sent(kind, end) -> None:
    assert script(b"GET", None, injected(kind)[0]) == Script((), end)


def test_what_no_network_does_changes_the_answer_without_a_trace_in_its_framing() -> None:
    for kind, body in {"corrupted": BODY[:-1] + b"\xfe", "shortened": BODY[:-1]}.items():
        got = read(b"GET", script(b"GET", answer(), injected(kind)[0]))
        assert (got.status, got.body, got.whole) == (200, body, True)
    assert read(b"GET", script(b"GET", answer(), injected("other-status")[0])).status == 418


def test_a_slow_drip_has_its_head_at_once_and_then_byte_after_byte() -> None:
    head, *rest = script(
        b"GET", answer(b"abc"), InjectedFaults((BY_NAME["slow-drip"],), "x")
    ).pieces
    assert head.endswith(b"\r\n\r\n")
    assert rest == [b"a", b"b", b"c"]
