"""The cases for functions: which are made, and what another function than the echo one gets."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.api import Definition
from fixtures.cases.case import Role
from fixtures.client import CaseRunner, Client
from fixtures.definitions import FOLDER, load, shipped
from fixtures.diagnosis import PerformedCase, diagnose
from fixtures.exceptions import EndpointMismatchError
from fixtures.gateway.process import running_gateway
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome
from suites import skip_reasons
from suites.lambda_proxy.cases import (
    catalogue,
    content_types,
    headers,
    malformed,
    random_trips,
    requests,
    responses,
)
from suites.lambda_proxy.echo_requests import downloads, handshake, uploads
from suites.profile import PROFILES
from suites.runner.preflight import preflight

ROOT = Path(__file__).parents[2]
QUICK = PROFILES["quick"]
ECHO = load("lambda-proxy")
GENERATORS = (requests, responses, content_types, headers, malformed, catalogue, random_trips)


def having(*methods: str) -> Definition:
    kept = tuple(operation for operation in ECHO.operations if operation.method in methods)
    return replace(ECHO, operations=kept)


@pytest.mark.parametrize("generator", GENERATORS)
def test_every_case_begins_with_a_handshake_by_get(generator) -> None:
    cases = list(generator(ECHO, QUICK))
    assert cases
    for case in cases:
        handshake_step, *acts = case.steps
        assert (handshake_step.role, handshake_step.shared) == (Role.SETUP, True)
        assert handshake_step.requires_response_header == "x-conformance-function"
        assert handshake_step.request.sent_method == "GET"
        assert handshake_step.request.target == "/echo?return=handshake"
        assert acts
        assert all(act.role is Role.ACT for act in acts)
    assert len({case.steps[0] for case in cases}) == 1


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("name", sorted(set(shipped()) - {"lambda-proxy"}))
def test_without_a_function_there_is_no_case(generator, name: str) -> None:
    assert list(generator(load(name), QUICK)) == []


def test_a_function_that_no_get_reaches_is_left_alone() -> None:
    definition = having("POST", "PUT")
    (post, put) = uploads(definition)
    assert handshake(definition, post) is handshake(definition, put) is None
    assert list(downloads(definition)) == []
    cases = [case for generator in GENERATORS for case in generator(definition, QUICK)]
    assert {case.not_applicable for case in cases} == {skip_reasons.NO_GET}
    assert not any(case.steps for case in cases)


def test_a_function_that_get_alone_reaches_is_tried_with_what_it_returns() -> None:
    definition = having("GET")
    assert not list(catalogue(definition, QUICK))
    assert [case.id for case in requests(definition, QUICK)] == ["GET /echo no-body"]
    assert list(responses(definition, QUICK)) == list(responses(ECHO, QUICK))


def test_of_two_ways_to_a_function_one_is_enough() -> None:
    get, *_ = ECHO.operations
    twice = replace(ECHO, operations=(*ECHO.operations, replace(get, path="/again")))
    assert [operation.path for operation in downloads(twice)] == ["/echo"]
    uri = get.integration.uri.replace("conformance-echo", "other")
    other = replace(get, path="/other", integration=replace(get.integration, uri=uri))
    two = replace(ECHO, operations=(*ECHO.operations, other))
    assert [operation.path for operation in downloads(two)] == ["/echo", "/other"]
    handshake_step = handshake(two, other)
    assert handshake_step is not None
    assert handshake_step.request.target == "/other?return=handshake"


@pytest.mark.parametrize(
    ("generator", "axes"),
    [
        (requests, {"operation", "form", "sent"}),
        (responses, {"operation", "answer", "returned", "accept"}),
    ],
)
def test_every_case_of_a_matrix_has_a_place_of_its_own(generator, axes: set[str]) -> None:
    cases = list(generator(ECHO, QUICK))
    for case in cases:
        assert set(case.axes) == axes
        assert all(case.axes.values())
        assert case.id.startswith(case.axes["operation"])
    assert max(Counter(tuple(case.axes.values()) for case in cases).values()) == 1


def test_a_response_with_an_id_is_asked_for_twice() -> None:
    acts = {case.aspect: len(case.steps) - 1 for case in headers(ECHO, QUICK)}
    once = dict.fromkeys(("Content-Length", "Content-Encoding", "x-amzn-ErrorType"), 1)
    assert acts == {**once, "x-amzn-RequestId": 2}


# -------------------------------------------------------------------------- another function

STRANGER = """
asked = []

def handler(event, context):
    open({log!r}, "a").write(event["httpMethod"] + "\\n")
    {does}
"""
STRANGERS = {
    "it answers something": 'return {"statusCode": 200, "body": "hello"}',
    "it answers 404": 'return {"statusCode": 404, "body": "nothing here"}',
    "it sends elsewhere": 'return {"statusCode": 302, "headers": {"Location": "/"}}',
}


@pytest.mark.parametrize("does", STRANGERS.values(), ids=STRANGERS)
def test_another_function_is_asked_its_name_and_nothing_more(does: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    (tmp_path / "stranger.py").write_text(STRANGER.format(log=str(log), does=does))
    environment = {"PYTHONPATH": str(tmp_path)}
    options = ("--function", "stranger:handler")
    with running_gateway("lambda-proxy", options=options, environment=environment) as gateway:
        client = Client(gateway.url)
        performer = CaseRunner(client, "p/")
        preflight(ECHO, performer, gateway.url)
        judged = []
        for case in (*malformed(ECHO, QUICK), *list(requests(ECHO, QUICK))[:5]):
            performed = performer.execute(case)
            judged.append(PerformedCase(case, performed))
            verdict = judge_case(ECHO, case, performed)
            assert verdict.outcome is Outcome.NOT_APPLICABLE
            assert "is not the echo function of this suite" in verdict.reason
        client.close()
    assert set(log.read_text().split()) == {"GET"}
    # And nothing accuses the endpoint of it.
    assert diagnose(ECHO, judged).deviating == 0


FAILING = {
    "an exception": "raise KeyError('x')",
    "nothing": "return None",
}


@pytest.mark.parametrize("does", FAILING.values(), ids=FAILING)
def test_a_function_that_fails_ends_the_run_in_one_sentence(does: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    (tmp_path / "failing.py").write_text(STRANGER.format(log=str(log), does=does))
    environment = {"PYTHONPATH": str(tmp_path)}
    options = ("--function", "failing:handler")
    with running_gateway("lambda-proxy", options=options, environment=environment) as gateway:
        client = Client(gateway.url)
        with pytest.raises(EndpointMismatchError, match="the function behind GET /echo fails"):
            preflight(ECHO, CaseRunner(client, "p/"), gateway.url)
        client.close()
    assert len(log.read_text().split()) == 1


def test_a_function_that_is_not_deployed_is_a_misfit() -> None:
    with running_gateway("sample") as gateway:
        client = Client(gateway.url)
        with pytest.raises(EndpointMismatchError) as misfit:
            preflight(ECHO, CaseRunner(client, "p/"), gateway.url)
        client.close()
    assert "does not fit lambda-proxy.yaml: it answers GET /echo with 403" in str(misfit.value)


# ------------------------------------------------------------------------------- the whole run


def run(*arguments: str, out: Path) -> subprocess.CompletedProcess[str]:
    own = ("-p", "no:cacheprovider", "-o", f"reports_out={out}", "-q")
    command = [sys.executable, "-m", "pytest", *own, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_a_definition_of_functions_alone_is_tested(tmp_path: Path) -> None:
    few = ("-k", "malformed or keys or limits or random or no-body or 502")
    done = run("--definition=lambda-proxy", *few, "--hypothesis-profile=quick", out=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads((tmp_path / "conformance.json").read_text(encoding="utf-8"))
    outcomes = Counter((case["subject"], case["outcome"]) for case in document["cases"])
    assert outcomes["lambda_proxy", "conforms"] >= 10
    assert {outcome for subject, outcome in outcomes if subject in ("keys", "limits")} == {
        "not applicable"
    }


def test_a_list_that_lacks_a_type_is_diagnosed(tmp_path: Path) -> None:
    text = (FOLDER / "lambda-proxy.yaml").read_text(encoding="utf-8")
    other = tmp_path / "other.yaml"
    other.write_text(text.replace("  - application/octet-stream\n", ""), encoding="utf-8")
    with running_gateway(str(other)) as gateway:
        client = Client(gateway.url)
        performer = CaseRunner(client, "p/")
        cases = (*responses(ECHO, QUICK), *list(requests(ECHO, QUICK))[:60])
        judged = [PerformedCase(case, performer.execute(case)) for case in cases]
        client.close()
    diagnosis = diagnose(ECHO, judged)
    assert diagnosis.deviating
    best = diagnosis.explanations[0]
    assert best.fits == best.of
    assert "application/octet-stream" in best.sentence


def test_a_post_to_functions_alone_is_nothing_to_test(tmp_path: Path) -> None:
    text = (FOLDER / "lambda-proxy.yaml").read_text(encoding="utf-8")
    text = text.replace("    get: &echo", "    post: &echo").replace("    post: *echo\n", "", 1)
    only_post = tmp_path / "post.yaml"
    only_post.write_text(text, encoding="utf-8")
    done = run(f"--definition={only_post}", out=tmp_path)
    assert done.returncode == 4
    assert "no GET reaches a function by Lambda proxy, so there is nothing to test" in done.stderr
