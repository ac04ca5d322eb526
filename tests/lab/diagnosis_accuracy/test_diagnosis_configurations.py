"""Which wrong configuration a diagnosis names, held against deployments known to be wrong."""

import json

import pytest

from fixtures.diagnosis import diagnose
from tests.lab.diagnosis_accuracy.__main__ import Result, grade
from tests.lab.diagnosis_accuracy.helpers import answered, sent
from tests.lab.diagnosis_accuracy.misconfigurations import names, wrong_deployments

CASES = 160
DEFINITIONS = ("sample", "sample-template", "text-only", "wildcard")
# Of those that show at all, and are first, alone or among what cannot be told from them.
MEASURED = 0.95


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_the_wrong_setting_is_named_first(definition: str) -> None:
    stated, cases = sent(definition, CASES)
    results = {}
    for wrong in wrong_deployments(stated):
        diagnosis = diagnose(stated, answered(wrong.deployed, cases))
        results[wrong.key] = grade(diagnosis, names(wrong.key))
    shown = {key: result for key, result in results.items() if result is not Result.UNSEEN}
    first = [key for key, result in shown.items() if result in (Result.FIRST, Result.ALIKE)]
    assert len(shown) >= 6
    assert len(first) >= MEASURED * len(shown), shown


def test_a_list_that_was_never_deployed_is_said_in_a_sentence_with_what_to_do() -> None:
    stated, cases = sent("sample", CASES)
    empty = next(w for w in wrong_deployments(stated) if w.key == "binaryMediaTypes=")
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
    keys = ("PUT /s3 contentHandling=None", "binaryMediaTypes+text/plain")
    by_key = {wrong.key: wrong for wrong in wrong_deployments(stated)}
    shorter = by_key[keys[1]].deployed
    both = next(w for w in wrong_deployments(shorter) if w.key == keys[0])
    diagnosis = diagnose(stated, answered(both.deployed, cases))
    best = diagnosis.explanations[0]
    assert set(best.keys) == set(keys)
    assert best.fits == best.of
    assert best.commands.count(best.commands[-1]) == 1
    assert "create-deployment" in best.commands[-1]
