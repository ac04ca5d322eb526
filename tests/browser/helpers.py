"""What the browser tests share: documents of real runs, their pages, and waiting for a page.

The documents are of the cases of the suites, sent to a good or a bad gateway.
"""

import copy
import importlib
import inspect
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fixtures.api import Definition
from fixtures.cases.case import Case
from fixtures.client import CaseRunner, Client
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import Timeouts
from fixtures.definitions import load
from fixtures.diagnosis import PerformedCase, diagnose
from fixtures.faults.catalogue import by_name
from fixtures.faults.fault import CONNECTION
from fixtures.faults.host import Host
from fixtures.rules.judgement import judge_case
from fixtures.rules.rule_book import Level
from reports.bodies import Bodies
from reports.document import Document, End
from reports.page import render
from reports.policy import Policy
from reports.recorder import Recorder
from reports.results import apply_policy
from reports.run_metadata import heading
from reports.stream import build_document
from suites.profile import PROFILES

ROOT = Path(__file__).parents[2]
_USUAL = Timeouts(connect=5.0, read=20.0, exchange=60.0)
_LONGEST_WAIT = 15.0
_SHORT = Timeouts(connect=1.0, read=0.3, exchange=1.0)


def cases_of(definition: Definition, profile: str, subject: str) -> Iterator[tuple[str, Case]]:
    """The cases of a suite, or of every one, with pytest's ids of their tests."""
    for path in sorted((ROOT / "suites").glob(f"{subject or '*'}/test_*.py")):
        module = importlib.import_module(f"suites.{path.parent.name}.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            for mark in getattr(function, "pytestmark", ()):
                if mark.name == "cases":
                    for case in mark.args[0].cases(definition, PROFILES[profile]):
                        yield f"{path.relative_to(ROOT)}::{name}[{case.id}]", case


def run(
    folder: Path,
    fault: str | None = None,
    definition: str = "sample",
    every: int = 1,
    profile: str = "quick",
    subject: str = "",
    diagnosed: bool = True,
) -> tuple[Document, dict[str, Any]]:
    """A run against a gateway with this fault, and its diagnosis; of the cases, one in `every`."""
    api = load(definition)
    recorder = Recorder(Bodies(folder / "bodies"))
    policy = Policy(Level.SHOULD)
    chosen = list(cases_of(api, profile, subject))[::every]
    host = Host()
    records, checked = [], []
    with (
        host.running(),
        host.serving(by_name(fault) if fault else None, api) as url,
        _performer(url, fault) as performer,
    ):
        begun = _heading(api, url, len(chosen))
        for number, (test, case) in enumerate(chosen):
            performed = performer.execute(case)
            verdict = judge_case(api, case, performed)
            result = apply_policy(verdict, policy)
            records.append(recorder.record(test, number, case, performed, result))
            checked.append(PerformedCase(case, performed))
    end = End(complete=True, ended=_now(), exit_status=0)
    cases = [record.case for record in records]
    exchanges = {key: one for record in records for key, one in record.exchanges.items()}
    bodies = {key: one for record in records for key, one in record.bodies.items()}
    document = build_document(begun, end, cases, exchanges, bodies, [])
    return document, diagnose(api, checked).as_json() if diagnosed else {}


@contextmanager
def _performer(url: str, fault: str | None) -> Iterator[CaseRunner]:
    cut_off = fault is not None and by_name(fault).group == CONNECTION
    client = Client(
        url,
        timeouts=_SHORT if cut_off else _USUAL,
        limiter=ConcurrencyLimiter(sleep=lambda _: None),
    )
    try:
        yield CaseRunner(client, "conformance/")
    finally:
        client.close()


def _heading(api: Definition, url: str, planned: int) -> Any:
    begun = heading(
        api,
        url,
        profile="quick",
        level=Level.SHOULD,
        strict=False,
        key_prefix="conformance/",
        arguments=[],
        secrets=[],
        environment={},
    )
    begun.planned = planned
    return begun


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def enlarged(document: Document, count: int) -> Document:
    """A document of `count` cases: those of a real one again and again, for other operations."""
    large = copy.deepcopy(document)
    large.cases.clear()
    originals = document.exchanges
    for number in range(count):
        again, place = divmod(number, len(document.cases))
        case = copy.deepcopy(document.cases[place])
        if again:
            case.id = case.id.replace("/s3", f"/s3-{again}") + f" again:{again}"
            case.axes = {
                axis: value.replace("/s3", f"/s3-{again}") for axis, value in case.axes.items()
            }
        case.number = number
        for step in case.steps:
            if again and step.exchange is not None:
                key = f"{step.exchange}-{again}"
                exchange = copy.deepcopy(originals[step.exchange])
                exchange.sent.url = exchange.sent.url.replace("/s3", f"/s3-{again}")
                exchange.command = exchange.command.replace("/s3", f"/s3-{again}")
                large.exchanges[key] = exchange
                step.exchange = key
        large.cases.append(case)
    large.run.planned = count
    return build_document(large.run, large.end, large.cases, large.exchanges, large.bodies, [])


class Made:
    """A document, and the file of its page."""

    ready = "html[data-ready]"

    def __init__(self, file: Path, document: Document, diagnosis: dict[str, Any] | None) -> None:
        self.document = document
        self.diagnosis = diagnosis
        self.html = render(document, diagnosis)
        file.write_text(self.html, encoding="utf-8")
        self.url = file.as_uri()

    def count(self, **wanted: str) -> int:
        """How many cases have these values; `rule` is that under which they are filed."""
        return sum(
            all(getattr(case, name) == value for name, value in wanted.items())
            for case in self.document.cases
        )


@dataclass(frozen=True)
class Compared:
    """The file of a page that compares."""

    url: str
    ready = "main"


def until(page: Any, expression: str, expected: object) -> None:
    """Wait until an expression has this value in the page; fail with the one that it had.

    Playwright's own way of waiting is kept off by the page's policy.
    """
    end = time.monotonic() + _LONGEST_WAIT
    while (value := page.evaluate(expression)) != expected and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert value == expected
