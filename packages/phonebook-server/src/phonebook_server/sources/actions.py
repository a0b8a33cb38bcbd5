"""What may happen to sources, one function per verb: rights, one transaction, and the announcement after it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import msgspec
from httpx import URL
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict, Invalid, NotFound, Problem
from phonebook_core.formats import ENCODINGS
from phonebook_server.accounts.guards import PhonebookRow, Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.checks import require_version, tidy_name
from phonebook_server.contacts import store as contacts
from phonebook_server.contacts import units
from phonebook_server.contacts.actions import name_actor
from phonebook_server.contacts.store import Change, Write
from phonebook_server.events.event import Event
from phonebook_server.ids import new_id
from phonebook_server.server import Server
from phonebook_server.sources import store
from phonebook_server.sources.state import FileOptions, Kind, SourceState
from phonebook_server.sources.store import Source
from phonebook_server.sources.syncing import Syncing
from phonebook_server.sources.urls import host_of, origin_of, read_url

MAX_SOURCES: Final = 20
"""Sources of one phonebook."""
LEAST_MINUTES: Final = 5
MOST_MINUTES: Final = 7 * 24 * 60
USUAL_MINUTES: Final = 60
MAX_SECRET: Final = 500
SYNC_SECONDS: Final = 55.0
"""How long an asker waits for a sync; proxies wait for a minute. It goes on in the background."""


class NewSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source to be subscribed to. `kind` is `carddav` or `file`; `options` say how a file is read.

    Without a `name` it is called like its server. `url` has no user name and password in it; they have their fields.
    """

    kind: Kind
    url: str
    name: str = ""
    username: str = ""
    password: str = ""
    every_minutes: int = USUAL_MINUTES
    paused: bool = False
    options: FileOptions = FileOptions()


class SourceInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be otherwise with a source; what is absent stays. An empty `password` is none.

    Another URL or user is read as a whole the next time; a password that is not given is then asked for again.
    """

    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    username: str | UnsetType = UNSET
    password: str | UnsetType = UNSET
    every_minutes: int | UnsetType = UNSET
    paused: bool | UnsetType = UNSET
    options: FileOptions | UnsetType = UNSET


class Leaving(StrEnum):
    """What becomes of the contacts of a source that is removed."""

    KEEP = "keep"
    REMOVE = "remove"


class Removed(Struct, frozen=True, kw_only=True):
    """A source was removed. `count` of its contacts were kept as the phonebook's own, or are in the bin as `unit`.

    A POST to `undo` brings them back from there, as own ones; null when there is nothing to undo.
    """

    contacts: Leaving
    count: int
    unit: str | None = None
    undo: str | None = None


async def list_sources(server: Server, principal: Principal, phonebook_id: str) -> tuple[list[Source], Role]:
    """The sources of a phonebook by name, and the asker's role. Needs a viewer."""
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        return await store.find_all(connection, phonebook_id), phonebook.role


async def get_source(server: Server, principal: Principal, phonebook_id: str, source_id: str) -> tuple[Source, Role]:
    """A source, and the asker's role. Needs a viewer."""
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        return await _require(connection, phonebook_id, source_id), phonebook.role


async def add_source(server: Server, principal: Principal, phonebook_id: str, input: NewSource) -> Source:
    """Have a phonebook subscribe to a source; it is synced at once, in the background. Needs a manager.

    Raises Invalid with every problem, Conflict when there are too many sources already.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        if len(await store.find_all(connection, phonebook_id)) >= MAX_SOURCES:
            raise Conflict(
                f"A phonebook subscribes to {MAX_SOURCES} sources at most. Remove one, or use another phonebook and "
                "include that.",
                code="too_many",
            )
        source = Source(
            id=new_id(),
            phonebook_id=phonebook_id,
            kind=input.kind,
            name=input.name,
            url=input.url,
            username=input.username,
            sealed=b"",
            options=input.options,
            every_minutes=input.every_minutes,
            paused=input.paused,
            state=SourceState(),
            result=None,
            ok_at=None,
            due_at=now,
            version=1,
            created_at=now,
        )
        source = _checked(source, input.password)
        source = msgspec.structs.replace(source, sealed=store.seal(server.keys, input.password))
        await store.add(connection, source)
        await _record(connection, now, principal, phonebook, source, "added", f"{source.kind}, {host_of(source.url)}")
    server.publish(_event(phonebook, source))
    return source


async def change_source(
    server: Server,
    principal: Principal,
    phonebook_id: str,
    source_id: str,
    input: SourceInput,
    *,
    if_match: str | None = None,
) -> Source:
    """Change what is wanted of a source; what concerns reading it has it read as a whole, at once. Needs a manager.

    Raises ChangedMeanwhile when `if_match` names another version, Invalid with every problem.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        before = await _require(connection, phonebook_id, source_id)
        require_version(if_match, before.version, "source")
        given = {name: getattr(input, name) for name in SourceInput.__struct_fields__}
        changes = {name: value for name, value in given.items() if value is not UNSET and name != "password"}
        source = _checked(msgspec.structs.replace(before, **changes), "" if input.password is UNSET else input.password)
        if input.password is not UNSET:
            source = msgspec.structs.replace(source, sealed=store.seal(server.keys, input.password))
        elif _leads_elsewhere(before, source):  # or whoever may change the URL would get to see the password
            source = msgspec.structs.replace(source, sealed=b"")
        reading = ("url", "username", "sealed", "options")
        is_other = any(getattr(before, name) != getattr(source, name) for name in reading)
        if is_other:
            source = msgspec.structs.replace(source, state=SourceState())
            await store.forget_etags(connection, source_id)
        if is_other or (before.paused and not source.paused):
            source = msgspec.structs.replace(source, due_at=now)
        elif before.every_minutes != source.every_minutes:
            soon = now + source.every_minutes * 60_000
            source = msgspec.structs.replace(source, due_at=min(before.due_at, soon))
        if source == before:
            return before
        source = msgspec.structs.replace(source, version=before.version + 1)
        await store.change(connection, source)
        verb = "changed" if before.paused == source.paused else "paused" if source.paused else "resumed"
        await _record(connection, now, principal, phonebook, source, verb, ", ".join(_named(before, source)))
    server.publish(_event(phonebook, source))
    return source


async def remove_source(
    server: Server, principal: Principal, phonebook_id: str, source_id: str, leaving: Leaving
) -> Removed:
    """Forget a source. Its contacts stay as the phonebook's own, or go to the bin as one unit. Needs a manager."""
    now = server.clock()
    unit = None
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        source = await _require(connection, phonebook_id, source_id)
        live = await store.read_contacts(connection, source_id, binned=False)
        binned = await store.read_contacts(connection, source_id, binned=True)
        if leaving is Leaving.REMOVE and live:
            summary = f"Source “{source.name}” removed with its contacts"[:200]
            kind = units.Kind.SOURCE
            unit = await units.begin(connection, kind, actor=name_actor(principal), now=now, summary=summary)
            await contacts.write(
                connection, phonebook_id, [Write(each.contact, Change.DELETED, each) for each in live], unit=unit
            )
        await store.set_keeper(connection, phonebook_id, [each.contact.id for each in live + binned], None)
        await store.remove(connection, source_id)
        what = "kept as own ones" if unit is None else f"moved to the bin; unit {unit.id}"
        await _record(connection, now, principal, phonebook, source, "removed", f"{len(live)} contacts {what}")
    await server.announce(phonebook_id)
    server.publish(_event(phonebook, source))
    undo = None if unit is None else units.undoable(unit.id)
    return Removed(
        contacts=leaving,
        count=len(live),
        unit=undo.unit if undo else None,
        undo=undo.undo if undo else None,
    )


async def sync_source(
    server: Server,
    syncing: Syncing,
    principal: Principal,
    phonebook_id: str,
    source_id: str,
    *,
    accept_removals: bool = False,
    seconds: float | None = SYNC_SECONDS,
) -> tuple[Source, Role]:
    """Sync a source now, and give it with what came of that. Needs an editor. Raises Conflict while it is paused.

    `accept_removals`: what is not there any more is removed here, however much that is.
    """
    async with server.db.reading() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        source = await _require(connection, phonebook_id, source_id)
    if source.paused:
        raise Conflict(f"The source “{source.name}” is paused. Resume it first.", code="paused")
    await syncing.sync(source_id, accept_removals=accept_removals, seconds=seconds)
    return await get_source(server, principal, phonebook_id, source_id)


async def _require(connection: AsyncConnection, phonebook_id: str, source_id: str) -> Source:
    source = await store.find(connection, source_id)
    if source is None or source.phonebook_id != phonebook_id:
        raise NotFound("There is no such source in this phonebook. Its list of sources says which there are.")
    return source


def _checked(source: Source, password: str) -> Source:
    """The source with its texts tidied. Raises Invalid with every problem."""
    problems: list[Problem] = []
    url = read_url(source.url, problems)
    name = source.name.strip() or ("" if problems else host_of(url))
    if name or not problems:
        name = tidy_name(name, problems)
    for field, value in (("username", source.username), ("password", password)):
        if len(value) > MAX_SECRET or not value.isprintable():
            message = f"Use at most {MAX_SECRET} characters, none of them invisible."
            problems.append(Problem(field=field, code="unreadable", message=message))
    if ":" in source.username:
        message = "A user name cannot have a colon; HTTP cannot send it. Check it."
        problems.append(Problem(field="username", code="unreadable", message=message))
    if not LEAST_MINUTES <= source.every_minutes <= MOST_MINUTES:
        message = f"Sync every {LEAST_MINUTES} to {MOST_MINUTES} minutes."
        problems.append(Problem(field="every_minutes", code="out_of_range", message=message))
    if source.kind == "carddav" and source.options != FileOptions():
        message = "Only files have options; an address book says by itself what is in it. Leave them out."
        problems.append(Problem(field="options", code="not_possible", message=message))
    encoding = source.options.encoding
    if encoding is not None and encoding.lower() not in ENCODINGS:
        message = f"“{encoding[:40]}” is no encoding that is known here. Leave it out to have it found out."
        problems.append(Problem(field="options.encoding", code="unknown_encoding", message=message))
    if problems:
        raise Invalid(problems)
    return msgspec.structs.replace(source, url=url, name=name)


def _leads_elsewhere(before: Source, after: Source) -> bool:
    """Whether the password of before would be sent to somebody else."""
    return before.username != after.username or origin_of(URL(before.url)) != origin_of(URL(after.url))


def _named(before: Source, after: Source) -> list[str]:
    """The names of what was changed; values may be nobody's business."""
    fields: dict[str, str] = {"sealed": "password"}
    names = ("name", "url", "username", "sealed", "every_minutes", "options")
    return [fields.get(name, name) for name in names if getattr(before, name) != getattr(after, name)]


def _event(phonebook: PhonebookRow, source: Source) -> Event:
    return Event(kind="source.changed", site_id=phonebook.site_id, phonebook_id=phonebook.id, subject=source.id)


async def _record(
    connection: AsyncConnection,
    now: int,
    principal: Principal,
    phonebook: PhonebookRow,
    source: Source,
    verb: str,
    detail: str,
) -> None:
    fields: dict[str, Any] = {"site_id": phonebook.site_id, "phonebook_id": phonebook.id, "subject": source.name}
    await record(connection, clock_ms=now, principal=principal, action=f"source.{verb}", detail=detail, **fields)
