"""Bytes of a contact file as text: which encoding they are in, and what cannot be a contact file at all."""

from __future__ import annotations

import codecs
import re
from typing import Final

from msgspec import Struct

from phonebook_core.errors import Invalid
from phonebook_core.formats.reading import MAX_BYTES

ENCODINGS: Final = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be",
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "cp437", "cp850", "cp852", "cp866", "cp874",
    "iso8859-1", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-15", "koi8-r", "koi8-u", "mac-roman",
    "shift_jis", "cp932", "euc_jp", "iso2022_jp", "gbk", "gb18030", "big5", "euc_kr",
)  # fmt: skip
"""The encodings a person can choose for a file. Any writing of their names that Python knows will do."""

_KNOWN: Final = {codecs.lookup(name).name: name for name in ENCODINGS} | {"ascii": "utf-8", "utf-8-sig": "utf-8"}
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MULTIBYTE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_OTHER_FILES: Final = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3\0", "a database"),
)


class Decoded(Struct, frozen=True, kw_only=True):
    """The text of a file without its byte order mark, and the encoding it was in.

    When `damaged`, some bytes were no text in that encoding; U+FFFD stands in their place.
    """

    text: str
    encoding: str
    damaged: bool = False


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """The file as text, in the given encoding or else the one that it shows: byte order mark, UTF-8, UTF-16,
    and as the last resort Windows-1252, in which Western Outlook and Excel write.

    Raises `Invalid` when the file is too large, not a text file, or not in the given encoding.
    """
    check_is_text_file(data)
    if encoding is not None:
        return _decode_as(data, encoding)
    for mark, marked in _BOMS:
        if data.startswith(mark):
            return _decode_strictly(data[len(mark) :], marked)
    if (name := _utf16_without_mark(data)) is not None:
        return Decoded(text=data.decode(name), encoding=name)
    try:
        return Decoded(text=data.decode(), encoding="utf-8")
    except UnicodeDecodeError:
        pass
    tolerant = data.decode(errors="replace")
    if tolerant.count("�") * 10 <= sum(1 for _ in _MULTIBYTE.finditer(data)):
        return Decoded(text=tolerant, encoding="utf-8", damaged=True)
    try:
        return Decoded(text=data.decode("cp1252"), encoding="cp1252")
    except UnicodeDecodeError:
        return Decoded(text=data.decode("cp1252", errors="replace"), encoding="cp1252", damaged=True)


def check_is_text_file(data: bytes) -> None:
    """Raise `Invalid` when the bytes are too many, none, or those of a known kind of file that is not text."""
    check_size(data)
    for magic, kind in _OTHER_FILES:
        if data.startswith(magic):
            raise Invalid(
                f"This is {kind}. Save the contacts as .xlsx, CSV or vCard and choose that file.", code="not_text"
            )


def check_size(data: bytes) -> None:
    """Raise `Invalid` when the bytes are too many, or none."""
    if len(data) > MAX_BYTES:
        raise Invalid(
            f"The file has {len(data) / 1_048_576:.1f} MiB; at most {MAX_BYTES // 1_048_576} MiB can be read at once. "
            "Split it into several files.",
            code="too_large",
        )
    if not data.strip():
        raise Invalid("The file is empty. Choose a file with contacts.", code="empty")


def known_encoding(name: str) -> str | None:
    """The name in `ENCODINGS` for an encoding as somebody wrote it, or None."""
    try:
        return _KNOWN.get(codecs.lookup(name.strip()).name)
    except (LookupError, ValueError):
        return None


def _decode_as(data: bytes, encoding: str) -> Decoded:
    name = known_encoding(encoding)
    if name is None:
        raise Invalid(
            f"The encoding {encoding[:40]!r} is not known here. Choose one of: {', '.join(ENCODINGS)}.",
            field="encoding",
            code="unknown_encoding",
        )
    for mark, marked in _BOMS:
        if data.startswith(mark) and (name == marked or (name == "utf-16" and marked != "utf-8")):
            return _decode_strictly(data[len(mark) :], marked)
    return _decode_strictly(data, name)


def _decode_strictly(data: bytes, name: str) -> Decoded:
    try:
        return Decoded(text=data.decode(name), encoding=name)
    except UnicodeDecodeError as error:
        raise Invalid(
            f"The file is not {name}, or it is damaged: byte {error.start + 1} cannot be read. "
            "Choose another encoding.",
            field="encoding",
            code="wrong_encoding",
        ) from None


def _utf16_without_mark(data: bytes) -> str | None:
    head = data[:4096]
    if len(data) % 2 or b"\0" not in head:
        return None
    first, second = head[0::2].count(0), head[1::2].count(0)
    if max(first, second) * 8 < len(head) // 2 or min(first, second) * 4 > max(first, second):
        return None
    name = "utf-16-be" if first > second else "utf-16-le"
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return None
    return name
