"""Rules and gateway agree on definitions as teams have them.

The two are written apart from each other, so a deviation of the reference gateway is a mistake in
one of them. The definitions are changes to the sample API, each with one thing that is particular.
"""

import copy
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.api import Definition, read_definition
from fixtures.cases.case import Case
from fixtures.client import CaseRunner, Client
from fixtures.definitions import FOLDER
from fixtures.gateway.process import running_gateway
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome
from suites.profile import PROFILES
from suites.runner.preflight import preflight

SAMPLE = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
INTEGRATION = "x-amazon-apigateway-integration"
GET = ("paths", "/s3", "get", INTEGRATION)
PUT = ("paths", "/s3", "put", INTEGRATION)
ANSWER = (*GET, "responses", r"2\d{2}")
LIST = ("x-amazon-apigateway-binary-media-types",)


def mock(template: str) -> dict[str, Any]:
    responses = {"default": {"statusCode": "200"}, "400": {"statusCode": "400"}}
    templates = {"application/json": template}
    return {INTEGRATION: {"type": "mock", "requestTemplates": templates, "responses": responses}}


def download_template(text: str, media_type: str = "application/json") -> dict[tuple, Any]:
    return {(*ANSWER, "responseTemplates"): {media_type: text}}


FUNCTION = "arn:aws:apigateway:r:lambda:path/2015-03-31/functions/f/invocations"
ECHO = {INTEGRATION: {"type": "aws_proxy", "uri": FUNCTION, "httpMethod": "POST"}}
UPLOAD_TOO = {**SAMPLE["paths"]["/s3"]["put"]}
CHANGES: dict[str, dict[tuple, Any]] = {
    "nothing": {},
    "JSON is binary": {LIST: ["application/json", "image/*"]},
    "everything is binary": {LIST: ["*/*"]},
    "nothing is binary": {LIST: []},
    "a mock for CORS": {("paths", "/s3", "options"): mock("{ statusCode: 200 }")},
    "a mock for CORS where everything is binary": {
        LIST: ["*/*"],
        ("paths", "/s3", "options"): mock('{"statusCode": 200}'),
    },
    "a mock that decides": {
        ("paths", "/m", "x-amazon-apigateway-any-method"): mock(
            '#if($input.params("x")=="1"){"statusCode": 400}#else{"statusCode": 200}#end'
        )
    },
    "any method beside one": {
        ("paths", "/s3", "x-amazon-apigateway-any-method"): mock('{"statusCode": 200}')
    },
    "two uploads at one path": {
        ("paths", "/s3", "post"): UPLOAD_TOO,
        (*PUT, "contentHandling"): None,
    },
    "a template with a call": download_template('"$input.body.length()"'),
    "a template with JSON": download_template("$input.json('$')"),
    "a template with a directive": download_template("#set($x = 1)$input.body"),
    "a template with an escape": download_template("\\$input.body"),
    "a constant template": download_template('{"ok": true}'),
    "an empty template": download_template("", "text/plain"),
    "an upload's template": {(*PUT, "requestTemplates"): {"application/json": "$input.json('$')"}},
    "uploads of one type alone": {
        (*PUT, "requestTemplates"): {"text/plain": "$input.body"},
        (*PUT, "passthroughBehavior"): "never",
        (*PUT, "contentHandling"): None,
    },
    "every upload refused": {(*PUT, "passthroughBehavior"): "never"},
    "a literal type, spelled small": {
        (*PUT, "requestParameters", "integration.request.header.content-type"): "'image/png'"
    },
    "a type of the deployment": {
        (*PUT, "requestParameters", "integration.request.header.Content-Type"): "context.stage"
    },
    "a fixed object": {
        ("paths", "/logo", "put"): {
            INTEGRATION: {
                **SAMPLE["paths"]["/s3"]["put"][INTEGRATION],
                "uri": "arn:aws:apigateway:us-west-2:b.s3:path/logo.png",
                "requestParameters": {},
            }
        }
    },
    "another service": {
        ("paths", "/f", "get"): {INTEGRATION: {"type": "aws_proxy", "uri": "arn:x"}},
    },
    "a part of the object": {
        (*GET, "requestParameters", "integration.request.header.Range"): "'bytes=0-3'"
    },
    "two patterns": {(*GET, "responses", r"20\d"): {"statusCode": "201"}},
    "no default": {(*GET, "responses", "default"): None},
    "only a default": {(*GET, "responses"): {"default": {"statusCode": "200"}}},
    "errors customised": {
        ("x-amazon-apigateway-gateway-responses",): {
            "MISSING_AUTHENTICATION_TOKEN": {"statusCode": 401},
            "DEFAULT_5XX": {"responseParameters": {"gatewayresponse.header.content-type": "'a/b'"}},
        }
    },
    "a function": {("paths", "/f/{x}/{proxy+}", "x-amazon-apigateway-any-method"): ECHO},
    "a function where everything is binary": {
        LIST: ["*/*"],
        ("paths", "/f", "get"): ECHO,
        ("paths", "/f", "patch"): ECHO,
    },
    "a function where nothing is binary": {
        LIST: [],
        ("paths", "/f", "get"): ECHO,
        ("paths", "/f", "post"): ECHO,
    },
    "a function whose errors are customised": {
        ("paths", "/f", "get"): ECHO,
        ("x-amazon-apigateway-gateway-responses",): {
            "API_CONFIGURATION_ERROR": {"statusCode": 418},
            "DEFAULT_5XX": {"responseTemplates": {"text/plain": "sorry"}},
        },
    },
    "no stage": {("basePath",): None},
    "a long stage": {("basePath",): "/a/b/"},
}


def changed(changes: dict[tuple, Any]) -> dict[str, Any]:
    document = copy.deepcopy(SAMPLE)
    for way, value in changes.items():
        place = document
        for step in way[:-1]:
            place = place.setdefault(step, {})
        if value is None:
            place.pop(way[-1], None)
        else:
            place[way[-1]] = value
    return document


def cases(definition: Definition) -> Iterator[Case]:
    for subject in ("download", "upload", "errors", "headers", "keys", "lambda_proxy"):
        module = importlib.import_module(f"suites.{subject}.test_{subject}")
        for name in vars(module):
            for mark in getattr(getattr(module, name), "pytestmark", ()):
                yield from mark.args[0].cases(definition, PROFILES["quick"])


@pytest.mark.parametrize("change", CHANGES)
def test_the_reference_gateway_is_never_accused(change: str, tmp_path: Path) -> None:
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(changed(CHANGES[change])), encoding="utf-8")
    definition = read_definition(file)
    conforming = 0
    with running_gateway(str(file)) as gateway:
        client = Client(gateway.url)
        performer = CaseRunner(client, "conformance/")
        preflight(definition, performer, gateway.url)
        for case in cases(definition):
            verdict = judge_case(definition, case, performer.execute(case))
            assert verdict.rules, case
            assert verdict.outcome in (Outcome.CONFORMS, Outcome.NOT_APPLICABLE), verdict
            conforming += verdict.outcome is Outcome.CONFORMS
        client.close()
    assert conforming
