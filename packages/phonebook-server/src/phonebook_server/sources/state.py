"""What is remembered of a source between two syncs, and what came of the last one."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from phonebook_core.formats import ColumnMapping
from phonebook_server.sources.trouble import Choice

Kind = Literal["carddav", "file"]


class FileOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a file is read, as for an import; what is None is found out. CardDAV has none of this."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    has_header: bool | None = None
    mapping: ColumnMapping | None = None


class SourceState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a source was read. Empty: it is read as a whole the next time.

    CardDAV: the address book that was found, its sync token or else its ctag. A file: what it is asked by whether it
    changed, and the hash of what was read.
    """

    collection: str = ""
    sync_token: str = ""
    ctag: str = ""
    etag: str = ""
    last_modified: str = ""
    digest: str = ""


class ItemProblem(Struct, frozen=True, kw_only=True):
    """A card or row that could not be read, and why."""

    where: str
    message: str


class SyncResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a sync. When `ok` is false, nothing was changed and `message` says what to do.

    `code` is `ok`, `confirm_removals`, or what went wrong. `read` are the cards or rows that were looked at: `created`
    + `updated` + `unchanged` + `rejected`; `removed` are gone. `would_remove` waits for a confirmation. `problems` are
    what cannot be read as it is now, the first of `problem_count`; `choices` the address books to choose from. `unit`
    is what was written.
    """

    at: int
    ok: bool
    code: str = "ok"
    message: str = ""
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    would_remove: int = 0
    problems: tuple[ItemProblem, ...] = ()
    problem_count: int = 0
    choices: tuple[Choice, ...] = ()
    unit: str | None = None


def encode(value: SourceState | FileOptions | SyncResult) -> bytes:
    """As it is stored."""
    return msgspec.json.encode(value)
