"""Rejected rows as a file, each with its reason, to be mended and read again in the same format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

import msgspec
from msgspec import Raw

from phonebook_core.formats import table
from phonebook_core.formats.mapping import REASON_COLUMN
from phonebook_core.formats.reading import Reading, Row

EXTENSIONS: Final[Mapping[str, str]] = {"csv": "csv", "xlsx": "csv", "vcard": "vcf", "json": "json", "xml": "xml"}
"""What the name of such a file ends in, by the format of the reading."""


def write_rejected(reading: Reading, reasons: Mapping[int, str]) -> bytes:
    """The rows of a reading that stand on the lines of `reasons`, with their cells as they were.

    A table gives CSV under its own header with the reason in a last column, which is ignored when it is read again.
    vCards, JSON and XML give the same format.
    """
    rows = [row for row in reading.rows if row.line in reasons]
    if reading.format in ("csv", "xlsx"):
        return _table(reading, rows, reasons)
    texts = ["".join(row.cells) for row in rows]
    if reading.format == "json":
        items = [_with_reason(text, reasons[row.line]) for row, text in zip(rows, texts, strict=True)]
        return b"[" + b",".join(b"\n" + item for item in items) + b"\n]\n"
    if reading.format == "xml":
        root = next(iter(reading.columns), "phonebook")
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<{root}>"]
        for row, text in zip(rows, texts, strict=True):
            lines += [f"<!-- {_in_comment(reasons[row.line])} -->", text]
        return "\n".join([*lines, f"</{root}>", ""]).encode(errors="replace")
    return "".join(text + "\r\n" for text in texts).encode(errors="replace")


def _table(reading: Reading, rows: Sequence[Row], reasons: Mapping[int, str]) -> bytes:
    columns = list(reading.columns)
    if columns and columns[-1] == REASON_COLUMN:
        columns.pop()
    had = len(reading.columns) - len(columns)
    kept = [row.cells[: len(columns)] if had and len(row.cells) <= len(reading.columns) else row.cells for row in rows]
    width = max([len(columns), *map(len, kept)])

    def filled(cells: Sequence[str]) -> list[str]:
        return [*cells, *[""] * (width - len(cells))]

    return table.write_table(
        chain(
            [[*filled(columns), REASON_COLUMN]],
            ([*filled(cells), reasons[row.line]] for cells, row in zip(kept, rows, strict=True)),
        ),
        reading.delimiter or ",",
    )


def _with_reason(text: str, reason: str) -> bytes:
    try:
        item = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        item = None
    if not isinstance(item, dict):
        return text.encode(errors="replace")
    fields = {key: Raw(msgspec.json.encode(value)) for key, value in item.items() if key != "problem"}
    return msgspec.json.encode({**fields, "problem": reason})


def _in_comment(reason: str) -> str:
    return "".join(c for c in reason if c.isprintable()).replace("--", "- -").removesuffix("-")
