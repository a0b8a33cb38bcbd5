"""The record of what was done as a file: CSV that no spreadsheet runs as formulas, or a JSON object per line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncGenerator, AsyncIterable
from enum import StrEnum
from typing import Final

import msgspec

from phonebook_server.activity.store import ActivityView

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_PHONE_NUMBER: Final = re.compile(r"\+[0-9 ()/.-]+")


class Format(StrEnum):
    """What an export is written in."""

    CSV = "csv"
    JSONL = "jsonl"


MEDIA_TYPES: Final = {Format.CSV: "text/csv", Format.JSONL: "application/x-ndjson"}


async def write(portions: AsyncIterable[list[ActivityView]], format: Format) -> AsyncGenerator[bytes]:
    """The bytes of the file, a portion at a time; CSV begins with the names of the columns."""
    if format is Format.CSV:
        yield _rows([list(ActivityView.__struct_fields__)])
        async for portion in portions:
            yield _rows([["" if value is None else value for value in msgspec.structs.astuple(e)] for e in portion])
    else:
        encode = msgspec.json.encode
        async for portion in portions:
            yield b"".join(encode(each) + b"\n" for each in portion)


def safe_cell(text: str) -> str:
    """The text so that a spreadsheet takes it as text; a phone number stays as it is."""
    return f"'{text}" if text.startswith(_FORMULA) and not _PHONE_NUMBER.fullmatch(text) else text


def _rows(rows: list[list[str]]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue().encode()
