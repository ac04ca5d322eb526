"""What the tests of the page share: small documents, and a reader of the page that they make."""

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from fixtures.rules.rule_book import rules
from reports.document import VERSION, Body, Case, Counts, Document, Exchange, Rule

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "]]></script>",
    "\u202egnp.exe\u2066",
    "a\0b\x1b[31m",
    "\u2028\u2029",
    "\ud800",
    "' onmouseover='alert(1)",
    "$script ${title}",
    "x" * 10_000,
)


def digest(body: bytes) -> str:
    """The name of a body."""
    return hashlib.sha256(body).hexdigest()


def a_body(content: bytes, *, inline: bool = True) -> Body:
    """A body as a document has it."""
    return Body(length=len(content), base64=base64.b64encode(content).decode() if inline else None)


def an_exchange(sent: bytes = b"", came: bytes = b"", **more: Any) -> Exchange:
    """An upload and its answer."""
    facts = {
        "command": "curl https://abc/",
        "sent": {
            "method": "PUT",
            "url": "https://abc/v1/s3?key=a",
            "headers": [["Content-Type", "image/png"]],
            "body": digest(sent),
            "variables": [],
            "sigv4_region": "",
        },
        "received": {
            "status": 200,
            "http_version": "HTTP/1.1",
            "headers": [["Content-Type", "text/plain"]],
            "body": digest(came),
        },
        "failure": None,
        "seconds": 0.01,
        "repeats": [],
    }
    return Exchange(**{**facts, **more})  # type: ignore[typeddict-item]


def a_case(name: str = "a case", outcome: str = "conforms", **more: Any) -> Case:
    """A case with one step, whose exchange is called 1."""
    facts = {
        "id": name,
        "test": f"suites/errors/test_errors.py::test_x[{name}]",
        "number": 0,
        "subject": "errors",
        "axes": {},
        "aspect": "answer",
        "about": [],
        "not_applicable": "",
        "outcome": outcome,
        "level": "must",
        "rules": ["unknown-path"],
        "reason": "a reason",
        "remark": "",
        "expected": "",
        "observed": "",
        "cause": "",
        "expected_form": "",
        "actual_form": "",
        "step": 0,
        "fails": outcome == "deviates",
        "excuse": "",
        "planned": 1,
        "steps": [{"role": "act", "request": {"operation": "PUT /s3"}, "exchange": "1"}],
        "seconds": 0.01,
    }
    return Case(**{**facts, **more})  # type: ignore[typeddict-item]


def a_document(
    cases: Sequence[Case] = (),
    exchanges: dict[str, Exchange] | None = None,
    bodies: Sequence[bytes] = (b"",),
    **more: Any,
) -> Document:
    """A document of these; `more` replaces what its run, its end or itself says."""
    outcomes = [case["outcome"].replace(" ", "_") for case in cases]
    names = ("conforms", "deviates", "not_applicable", "undecided")
    document: Any = {
        "version": VERSION,
        "run": {
            "suite_version": "0.1.0",
            "endpoint": "https://abc.execute-api.us-east-1.amazonaws.com/v1",
            "definition": {"source": "sample.json", "sha256": "0" * 64, "document": "{}"},
            "profile": "default",
            "level": "should",
            "strict": False,
            "key_prefix": "conformance/",
            "arguments": [],
            "environment": {},
            "planned": len(cases),
            "started": "2026-11-21T02:00:00+00:00",
        },
        "end": {
            "complete": True,
            "why": "",
            "ended": "2026-11-21T02:10:05+00:00",
            "exit_status": 0,
            "untested": [],
        },
        "totals": {name: outcomes.count(name) for name in names},
        "rules": {
            name: Rule(
                level=rule.level.value,
                sentence=rule.sentence,
                sources=[],
                counts=Counts(conforms=0, deviates=0, not_applicable=0, undecided=0),
            )
            for name, rule in rules().items()
        },
        "cases": list(cases),
        "exchanges": exchanges if exchanges is not None else {"1": an_exchange()},
        "bodies": {digest(body): a_body(body) for body in bodies},
        "gone": [],
    }
    for name, value in more.items():
        next(part for part in (document["run"], document["end"], document) if name in part)[
            name
        ] = value
    whole: Document = document
    return whole


@dataclass
class Page:
    """A page as a browser's parser sees it: its elements with their attributes, and their text."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[tuple[str, dict[str, str | None], str]] = field(default_factory=list)

    def text_of(self, tag: str, **attributes: str) -> str:
        """The text of the only element of that kind."""
        (found,) = [
            text
            for name, having, text in self.texts
            if name == tag and attributes.items() <= having.items()
        ]
        return found

    def overview(self) -> Any:
        """The data that is drawn at once."""
        return json.loads(self.text_of("script", id="overview"))

    def evidence(self) -> Any:
        """The data that is unpacked for a case."""
        packed = base64.b64decode(self.text_of("script", id="evidence"))
        return json.loads(gzip.decompress(packed))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, dict(attrs))
        self.page.elements.append(element)
        if tag in ("script", "style", "title"):
            self._open.append(element)

    def handle_data(self, data: str) -> None:
        if self._open:
            self.page.texts.append((*self._open[-1], data))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()


def read(html: str) -> Page:
    """What stands in a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page
