"""The journal of `observe`: every resource, written before it is created.

Strategy: a JSON line for the run, then one for each resource with its state. Every name is known
before the resource exists and has the run's name in it, so that a resource is found and removed by
its name, even where a crash cut its creation. A journal is a file that anybody may have changed:
reading one refuses every name that is not of its run.
"""

import os
import re
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from secrets import token_hex
from typing import Self

import msgspec

from fixtures.bounded_file import MIB, read_regular_file
from fixtures.exceptions import JournalError

VERSION = 1
PREFIX = "apigw-observe-"
_RUN = re.compile(PREFIX + r"\d{8}t\d{6}z-[0-9a-f]{6}")
_LARGEST = MIB
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Kind(StrEnum):
    """What a resource is, in the order of creation."""

    BUCKET = "bucket"
    ROLE = "role"
    FUNCTION = "function"
    API = "api"


class State(StrEnum):
    """What is known of a resource."""

    CREATED = "created"
    """It may exist."""
    REMOVED = "removed"


class Resource(msgspec.Struct, frozen=True):
    """Something that a run creates, by its kind and its name."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class _Line(Resource, frozen=True):
    state: State


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: the run's name, which all names begin with, and its region."""

    run: str
    region: str
    observe: int = VERSION


def run_name() -> str:
    """A new name, which is a valid name of a bucket, too."""
    return f"{PREFIX}{datetime.now(UTC):%Y%m%dt%H%M%Sz}-{token_hex(3)}"


class Journal:
    """The journal of a run that is under way, or is cleaned up."""

    def __init__(self, path: Path) -> None:
        """Open a journal that exists; raises `OSError`."""
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    @classmethod
    def begin(cls, path: Path, header: Header) -> Self:
        """Create the journal of a run; raises `OSError`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(msgspec.json.encode(header) + b"\n")
        return cls(path)

    def write(self, resource: Resource, state: State) -> None:
        """Append the new state of a resource; raises `OSError`."""
        line = _Line(resource.kind, resource.name, state)
        os.write(self._file, msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def read(path: Path) -> tuple[Header, tuple[Resource, ...]]:
    """The run of a journal, and what may exist of it, the last created first.

    An incomplete last line is ignored. Raises `JournalError`.
    """
    try:
        first, *lines = read_regular_file(path, _LARGEST).splitlines(keepends=True) or [b""]
        header = msgspec.json.decode(first, type=Header)
    except OSError as error:
        raise JournalError(f"{path}: cannot be read: {error.strerror}") from None
    except _UNREADABLE as error:
        raise JournalError(f"{path}: not a journal of observe: {error}") from None
    if header.observe != VERSION or not _RUN.fullmatch(header.run):
        raise JournalError(f"{path}: not a journal of observe, or of another version")
    states: dict[Resource, State] = {}
    for number, line in enumerate(lines, start=2):
        try:
            record = msgspec.json.decode(line, type=_Line)
        except _UNREADABLE as error:
            if not line.endswith(b"\n"):
                break
            raise JournalError(f"{path}: line {number} is not a resource: {error}") from None
        if not (record.name == header.run or record.name.startswith(f"{header.run}-")):
            raise JournalError(
                f"{path}: line {number} names {record.name!r}, which is not of the run "
                f"{header.run}; nothing was touched"
            )
        states[Resource(record.kind, record.name)] = record.state
    created = [each for each, state in states.items() if state is State.CREATED]
    return header, tuple(reversed(created))
