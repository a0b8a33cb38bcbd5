"""What may happen to contacts, one function per verb: rights, one transaction, and the announcement after it."""

from __future__ import annotations

import hashlib
import re
from typing import Final

import anyio.to_thread
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.contact import Contact
from phonebook_core.errors import Invalid, NotFound
from phonebook_core.phone_number import derive
from phonebook_server.accounts.guards import PhonebookRow, Principal, Role, require_phonebook
from phonebook_server.contacts import changes, store, units
from phonebook_server.contacts.changes import ChangePage
from phonebook_server.contacts.inputs import ContactInput, apply, checked
from phonebook_server.contacts.newest import require_newest
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.contacts.units import Undoable, Unit
from phonebook_server.ids import new_id
from phonebook_server.server import Server

IDEMPOTENCY_MS: Final = 24 * 60 * 60 * 1000
"""How long the answer to an `Idempotency-Key` stands."""
_KEY: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_ID: Final = re.compile(r"[0-9a-f]{32}")


async def create_contact(
    server: Server, principal: Principal, phonebook_id: str, input: ContactInput, *, idempotency_key: str | None = None
) -> StoredContact:
    """Put a new contact into a phonebook. Needs an editor.

    The same `idempotency_key` of the same person for the same phonebook gives the contact as it was created the first
    time, for 24 hours. Raises Invalid with every problem, or when the key came with another contact before.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        contact = checked(apply(input, Contact()), phonebook.region)
        if idempotency_key is None:
            contact_id = new_id()
        else:
            contact_id, earlier = await _find_earlier(connection, principal, phonebook_id, idempotency_key, now)
            if earlier is not None:
                if _as_sent(earlier.contact) != _as_sent(contact):
                    raise Invalid(
                        "This Idempotency-Key was used for another contact in the last 24 hours. Send a new key.",
                        field="Idempotency-Key",
                        code="idempotency_key_reused",
                    )
                return earlier
        write = Write(msgspec.structs.replace(contact, id=contact_id), Change.CREATED)
        stored, _ = await _write_one(connection, principal, phonebook_id, write, now)
    await server.announce(phonebook_id)
    return stored


async def get_contact(server: Server, principal: Principal, contact_id: str) -> StoredContact:
    """The contact. Needs a viewer; a deleted one is not found."""
    async with server.db.reading() as connection:
        stored, _ = await require_contact(connection, principal, contact_id, Role.VIEWER)
    return stored


async def change_contact(
    server: Server, principal: Principal, contact_id: str, input: ContactInput, *, if_match: str | None = None
) -> StoredContact:
    """Set some fields of a contact. Needs an editor. What changes nothing makes no new version.

    Raises ChangedMeanwhile when `if_match` names another version than the newest, Invalid with every problem.
    """
    async with server.db.transaction() as connection:
        stored, phonebook = await require_contact(connection, principal, contact_id, Role.EDITOR)
        await require_newest(connection, if_match, stored)
        contact = checked(apply(input, stored.contact), phonebook.region)
        if store.encode_body(contact) == store.encode_body(stored.contact):
            return stored
        write = Write(contact, Change.EDITED, stored)
        stored, _ = await _write_one(connection, principal, phonebook.id, write, server.clock())
    await server.announce(phonebook.id)
    return stored


async def delete_contact(
    server: Server, principal: Principal, contact_id: str, *, if_match: str | None = None
) -> Undoable:
    """Put a contact into the bin. Needs an editor. Raises ChangedMeanwhile as `change_contact` does."""
    async with server.db.transaction() as connection:
        stored, phonebook = await require_contact(connection, principal, contact_id, Role.EDITOR)
        await require_newest(connection, if_match, stored)
        write = Write(stored.contact, Change.DELETED, stored)
        _, unit = await _write_one(connection, principal, phonebook.id, write, server.clock())
    await server.announce(phonebook.id)
    return units.undoable(unit.id)


async def read_changes(
    server: Server, principal: Principal, phonebook_id: str, *, since: str, limit: int
) -> ChangePage:
    """What changed in a phonebook since a sync token; see `changes.changes_since`. Needs a viewer."""
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        return await changes.changes_since(connection, phonebook, since, limit)


async def rederive(connection: AsyncConnection, phonebook_id: str, region: str, *, actor: str, now: int) -> int:
    """Read every number of a phonebook anew, as its region is now `region`. Gives how many contacts that changed.

    Works in the writing transaction of `connection`, so that the region and the numbers change together; announce the
    phonebook when it has ended. Contacts whose numbers mean the same as before get no new version.
    """
    existing = await store.read_all(connection, phonebook_id)
    writes = await anyio.to_thread.run_sync(_rederived, existing, region)
    if writes:
        summary = f"{len(writes)} contacts read anew for the region {region}"
        unit = await units.begin(connection, units.Kind.REGION, actor=actor, now=now, summary=summary)
        await store.write(connection, phonebook_id, writes, unit=unit)
    return len(writes)


def name_actor(principal: Principal) -> str:
    """Who did it, as it is kept in histories."""
    return principal.email or principal.user_id


def _rederived(existing: list[StoredContact], region: str) -> list[Write]:
    derived = ((stored, derive(stored.contact, region)) for stored in existing)
    return [Write(contact, Change.EDITED, stored) for stored, contact in derived if contact != stored.contact]


async def _write_one(
    connection: AsyncConnection, principal: Principal, phonebook_id: str, write: Write, now: int
) -> tuple[StoredContact, Unit]:
    unit = await units.begin(connection, units.Kind.EDIT, actor=name_actor(principal), now=now)
    [stored] = await store.write(connection, phonebook_id, [write], unit=unit)
    return stored, unit


async def require_contact(
    connection: AsyncConnection, principal: Principal, contact_id: str, role: Role, *, binned: bool = False
) -> tuple[StoredContact, PhonebookRow]:
    """The contact and its phonebook, when the asker has at least `role` there; with `binned`, from the bin too.

    Raises NotFound, for what is none of the asker's business too, and NotAllowed when the role is too low.
    """
    stored = await store.find(connection, contact_id) if _ID.fullmatch(contact_id) else None
    if stored is None:
        raise _no_contact()
    try:
        phonebook = await require_phonebook(connection, principal, stored.phonebook_id, role)
    except NotFound:
        raise _no_contact() from None
    if stored.deleted_at is not None and not binned:
        raise _no_contact()
    return stored, phonebook


def _no_contact() -> NotFound:
    return NotFound(
        "There is no such contact: it was deleted, never existed, or is in a site that you are no member of. "
        "Check the address."
    )


async def _find_earlier(
    connection: AsyncConnection, principal: Principal, phonebook_id: str, key: str, now: int
) -> tuple[str, StoredContact | None]:
    """The id that a contact created with this key has, and that contact when it was created in the last 24 hours.

    The id is made from the key and the day, so nothing has to be kept beside the contacts.
    """
    if not _KEY.fullmatch(key):
        raise Invalid("An Idempotency-Key has 1 to 255 printable ASCII characters, as a UUID.", field="Idempotency-Key")
    day = now // IDEMPOTENCY_MS
    for made_on in (day, day - 1):
        earlier = await store.find_first_version(connection, _id_of_key(principal, phonebook_id, key, made_on))
        if earlier is not None and now - earlier.created_at < IDEMPOTENCY_MS:
            return earlier.contact.id, earlier
    return _id_of_key(principal, phonebook_id, key, day), None


def _id_of_key(principal: Principal, phonebook_id: str, key: str, day: int) -> str:
    named = msgspec.json.encode(("idempotency", principal.user_id, phonebook_id, key, day))
    return hashlib.sha256(named).hexdigest()[:32]


def _as_sent(contact: Contact) -> bytes:
    """The contact without what depends on the region, which may have changed since."""
    numbers = tuple(msgspec.structs.replace(number, e164=None) for number in contact.numbers)
    return store.encode_body(msgspec.structs.replace(contact, numbers=numbers))
