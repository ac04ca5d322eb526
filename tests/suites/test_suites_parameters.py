"""The values of --param: how they are written, and where a secret one goes."""

import os
import shutil
import subprocess

import httpx
import pytest

from fixtures.api import Definition, ParameterValue, parse_definition
from fixtures.cases.case import Request
from fixtures.client import CaseRunner, Client
from fixtures.exceptions import CredentialsError, DefinitionError
from fixtures.gateway.process import running_gateway
from reports.curl import curl
from suites.runner.parameters import with_values

FILE = b"""
swagger: "2.0"
paths:
  /s3/{key}:
    get:
      parameters:
        - {name: tenant, in: query, required: true}
        - {name: X-Trace, in: header, required: true}
        - {name: version, in: query}
      x-amazon-apigateway-request-validator: all
      x-amazon-apigateway-integration:
        type: aws
        uri: arn:aws:apigateway:eu-west-1:s3:path/b/{key}
        httpMethod: GET
        requestParameters: {integration.request.path.key: method.request.path.key}
        responses: {default: {statusCode: 200}}
x-amazon-apigateway-request-validators: {all: {validateRequestParameters: true}}
"""
BOTH = ["tenant=env:TENANT", "X-Trace=env:TRACE"]
ENVIRONMENT = {"TENANT": "acme-4711", "TRACE": "trace of mine", "ODD": "a/b", "EMPTY": ""}


def definition() -> Definition:
    return parse_definition(FILE, "api.yaml")


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (["tenant"], "a parameter is written --param NAME=VALUE"),
        (["=x"], "a parameter is written --param NAME=VALUE"),
        (["tenant= "], "its value is not blank"),
        (["tenant=a\nb"], "a parameter is written"),
        (["tenant=env:"], "--param tenant: the environment variable ? is not set"),
        (["tenant=env:NOT_SET"], "the environment variable NOT_SET is not set"),
        (["tenant=env:EMPTY"], "the environment variable EMPTY is not set"),
        (["tenant=1", "tenant=2"], "given twice"),
        (["tenant=env:ODD", "X-Trace=1"], "letters, digits and -._~ alone"),
        (["tenant=1"], "X-Trace (header of GET /s3/{key})"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_one_sentence(
    texts: list[str], sentence: str
) -> None:
    with pytest.raises((DefinitionError, CredentialsError)) as said:
        with_values(definition(), texts, environment=ENVIRONMENT)
    assert sentence in str(said.value)
    assert not {value for value in ENVIRONMENT.values() if value and value in str(said.value)}


def test_an_open_value_may_have_anything_printable_in_it() -> None:
    found = with_values(definition(), ["tenant=a=b/ä", "X-Trace=1"], environment={})
    assert found.definition.operations[0].parameters[0].value == ParameterValue("a=b/ä")
    assert (found.headers, found.variables) == ((), {})


def test_a_secret_value_reaches_the_endpoint_and_no_record(tmp_path) -> None:
    file = tmp_path / "api.yaml"
    file.write_bytes(FILE)
    found = with_values(definition(), BOTH, environment=ENVIRONMENT)
    assert "acme-4711" not in repr(found)
    with running_gateway(str(file)) as gateway:
        client = Client(gateway.url, secrets=found.headers, variables=found.variables)
        operation = found.definition.operations[0]
        exchange = CaseRunner(client, "p/").send(Request(operation, "o"), "case")
        client.close()
    # The validator would have answered 400 without them.
    assert b"NoSuchKey" in exchange.received.body
    assert exchange.sent.url == f"{gateway.url}/s3/p%2Fo?tenant=${{TENANT}}"
    assert "acme-4711" not in repr(exchange)
    command = curl(exchange.sent)
    assert """/s3/p%2Fo?tenant='"${TENANT}\"""" in command
    assert '"$TRACE"' in command


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_command_that_repeats_it_takes_the_secret_from_the_environment(tmp_path) -> None:
    file = tmp_path / "api.yaml"
    file.write_bytes(FILE)
    found = with_values(definition(), BOTH, environment=ENVIRONMENT)
    with running_gateway(str(file)) as gateway:
        client = Client(gateway.url, secrets=found.headers, variables=found.variables)
        request = Request(found.definition.operations[0], "o")
        command = curl(CaseRunner(client, "p/").send(request, "case").sent)
        client.close()
        answers = [
            subprocess.run(["sh", "-c", command], capture_output=True, env=environment).stdout
            for environment in ({**os.environ, **ENVIRONMENT}, {**os.environ, "TENANT": ""})
        ]
    assert b"NoSuchKey" in answers[0]
    assert b"Missing required request parameters: [X-Trace, tenant]" in answers[1]


def test_a_secret_that_the_endpoint_echoes_is_redacted() -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(request.url.raw_path))

    client = Client(
        "http://127.0.0.1:1", variables={"T": "acme-4711"}, test_transport=httpx.MockTransport(echo)
    )
    seen = client.send("GET", "/?tenant=${T}", (), b"", case="case")
    client.close()
    assert seen.received.body == b"/?tenant=*********"
