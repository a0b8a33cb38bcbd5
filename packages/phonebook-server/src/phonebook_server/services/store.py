"""What is wanted of vendor services, as rows: SQL in, core structs out. Settings are encrypted here and only here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Row, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Problem
from phonebook_core.vendor_link.forms import Form
from phonebook_core.vendor_link.messages import Hello
from phonebook_core.vendor_link.reconcile import Intent
from phonebook_server.accounts.guards import PhonebookRow, Principal, phonebook_row, visible_phonebooks
from phonebook_server.db.tables import Enablement, Phonebook, VendorService
from phonebook_server.keys import Keys


class Service(Struct, frozen=True, kw_only=True):
    """A vendor service as it last introduced itself. `form` describes its settings, `fields` its values in contacts."""

    slug: str
    label: str
    version: str
    sdk: str
    form: Form
    fields: Form
    first_seen_at: int
    seen_at: int


class Rotation(Struct, frozen=True, kw_only=True):
    """The last change of the phones' password: the one before (empty: forgotten) may be used until then."""

    former_password: str
    former_until: int
    rotated_at: int


class StoredEnablement(Struct, frozen=True, kw_only=True):
    """One enablement as it is stored: people's intent, and the values that the server made up for it."""

    phonebook_id: str
    slug: str
    intent: Intent = Intent()
    generated: Mapping[str, str] = msgspec.field(default_factory=dict)
    key_version: int = 1
    rotation: Rotation | None = None


async def remember_service(connection: AsyncConnection, hello: Hello, now: int) -> None:
    """Keep what a service says of itself, so that it is known while it is away."""
    values = {
        "label": hello.label,
        "version": hello.version,
        "sdk": hello.sdk,
        "form": msgspec.json.encode(hello.form),
        "fields": msgspec.json.encode(hello.fields),
        "seen_at": now,
    }
    statement = insert(VendorService).values(slug=hello.slug, first_seen_at=now, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=values))


async def load_services(connection: AsyncConnection) -> list[Service]:
    """Every service that ever introduced itself, by label."""
    rows = await connection.execute(select(VendorService.__table__).order_by(VendorService.label, VendorService.slug))
    return [_service(row) for row in rows]


async def load_service(connection: AsyncConnection, slug: str) -> Service | None:
    """One service, None when it never introduced itself."""
    row = (await connection.execute(select(VendorService.__table__).where(VendorService.slug == slug))).one_or_none()
    return _service(row) if row is not None else None


async def load_enablement(
    connection: AsyncConnection, keys: Keys, phonebook_id: str, slug: str
) -> StoredEnablement | None:
    """What is wanted of this service for this phonebook, None when nobody ever wanted anything."""
    query = select(Enablement.__table__).where(Enablement.phonebook_id == phonebook_id, Enablement.slug == slug)
    row = (await connection.execute(query)).one_or_none()
    return _enablement(row, keys) if row is not None else None


async def load_enablements(
    connection: AsyncConnection, keys: Keys, *, slug: str | None = None, phonebook_id: str | None = None
) -> list[tuple[PhonebookRow, StoredEnablement]]:
    """The enablements of a service, of a phonebook, or of both, each with its phonebook; not those of deleted ones."""
    query = select(Enablement.__table__)
    if slug is not None:
        query = query.where(Enablement.slug == slug)
    if phonebook_id is not None:
        query = query.where(Enablement.phonebook_id == phonebook_id)
    found = [_enablement(row, keys) for row in await connection.execute(query)]
    phonebooks = await load_phonebooks(connection, [enablement.phonebook_id for enablement in found])
    return [(phonebooks[each.phonebook_id], each) for each in found if each.phonebook_id in phonebooks]


async def load_phonebooks(connection: AsyncConnection, ids: Sequence[str] | None = None) -> dict[str, PhonebookRow]:
    """Phonebooks by id, all of them or these; not deleted ones. For the server's own use, so without rights."""
    query = visible_phonebooks(SERVER)
    if ids is not None and len(ids) == 1:
        query = query.where(Phonebook.id == ids[0])
    rows = await connection.execute(query)
    wanted = None if ids is None else set(ids)
    return {row.id: phonebook_row(row, SERVER) for row in rows if wanted is None or row.id in wanted}


SERVER = Principal(user_id="", email="server", is_admin=True, via="cli")
"""The server itself, which sees everything."""


async def save_enablement(connection: AsyncConnection, keys: Keys, stored: StoredEnablement, now: int) -> None:
    """Store what is wanted, anew or again."""
    intent = stored.intent
    values = {
        "wanted_on": intent.on,
        "generation": intent.generation,
        "settings": _seal(keys, intent.settings),
        "generated": _seal(keys, stored.generated),
        "accepted_settings": _seal(keys, intent.accepted) if intent.accepted is not None else None,
        "accepted_generation": intent.accepted_generation,
        "refused_generation": intent.refused_generation,
        "problems": msgspec.json.encode(intent.problems),
        "key_version": stored.key_version,
        "former_password": None,
        "former_until": None,
        "rotated_at": None,
        "changed_at": now,
    }
    if stored.rotation is not None:
        values["former_password"] = keys.encrypt(stored.rotation.former_password.encode())
        values["former_until"] = stored.rotation.former_until
        values["rotated_at"] = stored.rotation.rotated_at
    statement = insert(Enablement).values(phonebook_id=stored.phonebook_id, slug=stored.slug, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["phonebook_id", "slug"], set_=values))


def _seal(keys: Keys, values: Mapping[str, Any]) -> bytes:
    return keys.encrypt(msgspec.json.encode(values))


def _open(keys: Keys, sealed: bytes) -> dict[str, Any]:
    return msgspec.json.decode(keys.decrypt(sealed), type=dict[str, Any])


def _service(row: Row[Any]) -> Service:
    return Service(
        slug=row.slug,
        label=row.label,
        version=row.version,
        sdk=row.sdk,
        form=msgspec.json.decode(row.form, type=Form),
        fields=msgspec.json.decode(row.fields, type=Form),
        first_seen_at=row.first_seen_at,
        seen_at=row.seen_at,
    )


def _enablement(row: Row[Any], keys: Keys) -> StoredEnablement:
    return StoredEnablement(
        phonebook_id=row.phonebook_id,
        slug=row.slug,
        intent=Intent(
            on=row.wanted_on,
            generation=row.generation,
            settings=_open(keys, row.settings),
            accepted=_open(keys, row.accepted_settings) if row.accepted_settings is not None else None,
            accepted_generation=row.accepted_generation,
            refused_generation=row.refused_generation,
            problems=msgspec.json.decode(row.problems, type=tuple[Problem, ...]),
        ),
        generated=_open(keys, row.generated),
        key_version=row.key_version,
        rotation=Rotation(
            former_password=keys.decrypt(row.former_password).decode(),
            former_until=row.former_until,
            rotated_at=row.rotated_at,
        )
        if row.former_password is not None
        else None,
    )
