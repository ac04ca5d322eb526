"""What the tests of the reports share: verdicts, exchanges, and a server that keeps requests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fixtures.cases.case import Request, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Received, Sent
from fixtures.definitions import load
from fixtures.rules.verdict import Outcome, Verdict
from tests.helpers import read_chunks

GET, PUT = load("sample").operations

# One rule of each level.
MUST, SHOULD, DERIVED = "unknown-path", "content-length", "missing-key"


def a_verdict(outcome: Outcome = Outcome.DEVIATES, rule: str = MUST, **more: object) -> Verdict:
    """A verdict that rests on one rule."""
    facts = {"case": "a case", "rules": (rule,), "reason": "a reason", **more}
    return Verdict(outcome=outcome, **facts)  # type: ignore[arg-type]


def a_step(
    body: bytes = b"",
    received: Received | None = None,
    role: Role = Role.ACT,
    **more: object,
) -> StepResult:
    """An upload that was sent, and what came."""
    sent = Sent("PUT", "http://127.0.0.1:1/s3?key=a", (("User-Agent", "u"),), body)
    step = Step(role, Request(PUT, "a", body=body))
    return StepResult(step, Exchange(sent, received, **more))  # type: ignore[arg-type]


@dataclass
class Captured:
    """A request as the server got it: the target raw, the headers in order."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> list[str]:
        """All values under that name, letter case ignored."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass
class Capture:
    """Requests that came to `url`."""

    url: str = ""
    got: list[Captured] = field(default_factory=list)


@contextmanager
def a_capture() -> Iterator[Capture]:
    """A server on loopback that answers 200 to everything and keeps it."""
    capture = Capture()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            """Any method is as good as another."""
            self.raw_requestline = self.rfile.readline()
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            target = self.requestline.split(" ")[1]  # `path` has // at the beginning folded
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = read_chunks(self.rfile)
            else:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            capture.got.append(Captured(self.command, target, list(self.headers.items()), body))
            self.send_response_only(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        capture.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield capture
        finally:
            server.shutdown()
            thread.join()
