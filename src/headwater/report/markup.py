"""One way to make an element: ElementTree escapes text and attributes, so nothing a recording says is markup."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement


def add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """A child of ``parent``; ``class_`` is ``class``, other underscores are hyphens (``aria_label``)."""
    names = {"class" if name == "class_" else name.replace("_", "-"): value for name, value in attributes.items()}
    child = SubElement(parent, tag, names)
    child.text = _printable(text) or None
    return child


def _printable(text: str) -> str:
    """Without control characters, which HTML does not allow and terminals obey."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
