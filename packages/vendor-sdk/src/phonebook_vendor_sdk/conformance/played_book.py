"""A phonebook as the kit's server holds it: contacts, their history, and the pages that it hands out."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable

import anyio

from phonebook_core.contact import Contact
from phonebook_core.vendor_link.messages import Book, Changes, Failure, GetChanges

PAGE = 1000


class PlayedBook:
    """One phonebook. Tokens are opaque to services; here they are positions in the history."""

    def __init__(self, contacts: Iterable[Contact] = (), *, name: str = "Example Ltd") -> None:
        self.about = Book(id=f"b{secrets.token_hex(6)}", name=name, site="Head office", region="GB")
        self.contacts: dict[str, Contact] = {}
        self.api_key = f"pbk_{secrets.token_urlsafe(16)}"
        self.page = PAGE
        self.asked: list[GetChanges] = []
        """Every request for changes, the newest last."""
        self.answered = 0
        """How many of them were answered."""
        self.scripted: deque[Changes | Failure] = deque()
        """What to answer next, instead of the truth."""
        self.gate = anyio.Event()
        """While it is not set, requests wait for their answer."""
        self.gate.set()
        self.oldest = 0
        """Tokens before this position are too old: they get a snapshot."""
        self.names_of_tokens: dict[str, str] = {}
        """Tokens of another form that were handed out, with what they stand for."""
        self._history: list[str] = []
        self._salt = secrets.token_hex(3)
        self.put(*contacts)

    @property
    def id(self) -> str:
        """The id of the phonebook."""
        return self.about.id

    @property
    def token(self) -> str:
        """The newest sync token."""
        return f"{self._salt}.{len(self._history)}"

    def put(self, *contacts: Contact) -> None:
        """Save contacts."""
        for contact in contacts:
            self.contacts[contact.id] = contact
            self._history.append(contact.id)

    def remove(self, *ids: str) -> None:
        """Delete contacts."""
        for id in ids:
            del self.contacts[id]
            self._history.append(id)

    def describe(self, about: Book) -> None:
        """Change what is known of the phonebook itself."""
        self.about = about
        self._history.append("")

    def move_on(self) -> None:
        """Get a newer token, for pages that are scripted."""
        self._history.append("")

    async def answer(self, request: GetChanges) -> Changes | Failure:
        """The reply to a request, once the gate is open."""
        self.asked.append(request)
        await self.gate.wait()
        self.answered += 1
        if self.scripted:
            return self.scripted.popleft()
        if request.api_key != self.api_key:
            return Failure(code="not_allowed", message="This key does not open this phonebook.")
        return self._page(request)

    def _page(self, request: GetChanges) -> Changes:
        salt, _, position = self.names_of_tokens.get(request.since, request.since).partition(".")
        limit = max(1, min(self.page, request.limit))
        if salt == f"{self._salt}s":
            return self._snapshot(int(position), limit)
        if salt != self._salt or not position.isdigit() or int(position) < self.oldest:
            return self._snapshot(0, limit)
        ids = self._history[int(position) : int(position) + limit]
        reached = int(position) + len(ids)
        return self.changes(
            at=f"{self._salt}.{reached}",
            upserts=[self.contacts[id] for id in dict.fromkeys(ids) if id in self.contacts],
            removals=[id for id in dict.fromkeys(ids) if id and id not in self.contacts],
            more=reached < len(self._history),
        )

    def _snapshot(self, at: int, limit: int) -> Changes:
        """A page of everything. Books do not change here while they are handed out, so a position is enough."""
        contacts = list(self.contacts.values())
        more = at + limit < len(contacts)
        token = f"{self._salt}s.{at + limit}" if more else self.token
        return self.changes(at=token, upserts=contacts[at : at + limit], snapshot=at == 0, more=more)

    def changes(
        self,
        *,
        at: str,
        upserts: Iterable[Contact] = (),
        removals: Iterable[str] = (),
        snapshot: bool = False,
        more: bool = False,
    ) -> Changes:
        """A page of this phonebook; `at` is its token."""
        return Changes(
            phonebook=self.id,
            book=self.about,
            token=at,
            upserts=tuple(upserts),
            removals=tuple(removals),
            snapshot=snapshot,
            more=more,
        )
