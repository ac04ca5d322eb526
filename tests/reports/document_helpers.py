"""Small verdict documents for the tests of what is rendered from them."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from fixtures.rules.rule_book import rules
from reports.document import (
    VERSION,
    Body,
    Case,
    Counts,
    Definition,
    Document,
    End,
    Exchange,
    Received,
    Request,
    Rule,
    Run,
    Sent,
    Step,
)

EMPTY = hashlib.sha256(b"").hexdigest()
ENDPOINT = "https://abc.execute-api.us-east-1.amazonaws.com/v1"


def a_case(name: str = "a case", outcome: str = "conforms", **more: Any) -> Case:
    """A case; a deviation fails its run unless it is said to be excused."""
    deviates = outcome == "deviates"
    facts = {
        "id": name,
        "number": 0,
        "remark": "",
        "test": f"suites/download/test_download.py::test_x[{name}]",
        "subject": "download",
        "axes": {},
        "aspect": "answer",
        "about": [],
        "not_applicable": "",
        "outcome": outcome,
        "level": "must",
        "rules": ["unknown-path"],
        "reason": f"a reason why it {outcome}",
        "expected": "200 with raw bytes" if deviates else "",
        "observed": "200 with Base64 of the object" if deviates else "",
        "cause": "a cause" if deviates else "",
        "expected_form": "raw bytes",
        "actual_form": "Base64" if deviates else "raw bytes",
        "step": 0,
        "fails": deviates and not more.get("excuse"),
        "excuse": "",
        "planned": 1,
        "steps": [
            Step(
                role="act",
                request=Request(
                    operation="GET /s3",
                    name="a",
                    content_type=None,
                    accept=None,
                    body=EMPTY,
                    headers=[],
                    method="",
                    target="",
                    key_bytes=0,
                ),
                exchange="1",
            )
        ],
        "seconds": 0.1,
        **more,
    }
    return Case(**facts)  # type: ignore[typeddict-item]


def _exchange() -> Exchange:
    return Exchange(
        command="curl -q -sS https://abc/",
        sent=Sent(
            method="GET", url=ENDPOINT, headers=[], body=EMPTY, variables=[], sigv4_region=""
        ),
        received=Received(status=200, http_version="HTTP/1.1", headers=[], body=EMPTY),
        failure=None,
        seconds=0.1,
        repeats=[],
    )


def _counts(cases: Sequence[Case]) -> Counts:
    found = Counter(case["outcome"].replace(" ", "_") for case in cases)
    return Counts(
        conforms=found["conforms"],
        deviates=found["deviates"],
        not_applicable=found["not_applicable"],
        undecided=found["undecided"],
    )


def a_document(cases: Sequence[Case] = (), **more: Any) -> Document:
    """A document with these cases; `more` goes to whichever of run, end and document has it."""
    filed: dict[str, list[Case]] = {}
    for case in cases:
        filed.setdefault(case["rules"][0], []).append(case)
    definition = more.pop("definition", "sample")
    run = Run(
        suite_version="0.1.0",
        endpoint=ENDPOINT,
        definition=Definition(
            source=definition,
            sha256=hashlib.sha256(definition.encode()).hexdigest(),
            document="{}",
        ),
        profile="default",
        level="should",
        strict=False,
        key_prefix="conformance/",
        arguments=[],
        environment={"python": "3.11.7"},
        planned=len(cases),
        started="2026-11-21T02:00:00+00:00",
    )
    end = End(complete=True, why="", ended="2026-11-21T02:10:00+00:00", exit_status=0, untested=[])
    document = Document(
        version=VERSION,
        run=run,
        end=end,
        totals=_counts(cases),
        rules={
            name: Rule(
                level=str(rules()[name].level) if name in rules() else "must",  # type: ignore[typeddict-item]
                sentence=rules()[name].sentence if name in rules() else "A rule that was.",
                sources=[],
                counts=_counts(of),
            )
            for name, of in {**{name: [] for name in rules()}, **filed}.items()
        },
        cases=list(cases),
        exchanges={"1": _exchange()},
        bodies={EMPTY: Body(length=0, base64="")},
        gone=[],
    )
    for name, value in more.items():
        part: Any = next(each for each in (run, end, document) if name in each)
        part[name] = value
    return document
