"""What ends a run for the sake of its reports."""

from pathlib import Path
from types import SimpleNamespace

from reports.collector import MOST_KEPT, Collector
from reports.document import Body
from reports.stream import Record, to_jsonl
from tests.reports.document_helpers import a_case


def a_report(number: int, *bodies: Body) -> SimpleNamespace:
    named = {f"{number:062x}{place:02x}": body for place, body in enumerate(bodies)}
    line = to_jsonl(Record(a_case(f"case {number}"), {}, named))
    return SimpleNamespace(nodeid=f"test[{number}]", duration=0.1, failed=False, conformance=line)


def test_a_run_ends_where_it_would_keep_too_much(tmp_path: Path) -> None:
    collector = Collector(tmp_path)
    collector.pytest_runtest_logreport(a_report(1, Body(MOST_KEPT), Body.inline(b"x" * 1000)))
    assert collector.failure == ""
    collector.pytest_runtest_logreport(a_report(2, Body(1)))
    assert "the bodies of its exchanges are more than 4,096 MiB" in collector.failure
