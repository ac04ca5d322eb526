"""The definition that is deployed, with what an account and a run have in it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fixtures.api.node import parse_document

_FILE = Path(__file__).with_name("api.yaml")
_FUNCTION_PATH = "/function"


def api_document(
    title: str, media_types: Sequence[str], words: Mapping[str, str]
) -> dict[str, Any]:
    """The OpenAPI document; `words` are the values of PARTITION, REGION, BUCKET, ROLE, FUNCTION.

    Without a FUNCTION it has no operation for one.
    """
    text = _FILE.read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, value)
    document: dict[str, Any] = dict(parse_document(text.encode(), _FILE.name).value)
    if not words.get("FUNCTION"):
        document["paths"] = {
            path: item for path, item in document["paths"].items() if path != _FUNCTION_PATH
        }
    return document | {
        "info": {**document["info"], "title": title},
        "x-amazon-apigateway-binary-media-types": list(media_types),
    }
