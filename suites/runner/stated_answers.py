"""The entries of a manifest that have no key: one request, and the file that is behind it.

Strategy: what a GET answers whose requests name no object in S3 (a fixed object, a function of
one's own, an HTTP backend) is known only by what its owner says. An entry of which the rules then
cannot tell any answer is refused before anything is sent, with the reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fixtures.api import Definition, IntegrationKind, Operation, Parameter, ParameterValue
from fixtures.api.definition import placeholders
from fixtures.cases.case import Case, ExistingObject
from fixtures.cases.exchange import Headers
from fixtures.cases.object_address import object_place, target_without_object
from fixtures.exceptions import ManifestError
from fixtures.rules.expectation import Expectation
from fixtures.rules.expected_response import expected_response
from fixtures.rules.initial_state import initial_state
from fixtures.rules.routing import find_route
from suites.existing_downloads import keyless_downloads
from suites.header_values import accepts

# What the suite varies, what the client sets, and what makes S3 answer less than the object.
_NOT_STATED = re.compile(
    r"(?i)accept|accept-encoding|connection|content-.*|expect|host|if-.*|range|te|transfer-encoding"
    r"|upgrade|user-agent"
)
_SECRET = re.compile(r"(?i)authorization|cookie|x-api-key|x-amz-security-token")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def stated_answer(
    table: Mapping[str, Any], where: str, definition: Definition, content: bytes
) -> ExistingObject:
    """The answer that a table without a key states; `where` names the table for its errors.

    Its members other than `parameters`, `query`, `headers` and `base64` are strings. Raises
    `ManifestError`.
    """
    operation = _operation(table, where, definition)
    target = _target(table, where, operation)
    served = find_route(definition, target, "GET").operation
    if served is None or served.name != operation.name:
        by = "no operation" if served is None else served.name
        raise ManifestError(f"{where}: GET {target} is served by {by}, not by {operation.name}")
    headers = _headers(table, where)
    stated = ExistingObject(
        object_place(operation),
        " ".join((target, *(f"{name}: {value}" for name, value in headers))),
        content,
        _stored_type(table, where, operation),
        operation.name,
        target,
        headers,
        _flag(table, where, operation, content),
    )
    _check_judged(definition, stated, table["type"], where)
    return stated


# ------------------------------------------------------------------------------- the request


def _operation(table: Mapping[str, Any], where: str, definition: Definition) -> Operation:
    known = {operation.name: operation for operation in keyless_downloads(definition)}
    path, name = table.get("path"), table.get("operation")
    if path is not None and name is not None:
        raise ManifestError(f"{where}: has operation and path; either of them says which it is")
    if path is not None:
        if not re.fullmatch(r"/[!-~]*", path) or set(path) & set("?#{}"):
            raise ManifestError(
                f"{where}: {path!r} is no path as it is sent, like /logo.png; what follows a "
                f"question mark goes into query"
            )
        found = find_route(definition, path, "GET").operation
        name = found.name if found is not None else None
    if name in known:
        return known[name]
    what = repr(path if path is not None else name)
    by_key = [operation.name for operation in definition.operations_on_s3("GET")]
    if name in by_key:
        raise ManifestError(f"{where}: {what} takes the key of an object; add key")
    names = ", ".join((*known, *by_key)) or "none"
    raise ManifestError(
        f"{where}: {what} is no GET of {definition.source} that downloads; there are {names}"
    )


def _target(table: Mapping[str, Any], where: str, operation: Operation) -> str:
    path: str = table.get("path", operation.path)
    given = dict(_strings(table, "parameters", where))
    own = {one.name for one in operation.parameters if one.value and one.request_part == "path"}
    names = placeholders(path)
    missing = [name for name in names if name not in given and name not in own]
    unknown = [name for name in given if name not in names]
    if missing or unknown:
        raise ManifestError(
            f"{where}: {path} has no parameter {unknown[0]!r}"
            if unknown
            else f'{where}: say which {missing[0]} to ask for, parameters = {{{missing[0]} = "…"}}'
        )
    for name, value in given.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
        path = path.replace(f"{{{name}+}}", quote(value, safe="/"))
    query = _strings(table, "query", where)
    parameters = [
        parameter
        for parameter in operation.parameters
        if parameter.request_part != "querystring" or parameter.name not in dict(query)
    ]
    parameters += [Parameter(name, "querystring", value=ParameterValue(v)) for name, v in query]
    return target_without_object(replace(operation, path=path, parameters=tuple(parameters)))


def _headers(table: Mapping[str, Any], where: str) -> Headers:
    headers = _strings(table, "headers", where)
    for name, value in headers:
        if _SECRET.fullmatch(name):
            raise ManifestError(
                f"{where}: {name} is a secret, and a manifest is none; give it by --header"
            )
        if not _TOKEN.fullmatch(name) or _NOT_STATED.fullmatch(name):
            raise ManifestError(f"{where}: {name!r} is no header that a manifest can set")
        if not re.fullmatch(r"[!-~]([ -~]*[!-~])?", value):
            raise ManifestError(f"{where}: the value of {name} is not printable ASCII")
    return headers


def _strings(table: Mapping[str, Any], member: str, where: str) -> Headers:
    """The names and values of a table of strings; none where there is no such table."""
    found = table.get(member, {})
    is_table = isinstance(found, dict)
    if not is_table or not all(isinstance(value, str) and value for value in found.values()):
        raise ManifestError(f'{where}: {member} is a table of strings, {member} = {{name = "…"}}')
    return tuple(found.items())


# -------------------------------------------------------------------------------- the answer


def _stored_type(table: Mapping[str, Any], where: str, operation: Operation) -> str:
    """The type that the backend gives the file, by which the gateway converts it."""
    integration = operation.integration
    is_converted = integration.kind is IntegrationKind.S3 or integration.type == "http"
    if "stored" in table and not is_converted:
        raise ManifestError(
            f"{where}: stored is the type in S3, or that of an HTTP backend whose integration is "
            f"no proxy, and neither is behind {operation.name}; leave it out"
        )
    stored: str = table.get("stored", table["type"])
    return stored


def _flag(
    table: Mapping[str, Any], where: str, operation: Operation, content: bytes
) -> bool | None:
    flag = table.get("base64")
    if flag is None:
        return None
    if not isinstance(flag, bool) or operation.integration.kind is not IntegrationKind.LAMBDA:
        raise ManifestError(
            f"{where}: base64 is true or false, and says which isBase64Encoded a function behind a "
            f"Lambda proxy returns"
        )
    if not flag and not _is_utf_8(content):
        raise ManifestError(
            f"{where}: base64 = false, but the file is not UTF-8, and a function can return such "
            f"bytes only as Base64"
        )
    return flag


def _check_judged(definition: Definition, stated: ExistingObject, type_: str, where: str) -> None:
    if not stated.content:
        raise ManifestError(f"{where}: its file is empty, and an empty answer shows nothing")
    reasons = []
    for expectation in _expectations(definition, stated):
        if expectation.unspecified_reason:
            reasons.append(expectation.unspecified_reason)
            continue
        by_rules = expectation.content_type
        if expectation.succeeds and by_rules is not None and _essence(by_rules) != _essence(type_):
            raise ManifestError(
                f"{where}: its type is {type_}, but by {definition.source} the response has the "
                f"Content-Type {by_rules}; map the backend's in the definition, or write "
                f'type = "{by_rules}" and stored = "{stated.media_type}"'
            )
    if len(reasons) == len(tuple(_expectations(definition, stated))):
        raise ManifestError(f"{where}: nothing about it can be judged: {reasons[0]}")


def _expectations(definition: Definition, stated: ExistingObject) -> Iterator[Expectation]:
    operation = definition.operation(stated.operation)
    (known,) = initial_state(Case("", existing=(stated,))).values()
    for accept in dict.fromkeys((stated.media_type, *accepts(definition))):
        yield expected_response(definition, stated.request(operation, accept=accept), known)


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
