"""A verdict document from its file: `conformance.json`, the stream of a run, `.jsonl`, or a HAR."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fixtures.api import Definition, parse_definition
from fixtures.bounded_file import MIB, read_regular_file
from fixtures.exceptions import DefinitionError, DocumentError, ReportError
from reports import document, har, stream
from reports.bodies import Bodies, digest

LARGEST_DOCUMENT = 1024 * MIB
"""The most bytes of a document; that of a whole run with random payloads is some 100 MiB."""


def load(path: Path) -> document.Document:
    """Read a document; raises `ReportError` with one sentence that names the file."""
    try:
        raw = read_regular_file(path, LARGEST_DOCUMENT)
        if path.suffix == ".jsonl":
            return stream.read(BytesIO(raw))
        return har.read(raw) if path.suffix == ".har" else _document(raw)
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error.strerror}") from None
    except DocumentError as error:
        raise ReportError(f"{path}: not a verdict document: {error}") from None
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path}: not JSON: {error}") from None


def _document(raw: bytes) -> document.Document:
    return document.decode(raw, document.Document)


def definition_of(whole: document.Document, path: Path) -> Definition:
    """The definition that a document carries; raises `ReportError`, which names the file."""
    kept = whole.run.definition
    raw = kept.document.encode()
    if digest(raw) != kept.sha256:
        raise ReportError(f"{path}: the definition in it was changed, its digest does not fit")
    try:
        return parse_definition(raw, kept.source)
    except DefinitionError as error:
        raise ReportError(f"{path}: {error}") from None


class Contents:
    """The bytes of a document's bodies, from the document or from the folder beside it."""

    def __init__(self, whole: document.Document, path: Path) -> None:
        self._path = path
        self._bodies = whole.bodies
        self._kept = Bodies.beside(path)
        self._short: dict[str, bytes] = {}
        # Of the long ones only those of a request and its answer: many would be hundreds of MB.
        self._long = lru_cache(maxsize=2)(self._content)

    def __call__(self, name: str) -> bytes:
        """The body with this digest; raises `ReportError` where it is missing or was changed."""
        if name in self._short:
            return self._short[name]
        content = self._long(name)
        if len(content) <= document.LARGEST_INLINE:
            self._short[name] = content
        return content

    def _content(self, name: str) -> bytes:
        if name not in self._bodies:
            raise ReportError(f"{self._path}: it has no body {name}")
        try:
            content = self._bodies[name].content
            if content is None:
                content = read_regular_file(self._kept.file(name), LARGEST_DOCUMENT)
        except ValueError as error:
            raise ReportError(f"{self._path}: the body {name} is unreadable: {error}") from None
        except OSError as error:
            raise ReportError(
                f"{self._path}: the body {name} cannot be read from {self._kept.folder}: "
                f"{error.strerror}"
            ) from None
        if digest(content) != name:
            raise ReportError(f"{self._path}: the body {name} was changed, its digest does not fit")
        return content
