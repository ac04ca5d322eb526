"""Schemathesis with the same definition on the same endpoints: what it reads, sends and catches.

It is installed into an environment of its own below .tox. What it says of the healthy gateway is no
catch: a fault counts as caught where its failures differ from those. The suite's own catch is its
exit status, 1. Hurl is not here: its npm package downloads the program from elsewhere.
"""

import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fixtures.definitions import FOLDER, load
from fixtures.faults.catalogue import BY_NAME, by_name
from fixtures.faults.fault import Fault
from fixtures.faults.serving import Host
from tests.bench.measuring import ROOT, python

_VERSION = "schemathesis~=4.32"
_PLACE = ROOT / ".tox" / "peer-schemathesis"
_SAMPLED = 10
_SEED = "20261124"
_FAILED = re.compile(r"^_+ (\S+ \S+) _+$|^- (ST\d+) ", re.MULTILINE)


def run() -> dict[str, Any]:
    """Compare, and give the counts and the table's lines; raises `RuntimeError`."""
    program = _installed()
    definition = load("sample")
    faults = random.Random(_SEED).sample(
        [fault for fault in map(by_name, BY_NAME) if fault.shows(definition)], _SAMPLED
    )
    with Host().running() as host, tempfile.TemporaryDirectory() as folder:

        def served(fault: Fault | None) -> tuple[set[str], int, float, int]:
            with host.serving(fault, definition) as url:
                found, cases, seconds = _schemathesis(program, url)
                own = ("-q", "-x", "-p", "no:cacheprovider", "-o", f"reports_out={folder}")
                quick = (f"--endpoint={url}", "--hypothesis-profile=quick")
                status = python("-m", "pytest", *own, *quick).status
            return found, cases, seconds, status

        healthy, cases, seconds, status = served(None)
        caught = {}
        for fault in faults:
            found, _, _, ours = served(fault)
            caught[fault.name] = {"schemathesis": found != healthy, "suite": ours == 1}
    by_peer = sum(one["schemathesis"] for one in caught.values())
    by_suite = sum(one["suite"] for one in caught.values())
    return {
        "healthy": {"schemathesis": sorted(healthy), "suite": status},
        "cases": cases,
        "seconds": seconds,
        "caught": caught,
        "lines": [
            f"Schemathesis on the healthy gateway: {cases} cases in {seconds:.1f} s",
            f"  accusing it of: {', '.join(sorted(healthy)) or 'nothing'}",
            f"the suite on the healthy gateway: exit status {status}",
            f"of {_SAMPLED} faults Schemathesis notices {by_peer}, the suite catches {by_suite}",
        ],
    }


def _installed() -> Path:
    program = _PLACE / "bin" / "schemathesis"
    if not program.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", _PLACE], check=True)
            pip = [_PLACE / "bin" / "pip", "install", "--quiet", _VERSION]
            subprocess.run(pip, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise RuntimeError(f"Schemathesis cannot be installed: {error}") from None
    return program


def _schemathesis(program: Path, url: str) -> tuple[set[str], int, float]:
    """What it accuses a gateway of, by operation; how many cases it tried, and its own seconds."""
    began = time.perf_counter()
    options = ["--url", url, "--seed", _SEED, "--continue-on-failure", "--no-color"]
    done = subprocess.run(
        [program, "run", FOLDER / "sample.json", *options],
        cwd=program.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    counted = re.search(r"^\s*([\d,]+) generated", done.stdout, re.MULTILINE)
    if counted is None:
        raise RuntimeError(f"Schemathesis did not run: {(done.stdout + done.stderr)[-500:]}")
    found, operation = set(), ""
    for heading, code in _FAILED.findall(done.stdout):
        operation = heading or operation
        if code:
            found.add(f"{operation} {code}")
    return found, int(counted[1].replace(",", "")), time.perf_counter() - began
