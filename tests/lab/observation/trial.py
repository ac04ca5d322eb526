"""One run of `observe` against an emulator, whole or cut, and what it leaves there."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

from botocore.session import Session

from fixtures.locations import HOME

_REGION = "us-west-2"
_LONGEST = 300.0
_CUTS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


@dataclass(frozen=True)
class Emulated:
    """An emulator that runs: its address, and the template of the URLs of its APIs."""

    url: str
    invoke_url: str

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a process whose AWS is the emulator."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **clean,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": _REGION,
        }

    def left(self) -> list[str]:
        """The names of the buckets, roles and APIs that are there."""
        return [
            *(bucket["Name"] for bucket in self._client("s3").list_buckets()["Buckets"]),
            *(role["RoleName"] for role in self._client("iam").list_roles()["Roles"]),
            *(api["name"] for api in self._client("apigateway").get_rest_apis()["items"]),
        ]

    def _client(self, service: str) -> Any:
        return Session().create_client(
            service,
            region_name=_REGION,
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """`observe` in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "apigw_conformance", "observe", *arguments],
            cwd=HOME,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def whole(emulated: Emulated, output: Path) -> tuple[int, str]:
    """A run to its end; gives exit status and output."""
    process = emulated.start(f"--invoke-url={emulated.invoke_url}", f"--output={output}")
    said, _ = process.communicate(timeout=_LONGEST)
    return process.returncode, said


def cut(emulated: Emulated, output: Path, drawn: random.Random, longest: float) -> str:
    """A run that a signal ends within `longest` seconds, and its cleanup; gives what was done."""
    number = drawn.choice(_CUTS)
    seconds = drawn.uniform(0.0, longest)
    process = emulated.start(f"--invoke-url={emulated.invoke_url}", f"--output={output}")
    timer = Timer(seconds, process.send_signal, (number,))
    timer.start()
    said, _ = process.communicate(timeout=_LONGEST)
    timer.cancel()
    journal = said.partition("the journal is ")[2].partition("\n")[0]
    if number is signal.SIGKILL and journal and Path(journal).exists():
        emulated.start(f"--cleanup={journal}").communicate(timeout=_LONGEST)
    (*_, last) = said.strip().splitlines() or ["nothing was said"]
    return f"{number.name} after {seconds:.1f} s, status {process.returncode}, {last[:60]!r}"
