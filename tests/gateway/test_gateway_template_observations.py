"""What mapping templates made on AWS, over real HTTP, against the reference gateway.

The rows are those of tests/vectors/aws-observations-2.json about templates; their templates are
those of the recordings that each row names, with S3 in the place of an HTTP endpoint.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fixtures.gateway.application import Gateway
from fixtures.gateway.store import S3Request, S3Response
from tests.gateway.helpers import (
    RecordingStore,
    Served,
    a_definition,
    a_mock_operation,
    a_response,
    a_server,
    an_s3_operation,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "aws-observations-2.json"
ROWS = json.loads(VECTORS.read_text(encoding="utf-8"))["observations"]
JSON = "application/json"

FOUND = '#set($result = $input.path("$"))'
CHECKED = (
    '{"body": $result, "nested": $result.nested, '
    '"isNull": #if( $result == $null )"true"#else"false"#end, '
    '"isEmptyString": #if( $result == "" )"true"#else"false"#end}'
)
# id: the response template, what the backend answers
PATHS = {
    "vtl-02": (f"{FOUND}$result", '[{"foo": "bar"}]'),
    "vtl-03": (f"{FOUND}$result.nested", '{"nested": {"foo": "bar"}}'),
    "vtl-05": (f"{FOUND}$result[0]", '[{"foo": "bar"}]'),
    "vtl-06": (f"{FOUND}$result[0]", '[[{"foo": "bar"}]]'),
    "vtl-08": (f"{FOUND}$result", '{"bigger": "dict", "to": "test", "with": "separators"}'),
    "vtl-09": (f"{FOUND}$result.toString()", '{"foo": "bar"}'),
    "vtl-11": (f'#set($result = $input.path("$.nonExisting")){CHECKED}', "{}"),
    "vtl-12": (f'#set($result = $input.path("$.listValue")){CHECKED}', '{"listValue": []}'),
}
# Their rows say it in words; the recording has this.
PATH_OUTPUTS = {
    "vtl-11": '{"body": , "nested": , "isNull": "true", "isEmptyString": "true"}',
    "vtl-12": '{"body": [], "nested": , "isNull": "false", "isEmptyString": "false"}',
}
# More of the same recordings.
MORE_PATHS = [
    (f"{FOUND}$result", '{"foo": "bar"}', "{foo=bar}"),
    (f"{FOUND}$result.nested", '{"nested": [{"foo": "bar"}]}', '[{"foo":"bar"}]'),
    (f"{FOUND}$result", '{"foo": [{"nested": "bar"}]}', '{foo=[{"nested":"bar"}]}'),
    (f"{FOUND}$result.toString()", '{"list": [{"foo": "bar"}]}', '{list=[{"foo":"bar"}]}'),
    (f'#set($result = $input.path("$.listValue")){CHECKED}', '{"listValue": null}',
     PATH_OUTPUTS["vtl-11"]),
]  # fmt: skip

RAW = "#set($result = $input.body)$result"
IN_TEXT = "Action=SendMessage&MessageBody=$input.body"
# route: the request template, the response template, what comes of {} and of the JSON body
BODIES = {
    "raw-body": (RAW, RAW, "{}"),
    "str-body-input": (IN_TEXT, RAW, "Action=SendMessage&MessageBody={}"),
    "str-body-output": (RAW, IN_TEXT, "Action=SendMessage&MessageBody={}"),
    "str-body-all": (
        IN_TEXT,
        IN_TEXT,
        "Action=SendMessage&MessageBody=Action=SendMessage&MessageBody={}",
    ),
    "body-attr-access": ("#set($result = $input.body.testAccess)$result", RAW, "{}"),
    "url-encode": (
        "EncodedBody=$util.urlEncode($input.body)&EncodedBodyAccess=$util.urlEncode($input.body.x)",
        RAW,
        "EncodedBody=%7B%7D&EncodedBodyAccess=",
    ),
}
SENT = {"empty": "", "json": '{"some": "value"}'}


@dataclass
class EchoStore:
    """A backend that answers with the body that it is sent."""

    asked: list[S3Request] = field(default_factory=list)

    async def send(self, request: S3Request) -> S3Response:
        """Keep the request and return its body."""
        self.asked.append(request)
        return S3Response(200, {"content-type": JSON}, request.body)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with a_server() as server:
        yield server


def rows(*topics: str) -> list[Any]:
    return [pytest.param(row, id=row["id"]) for row in ROWS if row["topic"] in topics]


def test_every_row_about_templates_is_tried_here() -> None:
    ids = {row["id"] for row in ROWS if row["topic"].startswith("templates")}
    bodies = {f"body-{route}-{kind}" for route in BODIES for kind in SENT}
    overrides = {name for name in ids if "Override" in name}
    assert ids == set(PATHS) | bodies | overrides
    assert len(overrides) == 4


def responded(served: Served, template: str, body: str) -> str:
    """What a response template makes of a backend's answer."""
    get = an_s3_operation("GET", responses=(a_response(templates={JSON: template}),))
    answer = S3Response(200, {"content-type": JSON}, body.encode())
    served.app = Gateway(a_definition(get), RecordingStore(answer))
    response = served.send("GET", "/k", [("Accept", JSON)])
    assert response.status_code == 200
    return response.text


@pytest.mark.parametrize("name", PATHS)
def test_what_a_path_finds_prints_as_it_did_on_aws(served: Served, name: str) -> None:
    (observed,) = (row["observed"] for row in ROWS if row["id"] == name)
    assert responded(served, *PATHS[name]) == PATH_OUTPUTS.get(name, observed)


@pytest.mark.parametrize(("template", "body", "output"), MORE_PATHS)
def test_lists_print_as_json_and_maps_as_java(
    served: Served, template: str, body: str, output: str
) -> None:
    assert responded(served, template, body) == output


@pytest.mark.parametrize("kind", SENT)
@pytest.mark.parametrize("route", BODIES)
def test_the_body_is_in_templates_as_it_was_on_aws(served: Served, route: str, kind: str) -> None:
    (row,) = (row for row in ROWS if row["id"] == f"body-{route}-{kind}")
    request, response, output = BODIES[route]
    put = an_s3_operation(
        "PUT", templates={JSON: request}, responses=(a_response(templates={JSON: response}),)
    )
    served.app = Gateway(a_definition(put), EchoStore())
    headers = [("Content-Type", JSON), ("Accept", JSON)]
    answer = served.send("PUT", "/k", headers, SENT[kind].encode())
    assert answer.status_code == 200, row
    if kind == "json" and route == "url-encode":
        output = "EncodedBody=%7B%22some%22%3A+%22value%22%7D&EncodedBodyAccess="
    elif kind == "json" and route != "body-attr-access":
        output = output.replace("{}", SENT["json"])
    assert answer.text == output


@pytest.mark.parametrize(
    ("message", "output"),
    [
        ("path1", "path was path one"),
        ("path2", "path was path two"),
        ("whatever", "this is the else clause"),
    ],
)
def test_a_response_template_sees_an_override_of_the_request(
    served: Served, message: str, output: str
) -> None:
    request = (
        "#set($body = $util.base64Decode($input.params('testPath')))\n"
        "#set($context.requestOverride.path.body = $body)\n"
        '{\n  "statusCode": 200\n}\n'
    )
    response = (
        "\n#set($body = $util.parseJson($context.requestOverride.path.body))\n"
        "#set($inputBody = $body.message)\n"
        '#if($inputBody == "path1")\n{\n   "response": "path was path one"\n}\n'
        '#elseif($inputBody == "path2")\n{\n   "response": "path was path two"\n}\n'
        '#else\n{\n  "response": "this is the else clause"\n}\n#end\n'
    )
    mock = a_mock_operation(
        a_response(r"2\d{2}", templates={JSON: response}),
        templates={JSON: request},
        path="/{testPath}",
    )
    served.app = Gateway(a_definition(mock), RecordingStore())
    path = base64.b64encode(json.dumps({"message": message}).encode()).decode()
    answer = served.send("GET", f"/{path}")
    assert (answer.status_code, answer.json()) == (200, {"response": output})


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["id"].startswith("mock-responseOverride")]
)
def test_an_override_of_the_response_in_a_request_template_applies(
    served: Served, row: dict[str, Any]
) -> None:
    request = (
        "\n#set($context.responseOverride.status = 444)\n"
        '#set($context.responseOverride.header.foo = "bar")\n'
        '#set($context.responseOverride.custom = "is also passed around")\n'
        '{\n  "statusCode": 200\n}\n'
    )
    response = (
        "\n#set($statusOverride = $context.responseOverride.status)\n"
        "#set($fooHeader = $context.responseOverride.header.foo)\n"
        "#set($custom = $context.responseOverride.custom)\n"
        '{\n    "statusOverride": "$statusOverride",\n    "fooHeader": "$fooHeader",\n'
        '    "custom": "$custom"\n}\n'
    )
    has_template = row["id"] == "mock-responseOverride-1"
    mock = a_mock_operation(
        a_response(r"2\d{2}", templates={JSON: response} if has_template else {}),
        templates={JSON: request},
    )
    served.app = Gateway(a_definition(mock), RecordingStore())
    answer = served.send("GET", "/mock")
    assert (answer.status_code, answer.headers["foo"]) == (444, "bar")
    if has_template:
        assert answer.json() == row["observed"]["responseTemplate sees"]
    else:
        assert answer.text == row["observed"]["body"]


@pytest.mark.parametrize(
    "override",
    [
        'status = "no status"',
        "header.a = 1)#set($context.responseOverride.header.a = 2",
    ],
)
def test_an_override_that_is_no_status_or_comes_twice_fails(served: Served, override: str) -> None:
    template = f'#set($context.responseOverride.{override}){{"statusCode": 200}}'
    mock = a_mock_operation(a_response(r"2\d{2}"), templates={JSON: template})
    served.app = Gateway(a_definition(mock), RecordingStore())
    assert served.send("GET", "/mock").status_code == 500


def test_a_list_and_a_header_that_is_never_sent_are_overridden_as_far_as_they_can(
    served: Served,
) -> None:
    template = (
        "#set($context.responseOverride.header.Many = ['a', 1])"
        "#set($context.responseOverride.header.Transfer-Encoding = 'x')"
        '{"statusCode": 200}'
    )
    mock = a_mock_operation(a_response(r"2\d{2}"), templates={JSON: template})
    served.app = Gateway(a_definition(mock), RecordingStore())
    answer = served.send("GET", "/mock")
    assert answer.headers["many"] == "a,1"
    assert answer.headers.get("transfer-encoding") is None


def test_members_of_overrides_are_set_by_index_and_by_put(served: Served) -> None:
    # Recorded on AWS: test_integration_mock_with_vtl_map_assignation.
    request = (
        '\n#set($paramName = "foo")\n'
        '#set($context.requestOverride.querystring[$paramName] = "bar")\n'
        '#set($paramPutName = "putfoo")\n'
        '$context.requestOverride.querystring.put($paramPutName, "putBar")\n'
        '#set($context["requestOverride"].querystring["nestedfoo"] = "nestedFoo")\n'
        '{\n  "statusCode": 200\n}\n'
    )
    response = (
        '\n#set($value = $context.requestOverride.querystring["foo"])\n'
        '#set($value2 = $context.requestOverride.querystring["putfoo"])\n'
        '#set($value3 = $context.requestOverride.querystring["nestedfoo"])\n'
        '{\n    "value": "$value",\n    "value2": "$value2",\n    "value3": "$value3"\n}\n'
    )
    mock = a_mock_operation(
        a_response(r"2\d{2}", templates={JSON: response}), templates={JSON: request}
    )
    served.app = Gateway(a_definition(mock), RecordingStore())
    answer = served.send("GET", "/mock")
    assert answer.status_code == 200
    assert answer.json() == {"value": "bar", "value2": "putBar", "value3": "nestedFoo"}
