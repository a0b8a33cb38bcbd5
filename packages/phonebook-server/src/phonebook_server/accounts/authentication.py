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
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler
from litestar.types import Message, Scope
from sqlalchemy import update

from phonebook_core.errors import NotAllowed, NotSignedIn
from phonebook_server.accounts.addresses import plain_address
from phonebook_server.accounts.devices import device_cookie
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.sessions import ABSOLUTE_MS, Browser, holding_sessions, renew_session
from phonebook_server.accounts.throttle import Throttle
from phonebook_server.config import Config
from phonebook_server.db.tables import ApiToken, Session
from phonebook_server.ids import hashed
from phonebook_server.server import Server
from phonebook_server.tokens.actions import PREFIX
from phonebook_server.tokens.bearing import bearer, holding_tokens

PUBLIC: Final = {"public": True}
"""The `opt` of handlers that anybody may call."""
TOUCH_MS: Final = 60_000
"""How exact `used_at` and `seen_at` are."""
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY: Final = "principal"
_SESSION: Final = "session_id"
_RENEWAL: Final = "session_renewal"
_SET_COOKIE: Final = "session_cookie"
_LOG: Final = structlog.get_logger("phonebook.accounts")

Connection = ASGIConnection[Any, Any, Any, Any]


class Authentication:
    """Tells who sends a request. One per process; `close` it before the database.

    Wrong tokens are counted by `throttle`; a right one is always served.
    """

    def __init__(self, server: Server, throttle: Throttle) -> None:
        self._server = server
        self._throttle = throttle
        self._touching: dict[str, asyncio.Task[None]] = {}

    async def identify(self, connection: Connection) -> Principal:
        """Who sent this. Raises NotSignedIn, or NotAllowed when a browser was sent here by a page of another site.

        Raises TooManyTries for one wrong token too many from an address.
        """
        authorization = connection.headers.get("authorization")
        if authorization is not None:
            try:
                return await self._by_token(connection, authorization)
            except NotSignedIn:
                self._throttle.count("", address_of(connection), kind="token")
                raise
        cookie = connection.cookies.get(cookie_name(self._server.config))
        if cookie:
            principal = await self._by_session(connection, cookie)
            if connection.scope.get("method") not in _SAFE_METHODS:
                check_origin(connection, self._server.config, required=True)
            return principal
        raise NotSignedIn(
            "This needs a sign-in: send an API token as `Authorization: Bearer …`, or sign in at /sign-in."
        )

    async def renew(self, connection: Connection) -> None:
        """Give the session of an identified request a new secret, when that is due, with the answer.

        Only for a request that is yet to be answered, as a secret that does not arrive ends the session.
        """
        session_id, before = connection.scope["state"].get(_RENEWAL, ("", ""))
        if not session_id:
            return
        async with self._server.db.transaction() as writing:
            secret = await renew_session(writing, session_id, before, self._server.clock())
        if secret is not None:
            connection.scope["state"][_SET_COOKIE] = session_cookie(self._server.config, secret)

    async def close(self) -> None:
        """Finish what is still being noted."""
        await asyncio.gather(*self._touching.values(), return_exceptions=True)

    async def _by_token(self, connection: Connection, authorization: str) -> Principal:
        scheme, _, secret = authorization.partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret.startswith(PREFIX) or not secret.isascii():
            raise NotSignedIn("The Authorization header must be `Bearer` and an API token, which begins with pbt_.")
        now = self._server.clock()
        async with self._server.db.reading() as reading:
            found = (await reading.execute(holding_tokens([hashed(secret)], now))).first()
        if found is None:
            raise NotSignedIn(
                "This API token is unknown, over or was revoked. Make a new one, and check that it is whole."
            )
        if found.used_at is None or now - found.used_at >= TOUCH_MS:
            self._touch(found.id, update(ApiToken).where(ApiToken.id == found.id).values(used_at=now))
        return bearer(found, address_of(connection))

    async def _by_session(self, connection: Connection, secret: str) -> Principal:
        now = self._server.clock()
        id_hash = hashed(secret) if secret.isascii() else ""
        async with self._server.db.reading() as reading:
            found = (await reading.execute(holding_sessions([id_hash], now))).one_or_none()
        if found is None:
            raise NotSignedIn("Your session is over. Sign in again.")
        if now - found.seen_at >= TOUCH_MS:
            session_id = found.session_id
            self._touch(session_id, update(Session).where(Session.id == session_id).values(seen_at=now))
        state = connection.scope["state"]
        state[_SESSION] = found.session_id
        if found.renew and found.id_hash == id_hash:
            state[_RENEWAL] = found.session_id, id_hash
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
            await authentication.renew(connection)

    return require_sign_in


def provide_principal(request: Request[Any, Any, Any]) -> Principal:
    """The dependency `principal`. Raises NotSignedIn in a handler that is public."""
    return principal_of(request)


def principal_of(connection: Connection) -> Principal:
    """Who sent a request that was let in. Raises NotSignedIn for a handler that is public."""
    principal = connection.scope["state"].get(_KEY)
    if not isinstance(principal, Principal):
        raise NotSignedIn("This needs a sign-in.")
    return principal


def session_of(connection: Connection) -> str:
    """The id of the session by which this request was identified, empty when it was none."""
    return str(connection.scope["state"].get(_SESSION, ""))


async def send_cookies(message: Message, scope: Scope) -> None:
    """Litestar's `before_send`: the cookie of a session that was renewed, unless the answer sets another."""
    if message["type"] != "http.response.start":
        return
    cookie = scope.get("state", {}).get(_SET_COOKIE)
    if not isinstance(cookie, Cookie):
        return
    headers = list(message["headers"])
    if not any(name == b"set-cookie" and value.startswith(f"{cookie.key}=".encode()) for name, value in headers):
        message["headers"] = [*headers, cookie.to_encoded_header()]


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
        device=connection.cookies.get(device_cookie(config), ""),
    )


def address_of(connection: Connection) -> str:
    """The address of whoever sends the request: `front.py` has put it there, as far as proxies are believed."""
    return plain_address(connection.client.host) if connection.client else ""


def session_cookie(config: Config, secret: str, *, max_age: int = ABSOLUTE_MS // 1000) -> Cookie:
    """The cookie that a session is known by."""
    return Cookie(
        key=cookie_name(config),
        value=secret,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=config.is_https,
    )


def cookie_name(config: Config) -> str:
    """The session cookie's name; with `__Host-` browsers enforce that it is secure and of this host alone."""
    return "__Host-phonebook" if config.is_https else "phonebook"
