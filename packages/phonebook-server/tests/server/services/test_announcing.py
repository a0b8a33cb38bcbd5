"""Who is told of a change when phonebooks include others, and how long the change waits for that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import insert
from support.raw_link import ACCESS

from phonebook_core.errors import LinkClosed
from phonebook_core.vendor_link.forms import Form
from phonebook_core.vendor_link.messages import Hello
from phonebook_core.vendor_link.vendor_end import BookMoved, SettingsOffered, VendorEnd, Welcomed
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.contacts.actions import create_contact
from phonebook_server.contacts.inputs import ContactInput
from phonebook_server.db import tables
from phonebook_server.events.event import Event
from phonebook_server.inclusions.actions import put_inclusion, remove_inclusion
from phonebook_server.phonebooks.actions import PhonebookInput, create_phonebook
from phonebook_server.server import Server
from phonebook_server.services.actions import decide
from phonebook_server.services.links import Links
from phonebook_server.services.pipe import PipeEnd, make_pipe
from phonebook_server.sites.actions import create_site

BRANCHES = 200


class Service:
    """A service that accepts whatever it is offered, and can be told to read no more."""

    def __init__(self, pipe: PipeEnd) -> None:
        self._pipe = pipe
        self._end = VendorEnd(
            Hello(slug="acme", label="Acme", instance="one", version="1", sdk="by hand", form=Form()), time.monotonic()
        )
        self.reads = asyncio.Event()
        self.reads.set()
        self.welcomed = asyncio.Event()
        self.moved: dict[str, str] = {}

    async def run(self) -> None:
        """Read until the link ends."""
        await self._flush()
        try:
            while True:
                await self.reads.wait()
                frame = await self._pipe.receive()
                await self.reads.wait()
                for event in self._end.receive(frame, time.monotonic()):
                    if isinstance(event, Welcomed):
                        self.welcomed.set()
                    elif isinstance(event, SettingsOffered):
                        self._end.accept(event.phonebook, event.generation, ACCESS)
                    elif isinstance(event, BookMoved):
                        self.moved[event.phonebook] = event.token
                await self._flush()
        except LinkClosed:
            pass

    async def _flush(self) -> None:
        for frame in self._end.take_frames():
            await self._pipe.send(frame)


@asynccontextmanager
async def linked(opened: Server) -> AsyncGenerator[tuple[Server, Links, Service]]:
    """The server's parts with one service linked to them."""
    links = Links(opened)
    server = replace(opened, announce=links.announce, enablements_changed=links.enablements_changed)
    near, far = make_pipe()
    service = Service(far)
    tasks = [
        asyncio.create_task(links.run(near, slug="acme", origin="test")),
        asyncio.create_task(service.run()),
    ]
    await service.welcomed.wait()
    try:
        yield server, links, service
    finally:
        service.reads.set()
        await far.close()
        await asyncio.gather(*tasks)


async def make_phonebook(server: Server, site: str, name: str) -> str:
    return (await create_phonebook(server, COMMAND_LINE, site, PhonebookInput(name=name))).id


@pytest.mark.anyio
async def test_everybody_who_includes_a_phonebook_is_told_of_its_changes_and_nobody_else(opened: Server) -> None:
    async with linked(opened) as (server, links, service):
        site = (await create_site(server, COMMAND_LINE, name="Office", region="DE")).id
        company, region, branch, stranger = [
            await make_phonebook(server, site, name) for name in ("Company", "Region", "Branch", "Stranger")
        ]
        for book in (company, region, branch, stranger):
            await decide(server, links, COMMAND_LINE, book, "acme", on=True, settings=None)
        await put_inclusion(server, COMMAND_LINE, region, company, [])
        assert set(service.moved) == {region}
        await put_inclusion(server, COMMAND_LINE, branch, region, [])
        service.moved.clear()
        await create_contact(server, COMMAND_LINE, company, ContactInput(display_name="Anna"))
        assert set(service.moved) == {company, region, branch}
        before = dict(service.moved)
        await remove_inclusion(server, COMMAND_LINE, region, company)
        assert set(before.items()) ^ set(service.moved.items()) == {
            (book, tokens[book]) for book in (region, branch) for tokens in (before, service.moved)
        }


@pytest.mark.anyio
async def test_two_hundred_including_phonebooks_of_a_service_that_is_stuck_cost_a_change_one_wait(
    opened: Server,
) -> None:
    async with linked(opened) as (server, links, service):
        site = (await create_site(server, COMMAND_LINE, name="Office", region="DE")).id
        company = await make_phonebook(server, site, "Company")
        branches = [f"{number:032x}" for number in range(BRANCHES)]
        async with server.db.transaction() as connection:
            common = {"site_id": site, "name": "Branch", "epoch": "e", "created_at": 1}
            await connection.execute(insert(tables.Phonebook), [{"id": id, **common} for id in branches])
            edges = [{"phonebook_id": id, "included_id": company, "created_at": 1} for id in branches]
            await connection.execute(insert(tables.Inclusion), edges)
        for branch in branches:
            await decide(server, links, COMMAND_LINE, branch, "acme", on=True, settings=None)
        await create_contact(server, COMMAND_LINE, company, ContactInput(display_name="Anna"))
        assert set(service.moved) == set(branches)
        service.reads.clear()
        began = time.monotonic()
        await create_contact(server, COMMAND_LINE, company, ContactInput(display_name="Bernd"))
        assert time.monotonic() - began < BRANCHES * 0.25 / 5
        service.reads.set()


@pytest.mark.anyio
async def test_everybody_hears_of_a_service_that_comes_or_goes_also_where_it_is_turned_off(opened: Server) -> None:
    told: list[Event] = []
    async with linked(replace(opened, publish=told.append)):
        assert told == [Event(kind="service.linked", subject="acme", is_public=True)]
    assert told[1:] == [Event(kind="service.unlinked", subject="acme", is_public=True)]
