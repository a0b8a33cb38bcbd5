"""Contacts from vCards 2.1, 3.0 and 4.0 as real programs write them, and to vCards 3.0 and 4.0 that everybody reads.

Broken cards become rejected rows; only a file that holds no card at all is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal
from urllib.parse import unquote

import msgspec

from phonebook_core.contact import Contact, Email, PhoneNumber, find_problems, shown_name
from phonebook_core.errors import Invalid, Problem
from phonebook_core.formats import vcard_lines
from phonebook_core.formats.labels import EMAIL_TYPES, PHONE_TYPES, apple_label, label_of_types
from phonebook_core.formats.reading import MAX_ROWS, Reading, Row, decode_meta, too_many_rows
from phonebook_core.formats.vcard_lines import Property, Unreadable, escape, fold_line, split_value, unescape

_PRODID: Final = "-//voip-phonebook//EN"
_DISPLAY: Final = "X-PHONEBOOK-DISPLAY-NAME"
_META: Final = "X-PHONEBOOK-META"
_READ: Final = frozenset(
    {"FN", "N", "ORG", "TITLE", "ROLE", "TEL", "EMAIL", "NOTE", "CATEGORIES", "UID", "X-ABLABEL", _DISPLAY, _META}
)
_MEMBERS: Final = ("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER")
_KINDS: Final = ("KIND", "X-ADDRESSBOOKSERVER-KIND")
_SILENT: Final = frozenset({"VERSION", "PRODID", "REV", "PROFILE", *_MEMBERS, *_KINDS})
_READ_OR_SILENT: Final = _READ | _SILENT


def read_vcard(data: bytes, *, encoding: str | None = None) -> Reading:
    """Read a file of vCards. Every card is one `Row`, good or with reasons, and so is whatever stands between cards.

    A group card (Apple, vCard 4.0) becomes a group of its members and is no row, unless members are missing in the
    file. Raises `Invalid` when the file as a whole cannot be read: too large, not text, or no card in it.
    """
    source, inside, detected = vcard_lines.latin1(data, encoding)
    rows: list[Row] = []
    groups: list[tuple[int, str, list[str]]] = []
    ignored: dict[str, None] = {}
    dropped: set[str] = set()
    any_card = False
    for count, card in enumerate(vcard_lines.cards(source, dropped), 1):
        if count > MAX_ROWS:
            raise too_many_rows("cards")
        any_card = any_card or card.begun
        problems: list[Problem] = [card.problem] if card.problem else []
        contact: Contact | None = None
        if not problems:
            try:
                properties = [vcard_lines.parse(line, inside) for line in card.lines]
                ignored.update((p.name, None) for p in properties if p.name not in _READ_OR_SILENT)
                if any(p.name in _KINDS and p.value.strip().lower() == "group" for p in properties):
                    groups.append((len(rows), *_group(properties)))
                    problems = [_GROUP_CARD]
                else:
                    contact = _contact(properties, card.version)
                    problems = find_problems(contact)
            except Unreadable as error:
                problems = [error.problem]
        if problems:
            text = vcard_lines.to_text(card.source, None, inside)
            rows.append(Row(line=card.line, problems=tuple(problems), cells=(text,)))
        else:
            rows.append(Row(line=card.line, contact=contact))
    if not any_card:
        raise Invalid("No vCard was found: there is no line BEGIN:VCARD. Choose a .vcf file.", code="no_card")
    ignored.update(dict.fromkeys(dropped))
    return Reading(
        format="vcard",
        encoding=detected,
        ignored_columns=tuple(sorted(ignored)),
        rows=tuple(_with_groups(rows, groups)),
    )


def write_vcard(contacts: Iterable[Contact], version: Literal["3.0", "4.0"] = "3.0") -> bytes:
    """The contacts as vCards with every field but the id and E.164: `read_vcard` gives back exactly the same."""
    return b"".join(fold_line(line) for contact in contacts for line in _lines(contact, version))


def _lines(contact: Contact, version: str) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield f"VERSION:{version}"
    yield f"PRODID:{_PRODID}"
    fallback = shown_name(msgspec.structs.replace(contact, display_name=""))
    yield f"FN:{escape(shown_name(contact))}"
    if contact.display_name and contact.display_name == fallback:
        yield f"{_DISPLAY}:{escape(contact.display_name)}"
    if version == "3.0" or contact.given_name or contact.family_name:
        yield f"N:{escape(contact.family_name)};{escape(contact.given_name)};;;"
    if contact.organization or contact.department:
        yield f"ORG:{escape(contact.organization)}" + (f";{escape(contact.department)}" if contact.department else "")
    if contact.title:
        yield f"TITLE:{escape(contact.title)}"
    item = 0
    for name, items, usual in (("TEL", contact.numbers, PHONE_TYPES), ("EMAIL", contact.emails, EMAIL_TYPES)):
        text = ";VALUE=text" if name == "TEL" and version == "4.0" else ""
        for entry in items:
            if not entry.label:
                yield f"{name}{text}:{escape(entry.value)}"
            elif types := usual.get(entry.label):
                yield f"{name}{text};TYPE={','.join(types)}:{escape(entry.value)}"
            else:
                item += 1
                yield f"item{item}.{name}{text}:{escape(entry.value)}"
                yield f"item{item}.X-ABLabel:{escape(entry.label)}"
    if contact.note:
        yield f"NOTE:{escape(contact.note)}"
    if contact.groups:
        yield f"CATEGORIES:{','.join(map(escape, contact.groups))}"
    if contact.external_id:
        yield f"UID:{escape(contact.external_id)}"
    if contact.meta:
        meta = msgspec.json.encode(contact.meta, order="deterministic").decode()
        yield f"{_META}:{escape(meta)}"
    yield "END:VCARD"


def _contact(properties: list[Property], version: str) -> Contact:
    own = any(p.name == "PRODID" and p.value == _PRODID for p in properties)
    labels = {p.group: p for p in properties if p.group and p.name == "X-ABLABEL"}
    display: str | None = None
    fields: dict[str, Any] = {}
    numbers: list[PhoneNumber] = []
    emails: list[Email] = []
    groups: list[str] = []
    notes: list[str] = []

    def plain(value: str) -> str:
        text = unescape(value, version, own=own)
        return text if own else text.replace("\r\n", "\n").strip()

    def label(entry: Property) -> str:
        if (custom := labels.get(entry.group)) is not None:
            written = unescape(custom.value, version, own=own)
            return written if own else apple_label(written)
        return label_of_types(entry.types)

    for entry in properties:
        value = entry.value
        if entry.name in ("FN", "TITLE", "UID"):
            fields.setdefault(entry.name, plain(value))
        elif entry.name == "ROLE":
            fields.setdefault("ROLE", plain(value))
        elif entry.name == "N" and "N" not in fields:
            fields["N"] = [plain(part) for part in split_value(value, ";")]
        elif entry.name == "ORG" and "ORG" not in fields:
            fields["ORG"] = [plain(part) for part in split_value(value, ";")]
        elif entry.name == "TEL":
            number = plain(value) if own else _number(plain(value))
            if number.strip():
                numbers.append(PhoneNumber(value=number, label=label(entry)))
        elif entry.name == "EMAIL":
            email = plain(value) if own else plain(value).removeprefix("mailto:")
            if email.strip():
                emails.append(Email(value=email, label=label(entry)))
        elif entry.name == "NOTE":
            notes.append(plain(value))
        elif entry.name == "CATEGORIES":
            parts = split_value(value, ",;" if version == "2.1" else ",")
            groups += [g for g in map(plain, parts) if g.strip() and (own or g not in ("myContacts", "starred"))]
        elif entry.name == _DISPLAY:
            display = plain(value)
        elif entry.name == _META:
            meta = decode_meta(plain(value))
            if meta is None:
                raise Unreadable(f"{_META} must hold a JSON object of objects.", field="meta")
            fields["meta"] = meta
    names: list[str] = fields.get("N", [])
    family, given, middle = [*names, "", "", ""][:3]
    units: list[str] = fields.get("ORG", [])
    organization, departments = "".join(units[:1]), units[1:]
    contact = Contact(
        given_name=" ".join(filter(None, (given, middle))),
        family_name=family,
        organization=organization,
        department=", ".join(filter(None, departments)) if not own else "".join(departments),
        title=fields.get("TITLE") or fields.get("ROLE", ""),
        note="\n".join(filter(None, notes)) if not own else "".join(notes),
        numbers=tuple(numbers),
        emails=tuple(emails),
        groups=tuple(groups if own else dict.fromkeys(groups)),
        meta=fields.get("meta", {}),
        external_id=fields.get("UID", ""),
    )
    if display is None:
        display = fields.get("FN", "")
        if display == shown_name(contact):
            return contact
    return msgspec.structs.replace(contact, display_name=display)


def _number(value: str) -> str:
    """A number from a foreign card: a `tel:` URI becomes the number it stands for, anything else stays as it is."""
    if value[:4].lower() != "tel:":
        return value
    number, *params = value[4:].split(";")
    for param in params:
        name, _, extension = param.partition("=")
        if name.strip().lower() == "ext" and extension.strip():
            return f"{unquote(number).strip()} ext. {unquote(extension).strip()}"
    return unquote(number).strip()


_GROUP_CARD: Final = Problem(code="group_card", message="This card is a group, not a contact.")


def _uid(written: str) -> str:
    return written.strip().lower().removeprefix("urn:uuid:")


def _group(properties: list[Property]) -> tuple[str, list[str]]:
    name = next((p.value for p in properties if p.name == "FN"), "") or next(
        (p.value for p in properties if p.name == "N"), ""
    )
    members = [_uid(p.value) for p in properties if p.name in _MEMBERS]
    return unescape(name, "3.0", own=False).strip(" ;"), members


def _with_groups(rows: list[Row], groups: list[tuple[int, str, list[str]]]) -> list[Row]:
    if not groups:
        return rows
    by_uid = {_uid(row.contact.external_id): i for i, row in enumerate(rows) if row.contact and row.contact.external_id}
    applied: set[int] = set()
    for place, name, members in groups:
        missing = 0
        for member in members:
            index = by_uid.get(member)
            contact = rows[index].contact if index is not None else None
            if index is None or contact is None or not name:
                missing += 1
                continue
            if name not in contact.groups:
                contact = msgspec.structs.replace(contact, groups=(*contact.groups, name))
                problems = find_problems(contact)
                rows[index] = msgspec.structs.replace(
                    rows[index], contact=None if problems else contact, problems=tuple(problems)
                )
        if missing:
            message = (
                f"This card is the group {name[:80]!r}, not a contact; {missing} of its members are not in the file."
            )
            rows[place] = msgspec.structs.replace(rows[place], problems=(Problem(code="group_card", message=message),))
        else:
            applied.add(place)
    return [row for place, row in enumerate(rows) if place not in applied]
