"""What a load remembers of its verdicts, and the document that it ends with."""

import json
from pathlib import Path

import pytest

from fixtures.cases.case import Case, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received, Sent
from fixtures.definitions import load
from fixtures.rules.judgement import judge_case
from fixtures.rules.rule_book import Level
from reports.policy import KnownDeviation, Policy
from reports.run_metadata import heading
from reports.stream import record_of
from suites.load.aggregator import Aggregator
from suites.load.tasks import kinds
from suites.load.worker_report import DEVIATING, OF_A_KIND, Stats, received
from suites.profile import PROFILES
from suites.roundtrip.pairings import pairings
from suites.runner.configuration import Configuration

SAMPLE = load("sample")
WAY = pairings(SAMPLE)[0]
KINDS = kinds(SAMPLE)
STRICT = Policy(Level.SHOULD)


def judged(stats: Stats, kind: str, status: int | None, number: int = 0) -> None:
    """An upload that was answered so, `None` for not at all, on its way into a stats."""
    content = f"content {number}".encode() * 300
    step = Step(Role.ACT, WAY.put(f"load/{number}", content))
    case = Case(kind, (step,), rules=("upload-empty-answer",))
    answer = None if status is None else Received(status, body=content if status == 500 else b"")
    lost = Failure(FailureKind.CONNECTION_LOST, "the connection failed")
    failure = lost if status is None else None
    sent = Sent("PUT", f"http://x/{number}", body=content)
    performed = (StepResult(step, Exchange(sent, answer, failure)),)
    stats.add(case, performed, judge_case(SAMPLE, case, performed))


@pytest.fixture
def stats():
    made = Stats("here")
    yield made
    made.close()


def an_aggregator(out: Path, policy: Policy = STRICT) -> Aggregator:
    about = heading(
        SAMPLE,
        "http://x",
        profile="default",
        level=policy.level,
        strict=False,
        key_prefix="p/",
        arguments=(),
        secrets=(),
        environment={},
    )
    configuration = Configuration(
        definition=SAMPLE,
        profile=PROFILES["default"],
        policy=policy,
        endpoint="http://x",
        prefix="p/",
        bucket_known=False,
        secrets=(),
        variables={},
        signed=False,
        out=out,
    )
    return Aggregator(about, configuration, KINDS)


def ended(aggregator: Aggregator, out: Path, why: str = ""):
    said = "\n".join(aggregator.finish(why))
    return said, json.loads((out / "conformance.json").read_text(encoding="utf-8"))


def test_what_is_recorded_is_bounded_and_what_is_counted_is_not(stats: Stats) -> None:
    for number in range(60):
        for kind in KINDS:
            judged(stats, kind, 500 if number % 2 else 200, number)
    report = stats.take()
    assert sum(times for _, _, times, _ in report["counts"]) == 60 * len(KINDS)
    cases = [record_of(line).case for line in report["records"]]
    deviating = [case for case in cases if case.outcome == "deviates"]
    conforming = [case for case in cases if case.outcome == "conforms"]
    assert len(deviating) == min(DEVIATING, len(KINDS) * OF_A_KIND["deviates"])
    assert {case.id for case in deviating} == set(KINDS)
    assert len(conforming) == len(KINDS)


def test_the_first_of_each_kind_is_recorded_when_the_bound_is_reached(stats: Stats) -> None:
    many = [f"kind {number}" for number in range(DEVIATING + 50)]
    for kind in many:
        judged(stats, kind, 500)
    assert {record_of(line).case.id for line in stats.take()["records"]} == set(many)


def test_a_delivery_brings_what_came_since_the_last_one(stats: Stats) -> None:
    judged(stats, KINDS[0], 200)
    assert len(stats.take()["counts"]) == 1
    assert stats.take() == {"counts": [], "records": [], "bodies": {}}


def test_a_case_of_the_document_says_how_many_of_its_kind_came_out_how(
    stats: Stats, tmp_path: Path
) -> None:
    for number in range(1200):
        judged(stats, KINDS[0], 500 if number == 7 else 200, number)
    aggregator = an_aggregator(tmp_path)
    aggregator.add(received(json_like(stats)))
    assert aggregator.status("") == 1
    said, document = ended(aggregator, tmp_path)
    assert "FAIL: 1 of 1,200 requests failed" in said
    first, second = document["cases"]
    assert (first["id"], first["outcome"], first["fails"]) == (KINDS[0], "deviates", True)
    assert first["reason"].endswith("; of 1,200 requests of this kind: 1,199 passed, 1 failed")
    assert (second["id"], second["outcome"]) == (f"{KINDS[0]} #2", "conforms")
    assert document["end"]["untested"] == [
        f"{len(KINDS) - 1} of {len(KINDS)} kinds of request were not sent"
    ]


def json_like(stats: Stats):
    """A report as messages bring it: lists for tuples, bytes as they are."""
    report = stats.take()
    return {**report, "counts": [list(count) for count in report["counts"]]}


def test_a_known_deviation_does_not_fail_a_load(stats: Stats, tmp_path: Path) -> None:
    judged(stats, KINDS[0], 500)
    judged(stats, KINDS[1], 200)
    known = Policy(Level.SHOULD, (KnownDeviation("", KINDS[0], "on purpose"),))
    aggregator = an_aggregator(tmp_path, known)
    aggregator.add(stats.take())
    assert aggregator.status("") == 0
    said, document = ended(aggregator, tmp_path)
    assert "0 failed, 1 tolerated" in said
    assert not any(case["fails"] for case in document["cases"])


@pytest.mark.parametrize(
    ("statuses", "why", "status"),
    [
        ((200,), "", 0),
        ((200, None), "", 6),
        ((200, 429), "", 6),
        ((200, 500, None), "", 1),
        ((200,), "a worker was lost", 6),
        ((), "", 6),
    ],
)
def test_the_exit_status_is_that_of_a_run(
    statuses: tuple[int | None, ...], why: str, status: int, stats: Stats, tmp_path: Path
) -> None:
    for number, answer in enumerate(statuses):
        judged(stats, KINDS[0], answer, number)
    aggregator = an_aggregator(tmp_path)
    aggregator.add(stats.take())
    assert aggregator.status(why) == status
    _, document = ended(aggregator, tmp_path, why)
    assert document["end"]["exit_status"] == status
    assert document["end"]["complete"] is (not why)
