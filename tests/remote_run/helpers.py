"""What the guest's tests share: S3 as moto has it, a gateway before it, and runs that are cut."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import msgspec
from botocore.session import Session
from moto.server import ThreadedMotoServer

from fixtures.client.journal import JournalContent, JournalHeader, read
from fixtures.gateway.process import running_gateway

ROOT = Path(__file__).parents[2]
AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Host:
    """An endpoint that somebody else owns, and the S3 behind it."""

    url: str
    s3: str
    more: Mapping[str, str] = field(default_factory=dict)
    """What the environment of every command has besides."""

    @property
    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTEST_"))}
        return {**clean, **AWS, "AWS_ENDPOINT_URL_S3": self.s3, **self.more}

    def client(self) -> Any:
        return Session().create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=self.s3,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def objects(self) -> dict[str, int]:
        """The size of every object in the bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket="the-bucket")
        return {o["Key"]: o["Size"] for page in pages for o in page.get("Contents", ())}

    def arguments(self, out: Path, *more: str) -> list[str]:
        own = ("-p", "no:cacheprovider", "-o", f"reports_out={out}", "-q")
        where = (f"--endpoint={self.url}", "--key-prefix=the-bucket/conformance/")
        return [sys.executable, "-m", "pytest", *own, *where, *more]

    def run(self, out: Path, *more: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.arguments(out, *more),
            cwd=ROOT,
            env={**self.environment, **changed},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def cut(self, out: Path, how: signal.Signals, *more: str) -> tuple[int, str]:
        """Start a run, let it write some objects, and signal it as a terminal does."""
        process = subprocess.Popen(
            self.arguments(out, *more),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + _LONGEST_WAIT
        while len(created(out)) < 15 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, how)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said


def journal(out: Path) -> Path:
    (path,) = out.glob("journal-*.jsonl")
    return path


def recorded(out: Path) -> JournalContent:
    return read(journal(out))


def created(out: Path) -> list[str]:
    paths = list(out.glob("journal-*.jsonl"))
    return [line for path in paths for line in path.read_text().splitlines() if "created" in line]


def confirmation(path: Path) -> str:
    """The option with which somebody confirms the header of a journal as it is now."""
    header = path.read_bytes().splitlines()[0]
    return f"--confirm={msgspec.json.decode(header, type=JournalHeader).fingerprint}"


def cleanup(host: Host, path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "apigw_conformance", "cleanup", str(path), *more],
        cwd=ROOT,
        env=host.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@contextmanager
def hosting(definition: str = "sample") -> Iterator[Host]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address, port = server.get_host_and_port()
    s3 = f"http://{address}:{port}"
    try:
        with urlopen(Request(f"{s3}/moto-api/reset", method="POST")):
            pass  # moto keeps what it has for the whole process
        with urlopen(Request(f"{s3}/the-bucket", method="PUT")):
            pass
        environment = {**os.environ, **AWS}
        with running_gateway(
            definition, options=("--s3-endpoint", s3), environment=environment
        ) as gateway:
            yield Host(gateway.url, s3)
    finally:
        server.stop()
