"""What clients send for a contact, made into one that may be stored."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from phonebook_core.contact import Contact, Email, PhoneNumber, find_problems
from phonebook_core.errors import Invalid
from phonebook_core.phone_number import derive


class NumberInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phone number as a client sends it. `e164` may be sent back as it was received; it is derived anew anyway."""

    value: str
    label: str | None = ""
    e164: str | None = None


class EmailInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An e-mail address as a client sends it."""

    value: str
    label: str | None = ""


class ContactInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a contact that are to be set. What is absent stays as it is, in a new contact empty.

    `null` empties a field. Numbers, e-mails and groups are replaced as a whole; `meta` is set service by service, where
    `null` takes that service's values away.
    """

    given_name: str | UnsetType | None = UNSET
    family_name: str | UnsetType | None = UNSET
    display_name: str | UnsetType | None = UNSET
    organization: str | UnsetType | None = UNSET
    department: str | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET
    numbers: list[NumberInput] | UnsetType | None = UNSET
    emails: list[EmailInput] | UnsetType | None = UNSET
    groups: list[str] | UnsetType | None = UNSET
    meta: dict[str, dict[str, Any] | None] | UnsetType = UNSET
    external_id: str | UnsetType | None = UNSET


def apply(input: ContactInput, contact: Contact) -> Contact:
    """The contact with these fields set. Not checked; see `checked`."""
    changes: dict[str, Any] = {}
    for name in ContactInput.__struct_fields__:
        value = getattr(input, name)
        if value is UNSET:
            continue
        if name == "meta":
            merged = {**contact.meta, **value}
            changes[name] = {slug: values for slug, values in merged.items() if values is not None}
        elif name == "numbers":
            changes[name] = tuple(PhoneNumber(value=n.value, label=n.label or "") for n in value or ())
        elif name == "emails":
            changes[name] = tuple(Email(value=e.value, label=e.label or "") for e in value or ())
        elif name == "groups":
            changes[name] = tuple(value or ())
        else:
            changes[name] = value or ""
    return msgspec.structs.replace(contact, **changes)


def checked(contact: Contact, region: str) -> Contact:
    """The contact with its numbers derived for `region`. Raises Invalid with every problem when it cannot be stored."""
    if problems := find_problems(contact):
        raise Invalid(problems)
    return derive(contact, region)
