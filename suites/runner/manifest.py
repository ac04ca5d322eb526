"""The objects of `--read-only`: which they are, and what is stored under each key.

Strategy: what is stored has to be known before anything can be judged. Either S3 itself says it, or
a manifest does: a TOML file of `[[object]]` tables with `key`, `file` (relative to the manifest)
and `type`, and `operation` (`GET /s3`) where the definition reaches objects in several places. A
key is the whole path-style name as the operation takes it.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fixtures.api import REST, Definition, Operation, parse_media_type
from fixtures.bounded_file import MIB, read_regular_file
from fixtures.cases.case import ExistingObject
from fixtures.cases.object_address import object_path, object_place
from fixtures.exceptions import CredentialsError, ManifestError, S3Error

MOST = REST.response_limit
"""Bytes of an object: a larger one cannot be downloaded."""

_MEMBERS = {"key", "file", "type", "operation"}


def objects(text: str, definition: Definition, folder: Path) -> tuple[ExistingObject, ...]:
    """The objects that `--read-only=KEYS` or `--read-only=FILE.toml` names, one at least.

    An existing file whose name ends in `.toml` is a manifest; relative paths are below `folder`.
    Raises `ManifestError`.
    """
    places = {
        object_place(operation): operation
        for method in ("HEAD", "GET")
        for operation in definition.operations_on_s3(method)
    }
    if not places:
        raise ManifestError(
            f"--read-only: no operation of {definition.source} downloads from S3, so nothing can "
            f"be tried without uploads"
        )
    path = folder / text
    if path.suffix == ".toml" and path.is_file():
        found = tuple(_in_manifest(path, definition, tuple(places.values())))
    else:
        found = tuple(_on_s3([key for key in text.split(",") if key], tuple(places.values())))
    if not found:
        raise ManifestError("--read-only names no object; give KEY,KEY,… or a manifest, FILE.toml")
    for (_, name), times in Counter(one.object for one in found).items():
        if times > 1:
            raise ManifestError(f"--read-only names {name!r} {times} times")
    for one in found:
        if parse_media_type(one.media_type) is None:
            raise ManifestError(
                f"--read-only: the type of {one.name!r}, {one.media_type!r}, is no media type like "
                f"image/jpeg, so that it is not known how a gateway takes it"
            )
    return found


# ---------------------------------------------------------------------------------- as S3 says


def _on_s3(keys: list[str], operations: tuple[Operation, ...]) -> Iterator[ExistingObject]:
    from fixtures.client.s3_api import S3  # noqa: PLC0415 - botocore takes long to import

    try:
        s3 = S3("--read-only")
    except CredentialsError as error:
        raise ManifestError(
            f"{error}; or say what is stored in a manifest, --read-only=FILE.toml"
        ) from None
    for key in keys:
        why = ""
        there = []
        for operation in operations:
            try:
                content, media_type = s3.read(object_path(operation, key), MOST)
            except S3Error as error:
                why = why or str(error)
            else:
                there.append(ExistingObject(object_place(operation), key, content, media_type))
        if not there:
            no_file = ", and there is no such file" if key.endswith(".toml") else ""
            raise ManifestError(f"--read-only: {why}{no_file}")
        yield from there


# ------------------------------------------------------------------------- as a manifest says


def _in_manifest(
    path: Path, definition: Definition, operations: tuple[Operation, ...]
) -> Iterator[ExistingObject]:
    try:
        document = tomllib.loads(read_regular_file(path, MIB).decode("utf-8"))
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, or too many digits
        raise ManifestError(f"{path}: not TOML: {error}") from None
    tables = document.pop("object", [])
    if document or not isinstance(tables, list):
        raise ManifestError(f"{path}: a manifest has [[object]] tables and nothing else")
    for number, table in enumerate(tables, start=1):
        where = f"{path}: object {number}"
        key, file, media_type = _members(table, where)
        operation = _operation(table.get("operation"), where, definition, operations)
        yield ExistingObject(
            object_place(operation), key, _content(path.parent / file, where), media_type
        )


def _members(table: Any, where: str) -> tuple[str, str, str]:
    if not isinstance(table, dict) or not set(table) <= _MEMBERS:
        raise ManifestError(f"{where}: has key, file, type and operation, and nothing else")
    for name in ("key", "file", "type"):
        if not isinstance(table.get(name), str) or not table[name]:
            raise ManifestError(f'{where}: has no {name}; write {name} = "…"')
    return table["key"], table["file"], table["type"]


def _operation(
    name: object, where: str, definition: Definition, operations: tuple[Operation, ...]
) -> Operation:
    """The operation that reaches the object; where all reach the same place, any."""
    if name is None and len(operations) == 1:
        return operations[0]
    readings = [
        operation for method in ("GET", "HEAD") for operation in definition.operations_on_s3(method)
    ]
    for operation in readings:
        if operation.name == name:
            return operation
    known = ", ".join(operation.name for operation in readings)
    raise ManifestError(
        f"{where}: say which operation reaches it, operation = one of {known}; they reach "
        f"different objects"
        if name is None
        else f"{where}: {name!r} is no operation that downloads from S3; there are {known}"
    )


def _content(file: Path, where: str) -> bytes:
    try:
        return read_regular_file(file, MOST)
    except OSError as error:
        raise ManifestError(f"{where}: {file}: {error.strerror}") from None
