"""What becomes of a stored contact when a file says something about it: four ways, chosen by a person."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from phonebook_core.contact import TEXT_FIELDS, Contact, Meta, PhoneNumber, fold, shown_name
from phonebook_core.phone_number import identity

_REST = ("organization", "department", "title", "note", "numbers", "emails", "external_id")


class OnMatch(StrEnum):
    """What a row does to the stored contact that it matches.

    - `update`: what the row fills in replaces what is stored, what it leaves empty stays; groups and `meta` are united.
      See `merge`.
    - `keep`: what is stored stays; the row only fills in what is empty, and adds groups and `meta`. See `fill`.
    - `replace`: the contact becomes what the row says; what the row leaves empty is emptied. Kept are the id, an
      external id that the row does not give, and the `meta` of services that it does not name. See `replace`.
    - `skip`: the row is left out, the contact stays as it is.
    """

    UPDATE = "update"
    KEEP = "keep"
    REPLACE = "replace"
    SKIP = "skip"


def merge(stored: Contact, incoming: Contact) -> Contact:
    """The stored contact with what `incoming` fills in; equal to `stored` when that is nothing new.

    The three names go together: if the shown name changes, all are taken from `incoming`. A number or an e-mail that
    comes without a label keeps the one that it has.
    """
    incoming = _labelled(stored, incoming)
    changes: dict[str, Any] = {field: value for field in _REST if (value := getattr(incoming, field))}
    if "numbers" in changes and plain_numbers(stored) == plain_numbers(incoming):
        del changes["numbers"]  # equal but for E.164, which says nothing of its own
    names = {field: getattr(incoming, field) for field in ("display_name", "given_name", "family_name")}
    if any(names.values()):
        if name_of(stored) == name_of(incoming):
            filled = {field: value for field, value in names.items() if value}
            if name_of(msgspec.structs.replace(stored, **filled)) != name_of(incoming):
                filled["display_name"] = shown_name(incoming)
            changes |= filled
        else:
            changes |= names
    if new := [group for group in incoming.groups if group not in stored.groups]:
        changes["groups"] = stored.groups + tuple(dict.fromkeys(new))
    if incoming.meta:
        changes["meta"] = _merge_meta(stored.meta, incoming.meta)
    return msgspec.structs.replace(stored, **changes)


def _labelled(stored: Contact, incoming: Contact) -> Contact:
    """`incoming` with the stored labels of those numbers and e-mails that it gives none and that all have one."""
    if all(number.label for number in incoming.numbers) and all(email.label for email in incoming.emails):
        return incoming
    of_numbers = _labels((key, n.label) for n in stored.numbers for key in {identity(n), _digits(n)})
    of_emails = _labels((email.value.casefold(), email.label) for email in stored.emails)
    numbers, emails = list(incoming.numbers), list(incoming.emails)
    for n, number in enumerate(numbers):
        if not number.label:
            label = of_numbers.get(identity(number)) or of_numbers.get(_digits(number), "")
            numbers[n] = msgspec.structs.replace(number, label=label)
    for n, email in enumerate(emails):
        if not email.label:
            emails[n] = msgspec.structs.replace(email, label=of_emails.get(email.value.casefold(), ""))
    return msgspec.structs.replace(incoming, numbers=tuple(numbers), emails=tuple(emails))


def _labels(labelled: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first label of each; empty when one of them has none."""
    labels: dict[str, str] = {}
    for key, label in labelled:
        labels[key] = labels.get(key, label) if label else ""
    return labels


def _digits(number: PhoneNumber) -> str:
    """The number as typed, without what only separates; E.164 is not always known yet."""
    return identity(msgspec.structs.replace(number, e164=None))


def _merge_meta(stored: Meta, incoming: Meta) -> Meta:
    return {**stored, **{slug: {**stored.get(slug, {}), **values} for slug, values in incoming.items()}}


def only_adds(stored: Contact, merged: Contact) -> bool:
    """Whether all that `stored` says is still said in `merged`; empty fields may be filled in, groups and meta grow."""
    for field in (*TEXT_FIELDS, "note", "numbers", "emails", "external_id"):
        value = getattr(stored, field)
        if value and getattr(merged, field) != value:
            return False
    return all(merged.meta[slug][key] == value for slug, values in stored.meta.items() for key, value in values.items())


def fill(stored: Contact, incoming: Contact) -> Contact:
    """The stored contact with its empty fields filled in from `incoming`; equal to `stored` when there are none.

    The three names count as one field; so do the numbers, and the e-mails. What both say in `meta` stays as stored.
    """
    changes: dict[str, Any] = {
        field: value for field in _REST if (value := getattr(incoming, field)) and not getattr(stored, field)
    }
    if not (stored.display_name or stored.given_name or stored.family_name):
        changes |= {field: getattr(incoming, field) for field in ("display_name", "given_name", "family_name")}
    if new := [group for group in incoming.groups if group not in stored.groups]:
        changes["groups"] = stored.groups + tuple(dict.fromkeys(new))
    if incoming.meta:
        changes["meta"] = _merge_meta(incoming.meta, stored.meta)
    return msgspec.structs.replace(stored, **changes)


def replace(stored: Contact, incoming: Contact) -> Contact:
    """What `incoming` says, in the place of `stored`; equal to `stored` when that is the same."""
    numbers = stored.numbers if plain_numbers(stored) == plain_numbers(incoming) else incoming.numbers
    return msgspec.structs.replace(
        incoming,
        id=stored.id,
        numbers=numbers,
        external_id=incoming.external_id or stored.external_id,
        meta={**stored.meta, **incoming.meta},
    )


def name_of(contact: Contact) -> str:
    """The shown name as names are compared: folded, spaces made one."""
    return " ".join(fold(shown_name(contact)).split())


def plain_numbers(contact: Contact) -> list[tuple[str, str]]:
    """The numbers without E.164, which says nothing of its own."""
    return [(number.value, number.label) for number in contact.numbers]
