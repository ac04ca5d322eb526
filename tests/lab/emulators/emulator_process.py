"""An emulator as a process of its own, on a free port of loopback."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.emulators.emulator_result import SkippedError
from tests.lab.emulators.targets import Emulator

_LONGEST_END = 20.0
_BETWEEN_PROBES = 0.25
_HOST = "127.0.0.1"


@contextmanager
def running(
    emulator: Emulator, programs: Path, folder: Path, *, longest_start: float = 180.0
) -> Iterator[int]:
    """Start the emulator, wait until it serves, and end it by its own process; gives the port.

    What it says goes to `log.txt` in `folder`, where it may also keep what it has.
    `longest_start` is in seconds. Raises `SkippedError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    values = {"bin": str(programs), "port": str(port), "folder": str(folder.resolve())}
    command = [part.format_map(values) for part in emulator.command]
    environment = {name: value.format_map(values) for name, value in emulator.environment.items()}
    with (folder / "log.txt").open("wb") as log:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=_surroundings(programs) | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        except OSError as error:
            raise SkippedError(f"it cannot be started: {error}") from None
        try:
            _wait(process, port, emulator.ready, longest_start, folder / "log.txt")
            yield port
        finally:
            _end(process)


def _surroundings(programs: Path) -> dict[str, str]:
    """This process's environment, without what would lead an emulator to this project's packages.

    An emulator that calls AWS itself would find no credentials there that mean anything.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PYTHON", "VIRTUAL_ENV"))
    }
    path = f"{programs}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "AWS_EC2_METADATA_DISABLED": "true"}


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def _wait(
    process: "subprocess.Popen[bytes]", port: int, path: str, longest: float, log: Path
) -> None:
    until = time.monotonic() + longest
    while True:
        if process.poll() is not None:
            raise SkippedError(f"it ended with status {process.returncode}: {_last_words(log)}")
        if _serves(port, path):
            return
        if time.monotonic() > until:
            raise SkippedError(f"it did not serve within {longest:g} seconds: {_last_words(log)}")
        time.sleep(_BETWEEN_PROBES)


def _serves(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(_HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_LONGEST_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
