"""Reading a file of contacts at a URL, when it has changed: any kind that can be imported.

Whether it changed is asked by ETag and Last-Modified (RFC 9110, section 13.1); servers that know neither send it each
time, and it is compared.
"""

from __future__ import annotations

import hashlib
from typing import Final

import anyio.to_thread
import msgspec

from phonebook_core import formats
from phonebook_core.errors import Invalid
from phonebook_core.formats import MAX_BYTES, Reading
from phonebook_server.sources import trouble
from phonebook_server.sources.fetching import Answer, Visit
from phonebook_server.sources.state import FileOptions, SourceState
from phonebook_server.sources.trouble import Trouble
from phonebook_server.sources.urls import shown

_ACCEPT: Final = "text/csv, text/vcard, application/json, application/xml, */*;q=0.5"


async def read_file(
    visit: Visit, url: str, state: SourceState, options: FileOptions
) -> tuple[Reading | None, SourceState]:
    """The file as it was read, None when it is what was read before, and the state that then holds. Raises Trouble."""
    headers = {"accept": _ACCEPT}
    if state.digest and state.etag:
        headers["if-none-match"] = state.etag
    if state.digest and state.last_modified:
        headers["if-modified-since"] = state.last_modified
    answer = await visit.ask("GET", url, headers=headers, limit=MAX_BYTES)
    if answer.status == 304 and state.digest:
        return None, state
    if answer.status != 200:
        raise visit.refusal(answer)
    _require_file(answer)
    now = SourceState(
        etag=answer.headers.get("etag", "")[:1000],
        last_modified=answer.headers.get("last-modified", "")[:100],
        digest=hashlib.sha256(answer.body).hexdigest(),
    )
    if now.digest == state.digest:
        return None, now
    return await anyio.to_thread.run_sync(_read, answer, options), now


def _require_file(answer: Answer) -> None:
    where = shown(answer.url)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    begin = answer.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if kind in ("text/html", "application/xhtml+xml") or begin.startswith((b"<!doctype html", b"<html")):
        raise trouble.web_page(where)
    if not answer.body.strip():
        raise Trouble(
            "empty", f"{where} answers with an empty file, so the contacts are kept as they are. Look what is there."
        )
    if kind.startswith(("image/", "video/", "audio/")):
        raise Trouble("wrong_type", f"{where} answers with {kind[:40]}, which holds no contacts. Check the address.")


def _read(answer: Answer, options: FileOptions) -> Reading:
    """The contacts of the file, without vendor values: those are set in the phonebook."""
    where = shown(answer.url)
    try:
        reading = formats.read(
            answer.body,
            filename=answer.url.path.rpartition("/")[2],
            encoding=options.encoding,
            delimiter=options.delimiter,
            sheet=options.sheet,
            has_header=options.has_header,
            mapping=options.mapping,
        )
    except Invalid as error:
        raise Trouble("unreadable", f"What {where} answers with cannot be read: {error.message}") from None
    replace = msgspec.structs.replace
    rows = tuple(
        row if row.contact is None else replace(row, contact=replace(row.contact, meta={})) for row in reading.rows
    )
    if rows and all(row.contact is None for row in rows):
        message = rows[0].problems[0].message if rows[0].problems else ""
        raise Trouble(
            "unreadable",
            f"No contact at {where} could be read, so the contacts are kept as they are. The first one: {message} Say "
            "in the mapping which column holds what.",
        )
    return msgspec.structs.replace(reading, rows=rows)
