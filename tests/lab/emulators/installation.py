"""An environment for each emulator, made once and kept while its requirements stay the same."""

import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from tests.lab.emulators.emulator_result import SkippedError
from tests.lab.emulators.targets import Emulator

_LONGEST = 1200.0
_COMPLETE = "complete"
_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"


def install(emulator: Emulator, folder: Path) -> Path:
    """The folder of the programs of an environment, below `folder`, that has the emulator.

    Raises `SkippedError`.
    """
    if sys.version_info[:2] < emulator.python:
        needed, here = (".".join(map(str, v)) for v in (emulator.python, sys.version_info[:2]))
        raise SkippedError(f"it needs Python {needed}, and this is {here}")
    return environment_with(emulator.requirements, folder)


def environment_with(requirements: Sequence[str], folder: Path) -> Path:
    """The folder of the programs of an environment that has these; the same ones share one.

    Raises `SkippedError`.
    """
    wanted = "\n".join((sys.version, *requirements))
    environment = folder.resolve() / hashlib.sha256(wanted.encode()).hexdigest()[:16]
    programs = environment / "bin"
    if not (environment / _COMPLETE).exists():
        shutil.rmtree(environment, ignore_errors=True)
        venv.create(environment, with_pip=True)
        pip = (str(programs / "python"), "-m", "pip", "install", "--quiet")
        _run((*pip, "--disable-pip-version-check", *requirements))
        (environment / _COMPLETE).touch()
    return programs


def version(emulator: Emulator, programs: Path) -> str:
    """The version of the emulator's distribution in its environment."""
    name = emulator.requirements[0].partition("==")[0].partition("[")[0]
    return _run((str(programs / "python"), "-c", _VERSION, name)).strip()


def _run(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=_LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        raise SkippedError(f"it was not installed within {_LONGEST:g} seconds") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise SkippedError(f"it cannot be installed: {said[-1]}")
    return done.stdout
