"""What one might use instead, on the same endpoints: what it sends and catches, and how fast.

Schemathesis gets the same definition, Tavern a file with the same requests and the answers that
they had (`tests.lab.benchmarks.tavern_file`). Each is installed into an environment of its own, as
emulators are. What Schemathesis says of the healthy gateway, in any of a few runs, is no catch: a
fault counts as caught where it says more. Tavern's catch is a test that fails, the suite's own its
exit status, 1, with `--strict`. Hurl is not here: its npm package downloads the program from
elsewhere.
"""

import random
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fixtures.definitions import FOLDER, load
from fixtures.faults.catalogue import BY_NAME, by_name
from fixtures.faults.fault import Fault
from fixtures.faults.host import Host
from tests.lab.benchmarks.measurement import paired, python, ratio, suite, table
from tests.lab.benchmarks.tavern_file import TavernFile, written
from tests.lab.emulators.__main__ import ENVIRONMENTS
from tests.lab.emulators.emulator_result import SkippedError
from tests.lab.emulators.installation import environment_with
from tests.lab.fault_matrix.trial import applies

_SCHEMATHESIS = ("schemathesis~=4.32",)
# It imports what pytest 9.1 has no more.
_TAVERN = ("tavern~=3.7", "pytest<9.1")
_TOOLS = ("Schemathesis", "Tavern", "the suite")
_QUICK = "--hypothesis-profile=quick"
_SAMPLED = 10
_HEALTHY_RUNS = 3
_SEED = "20261124"
_FAILED = re.compile(r"^_+ (\S+ \S+) _+$|^- (ST\d+) ", re.MULTILINE)


def run() -> dict[str, Any]:
    """Compare, and give ratios, counts and the table's lines; raises `RuntimeError`."""
    schemathesis = _installed(*_SCHEMATHESIS)
    tavern = _installed(*_TAVERN)
    with _served(None) as url, tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        healthy, cases, seconds = _schemathesis(schemathesis, url)
        for _ in range(1, _HEALTHY_RUNS):
            with _served(None) as fresh:
                healthy |= _schemathesis(schemathesis, fresh)[0]
        suite(url, out, _QUICK)
        file = written(out / "conformance.json", out / "tavern")
        with _served(None) as fresh:
            file.seconds(tavern, fresh)  # it needs nothing that it does not bring itself
        ratios = {
            "Tavern / suite": ratio(
                paired(lambda: file.seconds(tavern, url), lambda: suite(url, out, _QUICK).seconds)
            )
        }
        caught = {
            fault.name: _catch(fault, schemathesis, healthy, tavern, file) for fault in _sampled()
        }
    counts = Counter(tool for one in caught.values() for tool, noticed in one.items() if noticed)
    noticed = ", ".join(f"{tool} {counts[tool]}" for tool in _TOOLS)
    return {
        "ratios": ratios,
        "healthy": sorted(healthy),
        "cases": cases,
        "seconds": seconds,
        "tavern": {"said": file.said, "of": file.of},
        "caught": caught,
        "lines": [
            *table(ratios),
            f"Tavern can say {file.said} of the suite's {file.of} exchanges",
            f"Schemathesis on the healthy gateway: {cases} cases in {seconds:.1f} s",
            f"  accusing it of: {', '.join(sorted(healthy)) or 'nothing'}",
            f"of {_SAMPLED} faults each notices: {noticed}",
        ],
    }


def _sampled() -> list[Fault]:
    shown = [fault for fault in map(by_name, BY_NAME) if applies(fault, "sample", "quick")]
    return random.Random(_SEED).sample(shown, _SAMPLED)


@contextmanager
def _served(fault: Fault | None) -> Iterator[str]:
    with Host().running() as host, host.serving(fault, load("sample")) as url:
        yield url


def _catch(
    fault: Fault, schemathesis: Path, healthy: set[str], tavern: Path, file: TavernFile
) -> dict[str, bool]:
    """Who notices a fault."""
    with _served(fault) as url:
        accused, _, _ = _schemathesis(schemathesis, url)
        own = ("-q", "-x", "-p", "no:cacheprovider", "-o", f"reports_out={file.folder / 'out'}")
        status = python("-m", "pytest", *own, f"--endpoint={url}", "--strict", _QUICK).status
        return {
            _TOOLS[0]: bool(accused - healthy),
            _TOOLS[1]: not file.passes(tavern, url),
            _TOOLS[2]: status == 1,
        }


def _installed(*requirements: str) -> Path:
    """The folder of the programs of an environment that has these."""
    try:
        return environment_with(requirements, ENVIRONMENTS)
    except SkippedError as error:
        raise RuntimeError(f"{requirements[0]}: {error}") from None


def _schemathesis(programs: Path, url: str) -> tuple[set[str], int, float]:
    """What it accuses a gateway of, by operation; how many cases it tried, and its own seconds."""
    began = time.perf_counter()
    options = ["--url", url, "--seed", _SEED, "--continue-on-failure", "--no-color"]
    done = subprocess.run(
        [programs / "schemathesis", "run", FOLDER / "sample.json", *options],
        cwd=programs,
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
