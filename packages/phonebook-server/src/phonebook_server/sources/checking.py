"""Trying a source before it is added: does it answer, and what is there. Nothing is stored."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx
from msgspec import UNSET, Struct, UnsetType

from phonebook_core.errors import Invalid, Problem
from phonebook_core.formats import ColumnMapping
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.server import Server
from phonebook_server.sources import store, trouble
from phonebook_server.sources.discovery import find_address_books
from phonebook_server.sources.fetching import Visit
from phonebook_server.sources.file import read_file
from phonebook_server.sources.state import FileOptions, Kind, SourceState
from phonebook_server.sources.syncing import Syncing
from phonebook_server.sources.trouble import Choice, Trouble
from phonebook_server.sources.urls import origin_of, read_url

SECONDS: Final = 30.0


class CheckInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source to be tried. With `source_id` and without `password`, the one that is stored for it is used."""

    kind: Kind
    url: str
    username: str = ""
    password: str | UnsetType = UNSET
    options: FileOptions = FileOptions()
    source_id: str | UnsetType = UNSET


class Checked(Struct, frozen=True, kw_only=True):
    """What trying a source showed. When `ok` is false, `message` says what to do.

    `url` is where the contacts are: the address book that was found, or the file. `choices` are the address books when
    there are several; add the source with the `url` of one. Of a file `contacts` can be read and `rejected` not;
    `columns` and `mapping` say how.
    """

    ok: bool
    code: str = "ok"
    message: str = ""
    url: str = ""
    choices: tuple[Choice, ...] = ()
    contacts: int | None = None
    rejected: int | None = None
    columns: tuple[str, ...] = ()
    mapping: ColumnMapping | None = None


async def check_source(
    server: Server, syncing: Syncing, principal: Principal, phonebook_id: str, input: CheckInput
) -> Checked:
    """Try a source. Needs a manager. What does not work is said in the answer; raises Invalid for what is no URL."""
    async with server.db.reading() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        stored = None if input.source_id is UNSET else await store.find(connection, input.source_id)
    problems: list[Problem] = []
    url = read_url(input.url, problems)
    if problems:
        raise Invalid(problems)
    try:
        password = "" if input.password is UNSET else input.password
        if input.password is UNSET and stored is not None and stored.phonebook_id == phonebook_id:
            same_server = origin_of(httpx.URL(stored.url)) == origin_of(httpx.URL(url))
            if same_server and stored.username == input.username:  # it is for nobody else
                password = store.open_password(server.keys, stored)
        async with (
            asyncio.timeout(SECONDS),
            syncing.tries,
            syncing.visit(url, input.username, password) as visit,
        ):
            return await (_try_file(visit, url, input) if input.kind == "file" else _try_address_book(visit, url))
    except TimeoutError:
        return _failed(trouble.too_slow(SECONDS))
    except Trouble as error:
        return _failed(error)


async def _try_file(visit: Visit, url: str, input: CheckInput) -> Checked:
    reading, _ = await read_file(visit, url, SourceState(), input.options)
    assert reading is not None, "nothing was known before"
    good = sum(row.contact is not None for row in reading.rows)
    return Checked(
        ok=True,
        url=url,
        contacts=good,
        rejected=len(reading.rows) - good,
        columns=reading.columns,
        mapping=reading.mapping,
    )


async def _try_address_book(visit: Visit, url: str) -> Checked:
    books = await find_address_books(visit, url)
    if len(books) > 1:
        message = f"There are {len(books)} address books. Choose one."
        return Checked(ok=False, code="choose_address_book", message=message, choices=tuple(books))
    if not books:
        raise Trouble("no_address_book", "There is no address book at this address. Enter the address of one.")
    return Checked(ok=True, url=books[0].url, choices=tuple(books))


def _failed(error: Trouble) -> Checked:
    return Checked(ok=False, code=error.code, message=error.message, choices=error.choices)
