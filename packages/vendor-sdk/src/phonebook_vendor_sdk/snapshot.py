"""The last good book on disk, so that a service answers phones after its own restart also while the server is down.

One file per phonebook, mode 0600 in a folder of mode 0700, as it holds contacts and the phones' password. It is written
to the side, synced and moved into place. A file that cannot be read, or is of another make, is left out with a
sentence in the log; it is only a copy. Blocking; call it from a thread.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from phonebook_core.contact import Contact
from phonebook_core.vendor_link.messages import Book as About
from phonebook_vendor_sdk.records import read_records, write_record

MAKE: Final = "phonebook-snapshot 1"
"""The first record of every file; another one means another format."""
CHUNK: Final = 500
"""Contacts of one record. Small, so that writing a large phonebook never holds up phones for long."""

_SUFFIX: Final = ".snapshot"
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_encoder: Final = msgspec.msgpack.Encoder()
_log: Final = logging.getLogger(__name__)


class Head(Struct, frozen=True, kw_only=True):
    """What is known of an enablement besides its contacts.

    `grace_since` is when grace began, in UTC milliseconds (0: it was not needed). `contacts` is how many follow.
    `former` is the digest of the login before, which opens until `former_until`; empty: there is none.
    """

    make: str = MAKE
    phonebook: str
    about: About
    token: str
    settings: Mapping[str, Any]
    grace_since: int = 0
    contacts: int = 0
    files: Mapping[str, int] = {}
    former: bytes = b""
    former_until: int = 0


class Snapshot(Struct, frozen=True, kw_only=True):
    """One enablement as it was saved. `files` are rendered files, for when rendering is not possible any more."""

    head: Head
    contacts: tuple[Contact, ...]
    files: Mapping[str, bytes] = {}


class Snapshots:
    """The snapshots in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, snapshot: Snapshot) -> None:
        """Write one snapshot in place of the one before. Raises OSError, and the one before stays."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(snapshot.head.phonebook)
        beside = path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            head = msgspec.structs.replace(
                snapshot.head,
                contacts=len(snapshot.contacts),
                files={name: len(body) for name, body in snapshot.files.items()},
            )
            write_record(file, _encoder.encode(head))
            for start in range(0, len(snapshot.contacts), CHUNK):
                write_record(file, _encoder.encode(snapshot.contacts[start : start + CHUNK]))
            for body in snapshot.files.values():
                write_record(file, body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def load(self) -> Iterator[Snapshot]:
        """Every snapshot that can be read."""
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            try:
                yield _read(path)
            except (OSError, ValueError, msgspec.MsgspecError) as error:
                _log.warning("The saved phonebook %s is left out, as it cannot be read: %s", path, error)

    def remove(self, phonebook: str) -> None:
        """Forget one phonebook."""
        self._path(phonebook).unlink(missing_ok=True)

    def remove_all(self) -> None:
        """Forget every phonebook."""
        if self._folder.is_dir():
            for path in [*self._folder.glob(f"*{_SUFFIX}"), *self._folder.glob("*.new")]:
                path.unlink(missing_ok=True)

    def _path(self, phonebook: str) -> Path:
        name = phonebook if _PLAIN_NAME.match(phonebook) else hashlib.sha256(phonebook.encode()).hexdigest()
        return self._folder / f"{name}{_SUFFIX}"


def _read(path: Path) -> Snapshot:
    with path.open("rb") as file:
        records = (data for data, _ in read_records(file))
        first = next(records, None)
        if first is None:
            raise ValueError("it is empty or damaged.")
        head = msgspec.msgpack.decode(first, type=Head)
        if head.make != MAKE:
            raise ValueError(f"it is of the make “{head.make}”, and this release reads “{MAKE}”.")
        contacts: list[Contact] = []
        while len(contacts) < head.contacts:
            chunk = next(records, None)
            if not chunk:
                raise ValueError(f"only {len(contacts)} of {head.contacts} contacts are there.")
            contacts.extend(msgspec.msgpack.decode(chunk, type=list[Contact]))
        files = {name: next(records, None) for name in head.files}
    whole = {name: body for name, body in files.items() if body is not None and len(body) == head.files[name]}
    return Snapshot(head=head, contacts=tuple(contacts), files=whole)
