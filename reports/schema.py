"""The JSON Schema of a verdict document, made from its types.

`conformance.schema.json` is this, for other programs; `python -m tests.reports.write_schema` writes
it anew, and a test fails where it is out of date.
"""

from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from reports.document import VERSION, Document

FILE = Path(__file__).with_name("conformance.schema.json")

# What no type says: exactly one of the two is set.
_EITHER = [
    {"properties": {"received": {"type": "null"}, "failure": {"type": "object"}}},
    {"properties": {"received": {"type": "object"}, "failure": {"type": "null"}}},
]


def schema() -> dict[str, Any]:
    """The schema, by JSON Schema 2020-12."""
    made = msgspec.json.schema(Document)
    for described in made["$defs"].values():
        described["description"] = cleandoc(described.get("description", ""))
    made["$defs"]["Exchange"]["oneOf"] = _EITHER
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:api-gateway-binary-conformance:verdict-document:{VERSION}",
        "title": "A verdict document: one run of the conformance suite",
        **made,
    }
