"""`apigw-conformance explain`: its text, its exit status, its SARIF, its documentation."""

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from apigw_conformance.__main__ import COMMANDS, main
from fixtures.explanation.catalogue import KINDS
from fixtures.explanation.clients import BASE64_CLIENT, CLIENTS, PREFLIGHT
from tests.explanation.helpers import EDITS, HEALTHY, explained

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a definition in the current folder, which a test fills."""
    monkeypatch.chdir(tmp_path)
    return Path("my api.yaml")


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("nothing", {"error": 0, "warning": 0, "never": 0}),
        ("octets", {"error": 0, "warning": 0, "never": 0}),
        ("errors are 200", {"error": 0, "warning": 1, "never": 0}),
        ("no list", {"error": 1, "warning": 1, "never": 0}),
    ],
)
def test_the_exit_status_depends_on_the_worst_finding(
    api: Path, name: str, statuses: dict[str, int]
) -> None:
    api.write_text(EDITS[name].text)
    assert main(["explain", str(api)]) == statuses["error"]
    for fail_on, status in statuses.items():
        assert main(["explain", str(api), f"--fail-on={fail_on}"]) == status


def test_the_text_has_the_table_the_line_and_the_count(
    api: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.write_text(EDITS["one type"].text)
    main(["explain", str(api)])
    said = capsys.readouterr().out
    heads = "browser page  <img>    fetch    curl     requests  Java     AWS SDK  CDN"
    assert re.search(rf"^GET /files/{{key\+}} returns +{re.escape(heads)}$", said, re.M)
    cells = r"Base64 +Base64 +Base64 +Base64 +Base64 +Base64 +Base64 +Base64\?"
    assert re.search(rf"^  PNG \(image/png\) +{cells}$", said, re.M)
    assert "\nOPTIONS /files/{key+} answers a preflight with 200?\n" in said
    title = "browsers get Base64 [browsers-get-base64, accept-first-entry]"
    assert f"\nmy api.yaml:4: warning: {title}\n    GET /files/{{key+}} sends" in said
    assert said.endswith("\nmy api.yaml: 1 warning, 1 note\n")
    api.write_text(HEALTHY)
    main(["explain", str(api)])
    assert capsys.readouterr().out.endswith("\nmy api.yaml: no findings\n")


def test_several_files_end_with_the_worst_status(
    api: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.write_text(EDITS["no list"].text)
    assert main(["explain", "wildcard", str(api), "wildcard"]) == 1
    assert capsys.readouterr().out.count("what clients get") == 3


@pytest.mark.parametrize("name", ["nothing", "a function and few types", "no list"])
def test_sarif_is_valid_and_has_the_lines_of_the_text(name: str, api: Path) -> None:
    api.write_text(EDITS[name].text)
    main(["explain", str(api), "--sarif=out/findings.sarif"])
    document = json.loads(Path("out/findings.sarif").read_text(encoding="utf-8"))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    explanation = explained(EDITS[name].text)
    assert [
        (
            one["ruleId"],
            one["level"],
            one["locations"][0]["physicalLocation"]["region"]["startLine"],
        )
        for one in run["results"]
    ] == [(one.id, one.severity, line) for one, line in explanation.located]
    for one in run["results"]:
        assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"]
        where = one["locations"][0]["physicalLocation"]["artifactLocation"]
        assert where == {"uri": "my%20api.yaml"}


def test_sarif_names_an_absolute_path_as_a_uri(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(EDITS["no list"].text)
    main(["explain", str(tmp_path / "a.yaml"), f"--sarif={tmp_path / 'o'}"])
    (result,) = json.loads((tmp_path / "o").read_text())["runs"][0]["results"]
    where = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert where == (tmp_path / "a.yaml").as_uri()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none.yaml"], "'none.yaml': no such definition; give the path"),
        (["sample", "--sarif=o"], "--sarif needs a file of yours to say a line of: 'sample' is"),
        (["my api.yaml"], "my api.yaml: x-amazon-apigateway-binary-media-types.0: '*~1*' is not a"),
        ([], "the following arguments are required: DEFINITION"),
        (["sample", "--fail-on=note"], "argument --fail-on: invalid choice: 'note'"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    arguments: list[str], sentence: str, api: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.write_text(HEALTHY.replace('["*/*"]', '["*~1*"]'))
    try:
        status = main(["explain", *arguments])
    except SystemExit as ended:
        status = ended.code
    assert status == 4
    said = capsys.readouterr().err
    assert said.startswith(f"apigw-conformance explain: {sentence}")
    assert said.count("\n") == 1


def test_the_documentation_has_each_finding_with_its_severity_and_an_example_that_brings_it() -> (
    None
):
    sections = dict(re.findall(r"^### `([\w-]+)`\n\n(.*?)(?=^##|\Z)", DOCS, re.M | re.S))
    assert list(sections) == list(KINDS)
    for name, text in sections.items():
        assert text.startswith(f"{KINDS[name].severity.capitalize()}, rule `{KINDS[name].rule}`: ")
        assert KINDS[name].title in text.partition("\n")[0]
        assert "```yaml\n" in text


def test_the_documentation_has_each_client_with_its_source() -> None:
    rows = re.findall(r"^\| ([^|`]+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", DOCS, re.M)
    assert [row for row in rows if row[0] not in ("client", "---")] == [
        (
            one.name,
            f"`{one.accept}`" if one.accept else "none",
            one.version,
            one.source,
            one.date,
        )
        for one in (*CLIENTS, BASE64_CLIENT, PREFLIGHT)
    ]


def test_the_hook_calls_the_command_in_an_environment_of_its_own() -> None:
    (hook,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    program, command = hook["entry"].split()
    assert (program, hook["language"]) == ("apigw-conformance", "python")
    assert command in COMMANDS


TEMPLATE = """
Parameters: {Types: {Type: CommaDelimitedList}}
Resources:
  Api: {Type: "AWS::ApiGateway::RestApi", Properties: {Name: x, BinaryMediaTypes: !Ref Types}}
  Mock:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      Integration: {Type: MOCK}
"""


def test_the_parameters_of_a_template_can_be_given(api: Path, capsys) -> None:
    api.write_text(TEMPLATE)
    assert main(["explain", str(api)]) == 4
    assert "with --param NAME=VALUE" in capsys.readouterr().err
    assert main(["explain", str(api), "--param=Types=image/png,font/*"]) == 0
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(api), "--param=Types"])
    assert ended.value.code == 4
    assert "'Types' is not NAME=VALUE" in capsys.readouterr().err
