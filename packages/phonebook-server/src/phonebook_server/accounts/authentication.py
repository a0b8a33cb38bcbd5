"""From a request to the `Principal` that sent it: a Bearer token or a session cookie, checked in the database.

It runs as a guard before every handler that is not marked `opt={"public": True}`, so a forgotten check is a 401.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from sqlalchemy import select, update

from phonebook_core.errors import NotAllowed, NotSignedIn
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.sessions import IDLE_MS, Browser
from phonebook_server.accounts.tokens import PREFIX
from phonebook_server.config import Config
from phonebook_server.db.tables import ApiToken, Session, User
from phonebook_server.ids import hashed
from phonebook_server.server import Server

PUBLIC: Final = {"public": True}
"""The `opt` of handlers that anybody may call."""
TOUCH_MS: Final = 60_000
"""How exact `used_at` and `seen_at` are."""
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY: Final = "principal"
_LOG: Final = structlog.get_logger("phonebook.accounts")

Connection = ASGIConnection[Any, Any, Any, Any]


class Authentication:
    """Tells who sends a request. One per process; `close` it before the database."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._touching: dict[str, asyncio.Task[None]] = {}

    async def identify(self, connection: Connection) -> Principal:
        """Who sent this. Raises NotSignedIn, or NotAllowed when a browser was sent here by a page of another site."""
        authorization = connection.headers.get("authorization")
        if authorization is not None:
            return await self._by_token(connection, authorization)
        cookie = connection.cookies.get(cookie_name(self._server.config))
        if cookie:
            principal = await self._by_session(connection, cookie)
            if connection.scope.get("method") not in _SAFE_METHODS:
                check_origin(connection, self._server.config, required=True)
            return principal
        raise NotSignedIn(
            "This needs a sign-in: send an API token as `Authorization: Bearer …`, or sign in at /sign-in."
        )

    async def close(self) -> None:
        """Finish what is still being noted."""
        await asyncio.gather(*self._touching.values(), return_exceptions=True)

    async def _by_token(self, connection: Connection, authorization: str) -> Principal:
        scheme, _, secret = authorization.partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret.startswith(PREFIX) or not secret.isascii():
            raise NotSignedIn("The Authorization header must be `Bearer` and an API token, which begins with pbt_.")
        async with self._server.db.reading() as reading:
            query = (
                select(ApiToken.id, ApiToken.used_at, User.id.label("user_id"), User.email, User.is_admin)
                .join(User, User.id == ApiToken.user_id)
                .where(
                    ApiToken.token_hash == hashed(secret),
                    ApiToken.revoked_at.is_(None),
                    User.disabled_at.is_(None),
                )
            )
            found = (await reading.execute(query)).one_or_none()
        if found is None:
            raise NotSignedIn("This API token is unknown or was revoked. Make a new one, and check that it is whole.")
        now = self._server.clock()
        if found.used_at is None or now - found.used_at >= TOUCH_MS:
            self._touch(found.id, update(ApiToken).where(ApiToken.id == found.id).values(used_at=now))
        return Principal(found.user_id, found.email, found.is_admin, "token", address_of(connection))

    async def _by_session(self, connection: Connection, secret: str) -> Principal:
        now = self._server.clock()
        id_hash = hashed(secret) if secret.isascii() else ""
        async with self._server.db.reading() as reading:
            query = (
                select(Session.seen_at, User.id, User.email, User.is_admin)
                .join(User, User.id == Session.user_id)
                .where(
                    Session.id_hash == id_hash,
                    Session.expires_at > now,
                    Session.seen_at > now - IDLE_MS,
                    User.disabled_at.is_(None),
                )
            )
            found = (await reading.execute(query)).one_or_none()
        if found is None:
            raise NotSignedIn("Your session is over. Sign in again.")
        if now - found.seen_at >= TOUCH_MS:
            self._touch(id_hash, update(Session).where(Session.id_hash == id_hash).values(seen_at=now))
        return Principal(found.id, found.email, found.is_admin, "session", address_of(connection))

    def _touch(self, key: str, statement: Any) -> None:
        """Note the use beside the request, so that reading never waits for writing."""
        if key not in self._touching:
            task = asyncio.create_task(self._write(statement))
            self._touching[key] = task
            task.add_done_callback(lambda _: self._touching.pop(key, None))

    async def _write(self, statement: Any) -> None:
        try:
            async with self._server.db.transaction() as connection:
                await connection.execute(statement)
        except Exception:  # a full disk must not end in a task that nobody looks at
            _LOG.warning("the use of a token or session could not be noted", exc_info=True)


def guard_with(authentication: Authentication) -> Callable[[Connection, BaseRouteHandler], Awaitable[None]]:
    """The guard for the whole app: identifies whoever calls a handler that is not public."""

    async def require_sign_in(connection: Connection, handler: BaseRouteHandler) -> None:
        if not handler.opt.get("public"):
            connection.scope["state"][_KEY] = await authentication.identify(connection)

    return require_sign_in


def provide_principal(request: Request[Any, Any, Any]) -> Principal:
    """The dependency `principal`. Raises NotSignedIn in a handler that is public."""
    principal = request.scope["state"].get(_KEY)
    if not isinstance(principal, Principal):
        raise NotSignedIn("This needs a sign-in.")
    return principal


def check_origin(connection: Connection, config: Config, *, required: bool) -> None:
    """Raises NotAllowed when a browser sends this on behalf of a page of another site.

    With `required` a request that does not say where it comes from is refused too.
    """
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is None and origin is None:
        if not required:
            return
    elif site in (None, "same-origin") and (origin is None or _is_own(origin, connection, config)):
        return
    raise NotAllowed(
        "A page of another site tried to do this in your name, or the browser did not say which page it was. "
        f"Open {config.public_url} and do it there; scripts use an API token instead of a cookie.",
        code="foreign_origin",
    )


def _is_own(origin: str, connection: Connection, config: Config) -> bool:
    if origin.lower() == config.origin:
        return True
    host = connection.headers.get("host", "").lower()
    return bool(host) and urlsplit(origin.lower()).netloc == host


def browser_of(connection: Connection, config: Config) -> Browser:
    """Where a sign-in comes from."""
    return Browser(
        address=address_of(connection),
        user_agent=connection.headers.get("user-agent", ""),
        session=connection.cookies.get(cookie_name(config), ""),
    )


def address_of(connection: Connection) -> str:
    """The address of whoever is connected; forwarding headers are not believed."""
    return connection.client.host if connection.client else ""


def cookie_name(config: Config) -> str:
    """The session cookie's name; with `__Host-` browsers enforce that it is secure and of this host alone."""
    return "__Host-phonebook" if config.is_https else "phonebook"
