"""Runs as the reports see them: the suites' own cases, sent to a gateway in this very process."""

from collections.abc import Iterator
from pathlib import Path

from fixtures.api import Definition
from fixtures.cases.case import Case
from fixtures.client import CaseRunner, Client
from fixtures.client.concurrency_limiter import ConcurrencyLimiter
from fixtures.client.http_client import Timeouts
from fixtures.definitions import load
from fixtures.faults.catalogue import by_name
from fixtures.faults.host import Host
from fixtures.rules.judgement import judge_case
from fixtures.rules.rule_book import Level
from reports.bodies import Bodies
from reports.collector import STREAM
from reports.document import Document, End, Run
from reports.loader import load as load_document
from reports.policy import Policy
from reports.publish import publish
from reports.recorder import Recorder
from reports.results import apply_policy
from reports.run_metadata import heading
from reports.stream import Stream, to_jsonl
from suites.download.cases import cases as downloads
from suites.errors.cases import (
    missing_objects,
    mocks,
    unjudged,
    unknown_methods,
    unknown_path_requests,
)
from suites.headers.cases import answers, request_ids
from suites.keys.cases import keys
from suites.limits.cases import sizes
from suites.profile import PROFILES
from suites.roundtrip.cases import catalogue, overwrites
from suites.upload.cases import refusals, uploads

GENERATORS = (
    downloads, uploads, refusals, missing_objects, unknown_path_requests, unknown_methods, mocks,
    unjudged, answers, request_ids, keys, sizes, catalogue, overwrites,
)  # fmt: skip
ENDED = End(complete=True, ended="2026-01-02T03:04:05+00:00", exit_status=0)


def cases_of(definition: Definition, every: int) -> Iterator[tuple[str, Case]]:
    """One in `every` of the cases of each kind, with pytest's ids of their tests."""
    for generator in GENERATORS:
        folder = generator.__module__.split(".")[1]
        for case in list(generator(definition, PROFILES["quick"]))[::every]:
            yield f"suites/{folder}/test_{folder}.py::test_it[{case.id}]", case


def a_heading(definition: Definition, endpoint: str = "http://127.0.0.1:1/v1") -> Run:
    """The header of a run without any secret."""
    return heading(
        definition,
        endpoint,
        profile="quick",
        level=Level.SHOULD,
        strict=False,
        key_prefix="conformance/",
        arguments=["-q"],
        secrets=[],
        environment={"python": "3"},
    )


def recorded(out: Path, definition: str, fault: str = "", every: int = 1) -> Document:
    """What a run leaves in `out`, and the document of it."""
    api = load(definition)
    chosen = list(cases_of(api, every))
    recorder, policy, host = Recorder(Bodies(out / "bodies")), Policy(Level.SHOULD), Host()
    with host.running(), host.serving(by_name(fault) if fault else None, api) as url:
        stream = Stream(out / STREAM, a_heading(api, url))
        stream.plan(len(chosen))
        client = Client(
            url, timeouts=Timeouts(1.0, 5.0, 5.0), limiter=ConcurrencyLimiter(sleep=lambda _: None)
        )
        performer = CaseRunner(client, "conformance/")
        for number, (test, case) in enumerate(chosen):
            performed = performer.execute(case)
            result = apply_policy(judge_case(api, case, performed), policy)
            stream.write(to_jsonl(recorder.record(test, number, case, performed, result)))
        client.close()
    with stream.finished(ENDED, []) as whole:
        file, *_ = publish(whole, out)
    return load_document(file)
