"""The phonebook of AVM's FRITZ!Box: `phonebooks/phonebook/contact` with `person/realName` and `telephony/number`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.formats.labels import usual_label
from phonebook_core.formats.xml import Element

LABEL: Final = "FRITZ!Box"
ROOTS: Final = frozenset({"phonebooks", "phonebook"})
ENTRIES: Final = frozenset({"contact"})
READ: Final = frozenset({"realName", "number", "email", "mod_time", "uniqueid", "category"})
_NUMBERS: Final = {"fax_work": "Work Fax", "fax_home": "Home Fax", "intern": "Extension", "memo": "Other"}
_EMAILS: Final = {"private": "Home", "business": "Work"}
_OWN_LABEL: Final = "label:"


def read(entry: Element, around: Sequence[Element]) -> Contact:
    """One contact. `uniqueid` counts within one box and `mod_time` is its clock, so neither is kept."""
    del around
    return Contact(
        display_name=next((name for person in entry.all("person") if (name := person.first("realName"))), ""),
        numbers=tuple(
            PhoneNumber(value=value, label=_label(number.attributes.get("type", ""), _NUMBERS))
            for telephony in entry.all("telephony")
            for number in telephony.all("number")
            if (value := number.text.strip())
        ),
        emails=tuple(
            Email(value=value, label=_label(email.attributes.get("classifier", ""), _EMAILS))
            for services in entry.all("services")
            for email in services.all("email")
            if (value := email.text.strip())
        ),
    )


def _label(type: str, known: dict[str, str]) -> str:
    if type.startswith(_OWN_LABEL):
        return type.removeprefix(_OWN_LABEL).strip()
    return known.get(type) or usual_label(type)
