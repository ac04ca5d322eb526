"""From the steps of a case to requests: shared setups, prefixes and lengths of names."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pytest

from fixtures.cases.case import Case, Request, Role, Step
from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received, Sent
from fixtures.client import CaseRunner
from fixtures.definitions import load
from tests.client.helpers import GET, PUT

FINE = Received(200)
LOST = None
STORE = Request(PUT, "a", "image/png", body=b"\x89")
OTHER = Request(PUT, "b", "image/png", body=b"\x89")
LOOK = Request(GET, "a", accept="image/png")


NO_RESPONSE = Failure(FailureKind.CONNECTION_LOST, "lost")


@dataclass
class Endpoint:
    """A client that gives these answers in order, then 200, and keeps what it was asked."""

    answers: list[Received | None] = field(default_factory=list)
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def send(self, *request: Any, case: str) -> Exchange:
        """One exchange that never was."""
        self.asked.append((*request, case))
        received = self.answers.pop(0) if self.answers else FINE
        return Exchange(Sent(*request), received, None if received else NO_RESPONSE)

    @property
    def methods(self) -> list[str]:
        """What was sent, by method."""
        return [request[0] for request in self.asked]


def performer(endpoint: Endpoint, prefix: str = "p/") -> CaseRunner:
    """A performer that believes in this endpoint."""
    return CaseRunner(endpoint, prefix)  # type: ignore[arg-type]


def case(*steps: Step, name: str = "a case") -> Case:
    """A case of these steps."""
    return Case(name, steps)


SHARED = Step(Role.SETUP, STORE, shared=True)
ALONE = Step(Role.SETUP, STORE)
ACT = Step(Role.ACT, LOOK)
PROOF = Step(Role.VERIFY, LOOK)


def test_the_steps_are_sent_in_order_under_the_name_of_the_case() -> None:
    endpoint = Endpoint()
    performed = performer(endpoint).execute(case(ALONE, ACT, PROOF))
    assert [request.step for request in performed] == [ALONE, ACT, PROOF]
    assert endpoint.asked == [
        ("PUT", "/s3?key=p%2Fa", (("Content-Type", "image/png"),), b"\x89", "a case"),
        *([("GET", "/s3?key=p%2Fa", (("Accept", "image/png"),), b"", "a case")] * 2),
    ]
    assert [p.exchange.sent.method for p in performed if p.exchange] == endpoint.methods


def test_a_shared_setup_is_sent_once_and_its_exchange_belongs_to_every_case() -> None:
    endpoint = Endpoint()
    one = performer(endpoint)
    first, second = (one.execute(case(SHARED, ACT, name=name)) for name in "ab")
    assert endpoint.methods == ["PUT", "GET", "GET"]
    assert first[0].exchange is second[0].exchange
    assert first[1].exchange is not second[1].exchange


def test_a_setup_of_another_request_or_one_that_is_not_shared_is_sent_again() -> None:
    endpoint = Endpoint()
    one = performer(endpoint)
    for setup in (SHARED, Step(Role.SETUP, OTHER, shared=True), ALONE, ALONE, SHARED):
        one.execute(case(setup))
    assert [request[1][-1] for request in endpoint.asked] == ["a", "b", "a", "a"]


def test_a_shared_setup_without_a_response_is_sent_again() -> None:
    endpoint = Endpoint([LOST, FINE])
    one = performer(endpoint)
    assert len(one.execute(case(SHARED, ACT))) == 1
    assert len(one.execute(case(SHARED, ACT))) == 2
    assert endpoint.methods == ["PUT", "PUT", "GET"]


@pytest.mark.parametrize("status", [199, 301, 403, 409, 428, 430, 500, 501])
def test_a_setup_without_a_2xx_ends_every_case_that_shares_it(status: int) -> None:
    endpoint = Endpoint([Received(status)])
    one = performer(endpoint)
    for _ in range(2):
        (only,) = one.execute(case(SHARED, ACT))
        assert only.exchange is not None
        assert only.exchange.received == Received(status)
    assert endpoint.methods == ["PUT"]


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_a_setup_that_failed_temporarily_is_sent_again_for_the_next_case(status: int) -> None:
    endpoint = Endpoint([Received(status), FINE])
    one = performer(endpoint)
    assert len(one.execute(case(SHARED, ACT))) == 1
    assert len(one.execute(case(SHARED, ACT))) == 2
    assert endpoint.methods == ["PUT", "PUT", "GET"]


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_a_successful_setup(status: int) -> None:
    assert len(performer(Endpoint([Received(status)])).execute(case(ALONE, ACT))) == 2


ENDS = [
    # roles of the steps, answers, how many steps are sent
    ((Role.ACT, Role.VERIFY), [Received(500), FINE], 2),
    ((Role.ACT, Role.ACT), [Received(403), FINE], 2),
    ((Role.VERIFY, Role.VERIFY), [Received(404), FINE], 2),
    ((Role.ACT, Role.VERIFY), [LOST], 1),
    ((Role.SETUP, Role.ACT, Role.VERIFY), [FINE, LOST], 2),
    ((Role.SETUP, Role.SETUP, Role.ACT), [FINE, Received(500)], 2),
    ((), [], 0),
]


@pytest.mark.parametrize(("roles", "answers", "sent"), ENDS)
def test_a_case_ends_with_the_first_step_that_fails(
    roles: tuple[Role, ...], answers: list[Received | None], sent: int
) -> None:
    endpoint = Endpoint(list(answers))
    performed = performer(endpoint).execute(case(*(Step(role, LOOK) for role in roles)))
    assert len(performed) == len(endpoint.asked) == sent


LENGTHS = [
    # prefix, name, key_bytes, the name that is reached
    ("", "a", 0, "a"),
    ("p/", "a", 0, "p/a"),
    ("p/", "", 0, "p/"),
    ("p/", "a", 4, "p/ak"),
    ("p/", "a", 3, "p/a"),
    ("p/", "a", 2, "p/a"),
    ("p/", "\u00e9", 5, "p/\u00e9k"),
    ("p/", "\U0001f600", 7, "p/\U0001f600k"),
    ("\u00fc/", "e\u0301", 1024, "\u00fc/e\u0301" + "k" * 1018),
]


@pytest.mark.parametrize(("prefix", "name", "key_bytes", "reached"), LENGTHS)
def test_a_name_begins_with_the_prefix_and_is_padded_to_the_length_of_the_key(
    prefix: str, name: str, key_bytes: int, reached: str
) -> None:
    endpoint = Endpoint()
    performer(endpoint, prefix).send(Request(GET, name, key_bytes=key_bytes), "a case")
    got = unquote(endpoint.asked[0][1].removeprefix("/s3?key="))
    assert got == reached
    assert not key_bytes or len(got.encode()) == max(key_bytes, len((prefix + name).encode()))


REQUESTS = [
    # request, what is sent of it: method, target, headers
    (Request(GET, "a"), "GET", "/s3?key=p%2Fa", ()),
    (Request(GET, "a", method="HEAD"), "HEAD", "/s3?key=p%2Fa", ()),
    (Request(GET, "a", target="/no/%2E?x"), "GET", "/no/%2E?x", ()),
    (Request(GET, "a", accept=""), "GET", "/s3?key=p%2Fa", (("Accept", ""),)),
    (Request(PUT, "a", content_type=""), "PUT", "/s3?key=p%2Fa", (("Content-Type", ""),)),
    (
        Request(PUT, "a", "image", "/", headers=(("X", "1"), ("X", "2"))),
        "PUT",
        "/s3?key=p%2Fa",
        (("Content-Type", "image"), ("Accept", "/"), ("X", "1"), ("X", "2")),
    ),
]


@pytest.mark.parametrize(("request_", "method", "target", "headers"), REQUESTS)
def test_a_planned_request_is_sent_as_planned(
    request_: Request, method: str, target: str, headers: tuple[tuple[str, str], ...]
) -> None:
    endpoint = Endpoint()
    performer(endpoint).send(request_, "a case")
    assert endpoint.asked == [(method, target, headers, b"", "a case")]


def test_the_name_goes_into_the_path_where_the_definition_says_so() -> None:
    (get,) = load("mapped").operations_on_s3("GET")
    endpoint = Endpoint()
    performer(endpoint, "bucket/p/").send(Request(get, "a b/../c"), "a case")
    assert endpoint.asked[0][1] == "/bucket/p/a%20b/%2E%2E/c"


NAMED = Step(Role.SETUP, STORE, shared=True, requires_response_header="X-Name")


@pytest.mark.parametrize(
    ("answer", "methods"),
    [
        (Received(200, (("x-NAME", ""),)), ["PUT", "GET"]),
        (Received(200, (("X-Other", "a"),)), ["PUT"]),
        (Received(500, (("X-Name", "a"),)), ["PUT"]),
    ],
)
def test_steps_that_need_a_header_are_sent_only_where_the_setup_has_it(
    answer: Received, methods: list[str]
) -> None:
    endpoint = Endpoint([answer])
    performed = performer(endpoint).execute(case(NAMED, ACT))
    assert endpoint.methods == methods
    assert len(performed) == len(methods)
