"""Imports in two steps: a file is uploaded and looked at, the mapping changed, and then it is imported, or not.

The preview is worked out anew each time from the file and the phonebook as they are, so its counts are those that an
import at that moment has.
"""

from __future__ import annotations

import asyncio
from typing import Final

import anyio.to_thread
import msgspec
import structlog
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core import importing as core_importing
from phonebook_core.errors import Conflict, Invalid, NotFound
from phonebook_core.formats import ColumnMapping
from phonebook_core.formats.rejected import EXTENSIONS
from phonebook_core.importing import OnMatch
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.contacts import importing, previews, store
from phonebook_server.contacts.attachments import Attachment, dated_name, stem_of
from phonebook_server.contacts.importing import ImportOptions, ImportReport, OpenedFile, Progress
from phonebook_server.contacts.previews import KEPT_MS, ImportPreview, Undecided, Upload
from phonebook_server.db import tables
from phonebook_server.ids import new_id
from phonebook_server.server import Server

PURGE_SECONDS: Final = 60 * 60
MAX_OPEN: Final = 20
"""Uploads that one person may have waiting."""
_MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "vcf": "text/vcard; charset=utf-8",
    "json": "application/json",
    "xml": "application/xml",
}
_LOG: Final = structlog.get_logger("phonebook.contacts")


class UploadChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be otherwise; what is absent stays, `null` is found out again.

    Another encoding, delimiter, sheet or header makes other columns, so the mapping is then guessed anew, unless one
    comes along.
    """

    encoding: str | UnsetType | None = UNSET
    delimiter: str | UnsetType | None = UNSET
    sheet: str | UnsetType | None = UNSET
    has_header: bool | UnsetType | None = UNSET
    mapping: ColumnMapping | UnsetType | None = UNSET
    on_match: OnMatch | UnsetType = UNSET
    repair: bool | UnsetType = UNSET


class _CommittedMeanwhile(Exception):
    """Somebody else committed the upload at the same moment."""


async def upload_file(
    server: Server,
    principal: Principal,
    phonebook_id: str,
    data: bytes,
    filename: str,
    options: ImportOptions = ImportOptions(),  # noqa: B008  # a frozen one
) -> ImportPreview:
    """Keep a file for a day and say what importing it would do. Needs an editor.

    Raises Invalid when the file as a whole cannot be read; then it is not kept. Raises Conflict when the asker has too
    many waiting.
    """
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        await _require_few(connection, principal, server.clock())
    now = server.clock()
    filename = filename.encode(errors="replace").decode()
    upload = Upload(new_id(), phonebook, filename, data, options, now, None)
    preview = await _preview(server, upload)
    async with server.db.transaction() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        await _require_few(connection, principal, now)
        await connection.execute(
            insert(tables.Upload).values(
                id=upload.id,
                phonebook_id=phonebook_id,
                user_id=principal.user_id,
                filename=filename,
                data=data,
                options=msgspec.json.encode(options),
                created_at=now,
            )
        )
    return preview


async def get_upload(server: Server, principal: Principal, phonebook_id: str, upload_id: str) -> ImportPreview:
    """What importing an upload would do now. Needs the editor who uploaded it, or a manager."""
    return await _preview(server, await _find(server, principal, phonebook_id, upload_id))


async def change_upload(
    server: Server, principal: Principal, phonebook_id: str, upload_id: str, change: UploadChange
) -> ImportPreview:
    """Have an upload read or matched otherwise, and say what importing it would do then.

    Raises Invalid when it cannot be read so; it stays as it was then. Raises Conflict when it was imported already.
    """
    upload = await _find(server, principal, phonebook_id, upload_id)
    _require_open(upload)
    options = _changed(upload.options, change)
    preview = await _preview(server, upload._replace(options=options))
    row = tables.Upload
    changed = update(row).where(row.id == upload_id, row.committed_at.is_(None))
    async with server.db.transaction() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        await connection.execute(changed.values(options=msgspec.json.encode(options)))
    return preview


async def commit_upload(
    server: Server,
    principal: Principal,
    phonebook_id: str,
    upload_id: str,
    *,
    mapping: ColumnMapping | UnsetType = UNSET,
    on_match: OnMatch | UnsetType = UNSET,
    progress: Progress = importing.ignore,
) -> ImportReport:
    """Import an upload; its mapping is remembered in the site. Done once: asked again, the report is the first one.

    Raises Invalid when the file cannot be read so.
    """
    upload = await _find(server, principal, phonebook_id, upload_id)
    if upload.report is not None:
        return upload.report
    options = _changed(upload.options, UploadChange(mapping=mapping, on_match=on_match))
    site_id = upload.phonebook.site_id
    opened = await importing.read_file(server, site_id, upload.data, upload.filename, options)

    async def settle(connection: AsyncConnection, report: ImportReport) -> None:
        row = tables.Upload
        done = update(row).where(row.id == upload_id, row.committed_at.is_(None)).returning(row.id)
        values = {"options": msgspec.json.encode(options), "report": msgspec.json.encode(report)}
        changed = await connection.execute(done.values(committed_at=server.clock(), **values))
        if changed.scalar_one_or_none() is None:
            raise _CommittedMeanwhile
        await importing.remember(connection, site_id, opened.reading, now=server.clock())

    try:
        return await importing.carry_out(
            server, principal, phonebook_id, opened.reading, upload.filename, options, settle, progress
        )
    except _CommittedMeanwhile:
        upload = await _find(server, principal, phonebook_id, upload_id)
        if upload.report is None:
            raise Conflict("Somebody changed this upload at the same moment. Look at it again.") from None
        return upload.report


async def write_rejected(server: Server, principal: Principal, phonebook_id: str, upload_id: str) -> Attachment:
    """The rows of an upload that cannot be imported, each with the reason, as a file to be mended and imported."""
    upload = await _find(server, principal, phonebook_id, upload_id)
    opened = await _open(server, upload)
    if isinstance(opened, Undecided):
        raise opened.problem
    reading, region, options = opened.reading, upload.phonebook.region, upload.options
    async with server.db.reading() as connection:
        existing = await store.read_all(connection, phonebook_id)

    def make() -> bytes:
        planned = importing.prepare(existing, reading, region, options).plan
        return core_importing.write_rejected(reading, planned.problems)

    extension = EXTENSIONS[reading.format]
    return Attachment(
        content=await anyio.to_thread.run_sync(make),
        filename=dated_name(f"{stem_of(upload.filename)} rejected", extension, at=server.clock()),
        media_type=_MEDIA[extension],
    )


async def cancel_upload(server: Server, principal: Principal, phonebook_id: str, upload_id: str) -> None:
    """Forget an upload. What was imported of it stays."""
    await _find(server, principal, phonebook_id, upload_id)
    async with server.db.transaction() as connection:
        await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        await connection.execute(delete(tables.Upload).where(tables.Upload.id == upload_id))


async def purge_uploads(server: Server) -> int:
    """Forget the uploads that are older than a day; gives how many those were."""
    old = tables.Upload.created_at <= server.clock() - KEPT_MS
    async with server.db.reading() as connection:
        if not (await connection.execute(select(func.count()).select_from(tables.Upload).where(old))).scalar_one():
            return 0
    async with server.db.transaction() as connection:
        purged = await connection.execute(delete(tables.Upload).where(old).returning(tables.Upload.id))
        return len(purged.all())


async def keep_uploads_few(server: Server) -> None:
    """Forget old uploads at once and then hourly, until cancelled."""
    while True:
        try:
            await purge_uploads(server)
        except Exception:  # a full disk or a locked file passes; the next hour is another try
            _LOG.exception("cannot remove old uploads")
        await asyncio.sleep(PURGE_SECONDS)


async def _find(server: Server, principal: Principal, phonebook_id: str, upload_id: str) -> Upload:
    """The upload, when it is the asker's, or the asker is a manager. Raises NotFound, NotAllowed."""
    row = tables.Upload
    query = select(row.filename, row.data, row.options, row.created_at, row.report).where(
        row.id == upload_id, row.phonebook_id == phonebook_id, row.created_at > server.clock() - KEPT_MS
    )
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.EDITOR)
        if not phonebook.role.allows(Role.MANAGER):
            query = query.where(row.user_id == principal.user_id)
        found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise NotFound(
            "There is no such upload: it is older than 24 hours, was cancelled, or is somebody else's. "
            "Upload the file again."
        )
    report = None if found.report is None else msgspec.json.decode(found.report, type=ImportReport)
    options = msgspec.json.decode(found.options, type=ImportOptions)
    return Upload(upload_id, phonebook, found.filename, found.data, options, found.created_at, report)


async def _require_few(connection: AsyncConnection, principal: Principal, now: int) -> None:
    row = tables.Upload
    waiting = select(func.count()).where(
        row.user_id == principal.user_id, row.committed_at.is_(None), row.created_at > now - KEPT_MS
    )
    if (await connection.execute(waiting)).scalar_one() >= MAX_OPEN:
        raise Conflict(
            f"You have {MAX_OPEN} uploaded files that are not imported yet. Import or cancel one; after 24 hours they "
            "are forgotten."
        )


def _require_open(upload: Upload) -> None:
    if upload.report is not None:
        raise Conflict("This file was imported already. To import it in another way, undo that and upload it again.")


def _changed(options: ImportOptions, change: UploadChange) -> ImportOptions:
    given = {name: getattr(change, name) for name in UploadChange.__struct_fields__}
    changes = {name: value for name, value in given.items() if value is not UNSET}
    shape = ("encoding", "delimiter", "sheet", "has_header")
    if "mapping" not in changes and any(name in changes and changes[name] != getattr(options, name) for name in shape):
        changes["mapping"] = None
    return msgspec.structs.replace(options, **changes)


async def _preview(server: Server, upload: Upload) -> ImportPreview:
    opened = await _open(server, upload)
    if isinstance(opened, Undecided):
        return previews.undecided(upload, opened)
    async with server.db.reading() as connection:
        existing = await store.read_all(connection, upload.phonebook.id)
    return await anyio.to_thread.run_sync(previews.work_out, upload, opened, existing)


async def _open(server: Server, upload: Upload) -> OpenedFile | Undecided:
    """The upload as it is read; or its table, when nobody knows which columns hold the contacts."""
    args = (upload.data, upload.filename, upload.options)
    try:
        return await importing.read_file(server, upload.phonebook.site_id, *args)
    except Invalid as error:
        table = await importing.open_table(*args) if error.code == "no_header" else None
        if table is None:
            raise
        return Undecided(table, error)
