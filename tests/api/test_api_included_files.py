"""A template whose definition is in a file beside it."""

from pathlib import Path

import pytest

from fixtures.definitions import FOLDER, load
from fixtures.exceptions import DefinitionError
from reports.explanation import explain

INCLUDE = "DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: %s}}}"
TEMPLATE = """Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      BinaryMediaTypes: [image~1webp]
      %s
"""
WAYS = {"DefinitionUri": "DefinitionUri: %s", "AWS::Include": INCLUDE}


def template(folder: Path, way: str, location: str) -> str:
    path = folder / "template.yaml"
    path.write_text(TEMPLATE % (WAYS[way] % location), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("location", ["./api.yaml", "api/mapped.yaml"])
def test_a_file_beside_the_template_is_read(tmp_path: Path, way: str, location: str) -> None:
    file = tmp_path / location
    file.parent.mkdir(exist_ok=True)
    file.write_bytes((FOLDER / "mapped.yaml").read_bytes())
    definition, mapped = load(template(tmp_path, way, location)), load("mapped")
    assert definition.operations == mapped.operations
    assert definition.binary_media_types == ("image/webp",)
    assert definition.source == "template.yaml"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "location",
    ["../api.yaml", "/etc/hostname", "s3://bucket/api.yaml", "none.yaml", '"a\\0b"', "."],
)
def test_what_is_not_beside_it_is_asked_for(tmp_path: Path, way: str, location: str) -> None:
    (tmp_path / "api.yaml").write_bytes((FOLDER / "mapped.yaml").read_bytes())
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(DefinitionError, match=r"not in this template but in .*; give that file"):
        load(template(inside, way, location))


def test_an_error_names_the_file_that_is_included(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text("openapi: 3.0.1\npaths: []\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"^api\.yaml: paths: an object is expected"):
        load(template(tmp_path, "DefinitionUri", "api.yaml"))


def test_a_finding_is_on_the_line_of_the_file_that_is_included(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_bytes((FOLDER / "sample.json").read_bytes())
    explanation = explain(template(tmp_path, "AWS::Include", "api.json"))
    assert explanation.file == str(tmp_path / "api.json")
    lines = {finding.id: line for finding, line in explanation.located}
    itself = {finding.id: line for finding, line in explain("sample").located}
    assert lines["type-lost"] == itself["type-lost"] > 1
