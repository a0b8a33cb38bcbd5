"""`/api/v1/session`, `sessions`, `me`, and how one signs in: `me/password`, `me/totp`, `me/recovery-codes`."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from msgspec import Struct
from sqlalchemy import func, select

from phonebook_core.errors import Conflict
from phonebook_server.accounts import actions, enrolment, signing_in
from phonebook_server.accounts.authentication import (
    PUBLIC,
    browser_of,
    check_origin,
    principal_of,
    session_cookie,
    session_of,
)
from phonebook_server.accounts.confirmation import require_session
from phonebook_server.accounts.devices import LIFE_MS, device_cookie, device_secret
from phonebook_server.accounts.enrolment import Pending
from phonebook_server.accounts.guards import Principal, site_row, visible_sites
from phonebook_server.accounts.sessions import Accounts, OpenSession, SignedIn, list_sessions
from phonebook_server.config import Config
from phonebook_server.db.tables import RecoveryCode, Site, User
from phonebook_server.handling import Asker, Id, TheServer
from phonebook_server.server import Server

AnyRequest = Request[Any, Any, Any]
AnyConnection = ASGIConnection[Any, Any, Any, Any]
TheAccounts = NamedDependency[Accounts]

MAX_SITES: Final = 500
"""Sites that `me` lists; `sites` has them all."""


def session_only(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """A guard, before the body is looked at: raises NotAllowed for API tokens. See `require_session`."""
    require_session(principal_of(connection))


class Credentials(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person signs in with; `code` is one of their app or a recovery code, when a second factor is on."""

    email: str
    password: str
    code: str | None = None


class Me(Struct, frozen=True, kw_only=True):
    """Who is asking, and how they proved it."""

    id: str
    email: str
    name: str
    is_admin: bool
    via: str


class MySite(Struct, frozen=True):
    """A site and what the asker may do there."""

    id: str
    name: str
    role: str


class MyAccount(Me, frozen=True, kw_only=True):
    """Who is asking, with how they sign in and the first 500 sites they may see, by name."""

    language: str
    second_factor: bool
    recovery_codes_left: int
    sites: list[MySite]


class ChangedMe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody changes about themselves; what is left out stays."""

    name: str | None = None
    language: Literal["en", "de"] | None = None


class ChangedPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password until now, the one from now on, and a code when a second factor is on."""

    current: str
    new: str
    code: str | None = None


class Password(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The asker's password, to prove that it is them."""

    password: str


class Code(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that the app shows."""

    code: str


class PasswordAndCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The asker's password and a code of their app, or a recovery code."""

    password: str
    code: str


class RecoveryCodes(Struct, frozen=True):
    """What signs in, once each, in place of the app. Shown here and never again."""

    recovery_codes: list[str]


class SessionPage(Struct, frozen=True):
    """The asker's sessions; there are at most 100, so there is no further page."""

    items: list[OpenSession]


@post(
    "/session",
    operation_id="sign_in",
    summary="Sign in with e-mail address and password",
    status_code=200,
    opt=PUBLIC,
    security=[{}],
)
async def sign_in(
    request: AnyRequest, data: JSONBody[Credentials], server: TheServer, accounts: TheAccounts
) -> Response[Me]:
    """Begins a session (cookie). With a second factor it takes a code: 401 `code_needed` asks for it after the right
    password. Scripts use an API token instead."""
    check_origin(request, server.config, required=False)
    browser = browser_of(request, server.config)
    signed_in = await signing_in.sign_in(
        server, accounts, browser, email=data.email, password=data.password, code=data.code or ""
    )
    return begin(server.config, signed_in)


@delete("/session", operation_id="sign_out", summary="Sign out", status_code=204)
async def sign_out(request: AnyRequest, server: TheServer, principal: Asker) -> Response[None]:
    """Ends the session of this browser."""
    if principal.via != "session":
        raise Conflict("You are signed in by an API token, not by a session. Revoke the token instead.")
    await actions.sign_out(server, principal, session_of(request))
    # Not "cookies" as well: the one that tells a known device must stay.
    response: Response[None] = Response(None, status_code=204, headers={"clear-site-data": '"cache", "storage"'})
    response.set_cookie(session_cookie(server.config, "", max_age=0))
    return response


@get("/sessions", operation_id="list_sessions", summary="Your sessions")
async def list_own_sessions(request: AnyRequest, server: TheServer, principal: Asker) -> SessionPage:
    """Where you are signed in, the one used last first."""
    return SessionPage(await list_sessions(server, principal, session_of(request)))


@delete(
    "/sessions",
    operation_id="end_other_sessions",
    guards=[session_only],
    summary="End all your other sessions",
    status_code=204,
)
async def end_other_sessions(request: AnyRequest, server: TheServer, principal: Asker) -> None:
    """Ends every session of yours but this one. They are refused at their next request."""
    await actions.revoke_other_sessions(server, principal, session_of(request))


@delete(
    "/sessions/{session_id:str}",
    operation_id="end_session",
    guards=[session_only],
    summary="End one of your sessions",
    status_code=204,
)
async def end_session(session_id: Id, server: TheServer, principal: Asker) -> None:
    """Ends it; it is refused at its next request."""
    await actions.revoke_session(server, principal, session_id)


@get("/me", operation_id="get_me", summary="Who am I?")
async def get_me(server: TheServer, principal: Asker) -> MyAccount:
    """The user whose token or session this is."""
    return await _account(server, principal)


@patch("/me", operation_id="change_me", summary="Change your name or language")
async def change_me(data: JSONBody[ChangedMe], server: TheServer, principal: Asker) -> MyAccount:
    """The language is that of mails."""
    await actions.change_me(server, principal, name=data.name, language=data.language)
    return await _account(server, principal)


@put(
    "/me/password",
    operation_id="change_password",
    guards=[session_only],
    summary="Change your password",
    status_code=204,
)
async def change_password(
    request: AnyRequest,
    data: JSONBody[ChangedPassword],
    server: TheServer,
    principal: Asker,
    accounts: TheAccounts,
) -> Response[None]:
    """Ends all your other sessions and voids links that were sent to you. Takes a session, not an API token."""
    secret = await actions.change_password(
        server,
        accounts,
        principal,
        session_of(request),
        current=data.current,
        new=data.new,
        code=data.code or "",
    )
    response: Response[None] = Response(None, status_code=204)
    response.set_cookie(session_cookie(server.config, secret))
    return response


@post(
    "/me/totp",
    operation_id="begin_second_factor",
    guards=[session_only],
    summary="Set up a second factor",
    status_code=200,
)
async def begin_second_factor(
    data: JSONBody[Password], server: TheServer, principal: Asker, accounts: TheAccounts
) -> Pending:
    """Gives the secret for an authenticator app (RFC 6238). It counts once its first code was confirmed."""
    return await enrolment.begin_second_factor(server, accounts, principal, data.password)


@post(
    "/me/totp/confirm",
    operation_id="confirm_second_factor",
    guards=[session_only],
    summary="Turn the second factor on",
    status_code=200,
)
async def confirm_second_factor(
    request: AnyRequest, data: JSONBody[Code], server: TheServer, principal: Asker, accounts: TheAccounts
) -> RecoveryCodes:
    """From now on signing in takes a code. The answer has the recovery codes, which are not shown again."""
    return RecoveryCodes(
        await enrolment.confirm_second_factor(server, accounts, principal, session_of(request), data.code)
    )


@delete(
    "/me/totp",
    operation_id="turn_second_factor_off",
    guards=[session_only],
    summary="Turn the second factor off",
    status_code=204,
)
async def turn_second_factor_off(
    request: AnyRequest, data: JSONBody[PasswordAndCode], server: TheServer, principal: Asker, accounts: TheAccounts
) -> None:
    """The code may be a recovery code. The password must be long enough to be the only factor."""
    await enrolment.turn_second_factor_off(
        server, accounts, principal, session_of(request), password=data.password, code=data.code
    )


@post(
    "/me/recovery-codes",
    operation_id="replace_recovery_codes",
    guards=[session_only],
    summary="New recovery codes",
    status_code=200,
)
async def replace_recovery_codes(
    request: AnyRequest, data: JSONBody[PasswordAndCode], server: TheServer, principal: Asker, accounts: TheAccounts
) -> RecoveryCodes:
    """Ten new ones; the old ones are void."""
    return RecoveryCodes(
        await enrolment.replace_recovery_codes(
            server, accounts, principal, session_of(request), password=data.password, code=data.code
        )
    )


def begin(config: Config, signed_in: SignedIn) -> Response[Me]:
    """The answer to whoever has just signed in, with the cookies of their session and their device."""
    me = Me(**msgspec.structs.asdict(signed_in.user), via="session")
    response = Response(me)
    response.set_cookie(session_cookie(config, signed_in.session))
    response.set_cookie(
        Cookie(
            key=device_cookie(config),
            value=device_secret(signed_in.session),
            max_age=LIFE_MS // 1000,
            path="/",
            httponly=True,
            samesite="lax",
            secure=config.is_https,
        )
    )
    return response


async def _account(server: Server, principal: Principal) -> MyAccount:
    left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == User.id).scalar_subquery()
    query = select(User.name, User.language, User.totp_confirmed_at, left.label("left"))
    async with server.db.reading() as connection:
        user = (await connection.execute(query.where(User.id == principal.user_id))).one()
        sites = await connection.execute(visible_sites(principal).order_by(Site.name, Site.id).limit(MAX_SITES))
        rows = [site_row(row, principal) for row in sites.all()]
    return MyAccount(
        id=principal.user_id,
        email=principal.email,
        name=user.name,
        is_admin=principal.is_admin,
        via=principal.via,
        language=user.language,
        second_factor=user.totp_confirmed_at is not None,
        recovery_codes_left=user.left,
        sites=[MySite(row.id, row.name, row.role) for row in rows],
    )


handlers: Final = [
    sign_in,
    sign_out,
    list_own_sessions,
    end_other_sessions,
    end_session,
    get_me,
    change_me,
    change_password,
    begin_second_factor,
    confirm_second_factor,
    turn_second_factor_off,
    replace_recovery_codes,
]
