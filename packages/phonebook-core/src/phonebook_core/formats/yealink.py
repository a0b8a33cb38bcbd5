"""Yealink's phonebooks of units with attributes: the remote `YealinkIPPhoneBook` and the phone's own contact file.

Its other form, `YealinkIPPhoneDirectory`, is one of `directory_entries`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.formats.xml import Element

LABEL: Final = "Yealink"
ROOTS: Final = frozenset({"YealinkIPPhoneBook", "vp_contact", "root_contact"})
ENTRIES: Final = frozenset({"Unit", "Item", "contact"})
READ: Final = frozenset[str]()
_NUMBERS: Final = {
    "Phone1": "Work",
    "Phone2": "Mobile",
    "Phone3": "Other",
    "office_number": "Work",
    "mobile_number": "Mobile",
    "other_number": "Other",
}
_NO_GROUPS: Final = frozenset({"", "All Contacts", "Blacklist"})


def read(entry: Element, around: Sequence[Element]) -> Contact:
    """One unit as a contact. The menus it is in, and the group it names, are its groups."""
    said = entry.attributes
    groups = [element.attributes.get("Name", "").strip() for element in around if element.name == "Menu"]
    groups.append(said.get("group_id_name", "").strip())
    return Contact(
        display_name=(said.get("Name") or said.get("display_name", "")).strip(),
        numbers=tuple(
            PhoneNumber(value=value, label=label)
            for name, label in _NUMBERS.items()
            if (value := said.get(name, "").strip())
        ),
        groups=tuple(dict.fromkeys(group for group in groups if group not in _NO_GROUPS)),
    )
