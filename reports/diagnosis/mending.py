"""The AWS CLI calls that make a deployment what its definition says.

Paths and operations are those of API Gateway's patch operations: the developer guide, "Enabling
binary support using the API Gateway REST API", and the API reference, "Patch operations". An empty
value takes `contentHandling` back. `$API_ID` and `$STAGE` are for the reader to set.
"""

import json
import re
import shlex
from collections.abc import Iterable

from fixtures.model import Operation

DEPLOY = 'aws apigateway create-deployment --rest-api-id "$API_ID" --stage-name "$STAGE"'
DEPLOY_IN_WORDS = (
    "Deploy the API to the stage again: a change takes effect with a deployment alone."
)

Patch = tuple[str, str, str | None]
"""Operation, path, and value where there is one."""


def escaped(name: str) -> str:
    """A name as one segment of a patch path (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def binary_media_types(add: Iterable[str] = (), remove: Iterable[str] = ()) -> tuple[str, ...]:
    """Entries of `binaryMediaTypes` put in and taken out, and the deployment."""
    patches: list[Patch] = [
        *(("add", f"/binaryMediaTypes/{escaped(entry)}", None) for entry in add),
        *(("remove", f"/binaryMediaTypes/{escaped(entry)}", None) for entry in remove),
    ]
    call = f'aws apigateway update-rest-api --rest-api-id "$API_ID" {_patching(patches)}'
    return (call, DEPLOY)


def integration(operation: Operation, *patches: Patch) -> tuple[str, ...]:
    """A change to the integration of an operation, and the deployment."""
    return _on_method(operation, "update-integration", "", patches)


def integration_response(operation: Operation, status: int, *patches: Patch) -> tuple[str, ...]:
    """A change to the integration response that answers `status`, and the deployment."""
    which = f" --status-code {status}"
    return _on_method(operation, "update-integration-response", which, patches)


def put_integration_response(
    operation: Operation, status: int, pattern: str | None
) -> tuple[str, ...]:
    """The integration response that is missing (without `pattern`: the default one)."""
    which = f" --status-code {status} --selection-pattern {shlex.quote(pattern or '')}"
    return _on_method(operation, "put-integration-response", which, ())


def declared_header(operation: Operation, name: str) -> tuple[str, ...]:
    """A request header that the method is to know, so that it can be mapped."""
    patch = ("add", f"/requestParameters/method.request.header.{name}", "false")
    return _on_method(operation, "update-method", "", (patch,))[:-1]


def _on_method(
    operation: Operation, call: str, which: str, patches: Iterable[Patch]
) -> tuple[str, ...]:
    path = re.sub(r'([\\"$`])', r"\\\1", operation.path)
    resource = (
        'RESOURCE_ID=$(aws apigateway get-resources --rest-api-id "$API_ID" --limit 500 '
        f"--query \"items[?path=='{path}'].id\" --output text)"
    )
    place = f'--rest-api-id "$API_ID" --resource-id "$RESOURCE_ID" --http-method {operation.method}'
    change = f" {_patching(patches)}" if patches else ""
    return (resource, f"aws apigateway {call} {place}{which}{change}", DEPLOY)


def _patching(patches: Iterable[Patch]) -> str:
    """As JSON: the CLI's shorter notation has no way to write a comma in a value."""
    document = [
        {"op": op, "path": path, **({"value": value} if value is not None else {})}
        for op, path, value in patches
    ]
    return f"--patch-operations {shlex.quote(json.dumps(document, ensure_ascii=False))}"
