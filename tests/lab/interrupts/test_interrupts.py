"""Some interrupts of the laboratory, drawn by a seed; `tox run -e interrupts` makes 200."""

import random
from pathlib import Path

import pytest

from tests.lab.interrupts.trial import Ending, interrupted
from tests.remote_run.helpers import hosting


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
