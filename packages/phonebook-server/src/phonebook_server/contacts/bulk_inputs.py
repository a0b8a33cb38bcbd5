"""What clients send to change many contacts at once, checked, and what it makes of one contact. Without I/O."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from phonebook_core.contact import Contact, find_problems
from phonebook_core.errors import Invalid, Problem

MAX_CONTACTS: Final = 100_000
"""Contacts in one bulk change."""


class BulkSearch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The contacts that a search of the phonebook finds. Without `text` and `group` these are all.

    Included phonebooks are left out: their contacts are changed where they belong.
    """

    text: str = ""
    group: str = ""


class LabelChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A label of numbers and e-mails that becomes another one. `from` is compared without case; empty: no label."""

    from_: str = msgspec.field(name="from")
    to: str


class FieldValues(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields that may be the same in many contacts; what is absent stays, `null` empties."""

    organization: str | UnsetType | None = UNSET
    department: str | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET


class BulkChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done to each contact: exactly one of these.

    `move_to` and `copy_to` name another phonebook, where the contacts get new ids. (The form in which numbers go to
    phones is the phonebook's: change its `output`.)
    """

    add_groups: list[str] | UnsetType = UNSET
    remove_groups: list[str] | UnsetType = UNSET
    set_groups: list[str] | UnsetType = UNSET
    move_to: str | UnsetType = UNSET
    copy_to: str | UnsetType = UNSET
    set_label: LabelChange | UnsetType = UNSET
    set: FieldValues | UnsetType = UNSET
    delete: Literal[True] | UnsetType = UNSET
    output: Any = UNSET


class BulkInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which contacts, by `ids` or by `search`, and what is to be done to them. A text as `search` is its `text`.

    `as_job`: in the background, with progress and a way to stop it; when it is absent, only large changes are.
    """

    ids: Annotated[list[str], Meta(max_length=MAX_CONTACTS)] | UnsetType = UNSET
    search: BulkSearch | str | UnsetType = UNSET
    change: BulkChange
    as_job: bool | UnsetType = UNSET


def check(input: BulkInput, phonebook_id: str) -> str:
    """The name of the one change that is asked for. Raises Invalid with every problem."""
    problems: list[Problem] = []
    if (input.ids is UNSET) == (input.search is UNSET):
        problems.append(Problem(field="ids", code="required", message="Send either `ids` or `search`."))
    change = input.change
    asked = [name for name in BulkChange.__struct_fields__ if getattr(change, name) is not UNSET]
    if change.output is not UNSET:
        problems.append(
            Problem(
                field="change.output",
                code="not_here",
                message="The form of numbers for phones belongs to the phonebook, not to its contacts. "
                f"Change it with PATCH /api/v1/phonebooks/{phonebook_id}.",
            )
        )
    elif len(asked) != 1:
        choices = ", ".join(f"`{name}`" for name in BulkChange.__struct_fields__ if name != "output")
        problems.append(Problem(field="change", code="required", message=f"Send exactly one of {choices}."))
    elif asked[0] in ("move_to", "copy_to") and getattr(change, asked[0]) == phonebook_id:
        problems.append(
            Problem(field=f"change.{asked[0]}", message="Choose another phonebook; the contacts are in this one.")
        )
    else:
        problems += _problems_of_values(change, asked[0])
    if problems:
        raise Invalid(problems)
    return asked[0]


def change_one(contact: Contact, change: BulkChange) -> Contact:
    """The contact with the change in it; a change of place or a deletion leaves it as it is. Not checked."""
    replace = msgspec.structs.replace
    if change.add_groups is not UNSET:
        new = dict.fromkeys(group for group in change.add_groups if group not in contact.groups)
        return replace(contact, groups=(*contact.groups, *new))
    if change.remove_groups is not UNSET:
        gone = change.remove_groups
        return replace(contact, groups=tuple(group for group in contact.groups if group not in gone))
    if change.set_groups is not UNSET:
        return replace(contact, groups=tuple(dict.fromkeys(change.set_groups)))
    if change.set_label is not UNSET:
        old, new_label = change.set_label.from_.casefold(), change.set_label.to
        return replace(
            contact,
            numbers=tuple(replace(n, label=new_label) if n.label.casefold() == old else n for n in contact.numbers),
            emails=tuple(replace(e, label=new_label) if e.label.casefold() == old else e for e in contact.emails),
        )
    if change.set is not UNSET:
        values = {name: getattr(change.set, name) for name in FieldValues.__struct_fields__}
        return replace(contact, **{name: value or "" for name, value in values.items() if value is not UNSET})
    return contact


def describe(change: BulkChange) -> str:
    """What is done, for people, without names of contacts."""
    if change.add_groups is not UNSET:
        return f"added to {_listed(change.add_groups)}"
    if change.remove_groups is not UNSET:
        return f"taken out of {_listed(change.remove_groups)}"
    if change.set_groups is not UNSET:
        return f"groups set to {_listed(change.set_groups)}"
    if change.set_label is not UNSET:
        return f"label “{change.set_label.from_}” became “{change.set_label.to}”"
    if change.set is not UNSET:
        fields = [name for name in FieldValues.__struct_fields__ if getattr(change.set, name) is not UNSET]
        return f"{', '.join(fields)} set"
    if change.move_to is not UNSET:
        return "moved to another phonebook"
    return "copied to another phonebook" if change.copy_to is not UNSET else "deleted"


def _listed(groups: list[str]) -> str:
    return ", ".join(f"“{group}”" for group in groups[:5]) + (", …" if len(groups) > 5 else "") or "none"


def _problems_of_values(change: BulkChange, name: str) -> list[Problem]:
    """What is wrong with the values, whatever contacts they are for."""
    value = getattr(change, name)
    if name.endswith("_groups"):
        if not value and name != "set_groups":
            return [Problem(field=f"change.{name}", code="required", message="Name at least one group.")]
        found = find_problems(Contact(display_name="x", groups=tuple(value)))
        return [
            Problem(field=f"change.{name}{p.field.removeprefix('groups')}", code=p.code, message=p.message)
            for p in found
        ]
    if isinstance(value, LabelChange):
        return [
            Problem(field="change.set_label.to", code=p.code, message=p.message)
            for p in find_problems(Contact(display_name=value.to or "x"))
        ]
    if isinstance(value, FieldValues):
        if all(getattr(value, field) is UNSET for field in FieldValues.__struct_fields__):
            return [Problem(field="change.set", code="required", message="Set at least one field.")]
        contact = change_one(Contact(display_name="x"), change)
        return [Problem(field=f"change.set.{p.field}", code=p.code, message=p.message) for p in find_problems(contact)]
    return []
