"""Which column of a table holds what: guessed by `columns` and `sniffing`, changed by a person, remembered by key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from phonebook_core.contact import MAX_TEXT, fold
from phonebook_core.errors import Problem
from phonebook_core.formats.labels import SECOND_RANK

MAX_COLUMNS: Final = 1_000
"""Columns of a table to read."""
REASON_COLUMN: Final = "Problem"
"""The last column of rejected rows, which says why. It is never read."""

IGNORE: Final = "ignore"
TEXTS: Final = (
    "display_name", "given_name", "family_name", "organization", "department", "title", "note", "external_id",
)  # fmt: skip
"""What the first filled of several columns decides."""
FIELDS: Final = (*TEXTS, "middle_name", "groups", "meta", "number", "email", "label", IGNORE)
"""What a column can hold. `label` is the label of the number or e-mail that points to it."""
_NAMING: Final = frozenset({"display_name", "given_name", "family_name", "organization", "number"})


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one column holds: one of `FIELDS`.

    A number or e-mail has a fixed `label`, or takes it from the cells of the column at position `label_from`.
    """

    header: str = ""
    field: str = IGNORE
    label: str = ""
    label_from: int | None = None


class ColumnMapping(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the columns of a table hold, by position from 0. Columns beyond the last are ignored."""

    columns: tuple[Column, ...] = ()


class Pair(Struct, frozen=True):
    """Where a number or e-mail stands, and its label: in a column, or fixed."""

    value: int
    label: int | None = None
    fixed: str = ""


class Layout(Struct, frozen=True, kw_only=True):
    """A mapping turned round for reading rows: for each field, where it stands."""

    texts: tuple[tuple[str, int], ...] = ()
    middle: tuple[int, ...] = ()
    numbers: tuple[Pair, ...] = ()
    emails: tuple[Pair, ...] = ()
    groups: tuple[int, ...] = ()
    meta: int | None = None


def normal(header: str) -> str:
    """A header reduced to what is compared: its letters and digits, folded."""
    return "".join(c for c in fold(header) if c.isalnum())


def header_key(headers: Iterable[str]) -> str:
    """A stable name for this set of headers, in whatever order, case and punctuation; empty when there are none.

    A column of reasons (see `REASON_COLUMN`) does not count, so that mended rows find the mapping of their file.
    """
    words = sorted(word for word in map(normal, headers) if word != normal(REASON_COLUMN))
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32] if any(words) else ""


def fit(mapping: ColumnMapping, headers: Sequence[str]) -> ColumnMapping:
    """A remembered mapping for a file with the same headers, perhaps in another order. Unknown headers are ignored."""
    places: dict[str, list[int]] = {}
    for index, column in enumerate(mapping.columns):
        places.setdefault(normal(column.header), []).append(index)
    old_of: dict[int, int] = {}
    for index, header in enumerate(headers):
        if found := places.get(normal(header)):
            old_of[index] = found.pop(0)
    new_of = {old: new for new, old in old_of.items()}
    columns = []
    for index, header in enumerate(headers):
        column = mapping.columns[old_of[index]] if index in old_of else Column()
        label_from = None if column.label_from is None else new_of.get(column.label_from)
        columns.append(msgspec.structs.replace(column, header=header, label_from=label_from))
    return ColumnMapping(columns=tuple(columns))


def is_enough(mapping: ColumnMapping) -> bool:
    """Whether contacts can be made of it: some column holds a name, a company or a number."""
    return any(column.field in _NAMING for column in mapping.columns)


def find_mapping_problems(mapping: ColumnMapping, width: int) -> list[Problem]:
    """Everything wrong with a mapping for a table of `width` columns; an empty list when it can be used."""
    problems: list[Problem] = []

    def add(index: int, part: str, message: str) -> None:
        problems.append(Problem(field=f"mapping.columns.{index}.{part}", code="mapping", message=message))

    if len(mapping.columns) > width:
        message = f"The mapping has {len(mapping.columns)} columns, the file {width}. Map only columns of the file."
        problems.append(Problem(field="mapping.columns", code="mapping", message=message))
    meta_at: int | None = None
    for index, column in enumerate(mapping.columns):
        if column.field not in FIELDS:
            add(index, "field", f"A column cannot hold {column.field[:40]!r}. Choose one of: {', '.join(FIELDS)}.")
        has_label = bool(column.label) or column.label_from is not None
        if has_label and column.field not in ("number", "email"):
            add(index, "label", "Only a number or an e-mail address has a label. Take it away, or map the column so.")
        if column.label and column.label_from is not None:
            add(index, "label", "A label is fixed or stands in another column. Choose one of the two.")
        if len(column.label) > MAX_TEXT:
            add(index, "label", f"Shorten the label to {MAX_TEXT} characters; it has {len(column.label)}.")
        if column.label_from is not None and (column.label_from == index or not 0 <= column.label_from < width):
            add(index, "label_from", f"The label must stand in another column of the file, from 0 to {width - 1}.")
        if column.field == "meta":
            if meta_at is not None:
                add(index, "field", f"Column {meta_at + 1} holds the vendor values already. Only one can.")
            meta_at = index
    if not problems and not is_enough(mapping):
        message = "No column holds a name, a company or a number. Say which one does."
        problems.append(Problem(field="mapping.columns", code="mapping", message=message))
    return problems


def layout_of(mapping: ColumnMapping) -> Layout:
    """The mapping turned round. Numbers with labels of their own come first, those that nobody calls first last."""
    at: dict[str, list[int]] = {}
    for index, column in enumerate(mapping.columns):
        at.setdefault(column.field, []).append(index)

    def pairs(field: str) -> tuple[Pair, ...]:
        found = [
            Pair(index, mapping.columns[index].label_from, mapping.columns[index].label) for index in at.get(field, ())
        ]
        return tuple(sorted(found, key=lambda pair: (pair.label is None, pair.fixed in SECOND_RANK)))

    return Layout(
        texts=tuple((field, index) for field in TEXTS for index in at.get(field, ())),
        middle=tuple(at.get("middle_name", ())),
        numbers=pairs("number"),
        emails=pairs("email"),
        groups=tuple(at.get("groups", ())),
        meta=next(iter(at.get("meta", ())), None),
    )


def ignored(mapping: ColumnMapping, headers: Sequence[str]) -> tuple[str, ...]:
    """The headers of columns that are not read."""
    read = {index for index, column in enumerate(mapping.columns) if column.field != IGNORE}
    read |= {column.label_from for column in mapping.columns if column.label_from is not None}
    return tuple(header for index, header in enumerate(headers) if header and index not in read)
