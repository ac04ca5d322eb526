"""Which wrong configuration a diagnosis names, compared with deployments known to be wrong."""

import json

import pytest

from fixtures.diagnosis import diagnose
from fixtures.diagnosis.candidate import ChangeId, ChangeKind
from tests.lab.diagnosis_accuracy.__main__ import Result, grade
from tests.lab.diagnosis_accuracy.helpers import answered, deployed, sent
from tests.lab.diagnosis_accuracy.misconfigurations import (
    list_with,
    misconfigurations,
)

CASES = 160
DEFINITIONS = ("sample", "sample-template", "text-only", "wildcard")
# Of those that show at all, and are first, alone or among what cannot be told from them.
MEASURED = 0.95


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_the_wrong_setting_is_named_first(definition: str) -> None:
    stated, cases = sent(definition, CASES)
    results = {}
    for wrong in misconfigurations(stated):
        diagnosis = diagnose(stated, answered(wrong.deployed, cases))
        results[wrong.name] = grade(diagnosis, wrong.names)
    shown = {key: result for key, result in results.items() if result is not Result.UNSEEN}
    first = [key for key, result in shown.items() if result in (Result.FIRST, Result.ALIKE)]
    assert len(shown) >= 6
    assert len(first) >= MEASURED * len(shown), shown


def test_a_list_that_was_never_deployed_is_said_in_a_sentence_with_what_to_do() -> None:
    stated, cases = sent("sample", CASES)
    empty = next(misconfigurations(stated))
    diagnosis = diagnose(stated, answered(empty.deployed, cases))
    best = diagnosis.explanations[0]
    of = diagnosis.observations
    assert best.sentence == (
        f"This endpoint behaves as if binaryMediaTypes were empty: {of} of {of} observations fit."
    )
    assert diagnosis.headline.startswith(best.sentence)
    assert "not deployed again" in best.cause
    patches = [
        {"op": "add", "path": "/binaryMediaTypes/application~1octet-stream"},
        {"op": "add", "path": "/binaryMediaTypes/image~1jpeg"},
    ]
    update, deploy = best.commands
    call = 'aws apigateway update-rest-api --rest-api-id "$API_ID" --patch-operations'
    assert update == f"{call} '{json.dumps(patches)}'"
    call = 'aws apigateway create-deployment --rest-api-id "$API_ID" --stage-name "$STAGE"'
    assert deploy == call
    assert not best.unexplained
    assert not diagnosis.unexplained


def test_two_wrong_settings_are_found_together() -> None:
    stated, cases = sent("sample", CASES)
    unset = ChangeId(ChangeKind.CONTENT_HANDLING, "PUT /s3")
    both = deployed(deployed(stated, list_with("text/plain")), unset)
    diagnosis = diagnose(stated, answered(both, cases))
    best = diagnosis.explanations[0]
    assert set(best.changes) == {unset, list_with("text/plain")}
    assert best.fits == best.of
    assert best.commands.count(best.commands[-1]) == 1
    assert "create-deployment" in best.commands[-1]
