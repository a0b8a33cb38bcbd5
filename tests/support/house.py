"""A server without HTTP on a real SQLite file, whose clock stands still: two phonebooks of one site, one of another."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select

from phonebook_core.contact import Contact
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.config import load_config
from phonebook_server.contacts import actions, store, units
from phonebook_server.contacts.changes import changes_since
from phonebook_server.contacts.inputs import ContactInput
from phonebook_server.contacts.store import Change, StoredContact, Write
from phonebook_server.db import tables
from phonebook_server.db.database import Database
from phonebook_server.db.migrate import migrate
from phonebook_server.ids import new_id
from phonebook_server.keys import Keys
from phonebook_server.server import Server

BOOK: Final = "b" * 32
OTHER_BOOK: Final = "c" * 32
FOREIGN_BOOK: Final = "f" * 32
DAY: Final = 24 * 3_600_000


def _person(name: str, *, is_admin: bool = False) -> Principal:
    return Principal(user_id=name, email=f"{name}@example.org", is_admin=is_admin, via="token")


EDITOR, VIEWER, MANAGER, STRANGER = map(_person, ("editor", "viewer", "manager", "stranger"))
ADMIN = _person("admin", is_admin=True)


class House:
    """The server, with an editor, a viewer and a manager of the first site and a manager of the other (a stranger)."""

    def __init__(self, folder: Path, db: Database, env: dict[str, str]) -> None:
        self.now = 1_800_000_000_000
        self.announced: list[str] = []
        self.server = Server(
            config=load_config({"PHONEBOOK_DATA_DIR": str(folder), **env}, cwd=folder),
            db=db,
            keys=Keys(os.urandom(32)),
            clock=lambda: self.now,
            announce=self._announce,
            enablements_changed=self._ignore,
            publish=lambda event: None,
        )

    async def _announce(self, phonebook_id: str) -> None:
        self.announced.append(phonebook_id)

    async def _ignore(self, phonebook_id: str) -> None:
        pass

    async def create(self, book: str = BOOK, **fields: Any) -> StoredContact:
        """A contact that the editor makes."""
        return await actions.create_contact(self.server, EDITOR, book, ContactInput(**fields))

    async def change(self, contact_id: str, **fields: Any) -> StoredContact:
        """The editor changes a contact."""
        return await actions.change_contact(self.server, EDITOR, contact_id, ContactInput(**fields))

    async def delete(self, contact_id: str) -> str:
        """The editor deletes a contact; gives the unit."""
        return (await actions.delete_contact(self.server, EDITOR, contact_id)).unit

    async def fill(self, count: int, book: str = BOOK, **fields: Any) -> tuple[str, list[str]]:
        """Many contacts as one unit, as an import makes them; the unit and the ids."""
        ids = [new_id() for _ in range(count)]
        writes = [
            Write(Contact(id=id, display_name=f"Contact {n}", **fields), Change.IMPORTED) for n, id in enumerate(ids)
        ]
        async with self.server.db.transaction() as connection:
            kind = units.Kind.IMPORT
            unit = await units.begin(connection, kind, actor="editor@example.org", now=self.now, summary="people.csv")
            await store.write(connection, book, writes, unit=unit)
        return unit.id, ids

    async def find(self, contact_id: str) -> StoredContact | None:
        """The contact as it is, in the bin too."""
        async with self.server.db.reading() as connection:
            return await store.find(connection, contact_id)

    async def live(self, book: str = BOOK) -> dict[str, Contact]:
        """All contacts of a phonebook that are not deleted, by id."""
        async with self.server.db.reading() as connection:
            return {stored.contact.id: stored.contact for stored in await store.read_all(connection, book)}

    async def followed(self, since: str = "", book: str = BOOK) -> tuple[dict[str, Contact], list[str], bool, str]:
        """What a reader is told since a token: upserts, removals, whether it is a snapshot, and the next token."""
        upserts: dict[str, Contact] = {}
        removals: list[str] = []
        snapshot = False
        while True:
            async with self.server.db.reading() as connection:
                row = await require_phonebook(connection, VIEWER, book, Role.VIEWER)
                page = await changes_since(connection, row, since, 1_000)
            snapshot = snapshot or page.snapshot
            upserts.update({contact.id: contact for contact in page.upserts})
            removals += page.removals
            since = page.token
            if not page.more:
                return upserts, removals, snapshot, since

    async def rows(self, query: Any) -> Sequence[Any]:
        """What a query finds."""
        async with self.server.db.reading() as connection:
            return (await connection.execute(query)).all()

    async def unit_of(self, contact_id: str) -> str:
        """The unit of a contact's newest version."""
        version = tables.ContactVersion
        newest = select(version.unit).where(version.contact_id == contact_id).order_by(version.version.desc()).limit(1)
        [[unit]] = await self.rows(newest)
        return str(unit)

    async def actions_recorded(self) -> list[str]:
        """The names of the activities, in order."""
        return [row.action for row in await self.rows(select(tables.Activity.action).order_by(tables.Activity.id))]


@asynccontextmanager
async def open_house(folder: Path, env: dict[str, str] | None = None) -> AsyncGenerator[House]:
    """A house with its data in this folder."""
    migrate(folder / "phonebook.sqlite3")
    db = Database(folder / "phonebook.sqlite3")
    common = {"created_at": 0, "deleted_at": None}
    roles = [
        (EDITOR, "s1", "editor"),
        (VIEWER, "s1", "viewer"),
        (MANAGER, "s1", "manager"),
        (STRANGER, "s2", "manager"),
    ]
    people = [*(person for person, _, _ in roles), ADMIN]
    try:
        async with db.transaction() as connection:
            await connection.execute(
                insert(tables.User),
                [{"id": p.user_id, "email": p.email, "is_admin": p.is_admin, "created_at": 0} for p in people],
            )
            await connection.execute(
                insert(tables.Site), [{"id": id, "name": id, "region": "DE", **common} for id in ("s1", "s2")]
            )
            await connection.execute(
                insert(tables.Membership),
                [{"user_id": p.user_id, "site_id": site, "role": role, "created_at": 0} for p, site, role in roles],
            )
            books = ((BOOK, "s1"), (OTHER_BOOK, "s1"), (FOREIGN_BOOK, "s2"))
            await connection.execute(
                insert(tables.Phonebook),
                [{"id": id, "site_id": site, "name": "Book", "epoch": "e", **common} for id, site in books],
            )
        yield House(folder, db, env or {})
    finally:
        await db.close()
