"""Mapping templates: when they are used, what they see, and how they fail."""

import base64
import json

import pytest

from fixtures.api import ContentHandling, Passthrough
from fixtures.gateway.jsonpath import select
from fixtures.gateway.mapping_template import MappingTemplate, TemplateFailureError
from fixtures.gateway.message import MethodRequest
from fixtures.gateway.store import S3Response
from tests.gateway.helpers import (
    RecordingStore,
    a_bucket,
    a_definition,
    a_mock_operation,
    a_response,
    an_s3_operation,
    ask,
)

PETS = b'{"a": {"b-c": [1, {"d": "\xc3\xa9"}]}, "t": true, "f": false, "n": null, "s": "x"}'
A_REQUEST = MethodRequest("id", "GET", "/v1/k", "/k", "v1", {}, {}, {}, b"", "")


def rendered(template: str, body: bytes = PETS, target: str = "/k") -> bytes | int:
    """What a request template makes of a JSON body, or the status if it is not 200."""
    store = RecordingStore()
    operation = an_s3_operation("PUT", templates={"application/json": template})
    answer = ask(
        a_definition(operation), "PUT", target, [("X-Case", "H"), ("Via", "V")], body, store
    )
    return store.asked[0].body if answer.status == 200 else answer.status


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("$input.body", PETS.decode()),
        ("$input.json('$')", PETS.decode().replace(": ", ":").replace(", ", ",")),
        ("$input.json('$.a')", '{"b-c":[1,{"d":"\u00e9"}]}'),
        ("$input.json('$.a.b-c[0]')", "1"),
        ("$input.json('$.a.b-c[9]')", '""'),
        ("$input.json('$.a.b-c[2]')", '""'),
        ("$input.json('$.missing')", '""'),
        ("$input.path('$.a')", '{b-c=[1,{"d":"\u00e9"}]}'),
        ("$input.path('$.missing')", ""),
        ("$input.path('$').s", "x"),
        ("$input.path('$.t')/$input.path('$.f')", "true/false"),
        ("#if($input.path('$.f'))yes#{else}no#end", "no"),
        ("#foreach($x in $input.path('$.a.b-c'))<$x>#end", "<1><{d=\u00e9}>"),
        ("#set($l = $input.path('$.a.b-c'))$l.size() $l.get(0)", "2 1"),
        ("#set($m = $input.path('$'))$m.size() $m.isEmpty() $m.containsKey('s')", "5 false true"),
        ("#foreach($k in $input.path('$').keySet())$k #end", "a t f n s "),
        ("$util.base64Encode('a\u00e9')", base64.b64encode("a\u00e9".encode()).decode()),
        ("$util.base64Decode('YcOp')", "a\u00e9"),
        ("$util.base64Decode('/w==')", "\ufffd"),
        ("$util.escapeJavaScript($input.path('$.q'))", ""),
        ("$util.urlEncode('a b/~*\u00e9')", "a+b%2F%7E*%C3%A9"),
        ("$util.urlDecode('a+b%2F')", "a b/"),
        ("$util.parseJson('{\"a\": [1]}').a", "[1]"),
        ("$context.httpMethod $context.resourcePath $context.stage", "PUT /{key+} v1"),
        ("$context.path $context.apiId $context.protocol", "/v1/k reference HTTP/1.1"),
        ("$input.params('key') $input.params('q') $input.params('X-cASE')", "k 1 H"),
        ("[$input.params('missing')]", "[]"),
        ("$input.params().path.key $input.params().querystring.get('q')", "k 1"),
        ("$input.params().header.get('X-Case')", "H"),
        ("$input.params().header.Via $input.params().header.vIA", "V V"),
        ("$input.path('$').get('missing', 'else') $input.params().header.get('X-None', 'else')",
         " "),
        ("$input.params().querystring", "{q=1}"),
        ("$util.parseJson('{\"a\": 1, \"b\": true}')", "{a=1, b=true}"),
        ("$!stageVariables.any", ""),
        ("$stageVariables", "{}"),
    ],
)  # fmt: skip
def test_a_template_sees_the_request(template: str, output: str) -> None:
    assert rendered(template, target="/k?q=1") == output.encode()


def test_a_script_string_is_escaped_as_in_java() -> None:
    body = json.dumps({"q": "'\"/\\\n\u00e9"}).encode()
    escaped = rendered("$util.escapeJavaScript($input.path('$.q'))", body)
    assert escaped == b"\\'\\\"\\/\\\\\\n\\u00e9"


def test_the_time_of_a_request_is_there_in_both_forms() -> None:
    output = rendered("$context.requestTime|$context.requestTimeEpoch|$context.requestId")
    assert isinstance(output, bytes)
    clock, epoch, request_id = output.decode().split("|")
    assert clock.endswith(" +0000")
    assert len(epoch) == 13
    assert len(request_id) == 36


@pytest.mark.parametrize(
    ("body", "output"),
    [
        (b"plain", b'"plain"|plain|plain'),
        (b"", b"{}|{}|{}"),
        (b"\xff", '"\ufffd"|\ufffd|\ufffd'.encode()),
    ],
)
def test_text_that_is_not_json_is_a_string_and_nothing_is_an_object(
    body: bytes, output: bytes
) -> None:
    assert rendered("$input.json('$')|$input.path('$')|$input.body", body) == output


@pytest.mark.parametrize("template", ["$input.json('$')", "$input.path('$')"])
def test_json_that_is_nested_too_deep_fails(template: str) -> None:
    assert rendered(template, b"[" * 100_000 + b"]" * 100_000) == 500


def test_a_number_that_json_does_not_have_makes_the_payload_a_string() -> None:
    assert rendered("$input.json('$')", b'{"a": NaN}') == b'"{\\"a\\": NaN}"'


@pytest.mark.parametrize(
    "template",
    [
        "#foreach(",
        "$input.json('no path')",
        "$input.json('$..a')",
        "$util.parseJson('{')",
        "$util.base64Decode('no')",
    ],
)
def test_a_template_that_fails_is_500(template: str) -> None:
    assert rendered(template) == 500


def test_a_template_that_fails_says_why() -> None:
    with pytest.raises(TemplateFailureError, match="foreach"):
        MappingTemplate("#foreach(").render(A_REQUEST, b"")


def test_json_that_names_half_a_character_is_500_in_a_template() -> None:
    assert rendered("$input.path('$.a')", b'{"a": "\\ud800"}') == 500


def test_a_path_finds_members_however_they_are_written() -> None:
    value = {"a b": {"c": [{"": 1}]}}
    assert select(value, "$['a b'][\"c\"][0]['']") == 1
    assert select(value, "$.x.y[0]") is None


ROWS = [
    # passthrough, templates, Content-Type, what S3 gets or the status
    (Passthrough.WHEN_NO_MATCH, {"application/json": "T"}, None, b"T"),
    (Passthrough.WHEN_NO_MATCH, {"application/json": "T"}, "Application/JSON; a=b", b"T"),
    (Passthrough.WHEN_NO_MATCH, {"Application/Json": "T"}, "application/json", b"T"),
    (Passthrough.WHEN_NO_MATCH, {"application/json": "T"}, "text/plain", b"body"),
    (Passthrough.WHEN_NO_MATCH, {"application/json": "T"}, "nonsense", b"body"),
    (Passthrough.WHEN_NO_MATCH, {"application/json": "T"}, "image/png", b"body"),
    (Passthrough.WHEN_NO_MATCH, {"image/png": "T"}, "image/png", 500),
    (Passthrough.WHEN_NO_MATCH, {"image/png": "T"}, None, b"body"),
    (Passthrough.WHEN_NO_TEMPLATES, {}, "text/plain", b"body"),
    (Passthrough.WHEN_NO_TEMPLATES, {"application/json": "T"}, None, b"T"),
    (Passthrough.WHEN_NO_TEMPLATES, {"application/json": "T"}, "text/plain", 415),
    (Passthrough.WHEN_NO_TEMPLATES, {"text/plain": "T"}, None, 415),
    (Passthrough.NEVER, {}, None, 415),
    (Passthrough.NEVER, {"application/json": "T"}, "nonsense", 415),
    (Passthrough.NEVER, {"application/json": "T"}, None, b"T"),
]


@pytest.mark.parametrize("method", ["PUT", "GET"])
@pytest.mark.parametrize(("passthrough", "templates", "content_type", "outcome"), ROWS)
def test_a_request_template_is_chosen_by_type_and_the_rest_by_passthrough_behavior(
    passthrough: Passthrough,
    templates: dict[str, str],
    content_type: str | None,
    outcome: bytes | int,
    method: str,
) -> None:
    store = RecordingStore()
    operation = an_s3_operation(method, passthrough=passthrough, templates=templates)
    headers = [] if content_type is None else [("Content-Type", content_type)]
    definition = a_definition(operation, binary=("image/png",))
    answer = ask(definition, method, "/k", headers, b"body", store)
    if isinstance(outcome, bytes):
        assert [request.body for request in store.asked] == [outcome]
        return
    assert answer.status == outcome
    assert store.asked == []
    if outcome == 415:
        assert json.loads(answer.body) == {"message": "Unsupported Media Type"}
        assert answer.headers["x-amzn-errortype"] == "BadRequestException"


def test_a_type_is_refused_before_its_body_is_converted() -> None:
    operation = an_s3_operation(
        "PUT", passthrough=Passthrough.NEVER, handling=ContentHandling.CONVERT_TO_BINARY
    )
    assert ask(a_definition(operation), "PUT", "/k", body=b"no Base64").status == 415


def test_a_request_template_works_on_base64_text_of_a_binary_body() -> None:
    operation = an_s3_operation(
        "PUT", templates={"image/png": "<$input.body>"}, handling=ContentHandling.CONVERT_TO_TEXT
    )
    store = RecordingStore()
    definition = a_definition(operation, binary=("image/png",))
    ask(definition, "PUT", "/k", [("Content-Type", "image/png")], b"\xff", store)
    assert store.asked[0].body == b"</w==>"


@pytest.mark.parametrize(
    ("types", "accept", "expected"),
    [
        (["text/xml", "application/json"], None, "application/json"),
        (["text/xml", "application/json"], "text/xml;q=1, application/json", "text/xml"),
        (["text/xml", "application/json"], "TEXT/XML", "text/xml"),
        (["text/xml", "application/json"], "text/css", "application/json"),
        (["text/xml", "application/json"], "*/*", "application/json"),
        (["text/xml", "application/json"], "nonsense", "application/json"),
        (["text/xml", "text/css"], "text/plain", "text/xml"),
        (["text/xml", "text/css"], None, "text/xml"),
    ],
)
def test_a_response_template_is_chosen_by_accept_else_json_else_the_first(
    types: list[str], accept: str | None, expected: str
) -> None:
    responses = (a_response(templates={name: name for name in types}),)
    definition = a_definition(an_s3_operation("GET", responses=responses))
    headers = [] if accept is None else [("Accept", accept)]
    assert ask(definition, "GET", "/k", headers).body == expected.encode()


@pytest.mark.parametrize(
    ("templates", "accept", "mapped"),
    [
        ({"application/json": ""}, None, False),
        ({"application/xml": "<x/>", "application/json": ""}, None, False),
        ({"application/xml": "<x/>", "application/json": ""}, "text/css", False),
        ({"application/xml": "<x/>", "application/json": ""}, "application/xml; q=1", True),
        ({"application/xml": "", "application/json": "<x/>"}, "application/xml", False),
        ({"application/xml": "", "application/json": "<x/>"}, None, True),
        ({"text/css": "", "text/plain": "<x/>"}, "a/b", False),
    ],
)
def test_an_empty_response_template_leaves_the_payload_unmapped(
    templates: dict[str, str], accept: str | None, mapped: bool
) -> None:
    definition = a_definition(
        an_s3_operation("GET", responses=(a_response(templates=templates),)), binary=("image/png",)
    )
    headers = [] if accept is None else [("Accept", accept)]
    store = RecordingStore(S3Response(200, {}, b"payload"))
    answer = ask(definition, "GET", "/k", headers, store=store)
    assert answer.body == (b"<x/>" if mapped else b"payload")


def test_a_response_template_given_binary_is_500() -> None:
    responses = (a_response(templates={"application/json": "$input.body"}),)
    definition = a_definition(an_s3_operation("GET", responses=responses), binary=("image/png",))
    store, _ = a_bucket(k=("image/png", b"\xff"))
    assert ask(definition, "GET", "/k", [("Accept", "image/png")], store=store).status == 500
    assert ask(definition, "GET", "/k", store=store).body == b"/w=="


def test_a_response_template_that_fails_is_500() -> None:
    responses = (a_response(templates={"application/json": "$util.parseJson($input.body)"}),)
    definition = a_definition(an_s3_operation("GET", responses=responses))
    store = RecordingStore(S3Response(200, {}, b"{"))
    assert ask(definition, "GET", "/k", store=store).status == 500


@pytest.mark.parametrize(
    ("output", "status"),
    [
        ('{"statusCode": 200}', 201),
        ('{"statusCode": "404"}', 299),
        ('{"statusCode": 500}', 299),
        ('{"status": 200}', 500),
        ('{"statusCode": null}', 500),
        ("[1]", 500),
        ("2", 500),
        ("statusCode", 500),
        ("#foreach(", 500),
    ],
)
def test_a_mock_answers_by_the_status_that_its_template_names(output: str, status: int) -> None:
    responses = (a_response(r"2\d\d", status=201), a_response(status=299))
    operation = a_mock_operation(*responses, templates={"application/json": output})
    assert ask(a_definition(operation), "GET", "/mock").status == status


def test_a_mock_without_a_template_for_the_type_is_500() -> None:
    operation = a_mock_operation(a_response(), templates={})
    assert ask(a_definition(operation), "GET", "/mock", body=b'{"statusCode": 200}').status == 500


def test_a_mock_renders_its_response_template_and_literal_headers() -> None:
    response = a_response(
        templates={"application/json": "[$input.body]$context.stage"},
        parameters={"method.response.header.Access-Control-Allow-Origin": "'*'"},
    )
    answer = ask(a_definition(a_mock_operation(response, method="OPTIONS")), "OPTIONS", "/mock")
    assert (answer.status, answer.body) == (200, b"[{}]v1")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_mock_is_500_if_everything_is_binary_and_works_again_with_convert_to_text() -> None:
    broken = a_definition(a_mock_operation(a_response()), binary=("*/*",))
    assert ask(broken, "GET", "/mock").status == 500
    operation = a_mock_operation(a_response(), handling=ContentHandling.CONVERT_TO_TEXT)
    # The Base64 of an empty body is empty, and the template does not look at it.
    assert ask(a_definition(operation, binary=("*/*",)), "GET", "/mock").status == 200
