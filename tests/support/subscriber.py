"""A phonebook in this process with sources elsewhere, as its people see it: through the actions, without HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from phonebook_core.contact import shown_name
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.contacts import store as contacts
from phonebook_server.contacts.store import StoredContact
from phonebook_server.phonebooks.actions import PhonebookInput, create_phonebook
from phonebook_server.server import Server
from phonebook_server.sites.actions import create_site
from phonebook_server.sources import actions
from phonebook_server.sources.actions import NewSource, SourceInput
from phonebook_server.sources.state import SyncResult
from phonebook_server.sources.store import Source
from phonebook_server.sources.syncing import Syncing
from support.radicale import PASSWORD, USER


class Subscriber:
    """A phonebook with a source, as its people see it."""

    def __init__(self, server: Server, **syncing: Any) -> None:
        self.server = server
        self.syncing = Syncing(server, **{"jitter": lambda: 1.0, **syncing})
        self.phonebook = ""
        self.site = ""

    async def make(self) -> Subscriber:
        site = await create_site(self.server, COMMAND_LINE, name=uuid.uuid4().hex, region="DE")
        self.site = site.id
        made = await create_phonebook(self.server, COMMAND_LINE, site.id, PhonebookInput(name="Office"))
        self.phonebook = made.id
        return self

    async def add(self, url: str, kind: str = "carddav", **fields: Any) -> Source:
        input = msgspec.convert({"kind": kind, "url": url, "name": "Cloud", **fields}, NewSource)
        return await actions.add_source(self.server, COMMAND_LINE, self.phonebook, input)

    async def add_radicale(self, url: str, **fields: Any) -> Source:
        return await self.add(url, **{"username": USER, "password": PASSWORD, **fields})

    async def change(self, source: Source, **fields: Any) -> Source:
        input = msgspec.convert(fields, SourceInput)
        return await actions.change_source(self.server, COMMAND_LINE, self.phonebook, source.id, input)

    async def sync(self, source: Source, *, accept_removals: bool = False) -> SyncResult:
        found, _ = await actions.sync_source(
            self.server,
            self.syncing,
            COMMAND_LINE,
            self.phonebook,
            source.id,
            accept_removals=accept_removals,
            seconds=None,
        )
        assert found.result is not None
        return found.result

    async def get(self, source: Source) -> Source:
        return (await actions.get_source(self.server, COMMAND_LINE, self.phonebook, source.id))[0]

    async def stored(self) -> list[StoredContact]:
        async with self.server.db.reading() as connection:
            found = await contacts.read_all(connection, self.phonebook)
        return sorted(found, key=lambda each: shown_name(each.contact))

    async def names(self) -> list[str]:
        return [shown_name(each.contact) for each in await self.stored()]

    async def only(self) -> StoredContact:
        [stored] = await self.stored()
        return stored
