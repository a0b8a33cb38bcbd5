"""One enablement as the service keeps it across links: the contacts, the settings in force, the files for phones.

What is permitted is not decided here: the state is the link's (`VendorEnd`), grace has its own table (`grace`). This is
about freshness: `announced` counts what the server said is newer, `fetched` how much of that is in the copy, `version`
every change that can alter a file. A file is fresh when all three agree.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final, TypeVar

import anyio
from anyio import to_thread

from phonebook_core.errors import Invalid, Problem
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Notice, PhoneFile
from phonebook_core.vendor_link.vendor_end import VendorEnd
from phonebook_vendor_sdk.book import Book
from phonebook_vendor_sdk.contact_copy import ContactCopy
from phonebook_vendor_sdk.credentials import Former, digest_of
from phonebook_vendor_sdk.grace import Grace, GraceEvent, advance
from phonebook_vendor_sdk.leaf import Leaf
from phonebook_vendor_sdk.requests import PhoneRequest
from phonebook_vendor_sdk.service import VendorService
from phonebook_vendor_sdk.settings import PhoneSettings

PATIENCE: Final = 2.0
"""Seconds that a phone waits for a change to arrive; then it gets the book as it was."""
LARGE: Final = 2_000
"""Contacts above which work on a book is done in a thread, so that other phones do not wait."""
MOST_VARIANTS: Final = 64
"""Files rendered for one query or one kind of phone that are kept per enablement."""

_log: Final = logging.getLogger(__name__)
_T = TypeVar("_T")


class Enablement:
    """See the module. `ready` is the table of the hot path: what can be served at once, by path."""

    def __init__(
        self,
        phonebook: str,
        service: VendorService[Any],
        public_url: str,
        ready: MutableMapping[str, Leaf],
        *,
        tell: Callable[[Enablement], None],
        refuse: Callable[[Enablement, Sequence[Problem]], None],
    ) -> None:
        self.phonebook = phonebook
        self.end: VendorEnd | None = None
        self.turned_on = False
        """Whether the server turned it on over this link."""
        self.api_key = ""
        self.settings: PhoneSettings | None = None
        self.values: Mapping[str, Any] = {}
        self.digest = b""
        self.former: Former | None = None
        self.copy = ContactCopy()
        self.book: Book | None = None
        self.version = 0
        self.announced = 0
        self.fetched = 0
        self.grace = Grace.NONE
        self.grace_since = 0
        self.leaves: dict[PhoneRequest, Leaf] = {}
        self.notices: dict[str, Notice] = {}
        self.saved_at: float | None = None
        self.is_forgotten = False
        self.fetching = anyio.CancelScope()
        self._rendering = anyio.CancelScope()
        self.unsaved = False
        self.fetching_wanted = anyio.Event()
        self._service = service
        self._ready = ready
        self._tell = tell
        self._refuse = refuse
        self._asked: dict[PhoneRequest, None] = {}
        self._failed: dict[PhoneRequest, int] = {}
        self._advised = -1
        self._advice: tuple[Notice, ...] = ()
        self._changed = anyio.Event()
        self._rendering_wanted = anyio.Event()
        base = f"/phones/{service.slug}/{phonebook}"
        self._paths = {name: f"{base}/{name}" for name in service.files}
        self.plain = {name: PhoneRequest(file=name, url=public_url + path) for name, path in self._paths.items()}
        titles = {name: file.title for name, file in service.files.items()}
        titles |= {name: route.title for name, route in service.routes.items()}
        self.files = tuple(
            PhoneFile(name=name, title=title, url=f"{public_url}{base}/{name}") for name, title in titles.items()
        )

    # what is so

    @property
    def state(self) -> State:
        """The state on the link; `unavailable` without one."""
        return State.UNAVAILABLE if self.end is None else self.end.state(self.phonebook)

    @property
    def may_serve(self) -> bool:
        """Whether phones with the right password get the book."""
        return self.state is State.ENABLED or self.grace is Grace.GIVEN

    def former_opens(self, now_ms: int) -> bool:
        """Whether the login before the last rotation still lets phones in."""
        return self.former is not None and now_ms < self.former.until

    @property
    def is_current(self) -> bool:
        """Whether everything that was announced is in the copy."""
        return self.fetched >= self.announced

    # what happens

    def move(self) -> None:
        """There is something newer: nothing that is ready counts any more, and it is to be fetched."""
        self.announced += 1
        self.fetching_wanted.set()
        self.publish()

    def take_copy(self, copy: ContactCopy, covered: int, *, changed: bool) -> None:
        """The copy now holds what was announced up to `covered`."""
        self.copy = copy
        self.fetched = max(self.fetched, covered)
        self.unsaved = True
        if changed or self.book is None:
            assert copy.about is not None
            self.book = Book(copy.about, copy.contacts, self.book)
            self._new_version()
        else:
            for leaf in self.leaves.values():
                if leaf.version == self.version:
                    leaf.token = copy.token
        self.publish()

    def take_settings(
        self, settings: PhoneSettings | None, values: Mapping[str, Any], former: Former | None = None
    ) -> None:
        """These settings are in force from now on, with this login before; None when this release cannot read them."""
        if former != self.former:
            self.former = former
            self.unsaved = True
        if settings is not None and settings == self.settings:
            return
        self.settings = settings
        self.values = values
        self.digest = digest_of(str(values.get("username", "")), str(values.get("password", "")))
        self.unsaved = True
        self._new_version()
        self.publish()

    def take_grace(self, event: GraceEvent, now_ms: int) -> None:
        """Something that starts or ends grace happened."""
        before, self.grace = self.grace, advance(self.grace, event)
        if self.grace is not before:
            self.grace_since = now_ms if self.grace is Grace.GIVEN else 0
            self.unsaved = True
        self.publish()

    def restore(self, files: Mapping[str, bytes]) -> None:
        """Take rendered files from a snapshot: they answer until they can be rendered again."""
        for name, body in files.items():
            if name in self.plain:
                self._asked[self.plain[name]] = None
                self.leaves[self.plain[name]] = self._leaf(self.plain[name], body, self.version - 1, self.copy.token)

    def publish(self) -> None:
        """Bring the table of the hot path up to date, and wake whoever waits for a change."""
        live = self.state is State.ENABLED and self.is_current
        for name, path in self._paths.items():
            leaf = self.leaves.get(self.plain[name])
            fresh = live and leaf is not None and self._is_done(self.plain[name], self.version)
            if (
                leaf is not None
                and leaf.digest == self.digest
                and not self._service.files[name].varies_by
                and (fresh or self.grace is Grace.GIVEN)
            ):
                self._ready[path] = leaf
            else:
                self._ready.pop(path, None)
        self._wake()

    async def changed(self) -> None:
        """Wait until something of this enablement changes."""
        await self._changed.wait()

    def _wake(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()

    def forget(self) -> None:
        """Stop serving and end everything that is under way."""
        for path in self._paths.values():
            self._ready.pop(path, None)
        self.is_forgotten = True
        self.fetching.cancel()
        self._rendering.cancel()
        self._wake()

    # what phones ask

    async def leaf(self, request: PhoneRequest) -> Leaf | None:
        """The file, as new as it can be had within `PATIENCE`; in grace the last one at once. None: there is none."""
        if self.grace is Grace.GIVEN and request in self.leaves:
            return self.leaves[request]
        if request not in self._asked:
            self._asked[request] = None
            self.unsaved = True
        with anyio.move_on_after(PATIENCE):
            await self._until_fetched()
            wanted = self.version
            while not self._is_done(request, wanted) and not (self.settings is None and self.grace is Grace.GIVEN):
                self._rendering_wanted.set()
                await self._changed.wait()
        return self.leaves.get(request)

    async def newest(self) -> tuple[Book, PhoneSettings] | None:
        """The book, as new as it can be had within `PATIENCE`, and the settings in force. None: there are none."""
        with anyio.move_on_after(PATIENCE):
            await self._until_fetched()
        return None if self.book is None or self.settings is None else (self.book, self.settings)

    async def _until_fetched(self) -> None:
        wanted = self.announced
        while self.fetched < wanted and self.state is State.ENABLED:
            await self._changed.wait()

    # rendering

    async def keep_rendered(self) -> None:
        """Render what phones ask for, once per change, until forgotten."""
        self._rendering = anyio.CancelScope()
        with self._rendering:
            while not self.is_forgotten:
                await self._rendering_wanted.wait()
                self._rendering_wanted = anyio.Event()
                if self.settings is None or self.book is None:
                    continue
                await self._take_advice(self.book, self.settings)
                for request in list(self._asked):
                    while not self._is_done(request, self.version):
                        await self._render(request, self.book, self.settings)
                    if request != self.plain[request.file]:
                        del self._asked[request]
                self._drop_variants()

    def _new_version(self) -> None:
        self.version += 1
        self._rendering_wanted.set()

    def _is_done(self, request: PhoneRequest, version: int) -> bool:
        leaf = self.leaves.get(request)
        return (leaf is not None and leaf.version >= version) or self._failed.get(request, -1) >= version

    async def _render(self, request: PhoneRequest, book: Book, settings: PhoneSettings) -> None:
        version, token = self.version, self.copy.token
        render = self._service.files[request.file].render

        def work() -> Leaf:
            body = render(book, settings, request)
            if not isinstance(body, bytes):
                raise TypeError(f"the rendering gave {type(body).__name__} instead of bytes")
            return self._leaf(request, body, version, token)

        try:
            leaf = await _run(work, len(book.contacts))
        except Invalid as error:
            self._failed[request] = version
            self._refuse(self, error.problems)
        except Exception as error:
            self._failed[request] = version
            _log.exception("Rendering %s of phonebook %s failed; phones keep the last good one.", request.file, book.id)
            self.complain(
                f"render:{request.file}",
                f"{request.file} could not be made from the newest contacts ({error!r}); phones get the last good one.",
            )
        else:
            self.leaves.pop(request, None)
            self.leaves[request] = leaf
            self._failed.pop(request, None)
            self.complain(f"render:{request.file}", "")
            self.unsaved = True
        self.publish()

    def _leaf(self, request: PhoneRequest, body: bytes, version: int, token: str) -> Leaf:
        return Leaf(
            phonebook=self.phonebook,
            file=request.file,
            body=body,
            content_type=self._service.files[request.file].content_type,
            digest=self.digest,
            version=version,
            token=token,
        )

    def _drop_variants(self) -> None:
        plain = set(self.plain.values())
        variants = [request for request in self.leaves if request not in plain]
        for request in variants[:-MOST_VARIANTS]:
            del self.leaves[request]
        if len(self._failed) > MOST_VARIANTS:
            self._failed = {request: version for request, version in self._failed.items() if version == self.version}

    # notices

    def tell(self) -> None:
        """Let people see how things stand."""
        self._tell(self)

    def all_notices(self) -> tuple[Notice, ...]:
        """Everything that people should know of this enablement."""
        return (*self.notices.values(), *self._advice)

    def complain(self, code: str, message: str) -> None:
        """Put a notice beside the state, or take it away with an empty message."""
        before = self.notices.get(code)
        if message:
            self.notices[code] = Notice(code=code, message=message)
        else:
            self.notices.pop(code, None)
        if before != self.notices.get(code):
            self._tell(self)

    async def _take_advice(self, book: Book, settings: PhoneSettings) -> None:
        if self._advised == self.version:
            return
        self._advised = self.version

        def work() -> tuple[Notice, ...]:
            return self._service.all_advice(book, settings)

        try:
            advice = await _run(work, len(book.contacts))
        except Exception:
            _log.exception("Advising on phonebook %s failed.", book.id)
            return
        if advice != self._advice:
            self._advice = advice
            self._tell(self)


async def _run(work: Callable[[], _T], contacts: int) -> _T:
    """Do it at once for a small book, and in a thread for a large one."""
    return await to_thread.run_sync(work) if contacts > LARGE else work()
