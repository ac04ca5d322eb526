"""What the tests of checking and searching share: a store that damages what it hands out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings

from fixtures.cases.case import Case, Request, Role, Step, StepResult
from fixtures.cases.exchange import Exchange, Failure, FailureKind, Received, Sent
from fixtures.definitions import load
from fixtures.rules.rule_book import Level
from fixtures.rules.verdict import Outcome
from reports.bodies import Bodies
from reports.policy import Policy
from suites.profile import Profile
from suites.runner.checker import Attempt, Checker, Execute, JudgedAttempt
from suites.runner.property_run import PropertyRun

Failed, XFailed, Skipped = pytest.fail.Exception, pytest.xfail.Exception, pytest.skip.Exception

MAPPED = load("mapped")
(GET,) = MAPPED.operations_on_s3("GET")
(PUT,) = MAPPED.operations_on_s3("PUT")
OCTETS = "application/octet-stream"
NAME = "bucket/key"
MUST, DERIVED = "read-after-write", "missing-key"
PROFILE = Profile("test", examples=200, steps=10)

Damage = Callable[[bytes], bytes]


@dataclass
class Gateway:
    """A performer before whom there is a store; `download` is done to what it hands out."""

    download: Damage = lambda content: content
    failures: list[str] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)
    asked: int = 0

    def execute(self, case: Case) -> tuple[StepResult, ...]:
        """Every step of a case, until one is lost."""
        performed: list[StepResult] = []
        for step in case.steps:
            performed.append(StepResult(step, self.send(step.request, case.id)))
            if performed[-1].exchange.received is None:
                break
        return tuple(performed)

    def send(self, request: Request, _: str) -> Exchange:
        """One exchange that never was."""
        self.asked += 1
        sent = Sent(request.sent_method, f"http://gateway/v1/{request.name}", (), request.body)
        if self.failures and (why := self.failures.pop(0)):
            return Exchange(sent, None, Failure(FailureKind.CONNECTION_LOST, why))
        if request.sent_method == "PUT":
            self.stored[request.name] = request.body
            return Exchange(sent, Received(200))
        body = self.download(self.stored[request.name])
        headers = (("Content-Type", OCTETS), ("Content-Length", str(len(body))))
        return Exchange(sent, Received(200, headers, body))


def trip(content: bytes, *about: str) -> Case:
    """Bytes up and down again, by the strongest rules that there are."""
    up = Request(PUT, NAME, OCTETS, body=content)
    down = Request(GET, NAME, accept=OCTETS)
    return Case("a trip", (Step(Role.ACT, up), Step(Role.ACT, down)), rules=about or (MUST,))


def above_ascii_lost(content: bytes) -> bytes:
    """Every byte of the upper half becomes a question mark."""
    return bytes(byte if byte < 0x80 else ord("?") for byte in content)


def nul_lost(content: bytes) -> bytes:
    """What follows a NUL is gone, and so is the NUL."""
    return content.partition(b"\0")[0]


@dataclass
class Bench:
    """A gateway before a checker and a search, and what was handed to the reports."""

    gateway: Gateway
    policy: Policy = field(default_factory=lambda: Policy(Level.SHOULD))
    recorded: list[JudgedAttempt] = field(default_factory=list)

    def check(self, case: Case, attempt: Execute | None = None) -> None:
        """Check a case as a test does."""
        checker = Checker(
            MAPPED,
            attempt or (lambda case: Attempt(case, self.gateway.execute(case))),
            self.policy,
            self.recorded.append,
            Bodies(Path("/nowhere")),  # no body here is too long for a line
        )
        checker(case)

    def search(self) -> PropertyRun:
        """A search that goes the same way each time and keeps nothing."""
        search = PropertyRun(MAPPED, self.gateway, self.policy, PROFILE)  # type: ignore[arg-type]
        search.settings = settings(search.settings, database=None, derandomize=True)
        return search

    def run(self, search: PropertyRun, case: Case, test: Callable[[], object]) -> None:
        """Search, and check what is found."""
        self.check(case, lambda case: search.run(case, test))

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes that the reports got."""
        return [checked.verdict.outcome for checked in self.recorded]
