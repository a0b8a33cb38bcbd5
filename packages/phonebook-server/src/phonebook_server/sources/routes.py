"""`/api/v1/phonebooks/{id}/sources`: the address books elsewhere that a phonebook subscribes to."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from litestar import Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody, QueryParameter
from msgspec import Struct

from phonebook_server.accounts.guards import Role
from phonebook_server.checks import BODY_OPTIONAL, etag, iso
from phonebook_server.contacts.units import undoable
from phonebook_server.handling import Asker, Id, TheServer
from phonebook_server.sources import actions, checking
from phonebook_server.sources.actions import Leaving, NewSource, Removed, SourceInput
from phonebook_server.sources.checking import Checked, CheckInput
from phonebook_server.sources.state import FileOptions, ItemProblem, Kind, SyncResult
from phonebook_server.sources.store import Source
from phonebook_server.sources.syncing import Syncing
from phonebook_server.sources.trouble import Choice
from phonebook_server.sources.urls import host_of, shown
from phonebook_server.sources.writing import CONFIRM

TheSyncing = NamedDependency[Syncing]
"""`syncing`: the syncs of this process."""

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="The ETag that your change is based on; else 412.")
]


class SourceStatus(StrEnum):
    """How a source is: never synced, being synced, as it should be, not readable, waiting for a word, or paused."""

    WAITING = "waiting"
    SYNCING = "syncing"
    OK = "ok"
    FAILED = "failed"
    CONFIRM = "confirm"
    PAUSED = "paused"


class ResultView(Struct, frozen=True, kw_only=True):
    """What came of the last sync. When `ok` is false, nothing was changed and `message` says what to do.

    `read` = `created` + `updated` + `unchanged` + `rejected` are the cards or rows that were looked at, `removed` those
    that are gone. `would_remove` contacts wait for a word: POST `{"accept_removals": true}` to `sync`, or mend it
    there. `problems` are the first of `problem_count` cards or rows that cannot be read. `undo` undoes what this sync
    wrote, and pauses the source.
    """

    at: str
    ok: bool
    code: str
    message: str
    read: int
    created: int
    updated: int
    unchanged: int
    removed: int
    rejected: int
    would_remove: int
    problems: tuple[ItemProblem, ...]
    problem_count: int
    choices: tuple[Choice, ...]
    unit: str | None
    undo: str | None


class SourceView(Struct, frozen=True, kw_only=True):
    """A source as clients get it; never its password. Times are ISO 8601 in UTC.

    `contacts` is how many it keeps. `result` is null before the first sync; `next_at` is when the next is, null while
    it is paused. Managers alone get `username`, and `url` with what stands behind a `?`.
    """

    id: str
    phonebook_id: str
    kind: Kind
    name: str
    url: str
    host: str
    username: str
    has_password: bool
    every_minutes: int
    paused: bool
    options: FileOptions
    status: SourceStatus
    contacts: int
    result: ResultView | None
    ok_at: str | None
    next_at: str | None
    created_at: str
    version: int


class SourceList(Struct, frozen=True, kw_only=True):
    """The sources of a phonebook, by name."""

    items: list[SourceView]


class SyncInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to sync. `accept_removals`: remove here what is not there any more, however much that is."""

    accept_removals: bool = False


def view(source: Source, role: Role, *, is_running: bool) -> SourceView:
    """The source as an asker with this role gets it."""
    is_manager = role.allows(Role.MANAGER)
    return SourceView(
        id=source.id,
        phonebook_id=source.phonebook_id,
        kind=source.kind,
        name=source.name,
        url=source.url if is_manager else shown(source.url),
        host=host_of(source.url),
        username=source.username if is_manager else "",
        has_password=bool(source.sealed),
        every_minutes=source.every_minutes,
        paused=source.paused,
        options=source.options,
        status=_status(source, is_running),
        contacts=source.contacts,
        result=None if source.result is None else _result(source.result, is_manager),
        ok_at=None if source.ok_at is None else iso(source.ok_at),
        next_at=None if source.paused else iso(source.due_at),
        created_at=iso(source.created_at),
        version=source.version,
    )


@get("/phonebooks/{phonebook_id:str}/sources", operation_id="list_sources", summary="List a phonebook's sources")
async def list_sources(server: TheServer, syncing: TheSyncing, principal: Asker, phonebook_id: Id) -> SourceList:
    """The address books elsewhere that a phonebook subscribes to, each with what came of its last sync."""
    found, role = await actions.list_sources(server, principal, phonebook_id)
    return SourceList(items=[view(each, role, is_running=syncing.is_running(each.id)) for each in found])


@post("/phonebooks/{phonebook_id:str}/sources", operation_id="add_source", summary="Subscribe to a source")
async def add_source(
    server: TheServer, principal: Asker, phonebook_id: Id, data: JSONBody[NewSource]
) -> Response[SourceView]:
    """Subscribe to an address book (CardDAV) or a file at a URL; the first sync begins at once. Managers.

    What comes of that is in `result`; `sources/check` tries a source without adding it.
    """
    source = await actions.add_source(server, principal, phonebook_id, data)
    response = _answer(source, Role.MANAGER, is_running=False, status_code=201)
    response.headers["location"] = f"/api/v1/phonebooks/{phonebook_id}/sources/{source.id}"
    return response


@post(
    "/phonebooks/{phonebook_id:str}/sources/check",
    operation_id="check_source",
    summary="Try a source",
    status_code=200,
)
async def check_source(
    server: TheServer, syncing: TheSyncing, principal: Asker, phonebook_id: Id, data: JSONBody[CheckInput]
) -> Checked:
    """Whether a source answers and what is there: address books to choose from, columns. Nothing is added. Managers."""
    return await checking.check_source(server, syncing, principal, phonebook_id, data)


@get("/phonebooks/{phonebook_id:str}/sources/{source_id:str}", operation_id="get_source", summary="Get a source")
async def get_source(
    server: TheServer, syncing: TheSyncing, principal: Asker, phonebook_id: Id, source_id: Id
) -> Response[SourceView]:
    """A source with what came of its last sync; its ETag is for If-Match."""
    source, role = await actions.get_source(server, principal, phonebook_id, source_id)
    return _answer(source, role, is_running=syncing.is_running(source_id))


@patch(
    "/phonebooks/{phonebook_id:str}/sources/{source_id:str}", operation_id="change_source", summary="Change a source"
)
async def change_source(
    server: TheServer,
    syncing: TheSyncing,
    principal: Asker,
    phonebook_id: Id,
    source_id: Id,
    data: JSONBody[SourceInput],
    if_match: IfMatch = None,
) -> Response[SourceView]:
    """Set the values that are given: `{"paused": true}` pauses it, false resumes it. Managers."""
    source = await actions.change_source(server, principal, phonebook_id, source_id, data, if_match=if_match)
    return _answer(source, Role.MANAGER, is_running=syncing.is_running(source_id))


@delete(
    "/phonebooks/{phonebook_id:str}/sources/{source_id:str}",
    operation_id="remove_source",
    summary="Remove a source",
    status_code=200,
)
async def remove_source(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    source_id: Id,
    contacts: Annotated[Leaving, QueryParameter(description="What becomes of its contacts.")] = Leaving.KEEP,
) -> Removed:
    """Unsubscribe. Its contacts stay as the phonebook's own ones, or with `contacts=remove` go to the bin. Managers."""
    return await actions.remove_source(server, principal, phonebook_id, source_id, contacts)


@post(
    "/phonebooks/{phonebook_id:str}/sources/{source_id:str}/sync",
    operation_id="sync_source",
    summary="Sync a source now",
    status_code=200,
    opt={BODY_OPTIONAL: True},
)
async def sync_source(
    server: TheServer,
    syncing: TheSyncing,
    principal: Asker,
    phonebook_id: Id,
    source_id: Id,
    data: JSONBody[SyncInput | None] = None,
) -> Response[SourceView]:
    """Sync it now; the answer is the source with its `result`. Editors. The body may be left out.

    What takes longer than a minute goes on in the background; `status` is then `syncing`.
    """
    accept = data is not None and data.accept_removals
    source, role = await actions.sync_source(
        server, syncing, principal, phonebook_id, source_id, accept_removals=accept
    )
    return _answer(source, role, is_running=syncing.is_running(source_id))


handlers: Final = (
    list_sources,
    add_source,
    check_source,
    get_source,
    change_source,
    remove_source,
    sync_source,
)


def _answer(source: Source, role: Role, *, is_running: bool, status_code: int = 200) -> Response[SourceView]:
    body = view(source, role, is_running=is_running)
    return Response(body, status_code=status_code, headers={"etag": etag(source.version)})


def _status(source: Source, is_running: bool) -> SourceStatus:
    if is_running:
        return SourceStatus.SYNCING
    if source.paused:
        return SourceStatus.PAUSED
    if source.result is None:
        return SourceStatus.WAITING
    if source.result.ok:
        return SourceStatus.OK
    return SourceStatus.CONFIRM if source.result.code == CONFIRM else SourceStatus.FAILED


def _result(result: SyncResult, is_manager: bool) -> ResultView:
    return ResultView(
        at=iso(result.at),
        ok=result.ok,
        code=result.code,
        message=result.message,
        read=result.read,
        created=result.created,
        updated=result.updated,
        unchanged=result.unchanged,
        removed=result.removed,
        rejected=result.rejected,
        would_remove=result.would_remove,
        problems=result.problems,
        problem_count=result.problem_count,
        choices=result.choices if is_manager else (),
        unit=result.unit,
        undo=None if result.unit is None else undoable(result.unit).undo,
    )
