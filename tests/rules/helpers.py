"""What the tests of the rules share: small definitions, requests, and the observed payloads."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fixtures.api import (
    ContentHandling,
    Definition,
    Integration,
    IntegrationKind,
    IntegrationResponse,
    Operation,
    Parameter,
    Passthrough,
    S3Location,
)
from fixtures.cases.case import Request

TO_BINARY, TO_TEXT = ContentHandling.CONVERT_TO_BINARY, ContentHandling.CONVERT_TO_TEXT
KEY = {"integration.request.path.key": "method.request.querystring.key"}
TYPE = {"integration.request.header.Content-Type": "method.request.header.Content-Type"}
TYPE_BACK = {"method.response.header.Content-Type": "integration.response.header.Content-Type"}

FACTS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "aws-observations.json").read_text(encoding="utf-8")
)
PAYLOADS = {name: base64.b64decode(text) for name, text in FACTS["payloads"].items()}


def on_s3(
    method: str,
    *responses: IntegrationResponse,
    handling: ContentHandling | None = None,
    passthrough: Passthrough = Passthrough.WHEN_NO_MATCH,
    templates: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
    path: str = "/s3",
    s3_method: str = "",
) -> Operation:
    """An operation on S3 under a key from the query, by default with the type mapped to S3."""
    return Operation(
        path,
        method,
        Integration(
            IntegrationKind.S3,
            "aws",
            "arn:aws:apigateway:us-west-2:s3:path/{key}",
            s3_method or method,
            s3=S3Location("us-west-2", None, "{key}"),
            passthrough=passthrough,
            content_handling=handling,
            request_parameters=KEY | TYPE if parameters is None else parameters,
            request_templates=templates or {},
            responses=responses or (response(r"2\d{2}"), response(None, 500)),
        ),
        (Parameter("key", "querystring"),),
    )


def response(
    pattern: str | None,
    status: int = 200,
    *,
    handling: ContentHandling | None = None,
    templates: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> IntegrationResponse:
    """One integration response."""
    return IntegrationResponse(pattern, status, handling, templates or {}, parameters or {})


def mock(template: str, *responses: IntegrationResponse, method: str = "OPTIONS") -> Operation:
    """An operation with a mock integration behind it."""
    templates = {"application/json": template}
    integration = Integration(
        IntegrationKind.MOCK, "mock", "", "", request_templates=templates, responses=responses
    )
    return Operation("/s3", method, integration)


def api(*operations: Operation, binary: tuple[str, ...] = ("image/png",)) -> Definition:
    """A definition of these operations."""
    return Definition("", "Swagger 2.0", "/v1", binary, operations)


def request(operation: Operation, name: str = "b/k", **rest: Any) -> Request:
    """A request through an operation, aimed at an object unless told otherwise."""
    return Request(operation, name, **rest)
