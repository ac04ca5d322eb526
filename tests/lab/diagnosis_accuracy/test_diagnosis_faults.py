"""Which corruption a diagnosis names, compared with gateways known to be bad."""

import pytest

from fixtures.diagnosis import diagnose
from fixtures.faults.catalogue import BY_NAME
from tests.lab.diagnosis_accuracy.__main__ import Result, grade
from tests.lab.diagnosis_accuracy.expected_causes import expected_changes
from tests.lab.diagnosis_accuracy.helpers import faulty, sent

CASES = 200
FAULTS = (
    "base64-lines",
    "base64-unpadded",
    "base64-doubled",
    "base64-quoted",
    "decoder-garbage-kept",
    "text-download-latin-1",
    "binary-upload-replaced",
    "binary-download-seven-bits",
    "text-download-not-utf-8-dropped",
    "text-download-not-utf-8-crashes",
    "download-cut-last-byte",
    "response-binary-binary-none-base64",
    "request-text-to-binary-bytes",
    "accept-ignored",
)


@pytest.mark.parametrize("name", FAULTS)
def test_the_corruption_is_named_first(name: str) -> None:
    definition, _ = sent("sample", CASES)
    diagnosis = diagnose(definition, faulty(name, "sample", CASES))
    result = grade(diagnosis, expected_changes(BY_NAME[name], definition))
    assert result in (Result.FIRST, Result.ALIKE), diagnosis


@pytest.mark.parametrize("name", ["key-plus-decoded", "sometimes-500", "unknown-path-is-404"])
def test_a_fault_that_no_configuration_explains_gets_no_diagnosis(name: str) -> None:
    definition, _ = sent("sample", CASES)
    diagnosis = diagnose(definition, faulty(name, "sample", CASES))
    assert diagnosis.deviating
    assert not diagnosis.explanations, diagnosis
    assert diagnosis.headline.startswith("No diagnosis: ")
    assert diagnosis.unexplained
