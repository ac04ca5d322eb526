"""Small verdict documents for the tests of what is rendered from them.

Each builder gives what its type has no default for; everything else is said by the type itself.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from fixtures.cases.case import Role
from fixtures.rules.rule_book import Level, rules
from fixtures.rules.verdict import Outcome
from reports.document import (
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

ENDPOINT = "https://abc.execute-api.us-east-1.amazonaws.com/v1"


def digest(body: bytes) -> str:
    """The name of a body."""
    return hashlib.sha256(body).hexdigest()


EMPTY = digest(b"")


def a_step(exchange: str | None = "1", role: Role = Role.ACT, operation: str = "GET /s3") -> Step:
    """A step without a body."""
    request = Request(operation=operation, name="a", body=EMPTY)
    return Step(role=role, request=request, exchange=exchange)


def a_case(name: str = "a case", outcome: str = "conforms", **more: Any) -> Case:
    """A case with one step, whose exchange is called 1; a deviation fails unless it is waived."""
    deviates = outcome == "deviates"
    deviation = {
        "expected": "200 with raw bytes",
        "observed": "200 with Base64 of the object",
        "cause": "a cause",
    }
    facts = {
        "id": name,
        "test": f"suites/download/test_download.py::test_x[{name}]",
        "number": 0,
        "subject": "download",
        "aspect": "answer",
        "outcome": Outcome(outcome),
        "level": Level.MUST,
        "rules": ("unknown-path",),
        "reason": f"a reason why it {outcome}",
        "expected_form": "raw bytes",
        "actual_form": "Base64" if deviates else "raw bytes",
        "step": 0,
        "fails": deviates and not more.get("waiver"),
        "planned": 1,
        "steps": [a_step()],
        "seconds": 0.1,
        **(deviation if deviates else {}),
        **more,
    }
    return Case(**{**facts, "rules": tuple(facts["rules"])})


def an_exchange(sent: bytes = b"", received: bytes = b"", **more: Any) -> Exchange:
    """A request and its answer."""
    facts = {
        "command": "curl -q -sS https://abc/",
        "sent": Sent(
            method="PUT", url=ENDPOINT, headers=(("Content-Type", "image/png"),), body=digest(sent)
        ),
        "received": Received(
            status=200,
            http_version="HTTP/1.1",
            headers=(("Content-Type", "text/plain"),),
            body=digest(received),
        ),
        "seconds": 0.1,
        **more,
    }
    return Exchange(**facts)


def a_run(**more: Any) -> Run:
    """The header of a run."""
    facts = {
        "suite_version": "0.1.0",
        "endpoint": ENDPOINT,
        "definition": "sample",
        "profile": "default",
        "level": Level.SHOULD,
        "strict": False,
        "key_prefix": "conformance/",
        "arguments": [],
        "environment": {"python": "3.11.7"},
        "planned": 0,
        "started": "2026-11-21T02:00:00+00:00",
        **more,
    }
    if isinstance(facts["definition"], str):
        source = facts["definition"]
        facts["definition"] = Definition(source, digest(source.encode()), "{}")
    return Run(**{**facts, "level": Level(facts["level"])})


def an_end(**more: Any) -> End:
    """The footer of a run that went well."""
    facts = {"complete": True, "ended": "2026-11-21T02:10:00+00:00", "exit_status": 0, **more}
    return End(**facts)


def a_document(
    cases: Sequence[Case] = (),
    exchanges: Mapping[str, Exchange] | None = None,
    bodies: Sequence[bytes] = (b"",),
    **more: Any,
) -> Document:
    """A document with these cases; `more` goes to whichever of run, end and document has it."""
    of = {
        kind: {name: more[name] for name in kind.__struct_fields__ if name in more}
        for kind in (Run, End, Document)
    }
    document = Document(
        version=1,
        run=a_run(**{"planned": len(cases), **of[Run]}),
        end=an_end(**of[End]),
        totals=_counts(cases),
        rules={
            name: Rule(
                level=rules()[name].level if name in rules() else Level.MUST,
                sentence=rules()[name].sentence if name in rules() else "A rule that was.",
                counts=_counts([case for case in cases if case.rule == name]),
            )
            for name in dict.fromkeys((*rules(), *(case.rule for case in cases)))
        },
        cases=list(cases),
        exchanges={"1": an_exchange()} if exchanges is None else exchanges,
        bodies={digest(body): Body.inline(body) for body in bodies},
        stale=[],
        experiments=[],
    )
    return structs.replace(document, **of[Document])


def _counts(cases: Sequence[Case]) -> Counts:
    outcomes = [case.outcome.name.lower() for case in cases]
    return Counts(**{name: outcomes.count(name) for name in Counts.__struct_fields__})
