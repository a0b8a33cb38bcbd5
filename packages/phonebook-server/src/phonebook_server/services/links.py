"""Every link of this server: who is linked, what each is told, what they report. The observed side, in memory only."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from importlib.metadata import version
from typing import Any, Final

import msgspec
import structlog
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import NotSignedIn, PhonebookError, RemoteProtocolError
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import (
    Book,
    Changes,
    Failure,
    GetChanges,
    Hello,
    Noted,
    StoreDispatches,
    Welcome,
    empty_meta_but,
)
from phonebook_core.vendor_link.reconcile import Seen, Wanted
from phonebook_core.vendor_link.transport import Transport
from phonebook_server.accounts.guards import PhonebookRow
from phonebook_server.contacts.changes import changes_since
from phonebook_server.contacts.sync_tokens import newest_token
from phonebook_server.dispatches.store import store_dispatches
from phonebook_server.events.event import Event
from phonebook_server.events.pace import Pace
from phonebook_server.inclusions.closure import Graph
from phonebook_server.inclusions.store import load_around
from phonebook_server.server import Server
from phonebook_server.services.link import Link
from phonebook_server.services.needs import after_report, needs_setup_again, tell_people
from phonebook_server.services.store import (
    StoredEnablement,
    load_enablement,
    load_enablements,
    load_phonebooks,
    remember_service,
    save_enablement,
)
from phonebook_server.services.tokens import find_holding
from phonebook_server.services.wanting import wanted, with_generated

NOTED_SECONDS: Final = 0.25
"""How long a change waits for the services to note it, so that the next fetch has it."""
SPREAD_SECONDS: Final = 5.0
"""Over how long the services spread their dialling after the server stopped."""
TAKEN_OVER_SECONDS: Final = 30.0
"""How long an instance stays away after a newer link took its place, so that two do not take turns for ever."""
_RANK: Final = {State.UNAVAILABLE: 0, State.DISABLED: 1, State.SETUP: 2, State.ENABLED: 3}
_LOG: Final = structlog.get_logger("phonebook.services")


class Observed(Struct, frozen=True, kw_only=True):
    """What is observed of one enablement over all instances of the service.

    `seen` is the best of them: phones are served as long as one instance is enabled. `settled`: nothing is under way.
    """

    seen: Seen
    settled: bool
    instances: int


class Links:
    """The links of this process. `server` needs no announcing of its own: these links are what is announced to."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._links: dict[tuple[str, str], Link] = {}
        self._running: set[Link] = set()  # with those that did not introduce themselves yet
        self._changed = asyncio.Condition()
        self._lock = asyncio.Lock()
        self._told: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pace = Pace(server.publish)
        self._states: dict[tuple[str, str], tuple[str, State]] = {}  # of slug and phonebook: the site, and as last told

    # what others ask

    def of(self, slug: str) -> list[Link]:
        """The links to the instances of a service, the oldest first."""
        return [link for (of, _), link in self._links.items() if of == slug]

    def observed(self, phonebook_id: str, slug: str) -> Observed:
        """What is observed of one enablement at the moment."""
        links = self.of(slug)
        if not links:
            return Observed(seen=Seen(), settled=False, instances=0)
        best = max(links, key=lambda link: _RANK[link.seen(phonebook_id).state])
        return Observed(
            seen=best.seen(phonebook_id),
            settled=all(link.is_settled(phonebook_id) for link in links),
            instances=len(links),
        )

    def understands(self, slug: str, feature: str) -> bool:
        """Whether the service is linked, and every instance of it has this feature."""
        hellos = [link.hello for link in self.of(slug)]
        return bool(hellos) and all(hello is not None and feature in hello.features for hello in hellos)

    def states(self, slug: str, phonebook_ids: Iterable[str]) -> dict[str, State]:
        """The observed states of many enablements of one service."""
        links = self.of(slug)
        return {
            id: max((link.seen(id).state for link in links), key=_RANK.__getitem__, default=State.UNAVAILABLE)
            for id in phonebook_ids
        }

    async def wait_until_settled(self, phonebook_id: str, slug: str, seconds: float) -> None:
        """Come back when nothing is under way for this enablement, the service is away, or the time is over."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: not self.of(slug) or self.observed(phonebook_id, slug).settled)
        except TimeoutError:
            pass

    # what happens elsewhere

    async def announce(self, phonebook_id: str) -> None:
        """A phonebook changed: tell the services that serve it or one that includes it, and wait until they noted it.

        It waits a moment at most, however many there are.
        """
        async with self._server.db.reading() as connection:
            graph = await load_around(connection, phonebook_id)
        await self._announce(_newest_tokens(graph, [phonebook_id, *graph.includers(phonebook_id)]), graph)

    async def announce_newer(self, graph: Graph) -> None:
        """Announce those of the phonebooks that moved since they were announced last, whoever changed them."""
        tokens = _newest_tokens(graph, graph.books)
        await self._announce({id: token for id, token in tokens.items() if self._told.get(id) != token}, graph)

    async def _announce(self, tokens: Mapping[str, str], graph: Graph) -> None:
        waiting: dict[asyncio.Future[None], tuple[Link, str]] = {}
        for id, token in tokens.items():
            self._told[id] = token
            self._server.publish(Event(kind="contacts.changed", site_id=graph.books[id].site_id, phonebook_id=id))
            for link in list(self._links.values()):
                noted = link.announce(id, token)
                if noted is not None and id not in link.behind:
                    waiting[noted] = link, id
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=NOTED_SECONDS)
            for noted in late:
                link, id = waiting[noted]
                link.behind.add(id)

    async def enablements_changed(self, phonebook_id: str) -> None:
        """What is wanted for a phonebook may have changed: tell the services of this phonebook."""
        async with self._lock:
            async with self._server.db.reading() as connection:
                found = await load_enablements(connection, self._server.keys, phonebook_id=phonebook_id)
            for phonebook, stored in found:
                for link in self.of(stored.slug):
                    await self._want(link, phonebook, stored)
            await self._notify()
        if not found:
            await self._forget(phonebook_id)

    async def _forget(self, phonebook_id: str) -> None:
        """The phonebook is gone: nothing is wanted of anybody."""
        for link in list(self._links.values()):
            if link.seen(phonebook_id).state in (State.SETUP, State.ENABLED):
                link.want(phonebook_id, Wanted(on=False))
        await self._notify()

    async def _want(self, link: Link, phonebook: PhonebookRow, stored: StoredEnablement) -> None:
        assert link.hello is not None
        want = wanted(link.hello, stored, phonebook, self._server.keys)
        seen = link.seen(phonebook.id)
        if want.on and want.generation == seen.in_force == stored.intent.generation and want.settings != seen.settings:
            # an automatic value changed, as the phonebook's name: that is a new version
            async with self._server.db.transaction() as connection:
                newest = await load_enablement(connection, self._server.keys, phonebook.id, link.slug) or stored
                if newest.intent.generation == stored.intent.generation:  # else somebody has just decided anew
                    intent = msgspec.structs.replace(newest.intent, generation=newest.intent.generation + 1)
                    newest = msgspec.structs.replace(newest, intent=intent)
                    await save_enablement(connection, self._server.keys, newest, self._server.clock())
            want = wanted(link.hello, newest, phonebook, self._server.keys)
        link.want(phonebook.id, want)

    # a link, from its beginning to its end

    async def run(self, transport: Transport, *, slug: str, origin: str, token_id: str = "") -> PhonebookError:
        """Run a new link to its end; what ended it comes back."""
        link = Link(transport, self, slug=slug, origin=origin, token_id=token_id)
        self._running.add(link)
        try:
            return await link.run()
        finally:
            self._running.discard(link)

    async def part_from_revoked(self) -> None:
        """End every link whose service token was revoked."""
        tokens = {link.token_id for link in self._running if link.token_id}
        if not tokens:
            return
        async with self._server.db.reading() as connection:
            gone = tokens - await find_holding(connection, tokens)
        for link in list(self._running):
            if link.token_id in gone:
                link.close(_revoked())

    async def introduced(self, link: Link, hello: Hello) -> None:
        """Welcome a service: remember it, part from an older link of the same instance, tell it what is wanted."""
        if hello.slug != link.slug:
            raise RemoteProtocolError(f"the token is for the service {link.slug}, but {hello.slug} introduced itself")
        now = self._server.clock()
        older = self._links.get((hello.slug, hello.instance))
        if older is not None:
            reason = "The same instance dialled again, and the newest link stays."
            self._start(older.say_goodbye(reason, TAKEN_OVER_SECONDS))
        async with self._lock:
            async with self._server.db.transaction() as connection:
                if link.token_id and not await find_holding(connection, [link.token_id]):
                    raise _revoked()  # since it dialled
                await remember_service(connection, hello, now)
                wants = []
                found = await load_enablements(connection, self._server.keys, slug=hello.slug)
                for phonebook, stored in found:
                    complete = with_generated(stored, hello.form) if stored.intent.on else stored
                    if complete is not stored:
                        await save_enablement(connection, self._server.keys, complete, now)
                    wants.append((phonebook.id, wanted(hello, complete, phonebook, self._server.keys)))
            self._links[hello.slug, hello.instance] = link
            self._server.publish(Event(kind="service.linked", subject=hello.slug, is_public=True))
            link.welcome(Welcome(server=version("phonebook-server"), time=now), wants)
            for phonebook, _ in found:
                self._tell_state(hello.slug, phonebook.id, phonebook.site_id)
            await self._notify()
        _LOG.info("service linked", service=hello.slug, version=hello.version, origin=link.origin)

    async def reported(self, link: Link, phonebook: str, seen: Seen) -> None:
        """Remember what the service says about settings, and let everybody who waits look again."""
        async with self._lock:
            async with self._server.db.reading() as connection:
                stored = await load_enablement(connection, self._server.keys, phonebook, link.slug)
                phonebooks = await load_phonebooks(connection, [phonebook])
            if link.hello is not None and stored is not None and phonebook in phonebooks:
                before, now = stored, self._server.clock()
                stored = after_report(link.hello.form, phonebooks[phonebook], before, seen)
                was = self._states.get((link.slug, phonebook), ("", State.UNAVAILABLE))[1]
                needy = needs_setup_again(before, stored, was, self.observed(phonebook, link.slug).seen.state)
                if stored != before or needy:
                    async with self._server.db.transaction() as connection:
                        # somebody may have decided anew since it was read
                        newest = await load_enablement(connection, self._server.keys, phonebook, link.slug) or before
                        stored = after_report(link.hello.form, phonebooks[phonebook], newest, seen)
                        await save_enablement(connection, self._server.keys, stored, now)
                        if needy:
                            problems = (seen.report.problems if seen.report else ()) or stored.intent.problems
                            label, whose = link.hello.label, phonebooks[phonebook]
                            await tell_people(connection, self._server, label, whose, problems, now)
                await self._want(link, phonebooks[phonebook], stored)
                self._tell_state(link.slug, phonebook, phonebooks[phonebook].site_id)
            await self._notify()

    async def changes(self, link: Link, request: GetChanges) -> Changes | Failure:
        """The page of changes asked for, when the key opens the phonebook to this service."""
        async with self._server.db.reading() as connection:
            phonebook = await self._opened(connection, link, request)
            if phonebook is None:
                return Failure(
                    code="not_allowed", message="This API key does not open this phonebook; wait for the next command."
                )
            page = await changes_since(connection, phonebook, request.since, request.limit)
        return Changes(
            phonebook=phonebook.id,
            book=Book(
                id=phonebook.id,
                name=phonebook.name,
                site=phonebook.site_name,
                region=phonebook.region,
                output=phonebook.output,
            ),
            token=page.token,
            upserts=tuple(empty_meta_but(contact, link.slug) for contact in page.upserts),
            removals=page.removals,
            snapshot=page.snapshot,
            more=page.more,
        )

    async def _opened(self, connection: AsyncConnection, link: Link, request: GetChanges) -> PhonebookRow | None:
        stored = await load_enablement(connection, self._server.keys, request.phonebook, link.slug)
        if stored is None or not stored.intent.on:
            return None
        if not self._server.keys.opens(request.api_key, request.phonebook, link.slug, stored.key_version):
            return None
        return (await load_phonebooks(connection, [request.phonebook])).get(request.phonebook)

    async def dispatches(self, link: Link, request: StoreDispatches) -> Noted | Failure:
        """Store audit records, each once however often it comes."""
        async with self._server.db.transaction() as connection:
            stored = await store_dispatches(connection, link.slug, request.dispatches, self._server.clock())
        for phonebook, site in stored.items():
            self._pace.tell(Event(kind="dispatch.recorded", site_id=site, phonebook_id=phonebook))
        return Noted()

    def ended(self, link: Link, reason: str) -> None:
        """Forget a link that is over."""
        hello = link.hello
        if hello is not None and self._links.get((hello.slug, hello.instance)) is link:
            del self._links[hello.slug, hello.instance]
            _LOG.info("service unlinked", service=hello.slug, origin=link.origin, reason=reason)
            for slug, phonebook in [key for key in self._states if key[0] == hello.slug]:
                self._tell_state(slug, phonebook, self._states[slug, phonebook][0])
            self._server.publish(Event(kind="service.unlinked", subject=hello.slug, is_public=True))
            self._start(self._notify())

    def _tell_state(self, slug: str, phonebook: str, site: str) -> None:
        """Let whoever looks live know when the state that is observed is another than before."""
        state = self.observed(phonebook, slug).seen.state
        if self._states.get((slug, phonebook), ("", State.UNAVAILABLE))[1] is not state:
            self._states[slug, phonebook] = site, state
            event = Event(kind="service.changed", site_id=site, phonebook_id=phonebook, subject=slug)
            self._server.publish(event)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def say_goodbye(self) -> None:
        """End every link in order, as the server stops; the services dial again one after the other."""
        links = list(self._links.values())
        reason = "The server stops or restarts."
        waits = [1.0 + SPREAD_SECONDS * index / len(links) for index in range(len(links))]
        await asyncio.gather(*(link.say_goodbye(reason, wait) for link, wait in zip(links, waits, strict=True)))

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _revoked() -> NotSignedIn:
    return NotSignedIn("This service token was revoked. `phonebook service token` makes another.", code="revoked")


def _newest_tokens(graph: Graph, ids: Iterable[str]) -> dict[str, str]:
    """The newest token of each of these phonebooks that is in use."""
    books = [graph.books[id] for id in ids if id in graph.books and graph.books[id].live]
    return {book.id: newest_token(book.epoch, book.position, graph.members(book.id)) for book in books}
