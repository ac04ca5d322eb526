"""The conformance page: one HTML file that shows a verdict document to people.

Strategy: the file carries the document as data and a script that draws it, so that what came from
the endpoint is never part of the markup. A Content-Security-Policy allows that one script and that
one style sheet by their digests, images out of the page itself, and nothing else. What the lists
and matrices need is there as JSON; exchanges, bodies and commands, by far the most of it, are
compressed and unpacked when the first case is opened.
"""

import base64
import hashlib
import html
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from reports.document import Document
from reports.page.bundle import bundle
from reports.page.data import evidence, overview
from reports.page.headline import headline
from reports.stream import in_ascii

_HERE = Path(__file__).parent
_STYLES = ("base.css", "top.css", "results.css", "panel.css", "print.css")


def render(document: Document, diagnosis: Mapping[str, Any] | None = None) -> str:
    """The page as text, to be written as UTF-8; it is the same for the same document."""
    style, script = _style(), _script()
    return Template((_HERE / "template.html").read_text(encoding="utf-8")).substitute(
        policy=_policy(style, script),
        title=html.escape(_encodable(f"{headline(document)} · {document.run.endpoint}")),
        style=style,
        overview=_embedded(overview(document, diagnosis)),
        evidence=evidence(document),
        script=script,
    )


@cache
def _style() -> str:
    return "".join((_HERE / "style" / name).read_text(encoding="utf-8") for name in _STYLES)


@cache
def _script() -> str:
    return bundle(_HERE / "script" / "main.mjs")


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _encodable(text: str) -> str:
    """Text without the lone surrogates that UTF-8 has no bytes for."""
    return text.encode(errors="replace").decode()


def _embedded(data: object) -> str:
    """JSON in ASCII without `<`, so that nothing in it can end the element around it."""
    return in_ascii(data).decode().replace("<", "\\u003c")
