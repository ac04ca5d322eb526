"""The definitions that are shipped, and how one is named."""

from pathlib import Path

import pytest

from fixtures.api import ContentHandling, IntegrationKind, Passthrough
from fixtures.definitions import DEFAULT, FOLDER, load, shipped
from fixtures.exceptions import DefinitionError

NAMES = (
    "conversions",
    "lambda-proxy",
    "mapped",
    "sample",
    "sample-template",
    "text-only",
    "wildcard",
)
TEMPLATE = '{\n   "image": "$input.body"\n}'


def test_the_shipped_names_are_those_of_the_files() -> None:
    assert shipped() == NAMES
    assert DEFAULT == "sample"


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_definition_reads_and_has_something_to_try(name: str) -> None:
    definition = load(name)
    assert definition.title
    assert definition.base_path == "/v1"
    assert definition.source.partition(".")[0] == name
    assert len(definition.digest) == 64
    for method in ("PUT", "GET"):
        on_s3, on_lambda = (
            definition.operations_on_s3(method),
            definition.operations_on_lambda(method),
        )
        assert bool(on_s3) is (name != "lambda-proxy")
        assert bool(on_lambda) is (name == "lambda-proxy")


@pytest.mark.parametrize(
    ("name", "dialect", "binary", "operations"),
    [
        (
            "sample",
            "Swagger 2.0",
            ("application/octet-stream", "image/jpeg"),
            {"GET /s3", "PUT /s3"},
        ),
        (
            "sample-template",
            "Swagger 2.0",
            ("application/octet-stream", "image/jpeg"),
            {"GET /s3", "PUT /s3"},
        ),
        (
            "mapped",
            "OpenAPI 3.0",
            ("application/octet-stream", "application/pdf", "application/zip", "image/*",
             "video/*"),
            {f"{method} /{{bucket}}/{{key+}}" for method in ("GET", "HEAD", "OPTIONS", "PUT")},
        ),
        (
            "lambda-proxy",
            "OpenAPI 3.0",
            ("application/octet-stream", "image/png", "application/pdf", "video/*", "*/test"),
            {"GET /echo", "POST /echo", "PUT /echo"},
        ),
        ("text-only", "OpenAPI 3.0", (), {"GET /objects", "PUT /objects"}),
        ("wildcard", "OpenAPI 3.0", ("*/*",), {"GET /objects", "PUT /objects"}),
    ],
)  # fmt: skip
def test_a_shipped_definition_is_what_its_name_promises(
    name: str, dialect: str, binary: tuple[str, ...], operations: set[str]
) -> None:
    definition = load(name)
    assert definition.dialect == dialect
    assert definition.binary_media_types == binary
    assert {operation.name for operation in definition.operations} == operations


@pytest.mark.parametrize(("name", "templates"), [("sample", {}), ("sample-template", TEMPLATE)])
def test_the_sample_api_is_that_of_the_developer_guide(
    name: str, templates: str | dict[str, str]
) -> None:
    get, put = load(name).operations
    for operation in (get, put):
        assert operation.integration.kind is IntegrationKind.S3
        assert operation.integration.uri == "arn:aws:apigateway:us-west-2:s3:path/{key}"
        assert operation.integration.passthrough is Passthrough.WHEN_NO_MATCH
        assert operation.integration.request_parameters == {
            "integration.request.path.key": "method.request.querystring.key"
        }
        assert {r.pattern: r.status for r in operation.integration.responses} == {
            None: 500,
            r"2\d{2}": 200,
        }
        assert not any(r.content_handling for r in operation.integration.responses)
    assert get.integration.content_handling is None
    assert put.integration.content_handling is ContentHandling.CONVERT_TO_BINARY
    found = {r.pattern: dict(r.templates) for r in get.integration.responses}
    expected = {"application/json": templates} if templates else {}
    assert found == {None: {}, r"2\d{2}": expected}
    assert not any(r.templates for r in put.integration.responses)


def test_every_setting_is_in_one_definition_once() -> None:
    definition = load("conversions")
    puts = [operation.integration for operation in definition.operations_on_s3("PUT")]
    gets = [operation.integration for operation in definition.operations_on_s3("GET")]
    handlings = {None, *ContentHandling}
    assert {put.content_handling for put in puts} == handlings
    successes = [r for get in gets for r in get.responses if r.status == 200]
    assert {response.content_handling for response in successes} == handlings
    assert {put.passthrough for put in puts} == set(Passthrough)
    assert {put.s3.bucket for put in puts if put.s3 is not None} == {None, "conformance"}
    assert any(response.templates for response in successes)
    assert "*/test" in definition.binary_media_types


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_is_read_from_a_path_too(name: str, tmp_path: Path) -> None:
    (original,) = FOLDER.glob(f"{name}.*")
    copy = tmp_path / original.name
    copy.write_bytes(original.read_bytes())
    assert load(str(copy)) == load(name)


def test_a_shipped_name_wins_over_a_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample").write_text("not a definition")
    assert load("sample").title == "ApiName"


def test_a_path_with_a_folder_is_never_a_shipped_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample").write_text("not a definition")
    with pytest.raises(DefinitionError, match="an object is expected here"):
        load("./sample")


@pytest.mark.parametrize(
    "name",
    [
        "simple",
        "",
        "../definitions/sample",
        "/nowhere/sample.json",
        "x" * 300,
    ],
)
def test_an_unknown_name_is_answered_with_what_there_is(name: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load(name)
    assert str(caught.value) == (
        f"{name!r}: no such definition; give the path of a Swagger 2.0 or OpenAPI 3.0 file, or one "
        f"of conversions, lambda-proxy, mapped, sample, sample-template, text-only, wildcard"
    )
