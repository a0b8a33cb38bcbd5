"""Writing XML that every parser accepts, whatever the contacts contain, with the same bytes every time.

Texts are escaped, and what XML 1.0 forbids in any form is left out: control characters other than tab, line feed and
carriage return, lone surrogates, U+FFFE and U+FFFF (https://www.w3.org/TR/xml/#charsets). Nothing else is lost:
a carriage return, and white space in attributes, is written as a reference so that parsers hand it on unchanged.
"""

from __future__ import annotations

import re
from types import TracebackType
from typing import Final

_FORBIDDEN: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_IN_TEXT: Final = re.compile(f"[&<>\r{_FORBIDDEN}]")
_IN_ATTRIBUTE: Final = re.compile(f'[&<>"\t\n\r{_FORBIDDEN}]')
_WRITTEN: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*\Z")
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def escape_text(text: str) -> str:
    """The text as the content of an element."""
    return _IN_TEXT.sub(_replace, text) if _IN_TEXT.search(text) else text


def escape_attribute(text: str) -> str:
    """The text as the value of an attribute in double quotes."""
    return _IN_ATTRIBUTE.sub(_replace, text) if _IN_ATTRIBUTE.search(text) else text


def _replace(match: re.Match[str]) -> str:
    return _WRITTEN.get(match.group(), "")


class XmlWriter:
    """One document, written from top to bottom.

        xml = XmlWriter("Directory")
        xml.element("Title", settings.title)
        with xml.inside("Entry"):
            xml.element("Telephone", "+441632960101", label="Office")
        return xml.document()

    Every child and grandchild of the root starts on a line of its own; nothing else is added between elements. Names
    of elements and attributes come from the vendor's code and raise ValueError when they are not plain ASCII names;
    texts and values may be anything. An attribute that is None is left out; the others are written in the order given.
    """

    __slots__ = ("_closers", "_names", "_open", "_parts")

    def __init__(self, root: str, /, **attributes: str | None) -> None:
        self._parts: list[str] = [_DECLARATION]
        self._names: set[str] = set()
        self._closers: dict[str, _Closer] = {}
        self._open: list[str] = []
        self._parts.append(f"<{self._known(root)}{self._attributes(attributes)}>")
        self._open.append(root)

    def element(self, name: str, text: str = "", /, **attributes: str | None) -> None:
        """A whole element with a text, or an empty one."""
        if name not in self._names:
            self._known(name)
        written = self._attributes(attributes) if attributes else ""
        line = "\n" if len(self._open) <= 2 else ""
        if text:
            if _IN_TEXT.search(text):
                text = _IN_TEXT.sub(_replace, text)
            self._parts.append(f"{line}<{name}{written}>{text}</{name}>")
        else:
            self._parts.append(f"{line}<{name}{written}/>")

    def pair(self, name: str, text: str = "", /, **attributes: str | None) -> None:
        """An element with both its tags also when it is empty, for phones that fail at `<Name/>`."""
        if text:
            self.element(name, text, **attributes)
        else:
            line = "\n" if len(self._open) <= 2 else ""
            self._parts.append(f"{line}<{self._known(name)}{self._attributes(attributes)}></{name}>")

    def inside(self, name: str, /, **attributes: str | None) -> _Closer:
        """Open an element; it is closed at the end of the `with` block."""
        if name not in self._names:
            self._known(name)
        written = self._attributes(attributes) if attributes else ""
        self._parts.append(f"\n<{name}{written}>" if len(self._open) <= 2 else f"<{name}{written}>")
        self._open.append(name)
        end = f"\n</{name}>" if len(self._open) == 2 else f"</{name}>"
        closer = self._closers.get(end)
        if closer is None:
            closer = self._closers[end] = _Closer(self._parts, self._open, end)
        return closer

    def document(self) -> bytes:
        """The finished document in UTF-8, with its declaration and a final line end. Call it outside any block."""
        if len(self._open) != 1:
            raise ValueError(f"The element {self._open[-1]} is still open; call document() outside its block.")
        return ("".join(self._parts) + f"\n</{self._open[0]}>\n").encode()

    def _attributes(self, attributes: dict[str, str | None]) -> str:
        return "".join(
            f' {name if name in self._names else self._known(name)}="{escape_attribute(value)}"'
            for name, value in attributes.items()
            if value is not None
        )

    def _known(self, name: str) -> str:
        if not _NAME.match(name):
            raise ValueError(
                f"“{name}” is not a name for an element or attribute; use ASCII letters, digits, _ . and -."
            )
        self._names.add(name)
        return name


class _Closer:
    """Closes the element that was opened last; one is shared by all elements of a name."""

    __slots__ = ("_open", "_parts", "_text")

    def __init__(self, parts: list[str], open: list[str], text: str) -> None:
        self._parts = parts
        self._open = open
        self._text = text

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.pop()
        self._parts.append(self._text)
