"""What the columns of a table hold, guessed from what stands in them, when its header says nothing or is missing.

Only what is plain is guessed: a column of numbers, of e-mail addresses, of names. A person can change all of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from phonebook_core.formats.mapping import IGNORE, Column, ColumnMapping, is_enough

SAMPLE: Final = 200
"""Rows to look at."""
_MOSTLY: Final = 0.8
_NUMBER: Final = re.compile(r"[+*#('’]*[0-9][0-9 ()/.\-*#+]*|[0-9]+[.,][0-9]+E\+?[0-9]+", re.IGNORECASE)
_DATE: Final = re.compile(r"[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{1,4}")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PLAIN_NUMBER: Final = 6
"""Digits from which on a number is likelier one to call than one to count with."""


def looks_like_a_number(cell: str) -> bool:
    """Whether the cell could be a phone number; a date could not."""
    return bool(_NUMBER.fullmatch(cell)) and not _DATE.fullmatch(cell)


def looks_like_data(cells: Sequence[str]) -> bool:
    """Whether some cell is a number or an e-mail address, which no header is."""
    return any(
        _EMAIL.fullmatch(cell) or (looks_like_a_number(cell) and sum(map(str.isdigit, cell)) >= 2)
        for cell in map(str.strip, cells)
    )


def guess(rows: Sequence[Sequence[str]], headers: Sequence[str], *, short_numbers: bool = False) -> ColumnMapping:
    """What the columns of these rows hold, as far as it is plain. `headers` are kept, and not looked at.

    With `short_numbers` a single column of two to five digits will do for numbers, when there are none longer.
    """
    width = max(len(headers), *map(len, rows), 0) if rows else len(headers)
    columns = [Column(header=headers[i] if i < len(headers) else "", field=_kind(rows, i)) for i in range(width)]
    kinds = [column.field for column in columns]
    if short_numbers and "number" not in kinds and kinds.count("count") == 1:
        kinds[kinds.index("count")] = "number"
    if "number" not in kinds and "email" not in kinds:  # words alone are no contacts
        return ColumnMapping(columns=tuple(msgspec.structs.replace(column, field=IGNORE) for column in columns))
    names = [index for index, kind in enumerate(kinds) if kind == "name"]
    fields = dict(zip(names, _name_fields(rows, names), strict=False))
    return ColumnMapping(
        columns=tuple(
            msgspec.structs.replace(column, field=fields.get(i, IGNORE) if kinds[i] in ("name", "count") else kinds[i])
            for i, column in enumerate(columns)
        )
    )


def complete(mapping: ColumnMapping, rows: Sequence[Sequence[str]]) -> ColumnMapping:
    """The mapping with a number column found by its content if the headers name none, and names if they name nobody."""
    if any(column.field == "number" for column in mapping.columns):
        return mapping
    seen = guess(rows, [column.header for column in mapping.columns])
    enough = is_enough(mapping)
    columns = [
        msgspec.structs.replace(old, field=new.field)
        if old.field == IGNORE and (new.field in ("number", "email") or not enough)
        else old
        for old, new in zip(mapping.columns, seen.columns, strict=False)
    ]
    return ColumnMapping(columns=tuple(columns))


def _kind(rows: Sequence[Sequence[str]], index: int) -> str:
    cells = [row[index].strip() for row in rows if index < len(row)]
    cells = [cell for cell in cells if cell]
    enough = len(cells) * _MOSTLY
    if not cells:
        return IGNORE
    if sum(bool(_EMAIL.fullmatch(cell)) for cell in cells) >= enough:
        return "email"
    numbers = [cell for cell in cells if looks_like_a_number(cell)]
    if len(numbers) >= enough:
        plain = sum(sum(map(str.isdigit, cell)) >= _PLAIN_NUMBER or cell[0] in "+*#" for cell in numbers)
        if plain * 2 >= len(numbers):
            return "number"
        return "count" if all(sum(map(str.isdigit, cell)) >= 2 for cell in numbers) else IGNORE
    if sum(any(c.isalpha() for c in cell) and "://" not in cell and "@" not in cell for cell in cells) >= enough:
        return "name"
    return IGNORE


def _name_fields(rows: Sequence[Sequence[str]], names: Sequence[int]) -> tuple[str, ...]:
    """One column of names is the name; two of single words given and family name; else a name and a company."""
    if len(names) < 2:
        return ("display_name",)
    words = [len(row[index].split()) for row in rows for index in names[:2] if index < len(row) and row[index].strip()]
    single = sum(count == 1 for count in words)
    return ("given_name", "family_name") if single >= len(words) * _MOSTLY else ("display_name", "organization")
