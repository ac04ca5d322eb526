"""What the tests of reading share: a small good document, its changes, and a way to read it."""

import copy
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from fixtures.api import Definition, read_definition
from fixtures.definitions import FOLDER

INTEGRATION = "x-amazon-apigateway-integration"
BINARY = "x-amazon-apigateway-binary-media-types"
PATH = ("paths", "/objects/{key}")
GET = (*PATH, "get")
GET_S3 = (*GET, INTEGRATION)
MAPPING = (*GET_S3, "requestParameters")
ANSWERS = (*GET_S3, "responses")
URI = "arn:aws:apigateway:us-west-2:s3:path/{key}"

Json = Any
Way = tuple[str, ...]

# Small, and nothing wrong with it: every row of errors changes it in one place.
GOOD: Json = {
    "swagger": "2.0",
    "info": {"title": "Nothing wrong with it"},
    "basePath": "/v1",
    BINARY: ["image/*"],
    "paths": {
        "/objects/{key}": {
            "parameters": [{"name": "Content-Type", "in": "header"}],
            "get": {
                "parameters": [{"name": "version", "in": "query"}],
                INTEGRATION: {
                    "type": "aws",
                    "uri": URI,
                    "httpMethod": "GET",
                    "passthroughBehavior": "when_no_match",
                    "contentHandling": "CONVERT_TO_BINARY",
                    "requestParameters": {
                        "integration.request.path.key": "method.request.path.key"
                    },
                    "responses": {r"2\d{2}": {"statusCode": "200"}},
                },
            },
        }
    },
}
GONE = object()


def changed(way: Way, value: object, document: Json = GOOD) -> Json:
    """A copy in which the value at the end of the way is another, or gone."""
    result = copy.deepcopy(document)
    place = result
    for name in way[:-1]:
        place = place[name]
    if value is GONE:
        del place[way[-1]]
    else:
        place[way[-1]] = value
    return result


def as_json(document: Json) -> bytes:
    return json.dumps(document).encode()


def as_yaml(document: Json) -> bytes:
    out = io.BytesIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False  # the order of patterns is part of the model
    yaml.dump(document, out)
    return out.getvalue()


def read(raw: bytes) -> Definition:
    """Read bytes as the file api.txt: the name says nothing about the syntax."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "api.txt"
        file.write_bytes(raw)
        return read_definition(file)


def plain(name: str) -> Json:
    """A shipped definition as the bare document."""
    return YAML(typ="safe", pure=True).load((FOLDER / name).read_bytes())


SAMPLE, MAPPED = plain("sample.json"), plain("mapped.yaml")
