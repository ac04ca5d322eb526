"""HTML as a tree, so that no text can become markup: it is escaped where the tree is written."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

Content = Element | str
"""What an element may hold."""


def element(tag: str, *content: Content | Iterable[Content], **attributes: str) -> Element:
    """An element with texts, elements, or lists of them; `class_` is the attribute `class`."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): v for name, v in attributes.items()})
    for each in content:
        for part in (each,) if isinstance(each, (Element, str)) else each:
            _append(made, part)
    return made


def _append(parent: Element, part: Content) -> None:
    if isinstance(part, Element):
        parent.append(part)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + part
    else:
        parent.text = (parent.text or "") + part


def written(root: Element) -> bytes:
    """The document in UTF-8; what UTF-8 cannot hold becomes a question mark."""
    return b"<!DOCTYPE html>\n" + tostring(root, "unicode", method="html").encode(
        "utf-8", "replace"
    )
