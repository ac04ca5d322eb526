"""Findings about definitions as SARIF 2.1.0, which code scanning shows at the line.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fixtures.explanation.catalogue import KINDS
from reports.explanation import Explanation

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif_of(explanations: Iterable[Explanation]) -> dict[str, Any]:
    """One run with every finding; a path is relative if it was named so."""
    ids = list(KINDS)
    rules = [
        {
            "id": name,
            "shortDescription": {"text": kind.title},
            "defaultConfiguration": {"level": kind.severity.value},
        }
        for name, kind in KINDS.items()
    ]
    results = [
        {
            "ruleId": finding.id,
            "ruleIndex": ids.index(finding.id),
            "level": finding.severity.value,
            "message": {"text": finding.text},
            "locations": [_location(explanation.file, line)],
            "properties": {"rule": finding.kind.rule, "verified": finding.verified},
        }
        for explanation in explanations
        for finding, line in explanation.located
    ]
    driver = {"name": "apigw-conformance explain", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _location(file: str, line: int) -> dict[str, Any]:
    path = Path(file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}
