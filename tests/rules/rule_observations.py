"""The observations of AWS that rules cite, in words, for the page of the rules."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fixtures.rules.rule_book import Rule

_FILE = Path(__file__).parents[1] / "vectors" / "aws-observations.json"
_ROW = re.compile(r"(?:req|res)-\d+")
_TABLE = "media_type_matches"


@cache
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return document


def observations_of(rule: Rule) -> Iterator[str]:
    """The first row of each place in the first file of observations that the rule cites."""
    for source in rule.sources:
        row = _ROW.search(source.place)
        if _FILE.name in source.title and row:
            yield _conversion(row[0])
        elif _FILE.name in source.title and source.place == _TABLE:
            yield _matches()


def _conversion(row: str) -> str:
    document = _document()
    (found,) = [each for each in document["observations"] if each["id"] == row]
    config, outcome = found["config"], found["outcome"]
    listed = ", ".join(config["binaryMediaTypes"]) or "nothing"
    handling = config["contentHandling"] or "no contentHandling"
    way = "sent as" if found["direction"] == "request" else "stored as"
    accept = f", Accept {found['accept']}" if found["accept"] else ""
    conversion = document["conversions"][outcome["conversion"]]
    status = "" if outcome["conversion"] == "fails" else f"{outcome['status']}, "
    return (
        f"{row}, {found['observed']}: {listed} listed, {handling}, {found['payload']} payload "
        f"{way} {found['payload_media_type']}{accept}: {status}{conversion}"
    )


def _matches() -> str:
    lists = []
    for listed, rows in _document()[_TABLE].items():
        words = (f"{accept} is {'binary' if binary else 'text'}" for accept, binary in rows)
        lists.append(f"with {listed} listed, Accept {'; '.join(words)}")
    return f"{_TABLE}: {'. And '.join(lists)}"
