"""The records of a run, written as they are made: JSON lines that tell whether the run was cut.

Strategy: a header, then how many cases are planned, a line for each case, a footer. Every line is
on its way to the disk before the next test begins, so that a run that is killed loses one case at
most, and what has no footer is known to have been cut.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeVar

import msgspec
from msgspec import Struct

from fixtures.exceptions import DocumentError
from fixtures.rules.rule_book import Rule, rules
from reports import document

_Part = TypeVar("_Part")


class Header(Struct, tag_field="line", tag="header"):
    """The first line."""

    run: document.Run
    version: Literal[1]


class Plan(Struct, tag_field="line", tag="plan"):
    """How many cases are to be tried, and of how many they are a shard, 0 for none."""

    planned: int
    of: int = 0


class Record(Struct, tag_field="line", tag="case"):
    """What the stream has of one case: what earlier records have is not repeated."""

    case: document.Case
    exchanges: dict[str, document.Exchange]
    bodies: dict[document.Digest, document.Body]


class ExperimentRecord(Struct, tag_field="line", tag="experiment"):
    """What the stream has of one experiment."""

    experiment: document.Experiment
    exchanges: dict[str, document.Exchange]
    bodies: dict[document.Digest, document.Body]


class Footer(Struct, tag_field="line", tag="footer"):
    """The last line of a run that was not killed; see `document.Document.stale`."""

    end: document.End
    stale: list[str]


Line = Header | Plan | Record | ExperimentRecord | Footer
_LINE: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class Stream:
    """The stream of a run that is under way."""

    def __init__(self, path: Path, run: document.Run) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # whoever still writes the older one keeps it
        self._file: BinaryIO = path.open("w+b")
        self.write(to_jsonl(Header(run, document.VERSION)))

    def plan(self, cases: int, of: int = 0) -> None:
        """Say how many cases are to be tried, and of how many they are a shard, 0 for none."""
        self.write(to_jsonl(Plan(cases, of)))

    def write(self, line: str) -> None:
        """Add a record that is a line already."""
        self._file.write(f"{line}\n".encode())
        self._file.flush()

    @contextmanager
    def so_far(self) -> Iterator[document.Document]:
        """The document of what is written, for the time of a `with` block."""
        self._file.seek(0)
        try:
            yield _in_place(self._file)
        finally:
            self._file.seek(0, os.SEEK_END)

    @contextmanager
    def finished(self, end: document.End, stale: Sequence[str]) -> Iterator[document.Document]:
        """Add the footer and give the whole, for the time of a `with` block.

        Exchanges and bodies, by far the most of it, stay in the file until somebody looks at them.
        """
        with self._file:
            self.write(to_jsonl(Footer(end, list(stale))))
            self._file.seek(0)
            yield _in_place(self._file)


def to_jsonl(record: object) -> str:
    """A record as one line of JSON, without any blank."""
    return msgspec.json.encode(record).decode()


def record_of(line: str) -> Record:
    """The record that a line is."""
    return msgspec.json.decode(line, type=Record)


def iter_json(
    whole: document.Document | Mapping[str, Any],
    encode: Callable[[object], bytes] = msgspec.json.encode,
) -> Iterator[bytes]:
    """A document as one line of JSON in UTF-8, an entry at a time, so that it is never there twice.

    `encode` gives the JSON of a part.
    """
    members = whole if isinstance(whole, Mapping) else msgspec.structs.asdict(whole)
    before = b"{"
    for name, value in members.items():
        yield before + encode(name) + b":"
        before = b","
        parts: Iterable[bytes]
        if isinstance(value, Mapping):
            begin, end = b"{", b"}"
            parts = (encode(key) + b":" + encode(part) for key, part in value.items())
        elif isinstance(value, list):
            begin, end = b"[", b"]"
            parts = map(encode, value)
        else:
            yield encode(value)
            continue
        yield begin
        for number, part in enumerate(parts):
            yield (b"," if number else b"") + part
        yield end
    yield b"}"


def in_ascii(part: object) -> bytes:
    """JSON for `iter_json` that any text can be in, lone surrogates too."""
    return json.dumps(part, separators=(",", ":"), default=msgspec.to_builtins).encode()


def read(lines: Iterable[bytes]) -> document.Document:
    """The document that a stream makes, as far as it goes.

    A last line that was cut is left out. Raises `DocumentError`.
    """
    exchanges: dict[str, document.Exchange] = {}
    bodies: dict[str, document.Body] = {}

    def take(record: Record | ExperimentRecord) -> None:
        exchanges.update(record.exchanges)
        bodies.update(record.bodies)

    return _read(_records(lines), take, exchanges, bodies)


def _in_place(file: BinaryIO) -> document.Document:
    """The document of a stream whose exchanges and bodies are read when they are asked for."""
    place = 0

    def lines() -> Iterator[bytes]:
        nonlocal place
        while line := file.readline():
            yield line
            place += len(line)

    def take(record: Record | ExperimentRecord) -> None:
        exchanges.places.update(dict.fromkeys(record.exchanges, place))
        bodies.places.update(dict.fromkeys(record.bodies, place))

    @lru_cache(maxsize=16)  # those of one case stand in a line, and cases are looked at in turn
    def record_at(place: int) -> Any:
        file.seek(place)
        return _LINE.decode(file.readline())

    exchanges = _InPlace[document.Exchange](lambda place: record_at(place).exchanges)
    bodies = _InPlace[document.Body](lambda place: record_at(place).bodies)
    return _read(_records(lines()), take, exchanges, bodies)


class _InPlace(Mapping[str, _Part]):
    """Parts of records by their keys; of each it is known where the line of its record begins."""

    def __init__(self, parts_at: Callable[[int], Mapping[str, _Part]]) -> None:
        self.places: dict[str, int] = {}
        self._parts_at = parts_at

    def __getitem__(self, key: str) -> _Part:
        return self._parts_at(self.places[key])[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def _read(
    records: Iterator[Line],
    take: Callable[[Record | ExperimentRecord], None],
    exchanges: Mapping[str, document.Exchange],
    bodies: Mapping[str, document.Body],
) -> document.Document:
    """The document of these records; `take` sees to it that the two have what is in a record."""
    head = next(records, None)
    if not isinstance(head, Header):
        raise DocumentError("the first line is not the header of a run")
    why = "the run was cut: nothing says how it ended"
    foot = Footer(document.End(complete=False, why=why, ended="", exit_status=None), [])
    cases: list[document.Case] = []
    experiments: list[document.Experiment] = []
    for record in records:
        match record:
            case Record():
                cases.append(record.case)
                take(record)
            case ExperimentRecord():
                experiments.append(record.experiment)
                take(record)
            case Plan():
                head.run.planned = record.planned
                if head.run.shard:
                    head.run.shard.cases = record.of
            case Footer():
                foot = record
    return build_document(head.run, foot.end, cases, exchanges, bodies, foot.stale, experiments)


def _records(lines: Iterable[bytes]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        try:
            yield _LINE.decode(line)
        except msgspec.ValidationError as error:
            document.check_version(line)
            raise DocumentError(f"line {number}: {error}") from None
        except ValueError:
            if line.endswith(b"\n"):
                raise DocumentError(f"line {number} is not JSON") from None


def build_document(
    run: document.Run,
    end: document.End,
    cases: Sequence[document.Case],
    exchanges: Mapping[str, document.Exchange],
    bodies: Mapping[str, document.Body],
    stale: Sequence[str],
    experiments: Sequence[document.Experiment] = (),
) -> document.Document:
    """The document of these cases, counted; they are put into the order of planning."""
    by_rule: dict[str, Counter[str]] = {name: Counter() for name in rules()}
    for case in cases:
        by_rule.setdefault(case.rule, Counter())[case.outcome.name.lower()] += 1
    return document.Document(
        version=document.VERSION,
        run=run,
        end=end,
        totals=document.Counts(**sum(by_rule.values(), Counter())),
        rules={name: _rule(rules()[name], counts) for name, counts in by_rule.items()},
        cases=sorted(cases, key=lambda case: case.number),
        exchanges=exchanges,
        bodies=bodies,
        stale=list(stale),
        experiments=list(experiments),
    )


def _rule(rule: Rule, counts: Counter[str]) -> document.Rule:
    return document.Rule(
        level=rule.level,
        sentence=rule.sentence,
        sources=tuple(
            document.Source(", ".join(filter(None, (s.title, s.place))), s.url)
            for s in rule.sources
        ),
        counts=document.Counts(**counts),
    )
