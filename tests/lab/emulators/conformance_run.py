"""The suite against one deployed definition, as anyone would run it."""

import subprocess
import sys
from pathlib import Path

from fixtures.exceptions import ReportError
from reports.atomic_file import atomic_write
from reports.document import Document
from reports.judge import judged_again
from reports.loader import load
from reports.stream import to_jsonl
from tests.lab.emulators.deployment import BUCKET
from tests.lab.emulators.emulator_result import SkippedError

_ROOT = Path(__file__).parents[3]
_DOCUMENT = "conformance.json"


def judge(
    endpoint: str, definition: str, folder: Path, *, profile: str, longest: float
) -> Document:
    """Run the suite and read what it found.

    Reports and the terminal's text go to `folder`; `longest` is in seconds. Raises `SkippedError`.
    """
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"),
        f"--endpoint={endpoint}",
        f"--definition={definition}",
        f"--key-prefix={BUCKET}/",
        f"--hypothesis-profile={profile}",
        *("-o", f"reports_out={folder.resolve()}"),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    document = folder / _DOCUMENT
    document.unlink(missing_ok=True)
    with (folder / "terminal.txt").open("w+", encoding="utf-8") as terminal:
        try:
            status = subprocess.run(
                command, cwd=_ROOT, stdout=terminal, stderr=terminal, timeout=longest, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            raise SkippedError(f"the suite took longer than {longest:g} seconds") from None
        terminal.seek(0)
        said = terminal.read()
    try:
        found = load(document)
    except ReportError:
        raise SkippedError(_why(said, status)) from None
    if not found.cases:
        raise SkippedError(found.end.why or _why(said, status))
    return found


def judge_again(folder: Path) -> Document:
    """What an earlier run left in `folder`, judged again by the present rules and kept so."""
    path = folder / _DOCUMENT
    found = judged_again(load(path), path)
    atomic_write(path, to_jsonl(found).encode())
    return found


def _why(said: str, status: int) -> str:
    lines = said.strip().splitlines() or [f"the suite ended with status {status}"]
    return lines[-1].removeprefix("ERROR: ")
