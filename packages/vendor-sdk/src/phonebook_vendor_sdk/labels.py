"""What the labels of numbers mean to phones that know only a few kinds, and numbers put into the places of such phones.

Labels are whatever people wrote, in any language; the words that are understood here are English, German, French,
Spanish and Italian. A label that is not understood is OTHER, never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from phonebook_core.contact import PhoneNumber, fold


class LabelKind(StrEnum):
    """The kinds of numbers that phones tell apart."""

    WORK = "work"
    MOBILE = "mobile"
    HOME = "home"
    FAX = "fax"
    OTHER = "other"


_WORDS: Final[Mapping[LabelKind, frozenset[str]]] = {
    LabelKind.FAX: frozenset({"fax", "telefax"}),
    LabelKind.MOBILE: frozenset(
        {"cell", "cellular", "cellulare", "gsm", "handy", "iphone", "mobil", "mobile", "mobiltelefon", "movil"}
        | {"natel", "portable"}
    ),
    LabelKind.HOME: frozenset({"casa", "domicile", "home", "maison", "personal", "privat", "private", "zuhause"}),
    LabelKind.WORK: frozenset(
        {"arbeit", "bureau", "buro", "business", "company", "desk", "dienst", "dienstlich", "firma", "geschaftlich"}
        | {"lavoro", "main", "office", "trabajo", "travail", "ufficio", "work", "zentrale"}
    ),
}
"""Folded words by what they mean; the first kind with a word of the label wins, so “Work Fax” is a fax."""


def label_kind(label: str) -> LabelKind | None:
    """What kind of number a label speaks of; None when there is no label."""
    words = re.findall(r"\w+", fold(label))
    if not words:
        return None
    return next((kind for kind, known in _WORDS.items() if not known.isdisjoint(words)), LabelKind.OTHER)


def in_slots(numbers: Sequence[PhoneNumber], *slots: Sequence[LabelKind]) -> list[tuple[PhoneNumber | None, ...]]:
    """Numbers in rows of fixed places, for phones that have a few per entry; `slots` are the kinds of each place.

        for work, mobile, other in in_slots(numbers, [LabelKind.WORK], [LabelKind.MOBILE], [LabelKind.HOME]):
            …

    Each number goes to the place of its kind if that is free, the others then to the free places in order. What is
    left begins another row, so no number is lost.
    """
    waiting = list(numbers)
    rows = []
    while waiting:
        row: list[PhoneNumber | None] = [None] * len(slots)
        homeless = []
        for number in waiting:
            kind = label_kind(number.label)
            at = next((n for n, kinds in enumerate(slots) if kind in kinds and row[n] is None), None)
            if at is None:
                homeless.append(number)
            else:
                row[at] = number
        waiting = []
        for number in homeless:
            if None in row:
                row[row.index(None)] = number
            else:
                waiting.append(number)
        rows.append(tuple(row))
    return rows
