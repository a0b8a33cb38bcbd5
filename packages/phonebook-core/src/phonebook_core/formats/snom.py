"""Snom's `tbook`: version 2 with lists of numbers (remote XML directory), version 1 with an item for each number.

Its `SnomIPPhoneDirectory` is one of `directory_entries`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.formats.labels import usual_label
from phonebook_core.formats.xml import Element

LABEL: Final = "Snom"
ROOTS: Final = frozenset({"tbook"})
ENTRIES: Final = frozenset({"contact", "item"})
READ: Final = frozenset(
    {"name", "number", "number_type", "first_name", "last_name", "organization", "title", "email", "note", "group"}
)
_LABELS: Final = {"business": "Work", "work": "Work", "mobile": "Mobile", "home": "Home", "private": "Home"}
_SILENT: Final = frozenset({"", "none", "sip", "fixed", "extension"})


def read(entry: Element, around: Sequence[Element]) -> Contact:
    """One contact or item. Items that share a name are separate contacts, as they are on the phone."""
    del around
    numbers = [(entry.first("number"), entry.first("number_type"))]
    numbers += [
        (number.attributes.get("no", "").strip(), number.attributes.get("type", "").strip())
        for group in entry.all("numbers")
        for number in group.all("number")
    ]
    given, family, name = entry.first("first_name"), entry.first("last_name"), entry.first("name")
    return Contact(
        display_name="" if name in (f"{given} {family}", f"{family} {given}") else name,
        given_name=given,
        family_name=family,
        organization=entry.first("organization"),
        title=entry.first("title"),
        note=entry.first("note"),
        numbers=tuple(PhoneNumber(value=value, label=_label(type)) for value, type in numbers if value),
        emails=tuple(Email(value=value) for child in entry.all("email") if (value := child.text.strip())),
        groups=tuple(group for child in entry.all("group") if (group := child.text.strip()) and group != "none"),
    )


def _label(type: str) -> str:
    return "" if type.lower() in _SILENT else _LABELS.get(type.lower()) or usual_label(type)
