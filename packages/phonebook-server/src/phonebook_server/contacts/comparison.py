"""What differs between two states of a contact, and taking a change back although the contact changed since.

Groups are compared one by one, vendor values service by service, every other field as a whole. E.164 is derived, so it
does not count when a change is taken back. Functions without I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from phonebook_core.contact import Contact, PhoneNumber

FIELDS: Final = tuple(name for name in Contact.__struct_fields__ if name != "id")
_BY_ELEMENT: Final = ("groups", "meta")


class FieldChange(Struct, frozen=True, kw_only=True):
    """One field that differs; `field` is its name, for the values of a vendor service `meta.` and its short name."""

    field: str
    before: Any
    after: Any


class FieldConflict(Struct, frozen=True, kw_only=True):
    """A field that was changed since, so it stays `now`; taking the change back would have made it `would_be`."""

    field: str
    now: Any
    would_be: Any


def differences(before: Contact, after: Contact) -> list[FieldChange]:
    """Every field that is not the same, in the order of the contact's fields, with values as clients know them."""
    found = []
    for field, old in _values(before, after.meta):
        new = _value(after, field)
        if _key(old) != _key(new):
            found.append(FieldChange(field=field, before=shown(old), after=shown(new)))
    return found


def is_same(one: Contact, other: Contact) -> bool:
    """Whether two states have the same content, whatever was derived from it."""
    return all(_plain_key(getattr(one, name)) == _plain_key(getattr(other, name)) for name in FIELDS)


def take_back(
    before: Contact, after: Contact, now: Contact, *, overwrite: bool = False
) -> tuple[Contact, list[FieldConflict]]:
    """`now` without the change from `before` to `after`, and what of it cannot be taken back as it was changed since.

    With `overwrite` such fields get their value from before too, and there are no conflicts. E.164 must be derived anew
    in what comes back.
    """
    if is_same(now, after):
        return msgspec.structs.replace(before, id=now.id), []
    changes: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []

    def choose(field: str, old: Any, new: Any, current: Any) -> Any:
        """What the value is to be: the one from before when it has not been touched since."""
        wanted, found = _plain_key(old), _plain_key(current)
        if wanted == _plain_key(new) or wanted == found:
            return current
        if overwrite or found == _plain_key(new):
            return old
        conflicts.append(FieldConflict(field=field, now=shown(current), would_be=shown(old)))
        return current

    for name in FIELDS:
        values = [getattr(contact, name) for contact in (before, after, now)]
        changes[name] = choose(name, *values) if name not in _BY_ELEMENT else _unchanged(*values)
    if changes["groups"] is None:
        changes["groups"] = _groups(before.groups, after.groups, now.groups)
    if changes["meta"] is None:
        metas = (before.meta, after.meta, now.meta)
        slugs = dict.fromkeys(slug for meta in (now.meta, before.meta, after.meta) for slug in meta)
        chosen = {slug: choose(f"meta.{slug}", *(meta.get(slug) for meta in metas)) for slug in slugs}
        changes["meta"] = {slug: values for slug, values in chosen.items() if values is not None}
    return msgspec.structs.replace(now, **changes), conflicts


def shown(value: Any) -> Any:
    """A field's value as clients know it: every part there, in JSON's types."""
    if isinstance(value, tuple):
        return [msgspec.structs.asdict(item) if isinstance(item, Struct) else item for item in value]
    return value


def _unchanged(old: Any, new: Any, current: Any) -> Any:
    """The value when it is simple, None when its elements must be looked at."""
    if _plain_key(old) == _plain_key(new):
        return current
    return old if _plain_key(current) == _plain_key(new) else None


def _groups(old: Sequence[str], new: Sequence[str], current: Sequence[str]) -> tuple[str, ...]:
    added, removed = set(new) - set(old), set(old) - set(new)
    kept = [group for group in current if group not in added]
    return (*kept, *dict.fromkeys(group for group in old if group in removed and group not in current))


def _values(contact: Contact, others: Mapping[str, Any]) -> list[tuple[str, Any]]:
    fields: list[tuple[str, Any]] = []
    for name in FIELDS:
        if name == "meta":
            slugs = dict.fromkeys((*contact.meta, *others))
            fields += [(f"meta.{slug}", contact.meta.get(slug)) for slug in slugs]
        else:
            fields.append((name, getattr(contact, name)))
    return fields


def _value(contact: Contact, field: str) -> Any:
    name, dot, slug = field.partition(".")
    return contact.meta.get(slug) if dot else getattr(contact, name)


def _key(value: Any) -> bytes:
    """What is equal for equal values only: in Python True is 1, here it is not."""
    return value.encode() if isinstance(value, str) else msgspec.json.encode(value, order="deterministic")


def _plain_key(value: Any) -> bytes:
    """As `_key`, without what is derived."""
    if isinstance(value, tuple) and value and isinstance(value[0], PhoneNumber):
        value = tuple((number.value, number.label) for number in value)
    return _key(value)
