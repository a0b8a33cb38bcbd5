"""Where checks happen: one started service, the server that it dials, and phonebooks that are enabled on it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import anyio

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.vendor_link.forms import Automatic, FieldKind, Form, FormField, filled, without_hidden
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Access, BookChanged, Configure, Failure, Noted, Report, TurnOff, TurnOn
from phonebook_vendor_sdk.conformance.check import Failed, NotApplicable, expect
from phonebook_vendor_sdk.conformance.phone import Answer, basic
from phonebook_vendor_sdk.conformance.played_book import PlayedBook
from phonebook_vendor_sdk.conformance.played_link import PlayedLink
from phonebook_vendor_sdk.conformance.played_server import PlayedServer
from phonebook_vendor_sdk.conformance.subjects import Running, Subject
from phonebook_vendor_sdk.conformance.texts import texts_in
from phonebook_vendor_sdk.conformance.watch import Watch

LINK_SECONDS: Final = 45.0
"""How long a started service may take to link, and a linked one to return."""
ELSEWHERE_SECONDS: Final = 120.0
"""How long people have to point a service that runs already to the kit."""
QUICK_DIALS: Final = 3
"""Dials of one process, refused ones too, after which its waits grow long; then another process is quicker."""


class Stage:
    """One lane's service and server."""

    def __init__(self, subject: Subject, watch: Watch, folder: Path, typed: Mapping[str, Any]) -> None:
        self.subject = subject
        self.watch = watch
        self.state_dir = folder / secrets.token_hex(4)
        self.running: Running | None = None
        self.server = PlayedServer(watch, subject.token, subject.port)
        self.jitter: list[float] = []
        """Waits between dials as parts of their bounds, for the check that follows their measurement."""
        self._folder = folder
        self._typed = typed
        self._dials_before = 0

    async def __aenter__(self) -> Self:
        await self.server.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):
            await self.end()
            await self.server.shut()

    async def start(self, *, anew: bool = False) -> Running:
        """Start the service; `anew` on an empty state folder."""
        if anew:
            self.state_dir = self._folder / secrets.token_hex(4)
        self._dials_before = len(self.server.dials)
        self.running = await self.subject.start(self.server.url, self.state_dir)
        return self.running

    async def end(self) -> None:
        """End the service at once; harmless when it has ended, or cannot be ended."""
        running, self.running = self.running, None
        if running is not None:
            with contextlib.suppress(NotApplicable):
                await running.kill()

    async def mend(self) -> None:
        """Whatever the check before left: a running service with a link that everything can be tried on."""
        if self.subject.can_restart:
            is_dead = self.running is None or self.running.ended
            is_cut = not self.server.links or self.server.links[-1].ended.is_set()
            if is_dead or (is_cut and len(self.server.dials) - self._dials_before >= QUICK_DIALS):
                await self.end()
                await self.start(anew=True)
        elif self.running is None:
            await self.start()
        await self.link()

    async def link(self) -> PlayedLink:
        """The welcomed link there is, or the next one."""
        if not self.server.links or self.server.links[-1].ended.is_set():
            await self.next_link(len(self.server.links))
        link = self.server.links[-1]
        await link.until(lambda: link.is_welcomed, "The service did not introduce itself on its link.")
        return link

    async def next_link(self, count: int) -> PlayedLink:
        """The next link when there were so many, with its hello. Fails with the service's last words if it ended."""
        with anyio.move_on_after(LINK_SECONDS if self.subject.can_restart else ELSEWHERE_SECONDS):
            while len(self.server.links) <= count and not (self.running and self.running.ended):
                await self.server.dialled(0.2)
        try:
            return await self.server.link_after(count, seconds=0.1)
        except Failed as failed:
            ended = self.running.ended if self.running else ""
            raise Failed(f"{failed} The server saw {len(self.server.dials)} dials. {ended}".strip()) from None

    async def relink(self) -> PlayedLink:
        """Break the link and wait for the next one."""
        link = await self.link()
        await link.cut()
        return await self.link()

    @property
    def service(self) -> Running:
        """The running service."""
        assert self.running is not None, "The service was not started."
        return self.running

    @property
    def form(self) -> Form:
        """The settings that the service asks for."""
        hello = self.server.links[-1].hello
        assert hello is not None, "The service has not introduced itself."
        return hello.form

    @property
    def slug(self) -> str:
        """The service's name in its URLs."""
        hello = self.server.links[-1].hello
        assert hello is not None, "The service has not introduced itself."
        return hello.slug

    def settings(self, book: PlayedBook) -> dict[str, Any]:
        """Acceptable settings for a phonebook, as a server fills them in, with made-up values for what is left."""
        known = {
            Automatic.PHONEBOOK_NAME: book.about.name,
            Automatic.SITE_NAME: book.about.site,
            Automatic.REGION: book.about.region,
            Automatic.GENERATED_USERNAME: f"pb-{secrets.token_hex(4)}",
            Automatic.GENERATED_SECRET: secrets.token_urlsafe(24).replace("-", "x").replace("_", "y"),
        }
        settings = filled(self.form, self._typed, known)
        for field in self.form.shown(settings):
            if field.required and settings.get(field.name) in (None, ""):
                settings[field.name] = _made_up(field)
        return without_hidden(self.form, settings)

    async def ask(self, url: str, method: str, headers: Mapping[str, str]) -> Answer:
        """Ask the service as a phone; names of headers with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.service.ask(url, method, {"User-Agent": "Conformance/1.0", **named}, b"")
        self.watch.answered(answer.status, answer.headers, url)
        return answer

    async def book(self, contacts: Iterable[Contact] = (), **about: Any) -> Phonebook:
        """A phonebook that the service has not heard of."""
        book = PlayedBook(contacts, **about)
        self.server.books[book.id] = book
        return Phonebook(self, book)

    async def enabled(self, contacts: Iterable[Contact] = (), **about: Any) -> Phonebook:
        """A phonebook that is turned on, configured, and served with all its contacts."""
        phonebook = await self.book(contacts, **about)
        await phonebook.turn_on()
        report = await phonebook.configure()
        expect(report.state is State.ENABLED, f"Acceptable settings were refused: {words_of(report)}")
        await phonebook.until_served()
        return phonebook


class Phonebook:
    """One phonebook on the stage, and what people and phones do with it."""

    def __init__(self, stage: Stage, book: PlayedBook) -> None:
        self.stage = stage
        self.book = book
        self.id = book.id
        self.generation = 0
        self.settings: dict[str, Any] = {}
        self.access: Access | None = None
        """The last access that was reported."""
        self._link: PlayedLink | None = None

    async def command(self, message: TurnOn | Configure | TurnOff, **more: Any) -> Report:
        """Send a command and take its report. Fails when something else is answered."""
        link = await self.stage.link()
        reply = await link.ask(message, **more)
        if not isinstance(reply, Report):
            said = f"“{reply.message}”" if isinstance(reply, Failure) else reply.kind
            raise Failed(f"{message.kind} was answered with {said} instead of a report.")
        self.access = reply.access or self.access
        return reply

    async def next_generation(self) -> int:
        """The number of the next command on the link there is."""
        link = await self.stage.link()
        if link is not self._link:
            self._link, self.generation = link, 0
        self.generation += 1
        return self.generation

    async def turn_on(self, **more: Any) -> Report:
        """Turn the service on for it."""
        generation = await self.next_generation()
        return await self.command(TurnOn(phonebook=self.id, generation=generation, api_key=self.book.api_key), **more)

    async def configure(self, settings: Mapping[str, Any] | None = None, **more: Any) -> Report:
        """Send settings: these, or the same as before, or acceptable ones."""
        if settings is None:
            settings = self.settings or self.stage.settings(self.book)
        if not more.pop("is_bad", False):
            self.settings = dict(settings)
        generation = await self.next_generation()
        return await self.command(
            Configure(phonebook=self.id, generation=generation, settings=settings, api_key=self.book.api_key), **more
        )

    async def turn_off(self) -> Report:
        """Turn the service off for it."""
        return await self.command(TurnOff(phonebook=self.id, generation=await self.next_generation()))

    async def replay(self) -> Report:
        """What a server does on a new link: turn on and configure with the same settings."""
        await self.turn_on()
        return await self.configure()

    async def announce(self) -> None:
        """Tell the service that there is something newer; returns when it has noted that."""
        link = await self.stage.link()
        reply = await link.ask(BookChanged(phonebook=self.id, token=self.book.token))
        expect(isinstance(reply, Noted), f"book_changed was answered with {reply.kind} instead of noted.")

    async def put(self, *contacts: Contact) -> None:
        """Save contacts and announce it."""
        self.book.put(*contacts)
        await self.announce()

    @property
    def url(self) -> str:
        """What most phones fetch."""
        assert self.access is not None, "The phonebook was never enabled."
        return self.access.url

    @property
    def login(self) -> tuple[str, str]:
        """The user name and the password of the phones."""
        assert self.access is not None, "The phonebook was never enabled."
        return self.access.username, self.access.password

    async def get(
        self, *, login: tuple[str, str] | bool | None = True, method: str = "GET", url: str = "", **headers: str
    ) -> Answer:
        """Fetch as a phone. `login`: True the right one, None none at all, or another."""
        if login is True:
            login = self.login
        if login:
            headers["Authorization"] = basic(*login)
        return await self.stage.ask(url or self.url, method, headers)

    async def texts(self) -> str:
        """What is written in the file that most phones fetch. Fails when it is not served or not well formed."""
        answer = await self.get()
        expect(answer.status == 200, f"A phone with the right login got {answer.status} instead of the phonebook.")
        return texts_in(answer)

    async def until_served(self) -> Answer:
        """Wait until a phone gets the file."""
        answer = await self.get()
        with anyio.move_on_after(self.stage.watch.patience):
            while answer.status != 200:
                await anyio.sleep(0.05)
                answer = await self.get()
        expect(answer.status == 200, f"Enabled, and a phone with the right login gets {answer.status} instead of 200.")
        return answer

    async def until_shows(self, *names: str, without: str = "") -> str:
        """Wait until the file has these names, and not the other one."""
        found = await self.texts()
        with anyio.move_on_after(self.stage.watch.patience):
            while not all(name in found for name in names) or (without and without in found):
                await anyio.sleep(0.05)
                found = await self.texts()
        lost = [name for name in names if name not in found]
        expect(not lost, f"Phones do not get {', '.join(lost[:3])}.")
        expect(not without or without not in found, f"Phones still get {without}.")
        return found


def person(name: str, number: str = "", **more: Any) -> Contact:
    """A contact with one number; without one it is made from the name, so that it stays the same."""
    value = number or f"2{sum(map(ord, name)) % 100_000}"
    return Contact(id=f"c-{name[:64]}", display_name=name, numbers=(PhoneNumber(value=value, label="work"),), **more)


def words_of(report: Report) -> str:
    """What a report complains of."""
    return "; ".join(f"{p.field}: {p.message}" for p in report.problems) or f"no problem was named in {report.state}."


def unacceptable(form: Form, settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Settings with one value that breaks the form's own bounds, and its field. NotApplicable when there are none."""
    for field in form.shown(settings):
        bad = _out_of_bounds(field)
        if bad is not None:
            return field.name, {**settings, field.name: bad}
    for field in form.shown(settings):
        if field.required:
            return field.name, {name: value for name, value in settings.items() if name != field.name}
    raise NotApplicable("The form has no bounds and no required field, so there is nothing to refuse.")


def _out_of_bounds(field: FormField) -> Any:
    match field.kind:
        case FieldKind.NUMBER if field.maximum is not None:
            return int(field.maximum) + 1
        case FieldKind.NUMBER if field.minimum is not None:
            return int(field.minimum) - 1
        case FieldKind.CHOICE:
            return "neither-of-these"
        case FieldKind.TEXT | FieldKind.SECRET if field.max_length:
            return "x" * (field.max_length + 1)
        case FieldKind.TEXT | FieldKind.SECRET if field.min_length and field.min_length > 1:
            return "x" * (field.min_length - 1)
    return None


def _made_up(field: FormField) -> Any:
    match field.kind:
        case FieldKind.TEXT | FieldKind.SECRET:
            return "example".ljust(field.min_length or 1, "x")[: field.max_length or None]
        case FieldKind.NUMBER:
            return field.minimum if field.minimum is not None else field.maximum or 1
        case FieldKind.BOOLEAN:
            return False
        case FieldKind.CHOICE:
            return field.choices[0].value
        case _:
            return [choice.value for choice in field.choices[:1]]
