"""The phonebook XML that most brands share: `…IPPhoneDirectory` with `DirectoryEntry/Name/Telephone`.

Yealink, Fanvil, Snom's DECT bases, Cisco, Flyingvoice, Tiptel, Akuvox and Htek read it. Where a number says what it is
differs: in a `label` (Yealink), or in the name of its element (Fanvil, Snom DECT). Avaya has `Phone/Number, Type`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.formats.labels import usual_label
from phonebook_core.formats.xml import Element

ENTRIES: Final = frozenset({"DirectoryEntry"})
_ROOT_END: Final = "IPPhoneDirectory"
_PLAIN_ROOTS: Final = {"PhoneBook": "Fanvil", "PhoneDirectory": "Htek"}
_LABELS: Final = {
    "Telephone": "",
    "Phone": "",
    "Office": "Work",
    "Work": "Work",
    "Mobile": "Mobile",
    "Home": "Home",
    "Other": "Other",
    "Fax": "Fax",
}
READ: Final = frozenset({*_LABELS, "Name", "FirstName", "LastName", "Company", "Group", "Email", "Number", "Type"})
"""Elements whose text is read."""


def is_root(name: str) -> bool:
    """Whether a document with this root element is such a phonebook. Any brand may stand before the name."""
    return name.endswith(_ROOT_END) or name in _PLAIN_ROOTS


def label_of(root: str) -> str:
    """Whose phonebook it is, by its root element; empty when it does not say."""
    return _PLAIN_ROOTS.get(root) or root.removesuffix(_ROOT_END)


def read(entry: Element, around: Sequence[Element]) -> Contact:
    """One `DirectoryEntry` as a contact. Numbers that are empty, as some phones need them, are left out."""
    del around
    numbers = [
        PhoneNumber(value=value, label=usual_label(child.attributes.get("label", "")) or _LABELS[child.name])
        for child in entry.children
        if child.name in _LABELS and (value := child.text.strip())
    ]
    numbers += [
        PhoneNumber(value=value, label=usual_label(phone.first("Type")))
        for phones in entry.all("PhoneNumbers")
        for phone in phones.children
        if (value := phone.first("Number"))
    ]
    return Contact(
        display_name=entry.first("Name"),
        given_name=entry.first("FirstName"),
        family_name=entry.first("LastName"),
        organization=entry.first("Company"),
        numbers=tuple(numbers),
        emails=tuple(Email(value=value) for child in entry.all("Email") if (value := child.text.strip())),
        groups=tuple(dict.fromkeys(group for child in entry.all("Group") if (group := child.text.strip()))),
    )
