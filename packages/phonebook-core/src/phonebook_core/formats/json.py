"""Contacts as JSON: what we write for programs, to the letter and with stable bytes, and reading it back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from phonebook_core.contact import Contact, Email, Meta, PhoneNumber, find_problems
from phonebook_core.errors import Invalid, Problem
from phonebook_core.formats import text
from phonebook_core.formats.reading import MAX_ROWS, Reading, Row, too_many_rows

_KNOWN: Final = frozenset(Contact.__struct_fields__)
_UNREAD: Final = frozenset({"id", "problem"})
_WHERE: Final = re.compile(r"^(.*?)(?: - at `\$\.?(.*)`)?$", re.DOTALL)


class _Labelled(Struct, frozen=True, kw_only=True):
    value: str
    label: str | None = ""


class _Written(Struct, frozen=True, kw_only=True):
    """A contact as it stands in a file. `null` says the same as nothing; `id` and `e164` are not read."""

    given_name: str | None = ""
    family_name: str | None = ""
    display_name: str | None = ""
    organization: str | None = ""
    department: str | None = ""
    title: str | None = ""
    note: str | None = ""
    numbers: tuple[_Labelled, ...] | None = ()
    emails: tuple[_Labelled, ...] | None = ()
    groups: tuple[str, ...] | None = ()
    meta: dict[str, dict[str, Any]] | None = None
    external_id: str | None = ""


class _File(Struct, frozen=True):
    contacts: list[Raw]


def read_json(data: bytes, *, encoding: str | None = None) -> Reading:
    """Read a list of contacts, or an object with the list `contacts`. Each is one `Row`, counted from 1.

    Raises `Invalid` when the file as a whole cannot be read: too large, no JSON, or no list of contacts in it.
    """
    decoded = text.decode(data, encoding)
    source = decoded.text.strip()
    try:
        items = (
            msgspec.json.decode(source, type=_File).contacts
            if source.startswith("{")
            else msgspec.json.decode(source, type=list[Raw])
        )
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise Invalid(
            f'This is no list of contacts in JSON ({error}). It should be [{{…}}, …] or {{"contacts": [{{…}}, …]}}.',
            code="broken_json",
        ) from None
    if len(items) > MAX_ROWS:
        raise too_many_rows("contacts")
    ignored: set[str] = set()
    rows = tuple([_row(line, bytes(item), ignored) for line, item in enumerate(items, 1)])
    return Reading(
        format="json",
        encoding=decoded.encoding,
        ignored_columns=tuple(sorted(ignored)),
        rows=rows,
        counted_in="contact",
    )


def write_json(contacts: Iterable[Contact]) -> bytes:
    """The contacts as `{"contacts": […]}` with every field but the id and E.164: `read_json` gives back the same.

    The bytes of the same contacts are the same at any time: fields in the order of `Contact`, keys of `meta` sorted.
    """
    lines = [msgspec.json.encode(_bare(contact), order="deterministic") for contact in contacts]
    return b'{"contacts": [' + b",".join(b"\n" + line for line in lines) + b"\n]}\n"


def _bare(contact: Contact) -> Contact:
    numbers = tuple(msgspec.structs.replace(number, e164=None) for number in contact.numbers)
    return msgspec.structs.replace(contact, id="", numbers=numbers)


def _row(line: int, source: bytes, ignored: set[str]) -> Row:
    try:
        plain = msgspec.json.decode(source)
        written = msgspec.convert(plain, type=_Written)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        problem = _complaint(str(error))
        return Row(line=line, problems=(problem,), cells=(source.decode(errors="replace"),))
    if isinstance(plain, dict) and len(ignored) < 100:
        ignored.update(key[:80] for key in plain.keys() - _KNOWN - _UNREAD)
    contact = _contact(written)
    if problems := find_problems(contact):
        return Row(line=line, problems=tuple(problems), cells=(source.decode(errors="replace"),))
    return Row(line=line, contact=contact)


def _contact(written: _Written) -> Contact:
    meta: Meta = written.meta or {}
    return Contact(
        given_name=written.given_name or "",
        family_name=written.family_name or "",
        display_name=written.display_name or "",
        organization=written.organization or "",
        department=written.department or "",
        title=written.title or "",
        note=written.note or "",
        numbers=tuple([PhoneNumber(value=number.value, label=number.label or "") for number in written.numbers or ()]),
        emails=tuple([Email(value=email.value, label=email.label or "") for email in written.emails or ()]),
        groups=written.groups or (),
        meta=meta,
        external_id=written.external_id or "",
    )


def _complaint(error: str) -> Problem:
    match = _WHERE.match(error)
    reason, where = (match[1], match[2] or "") if match else (error, "")
    where = where.replace("[...]", "")
    field = where.replace("[", ".").replace("]", "")
    at = f"The field {where!r}" if where else "This"
    return Problem(field=field, code="wrong_type", message=f"{at} is not as it should be: {reason}.")
