"""What the page carries of a document, in two parts.

`overview` is what is drawn at once: the run, the rules, and of each case its place, its verdict and
the words for it. `evidence` is the rest, packed.
"""

import base64
import gzip
import hashlib
import io
import re
from collections import ChainMap, Counter
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from msgspec import structs

from reports.document import LARGEST_INLINE, Body, Case, Document
from reports.page.headline import word
from reports.stream import in_ascii, iter_json

SHOWN = (
    "id",
    "subject",
    "axes",
    "outcome",
    "level",
    "reason",
    "expected",
    "observed",
    "cause",
    "expected_form",
    "actual_form",
    "fails",
    "waiver",
    "step",
)
_DIGEST = re.compile(r"(\d+) bytes, SHA-256 ([0-9a-f]{8,64})")


def overview(document: Document, diagnosis: Mapping[str, Any] | None) -> dict[str, object]:
    """What the page shows before any case is opened; empty values are left out."""
    bases: dict[tuple[str, ...], int] = {}
    cases = []
    for case, key in zip(document.cases, _keys(document), strict=True):
        facts = {name: getattr(case, name) for name in SHOWN}
        row = {name: value for name, value in facts.items() if value not in ("", None, False)}
        row["basis"] = bases.setdefault(case.rules, len(bases))
        row["number"] = case.number
        if key != case.id:
            row["key"] = key
        cases.append(row)
    definition = document.run.definition
    return {
        "word": word(document),
        "run": structs.asdict(document.run)
        | {"definition": {"source": definition.source, "sha256": definition.sha256}},
        "end": structs.asdict(document.end) | {"untested": document.untested},
        "totals": document.totals,
        "rules": document.rules,
        "bases": list(bases),
        "cases": cases,
        "stale": document.stale,
        "diagnosis": diagnosis,
    }


def evidence(document: Document) -> str:
    """Exchanges and bodies, as Base64 of gzip of JSON; in the order of the cases."""
    bodies = ChainMap[str, Body]({}, document.bodies)  # type: ignore[arg-type]
    data = {
        "cases": [_evidence_of(case, document, bodies) for case in document.cases],
        "exchanges": document.exchanges,
        "bodies": bodies,
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


def _evidence_of(
    case: Case, document: Document, bodies: MutableMapping[str, Body]
) -> dict[str, object]:
    steps = [
        {
            "role": step.role,
            "operation": step.request.operation,
            "exchange": step.exchange,
        }
        for step in case.steps
    ]
    return {"steps": steps, "due": _due(case, document, bodies)}


def _due(case: Case, document: Document, bodies: MutableMapping[str, Body]) -> str | None:
    """The digest of the body that was due, where the expectation names it; `None` if it does not.

    Where no request or response had those bytes, they are made from a body that was sent, which
    the digest proves, and added to `bodies`.
    """
    named = _DIGEST.search(case.expected)
    if named is None:
        return None
    length, prefix = int(named[1]), named[2]
    for digest in _sent(case, document):
        if digest.startswith(prefix):
            return digest
        content = bodies[digest].base64
        for made in _conversions(content) if content is not None else ():
            name = hashlib.sha256(made).hexdigest()
            if len(made) == length and name.startswith(prefix):
                inline = base64.b64encode(made).decode() if length <= 2 * LARGEST_INLINE else None
                bodies.setdefault(name, Body(length, inline))
                return name
    return next((digest for digest in bodies if digest.startswith(prefix)), None)


def _sent(case: Case, document: Document) -> Iterator[str]:
    for key in case.exchanges:
        yield document.exchanges[key].sent.body


def _conversions(content: str) -> Iterator[bytes]:
    """What a gateway may make of a body: its Base64, and what it is the Base64 of."""
    yield content.encode()
    try:
        yield base64.b64decode(base64.b64decode(content), validate=True)
    except ValueError:
        return
