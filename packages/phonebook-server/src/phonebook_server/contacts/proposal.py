"""What several contacts that are the same become: nothing that one of them says is lost. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from phonebook_core.contact import Contact, Email, PhoneNumber, fold
from phonebook_core.phone_number import identity
from phonebook_server.contacts.comparison import FIELDS, shown

_Item = TypeVar("_Item", PhoneNumber, Email)
_FIRST: Final = ("organization", "department", "title", "external_id")


class FieldValue(Struct, frozen=True, kw_only=True):
    """What one contact says in a field."""

    contact: str
    value: Any


class FieldChoice(Struct, frozen=True, kw_only=True):
    """A field in which something is said: what each contact says, in their order, and what is proposed."""

    field: str
    values: list[FieldValue]
    chosen: Any


def propose(contacts: Sequence[Contact]) -> Contact:
    """The first contact with what the others add.

    A text is that of the first contact that has one; the names go together. Numbers, e-mails and groups are united,
    vendor values key by key, different notes are joined. The result may be larger than a contact can be.
    """
    first = contacts[0]
    changes: dict[str, Any] = {
        field: next((value for each in contacts if (value := getattr(each, field))), "") for field in _FIRST
    }
    changes |= _names(contacts)
    notes: list[str] = []
    numbers: dict[str, PhoneNumber] = {}
    emails: dict[str, Email] = {}
    for contact in contacts:
        if contact.note.strip() and all(contact.note.strip() not in note for note in notes):
            notes.append(contact.note)
        for number in contact.numbers:
            numbers[identity(number)] = _labelled(numbers.get(identity(number)), number)
        for email in contact.emails:
            key = email.value.strip().casefold()
            emails[key] = _labelled(emails.get(key), email)
    changes["note"] = "\n\n".join(notes)
    changes["numbers"], changes["emails"] = tuple(numbers.values()), tuple(emails.values())
    changes["groups"] = tuple(dict.fromkeys(group for each in contacts for group in each.groups))
    meta: dict[str, dict[str, Any]] = {}
    for contact in contacts:
        for slug, values in contact.meta.items():
            mine = meta.setdefault(slug, {})
            for key, value in values.items():
                mine.setdefault(key, value)
    changes["meta"] = meta
    return msgspec.structs.replace(first, **changes)


def lay_out(contacts: Sequence[Contact], result: Contact) -> list[FieldChoice]:
    """Side by side, field by field, what the contacts say and what the result is."""
    return [
        FieldChoice(
            field=field,
            values=[FieldValue(contact=each.id, value=shown(getattr(each, field))) for each in contacts],
            chosen=shown(getattr(result, field)),
        )
        for field in FIELDS
        if any(getattr(each, field) for each in contacts)
    ]


def _names(contacts: Sequence[Contact]) -> dict[str, str]:
    """The names of the first contact that has any; its parts are taken from another one that has the same name."""
    parts = ("given_name", "family_name")
    named = next((each for each in contacts if each.display_name or each.given_name or each.family_name), contacts[0])
    split = named
    if not (named.given_name or named.family_name):
        words = sorted(fold(named.display_name).split())
        same = (each for each in contacts if words == sorted(fold(f"{each.given_name} {each.family_name}").split()))
        split = next(same, named)
    return {"display_name": named.display_name, **{part: getattr(split, part) for part in parts}}


def _labelled(known: _Item | None, item: _Item) -> _Item:
    """The one that is known, with the label of the other if it has none."""
    if known is None:
        return item
    return msgspec.structs.replace(known, label=known.label or item.label)
