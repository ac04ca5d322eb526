"""The line of a value, in every form in which a definition is written."""

import json
import textwrap

import pytest

from fixtures.api.iac_templates import body_in
from fixtures.api.node import parse_document
from fixtures.api.source_lines import SourceLines
from tests.api.helpers import BINARY, GET_S3, GOOD, INTEGRATION, as_json

LIST = (BINARY,)
GET = ("paths", "/s3", "get")


def source_of(raw: bytes) -> SourceLines:
    document = parse_document(raw, "api")
    return SourceLines(raw, body_in(document, "") or document)


def lines_of(text: str, *pointers: tuple[str, ...]) -> list[int]:
    source = source_of(textwrap.dedent(text).encode())
    return [source.line(pointer) for pointer in pointers]


def test_yaml_has_the_line_of_the_name_also_through_anchors_and_merges() -> None:
    text = f"""\
        swagger: "2.0"
        {BINARY}:
          - image/png
          - image/jpeg
        paths:
          /s3:
            get: &get
              responses: {{}}
              {INTEGRATION}: &s3
                type: aws
            put:
              {INTEGRATION}:
                <<: *s3
                httpMethod: PUT
            head:
              <<: [*get]
        """
    put = ("paths", "/s3", "put", INTEGRATION)
    assert lines_of(text, LIST, (*LIST, "1"), (*GET, INTEGRATION, "type")) == [2, 4, 10]
    assert lines_of(text, (*put, "type"), (*put, "httpMethod")) == [10, 14]
    assert lines_of(text, ("paths", "/s3", "head", INTEGRATION)) == [9]


def test_short_blank_lines_at_the_beginning_of_a_block_are_counted() -> None:
    text = 'swagger: "2.0"\ninfo:\n  description: |\n \n\n    text\npaths:\n  /s3: {}\n'
    assert lines_of(text, ("paths", "/s3")) == [8]


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    text = 'swagger: "2.0"\npaths:\n  /s3:\n    get: {}\n'
    assert lines_of(text, (*GET, INTEGRATION, "uri"), LIST, ("paths", "/s3", "0")) == [4, 1, 3]
    assert lines_of(f'swagger: "2.0"\n{BINARY}: [a/b]\n', (*LIST, "3"), (*LIST, "x")) == [2, 2]


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_has_lines_as_well(indent: int | str | None) -> None:
    raw = json.dumps(GOOD, indent=indent).encode()
    found = source_of(raw).line((*GET_S3, "uri"))
    assert found == next(n for n, line in enumerate(raw.decode().split("\n"), 1) if '"uri"' in line)


def test_where_no_line_is_known_it_is_the_first() -> None:
    forbidden = json.dumps({**GOOD, "x-note": "\x7f"}, indent=1, ensure_ascii=False).encode()
    assert source_of(forbidden).line(GET_S3) == 1
    padded = as_json(GOOD) + b" " * 3 * 1024 * 1024
    assert source_of(padded).line(GET_S3) == 1


def test_a_template_has_the_lines_of_its_body_and_of_its_own_list() -> None:
    text = f"""\
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: v1
              BinaryMediaTypes:
                - image~1png
              DefinitionBody:
                swagger: "2.0"
                paths:
                  /s3:
                    get:
                      {INTEGRATION}: {{}}
        """
    assert lines_of(text, LIST, (*LIST, "0"), (*GET, INTEGRATION)) == [6, 7, 13]


def test_an_api_of_single_resources_has_the_line_of_its_own_resource() -> None:
    text = """\
        Resources:
          Api:
            Type: AWS::ApiGateway::RestApi
            Properties: {Name: files}
          Method:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !GetAtt Api.RootResourceId
              HttpMethod: GET
              Integration: {Type: MOCK}
        """
    assert lines_of(text, ("paths", "/", "get")) == [2]


def test_terraform_has_the_line_of_the_body() -> None:
    body = json.dumps(GOOD)
    api = {"body": body, "binary_media_types": ["image/png"]}
    raw = json.dumps({"resource": {"aws_api_gateway_rest_api": {"a": api}}}, indent=1).encode()
    source = source_of(raw)
    assert (source.line(GET_S3), source.line(LIST), source.line((*LIST, "0"))) == (5, 6, 7)
