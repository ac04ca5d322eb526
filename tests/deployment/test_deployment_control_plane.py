"""What is deployed is fetched by botocore over a socket; whatever fails is one sentence."""

import os
from pathlib import Path

import pytest

from fixtures.client.control_plane import export
from fixtures.exceptions import DefinitionError, DeploymentError, EndpointMismatchError, UsageError
from suites.runner.target import resolve_target
from tests.deployment.helpers import ACCOUNT, API, DENIED, THROTTLED, ControlPlane, serving

EXPORT_FILE = Path(__file__).parents[1] / "definitions" / "teams" / "export-oas30.json"
EXPORT = EXPORT_FILE.read_bytes()


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own AWS settings."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in ACCOUNT.items():
        monkeypatch.setenv(name, value)


def set_all(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_the_only_stage_is_fetched_by_three_signed_calls_that_read(monkeypatch) -> None:
    plane = ControlPlane({"prod": EXPORT})
    with serving(plane) as environment:
        set_all(monkeypatch, environment)
        deployed = export(API, None)
    assert deployed.export == EXPORT
    assert deployed.url == f"https://{API}.execute-api.eu-west-1.amazonaws.com/prod"
    assert deployed.source == f"{API}/prod"
    assert [(method, path) for method, path, _ in plane.asked] == [
        ("GET", f"/restapis/{API}"),
        ("GET", f"/restapis/{API}/stages"),
        ("GET", f"/restapis/{API}/stages/prod/exports/oas30?extensions=apigateway"),
    ]
    headers = plane.asked[-1][2]
    assert headers["Accept"] == "application/json"
    assert "/eu-west-1/apigateway/aws4_request" in headers["Authorization"]


def test_of_several_stages_the_named_one_is_fetched(monkeypatch) -> None:
    with serving(ControlPlane({"prod": EXPORT, "beta": b"{}"})) as environment:
        set_all(monkeypatch, environment)
        deployed = export(API, "beta")
    assert deployed.export == b"{}"
    assert deployed.url.endswith("/beta")


@pytest.mark.parametrize(
    ("region", "suffix"),
    [
        ("us-gov-west-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
        ("eusc-de-east-1", "amazonaws.eu"),
        ("us-iso-east-1", "c2s.ic.gov"),
    ],
)
def test_the_url_has_the_dns_suffix_of_the_partition(region: str, suffix: str, monkeypatch) -> None:
    with serving(ControlPlane({"prod": EXPORT})) as environment:
        set_all(monkeypatch, {**environment, "AWS_REGION": region})
        deployed = export(API, None)
    assert deployed.url == f"https://{API}.execute-api.{region}.{suffix}/prod"


REFUSED = {
    "no such API": (ControlPlane({}), "zzz", None, "--api-id=zzz: there is no such API or deploy"),
    "no stage": (ControlPlane({}), API, None, "the API has no stage, so it is not deployed"),
    "several stages": (
        ControlPlane({"beta": b"", "prod": b""}),
        API,
        None,
        "give --stage, one of beta, prod",
    ),
    "another stage": (ControlPlane({"prod": b""}), API, "v1", "no stage 'v1'; its stages are prod"),
    "denied": (
        ControlPlane({}, refusal=DENIED),
        API,
        None,
        "the credentials may not call apigateway:GetRestApi (User is not authorized",
    ),
    "throttled": (
        ControlPlane({}, refusal=THROTTLED),
        API,
        None,
        "API Gateway refuses GetRestApi: TooManyRequestsException: Rate exceeded",
    ),
}


@pytest.mark.parametrize(("plane", "api", "stage", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_said_in_one_sentence(plane, api, stage, sentence, monkeypatch) -> None:
    with serving(plane) as environment:
        set_all(monkeypatch, environment)
        with pytest.raises(DeploymentError) as said:
            export(api, stage)
    assert sentence in str(said.value)
    assert "\n" not in str(said.value)
    assert ACCOUNT["AWS_SECRET_ACCESS_KEY"] not in str(said.value)


UNSET = {
    "no region": ({"AWS_REGION": ""}, "no region is configured; set AWS_REGION"),
    "no credentials": (
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        "found no AWS credentials; set AWS_PROFILE",
    ),
    "no such profile": ({"AWS_PROFILE": "nope"}, "The config profile (nope) could not be found"),
    "nobody there": (
        {"AWS_ENDPOINT_URL_API_GATEWAY": "http://127.0.0.1:9"},
        f"--api-id={API}: the API cannot be fetched: Could not connect",
    ),
}


@pytest.mark.parametrize(("environment", "sentence"), UNSET.values(), ids=UNSET)
def test_what_is_not_configured_is_said_in_one_sentence(environment, sentence, monkeypatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
        if not value:
            monkeypatch.delenv(name)
    with pytest.raises(UsageError) as said:
        export(API, None)
    assert sentence in str(said.value)


# --------------------------------------------------------- what a run is about, by its options


def test_an_endpoint_that_is_given_counts_before_the_deployed_one(monkeypatch) -> None:
    with serving(ControlPlane({"prod": EXPORT})) as environment:
        set_all(monkeypatch, environment)
        definition, url = resolve_target(None, API, None, "https://media.example.com")
        _, own = resolve_target(None, API, None, "")
    assert url == "https://media.example.com"
    assert own == f"https://{API}.execute-api.eu-west-1.amazonaws.com/prod"
    assert (definition.source, definition.title) == (f"{API}/prod", "media-prod")


def test_an_api_without_its_default_endpoint_needs_a_url(monkeypatch) -> None:
    plane = ControlPlane({"prod": EXPORT}, {"disableExecuteApiEndpoint": True})
    with serving(plane) as environment:
        set_all(monkeypatch, environment)
        with pytest.raises(DeploymentError, match="its default endpoint is disabled; give the URL"):
            resolve_target(None, API, None, "")
        assert (
            resolve_target(None, API, None, "https://m.example.com")[1] == "https://m.example.com"
        )


def test_the_file_is_tested_where_it_is_what_is_deployed(monkeypatch) -> None:
    with serving(ControlPlane({"prod": EXPORT})) as environment:
        set_all(monkeypatch, environment)
        definition, _ = resolve_target(str(EXPORT_FILE), API, None, "")
        assert definition.source == EXPORT_FILE.name
        with pytest.raises(
            EndpointMismatchError, match="what is deployed at a1b2c3d4e5/prod is not what sample"
        ):
            resolve_target("sample", API, None, "")


def test_a_stage_alone_is_no_api() -> None:
    with pytest.raises(DefinitionError, match="--stage names a stage of the API that --api-id"):
        resolve_target(None, None, "prod", "")
