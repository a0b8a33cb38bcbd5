"""Contacts as every part of the product knows them: frozen, vendor-agnostic, numbers kept as typed.

The same structs go to the database mapping, the HTTP API and down the vendor link. Adding a field to
`Contact` is an edit here, in the server's table with its migration and row mapping, and in the CSV and vCard columns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, Final

import msgspec
from msgspec import Struct

from phonebook_core.errors import Problem

MAX_TEXT: Final = 255
"""Characters in a name, label, number, e-mail or group."""
MAX_NOTE: Final = 10_000
"""Characters in a note."""
MAX_ITEMS: Final = 100
"""Numbers, e-mails or groups of one contact."""
MAX_META_BYTES: Final = 16_384
"""All `meta` of one contact together, as JSON."""
MAX_META_DEPTH: Final = 32
"""Levels of nesting below a service's values in `meta`."""

Meta = Mapping[str, Mapping[str, Any]]


class PhoneNumber(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number as somebody wrote it.

    `value` is the raw text and never rewritten. `e164` is derived (see `phone_number.derive`): set only when
    libphonenumber calls the number valid for the phonebook's region, else None.
    """

    value: str
    label: str = ""
    e164: str | None = None


class Email(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An e-mail address as somebody wrote it."""

    value: str
    label: str = ""


class Contact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person, company or place in one phonebook.

    `meta` holds per vendor service (by slug) a small JSON object that only that service reads; it survives every
    edit, import and sync. `external_id` is where the contact came from (a vCard UID, an id column).
    """

    id: str = ""
    given_name: str = ""
    family_name: str = ""
    display_name: str = ""
    organization: str = ""
    department: str = ""
    title: str = ""
    note: str = ""
    numbers: tuple[PhoneNumber, ...] = ()
    emails: tuple[Email, ...] = ()
    groups: tuple[str, ...] = ()
    meta: Meta = msgspec.field(default_factory=dict)
    external_id: str = ""


class _Marks(dict[int, int | None]):
    """What becomes of each character when combining marks are taken away; found when it is first met."""

    def __missing__(self, character: int) -> int | None:
        self[character] = None if unicodedata.combining(chr(character)) else character
        return self[character]


_MARKS: Final = _Marks()
TEXT_FIELDS: Final = ("given_name", "family_name", "display_name", "organization", "department", "title")


def shown_name(contact: Contact) -> str:
    """The name a phone shows: the display name, else given and family name, else the first thing that is there."""
    return (
        contact.display_name
        or " ".join(part for part in (contact.given_name, contact.family_name) if part)
        or contact.organization
        or next((number.value for number in contact.numbers), "")
        or next((email.value for email in contact.emails), "")
    )


def fold(text: str) -> str:
    """Text folded for comparing: accents and case gone, the same on every machine and in every locale."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text.casefold()).translate(_MARKS).casefold()


def sort_key(contact: Contact) -> tuple[str, str]:
    """The one order of contacts, everywhere: by folded shown name, ties by id. Compare as code points."""
    return fold(shown_name(contact)), contact.id


def in_order(contacts: Iterable[Contact]) -> list[Contact]:
    """The contacts in the one order (see `sort_key`)."""
    return sorted(contacts, key=sort_key)


def find_problems(contact: Contact) -> list[Problem]:
    """Everything that keeps this contact from being stored; an empty list when nothing does."""
    if _is_plain(contact):
        return []
    problems: list[Problem] = []

    def text(field: str, value: str, limit: int = MAX_TEXT) -> None:
        if len(value) > limit:
            problems.append(
                Problem(
                    field=field,
                    code="too_long",
                    message=f"Shorten this to {limit} characters; it has {len(value)}.",
                )
            )
        if not _storable(value):
            problems.append(
                Problem(field=field, code="unreadable", message="Remove the NUL or broken character in this text.")
            )

    for name in TEXT_FIELDS:
        text(name, getattr(contact, name))
    text("external_id", contact.external_id)
    text("note", contact.note, MAX_NOTE)
    labelled: dict[str, tuple[PhoneNumber | Email, ...]] = {"numbers": contact.numbers, "emails": contact.emails}
    for field, items in labelled.items():
        for index, item in enumerate(items):
            text(f"{field}.{index}.label", item.label)
            text(f"{field}.{index}.value", item.value)
            if not item.value.strip():
                problems.append(
                    Problem(
                        field=f"{field}.{index}.value",
                        code="required",
                        message="Fill this in, or take the line away.",
                    )
                )
    for index, group in enumerate(contact.groups):
        text(f"groups.{index}", group)
        if not group.strip():
            problems.append(
                Problem(
                    field=f"groups.{index}",
                    code="required",
                    message="A group needs a name; fill it in or remove it.",
                )
            )
    problems.extend(
        Problem(field=field, code="too_many", message=f"Keep at most {MAX_ITEMS}; there are {count}.")
        for field, count in (
            ("numbers", len(contact.numbers)),
            ("emails", len(contact.emails)),
            ("groups", len(contact.groups)),
        )
        if count > MAX_ITEMS
    )
    if contact.meta:
        problems.extend(find_meta_problems(contact.meta))
    if not shown_name(contact).strip():
        problems.append(
            Problem(
                field="display_name",
                code="required",
                message="Give the contact a name, a company, a number or an e-mail address.",
            )
        )
    return problems


def _is_plain(contact: Contact) -> bool:
    """Whether nothing can be wrong with a contact, at a glance: short, without `meta` and empty values."""
    values = [number.value for number in contact.numbers] + [email.value for email in contact.emails]
    labels = [number.label for number in contact.numbers] + [email.label for email in contact.emails]
    names = [getattr(contact, name) for name in TEXT_FIELDS]
    everything = "".join([*names, contact.note, contact.external_id, *labels, *values, *contact.groups])
    return (
        not contact.meta
        and len(everything) <= MAX_TEXT
        and len(values) + len(contact.groups) <= MAX_ITEMS
        and _storable(everything)
        and bool(shown_name(contact).strip())
        and all(value and not value.isspace() for value in (*values, *contact.groups))
    )


def find_meta_problems(meta: Meta) -> list[Problem]:
    """Everything in vendor values that cannot be stored or travel to a vendor service, be it as JSON or MessagePack.

    Safe for whatever a client sent: nothing is encoded before it is known to be no deeper than `MAX_META_DEPTH`.
    """
    problems: list[Problem] = []
    for slug, values in meta.items():
        if not _storable(slug):
            message = "Remove the NUL or broken character from the service's name."
            problems.append(Problem(field="meta", code="unreadable", message=message))
        elif message := _untransportable(values, MAX_META_DEPTH):
            problems.append(Problem(field=f"meta.{slug}", code="unreadable", message=message))
    if problems:
        return problems
    if (size := len(msgspec.json.encode(meta))) > MAX_META_BYTES:
        message = f"Keep the vendor values under {MAX_META_BYTES} bytes; they have {size}."
        return [Problem(field="meta", code="too_long", message=message)]
    return []


def _untransportable(value: object, depth: int) -> str:
    """Why a value cannot be handed to a vendor service, empty when it can."""
    if depth < 0:
        return f"Nest the vendor values at most {MAX_META_DEPTH} levels deep."
    match value:
        case str():
            return "" if _storable(value) else "Remove the NUL or broken character from the vendor values."
        case bool() | None:
            return ""
        case int():
            return "" if -(2**63) <= value < 2**63 else "Whole numbers in the vendor values must fit into 64 bits."
        case float():
            return "" if isfinite(value) else "A number in the vendor values is infinite or none; JSON has no such."
        case dict():
            parts = [*value.keys(), *value.values()]
        case list():
            parts = value
        case _:
            return "The vendor values can hold only what JSON can."
    return next((message for part in parts if (message := _untransportable(part, depth - 1))), "")


def _storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
