"""What normalising makes of one contact, and what that changes. Pure functions; doing it twice changes nothing more."""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec import Struct

from phonebook_core.contact import Contact
from phonebook_core.phone_number import derive, e164
from phonebook_server.contacts.labels import tidy_label

NAMES: Final = ("given_name", "family_name", "display_name", "organization")
_DESK: Final = re.compile(r"[^-]*-\s*\d{1,3}\s*")
"""`030/123456-15`: a desk behind a company's number. Written as one number nobody sees any more which part that is."""


class TextChange(Struct, frozen=True, kw_only=True):
    """One text of one contact that becomes another one; `field` is its path, as `numbers.0.value`."""

    contact: str
    field: str
    before: str
    after: str


def tidy(contact: Contact, region: str, *, numbers: bool, labels: bool, names: bool) -> Contact:
    """The contact with what is asked for put in order; equal to it when that is nothing.

    Numbers become E.164 only where libphonenumber calls them valid in the region: short codes, feature codes, SIP URIs
    and numbers with an extension stay as they were typed.
    """
    replace = msgspec.structs.replace
    if numbers:
        derived = derive(contact, region)
        written = tuple(
            replace(n, value=n.e164) if n.e164 and is_to_be_rewritten(n.value, region) else n for n in derived.numbers
        )
        if any(n.value != old.value for n, old in zip(written, contact.numbers, strict=True)):
            contact = replace(derived, numbers=written)
    if labels:
        contact = replace(
            contact,
            numbers=tuple(replace(n, label=tidy_label(n.label)) for n in contact.numbers),
            emails=tuple(replace(e, label=tidy_label(e.label)) for e in contact.emails),
        )
    if names:
        contact = replace(contact, **{field: " ".join(getattr(contact, field).split()) for field in NAMES})
    return contact


def is_to_be_rewritten(value: str, region: str) -> bool:
    """Whether a raw number is better written as E.164: it is certain there, and shows nothing that this would hide."""
    certain = e164(value, region)
    return certain is not None and certain == e164(certain, region) and _DESK.fullmatch(value) is None


def text_changes(before: Contact, after: Contact) -> list[TextChange]:
    """Every text that `tidy` changed."""
    pairs = [(field, getattr(before, field), getattr(after, field)) for field in NAMES]
    for n, (old, new) in enumerate(zip(before.numbers, after.numbers, strict=True)):
        pairs += [(f"numbers.{n}.value", old.value, new.value), (f"numbers.{n}.label", old.label, new.label)]
    for n, (was, is_now) in enumerate(zip(before.emails, after.emails, strict=True)):
        pairs.append((f"emails.{n}.label", was.label, is_now.label))
    return [
        TextChange(contact=before.id, field=field, before=old, after=new) for field, old, new in pairs if old != new
    ]
