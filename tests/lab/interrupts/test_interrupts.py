"""Some interrupts of the laboratory, drawn by a seed; `tox run -e interrupts` makes 200."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.interrupts.trial import Ending, interrupted
from tests.remote_run.helpers import ROOT, hosting


@pytest.mark.parametrize("seed", range(20))
def test_an_interrupted_run_leaves_a_document_and_no_object(seed: int, tmp_path: Path) -> None:
    with hosting() as host:
        ending = interrupted(host, tmp_path / "out", random.Random(seed))
    assert ending.is_good, str(ending)


@pytest.mark.parametrize(
    "ending",
    [
        Ending(6, 1, has_document=True, traceback=""),
        Ending(6, 0, has_document=False, traceback=""),
        Ending(6, 0, has_document=True, traceback="Traceback"),
        Ending(1, 0, has_document=True, traceback=""),
    ],
    ids=str,
)
def test_an_ending_that_leaves_something_is_not_good(ending: Ending) -> None:
    assert not ending.is_good


def test_processes_that_tests_start_hear_ctrl_c() -> None:
    signals = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); import tests.conftest"
    script = f"{signals}; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "True\n"
