"""`/api/v1/registration`, `session`, `me` and `tokens`."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Struct
from sqlalchemy import select

from phonebook_core.errors import Conflict
from phonebook_server.accounts import tokens
from phonebook_server.accounts.authentication import PUBLIC, browser_of, check_origin, cookie_name
from phonebook_server.accounts.sessions import ABSOLUTE_MS, Accounts, SignedIn
from phonebook_server.accounts.tokens import NewToken, Token
from phonebook_server.config import Config
from phonebook_server.db.tables import User
from phonebook_server.handling import Asker, Cursor, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor

AnyRequest = Request[Any, Any, Any]


class Registration(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person sends to register: the token from their link, their name, the password they chose."""

    token: str
    name: str
    password: str


class Credentials(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person signs in with."""

    email: str
    password: str


class Me(Struct, frozen=True, kw_only=True):
    """Who is asking, and how they proved it."""

    id: str
    email: str
    name: str
    is_admin: bool
    via: str


class TokenName(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a new token is for."""

    name: str


class TokenPage(Struct, frozen=True, kw_only=True):
    """Some of one's API tokens; `next_cursor` asks for the following ones."""

    items: list[Token]
    next_cursor: str | None


@post(
    "/registration",
    operation_id="register",
    summary="Register with the link from an invitation",
    status_code=200,
    opt=PUBLIC,
    security=[{}],
)
async def register(
    request: AnyRequest,
    data: JSONBody[Registration],
    server: TheServer,
    accounts: NamedDependency[Accounts],
) -> Response[Me]:
    """Spends the registration token, sets name and password, and begins a session (cookie)."""
    check_origin(request, server.config, required=False)
    browser = browser_of(request, server.config)
    signed_in = await accounts.register(browser, token=data.token, name=data.name, password=data.password)
    return _begin(server.config, signed_in)


@post(
    "/session",
    operation_id="sign_in",
    summary="Sign in with e-mail address and password",
    status_code=200,
    opt=PUBLIC,
    security=[{}],
)
async def sign_in(
    request: AnyRequest,
    data: JSONBody[Credentials],
    server: TheServer,
    accounts: NamedDependency[Accounts],
) -> Response[Me]:
    """Begins a session (cookie). Scripts use an API token instead."""
    check_origin(request, server.config, required=False)
    browser = browser_of(request, server.config)
    signed_in = await accounts.sign_in(browser, email=data.email, password=data.password)
    return _begin(server.config, signed_in)


@delete("/session", operation_id="sign_out", summary="Sign out", status_code=204)
async def sign_out(
    request: AnyRequest,
    server: TheServer,
    principal: Asker,
    accounts: NamedDependency[Accounts],
) -> Response[None]:
    """Ends the session of this browser."""
    if principal.via != "session":
        raise Conflict("You are signed in by an API token, not by a session. Revoke the token instead.")
    await accounts.sign_out(principal, browser_of(request, server.config).session)
    response: Response[None] = Response(None, status_code=204, headers={"clear-site-data": '"cache", "cookies"'})
    response.set_cookie(_cookie(server.config, "", max_age=0))
    return response


@get("/me", operation_id="get_me", summary="Who am I?")
async def get_me(server: TheServer, principal: Asker) -> Me:
    """The user whose token or session this is."""
    async with server.db.reading() as connection:
        name = (await connection.execute(select(User.name).where(User.id == principal.user_id))).scalar_one()
    return Me(id=principal.user_id, email=principal.email, name=name, is_admin=principal.is_admin, via=principal.via)


@get("/tokens", operation_id="list_tokens", summary="Your API tokens")
async def list_tokens(
    server: TheServer,
    principal: Asker,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> TokenPage:
    """Your own tokens that hold, oldest first; never their secrets."""
    [after] = decode_cursor(cursor, 1)
    items = await tokens.list_tokens(server, principal, after=after, limit=limit + 1)
    more = encode_cursor(items[limit - 1].id) if len(items) > limit else None
    return TokenPage(items=items[:limit], next_cursor=more)


@post("/tokens", operation_id="create_token", summary="Make an API token")
async def create_token(data: JSONBody[TokenName], server: TheServer, principal: Asker) -> NewToken:
    """The answer has the secret, which is not shown again."""
    return await tokens.create_token(server, principal, principal.user_id, data.name)


@delete("/tokens/{token_id:str}", operation_id="revoke_token", summary="Revoke an API token")
async def revoke_token(
    token_id: Annotated[str, PathParameter(description="The token's id, not its secret.")],
    server: TheServer,
    principal: Asker,
) -> None:
    """Revokes one of your own tokens; the very next request with it is refused."""
    await tokens.revoke_token(server, principal, token_id)


def _begin(config: Config, signed_in: SignedIn) -> Response[Me]:
    me = Me(**msgspec.structs.asdict(signed_in.user), via="session")
    response = Response(me)
    response.set_cookie(_cookie(config, signed_in.session, max_age=ABSOLUTE_MS // 1000))
    return response


def _cookie(config: Config, value: str, *, max_age: int) -> Cookie:
    return Cookie(
        key=cookie_name(config),
        value=value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=config.is_https,
    )


handlers: Final = [register, sign_in, sign_out, get_me, list_tokens, create_token, revoke_token]
