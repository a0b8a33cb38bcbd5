"""A running service: the link kept up, commands acted on, phones answered whatever happens to the link.

The same `Runtime` runs inside the server (`VendorService.hosted`), as a program of its own (`program.run`) and in tests
(`bench.Bench`); they differ only in how a link is dialled.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from phonebook_core.errors import Invalid, LinkClosed, NotSignedIn, PhonebookError, Problem
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import FORMER_PASSWORD, Access, Hello, Snippet
from phonebook_core.vendor_link.transport import Hosting, Transport
from phonebook_core.vendor_link.vendor_end import (
    BookMoved,
    SettingsOffered,
    TurnedOff,
    TurnedOn,
    VendorEvent,
    Welcomed,
)
from phonebook_vendor_sdk import attendance
from phonebook_vendor_sdk.attendance import Attendance, Visitors
from phonebook_vendor_sdk.audit import AuditTrail
from phonebook_vendor_sdk.backoff import HEALTHY_AFTER, delays
from phonebook_vendor_sdk.clock import REAL, Clock
from phonebook_vendor_sdk.credentials import Former, digest_of
from phonebook_vendor_sdk.dispatch_spool import DispatchSpool
from phonebook_vendor_sdk.dispatches import Note, Recorder
from phonebook_vendor_sdk.enablement import Enablement
from phonebook_vendor_sdk.fetching import keep_fetched
from phonebook_vendor_sdk.grace import GRACE_SECONDS, REPLAY_SECONDS, Grace, GraceEvent
from phonebook_vendor_sdk.leaf import Leaf
from phonebook_vendor_sdk.link import Link
from phonebook_vendor_sdk.phones import Phones, identify
from phonebook_vendor_sdk.service import VendorService, sdk_version
from phonebook_vendor_sdk.settings import PhoneSettings, read_settings
from phonebook_vendor_sdk.snapshot_keeper import SnapshotKeeper

CHECK_SECONDS: Final = 20.0
"""How long a vendor's `check` may take."""
QUIET_SECONDS: Final = 2.0
"""How long after the last sign of the replay on a new link an unknown phonebook is answered with 404."""
REFUSED_SECONDS: Final = 30.0
"""How long to wait when the server refused the service token."""
NOT_AGAIN_SECONDS: Final = 600.0
"""How long to wait when the server asked not to dial again: long, but not for ever, for nobody may be there."""


class Runtime:
    """One service at work. `phones` is its ASGI application, which answers before, during and after every link."""

    def __init__(
        self,
        service: VendorService[Any],
        hosting: Hosting,
        *,
        clock: Clock = REAL,
        random: Random | None = None,
        snapshots: bool = True,
        replay_seconds: float = REPLAY_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
        burst_seconds: float = attendance.QUIET_SECONDS,
    ) -> None:
        self.enablements: dict[str, Enablement] = {}
        self.ready: dict[str, Leaf] = {}
        self.opened = anyio.Event()
        self._service = service
        self._hosting = hosting
        self._clock = clock
        self._random = random or Random(secrets.randbits(64))  # noqa: S311  # jitter and names, no secrets
        self._replay_seconds = replay_seconds
        self._quiet_seconds = quiet_seconds
        self._burst_seconds = burst_seconds
        self._link: Link | None = None
        self._replayed = 0.0
        self._off: set[str] = set()
        self._tasks: TaskGroup | None = None
        self._log: Final = logging.getLogger(f"phonebook.{service.slug}")
        self._instance = ""
        recorder = Recorder(f"{self._random.getrandbits(64):016x}", partial(identify, service), clock)
        self.audit = AuditTrail(recorder, DispatchSpool(hosting.state_dir / "dispatches"), self._random)
        self._snapshots = SnapshotKeeper(hosting.state_dir / "snapshots", self.enablements, clock, on=snapshots)
        self._visitors = Visitors(partial(identify, service)) if attendance.is_wanted(service) else None
        note = recorder.note if self._visitors is None else _both(recorder.note, self._visitors.note)
        app = Phones(
            service, self.ready, self.enablements, note, clock,
            opened=self.opened, is_off=self._is_off,
        )  # fmt: skip
        self.phones: Callable[[Any, Any, Any], Coroutine[Any, Any, None]] = app.answer
        """Answers phones: an ASGI application for the paths below `/phones/<slug>/`."""

    async def run(self) -> None:
        """Keep the link up and everything current until cancelled. A lost link, or a full disk, does not end it."""
        await self._open()
        try:
            async with anyio.create_task_group() as tasks:
                self._tasks = tasks
                for enablement in self.enablements.values():
                    self._start(enablement, tasks)
                for work in (self._keep_linked, self._keep_grace, self.audit.keep_written, self._snapshots.keep_saved):
                    tasks.start_soon(self._keep, work)
                self.opened.set()
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(10):
                await self.audit.close()
                await self._snapshots.save_all()

    @property
    def is_linked(self) -> bool:
        """Whether the server has welcomed this service on the link there is."""
        return self._link is not None and self._link.end.is_up

    # starting

    async def _open(self) -> None:
        try:
            self._instance = await to_thread.run_sync(_instance_in, self._hosting.state_dir)
        except OSError as error:
            self._instance = secrets.token_hex(8)
            self._log.error("The folder %s cannot be used: %s. Nothing is kept there.", self._hosting.state_dir, error)
        await self.audit.open()
        for snapshot in await self._snapshots.load():
            head = snapshot.head
            enablement = self._new_enablement(head.phonebook)
            try:
                settings = read_settings(self._service.settings_type, self._service.form, head.settings, lenient=True)
            except Invalid as error:
                settings = None
                self._log.warning("Phonebook %s has settings from another release: %s", head.phonebook, error)
            former = Former(head.former, head.former_until) if head.former else None
            enablement.take_settings(settings, head.settings, former)
            enablement.take_copy(await to_thread.run_sync(SnapshotKeeper.copy_in, snapshot), 0, changed=True)
            enablement.restore(snapshot.files)
            enablement.take_grace(GraceEvent.RESTORED, head.grace_since or self._clock.wall_ms())
            enablement.unsaved = False

    def _new_enablement(self, phonebook: str) -> Enablement:
        enablement = Enablement(
            phonebook, self._service, self._hosting.public_url.rstrip("/"), self.ready,
            tell=self._tell, refuse=self._refuse,
        )  # fmt: skip
        enablement.end = self._link.end if self._link is not None else None
        self.enablements[phonebook] = enablement
        if self._tasks is not None:
            self._start(enablement, self._tasks)
        return enablement

    def _start(self, enablement: Enablement, tasks: TaskGroup) -> None:
        """Begin what goes on as long as the enablement does."""
        tasks.start_soon(self._keep, enablement.keep_rendered)
        if self._visitors is not None:
            attended = Attendance(
                enablement, self._service, self._visitors, self._random, quiet_seconds=self._burst_seconds
            )
            tasks.start_soon(self._keep, attended.keep)

    async def _keep(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do work that is meant to last; a fault in it is logged and it begins again, so that phones stay served."""
        while True:
            try:
                await work()
            except Exception:
                self._log.exception("A fault in the service; going on.")
                await anyio.sleep(1)
            else:
                return

    # the link

    async def _keep_linked(self) -> None:
        waits = delays(self._random)
        while True:
            began = self._clock.monotonic()
            try:
                reason = await self._keep_link(await self._hosting.dial())
            except PhonebookError as error:
                reason = error
            if self._clock.monotonic() - began >= HEALTHY_AFTER:
                waits = delays(self._random)
            wait = _wait_after(reason, next(waits))
            self._log.warning("No link to the server: %s Dialling again in %.1f s.", reason.message, wait)
            await anyio.sleep(wait)

    async def _keep_link(self, transport: Transport) -> PhonebookError:
        hello = Hello(
            slug=self._service.slug,
            label=self._service.label,
            instance=self._instance,
            form=self._service.form,
            version=self._service.version,
            sdk=sdk_version(),
            features=(FORMER_PASSWORD,),
        )
        link = self._link = Link(transport, hello, self._clock, self._handle)
        self._off.clear()
        for enablement in self.enablements.values():
            enablement.end = link.end
            enablement.turned_on = False
        try:
            return await link.run()
        finally:
            self._link = None
            for enablement in self.enablements.values():
                was_enabled = enablement.state is State.ENABLED
                enablement.end = None
                if was_enabled:
                    enablement.take_grace(GraceEvent.LINK_LOST, self._clock.wall_ms())
                else:
                    enablement.publish()

    def _handle(self, event: VendorEvent) -> None:
        assert self._link is not None
        match event:
            case Welcomed(welcome):
                self._replayed = self._clock.monotonic()
                self._log.info("Linked to the server %s.", welcome.server)
                self._link.start(partial(self.audit.keep_brought, self._link))
            case TurnedOn(phonebook, api_key):
                self._replayed = self._clock.monotonic()
                enablement = self.enablements.get(phonebook) or self._new_enablement(phonebook)
                enablement.turned_on = True
                enablement.api_key = api_key
                enablement.move()
                self._link.start(partial(keep_fetched, enablement, self._link, self._random))
            case SettingsOffered(phonebook) as offered:
                enablement = self.enablements[phonebook]
                enablement.api_key = offered.api_key
                enablement.fetching_wanted.set()
                self._link.start(partial(self._check, self._link, enablement, offered))
            case TurnedOff(phonebook):
                self._off.add(phonebook)
                self._forget(phonebook, GraceEvent.TURNED_OFF)
            case BookMoved(phonebook, token):
                moved = self.enablements.get(phonebook)
                if moved is not None and not (moved.is_current and moved.copy.token == token):
                    moved.move()

    def _forget(self, phonebook: str, event: GraceEvent) -> None:
        enablement = self.enablements.pop(phonebook, None)
        if enablement is not None:
            enablement.take_grace(event, self._clock.wall_ms())
            enablement.forget()
            self._snapshots.remove(phonebook)
            if self._visitors is not None:
                self._visitors.forget(phonebook)

    def _is_off(self, phonebook: str) -> bool:
        """Whether it is certain that this phonebook, which is not served, is not turned on."""
        if not self.is_linked:
            return False
        return phonebook in self._off or self._clock.monotonic() - self._replayed >= self._quiet_seconds

    # settings

    async def _check(self, link: Link, enablement: Enablement, offered: SettingsOffered) -> None:
        phonebook, generation = offered.phonebook, offered.generation
        settings, problems = await self._checked(phonebook, offered.settings)
        if settings is None:
            link.end.reject(phonebook, generation, problems)
        elif link.end.accept(phonebook, generation, self._access(enablement, settings)):
            former = None
            if offered.former_password:
                digest = digest_of(settings.username, offered.former_password)
                former = Former(digest, offered.former_until)
            enablement.take_settings(settings, offered.settings, former)
            enablement.take_grace(GraceEvent.ENABLED, self._clock.wall_ms())
            self._snapshots.hurry(enablement)
        link.flush()

    async def _checked(
        self, phonebook: str, values: Mapping[str, Any]
    ) -> tuple[PhoneSettings | None, Sequence[Problem]]:
        """The settings in these values, or what is wrong with them. The vendor's code cannot make it raise."""
        try:
            settings = read_settings(self._service.settings_type, self._service.form, values)
            with anyio.fail_after(CHECK_SECONDS):
                problems = tuple(await self._service.check(settings))
        except Invalid as error:
            return None, error.problems
        except TimeoutError:
            sentence = f"Checking these settings took over {CHECK_SECONDS:g} seconds. Try again later."
            return None, [Problem(code="too_slow", message=sentence)]
        except Exception as error:
            self._log.exception("Checking the settings of phonebook %s failed.", phonebook)
            sentence = f"{self._service.label} could not check these settings: {error!r}."
            return None, [Problem(code="fault", message=sentence)]
        return (None if problems else settings), problems

    def _access(self, enablement: Enablement, settings: PhoneSettings) -> Access:
        snippets: Sequence[Snippet] = ()
        try:
            snippets = tuple(self._service.snippets({file.name: file.url for file in enablement.files}, settings))
        except Exception as error:
            self._log.exception("Writing the configuration for phones failed.")
            enablement.complain("snippets", f"The configuration for phones could not be written: {error!r}.")
        return Access(
            url=enablement.files[0].url,
            username=settings.username,
            password=settings.password,
            files=enablement.files,
            snippets=tuple(snippets),
            place=self._service.place,
        )

    def _refuse(self, enablement: Enablement, problems: Sequence[Problem]) -> None:
        """Rendering said that the settings in force no longer work."""
        link = self._link
        if link is not None and link.end.needs_setup(enablement.phonebook, problems, link.now()):
            enablement.take_grace(GraceEvent.NEEDS_SETUP, self._clock.wall_ms())
            link.flush()

    def _tell(self, enablement: Enablement) -> None:
        link = self._link
        if link is not None:
            notices = enablement.all_notices()
            link.end.note(enablement.phonebook, link.now(), notices=notices, token=enablement.copy.token)
            link.flush()

    # grace

    async def _keep_grace(self) -> None:
        while True:
            await anyio.sleep(min(1.0, self._replay_seconds / 4))
            oldest = self._clock.wall_ms() - int(GRACE_SECONDS * 1000)
            replayed = self.is_linked and self._clock.monotonic() - self._replayed >= self._replay_seconds
            for enablement in list(self.enablements.values()):
                if replayed and not enablement.turned_on:
                    self._log.info("Phonebook %s was turned off meanwhile.", enablement.phonebook)
                    self._forget(enablement.phonebook, GraceEvent.NOT_WANTED)
                elif enablement.grace is Grace.GIVEN and enablement.grace_since < oldest:
                    self._log.warning("Phonebook %s was without the server for too long.", enablement.phonebook)
                    self._forget(enablement.phonebook, GraceEvent.EXPIRED)


def _both(one: Callable[[Note], None], other: Callable[[Note], None]) -> Callable[[Note], None]:
    """A function that hands a note to two."""

    def note(note: Note) -> None:
        one(note)
        other(note)

    return note


def _wait_after(reason: PhonebookError, jitter: float) -> float:
    """Seconds until the next dial."""
    if isinstance(reason, NotSignedIn):
        return REFUSED_SECONDS
    if isinstance(reason, LinkClosed) and reason.retry_after is not None:
        return NOT_AGAIN_SECONDS if reason.retry_after < 0 else max(reason.retry_after, jitter)
    return jitter


def _instance_in(folder: Path) -> str:
    """The name of this running copy: random, made once per folder, so that a restart takes over from itself."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "instance"
    try:
        name = path.read_text("ascii", errors="ignore").strip()
    except FileNotFoundError:
        name = ""
    if not name.isalnum():
        name = secrets.token_hex(8)
        path.write_text(name + "\n", "ascii")
    return name
