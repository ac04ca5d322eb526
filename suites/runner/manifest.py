"""The objects of `--read-only`: which they are, and what is stored under each key.

Strategy: what is stored has to be known before anything can be judged. Either S3 itself says it, or
a manifest does: a TOML file of `[[object]]` tables with `key`, `file` (relative to the manifest)
and `type`, and `operation` (`GET /s3`) where the definition reaches objects in several places. A
key is the whole path-style name as the operation takes it. A table without a key states what one
request is answered (`stated_answers`).
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
from suites.existing_downloads import keyless_downloads
from suites.runner.stated_answers import stated_answer

MOST = REST.response_limit
"""Bytes of an object: a larger one cannot be downloaded."""

_MOST_OBJECTS = 1000
_OF_A_KEY = ("key", "file", "type", "operation")
_OF_REQUEST = ("operation", "path", "parameters", "query", "headers")
_STATED = (*_OF_REQUEST, "file", "type", "stored", "base64")
_STRINGS = ("operation", "path", "stored")


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
    path = folder / text
    is_manifest = path.suffix == ".toml" and path.is_file()
    if not places and not is_manifest:
        raise ManifestError(_no_key(definition))
    if is_manifest:
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


def _no_key(definition: Definition) -> str:
    """Why keys name nothing here, and what does."""
    stated = ", ".join(operation.name for operation in keyless_downloads(definition))
    why = f"--read-only: no operation of {definition.source} downloads from S3 by a key"
    return (
        f"{why}; a manifest, --read-only=FILE.toml, can say what {stated} answers"
        if stated
        else f"{why}, so nothing can be tried without uploads"
    )


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
    if len(tables) > _MOST_OBJECTS:
        raise ManifestError(f"{path}: names {len(tables):,} objects, more than {_MOST_OBJECTS:,}")
    for number, table in enumerate(tables, start=1):
        where = f"{path}: object {number}"
        is_stated = _is_stated(table)
        _check_members(table, where, _STATED if is_stated else _OF_A_KEY)
        file = path.parent / table["file"]
        if is_stated:
            if not file.resolve().is_relative_to(path.parent.resolve()):
                raise ManifestError(f"{where}: {table['file']} is outside of the manifest's folder")
            yield stated_answer(table, where, definition, _content(file, where))
            continue
        if not operations:
            raise ManifestError(f"{where}: {_no_key(definition)}")
        operation = _operation(table.get("operation"), where, definition, operations)
        place = object_place(operation)
        yield ExistingObject(place, table["key"], _content(file, where), table["type"])


def _is_stated(table: Any) -> bool:
    """Whether an entry states what one request is answered, for it names no key."""
    is_without_key = isinstance(table, dict) and "key" not in table
    return is_without_key and ("operation" in table or "path" in table)


def _check_members(table: Any, where: str, members: tuple[str, ...]) -> None:
    unknown = set(table) - set(members) if isinstance(table, dict) else {""}
    if unknown:
        what = f"{min(unknown)!r} is none of its members: " if min(unknown) else ""
        known = f"{', '.join(members[:-1])} and {members[-1]}"
        raise ManifestError(f"{where}: {what}has {known}, and nothing else")
    needed = [name for name in ("key", "file", "type") if name in members]
    for name in (*needed, *(name for name in _STRINGS if name in table)):
        if not isinstance(table.get(name), str) or not table[name]:
            raise ManifestError(f'{where}: has no {name}; write {name} = "…"')


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
