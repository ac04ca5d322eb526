"""`--verify=s3` and `--prepare=s3`: S3's own API takes the part that the endpoint does not have."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fixtures.api import read_definition
from fixtures.cases.direct_access import with_direct_access
from fixtures.definitions import load
from tests.s3.helpers import BUCKET, S3, Gateways

ROOT = Path(__file__).parents[2]
API = """
swagger: "2.0"
info: {{title: half an API, version: "1"}}
x-amazon-apigateway-binary-media-types: [image/png]
paths:
  /files/{{key+}}:
    {method}:
      parameters:
        - {{name: key, in: path, required: true, type: string}}
        - {{name: Content-Type, in: header, type: string}}
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: {upper}
        uri: arn:aws:apigateway:us-east-1:s3:path/the-bucket/{{key}}
        requestParameters:
          integration.request.path.key: method.request.path.key
          integration.request.header.Content-Type: method.request.header.Content-Type
        responses:
          default: {{statusCode: "200", responseParameters: {{
            method.response.header.Content-Type: integration.response.header.Content-Type}}}}
          "4..": {{statusCode: "404"}}
          "5..": {{statusCode: "500"}}
"""


def half(method: str, folder: Path) -> Path:
    """A definition with nothing but uploads, or nothing but downloads."""
    path = folder / f"{method}.yaml"
    path.write_text(API.format(method=method, upper=method.upper()), encoding="utf-8")
    return path


def run(
    url: str, definition: Path, server: S3, out: Path, *options: str, **environment: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
    aws = {**server.owner.environment, "AWS_ENDPOINT_URL_S3": server.url, **environment}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"),
            *("-o", f"reports_out={out}", "--hypothesis-profile=quick"),
            *(f"--endpoint={url}", f"--definition={definition}"),
            *options,
        ],
        cwd=ROOT,
        env={**clean, **aws},
        capture_output=True,
        text=True,
        timeout=300,
    )
    file = out / "conformance.json"
    document = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return done, document


@pytest.mark.parametrize(("method", "option"), [("put", "--verify=s3"), ("get", "--prepare=s3")])
def test_half_an_api_is_proven_through_s3_itself_and_cleaned_up(
    method: str, option: str, moto: S3, gateway: Gateways, tmp_path: Path
) -> None:
    definition = half(method, tmp_path)
    url = gateway(str(definition), moto)
    # Not the forms: moto parses their bodies, and stores something else.
    suite = ("suites/upload", "-k=not body:") if method == "put" else ("suites/download",)
    options = (option, "--cleanup=s3", "--key-prefix=direct/", *suite)
    done, document = run(url, definition, moto, tmp_path, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"bytes right {method.upper()} /files/" in done.stdout
    assert document["totals"]["conforms"] > 50
    assert any(case["bytes_seen"] for case in document["cases"])
    assert "No answer contradicts the definition" in (tmp_path / "conformance.html").read_text()
    left = moto.client().list_objects_v2(Bucket=BUCKET, Prefix="direct/").get("Contents", [])
    assert left == []
    judged = subprocess.run(
        [sys.executable, "-m", "apigw_conformance", "judge", str(tmp_path / "conformance.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "Verdicts that changed: 0" in judged.stdout, judged.stdout + judged.stderr


def test_without_them_the_way_out_is_named(moto: S3, gateway: Gateways, tmp_path: Path) -> None:
    definition = half("put", tmp_path)
    done, _ = run(gateway(str(definition), moto), definition, moto, tmp_path)
    assert done.returncode == 6
    assert "give --verify=s3" in done.stdout


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "S3 itself, at 'the-bucket/"),
        ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, "AWS_ENDPOINT_URL_S3"),
    ],
)
def test_s3_that_refuses_ends_the_run_before_its_first_test(
    more: dict[str, str], sentence: str, moto: S3, gateway: Gateways, tmp_path: Path
) -> None:
    definition = half("put", tmp_path)
    url = gateway(str(definition), moto)
    done, _ = run(url, definition, moto, tmp_path, "--verify=s3", **more)
    assert done.returncode == 6, done.stdout + done.stderr
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_they_need_an_endpoint_and_leave_to_store() -> None:
    for options, sentence in (
        (["--verify=s3"], "--verify=s3 needs --endpoint"),
        (
            ["--prepare=s3", "--endpoint=http://127.0.0.1:9/v1", "--read-only=a"],
            "--prepare=s3 stores objects",
        ),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 4
        assert sentence in done.stdout + done.stderr


def test_only_what_is_missing_is_asked_of_s3(tmp_path: Path) -> None:
    upload = read_definition(half("put", tmp_path))
    assert [each.name for each in with_direct_access(upload).direct] == [
        "GET s3://the-bucket/{key}"
    ]
    assert with_direct_access(upload, verify=False).direct == ()
    sample = load("sample")
    assert with_direct_access(sample).direct == ()


@pytest.mark.parametrize(("method", "option"), [("put", "--verify=s3"), ("get", "--prepare=s3")])
def test_a_gateway_that_loses_bytes_fails(
    method: str, option: str, moto: S3, gateway: Gateways, tmp_path: Path
) -> None:
    definition = half(method, tmp_path)
    deployed = tmp_path / "deployed.yaml"
    text = definition.read_text(encoding="utf-8").replace("[image/png]", "[image/gif]")
    deployed.write_text(text, encoding="utf-8")
    suite = "suites/upload" if method == "put" else "suites/download"
    url = gateway(str(deployed), moto)
    done, document = run(url, definition, moto, tmp_path / "out", option, suite, "-k=not body:")
    assert done.returncode == 1, done.stdout + done.stderr
    failed = [case for case in document["cases"] if case["fails"]]
    assert {case["level"] for case in failed} >= {"must"}
    assert "binaryMediaTypes" in done.stdout
