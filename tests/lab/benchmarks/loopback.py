"""The default run on loopback beside a bare httpx loop, and beside itself with Allure results."""

import tempfile
from pathlib import Path
from typing import Any

from fixtures.gateway.process import running_gateway
from tests.lab.benchmarks.loops import one_by_one
from tests.lab.benchmarks.measurement import paired, ratio, suite, table, taped


def run() -> dict[str, Any]:
    """Measure, and give the ratios and the table's lines."""
    with running_gateway("sample") as gateway, tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        requests = taped(gateway.url, out)

        def plain() -> float:
            return suite(gateway.url, out).seconds

        def with_allure() -> float:
            return suite(gateway.url, out, f"--alluredir={out / 'allure'}").seconds

        ratios = {
            "default run / bare httpx loop": ratio(
                paired(plain, lambda: one_by_one(requests)), at_most=6
            ),
            "with Allure results / without": ratio(paired(with_allure, plain), at_most=2),
        }
    return {
        "ratios": ratios,
        "lines": [f"{len(requests)} requests in a default run", *table(ratios)],
    }
