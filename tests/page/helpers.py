"""What the tests of the page share: hostile texts, and a reader of the page that is made."""

import base64
import gzip
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

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
