"""A file for Tavern that sends what the suite sends, and expects the responses that the suite got.

It is what somebody would write by hand who has a run to copy from: a request, its status, its
Content-Type and the bytes of its body, without any rule. What Tavern cannot say is left out and
counted: a request without `Accept` (the library below it sends one of its own), a header that comes
twice, and an empty body (which it sends in chunks); with an upload goes all that rests on it.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports import document
from reports.loader import Contents, load

_FILE, _ENDPOINT = "test_exchanges.tavern.yaml", "ENDPOINT"
_SAME = '''\
"""What Tavern has no word for: a body is these bytes."""

from pathlib import Path


def bytes_of(response, file):
    assert response.content == Path(file).read_bytes()
'''
_BY_THE_CLIENT = {"host", "user-agent", "content-length"}


@dataclass(frozen=True)
class TavernFile:
    """A folder that Tavern runs in, and how many of how many exchanges its file has."""

    folder: Path
    said: int
    of: int

    def seconds(self, programs: Path, url: str) -> float:
        """How long it takes to send it all; raises `RuntimeError` where a test fails."""
        began = time.perf_counter()
        done = self._run(programs, url)
        if done.returncode:
            raise RuntimeError(f"Tavern ended with {done.returncode}: {done.stdout[-2000:]}")
        return time.perf_counter() - began

    def passes(self, programs: Path, url: str) -> bool:
        """Whether an endpoint answers everything as it was answered before."""
        return self._run(programs, url, "-x").returncode == 0

    def _run(self, programs: Path, url: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [programs / "pytest", "-q", "-p", "no:cacheprovider", *options, _FILE]
        environment = {**os.environ, _ENDPOINT: url, "PYTHONPATH": str(self.folder)}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True
        )


def written(recorded: Path, folder: Path) -> TavernFile:
    """Write the file from a verdict document whose cases all conform."""
    whole = load(recorded)
    contents = Contents(whole, recorded)
    folder.mkdir()
    (folder / "same.py").write_text(_SAME, encoding="utf-8")
    for name in whole.bodies:
        (folder / name).write_bytes(contents(name))
    tests = list(_tests(whole))
    # JSON is YAML, too.
    (folder / _FILE).write_text("\n---\n".join(map(json.dumps, tests)) + "\n", encoding="utf-8")
    return TavernFile(folder, len(tests), len(whole.exchanges))


def _tests(whole: document.Document) -> Iterator[dict[str, Any]]:
    not_stored = set()
    for key, exchange in whole.exchanges.items():
        sent, received = exchange.sent, exchange.received
        headers = [(n, v) for n, v in sent.headers if n.lower() not in _BY_THE_CLIENT]
        names = {name.lower() for name, _ in headers}
        empty = whole.bodies[sent.body].length == 0
        uploads = sent.method == "PUT"
        if uploads and empty:
            not_stored.add(sent.url)
        sayable = len(names) == len(headers) and (uploads or "accept" in names)
        if received is None or not sayable or sent.url in not_stored:
            continue
        yield _test(key, sent, dict(headers), received, whole.run.endpoint)


def _test(
    key: str,
    sent: document.Sent,
    headers: dict[str, str],
    received: document.Received,
    endpoint: str,
) -> dict[str, Any]:
    request: dict[str, Any] = {
        "url": f"{{tavern.env_vars.{_ENDPOINT}}}{_literal(sent.url.removeprefix(endpoint))}",
        "method": sent.method,
        "headers": {name: _literal(value) for name, value in headers.items()},
    }
    if sent.method == "PUT":
        request["file_body"] = sent.body
    types = {n: _literal(v) for n, v in received.headers if n.lower() == "content-type"}
    response: dict[str, Any] = {
        "status_code": received.status,
        "headers": types,
    }
    # An error's body has the identifier of its request in it.
    if sent.method != "HEAD" and received.status == 200:
        same = {"function": "same:bytes_of", "extra_kwargs": {"file": received.body}}
        response["verify_response_with"] = same
    stage = {"name": key, "request": request, "response": response}
    return {"test_name": f"exchange {key}", "stages": [stage]}


def _literal(text: str) -> str:
    """As it is, where Tavern fills in what stands in braces."""
    return text.replace("{", "{{").replace("}", "}}")
