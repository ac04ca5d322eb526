"""From exchanges to the end of a test; and the search for the smallest deviation."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from fixtures.definitions import load
from fixtures.model.case import Case, Performed, Request, Role, Step
from fixtures.model.exchange import Exchange, Received, Sent
from fixtures.rules.catalogue import Level, rules
from fixtures.rules.verdict import Outcome
from reports.bodies import Bodies
from reports.policy import KnownDeviation, Policy
from suites import checking
from suites.checking import Checked, Checker, Search
from suites.profile import Profile
from suites.roundtrip.machine import Objects
from suites.roundtrip.pairings import pairings

Failed, XFailed, Skipped = pytest.fail.Exception, pytest.xfail.Exception, pytest.skip.Exception

MAPPED = load("mapped")
(GET,) = MAPPED.operations_on_s3("GET")
(PUT,) = MAPPED.operations_on_s3("PUT")
OCTETS = "application/octet-stream"
NAME = "bucket/key"
MUST, DERIVED = "read-after-write", "missing-key"
PROFILE = Profile("test", examples=200, steps=10)

Damage = Callable[[bytes], bytes]


@dataclass
class Gateway:
    """A performer before whom there is a store; `download` is done to what it hands out."""

    download: Damage = lambda content: content
    failures: list[str] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)
    asked: int = 0

    def perform(self, case: Case) -> tuple[Performed, ...]:
        """Every step of a case, until one is lost."""
        performed: list[Performed] = []
        for step in case.steps:
            performed.append(Performed(step, self.send(step.request, case.id)))
            if performed[-1].exchange.received is None:
                break
        return tuple(performed)

    def send(self, request: Request, _: str) -> Exchange:
        """One exchange that never was."""
        self.asked += 1
        sent = Sent(request.sent_method, f"http://gateway/v1/{request.name}", (), request.body)
        if self.failures and (why := self.failures.pop(0)):
            return Exchange(sent, None, why)
        if request.sent_method == "PUT":
            self.stored[request.name] = request.body
            return Exchange(sent, Received(200))
        headers = (("Content-Type", OCTETS),)
        return Exchange(sent, Received(200, headers, self.download(self.stored[request.name])))


def trip(content: bytes, *about: str) -> Case:
    """Bytes up and down again, by the strongest rules that there are."""
    up = Request(PUT, NAME, OCTETS, body=content)
    down = Request(GET, NAME, accept=OCTETS)
    return Case("a trip", (Step(Role.ACT, up), Step(Role.ACT, down)), rules=about or (MUST,))


def above_ascii_lost(content: bytes) -> bytes:
    """Every byte of the upper half becomes a question mark."""
    return bytes(byte if byte < 0x80 else ord("?") for byte in content)


def nul_lost(content: bytes) -> bytes:
    """What follows a NUL is gone, and so is the NUL."""
    return content.partition(b"\0")[0]


@dataclass
class Bench:
    """A checker, and what it handed to the reports."""

    gateway: Gateway
    policy: Policy = field(default_factory=lambda: Policy(Level.SHOULD))
    recorded: list[Checked] = field(default_factory=list)

    @property
    def checker(self) -> Checker:
        """A checker of this gateway."""
        return Checker(
            MAPPED,
            self.gateway,  # type: ignore[arg-type]
            self.policy,
            self.recorded.append,
            Bodies(Path("/nowhere")),  # no body here is too long for a line
        )

    def search(self) -> Search:
        """A search that goes the same way each time and keeps nothing."""
        search = Search(self.checker, PROFILE)
        search.settings = settings(search.settings, database=None, derandomize=True)
        return search

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes that the reports got."""
        return [checked.verdict.outcome for checked in self.recorded]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep examples out of the project."""
    monkeypatch.setattr(checking, "EXAMPLES", tmp_path / "examples")


# ---------------------------------------------------------------------------------- the checker


def test_a_case_that_conforms_passes() -> None:
    bench = Bench(Gateway())
    bench.checker(trip(b"\x80"))
    assert bench.outcomes == [Outcome.CONFORMS]
    assert [p.step.request.sent_method for p in bench.recorded[0].performed] == ["PUT", "GET"]


NOT_PASSED = [
    # name, gateway, case, policy, how the test ends, its message, what the reports get
    ("fails", Gateway(above_ascii_lost), trip(b"\x80"), Policy(Level.SHOULD), Failed,
     "the body is not raw bytes\nrule ", Outcome.DEVIATES),
    ("derived", Gateway(above_ascii_lost), trip(b"\x80", DERIVED), Policy(Level.SHOULD), XFailed,
     "deviates, but rests on a rule that is derived: the body is not raw bytes", Outcome.DEVIATES),
    ("derived, strict", Gateway(above_ascii_lost), trip(b"\x80", DERIVED), Policy(Level.DERIVED),
     Failed, "the body is not raw bytes\nrule ", Outcome.DEVIATES),
    ("known", Gateway(above_ascii_lost), trip(b"\x80"),
     Policy(Level.SHOULD, (KnownDeviation("", "a trip", "ticket 7"),)), XFailed,
     "deviates, known (ticket 7): the body is not raw bytes", Outcome.DEVIATES),
    ("undecided", Gateway(failures=["lost"]), trip(b"a"), Policy(Level.DERIVED), Skipped,
     "undecided: lost", Outcome.UNDECIDED),
    ("not applicable", Gateway(), Case("none", not_applicable="no such thing", rules=(MUST,)),
     Policy(Level.DERIVED), Skipped, "not applicable: no such thing", Outcome.NOT_APPLICABLE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("gateway", "case", "policy", "ends", "message", "outcome"),
    [row[1:] for row in NOT_PASSED],
    ids=[row[0] for row in NOT_PASSED],
)
def test_a_case_ends_its_test_as_its_verdict_says_and_is_reported_first(
    gateway: Gateway,
    case: Case,
    policy: Policy,
    ends: type[BaseException],
    message: str,
    outcome: Outcome,
) -> None:
    bench = Bench(gateway, policy)
    with pytest.raises(BaseException) as ended:
        bench.checker(case)
    # An expected failure is a failure to isinstance, too.
    assert type(ended.value) is ends
    assert str(ended.value).startswith(message)
    assert bench.outcomes == [outcome]


def test_a_failure_is_explained_with_rule_source_and_commands() -> None:
    with pytest.raises(Failed) as failed:
        Bench(Gateway(above_ascii_lost)).checker(trip(b"\x80"))
    said = str(failed.value)
    assert rules()[MUST].sentence in said
    assert "\nsource " in said
    assert len(re.findall(r"^  .*curl -q -sS", said, re.MULTILINE)) == 2


# ----------------------------------------------------------------------------------- the search


BYTES = st.binary(max_size=200)
NASTY = st.lists(st.sampled_from([b"\r\n", b"a", b"\0", b"\x80"])).map(b"".join)


def searched(bench: Bench, strategy: st.SearchStrategy[bytes] = BYTES) -> None:
    """Search over bytes until the test ends."""
    search = bench.search()

    @given(strategy)
    def test(content: bytes) -> None:
        search.check(trip(content))

    search.run(trip(b"stands in"), test)


def downloaded(checked: Checked) -> bytes:
    """What a case sent up."""
    return checked.case.steps[0].request.body


def test_a_search_that_finds_nothing_passes_with_one_verdict() -> None:
    bench = Bench(Gateway())
    searched(bench)
    assert bench.outcomes == [Outcome.CONFORMS]
    assert bench.gateway.asked > 2 * PROFILE.examples - 10


SMALLEST = [
    # what the gateway does to a download, the smallest payload that shows it
    (above_ascii_lost, b"\x80"),
    (nul_lost, b"\0"),
    (lambda content: content.replace(b"\r\n", b"\n"), b"\r\n"),
    (lambda content: content[:10], b"\0" * 11),
    # An empty one would do, but rests on a rule that is derived and fails nothing.
    (lambda content: content + b"\n", b"\0"),
]


@pytest.mark.parametrize(("download", "payload"), SMALLEST)
def test_a_search_ends_with_the_smallest_payload_that_shows_the_deviation(
    download: Damage, payload: bytes
) -> None:
    bench = Bench(Gateway(download))
    with pytest.raises(Failed) as failed:
        searched(bench, st.one_of(BYTES, NASTY))
    assert type(failed.value) is Failed
    (found,) = bench.recorded
    assert downloaded(found) == payload
    assert "did not come again" not in found.verdict.reason


class Once:
    """Damage that is done to the first download that it can be done to, and never again."""

    def __init__(self) -> None:
        self.done = False

    def __call__(self, content: bytes) -> bytes:
        """Hand out."""
        if self.done or content == above_ascii_lost(content):
            return content
        self.done = True
        return above_ascii_lost(content)


def test_a_deviation_that_does_not_come_again_is_reported_all_the_same() -> None:
    bench = Bench(Gateway(Once()))
    with pytest.raises(Failed) as failed:
        searched(bench)
    (found,) = bench.recorded
    assert found.verdict.outcome is Outcome.DEVIATES
    assert found.verdict.reason == (
        "the body is not raw bytes; it did not come again when the requests were repeated"
    )
    assert str(failed.value).startswith(found.verdict.reason)
    # The exchange that proves it is the one that is shown.
    assert found.performed[1].exchange is not None
    received = found.performed[1].exchange.received
    assert received is not None
    assert received.body == above_ascii_lost(downloaded(found)) != downloaded(found)


def test_an_example_that_is_undecided_ends_the_search_undecided() -> None:
    # Not the first example: what conformed before does not make up for it.
    bench = Bench(Gateway(failures=[""] * 20 + ["lost"]))
    with pytest.raises(Skipped, match="undecided: lost"):
        searched(bench)
    assert bench.outcomes == [Outcome.UNDECIDED]
    assert bench.gateway.asked in (21, 22)


def test_a_tolerated_deviation_is_told_where_nothing_worse_is_found() -> None:
    known = KnownDeviation("", "a trip", "ticket 7")
    bench = Bench(Gateway(above_ascii_lost), Policy(Level.SHOULD, (known,)))
    with pytest.raises(XFailed, match="ticket 7"):
        searched(bench)
    assert bench.outcomes == [Outcome.DEVIATES]


def test_a_tolerated_deviation_does_not_hide_one_that_fails() -> None:
    bench = Bench(Gateway(lambda content: content + b"!"))
    search = bench.search()
    seen: list[int] = []

    @given(st.integers(min_value=0, max_value=100))
    def test(number: int) -> None:
        seen.append(number)
        # The tolerated one is what nearly every example shows, the first of them as well.
        search.check(trip(b"a", MUST) if number > 50 else trip(b"a", DERIVED))

    with pytest.raises(Failed) as failed:
        search.run(trip(b""), test)
    assert seen[0] <= 50
    assert type(failed.value) is Failed
    assert [checked.verdict.level for checked in bench.recorded] == [Level.MUST]


def test_an_error_of_the_suite_itself_is_no_deviation() -> None:
    bench = Bench(Gateway())

    @given(st.integers())
    def test(number: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.search().run(trip(b""), test)
    assert bench.recorded == []


def test_a_strategy_that_hypothesis_refuses_is_no_deviation() -> None:
    bench = Bench(Gateway())

    @given(st.lists(st.nothing(), min_size=1))
    def test(content: list[bytes]) -> None:
        bench.search().check(trip(b""))

    with pytest.raises(Exception, match=r"Unable to satisfy|empty|Cannot create"):
        bench.search().run(trip(b""), test)
    assert bench.recorded == []


def test_a_search_that_sent_nothing_is_no_pass() -> None:
    bench = Bench(Gateway())
    with pytest.raises(Skipped):
        bench.search().run(trip(b""), lambda: None)


def test_a_search_of_what_is_not_applicable_is_skipped() -> None:
    bench = Bench(Gateway())
    case = Case("none", not_applicable="no such thing", rules=(MUST,))
    with pytest.raises(Skipped, match="no such thing"):
        bench.search().run(case, lambda: None)


# ---------------------------------------------------------------------------------- sequences


def sequence(bench: Bench) -> None:
    """Uploads and downloads in any order until the test ends."""
    search = bench.search()
    case = Case("any sequence", rules=(MUST,))
    raw = [way for way in pairings(MAPPED) if way.form.of(b"\xff") == b"\xff"]
    ways = tuple(way for way in raw if way.content_type == way.accept == OCTETS)[:1]
    assert ways

    class Bound(Objects):
        def __init__(self) -> None:
            super().__init__(ways, (OCTETS,), search.sequence(case))

    search.run(case, lambda: run_state_machine_as_test(Bound, settings=search.settings))


def test_a_sequence_that_keeps_to_the_model_passes() -> None:
    bench = Bench(Gateway())
    sequence(bench)
    assert bench.outcomes == [Outcome.CONFORMS]
    (found,) = bench.recorded
    assert len(found.performed) == len(found.case.steps) > 0


def test_a_deviating_sequence_is_shrunk_to_one_upload_and_one_download() -> None:
    bench = Bench(Gateway(above_ascii_lost))
    with pytest.raises(Failed):
        sequence(bench)
    (found,) = bench.recorded
    assert [step.request.sent_method for step in found.case.steps] == ["PUT", "GET"]
    assert len(downloaded(found)) == 1


class Forgetting(Gateway):
    """A gateway that never lets an object be overwritten."""

    def send(self, request: Request, name: str) -> Exchange:
        """Keep the first."""
        before = self.stored.get(request.name)
        exchange = super().send(request, name)
        if request.sent_method == "PUT" and before is not None:
            self.stored[request.name] = before
        return exchange


def test_a_sequence_is_judged_as_a_whole() -> None:
    bench = Bench(Forgetting())
    with pytest.raises(Failed):
        sequence(bench)
    (found,) = bench.recorded
    # What the store held of earlier sequences is not forgotten, so that one upload may do.
    assert [step.request.sent_method for step in found.case.steps][-2:] == ["PUT", "GET"]


def test_a_sequence_that_the_network_cut_is_undecided() -> None:
    bench = Bench(Gateway(failures=[""] * 5 + ["lost"]))
    with pytest.raises(Skipped, match="undecided: lost"):
        sequence(bench)
    assert bench.outcomes == [Outcome.UNDECIDED]
