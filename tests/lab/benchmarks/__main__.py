"""`python -m tests.lab.benchmarks [SUBJECT …]`: a table of ratios, and reports/out/bench.json."""

import argparse
import json
import sys
import time
from importlib import import_module
from typing import Any

from tests.lab.benchmarks.measurement import ROOT

SUBJECTS = {
    "loopback": "tests.lab.benchmarks.loopback",
    "latency": "tests.lab.benchmarks.latency",
    "gateway": "tests.lab.benchmarks.gateway_speed",
    "peers": "tests.lab.benchmarks.other_tools",
    "collect": "tests.lab.benchmarks.collection",
}
"""What is measured, each by the function `run` of a module."""

_FILE = ROOT / "reports" / "out" / "bench.json"


def main() -> int:
    """The exit status: 0 if everything was measured, 1 if not; a missed target is no failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.benchmarks", description=__doc__)
    parser.add_argument("subject", nargs="*", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)}")
    chosen = parser.parse_args().subject or list(SUBJECTS)
    unknown = [name for name in chosen if name not in SUBJECTS]
    if unknown:
        parser.error(f"no subject {unknown[0]!r}; there are {', '.join(SUBJECTS)}")
    results: dict[str, Any] = {}
    for name in chosen:
        began = time.monotonic()
        _say(f"== {name}")
        try:
            results[name] = import_module(SUBJECTS[name]).run()
        except RuntimeError as error:
            results[name] = {"error": str(error)}
        for line in results[name].get("lines", [results[name].get("error")]):
            _say(line)
        _say(f"({time.monotonic() - began:.0f} s)\n")
        _FILE.parent.mkdir(parents=True, exist_ok=True)
        _FILE.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 1 if any("error" in result for result in results.values()) else 0


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what a command says


if __name__ == "__main__":
    sys.exit(main())
