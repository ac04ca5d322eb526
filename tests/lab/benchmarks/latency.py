"""The suite where each request is a round trip away, beside the same requests without the suite.

The sequential loop would take minutes for each pair, so it sends every twentieth request, others in
each pair, and its time is taken twenty times: its requests do not influence each other.
"""

import tempfile
from pathlib import Path
from typing import Any

from fixtures.gateway.process import running_gateway
from suites.runner.options import CONCURRENCY
from tests.lab.benchmarks.loops import at_once, one_by_one
from tests.lab.benchmarks.measurement import PAIRS, paired, ratio, serving, suite, table, taped

ROUND_TRIP = 50
"""Milliseconds."""

_PART = 20


def run() -> dict[str, Any]:
    """Measure, and give the ratios and the table's lines."""
    with (
        running_gateway("sample") as gateway,
        serving(
            "tests.lab.network_faults", f"--upstream={gateway.url}", f"--latency={ROUND_TRIP}"
        ) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        out, fast = Path(folder), (f"--concurrency={CONCURRENCY}", "--hypothesis-profile=quick")
        requests = taped(url, out, *fast)
        parts = iter([requests[number::_PART] for number in range(PAIRS)])

        def ours() -> float:
            return suite(url, out, *fast).seconds

        ratios = {
            "sequential httpx loop / suite": ratio(
                paired(lambda: _PART * one_by_one(next(parts)), ours), at_least=10
            ),
            "suite / ideal client": ratio(
                paired(ours, lambda: at_once(requests, CONCURRENCY)), at_most=2
            ),
        }
    what = f"{len(requests)} requests, {ROUND_TRIP} ms each, {CONCURRENCY} at once"
    return {"ratios": ratios, "lines": [what, *table(ratios)]}
