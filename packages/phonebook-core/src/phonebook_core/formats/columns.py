"""What the columns of a table hold, guessed from their headers.

A number in a header (`Business Phone 2`) is ignored unless it ties a label column to its value column
(`Phone 1 - Label`, `Phone 1 - Value`). The words are in `header_words`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from phonebook_core.formats import header_words
from phonebook_core.formats.mapping import REASON_COLUMN, Column, ColumnMapping, is_enough, normal

OWN_NAMES: Final = ("Display Name", "Given Name", "Family Name", "Organization", "Department", "Title")
"""The first columns of our own export, as `contact.TEXT_FIELDS` in the order for people."""
OWN_ENDS: Final = ("Groups", "Note", "Meta", "External ID")
"""The last columns of our own export; between them are `Number 1 - Label`, `Number 1 - Value`, … and `Email 1 - …`."""

_SLOT: Final = re.compile(r"(phone|number|email)(\d{1,3})(type|label|value|number|address)")


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {normal(word): meaning for meaning, words in table.items() for word in words.split("|")}


_FIELD_OF: Final = _by_word(header_words.FIELDS)
_NUMBER_OF: Final = _by_word(header_words.NUMBERS)
_EMAIL_OF: Final = _by_word(header_words.EMAILS)
_NUMBER_TYPES: Final = frozenset(map(normal, header_words.NUMBER_TYPES.split("|")))


def count_known(headers: Sequence[str]) -> int:
    """How many of the headers mean something here."""
    return sum(_meaning(normal(header)) is not None for header in headers)


def is_own(headers: Sequence[str]) -> bool:
    """Whether these are the headers of our own export, which is read to the letter."""
    headers = headers[:-1] if headers and headers[-1] == REASON_COLUMN else headers
    return tuple(headers[: len(OWN_NAMES)]) == OWN_NAMES and tuple(headers[-len(OWN_ENDS) :]) == OWN_ENDS


def guess(headers: Sequence[str]) -> ColumnMapping:
    """What the columns under these headers hold. Unknown ones are ignored; see `mapping.is_enough`."""
    columns = [Column(header=header.strip()) for header in headers]
    found: dict[str, list[int]] = {}
    slots: dict[tuple[str, str], dict[str, int]] = {}
    types: list[int] = []
    for index, header in enumerate(headers):
        word = normal(header)
        if word in _NUMBER_TYPES:
            types.append(index)
        meaning = None if header.strip() == REASON_COLUMN else _meaning(word)
        if meaning is None:
            continue
        kind, detail, slot = meaning
        if slot:
            slots.setdefault((kind, slot), {}).setdefault(detail, index)
        elif kind == "field":
            found.setdefault(detail, []).append(index)
        else:
            columns[index] = Column(header=header.strip(), field=kind, label=detail)
    _settle_names(found)
    for field, places in found.items():
        for index in places:
            columns[index] = Column(header=columns[index].header, field=field)
    for (kind, _), parts in slots.items():
        if "value" in parts:
            _point(columns, kind, parts["value"], parts.get("label"))
    bare = [index for index, column in enumerate(columns) if column == Column(header=column.header, field="number")]
    if len(types) == len(bare) == 1:
        _point(columns, "number", bare[0], types[0])
    return ColumnMapping(columns=tuple(columns))


def is_header(cells: Sequence[str]) -> bool:
    """Whether these cells name columns of which contacts can be made."""
    return is_enough(guess(cells))


def _point(columns: list[Column], kind: str, value: int, label: int | None) -> None:
    columns[value] = Column(header=columns[value].header, field=kind, label_from=label)
    if label is not None:
        columns[label] = Column(header=columns[label].header, field="label")


def _meaning(word: str) -> tuple[str, str, str] | None:
    """What a header means: (`field` | `number` | `email`, field or label or part, slot)."""
    if match := _SLOT.fullmatch(word):
        return (
            "email" if match[1] == "email" else "number",
            "label" if match[3] in ("type", "label") else "value",
            match[1] + match[2],
        )
    for candidate in (word, re.sub(r"\d+", "", word)):
        for kind, words in (("field", _FIELD_OF), ("number", _NUMBER_OF), ("email", _EMAIL_OF)):
            if (detail := words.get(candidate)) is not None:
                return kind, detail, ""
    return None


def _settle_names(found: dict[str, list[int]]) -> None:
    """Decide what `Name` and `Title` mean beside their neighbours: `Nom` next to `Prénom` is the family name."""
    if names := found.pop("name", None):
        if "given_name" in found and "family_name" not in found:
            meaning = "family_name"
        elif "family_name" in found and "given_name" not in found:
            meaning = "given_name"
        else:
            meaning = "display_name"
        found.setdefault(meaning, []).extend(names)
    titles = found.pop("maybe_title", None)
    if titles and "title" not in found:  # Outlook has the courtesy title (Mr, Herr) beside the job title
        found["title"] = titles[-1:]
    del found.get("meta", [])[1:]
