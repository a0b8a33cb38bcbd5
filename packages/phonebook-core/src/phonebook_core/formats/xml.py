"""XML from strangers: read with expat, without any of what makes XML dangerous.

A document type is refused the moment it begins, so there are no entities to blow up or to fetch; depth, elements and
attributes are bounded. `open_xml` calls back for what it meets; `Element` is what readers of phonebooks get.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from phonebook_core.errors import Invalid
from phonebook_core.formats import text

MAX_DEPTH: Final = 32
"""Elements inside each other."""
MAX_ELEMENTS: Final = 2_000_000
"""Elements of a document."""
_DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
_NAME: Final = re.compile(rb"<([^\s/>]+)")

Start = Callable[[str, dict[str, str]], object]


class Element:
    """One element: its name without prefix, attributes, text directly in it, and the elements in it."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""
        self.children: list[Element] = []

    def first(self, *names: str) -> str:
        """The text of the first child of that name that has any, stripped; empty when there is none."""
        for name in names:
            for child in self.children:
                if child.name == name and (stripped := child.text.strip()):
                    return stripped
        return ""

    def all(self, name: str) -> list[Element]:
        """The children of that name."""
        return [child for child in self.children if child.name == name]


def to_utf8(data: bytes, encoding: str | None = None) -> tuple[bytes, str]:
    """The document as UTF-8 whatever it declares, and the encoding it was in: the given one, that of its byte order
    mark, the declared one, or UTF-8. Raises `Invalid` when the bytes are not in that encoding.
    """
    if encoding is None and (match := _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))):
        name = match[1].decode()
        if not name.lower().startswith("utf-16"):  # those could not be read as ASCII so far
            if text.known_encoding(name) is None:
                raise Invalid(
                    f"The file says it is in the encoding {name!r}, which is not known here. Choose the right one.",
                    field="encoding",
                    code="unknown_encoding",
                )
            encoding = name
    decoded = text.decode(data, encoding)
    if decoded.damaged or (encoding is None and decoded.encoding == "cp1252"):
        raise Invalid(
            "The file is not UTF-8, and does not say what else. Choose its encoding.",
            field="encoding",
            code="wrong_encoding",
        )
    return decoded.text.encode(errors="replace"), decoded.encoding


def open_xml(start: Start, end: Callable[[str], object], characters: Callable[[str], object]) -> expat.XMLParserType:
    """A parser for UTF-8 that calls back, refuses document types and counts. Names come without their namespace.

    Give it to `feed`. Raises `Invalid` from there.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = 65_536
    depth = elements = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            raise Invalid("The XML is nested too deeply, or has too many elements, for a phonebook.", code="too_large")
        start(name[name.rfind(":") + 1 :] if ":" in name else name, attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name[name.rfind(":") + 1 :] if ":" in name else name)

    def refused(*_: object) -> None:
        raise Invalid(
            "The XML has a document type (<!DOCTYPE …>), which no phonebook needs and which can do harm. "
            "Take that line out.",
            code="doctype",
        )

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    return parser


def feed(parser: expat.XMLParserType, data: bytes, *, last: bool = True) -> None:
    """Parse the data. Raises `Invalid` with the line when it is no XML."""
    try:
        parser.Parse(data, last)
    except expat.ExpatError as error:
        raise Invalid(
            f"The XML is broken on line {error.lineno}: {expat.errors.messages[error.code]}. "
            "Often a & stands there that should be &amp;, or the file is cut off. Mend it, or export it again.",
            code="broken_xml",
        ) from None


def source_of(data: bytes, begin: int, end: int) -> str:
    """The text of an element that begins at one byte and whose end tag begins, or that itself ends, at another."""
    name = _NAME.match(data, begin)
    if name is not None and data.startswith(b"</" + name[1], end):
        end = data.find(b">", end) + 1
    return data[begin:end].decode(errors="replace")
