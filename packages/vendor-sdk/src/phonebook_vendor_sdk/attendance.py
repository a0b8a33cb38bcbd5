"""What a service does for an enablement besides answering phones: hold resources while it lasts, and tell of changes.

A fault in either is a notice beside the state and tried again; phones are served all the time. What is held is left
in peace when the enablement ends or the service stops: its end is not cancelled, only limited in time.
"""

from __future__ import annotations

import logging
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Final

import anyio

from phonebook_core.vendor_link.messages import Phone
from phonebook_vendor_sdk.backoff import delays
from phonebook_vendor_sdk.dispatches import Note
from phonebook_vendor_sdk.enablement import Enablement
from phonebook_vendor_sdk.service import Change, VendorService
from phonebook_vendor_sdk.settings import PhoneSettings

BEGIN_SECONDS: Final = 30.0
"""How long taking hold of resources may take."""
END_SECONDS: Final = 5.0
"""How long letting go of them may take."""
CALL_SECONDS: Final = 30.0
"""How long telling phones of one change may take."""
QUIET_SECONDS: Final = 1.0
"""How long nothing must change before phones are told."""
BURST_SECONDS: Final = 10.0
"""How long changes are folded into one at most."""
MOST_VISITORS: Final = 1_000
"""Phones remembered per phonebook."""

_log: Final = logging.getLogger(__name__)


class Visitors:
    """The phones that fetched a phonebook since the service started."""

    def __init__(self, identify: Callable[[str], Phone]) -> None:
        self._identify = identify
        self._seen: dict[str, OrderedDict[tuple[str, bytes], None]] = {}

    def note(self, note: Note) -> None:
        """An answer was given."""
        _, phonebook, _, status, _, _, address, agent, _ = note
        if status in (200, 304):
            seen = self._seen.setdefault(phonebook, OrderedDict())
            seen[address, agent] = None
            seen.move_to_end((address, agent))
            if len(seen) > MOST_VISITORS:
                seen.popitem(last=False)

    def of(self, phonebook: str) -> tuple[Phone, ...]:
        """The phones, the last one that fetched first."""
        return tuple(self._phone(*each) for each in reversed(self._seen.get(phonebook, {})))

    def forget(self, phonebook: str) -> None:
        """The phonebook is not served any more."""
        self._seen.pop(phonebook, None)

    def _phone(self, address: str, agent: bytes) -> Phone:
        said = agent.decode("latin-1")
        phone = self._identify(said)
        return Phone(
            vendor=phone.vendor,
            model=phone.model,
            firmware=phone.firmware,
            mac=phone.mac,
            address=address,
            user_agent=said,
        )


def is_wanted(service: VendorService[Any]) -> bool:
    """Whether the service has anything to hold or to tell."""
    kind, base = type(service), VendorService
    return kind.while_enabled is not base.while_enabled or kind.on_changed is not base.on_changed


class Attendance:
    """One enablement attended to; `keep` ends when the enablement is forgotten."""

    def __init__(
        self,
        enablement: Enablement,
        service: VendorService[Any],
        visitors: Visitors,
        random: Random,
        *,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self._enablement = enablement
        self._service = service
        self._visitors = visitors
        self._random = random
        self._quiet = quiet_seconds
        self._told = -1
        self._is_stopping = False
        self._waiting = anyio.CancelScope()
        self._holding = anyio.CancelScope()

    async def keep(self) -> None:
        """Hold and tell until the enablement is forgotten, or until cancelled, and then let go in peace."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch)
            with anyio.CancelScope(shield=True):
                await self._attend()
            tasks.cancel_scope.cancel()

    async def _watch(self) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            self._is_stopping = True
            self._waiting.cancel()
            self._holding.deadline = min(self._holding.deadline, anyio.current_time() + END_SECONDS)

    @property
    def _is_over(self) -> bool:
        return self._is_stopping or self._enablement.is_forgotten

    def _lasts(self, settings: PhoneSettings) -> bool:
        """Whether the enablement is served with these settings."""
        return not self._is_over and self._enablement.settings is settings and self._enablement.may_serve

    async def _wait(self, what: Awaitable[None], at_most: float = math.inf) -> None:
        """Wait, but not beyond the end."""
        with anyio.CancelScope(deadline=anyio.current_time() + at_most) as self._waiting:
            if self._is_over:
                self._waiting.cancel()
            await what

    async def _attend(self) -> None:
        waits = delays(self._random)
        while not self._is_over:
            settings = self._enablement.settings
            if settings is None or self._enablement.book is None or not self._enablement.may_serve:
                await self._wait(self._enablement.changed())
                continue
            if self._told < 0:
                self._told = self._enablement.version
            complaint = await self._hold(settings)
            if complaint:
                self._enablement.complain("held", f"{complaint} Phones are served; it is tried again.")
                again = anyio.current_time() + next(waits)
                while self._lasts(settings) and anyio.current_time() < again:
                    await self._wait(self._enablement.changed(), again - anyio.current_time())
            else:
                waits = delays(self._random)

    async def _hold(self, settings: PhoneSettings) -> str:
        """Take hold, tell of changes until the settings are not in force any more, let go. Returns what went wrong."""
        doing = "begin"
        try:
            with anyio.CancelScope(deadline=anyio.current_time() + BEGIN_SECONDS) as self._holding:
                async with self._service.while_enabled(settings) as held:
                    self._holding.deadline = math.inf
                    doing = "go on"
                    self._enablement.complain("held", "")
                    while self._lasts(settings):
                        await self._tell(settings, held)
                    doing = "end"
                    self._holding.deadline = anyio.current_time() + END_SECONDS
        except Exception as error:
            _log.exception("What is held for phonebook %s failed.", self._enablement.phonebook)
            return f"What {self._service.label} does while it is enabled could not {doing}: {error!r}."
        if self._holding.cancelled_caught:
            return f"What {self._service.label} does while it is enabled took too long to {doing}."
        return ""

    async def _tell(self, settings: PhoneSettings, held: Any) -> None:
        """Wait for a change, until no more follow, and tell of it once."""
        if self._told == self._enablement.version:
            await self._wait(self._enablement.changed())
            return
        until = anyio.current_time() + BURST_SECONDS
        version = -1
        while version != self._enablement.version and anyio.current_time() < until and not self._is_over:
            version = self._enablement.version
            await self._wait(anyio.sleep(self._quiet))
        if not self._lasts(settings):
            return
        book, self._told = self._enablement.book, self._enablement.version
        assert book is not None
        change = Change(book=book, settings=settings, phones=self._visitors.of(self._enablement.phonebook), held=held)
        self._enablement.complain("on_changed", await self._call(change))

    async def _call(self, change: Change[Any]) -> str:
        """Let the service tell its phones. Returns what went wrong."""
        told = False

        async def call() -> None:
            nonlocal told
            await self._service.on_changed(change)
            told = True

        try:
            await self._wait(call(), CALL_SECONDS)
        except Exception as error:
            _log.exception("Telling phones of a change in phonebook %s failed.", change.book.id)
            return f"Phones could not be told of the last change ({error!r}); they get it at their next fetch."
        if told or self._is_over:
            return ""
        return "Telling phones of the last change took too long; they get it at their next fetch."
