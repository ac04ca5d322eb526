"""The records of a run as they come: a file of JSON lines that tells whether it was cut.

Strategy: a header, then how many cases are planned, a line for each case, a footer. Every line is
on its way to the disk before the next test begins, so that a run that is killed loses one case at
most, and what has no footer is known to have been cut.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from fixtures.exceptions import DocumentError
from fixtures.rules.rule_book import Rule, rules
from reports import document

_Part = TypeVar("_Part")


class Stream:
    """The stream of a run that is under way."""

    def __init__(self, path: Path, run: document.Run) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # whoever still writes the older one keeps it
        self._file: BinaryIO = path.open("w+b")
        self.write(to_jsonl({"version": document.VERSION, "run": run}))

    def plan(self, cases: int, of: int = 0) -> None:
        """Say how many cases are to come, and of how many they are a shard, 0 for none."""
        self.write(to_jsonl({"planned": cases, "of": of}))

    def write(self, line: str) -> None:
        """Add a record that is a line already."""
        self._file.write(f"{line}\n".encode())
        self._file.flush()

    @contextmanager
    def finished(self, end: document.End, gone: Sequence[str]) -> Iterator[document.Document]:
        """Add the footer and give the whole, for the time of a `with` block.

        Exchanges and bodies, by far the most of it, stay in the file until somebody looks at them.
        """
        with self._file:
            self.write(to_jsonl({"end": end, "gone": list(gone)}))
            self._file.seek(0)
            yield _in_place(self._file)


def to_jsonl(record: object) -> str:
    """A record as one line of JSON, without any blank."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def iter_json(
    build_document: Mapping[str, Any], text_of: Callable[[object], str] = to_jsonl
) -> Iterator[bytes]:
    """A document as one line of JSON in UTF-8, an entry at a time, so that it is never there twice.

    `text_of` gives the JSON of a part.
    """
    before = b"{"
    for name, value in build_document.items():
        yield before + text_of(name).encode() + b":"
        before = b","
        parts: Iterable[str]
        if isinstance(value, Mapping):
            begin, end = b"{", b"}"
            parts = (f"{text_of(key)}:{text_of(part)}" for key, part in value.items())
        elif isinstance(value, list):
            begin, end = b"[", b"]"
            parts = map(text_of, value)
        else:
            yield text_of(value).encode()
            continue
        yield begin
        for number, part in enumerate(parts):
            yield (b"," if number else b"") + part.encode()
        yield end
    yield b"}"


def read(lines: Iterable[str]) -> document.Document:
    """The document that a stream makes, as far as it goes.

    A last line that was cut is left out. Raises `DocumentError`, and `KeyError` or `TypeError`
    where a record has not the shape that it should have.
    """
    exchanges: dict[str, document.Exchange] = {}
    bodies: dict[str, document.Body] = {}

    def take(record: Any) -> None:
        exchanges.update(record["exchanges"])
        bodies.update(record["bodies"])

    return _read(_records(lines), take, exchanges, bodies)


def _in_place(file: BinaryIO) -> document.Document:
    """The document of a stream whose exchanges and bodies are read when they are asked for."""
    places: dict[str, dict[str, int]] = {"exchanges": {}, "bodies": {}}
    place = 0

    def lines() -> Iterator[str]:
        nonlocal place
        while line := file.readline():
            yield line.decode()
            place += len(line)

    def take(record: Any) -> None:
        for kind, known in places.items():
            known.update(dict.fromkeys(record[kind], place))

    @lru_cache(maxsize=16)  # those of one case stand in a line, and cases are looked at in turn
    def record_at(place: int) -> Any:
        file.seek(place)
        return json.loads(file.readline())

    exchanges = _InPlace[document.Exchange](places["exchanges"], "exchanges", record_at)
    bodies = _InPlace[document.Body](places["bodies"], "bodies", record_at)
    return _read(_records(lines()), take, exchanges, bodies)


class _InPlace(Mapping[str, _Part]):
    """Parts of records by their keys; of each it is known where the line of its record begins."""

    def __init__(
        self, places: Mapping[str, int], kind: str, record_at: Callable[[int], Any]
    ) -> None:
        self._places = places
        self._kind = kind
        self._record_at = record_at

    def __getitem__(self, key: str) -> _Part:
        part: _Part = self._record_at(self._places[key])[self._kind][key]
        return part

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _read(
    records: Iterator[Any],
    take: Callable[[Any], None],
    exchanges: Mapping[str, document.Exchange],
    bodies: Mapping[str, document.Body],
) -> document.Document:
    """The document of these records; `take` sees to it that the two have what is in a record."""
    head: Any = next(records, None)
    if not isinstance(head, dict) or "run" not in head:
        raise DocumentError("the first line is not the header of a run")
    document.check_version(head["version"])
    end = document.End(
        complete=False,
        why="the run was cut: nothing says how it ended",
        ended="",
        exit_status=None,
        untested=[],
    )
    gone: list[str] = []
    cases: list[document.Case] = []
    for record in records:
        if "case" in record:
            cases.append(record["case"])
            take(record)
        elif "planned" in record:
            head["run"]["planned"] = record["planned"]
            if "shard" in head["run"]:
                head["run"]["shard"]["cases"] = record["of"]
        else:
            end, gone = record["end"], record["gone"]
    return build_document(head["run"], end, cases, exchanges, bodies, gone)


def _records(lines: Iterable[str]) -> Iterator[Any]:
    for number, line in enumerate(lines, start=1):
        try:
            yield json.loads(line)
        except ValueError:
            if line.endswith("\n"):
                raise DocumentError(f"line {number} is not JSON") from None


def build_document(
    run: document.Run,
    end: document.End,
    cases: Sequence[document.Case],
    exchanges: Mapping[str, document.Exchange],
    bodies: Mapping[str, document.Body],
    gone: Sequence[str],
) -> document.Document:
    """The document of these cases, counted; they are put into the order of planning."""
    by_rule: dict[str, Counter[str]] = {name: Counter() for name in rules()}
    for case in cases:
        by_rule.setdefault(case["rules"][0], Counter())[case["outcome"]] += 1
    return document.Document(
        version=document.VERSION,
        run=run,
        end=end,
        totals=_counts(sum(by_rule.values(), Counter())),
        rules={name: _rule(rules()[name], counts) for name, counts in by_rule.items()},
        cases=sorted(cases, key=lambda case: case["number"]),
        exchanges=exchanges,
        bodies=bodies,
        gone=list(gone),
    )


def _rule(rule: Rule, counts: Counter[str]) -> document.Rule:
    return document.Rule(
        level=rule.level.value,
        sentence=rule.sentence,
        sources=[
            document.Source(title=", ".join(filter(None, (s.title, s.place))), url=s.url)
            for s in rule.sources
        ],
        counts=_counts(counts),
    )


def _counts(counts: Counter[str]) -> document.Counts:
    return document.Counts(
        conforms=counts["conforms"],
        deviates=counts["deviates"],
        not_applicable=counts["not applicable"],
        undecided=counts["undecided"],
    )
