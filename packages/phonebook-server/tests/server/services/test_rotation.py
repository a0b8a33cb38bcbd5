"""A new password for phones: what services are told, with the feature and from before it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select
from support.raw_link import ACCESS

from phonebook_core.errors import Conflict, LinkClosed, NotAllowed, NotFound
from phonebook_core.vendor_link.forms import Automatic, FieldKind, Form, FormField
from phonebook_core.vendor_link.messages import FORMER_PASSWORD, Hello
from phonebook_core.vendor_link.vendor_end import SettingsOffered, VendorEnd, Welcomed
from phonebook_server.accounts.guards import COMMAND_LINE, Principal, Role
from phonebook_server.db import tables
from phonebook_server.phonebooks.actions import PhonebookInput, change_phonebook, create_phonebook
from phonebook_server.server import Server
from phonebook_server.services.actions import Standing, decide
from phonebook_server.services.links import Links
from phonebook_server.services.pipe import make_pipe
from phonebook_server.services.rotation import rotate_password
from phonebook_server.sites.actions import create_site

pytestmark = pytest.mark.anyio
HOUR = 3_600_000
SECRET = FormField(
    name="password", kind=FieldKind.SECRET, title="Password", required=True, automatic=Automatic.GENERATED_SECRET
)
TITLE = FormField(name="title", kind=FieldKind.TEXT, title="Title", automatic=Automatic.PHONEBOOK_NAME)
FORM = Form(fields=(SECRET, TITLE))


class Book:
    """A phonebook that a service is turned on for, and everything that the service was offered for it."""

    def __init__(self, server: Server, links: Links, id: str, offered: list[SettingsOffered]) -> None:
        self.server, self.links, self.id, self.offered = server, links, id, offered

    async def rotate(self, hours: float, principal: Principal = COMMAND_LINE) -> Standing:
        return await rotate_password(self.server, self.links, principal, self.id, "acme", overlap_hours=hours)

    @property
    def password(self) -> str:
        return str(self.offered[-1].settings["password"])


@asynccontextmanager
async def turned_on(
    opened: Server, *, features: tuple[str, ...] = (FORMER_PASSWORD,), form: Form = FORM
) -> AsyncGenerator[Book]:
    links = Links(opened)
    server = replace(opened, announce=links.announce, enablements_changed=links.enablements_changed)
    near, far = make_pipe()
    hello = Hello(slug="acme", label="Acme", instance="one", version="1", sdk="", form=form, features=features)
    end = VendorEnd(hello, time.monotonic())
    offered: list[SettingsOffered] = []
    welcomed = asyncio.Event()

    async def serve() -> None:
        try:
            while True:
                for frame in end.take_frames():
                    await far.send(frame)
                for event in end.receive(await far.receive(), time.monotonic()):
                    if isinstance(event, Welcomed):
                        welcomed.set()
                    elif isinstance(event, SettingsOffered):
                        offered.append(event)
                        end.accept(event.phonebook, event.generation, ACCESS)
        except LinkClosed:
            pass

    tasks = [asyncio.create_task(links.run(near, slug="acme", origin="test")), asyncio.create_task(serve())]
    await welcomed.wait()
    try:
        site = await create_site(server, COMMAND_LINE, name="Office", region="DE")
        book = await create_phonebook(server, COMMAND_LINE, site.id, PhonebookInput(name="Book"))
        await decide(server, links, COMMAND_LINE, book.id, "acme", on=True, settings=None)
        yield Book(server, links, book.id, offered)
    finally:
        await far.close()
        await asyncio.gather(*tasks)


async def test_the_service_gets_the_new_password_and_the_one_before_with_its_end(opened: Server) -> None:
    async with turned_on(opened) as book:
        former = book.password
        standing = await book.rotate(24)
        told = book.offered[-1]
        assert standing.settled
        assert standing.can_overlap
        assert (told.former_password, told.former_until) == (former, opened.clock() + 24 * HOUR)
        assert book.password != former
        assert len(book.password) >= 26
        again = book.password
        await book.rotate(0)
        assert (book.offered[-1].former_password, book.offered[-1].former_until) == (again, opened.clock())


async def test_an_overlap_outlasts_other_changes_of_the_settings(opened: Server) -> None:
    async with turned_on(opened) as book:
        former = book.password
        await book.rotate(24)
        await change_phonebook(book.server, COMMAND_LINE, book.id, PhonebookInput(name="Renamed"))
        await book.links.wait_until_settled(book.id, "acme", 5)
        assert (book.offered[-1].settings["title"], book.offered[-1].former_password) == ("Renamed", former)
        await decide(book.server, book.links, COMMAND_LINE, book.id, "acme", on=True, settings={"title": "Typed"})
        assert (book.offered[-1].settings["title"], book.offered[-1].former_password) == ("Typed", former)
        await decide(book.server, book.links, COMMAND_LINE, book.id, "acme", on=True, settings={"password": "typed"})
        assert (book.password, book.offered[-1].former_password) == ("typed", "")


async def test_a_service_from_before_overlaps_is_changed_at_once_or_not_at_all(opened: Server) -> None:
    async with turned_on(opened, features=()) as book:
        former = book.password
        with pytest.raises(Conflict, match="This version of Acme accepts one password") as refused:
            await book.rotate(24)
        assert refused.value.code == "no_overlap"
        assert book.password == former
        standing = await book.rotate(0)
        assert not standing.can_overlap
        assert book.password != former
        assert (book.offered[-1].former_password, book.offered[-1].former_until) == ("", 0)


async def test_what_cannot_be_rotated_says_why(opened: Server) -> None:
    async with turned_on(opened, form=Form(fields=(TITLE,))) as book:
        with pytest.raises(Conflict, match="no password that is made here"):
            await book.rotate(0)
        await decide(book.server, book.links, COMMAND_LINE, book.id, "acme", on=False, settings=None)
        with pytest.raises(Conflict, match="turned off"):
            await book.rotate(0)
        with pytest.raises(NotFound, match="No vendor service"):
            await rotate_password(book.server, book.links, COMMAND_LINE, book.id, "other", overlap_hours=0)


async def test_only_managers_change_the_password_and_it_is_recorded_without_it(opened: Server) -> None:
    async with turned_on(opened) as book:
        capped = Principal(user_id="", email="e", is_admin=False, via="token", cap=Role.EDITOR, owner_is_admin=True)
        with pytest.raises(NotAllowed):
            await book.rotate(0, capped)
        await book.rotate(1)
        async with opened.db.reading() as connection:
            query = select(tables.Activity.detail).where(tables.Activity.action == "service.password_rotated")
            [detail] = (await connection.execute(query)).scalars()
        assert detail == "the one before works until 2027-01-15T09:00:00.000Z"


async def test_a_report_that_comes_while_somebody_decides_does_not_bring_back_what_was_before(opened: Server) -> None:
    async with turned_on(opened) as book:
        for _ in range(10):  # each accepted report is stored beside the next decision
            before = book.password
            await asyncio.gather(
                book.rotate(1),
                decide(book.server, book.links, COMMAND_LINE, book.id, "acme", on=True, settings={"title": before}),
            )
            await book.links.wait_until_settled(book.id, "acme", 5)
            assert book.password != before
