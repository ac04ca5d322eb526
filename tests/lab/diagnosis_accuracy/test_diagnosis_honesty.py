"""The diagnosis of a healthy endpoint, of one that does not answer, and its parts."""

import json
import shlex
from dataclasses import asdict, replace

import botocore.session
from botocore import xform_name

from fixtures.api import REST, Definition
from fixtures.cases.case import Case
from fixtures.cases.exchange import Received
from fixtures.definitions import load
from fixtures.diagnosis import diagnose
from fixtures.diagnosis.candidate import ChangeId, ChangeKind
from fixtures.diagnosis.configuration_changes import configuration_changes
from fixtures.diagnosis.observed_values import ObservedValues
from suites.keys.cases import keys, lookalikes
from suites.profile import PROFILES
from tests.lab.diagnosis_accuracy.helpers import answered, deployed, faulty, sent
from tests.lab.diagnosis_accuracy.misconfigurations import list_without

CASES = 120


EMPTY = list_without(("application/octet-stream", "image/jpeg"))


def stated_and_deployed(change: ChangeId = EMPTY) -> tuple[Definition, Definition]:
    stated, _ = sent("sample", CASES)
    return stated, deployed(stated, change)


def test_a_healthy_endpoint_is_accused_of_nothing() -> None:
    definition, cases = sent("sample", CASES)
    diagnosis = diagnose(definition, answered(definition, cases))
    count = diagnosis.observations
    assert count >= CASES
    assert diagnosis.headline == (
        f"No answer contradicts the definition: {count} of {count} observations fit."
    )
    assert not diagnosis.explanations
    assert not diagnosis.unexplained


def test_keys_that_the_rules_take_for_the_same_object_are_the_same_here() -> None:
    definition = load("mapped")
    cases = [*keys(definition, PROFILES["quick"]), *lookalikes(definition, PROFILES["quick"])]
    diagnosis = diagnose(definition, answered(definition, [c for c in cases if c.steps]))
    assert diagnosis.deviating == 0
    assert not diagnosis.unexplained


def test_without_observations_the_diagnosis_says_nothing_of_the_endpoint() -> None:
    definition, _ = sent("sample", CASES)
    assert "Nothing was observed" in diagnose(definition, ()).headline


def test_a_throttled_endpoint_is_accused_of_nothing() -> None:
    definition, cases = sent("sample", CASES)
    throttled = Received(429, (("Content-Length", "0"),))
    diagnosis = diagnose(definition, answered(definition, cases, lambda *_: throttled))
    assert not diagnosis.deviating
    assert not diagnosis.explanations


def test_a_broken_connection_is_no_observation() -> None:
    definition, cases = sent("sample", CASES)
    diagnosis = diagnose(definition, answered(definition, cases, lambda *_: None))
    assert diagnosis.observations == 0


def test_an_upload_that_failed_while_a_case_was_prepared_is_evidence() -> None:
    definition, empty = stated_and_deployed()
    _, cases = sent("sample", CASES)
    setups = [
        case for case in cases if case.id.startswith("GET /s3 every-byte stored:application/octet")
    ]
    performed = answered(empty, setups)
    assert all(len(one.results) == 1 for one in performed)
    assert diagnose(definition, performed).explanations[0].changes == (EMPTY,)


def test_a_header_that_no_configuration_decides_is_left_unexplained() -> None:
    definition, cases = sent("sample", CASES)
    ids = [case for case in cases if case.aspect == REST.request_id_header]

    def unnamed(_: Case, received: Received) -> Received:
        return replace(received, headers=received.headers[:2])

    diagnosis = diagnose(definition, answered(definition, ids, unnamed))
    assert not diagnosis.deviating
    assert not diagnosis.explanations
    assert "headers" in diagnosis.headline
    assert diagnosis.unexplained == tuple(case.id for case in ids)


def test_the_cases_that_an_explanation_leaves_are_named() -> None:
    stated, empty = stated_and_deployed()
    _, cases = sent("sample", CASES)

    def lost(case: Case, received: Received) -> Received:
        return replace(received, status=418) if case.id == cases[0].id else received

    diagnosis = diagnose(stated, answered(empty, cases, lost))
    best = diagnosis.explanations[0]
    assert best.changes == (EMPTY,)
    assert best.fits < best.of
    assert best.unexplained == (cases[0].id,)


def test_explanations_that_the_cases_cannot_tell_apart_share_a_rank() -> None:
    stated, other = stated_and_deployed(
        ChangeId(ChangeKind.CONTENT_HANDLING, r"GET /s3 response '2\\d{2}'", "CONVERT_TO_TEXT")
    )
    _, cases = sent("sample", CASES // 2)  # none of them asks for a missing object
    diagnosis = diagnose(stated, answered(other, cases))
    first = [e.changes[0] for e in diagnosis.explanations if e.rank == 1]
    assert ChangeId(ChangeKind.REQUEST_HEADER, "Accept") in first
    assert len(first) > 1
    assert "cannot be told apart" in diagnosis.headline


def test_a_diagnosis_is_json() -> None:
    stated, empty = stated_and_deployed()
    _, cases = sent("sample", CASES)
    diagnosis = diagnose(stated, answered(empty, cases))
    document = diagnosis.as_json()
    assert json.loads(json.dumps(document)) == document
    assert document["explanations"][0]["changes"] == [asdict(EMPTY)]


def test_bodies_that_are_compressed_are_explained_by_a_compression() -> None:
    definition, _ = sent("sample", CASES)
    best = diagnose(definition, faulty("gzip-uninvited", "sample", CASES)).explanations[0]
    assert best.changes == (ChangeId(ChangeKind.COMPRESSION, "way out", "gzip"),)


def test_every_command_is_one_that_the_aws_cli_has() -> None:
    """Names of calls and parameters, by the model of the service that the CLI is made from."""
    model = botocore.session.get_session().get_service_model("apigateway")
    calls = {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}
    seen = set()
    for name in ("sample-template", "mapped", "conversions"):
        definition = load(name)
        places = frozenset((op.path, op.method) for op in definition.operations)
        everything = ObservedValues(("application/json", "image/png"), places, frozenset({418}))
        for change in configuration_changes(definition, everything):
            assert change.commands, change.identity
            for command in change.commands:
                call = command.removeprefix("RESOURCE_ID=$(").removesuffix(")")
                words = shlex.split(call)
                assert words[:2] == ["aws", "apigateway"], command
                shape = calls[words[2]].input_shape
                known = {xform_name(member, "-") for member in shape.members}
                given = dict(zip(words[3::2], words[4::2], strict=True))
                for option in given:
                    assert option[2:] in {*known, "query", "output"}, command
                patches = json.loads(given.get("--patch-operations", "[]"))
                for patch in patches:
                    assert set(patch) <= {"op", "path", "value"}
                    assert patch["path"].startswith("/")
                seen.add(words[2])
    assert {"update-rest-api", "update-integration", "update-integration-response"} <= seen
