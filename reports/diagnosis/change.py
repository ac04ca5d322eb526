"""What may be other than defined, and what the rules foretell then.

Strategy: a change is data with at most one effect: another definition, another request, or another
conversion of bytes. A behaviour is a definition with some changes; it answers the one question that
the rules answer for the definition itself, and asks the rules to do so.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fixtures.model import Definition, Operation
from fixtures.model.case import Request
from fixtures.model.definition import ANY
from fixtures.rules.conversions import REQUEST_TABLE, RESPONSE_TABLE, Conversion, convert
from fixtures.rules.expectation import JSON, Expectation, Form, Stored
from fixtures.rules.expecting import expect

Bytes = Callable[[bytes], bytes | None]

_CELLS: Mapping[str, tuple[Conversion, str]] = {
    cell[1]: cell for table in (REQUEST_TABLE, RESPONSE_TABLE) for cell in table.values()
}
_OF_REQUESTS = frozenset(rule for _, rule in REQUEST_TABLE.values())
_OF_RESPONSES = frozenset(rule for _, rule in RESPONSE_TABLE.values())
# A body that every conversion takes, long enough to be found again in what a template makes of it.
_MARKED = b"a marker of conformance!"
_MARKER = base64.b64encode(_MARKED)
_MARKER_AFTER = {
    Conversion.BYTES: _MARKER,
    Conversion.UTF8: _MARKER,
    Conversion.ENCODE: base64.b64encode(_MARKER),
    Conversion.DECODE: _MARKED,
}


class When(StrEnum):
    """At which point bytes are damaged."""

    BEFORE = "before the conversion"
    INSTEAD = "instead of the conversion"
    AFTER = "after the conversion"


@dataclass(frozen=True)
class Damage:
    """Other bytes than the rules foretell, where one of the cells of the two tables applies.

    Where `of` makes `None`, the conversion fails.
    """

    cells: frozenset[str]
    of: Bytes
    when: When

    def applied(self, cell: str, content: bytes) -> bytes | None:
        """What becomes of a body under a cell."""
        if self.when is When.INSTEAD:
            return self.of(content)
        if self.when is When.BEFORE:
            source = self.of(content)
            return convert(source, _CELLS[cell]).content if source is not None else None
        made = convert(content, _CELLS[cell]).content
        return self.of(made) if made is not None else None


@dataclass(frozen=True)
class Change:
    """One thing that is other than defined, with the words for it.

    `behaves` ends the sentence "This endpoint behaves as if …". `place` is what it is about: two
    changes of one place exclude each other. `likelihood` orders what fits equally well, the least
    first. `operation` is the path and method that it is about, if it is about one alone. `unzips`
    says that bodies come compressed.
    """

    key: str
    place: str
    behaves: str
    cause: str
    mend: tuple[str, ...]
    commands: tuple[str, ...] = ()
    likelihood: int = 0
    operation: tuple[str, str] | None = None
    define: Callable[[Definition], Definition] | None = None
    ask: Callable[[Request], Request] | None = None
    damage: Damage | None = None
    unzips: bool = False


class Foretelling:
    """What the rules foretell under a definition that some changes have altered, remembered.

    `kind` is a number that requests share of which the rules can only say the same.
    """

    def __init__(self, definition: Definition, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.define is not None:
                definition = change.define(definition)
        self._definition = definition
        self._asks = tuple(change.ask for change in changes if change.ask is not None)
        self._operations = {
            (operation.path, operation.method): operation for operation in definition.operations
        }
        self._plain: dict[tuple[int, Stored | None], Expectation] = {}
        self._marked: dict[tuple[int, str | None], tuple[Request, Expectation] | None] = {}

    def expect(self, kind: int, request: Request, before: Stored | None) -> Expectation:
        """What is foretold of a request."""
        found = self._plain.get((kind, before))
        if found is None:
            asked = self._asked(request)
            found = (
                expect(self._definition, asked, before)
                if asked is not None
                else Expectation((403,), Form.ERROR, content_type=JSON, stored=before)
            )
            self._plain[kind, before] = found
        return found

    def marked(
        self, kind: int, request: Request, before: Stored | None
    ) -> tuple[Request, Expectation] | None:
        """The request as it is asked, and what is foretold of it with a marker for a body.

        The marker stands for the body of an upload and for the object of a download. `None` where
        the request is about neither.
        """
        key = kind, before.media_type if before is not None else None
        if key not in self._marked:
            self._marked[key] = self._with_marker(request, before)
        return self._marked[key]

    def _with_marker(
        self, request: Request, before: Stored | None
    ) -> tuple[Request, Expectation] | None:
        asked = self._asked(request)
        if asked is None or asked.sent_method == "HEAD":
            return None
        if asked.operation.s3_method == "PUT":
            return asked, expect(self._definition, replace(asked, body=_MARKER), before)
        if before is None:
            return None
        return asked, expect(self._definition, asked, replace(before, content=_MARKER))

    def _asked(self, request: Request) -> Request | None:
        """The request as it reaches the changed API; `None` where nothing takes it."""
        operation = request.operation
        found = self._operations.get((operation.path, operation.method))
        if found is None and (operation.path, ANY) in self._operations:
            found = self._operations[operation.path, ANY].sent_as(operation.method)
        if found is None:
            return None
        request = replace(request, operation=found)
        for ask in self._asks:
            request = ask(request)
        return request


class Behaviour:
    """A definition with some changes."""

    def __init__(self, foretelling: Foretelling, changes: Sequence[Change]) -> None:
        """`foretelling` has the changes to the definition and to the requests among `changes`."""
        self.unzips = any(change.unzips for change in changes)
        self._foretelling = foretelling
        self._damages = tuple(change.damage for change in changes if change.damage is not None)
        self._damaged = frozenset(cell for damage in self._damages for cell in damage.cells)
        altering = [c for c in changes if c.define is not None or c.ask is not None]
        self._alters = bool(altering)
        self._alters_alone = {c.operation for c in altering} if altering else set()

    def differs(self, operation: Operation, rules: tuple[str, ...]) -> bool:
        """Whether a request may get another answer than the definition says, under these rules."""
        if self._alters and (
            None in self._alters_alone
            or (operation.path, operation.method) in self._alters_alone
            or (operation.path, ANY) in self._alters_alone
        ):
            return True
        return not self._damaged.isdisjoint(rules)

    def foretell(self, kind: int, request: Request, before: Stored | None) -> Expectation:
        """What this endpoint would answer, and store, if the changes were true of it."""
        expectation = self._foretelling.expect(kind, request, before)
        for damage in self._damages:
            expectation = self._spoiled(damage, kind, request, before) or expectation
        return expectation

    def _spoiled(
        self, damage: Damage, kind: int, request: Request, before: Stored | None
    ) -> Expectation | None:
        """The expectation with other bytes in it; `None` where the damage does not apply.

        The rules are asked what they foretell of a body that is easy to find again; that body is
        then replaced by the damaged one, wherever it went.
        """
        found = self._foretelling.marked(kind, request, before)
        if found is None:
            return None
        asked, marked = found
        uploads = asked.operation.s3_method == "PUT"
        # What is known of an object rests on the cell of its upload, which is not to apply twice.
        here = damage.cells & (_OF_REQUESTS if uploads else _OF_RESPONSES)
        cell = next((rule for rule in marked.rules if rule in here), None)
        if cell is None or marked.open or not marked.succeeds:
            return None
        content = asked.body if uploads or before is None else before.content
        if not content:
            return None
        made = damage.applied(cell, content)
        if made is None:  # how a gateway says so where API Gateway would not fail is open
            return Expectation((500,), Form.ANY, stored=before)
        trace = _MARKER_AFTER[_CELLS[cell][0]]
        if not uploads:
            return replace(marked, body=marked.body.replace(trace, made), stored=before)
        if marked.stored is None:
            return None
        stored = replace(marked.stored, content=marked.stored.content.replace(trace, made))
        return replace(marked, stored=stored)
