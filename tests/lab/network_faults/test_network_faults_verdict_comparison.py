"""What counts as a false alarm, and that each would be noticed."""

from dataclasses import replace

import pytest

from fixtures.cases.case import Case
from fixtures.faults.host import Host
from fixtures.rules.verdict import Outcome, Verdict
from tests.lab.network_faults.network_fault import BY_NAME, InjectedFaults
from tests.lab.network_faults.proof import Plan, Proof, clean_run, lines, run_with_faults, summary
from tests.lab.network_faults.verdict_comparison import ObservedCase, compare

CONFORMS = Verdict("a case", Outcome.CONFORMS, ("error-body",), "as the rules expect")
DEVIATES = Verdict(
    "a case", Outcome.DEVIATES, ("error-body",), "the body is not text", observed="500"
)
UNDECIDED = Verdict("a case", Outcome.UNDECIDED, ("error-body",), "throttled")
ABSENT = Verdict("a case", Outcome.NOT_APPLICABLE, ("error-body",), "nothing to try")
NO_FAULTS = InjectedFaults((), "")
LATE = InjectedFaults((BY_NAME["latency"],), "")
LOST = InjectedFaults((BY_NAME["latency"], BY_NAME["bad-gateway"]), "")
CUT = InjectedFaults((BY_NAME["closed-in-body"],), "")


@pytest.fixture(scope="module")
def host():
    with Host().running() as running:
        yield running


def held(clean: Verdict, now: Verdict, *injected: InjectedFaults, unseen: int = 0):
    return compare([clean], [ObservedCase(Case("a case"), now, (), injected, unseen)])


FINE = [
    # clean, with faults, the faults of its requests, the cause of an undecided case
    (CONFORMS, CONFORMS, LOST, None),
    (DEVIATES, DEVIATES, NO_FAULTS, None),
    (ABSENT, ABSENT, NO_FAULTS, None),
    (CONFORMS, UNDECIDED, LOST, "bad-gateway"),
    (DEVIATES, UNDECIDED, CUT, "closed-in-body"),
    (ABSENT, UNDECIDED, LOST, "bad-gateway"),
    (UNDECIDED, UNDECIDED, NO_FAULTS, None),
    (DEVIATES, replace(DEVIATES, observed="less"), CUT, None),
]


@pytest.mark.parametrize(("clean", "now", "event", "blamed"), FINE)
def test_a_verdict_may_stay_or_become_undecided_for_a_reason(clean, now, event, blamed) -> None:
    comparison = held(clean, now, event)
    assert comparison.differences == ()
    assert comparison.undecided == ({blamed: 1} if blamed else {})
    assert comparison.cases == 1


FALSE = [
    (CONFORMS, DEVIATES, LOST, "another verdict: deviates"),
    (DEVIATES, CONFORMS, LOST, "another verdict: conforms"),
    (UNDECIDED, CONFORMS, LOST, "another verdict: conforms"),
    (UNDECIDED, DEVIATES, CUT, "another verdict: deviates"),
    (CONFORMS, ABSENT, LOST, "another verdict: not applicable"),
    (CONFORMS, UNDECIDED, LATE, "though nothing was lost"),
    (DEVIATES, replace(DEVIATES, observed="501"), LOST, "another reason"),
    (DEVIATES, replace(DEVIATES, reason="other"), LATE, "another reason"),
    (DEVIATES, replace(DEVIATES, rules=("request-id",)), CUT, "another reason"),
    (CONFORMS, replace(CONFORMS, rules=("request-id",)), NO_FAULTS, "another reason"),
]


@pytest.mark.parametrize(("clean", "now", "event", "why"), FALSE)
def test_any_other_change_is_a_difference(clean, now, event, why) -> None:
    comparison = held(clean, now, event)
    (difference,) = comparison.differences
    assert why in difference.received
    assert comparison.undecided == {}
    assert str(event) in "\n".join(difference.lines())


def test_a_request_that_went_into_an_ending_connection_may_leave_a_case_undecided() -> None:
    assert held(CONFORMS, UNDECIDED, LATE, unseen=1).undecided == {"closed-idle": 1}


def test_a_case_that_was_hurried_may_be_undecided_before_the_silence_came() -> None:
    impatient = ObservedCase(Case("a case"), UNDECIDED, (), (LATE,), impatient=True)
    assert compare([CONFORMS], [impatient]).undecided == {"silence": 1}
    (difference,) = compare([CONFORMS], [replace(impatient, verdict=DEVIATES)]).differences
    assert "another verdict" in difference.received


# ---------------------------------------------------------------------------- on the wire


def test_network_faults_raise_no_false_alarm(host) -> None:
    plan = Plan("text-only", most=200)
    clean = clean_run(plan, host)
    run = run_with_faults(plan, clean, 41, host)
    assert run.comparison.differences == (), "\n".join(lines(run))
    assert run.comparison.cases == 200
    assert sum(run.comparison.undecided.values()) < 100
    assert len(run.comparison.injected) > 10


def test_harmless_faults_leave_nothing_undecided(host) -> None:
    kinds = ("latency", "drip", "chunked", "chunked-odd", "http-1.0", "reordered", "extra")
    plan = Plan("text-only", kinds=(*kinds, "interim", "closed-after"), share=0.5, most=150)
    run = run_with_faults(plan, clean_run(plan, host), 42, host)
    assert (run.comparison.differences, run.comparison.undecided) == ((), {})


def test_a_seed_brings_the_same_run_again(host) -> None:
    # What depends on client is faster, a client or the end of its connection, is left out.
    kinds = ("latency", "chunked", "throttled", "bad-gateway", "closed-after", "closed-in-body")
    plan = Plan("text-only", kinds=kinds, share=0.1, most=150)
    clean = clean_run(plan, host)
    first, again, other = (run_with_faults(plan, clean, seed, host) for seed in (43, 43, 44))
    assert first.comparison == again.comparison != other.comparison
    assert sum(first.comparison.undecided.values()) > 1


@pytest.mark.parametrize("kind", ["corrupted", "shortened", "other-status"])
def test_what_no_network_does_is_noticed(host, kind) -> None:
    plan = Plan("text-only", kinds=(kind,), share=0.2, most=60)
    run = run_with_faults(plan, clean_run(plan, host), 45, host)
    assert run.comparison.differences
    difference = run.comparison.differences[0]
    assert kind in difference.faults
    assert any("HTTP/1.1" in text for text in difference.exchanges)
    assert not Proof(plan, (), (run,)).holds


FAULTS = [
    "accept-last-entry",
    "response-binary-text-none-bytes",
    "refused-upload-destroys",
    "errors-are-200",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_network_faults_hide_no_deviation(host, fault) -> None:
    plan = Plan("sample", fault=fault, most=260)
    clean = clean_run(plan, host)
    deviating = sum(verdict.outcome is Outcome.DEVIATES for verdict in clean)
    run = run_with_faults(plan, clean, 46, host)
    assert run.comparison.differences == (), "\n".join(lines(run))
    assert sum(run.comparison.undecided.values()) < deviating or deviating < 30
    assert deviating


def test_a_summary_counts_the_undecided_by_their_fault(host) -> None:
    plan = Plan("text-only", kinds=("bad-gateway",), share=1.0, most=20)
    clean = clean_run(plan, host)
    proof = Proof(plan, clean, (run_with_faults(plan, clean, 1, host),))
    assert proof.holds
    sent = proof.runs[0].comparison.requests
    assert list(summary(proof)) == [
        "text-only, clean: 20 conforms",
        f"text-only, through the proxy: 1 runs, 20 cases, {sent} exchanges, 20 undecided, 0 false",
        "undecided by: 20 bad-gateway",
    ]
    assert proof.document()["undecided"] == {"bad-gateway": 20}
