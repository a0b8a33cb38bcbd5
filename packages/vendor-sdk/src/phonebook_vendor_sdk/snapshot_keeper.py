"""Keeping snapshots of the last good books: which to save when, away from the event loop."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import anyio
from anyio import to_thread

from phonebook_vendor_sdk.clock import Clock
from phonebook_vendor_sdk.contact_copy import ContactCopy
from phonebook_vendor_sdk.enablement import Enablement
from phonebook_vendor_sdk.snapshot import Head, Snapshot, Snapshots

LOOK_SECONDS: Final = 0.25
HURRY_SECONDS: Final = 0.02
SPARE_SECONDS: Final = 5.0
"""A book that goes on changing is saved at most this often; the first time at once."""
AFTER_TROUBLE_SECONDS: Final = 30.0

_log: Final = logging.getLogger(__name__)


class SnapshotKeeper:
    """Saves what phones are served, and forgets what they are not served any more."""

    def __init__(self, folder: Path, enablements: Mapping[str, Enablement], clock: Clock, *, on: bool) -> None:
        self._store = Snapshots(folder)
        self._enablements = enablements
        self._clock = clock
        self._on = on
        self._to_remove: set[str] = set()
        self._hurried = anyio.Event()

    async def load(self) -> list[Snapshot]:
        """What was saved before. When switched off: nothing, and what is there is removed."""
        try:
            if self._on:
                return await to_thread.run_sync(lambda: list(self._store.load()))
            await to_thread.run_sync(self._store.remove_all)
        except OSError as error:
            _log.error("The saved phonebooks cannot be used: %s", error)
        return []

    @staticmethod
    def copy_in(snapshot: Snapshot) -> ContactCopy:
        """The contact copy that a snapshot holds."""
        contacts = {contact.id: contact for contact in snapshot.contacts}
        return ContactCopy.of(snapshot.head.about, contacts, snapshot.head.token)

    def remove(self, phonebook: str) -> None:
        """Forget the snapshot of a phonebook, soon."""
        self._to_remove.add(phonebook)

    def hurry(self, enablement: Enablement) -> None:
        """New settings are in force: save as soon as the book is complete, whenever it was saved last."""
        enablement.saved_at = None
        self._hurried.set()

    async def keep_saved(self) -> None:
        """Save what changed and remove what is gone, for ever."""
        while True:
            hurry = any(e.unsaved and e.saved_at is None and e.may_serve for e in self._enablements.values())
            with anyio.move_on_after(HURRY_SECONDS if hurry else LOOK_SECONDS):
                await self._hurried.wait()
            self._hurried = anyio.Event()
            await self._work(spare=SPARE_SECONDS)

    async def save_all(self) -> None:
        """Save and remove everything that waits for it, now."""
        await self._work(spare=0.0)

    async def _work(self, *, spare: float) -> None:
        while self._to_remove:
            phonebook = self._to_remove.pop()
            await self._try(partial(self._store.remove, phonebook))
        if not self._on:
            return
        for enablement in list(self._enablements.values()):
            now = self._clock.monotonic()
            waited = enablement.saved_at is None or now - enablement.saved_at >= spare
            if not (enablement.unsaved and waited and enablement.may_serve and enablement.copy.is_complete):
                continue
            enablement.unsaved = False
            enablement.saved_at = now
            if not await self._try(partial(self._store.save, _snapshot_of(enablement))):
                enablement.unsaved = True
                enablement.saved_at = now + AFTER_TROUBLE_SECONDS
            if enablement.phonebook not in self._enablements:
                self._to_remove.add(enablement.phonebook)

    async def _try(self, work: partial[None]) -> bool:
        try:
            await to_thread.run_sync(work)
        except OSError as error:
            _log.error("The last good phonebook could not be saved: %s. Phones are served from memory.", error)
            return False
        return True


def _snapshot_of(enablement: Enablement) -> Snapshot:
    copy = enablement.copy
    assert copy.about is not None
    head = Head(
        phonebook=enablement.phonebook,
        about=copy.about,
        token=copy.token,
        settings=enablement.values,
        grace_since=enablement.grace_since,
        former=enablement.former.digest if enablement.former is not None else b"",
        former_until=enablement.former.until if enablement.former is not None else 0,
    )
    files = {
        name: enablement.leaves[request].body
        for name, request in enablement.plain.items()
        if request in enablement.leaves
    }
    return Snapshot(head=head, contacts=copy.contacts, files=files)
