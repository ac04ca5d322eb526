"""What the page carries of a document, in two parts.

`overview` is what is drawn at once: the run, the rules, and of each case its place, its verdict and
the words for it. `evidence` is the rest, packed.
"""

import base64
import gzip
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import structs

from reports.case_status import CaseStatus
from reports.document import Case, Document
from reports.failure_groups import symptom
from reports.page.headline import reserved, word
from reports.proof import Proof, finding_lines
from reports.stream import in_ascii, iter_json

# Of a case; an empty value is left out, and `script/data.mjs` has its default.
SHOWN = (
    "id",
    "subject",
    "axes",
    "level",
    "reason",
    "expected",
    "observed",
    "cause",
    "expected_form",
    "actual_form",
    "waiver",
    "step",
)


def _is_shown(value: object) -> bool:
    """Whether a fact is not empty; the first step has the number 0, which equals False."""
    return value not in ("", None) and value is not False


def overview(document: Document, diagnosis: Mapping[str, Any] | None) -> dict[str, object]:
    """What the page shows before any case is opened; empty values are left out."""
    bases: dict[tuple[str, ...], int] = {}
    cases = []
    for case, key in zip(document.cases, _keys(document), strict=True):
        facts = {name: getattr(case, name) for name in SHOWN}
        row = {name: value for name, value in facts.items() if _is_shown(value)}
        row["status"] = case.status
        if case.fails:
            row["symptom"] = symptom(case)
        row["basis"] = bases.setdefault(case.rules, len(bases))
        row["number"] = case.number
        if key != case.id:
            row["key"] = key
        cases.append(row)
    definition = document.run.definition
    proof = Proof(document.cases)
    return {
        "word": word(document),
        "reserved": reserved(document),
        "statuses": list(CaseStatus),
        "run": structs.asdict(document.run)
        | {"definition": {"source": definition.source, "sha256": definition.sha256}},
        "end": structs.asdict(document.end) | {"untested": document.untested},
        "rules": document.rules,
        "bases": list(bases),
        "cases": cases,
        "stale": document.stale,
        "proven": list(proof.proven()),
        "unproven": list(proof.unproven()),
        "findings": list(finding_lines(document.run.findings)),
        "diagnosis": diagnosis,
    }


def evidence(document: Document) -> str:
    """Exchanges and bodies, as Base64 of gzip of JSON; in the order of the cases."""
    data = {
        "cases": [_evidence_of(case, document) for case in document.cases],
        "exchanges": document.exchanges,
        "bodies": document.bodies,
    }
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.writelines(iter_json(data, in_ascii))
    return base64.b64encode(packed.getbuffer()).decode()


def _keys(document: Document) -> Iterator[str]:
    """What names each case in a link: its id, with the test's name where two tests share it."""
    often = Counter(case.id for case in document.cases)
    for case in document.cases:
        test = case.test.partition("[")[0].rpartition("::")[2]
        yield case.id if often[case.id] == 1 else f"{case.id} ({test})"


def _evidence_of(case: Case, document: Document) -> dict[str, object]:
    steps = [
        {
            "role": step.role,
            "operation": step.request.operation,
            "exchange": step.exchange,
        }
        for step in case.steps
    ]
    there = case.expected_body in document.bodies
    return {"steps": steps, "expected": case.expected_body if there else None}
