"""An observation: one request, what came of it, and where; and the file that has them all.

The file's shape is that of `tests/vectors/aws-observations-2.json`, with one shape for each
`observed` and `source`.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import msgspec

from fixtures.bounded_file import MIB, read_regular_file
from fixtures.exceptions import ReportError

FORMAT = "observe/1"
_LARGEST_FILE = 64 * MIB
_LONGEST_BODY = 4096
"""The most bytes of a body that an observation shows; of a longer one it has length and digest."""


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """Bytes: their length and SHA-256, and as text or Base64 what they are, unless too long."""

    length: int
    sha256: str
    text: str | None = None
    base64: bytes | None = None

    @classmethod
    def of(cls, content: bytes) -> Self:
        """The record of some bytes."""
        length, digest = len(content), sha256(content).hexdigest()
        if length > _LONGEST_BODY:
            return cls(length, digest)
        try:
            return cls(length, digest, text=content.decode("utf-8"))
        except UnicodeDecodeError:
            return cls(length, digest, base64=content)


class StoredObject(msgspec.Struct, frozen=True):
    """An object that was not in the bucket before the request."""

    key: str
    type: str
    content: Content


class Observed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of a request: a response or the reason why there is none, and what was stored."""

    status: int | None = None
    headers: dict[str, str] = {}
    body: Content | None = None
    stored: tuple[StoredObject, ...] = ()
    failure: str = ""


class ObservedAt(msgspec.Struct, frozen=True, rename="camel"):
    """Where it was observed.

    `hosts` are those that were sent the request, the definition and the objects, without the name
    of the API.
    """

    tool: str
    region: str
    hosts: tuple[str, ...]
    request_id: str = ""


class Observation(msgspec.Struct, frozen=True):
    """One row of the file; `id` is that of the question, `recorded` a day in UTC."""

    id: str
    topic: str
    config: dict[str, Any]
    request: str
    observed: Observed
    source: ObservedAt
    recorded: str
    certainty: str


class ObservationFile(msgspec.Struct, frozen=True):
    """The whole file."""

    about: str
    format: str
    observations: tuple[Observation, ...]


def read(path: Path) -> ObservationFile:
    """Read a file that `observe` wrote; raises `ReportError`."""
    try:
        content = msgspec.json.decode(read_regular_file(path, _LARGEST_FILE), type=ObservationFile)
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReportError(f"{path}: not a file of observe: {error}") from None
    if content.format != FORMAT:
        raise ReportError(f"{path}: its format is {content.format!r}, and only {FORMAT} is read")
    return content
