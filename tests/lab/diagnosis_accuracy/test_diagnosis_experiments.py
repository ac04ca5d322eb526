"""Which requests are proposed where explanations are alike, and what their answers change."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fixtures.api import Definition
from fixtures.cases.case import Case, ExistingObject, Request, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Sent
from fixtures.cases.object_address import object_place
from fixtures.definitions import load
from fixtures.diagnosis import Experiment, Investigation, PerformedCase, diagnose
from fixtures.diagnosis.candidate import ChangeId, ChangeKind
from fixtures.rules.expectation import Stored
from fixtures.rules.expected_response import expected_response
from tests.lab.diagnosis_accuracy.helpers import answered, as_expected, deployed, one_accept, sent
from tests.lab.diagnosis_accuracy.misconfigurations import list_with, misconfigurations

BINARY = "application/octet-stream"


def answers(there: Definition, experiments: Sequence[Experiment]) -> list[PerformedCase]:
    return [
        PerformedCase(each.case, (*each.before, one.results[-1]))
        for each, one in zip(
            experiments, answered(there, [e.case for e in experiments]), strict=True
        )
    ]


@pytest.mark.parametrize(
    ("definition", "change"),
    [
        ("sample", list_with("application/json")),
        ("sample-template", ChangeId(ChangeKind.CONTENT_HANDLING, "PUT /s3")),
        (
            "sample-template",
            ChangeId(ChangeKind.CONTENT_HANDLING, "PUT /s3", "CONVERT_TO_TEXT"),
        ),
    ],
)
def test_one_experiment_tells_explanations_apart(definition: str, change: ChangeId) -> None:
    stated, cases = one_accept(definition, 20)
    there = deployed(stated, change)
    performed = answered(there, cases)
    investigation = Investigation(stated, performed)
    before = investigation.diagnosis()
    assert sum(explanation.rank == 1 for explanation in before.explanations) > 1
    (experiment,) = investigation.experiments(8)
    assert experiment.step.request.sent_method == "GET"
    assert len({(p.statuses, p.body, p.sha256) for p in experiment.predictions}) > 1
    performed_experiments = answers(there, [experiment])
    investigation.add(performed_experiments)
    after = investigation.diagnosis()
    assert [e.changes for e in after.explanations if e.rank == 1] == [(change,)]
    assert after.observations == before.observations + 1
    assert after == diagnose(stated, performed, performed_experiments)
    assert not investigation.experiments(8)


def test_an_experiment_begins_with_what_was_sent_and_ends_with_one_request() -> None:
    stated, cases = one_accept("sample", 20)
    there = deployed(stated, list_with("application/json"))
    (experiment,) = Investigation(stated, answered(there, cases)).experiments(8)
    sent_steps = [result.step for result in experiment.before]
    assert list(experiment.case.steps) == [*sent_steps, experiment.step]
    assert all(result.exchange is not None for result in experiment.before)
    assert sum(step.request.creates for step in sent_steps) == 1
    assert experiment.step.request.object == sent_steps[-1].request.object


def test_where_one_explanation_is_best_there_is_no_experiment() -> None:
    stated, cases = sent("sample", 160)
    healthy = Investigation(stated, answered(stated, cases))
    assert healthy.experiments(8) == ()
    empty = Investigation(stated, answered(next(misconfigurations(stated)).deployed, cases))
    assert empty.experiments(8) == ()


def test_no_more_experiments_are_proposed_than_the_budget_allows() -> None:
    stated, cases = one_accept("sample", 20)
    there = deployed(stated, list_with("application/json"))
    assert Investigation(stated, answered(there, cases)).experiments(0) == ()


def test_an_object_that_was_overwritten_is_not_used() -> None:
    stated, cases = one_accept("sample", 20)
    performed = answered(deployed(stated, list_with("application/json")), cases)
    (experiment,) = Investigation(stated, performed).experiments(8)
    upload = experiment.before[-1]
    other = replace(upload.step, request=replace(upload.step.request, body=b"other bytes"))
    overwriting = PerformedCase(
        Case("overwriting", (other,)), (StepResult(other, upload.exchange),)
    )
    again = Investigation(stated, [*performed, overwriting]).experiments(8)
    assert upload.exchange not in [each.before[-1].exchange for each in again]


def test_an_object_that_was_there_before_is_requested_without_an_upload() -> None:
    stated = load("sample")
    there = deployed(stated, list_with("application/json"))
    get = stated.operations_on_s3("GET")[0]
    found = ExistingObject(
        object_place(get), "bucket/a.json", b'{"some": "json"}', "application/json"
    )
    stored = Stored(found.content, found.media_type)

    def performed(case: Case, request: Request) -> PerformedCase:
        received = as_expected(expected_response(there, request, stored), case.id)
        exchange = Exchange(Sent("GET", f"https://endpoint.test/{case.id}"), received)
        return PerformedCase(case, (StepResult(Step(Role.ACT, request), exchange),))

    request = Request(get, found.name, accept=BINARY)
    case = Case("found", (Step(Role.ACT, request),), existing=(found,))
    investigation = Investigation(stated, [performed(case, request)])
    experiments = investigation.experiments(8)
    assert experiments
    for experiment in experiments:
        assert experiment.before == ()
        assert experiment.case.existing == (found,)
        assert experiment.step.request.name == found.name
    investigation.add(performed(each.case, each.step.request) for each in experiments)
    first = [e.changes for e in investigation.diagnosis().explanations if e.rank == 1]
    assert (list_with("application/json"),) in first
