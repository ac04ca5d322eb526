"""Collecting, and memory, at 5,000 cases: beside the imports needed anyway, and beside fewer cases.

The 5,000 are those of `mapped` with a few more binary media types. A default run also holds four
payloads of about 10 MiB, however many cases there are.
"""

import json
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fixtures.api.node import parse_document
from fixtures.definitions import load
from fixtures.gateway.process import running_gateway
from tests.lab.benchmarks.measurement import paired, python, ratio, suite, table

_TYPES = "x-amazon-apigateway-binary-media-types"
_MORE = 5
_FEW, _MOST = "text-only", "conversions"
_COLLECTING = ("-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")
_IMPORTS = "import pytest, httpx, hypothesis"
_LARGEST = 200
"""MB at 5,000 cases."""


def run() -> dict[str, Any]:
    """Measure, and give the ratios, the peaks of memory in MB, and the table's lines."""
    with _five_thousand() as many:
        cases = {name: _cases(name) for name in (_FEW, many, _MOST)}
        seconds: list[float] = []

        def collecting() -> float:
            seconds.append(python(*_COLLECTING, f"--definition={many}").seconds)
            return seconds[-1]

        ratios = {
            f"collecting {cases[many]} cases / imports only": ratio(
                paired(collecting, lambda: python("-c", _IMPORTS).seconds)
            ),
            f"memory of {cases[many]} cases / of {cases[_FEW]}": ratio(
                paired(lambda: _peak(many), lambda: _peak(_FEW)), at_most=2
            ),
        }
        peaks = {cases[name]: _peak(name) for name in cases}
    told = ", ".join(f"{count} cases {peak:.0f} MB" for count, peak in peaks.items())
    return {
        "ratios": ratios,
        "seconds": seconds,
        "peaks_mb": peaks,
        "lines": [
            *table(ratios),
            f"collecting {cases[many]} cases: {statistics.median(seconds):.2f} s (target: 1.5)",
            f"peak of memory: {told} (target: {_LARGEST} at 5,000)",
        ],
    }


@contextmanager
def _five_thousand() -> Iterator[str]:
    """The path of a definition that makes some 5,000 cases."""
    mapped = load("mapped")
    document: Any = parse_document(mapped.text.encode(), mapped.source).value
    more = [f"application/x-kind-{number}" for number in range(_MORE)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(document | {_TYPES: [*document[_TYPES], *more]}, file)
        file.flush()
        yield file.name


def _cases(name: str) -> int:
    said = python(*_COLLECTING, f"--definition={name}").said
    (found,) = re.findall(r"^(\d+) tests collected", said, re.MULTILINE)
    return int(found)


def _peak(name: str) -> float:
    with running_gateway(name) as gateway, tempfile.TemporaryDirectory() as folder:
        return suite(gateway.url, Path(folder), f"--definition={name}").peak
