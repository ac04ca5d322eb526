"""Experiments over real sockets: what the runner sends, and what the answers decide."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.api import Definition
from fixtures.diagnosis import Investigation, PerformedCase
from fixtures.faults.host import Host
from fixtures.rules.rule_book import Level
from reports.policy import Policy
from suites.profile import PROFILES
from suites.runner.configuration import Configuration
from suites.runner.experiments import BUDGET, send_experiments
from suites.runner.run_state import RunState
from tests.lab.diagnosis_accuracy.helpers import deployed, one_accept
from tests.lab.diagnosis_accuracy.misconfigurations import list_with

JSON_ADDED = list_with("application/json")


@contextmanager
def running(stated: Definition, there: Definition, out: Path) -> Iterator[RunState]:
    host = Host()
    with host.running(), host.serving(None, there) as url:
        yield RunState(
            Configuration(
                definition=stated,
                profile=PROFILES["quick"],
                policy=Policy(Level.SHOULD, ()),
                endpoint=url,
                prefix="conformance/a-run/",
                bucket_known=False,
                secrets=(),
                variables={},
                signed=False,
                out=out,
            )
        )


@pytest.mark.parametrize("worker", ["", "gw1/"])
def test_the_answer_to_one_request_decides_between_two_explanations(
    tmp_path: Path, worker: str
) -> None:
    stated, cases = one_accept("sample", 20)
    with running(stated, deployed(stated, JSON_ADDED), tmp_path) as run:
        with run.case_runner(folder=worker) as runner:
            performed = [PerformedCase(case, runner.execute(case)) for case in cases]
        investigation = Investigation(stated, performed)
        alike = [e.changes for e in investigation.diagnosis().explanations if e.rank == 1]
        assert len(alike) > 1
        before = run.limiter.traffic.requests
        sent = send_experiments(run, investigation.experiments(BUDGET), workers=2)
        assert run.limiter.traffic.requests - before == len(sent) == 1
    exchange = sent[0].results[-1].exchange
    assert exchange is not None
    assert exchange.sent.method == "GET"
    investigation.add(sent)
    first = [e.changes for e in investigation.diagnosis().explanations if e.rank == 1]
    assert first == [(JSON_ADDED,)]


def test_a_healthy_endpoint_gets_no_further_request(tmp_path: Path) -> None:
    stated, cases = one_accept("sample", 20)
    with running(stated, stated, tmp_path) as run:
        with run.case_runner() as runner:
            performed = [PerformedCase(case, runner.execute(case)) for case in cases]
        before = run.limiter.traffic.requests
        experiments = Investigation(stated, performed).experiments(BUDGET)
        assert send_experiments(run, experiments) == []
        assert run.limiter.traffic.requests == before


def test_experiments_that_cannot_be_sent_leave_the_diagnosis_as_it_is(tmp_path: Path) -> None:
    stated, cases = one_accept("sample", 20)
    with running(stated, deployed(stated, JSON_ADDED), tmp_path) as run:
        with run.case_runner(folder="gw7/") as runner:
            performed = [PerformedCase(case, runner.execute(case)) for case in cases]
        investigation = Investigation(stated, performed)
        before = investigation.diagnosis()
        # Nobody knows of a worker whose folder that is.
        investigation.add(send_experiments(run, investigation.experiments(BUDGET)))
        assert investigation.diagnosis() == before
