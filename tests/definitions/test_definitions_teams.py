"""Definitions as teams have them, through the real gateway and the real command line."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from fixtures.definitions import load
from fixtures.gateway.process import running_gateway
from tests.cli.test_command_line import run
from tests.deployment.helpers import API, ControlPlane, serving

ROOT = Path(__file__).parents[2]
TEAMS = Path(__file__).parent / "teams"
SECRET = "consumer-4711"
OWN = ("-p", "no:cacheprovider", "--hypothesis-profile=quick")
TENANTS = ["--param=tenant=acme corp", "--param=X-Consumer=env:CONSUMER", "--param=region=eu"]
OF_TERRAFORM = "aws_api_gateway_rest_api"

# What is particular about each, and the values that it wants.
RUNS = {
    "an export as OpenAPI 3, several pairs, keys in query and greedy path": ("export-oas30.json",),
    "an export as Swagger 2, the key in a header": (
        "export-swagger.yaml",
        "--param=X-Trace=1",
        "--param=tenant=acme",
    ),
    "SAM, a fixed prefix": ("sam.yaml#FilesApi",),
    "SAM, downloads alone, bucket and key apart": ("sam.yaml#ReadApi",),
    "CDK, uploads alone": ("cdk.template.json",),
    "Terraform, any method": (f"terraform-show.json#{OF_TERRAFORM}.assets",),
    "Terraform as JSON": (f"api.tf.json#{OF_TERRAFORM}.published",),
    "required parameters in path, header and query": ("tenants.yaml", *TENANTS),
}


ONE_WAY = (
    "SAM, downloads alone, bucket and key apart",
    "CDK, uploads alone",
    "Terraform as JSON",
)


def conformance(
    out: Path, *options: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run the suite; what it said, and its verdict document."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--strict",
            "-p",
            "no:cacheprovider",
            "--hypothesis-profile=quick",
            "-o",
            f"reports_out={out}",
            *options,
        ],
        cwd=ROOT,
        env={**environment, "CONSUMER": SECRET},
        capture_output=True,
        text=True,
        timeout=1200,
    )
    file = out / "conformance.json"
    return done, json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


@pytest.mark.parametrize("name", RUNS)
def test_it_conforms_and_no_operation_goes_untested_in_silence(name: str, tmp_path: Path) -> None:
    file, *options = RUNS[name]
    done, document = conformance(tmp_path, f"--definition={TEAMS / file}", *options)
    # Half an API shows no bytes, and its run says so.
    one_way = name in ONE_WAY
    assert done.returncode == (6 if one_way else 0), done.stdout[-3000:] + done.stderr
    assert ("nothing about binary was tested" in done.stdout) is one_way
    outcomes = defaultdict(set)
    for case in document["cases"]:
        outcomes[case["outcome"]].add(case["id"])
        assert case["reason"] or case["outcome"] == "conforms", case["id"]
    assert set(outcomes) == {"conforms", "not applicable"}
    for operation in load(str(TEAMS / file)).operations:
        names = {operation.with_method(m).name for m in ("GET", "HEAD", "PUT", "OPTIONS", "POST")}
        named = tuple(f"{name} " for name in (*names, operation.name))
        conforming = any(case.startswith(named) for case in outcomes["conforms"])
        assert conforming != (operation.name in outcomes["not applicable"]), operation.name
        if not conforming:
            assert f"{operation.name}: " in done.stdout, operation.name
    assert document["run"]["definition"]["source"] == file


def test_a_secret_parameter_is_in_no_document(tmp_path: Path) -> None:
    done, document = conformance(
        tmp_path, f"--definition={TEAMS / 'tenants.yaml'}", *TENANTS, "-kkey"
    )
    assert done.returncode == 0, done.stdout
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if SECRET.encode() in file.read_bytes()]
    assert SECRET not in done.stdout + done.stderr
    urls = {exchange["sent"]["url"] for exchange in document["exchanges"].values()}
    assert any("/acme%20corp/files/" in url and url.endswith("?region=eu") for url in urls)


def test_a_run_with_parameters_is_judged_again_to_the_same_verdicts(tmp_path: Path) -> None:
    conformance(tmp_path, f"--definition={TEAMS / 'tenants.yaml'}", *TENANTS, "suites/errors")
    again = subprocess.run(
        [sys.executable, "-m", "apigw_conformance", "judge", str(tmp_path / "conformance.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Verdicts that changed: 0 of" in again.stdout


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "tenant (path of GET /{tenant}/files/{file+}, path of PUT /{tenant}/files/{file+})"),
        ([*TENANTS, "--param=nope=1"], "--param nope: no operation of tenants.yaml declares it"),
        ([*TENANTS[:1], "--param=region"], "a parameter is written --param NAME=VALUE"),
        ([*TENANTS, "--param=region=eu"], "given twice"),
        (["--param=tenant=env:NOT_SET"], "the environment variable NOT_SET is not set"),
    ],
)
def test_a_value_that_is_missing_or_not_wanted_ends_the_run(options, sentence) -> None:
    done = run(f"--definition={TEAMS / 'tenants.yaml'}", *options, CONSUMER=SECRET)
    assert done.returncode == 4
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


# --------------------------------------------------------------------------- where it is deployed


@pytest.fixture
def without_stage(tmp_path: Path) -> str:
    """The exported API as a custom domain serves it: no stage in its path."""
    document = json.loads((TEAMS / "export-oas30.json").read_text(encoding="utf-8"))
    del document["servers"]
    file = tmp_path / "custom-domain.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)


def test_an_endpoint_may_have_a_stage_in_its_path_or_be_a_custom_domain(
    without_stage: str, tmp_path: Path
) -> None:
    definition = f"--definition={TEAMS / 'export-oas30.json'}"
    with running_gateway(without_stage) as domain:
        done, _ = conformance(
            tmp_path / "a", definition, f"--endpoint={domain.url}", "suites/errors"
        )
        staged = run(definition, f"--endpoint={domain.url}/prod", "suites/errors")
    assert done.returncode == 0, done.stdout + done.stderr
    assert staged.returncode == 6
    assert "check --endpoint, that it has the stage (/prod)" in staged.stderr
    with running_gateway(str(TEAMS / "export-oas30.json")) as gateway:
        done, _ = conformance(
            tmp_path / "b", definition, f"--endpoint={gateway.url}", "suites/errors"
        )
        other = run(definition, f"--endpoint={gateway.url}-other", "suites/errors")
    assert gateway.url.endswith("/prod")
    assert done.returncode == 0, done.stdout + done.stderr
    assert other.returncode == 6
    assert "check the stage in the URL" in other.stderr


EXPORT = (TEAMS / "export-oas30.json").read_bytes()


def test_what_is_deployed_is_fetched_and_tested_at_the_endpoint(tmp_path: Path) -> None:
    plane = ControlPlane({"prod": EXPORT})
    with (
        serving(plane) as environment,
        running_gateway(str(TEAMS / "export-oas30.json")) as gateway,
    ):
        done = run(
            f"--api-id={API}",
            f"--endpoint={gateway.url}",
            "suites/errors",
            "-q",
            "-n2",
            **environment,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"definition  {API}/prod" in done.stdout
    # The workers were told, and did not ask again.
    assert len(plane.asked) == 3


def test_what_was_changed_and_not_deployed_again_is_listed() -> None:
    with serving(ControlPlane({"prod": EXPORT.replace(b'"image/*", ', b"")})) as environment:
        done = run(f"--api-id={API}", f"--definition={TEAMS / 'export-oas30.json'}", **environment)
    assert done.returncode == 6
    assert "may have been changed and not deployed again" in done.stderr
    assert "\n  binaryMediaTypes: deployed application/octet-stream, defined " in done.stderr
    assert "Traceback" not in done.stderr


def test_an_api_that_is_not_there_is_said_in_one_sentence() -> None:
    with serving(ControlPlane({})) as environment:
        done = run("--api-id=nope", **environment)
    assert done.returncode == 4
    assert "--api-id=nope: there is no such API or deployment in eu-west-1" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
