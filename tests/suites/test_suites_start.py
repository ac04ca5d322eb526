import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("slow", ["botocore", "uvicorn"])
def test_a_run_does_not_begin_with_importing_what_most_runs_need_not(slow: str) -> None:
    subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, suites.runner.plugin; assert {slow!r} not in sys.modules",
        ],
        cwd=ROOT,
        check=True,
    )
