"""Collecting beside the imports that it needs anyway, and memory beside the number of cases."""

import re
import tempfile
from pathlib import Path
from typing import Any

from fixtures.gateway.process import running_gateway
from tests.bench.measuring import paired, python, ratio, suite, table

_MANY, _FEW = "conversions", "text-only"
_IMPORTS = "import pytest, httpx, hypothesis"


def run() -> dict[str, Any]:
    """Measure, and give the ratios, the greatest peak of memory in MB, and the table's lines."""
    collecting = ("-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")
    cases = {
        name: _cases(python(*collecting, f"--definition={name}").said) for name in (_MANY, _FEW)
    }
    peaks: list[float] = []

    def peak(name: str) -> float:
        with running_gateway(name) as gateway, tempfile.TemporaryDirectory() as folder:
            options = (f"--definition={name}", "--hypothesis-profile=quick")
            found = suite(gateway.url, Path(folder), *options).peak
        peaks.append(found)
        return found

    ratios = {
        f"collecting {cases[_MANY]} cases / imports alone": ratio(
            paired(
                lambda: python(*collecting, f"--definition={_MANY}").seconds,
                lambda: python("-c", _IMPORTS).seconds,
            )
        ),
        f"memory of {cases[_MANY]} cases / of {cases[_FEW]}": ratio(
            paired(lambda: peak(_MANY), lambda: peak(_FEW), pairs=1)
        ),
    }
    lines = [*table(ratios), f"peak of {cases[_MANY]} cases: {max(peaks):.0f} MB (target: 200)"]
    return {"ratios": ratios, "peak_mb": max(peaks), "lines": lines}


def _cases(said: str) -> int:
    (found,) = re.findall(r"^(\d+) tests collected", said, re.MULTILINE)
    return int(found)
