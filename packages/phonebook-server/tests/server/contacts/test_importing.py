"""Imports as one unit: one version per changed contact, one activity, and no edit overwritten that came in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from support.server import RunningServer

from phonebook_core.errors import Invalid, NotFound
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.contacts import actions
from phonebook_server.contacts.cli import import_command
from phonebook_server.contacts.importing import import_file
from phonebook_server.contacts.inputs import ContactInput, NumberInput
from phonebook_server.db import tables
from phonebook_server.phonebooks.actions import PhonebookInput, create_phonebook
from phonebook_server.server import Server
from phonebook_server.sites.actions import create_site

MANY = 3_000


async def make_book(server: Server) -> str:
    site = await create_site(server, COMMAND_LINE, name="Site", region="DE")
    return (await create_phonebook(server, COMMAND_LINE, site.id, PhonebookInput(name="Book"))).id


async def rows(server: Server, query: Any) -> Sequence[Any]:
    async with server.db.reading() as connection:
        return (await connection.execute(query)).all()


@pytest.mark.anyio
async def test_an_import_is_one_unit_with_an_activity_and_is_announced_once(opened: Server) -> None:
    announced: list[str] = []

    async def announce(phonebook_id: str) -> None:
        announced.append(phonebook_id)

    server = replace(opened, announce=announce)
    book = await make_book(server)
    number = [NumberInput(value="030 1234567")]
    await actions.create_contact(server, COMMAND_LINE, book, ContactInput(display_name="Ada", numbers=number))
    announced.clear()
    data = b"Name,Phone,Company\nAda,030 1234567,Analytical\nGrace,030 7654321,Navy\n"
    report = await import_file(server, COMMAND_LINE, book, data, "people.csv")
    assert (report.created, report.updated, report.unchanged, report.rejected) == (1, 1, 0, 0)
    version = tables.ContactVersion
    found = await rows(server, select(version.unit, version.actor).where(version.change == "imported"))
    assert len(found) == 2
    assert len({row.unit for row in found}) == 1
    assert {row.actor for row in found} == {"command line"}
    activity = tables.Activity
    [noted] = await rows(server, select(activity).where(activity.action == "contacts.imported"))
    assert "people.csv: 1 created, 1 updated" in noted.detail
    assert found[0].unit in noted.detail
    assert announced == [book]
    again = await import_file(server, COMMAND_LINE, book, data, "people.csv")
    assert (again.unchanged, announced) == (2, [book])
    [[count]] = await rows(server, select(func.count()).where(activity.action == "contacts.imported"))
    assert count == 1


@pytest.mark.anyio
async def test_an_edit_made_while_a_file_is_being_read_is_kept(opened: Server) -> None:
    book = await make_book(opened)
    number = [NumberInput(value="030 1234567")]
    ada = await actions.create_contact(
        opened, COMMAND_LINE, book, ContactInput(display_name="Ada", numbers=number, organization="Old")
    )
    lines = ["Name,Phone,Company", "Ada,030 1234567,Analytical"] + [f"Person {n},{n},C" for n in range(MANY)]

    async def edit() -> None:
        await anyio.sleep(0.1)
        await actions.change_contact(opened, COMMAND_LINE, ada.contact.id, ContactInput(title="Countess"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(edit)
        report = await import_file(opened, COMMAND_LINE, book, "\n".join(lines).encode(), "people.csv")
    assert (report.created, report.updated) == (MANY, 1)
    final = await actions.get_contact(opened, COMMAND_LINE, ada.contact.id)
    assert (final.contact.title, final.contact.organization, final.version) == ("Countess", "Analytical", 3)


@pytest.mark.anyio
async def test_two_people_importing_the_same_file_at_once_create_each_contact_once(opened: Server) -> None:
    book = await make_book(opened)
    data = "\n".join(["Name,Phone"] + [f"Person {n},030 {10_000 + n}" for n in range(300)]).encode()
    created: list[int] = []

    async def run() -> None:
        report = await import_file(opened, COMMAND_LINE, book, data, "people.csv")
        created.append(report.created)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(run)
    assert sorted(created) == [0, 0, 300]


@pytest.mark.anyio
async def test_a_file_that_cannot_be_read_and_a_phonebook_that_is_not_there_are_errors(opened: Server) -> None:
    book = await make_book(opened)
    with pytest.raises(Invalid):
        await import_file(opened, COMMAND_LINE, book, b"\x00\x01\x02" * 100, "people.csv")
    with pytest.raises(NotFound):
        await import_file(opened, COMMAND_LINE, "0" * 32, b"Name\nAda\n", "people.csv")


def run_command(server: RunningServer, *words: str) -> Any:
    return CliRunner().invoke(import_command, words, env=server.env)


def test_the_command_imports_beside_the_running_server_and_tells_scripts_the_counts(
    running: RunningServer, tmp_path: Path
) -> None:
    book = running.act(make_book)
    file = tmp_path / "people.csv"
    file.write_text("Name,Phone\nAda,030 1234567\n" + "x" * 300 + ",1\n")
    first = run_command(running, str(file), "--phonebook", book, "--json")
    assert first.exit_code == 0, first.output
    report = msgspec.json.decode(first.stdout)
    assert (report["read"], report["created"], report["rejected"]) == (2, 1, 1)
    assert report["problems"][0]["line"] == 3
    second = run_command(running, str(file), "--phonebook", book)
    assert "2 contacts read: 0 created, 0 updated, 1 unchanged, 1 rejected." in second.stdout
    assert "line 3" in second.stderr


def test_the_command_says_in_a_sentence_what_is_wrong(running: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Name\nAda\n")
    assert isinstance(run_command(running, str(file), "--phonebook", "x").exception, NotFound)
    assert run_command(running, str(tmp_path / "none.csv"), "--phonebook", "x").exit_code == 2
    with (tmp_path / "large.csv").open("wb") as large:
        large.truncate(11 * 1024**2)
    book = running.act(make_book)
    refused = run_command(running, large.name, "--phonebook", book).exception
    assert isinstance(refused, Invalid)
    assert refused.message.endswith(".")
