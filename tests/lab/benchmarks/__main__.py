"""`python -m tests.lab.benchmarks [SUBJECT …]`: a table of ratios, and reports/out/bench.json."""

import sys
import time
from importlib import import_module
from typing import Any

from tests.lab.benchmarks.measurement import ROOT
from tests.lab.command import make_parser, say, write_json

SUBJECTS = {
    "loopback": "tests.lab.benchmarks.loopback",
    "latency": "tests.lab.benchmarks.latency",
    "gateway": "tests.lab.benchmarks.gateway_speed",
    "tools": "tests.lab.benchmarks.other_tools",
    "collect": "tests.lab.benchmarks.collection",
}
"""What is measured, each by the function `run` of a module."""

_FILE = ROOT / "reports" / "out" / "bench.json"


def main() -> int:
    """The exit status: 0 if everything was measured, 1 if not; a missed target is no failure."""
    parser = make_parser("benchmarks", "Measure ratios; reports/out/bench.json has them.")
    parser.add_argument("subject", nargs="*", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)}")
    chosen = parser.parse_args().subject or list(SUBJECTS)
    unknown = [name for name in chosen if name not in SUBJECTS]
    if unknown:
        parser.error(f"no subject {unknown[0]!r}; there are {', '.join(SUBJECTS)}")
    results: dict[str, Any] = {}
    for name in chosen:
        began = time.monotonic()
        say(f"== {name}")
        try:
            results[name] = import_module(SUBJECTS[name]).run()
        except RuntimeError as error:
            results[name] = {"error": str(error)}
        for line in results[name].get("lines", [results[name].get("error")]):
            say(line)
        say(f"({time.monotonic() - began:.0f} s)\n")
        write_json(_FILE, results)
    return 1 if any("error" in result for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
