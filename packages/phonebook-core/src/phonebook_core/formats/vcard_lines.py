"""The lines of vCard files: cards cut out, lines unfolded, properties with their parameters, values decoded.

Until a value is decoded the file is handled as Latin-1, which keeps every byte: the encoding may differ from property
to property, and old programs fold in the middle of a character.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from phonebook_core.errors import Problem
from phonebook_core.formats import text

_MAX_CARD: Final = 256 * 1024
_BREAK: Final = re.compile(r"\r\n|\n|\r")
_BEGIN: Final = re.compile(r"BEGIN[ \t]*:[ \t]*VCARD[ \t]*", re.IGNORECASE)
_END: Final = re.compile(r"END[ \t]*:[ \t]*VCARD[ \t]*", re.IGNORECASE)
_DROPPED: Final = re.compile(r"(?:[\w\-]+\.)?(PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE | re.ASCII)
_DROPPED_STARTS: Final = frozenset("PLSKplsk")
_BASE64_LINE: Final = re.compile(r"[A-Za-z0-9+/]*=*")
_QUOTED_PRINTABLE: Final = re.compile(r"[^:]*QUOTED-PRINTABLE[^:]*:", re.IGNORECASE)
_HEAD: Final = re.compile(r'(?:([^.;:"\s]+)\.)?([^.;:"\s]+)((?:;(?:"[^"]*+"|[^";:])*+)*+)[ \t]*:')
_BARE: Final = re.compile(r"[A-Za-z0-9\-]+")
_PARAM: Final = re.compile(r';([^;="]*+)(=?)((?:"[^"]*+"|[^";])*+)')
_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "7BIT", "8BIT"})
_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


class Unreadable(Exception):
    """A card cannot be read; `problem` says why."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(code="unreadable", field=field, message=message)


class Card(Struct, frozen=True, kw_only=True):
    """One card, or the lines between two: where it begins, its unfolded lines, and what is wrong with it.

    `source` is its text without pictures. `begun` tells a card from lines outside of any.
    """

    line: int
    begun: bool
    version: str
    lines: list[str]
    source: str
    problem: Problem | None = None


class Property(Struct, frozen=True):
    """One property: Apple's group (`item1`), the name in capitals, what its types say, the decoded value."""

    group: str
    name: str
    types: tuple[str, ...]
    value: str


def latin1(data: bytes, encoding: str | None) -> tuple[str, str, str]:
    """The file as Latin-1 text with one character per byte, the encoding of values that do not name theirs, and the
    encoding that the file was in.
    """
    decoded = text.decode(data if b"\0" in data else _FOLD.sub(b"", data), encoding)
    if decoded.encoding.startswith(("utf-16", "iso2022")):
        return decoded.text.encode(errors="replace").decode("latin-1"), "utf-8", decoded.encoding
    return data.removeprefix(b"\xef\xbb\xbf").decode("latin-1"), decoded.encoding, decoded.encoding


def cards(source: str, dropped: set[str]) -> Iterator[Card]:
    """The cards of a file in its order, and what stands outside of them. The names of pictures and sounds, which are
    not read, are added to `dropped`.
    """
    reader = _Reader(dropped)
    for number, line in enumerate(_BREAK.split(source), 1):
        if (card := reader.feed(line, number)) is not None:
            yield card
    if (card := reader.finish()) is not None:
        yield card


class _Reader:
    """Takes physical lines, gives cards. Keeps what is open: the card, a dropped picture, a soft line break."""

    def __init__(self, dropped: set[str]) -> None:
        self._dropped = dropped
        self._start(0, begun=False)

    def _start(self, line: int, *, begun: bool) -> None:
        self._line, self._begun = line, begun
        self._logical: list[list[str]] = []
        self._source: list[str] = []
        self._size = 0
        self._version = ""
        self._depth = 0
        self._dropping = self._dropping_soft_break = False
        self._soft_break = False

    def feed(self, line: str, number: int) -> Card | None:
        """Take the next line; gives the card that is complete with it."""
        first = line[:1]
        if first in ("B", "b") and _BEGIN.fullmatch(line):
            if self._begun and self._inside_agent():
                self._depth += 1
                return None
            before = self._broken("The card has no line END:VCARD.")
            self._start(number, begun=True)
            self._source.append(line)
            return before
        if first in ("E", "e") and self._begun and _END.fullmatch(line):
            if self._depth:
                self._depth -= 1
                return None
            self._source.append(line)
            card = self._card(None)
            self._start(number + 1, begun=False)
            return card
        if not self._depth:
            self._add(line, number)
        return None

    def finish(self) -> Card | None:
        """The file is over; gives what is still open."""
        return self._broken("The card has no line END:VCARD; the file may be cut off.")

    def _inside_agent(self) -> bool:
        return self._depth > 0 or bool(self._logical and self._logical[-1][0].upper().startswith("AGENT"))

    def _broken(self, message: str) -> Card | None:
        if self._begun:
            return self._card(Problem(code="no_end", message=message))
        if self._source:
            message = "These lines are in no card: no BEGIN:VCARD stands before them."
            return self._card(Problem(code="outside_card", message=message))
        return None

    def _card(self, problem: Problem | None) -> Card:
        if problem is None and self._size > _MAX_CARD:
            problem = Problem(
                code="too_long", message=f"The card has more than {_MAX_CARD} characters without pictures."
            )
        return Card(
            line=self._line,
            begun=self._begun,
            version=self._version or "3.0",
            lines=["".join(parts) for parts in self._logical],
            source="\r\n".join(self._source)[:_MAX_CARD],
            problem=problem,
        )

    def _add(self, line: str, number: int) -> None:
        if not self._begun:
            if line.strip(" \t\x00\x1a"):
                self._line = self._line if self._source else number
                self._source.append(line)
            return
        folded = line[:1] in (" ", "\t")
        if self._dropping and (folded or (line and _BASE64_LINE.fullmatch(line))):
            return
        if self._dropping_soft_break:
            self._dropping_soft_break = line.endswith("=")
            return
        picture = _DROPPED.match(line) if line[:1] in _DROPPED_STARTS or "." in line else None
        self._dropping = picture is not None
        if picture is not None:
            self._dropped.add(picture[1].upper())
            self._dropping_soft_break = line.endswith("=") and _QUOTED_PRINTABLE.match(line) is not None
            return
        self._source.append(line)
        self._size += len(line)
        if self._size > _MAX_CARD:
            return
        if self._soft_break:
            self._logical[-1].append(line)
            self._soft_break = line.endswith("=")
        elif not line.strip(" \t"):
            return
        elif folded and self._logical:
            self._logical[-1].append(line if self._version == "2.1" else line[1:])
        else:
            self._logical.append([line])
            self._soft_break = line.endswith("=") and _QUOTED_PRINTABLE.match(line) is not None
            if line[:8].upper() == "VERSION:":
                self._version = line[8:].strip(" \t")
        if self._soft_break:
            self._logical[-1][-1] = line[:-1]


def parse(line: str, encoding: str) -> Property:
    """One unfolded line. Raises `Unreadable` when it is no property, or its value cannot be decoded."""
    name, colon, value = line.partition(":")
    if colon and _BARE.fullmatch(name):
        return Property("", name.upper(), (), to_text(value, None, encoding))
    head = _HEAD.match(line)
    if head is None:
        shown = to_text(line[:60], None, encoding)
        raise Unreadable(f"The line {shown!r} is no property of a vCard: it should be NAME:value.")
    types: list[str] = []
    transfer, charset = "", ""
    for match in _PARAM.finditer(head[3]):
        name, has_value, value = match[1].strip().upper(), match[2], match[3].replace('"', "").strip()
        if not has_value and name in _ENCODINGS:
            transfer = name
        elif not has_value:
            types.append(to_text(match[1], None, encoding))
        elif name == "TYPE":
            types += to_text(value, None, encoding).split(",")
        elif name == "ENCODING":
            transfer = value.upper()
        elif name == "CHARSET":
            charset = value
    value = line[head.end() :]
    if transfer == "QUOTED-PRINTABLE":
        value = binascii.a2b_qp(value.encode("latin-1")).decode("latin-1")
    elif transfer in ("BASE64", "B"):
        try:
            value = base64.b64decode(value.replace(" ", "")).decode("latin-1")
        except ValueError:
            raise Unreadable(f"The value of {head[2][:40]} is not Base64.") from None
    return Property(head[1] or "", head[2].upper(), tuple(types), to_text(value, charset or None, encoding))


def to_text(value: str, charset: str | None, encoding: str) -> str:
    """A value, one character per byte so far, as text: in its own charset, the file's, UTF-8 or else Windows-1252."""
    if value.isascii() and (charset is None or charset.upper() in ("UTF-8", "US-ASCII")):
        return value
    raw = value.encode("latin-1")
    for candidate in (charset and text.known_encoding(charset), encoding, "utf-8"):
        if candidate:
            try:
                return raw.decode(candidate)
            except UnicodeDecodeError:
                continue
    return raw.decode("cp1252", errors="replace")


def split_value(value: str, separators: str) -> list[str]:
    """The parts of a structured value, still escaped, cut at separators that are not escaped."""
    if "\\" not in value and len(separators) == 1:
        return value.split(separators)
    parts, begin, position = [], 0, 0
    for match in re.finditer(rf"\\.|[{separators}]", value, re.DOTALL):
        position = match.start()
        if value[position] != "\\":
            parts.append(value[begin:position])
            begin = position + 1
    return [*parts, value[begin:]]


def escape(value: str) -> str:
    """A text as value: backslash, comma, semicolon and line breaks escaped. `\\r` is our own, for exact round trips."""
    for char, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(char, written)
    return value


def unescape(value: str, version: str, *, own: bool) -> str:
    """A value as text. vCard 2.1 escapes only separators; there `C:\\new` is what it says."""
    if "\\" not in value:
        return value

    def plain(match: re.Match[str]) -> str:
        char = match[1]
        if char in "\\;,:":
            return char
        if char in "nN" and version != "2.1":
            return "\n"
        if char == "r" and own:
            return "\r"
        return match[0]

    return _ESCAPED.sub(plain, value)


def fold_line(line: str) -> bytes:
    """A line as bytes with CRLF, folded at 75 octets and never inside a character."""
    raw = line.encode()
    if len(raw) <= 75:
        return raw + b"\r\n"
    parts, begin, room = [], 0, 75
    while len(raw) - begin > room:
        end = begin + room
        while raw[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(raw[begin:end])
        begin, room = end, 74
    return b"\r\n ".join([*parts, raw[begin:]]) + b"\r\n"
