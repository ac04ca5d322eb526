"""One name under several pairs of operations: as many objects as there are places in S3."""

import json

from fixtures.api import parse_definition
from fixtures.cases.case import Case, Request, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Received, Sent
from fixtures.rules.judgement import judge_case
from fixtures.rules.verdict import Outcome
from tests.api.helpers import INTEGRATION


def an_integration(method: str, folder: str) -> dict:
    return {
        INTEGRATION: {
            "type": "aws",
            "httpMethod": method,
            "uri": f"arn:aws:apigateway:eu-west-1:b.s3:path/{folder}/{{key}}",
            "requestParameters": {"integration.request.path.key": "method.request.path.key"},
            "responses": {"default": {"statusCode": "200"}},
        }
    }


PATHS = {
    f"/{folder}/{{key}}": {
        "get": an_integration("GET", folder),
        "put": an_integration("PUT", folder),
    }
    for folder in ("one", "two")
}
DEFINITION = parse_definition(json.dumps({"swagger": "2.0", "paths": PATHS}).encode(), "two.json")
READ_ONE, STORE_ONE, READ_TWO, STORE_TWO = DEFINITION.operations


def judged(came: bytes):
    """The first object is stored, then one of the same name in the other place; then it is read."""
    requests = (
        Request(STORE_ONE, "n", "text/plain", body=b"first"),
        Request(STORE_TWO, "n", "text/plain", body=b"second"),
        Request(READ_ONE, "n", accept="text/plain"),
    )
    steps = tuple(Step(Role.ACT, request) for request in requests)
    json_type = (("Content-Type", "application/json"),)
    bodies = (b"", b"", came)
    performed = tuple(
        StepResult(step, Exchange(Sent("GET", "http://a/"), Received(200, json_type, body)))
        for step, body in zip(steps, bodies, strict=True)
    )
    return judge_case(DEFINITION, Case("pairs", steps, rules=("read-after-write",)), performed)


def test_an_upload_elsewhere_leaves_the_object_of_the_same_name_as_it_is() -> None:
    assert judged(b"first").outcome is Outcome.CONFORMS
    assert judged(b"second").outcome is Outcome.DEVIATES
