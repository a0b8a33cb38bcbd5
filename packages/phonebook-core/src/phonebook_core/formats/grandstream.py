"""Grandstream's `AddressBook/Contact`, which Avaya E129 and Gigaset DE phones take too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from phonebook_core.contact import MAX_TEXT, Contact, Email, PhoneNumber
from phonebook_core.formats.labels import usual_label
from phonebook_core.formats.xml import Element

LABEL: Final = "Grandstream"
ROOTS: Final = frozenset({"AddressBook"})
ENTRIES: Final = frozenset({"Contact"})
READ: Final = frozenset(
    {
        "FirstName",
        "LastName",
        "Company",
        "Department",
        "Job",
        "JobTitle",
        "Title",
        "phonenumber",
        "Group",
        "groupid",
        "Mail",
        "Email",
    }
)
_DEFAULT_GROUPS: Final = frozenset({"", "Default"})


def read(entry: Element, around: Sequence[Element]) -> Contact:
    """One contact; its groups are ids until `name_groups` has said what they are called.

    The `id` of an entry is its place in the file and not kept: the next export may give it to somebody else.
    """
    del around
    numbers = [
        PhoneNumber(value=value, label=usual_label(phone.attributes.get("type", "")))
        for phone in entry.all("Phone")
        if (value := phone.first("phonenumber"))
    ]
    emails = [child.text.strip() for name in ("Mail", "Email") for child in entry.all(name)]
    groups = [child.text.strip() for child in entry.all("Group")]
    groups += [child.text.strip() for parent in entry.all("Groups") for child in parent.all("groupid")]
    return Contact(
        given_name=entry.first("FirstName"),
        family_name=entry.first("LastName"),
        organization=entry.first("Company"),
        department=entry.first("Department"),
        title=entry.first("JobTitle", "Job", "Title"),
        numbers=tuple(numbers),
        emails=tuple(Email(value=value) for value in emails if value),
        groups=tuple(dict.fromkeys(group for group in groups if group)),
    )


def name_groups(root: Element) -> dict[str, str]:
    """What the ids of groups stand for. The group that every contact is in has no name worth keeping."""
    return {
        group.first("id"): name
        for group in root.all("pbgroup")
        if (name := group.first("name")) not in _DEFAULT_GROUPS and len(name) <= MAX_TEXT
    }
