"""What the tests of explanations share: a definition without findings, edits of it, a gateway."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from fixtures.api import Definition, IntegrationKind, parse_definition
from fixtures.api.node import parse_document
from fixtures.cases.object_address import address
from fixtures.explanation.cells import (
    OBJECT,
    Cell,
    body_word,
    event_word,
    status_word,
)
from fixtures.gateway.application import Gateway
from fixtures.gateway.embedded_store import EmbeddedStore
from fixtures.gateway.object_storage import StoredObject
from reports.explanation import Explanation, explain_document
from tests.gateway.helpers import BASE, Served, a_server

# Everything is binary, so that only what an edit breaks is found.
HEALTHY = """\
openapi: "3.0.1"
info: {title: Files, version: "1"}
servers: [{url: "https://a.execute-api.us-east-1.amazonaws.com/v1"}]
x-amazon-apigateway-binary-media-types: ["*/*"]
paths:
  /files/{key+}:
    parameters:
      - {name: key, in: path, required: true, schema: {type: string}}
      - {name: Content-Type, in: header, schema: {type: string}}
    options:
      responses: {"200": {description: ok, headers: {Access-Control-Allow-Origin: {}}}}
      x-amazon-apigateway-integration:
        type: mock
        contentHandling: CONVERT_TO_TEXT
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses:
          default:
            statusCode: "200"
            responseParameters: {method.response.header.Access-Control-Allow-Origin: "'*'"}
    get:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: GET
        uri: arn:aws:apigateway:us-east-1:s3:path/bucket/{key}
        requestParameters: {integration.request.path.key: method.request.path.key}
        responses:
          2\\d{2}:
            statusCode: "200"
            responseParameters:
              method.response.header.Content-Type: integration.response.header.Content-Type
          default: {statusCode: "500"}
    put:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: PUT
        uri: arn:aws:apigateway:us-east-1:s3:path/bucket/{key}
        requestParameters:
          integration.request.path.key: method.request.path.key
          integration.request.header.Content-Type: method.request.header.Content-Type
        responses:
          '200': {statusCode: "200"}
          4\\d{2}: {statusCode: "404"}
"""
FUNCTION = """\
  /function:
    x-amazon-apigateway-any-method:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations
"""
LIST = '["*/*"]'
GET_OK = '2\\d{2}:\n            statusCode: "200"\n'
GET_URI = "httpMethod: GET\n        uri: arn:aws:apigateway:us-east-1:s3:path/bucket/{key}"
PUT_URI = "httpMethod: PUT\n"
TYPE_BACK = (
    "            responseParameters:\n"
    "              method.response.header.Content-Type: "
    "integration.response.header.Content-Type\n"
)
TEMPLATE = 'responseTemplates: {application/json: \'{"data": "$input.body"}\'}\n'


@dataclass(frozen=True)
class Edit:
    """Replacements in the healthy definition, and the findings that they bring."""

    replaced: tuple[tuple[str, str], ...]
    found: tuple[str, ...]
    functions: bool = False

    @property
    def definition(self) -> Definition:
        """The edited definition, parsed."""
        return parse_definition(self.text.encode(), "api.yaml")

    @property
    def text(self) -> str:
        """The edited definition."""
        text = HEALTHY + FUNCTION * self.functions
        for old, new in self.replaced:
            assert text.count(old) == 1, (old, text.count(old))
            text = text.replace(old, new)
        return text


def edit(*found: str, functions: bool = False, **replaced: str) -> Edit:
    """An edit; the names of replacements are those of the parts above."""
    return Edit(tuple((_PARTS[name], new) for name, new in replaced.items()), found, functions)


_PARTS = {
    "types": LIST,
    "get_ok": GET_OK,
    "get_uri": GET_URI,
    "put": PUT_URI,
    "type_back": TYPE_BACK,
    "get_error": '          default: {statusCode: "500"}\n',
    "put_type": "method.request.header.Content-Type\n",
    "mock": "        contentHandling: CONVERT_TO_TEXT\n",
    "key": "x-amazon-apigateway-binary-media-types",
    "origin": "              responseParameters",
    "header": 'get:\n      responses: {"200": {description: ok}}',
    "mapping": "\n            responseParameters: {method.response.header.Access-Control-"
    "Allow-Origin: \"'*'\"}",
}
_UNLISTED = ("type-not-listed",)
_BROWSERS = ("browsers-get-base64", *_UNLISTED)


def _response(setting: str) -> str:
    return f"{GET_OK}            {setting}\n"


def _upload(*settings: str) -> str:
    return PUT_URI + "".join(f"        {setting}\n" for setting in settings)


_TO_BINARY, _TO_TEXT = "contentHandling: CONVERT_TO_BINARY", "contentHandling: CONVERT_TO_TEXT"
_OF_JSON = 'requestTemplates: {application/json: \'{"data": "$input.body"}\'}'
_OF_PNG = "requestTemplates: {image/png: '$input.body'}"

EDITS = {
    "nothing": edit(),
    "no list": edit("no-binary-types", types="[]"),
    "one type": edit(*_BROWSERS, types="[image/png]"),
    "two types": edit(*_BROWSERS, types="[image/png, application/pdf]"),
    "images": edit(*_BROWSERS, types='["image/*"]'),
    "fonts": edit(*_BROWSERS, types='["font/*"]'),
    "octets": edit(*_UNLISTED, types="[application/octet-stream]"),
    "HTML": edit(*_UNLISTED, types="[text/html]"),
    "JSON": edit(*_BROWSERS, types="[application/json]"),
    "HTML and PNG": edit(*_BROWSERS, types="[text/html, image/png]"),
    "image/jpg": edit("unusual-entry", *_UNLISTED, types="[image/jpg]"),
    "image/jpg and image/jpeg": edit(*_BROWSERS, types="[image/jpg, image/jpeg]"),
    "a partial wildcard": edit("partial-wildcard", *_UNLISTED, types='["*/png"]'),
    "a parameter": edit("entry-parameters", *_BROWSERS, types='["image/png;version=1"]'),
    "upper case": edit("entry-letter-case", *_BROWSERS, types="[Image/PNG]"),
    "a form": edit(*_UNLISTED, types="[multipart/form-data]"),
    "the mock converts nothing": edit("preflight-fails", mock=""),
    "the mock converts to binary": edit("preflight-fails", mock=f"        {_TO_BINARY}\n"),
    "the mock converts nothing, few types": edit(*_BROWSERS, mock="", types="[image/png]"),
    "no type mapped": edit("type-lost", type_back=""),
    "downloads to text": edit("browsers-get-base64", get_ok=_response(_TO_TEXT)),
    "downloads to binary": edit(get_ok=_response(_TO_BINARY)),
    "few types, downloads to binary": edit(
        *_UNLISTED, get_ok=_response(_TO_BINARY), types="[image/png]"
    ),
    "few types, downloads to text": edit(
        *_BROWSERS, get_ok=_response(_TO_TEXT), types="[image/png]"
    ),
    "a template of downloads": edit("template-gets-binary", get_ok=_response(TEMPLATE[:-1])),
    "a template of downloads, few types": edit(
        *_UNLISTED, get_ok=_response(TEMPLATE[:-1]), types="[image/png]"
    ),
    "a template of uploads": edit("template-gets-binary", put=_upload(_OF_PNG)),
    "a template of JSON uploads": edit("template-gets-binary", put=_upload(_OF_JSON)),
    "uploads to binary": edit(put=_upload(_TO_BINARY)),
    "uploads to text": edit("upload-is-base64", put=_upload(_TO_TEXT)),
    "few types, uploads to binary": edit(
        *_BROWSERS,
        "upload-refused",
        "upload-unreadable",
        put=_upload(_TO_BINARY),
        types="[image/png]",
    ),
    "few types, uploads to text": edit(
        *_BROWSERS, "upload-is-base64", put=_upload(_TO_TEXT), types="[image/png]"
    ),
    "no uploads without a template": edit(
        put=_upload("passthroughBehavior: never"),
    ),
    "only JSON uploads": edit(
        "template-gets-binary",
        put=_upload("passthroughBehavior: when_no_templates", _OF_JSON),
    ),
    "a literal type": edit(put_type="\"'image/png'\"\n"),
    "errors are 200": edit(
        "error-answers-200", get_error='          default: {statusCode: "200"}\n'
    ),
    "another bucket": edit("other-objects", get_uri=GET_URI.replace("bucket", "other")),
    "a misspelt key": edit(
        "unknown-extension", "no-binary-types", key="x-amazon-apigateway-binary-media-type"
    ),
    "an unmapped header": edit(
        "header-not-mapped",
        header='get:\n      responses: {"200": {description: ok, headers: {ETag: {}}}}',
    ),
    "a function": edit("json-is-base64", functions=True),
    "a function and no list": edit("no-binary-types", functions=True, types="[]"),
    "a function and few types": edit(
        *_BROWSERS, "form-not-listed", functions=True, types="[image/png]"
    ),
    "a function and forms": edit(
        *_BROWSERS, functions=True, types="[multipart/form-data, image/png]"
    ),
    "streaming": edit("not-explained", get_uri=f"responseTransferMode: STREAM\n        {GET_URI}"),
}


def explained(text: str) -> Explanation:
    """The explanation of a definition's text."""
    raw = text.encode()
    return explain_document(raw, parse_document(raw, "api.yaml"), Path("api.yaml"))


class OneObject(dict[str, StoredObject]):
    """A bucket in which every key is the same object."""

    def get(self, key: str, default: StoredObject | None = None) -> StoredObject | None:
        return super().get("", default)

    def __setitem__(self, key: str, stored: StoredObject) -> None:
        super().__setitem__("", stored)


@contextmanager
def a_client() -> Iterator[tuple[httpx.Client, Served]]:
    """A server on loopback, and a client that adds no header."""
    with a_server() as served, httpx.Client(trust_env=False, timeout=30) as client:
        client.headers.clear()
        yield client, served


def observed(client: httpx.Client, served: Served, definition: Definition, cell: Cell) -> str:
    """The word of a cell as the gateway answers over HTTP."""
    objects = OneObject()
    if cell.before is not None:
        objects[""] = StoredObject(cell.before.media_type, cell.before.content, '"e"', "a day")
    served.app = Gateway(replace(definition, base_path=BASE), EmbeddedStore(objects))
    request, where = cell.request, address(cell.operation, OBJECT)
    headers = [*where.headers]
    for name, value in (("Content-Type", request.content_type), ("Accept", request.accept)):
        headers += [(name, value)] if value is not None else []
    url = served.url + (request.target or where.target)
    answer = client.send(
        httpx.Request(request.sent_method, url, headers=headers, content=request.body)
    )
    if answer.status_code >= 400 or cell.content is None:
        return status_word(answer.status_code)
    if not cell.is_upload:
        return body_word(answer.content, cell.content)
    if cell.operation.integration.kind is IntegrationKind.LAMBDA:
        return event_word(answer.content, cell)
    stored = objects.get("")
    assert stored is not None
    return body_word(stored.body, cell.content)
