"""People of an installation in the test's own process: invited, registered, with tokens, sessions and mail."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from sqlalchemy import func, select

from phonebook_server.accounts.guards import COMMAND_LINE, Role
from phonebook_server.db.tables import Activity, Mail, ResetRequest, User
from phonebook_server.people.users import add_user
from phonebook_server.server import Server
from phonebook_server.sites.actions import create_site
from phonebook_server.sites.members import put_member
from phonebook_server.tokens.actions import create_token
from support.post import PATIENCE, Letter, Post

PASSWORD: Final = "correct horse battery staple"
NO_ROLES: Final[Mapping[str, str]] = {}


@dataclass(frozen=True)
class Somebody:
    """A user and what they send with each request."""

    id: str
    email: str
    headers: Mapping[str, str] = field(repr=False)


class People:
    """Makes people, and asks in their name."""

    def __init__(self, server: Server, near: httpx.AsyncClient, post: Post) -> None:
        self.server, self.near, self.post = server, near, post

    async def add(self, email: str, *, admin: bool = False, roles: Mapping[str, str] = NO_ROLES) -> Somebody:
        """A user with an API token, not registered; `roles` are by the ids of sites."""
        added = await add_user(self.server, COMMAND_LINE, email, is_admin=admin)
        made = await create_token(self.server, COMMAND_LINE, added.id, "test")
        for site, role in roles.items():
            await put_member(self.server, COMMAND_LINE, site, added.id, Role(role))
        return Somebody(added.id, added.email, {"authorization": f"Bearer {made.token}"})

    async def register(
        self,
        email: str,
        *,
        admin: bool = False,
        name: str = "Anna Müller",
        roles: Mapping[str, str] = NO_ROLES,
    ) -> Somebody:
        """A user who has registered with `PASSWORD`, signed in by a cookie of their own."""
        added = await add_user(self.server, COMMAND_LINE, email, is_admin=admin)
        for site, role in roles.items():
            await put_member(self.server, COMMAND_LINE, site, added.id, Role(role))
        body = {"token": token_of(added.link), "name": name, "password": PASSWORD}
        answer = await self.near.post("/api/v1/registration", json=body)
        assert answer.status_code == 200, answer.text
        return Somebody(added.id, added.email, self._cookie())

    async def sign_in(self, email: str, password: str = PASSWORD) -> Mapping[str, str]:
        """The headers of a new session."""
        answer = await self.near.post("/api/v1/session", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return self._cookie()

    async def site(self, name: str) -> str:
        """A site; gives its id."""
        return (await create_site(self.server, COMMAND_LINE, name=name, region="DE")).id

    async def ask(
        self, method: str, path: str, asker: Somebody | Mapping[str, str] | None = None, json: Any = None
    ) -> httpx.Response:
        """A request below /api/v1 as somebody."""
        headers = asker.headers if isinstance(asker, Somebody) else asker or {}
        self.near.cookies.clear()
        return await self.near.request(method, f"/api/v1/{path}", headers=dict(headers), json=json)

    async def mail(self, to: str, *, count: int = 1) -> Letter:
        """The newest mail to an address, when there are `count`."""
        return (await self.post.arrived(to=to, count=count))[count - 1]

    async def mail_about(self, to: str, words: str) -> Letter:
        """The newest mail to an address with these words in its subject, when there is one."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [letter for letter in self.post.to(to) if words in letter.subject]
                if found:
                    return found[-1]
                await asyncio.sleep(0.02)

    async def answered(self) -> None:
        """Come back when nobody waits for the answer to a forgotten password."""
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.server.db.reading() as connection:
                    count = select(func.count()).select_from(ResetRequest)
                    if not (await connection.execute(count)).scalar_one():
                        return
                await asyncio.sleep(0.02)

    async def written(self, to: str, kind: str) -> int:
        """How many mails of a kind to an address there are in the outbox, sent ones and others."""
        async with self.server.db.reading() as connection:
            query = select(func.count()).where(Mail.recipient == to, Mail.kind == kind)
            return int((await connection.execute(query)).scalar_one())

    async def link(self, to: str, *, count: int = 1) -> str:
        """The token in the link of the newest mail to an address, when there are `count`."""
        [link] = (await self.mail(to, count=count)).links
        return token_of(link)

    async def actions(self) -> list[tuple[str, str, str]]:
        """Action, subject and detail of all that was recorded, in order."""
        async with self.server.db.reading() as connection:
            rows = await connection.execute(
                select(Activity.action, Activity.subject, Activity.detail).order_by(Activity.id)
            )
            return [(row.action, row.subject, row.detail) for row in rows]

    async def column(self, email: str, name: str) -> Any:
        """A column of a user."""
        async with self.server.db.reading() as connection:
            return (await connection.execute(select(getattr(User, name)).where(User.email == email))).scalar_one()

    def _cookie(self) -> Mapping[str, str]:
        cookie = f"phonebook={self.near.cookies['phonebook']}"
        self.near.cookies.clear()
        return {"cookie": cookie, "origin": str(self.near.base_url).rstrip("/")}


def token_of(link: str) -> str:
    """The secret in a link."""
    return link.partition("#")[2]
