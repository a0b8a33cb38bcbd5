"""`/api/v1/tokens` and `/api/v1/users/{id}/tokens`."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import delete, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Struct

from phonebook_server.accounts.guards import Role
from phonebook_server.handling import Asker, Cursor, Id, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor
from phonebook_server.tokens import actions
from phonebook_server.tokens.actions import OVERLAP_HOURS, NewToken, Token
from phonebook_server.tokens.limits import Limits, expiry

TokenId = Annotated[str, PathParameter(description="The token's id, not its secret.")]


class TokenInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to be made: what it is for, and what it may do at most.

    Without `role` and `sites` it may do all that you may. It ends at `expires_at` (ISO 8601) or after
    `expires_in_days`, else never.
    """

    name: str
    role: Role | None = None
    sites: list[str] | None = None
    expires_at: str | None = None
    expires_in_days: int | None = None


class Rotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many hours the secret before goes on to work: 0 to 168."""

    overlap_hours: int = OVERLAP_HOURS


class TokenPage(Struct, frozen=True, kw_only=True):
    """Some of a user's API tokens; `next_cursor` asks for the following ones."""

    items: list[Token]
    next_cursor: str | None


@get("/tokens", operation_id="list_tokens", summary="Your API tokens")
async def list_tokens(
    server: TheServer,
    principal: Asker,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> TokenPage:
    """Your own tokens that were not revoked, oldest first; never their secrets."""
    [after] = decode_cursor(cursor, 1)
    return _page(await actions.list_tokens(server, principal, principal.user_id, after=after, limit=limit + 1), limit)


@get("/users/{user_id:str}/tokens", operation_id="list_tokens_of_user", summary="The API tokens of a user")
async def list_tokens_of_user(
    server: TheServer,
    principal: Asker,
    user_id: Id,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> TokenPage:
    """Somebody's tokens that were not revoked, oldest first; never their secrets. Administrators, and one's own."""
    [after] = decode_cursor(cursor, 1)
    return _page(await actions.list_tokens(server, principal, user_id, after=after, limit=limit + 1), limit)


@post("/tokens", operation_id="create_token", summary="Make an API token")
async def create_token(data: JSONBody[TokenInput], server: TheServer, principal: Asker) -> NewToken:
    """The answer has the secret, which is not shown again."""
    limits = Limits(
        role=data.role,
        sites=None if data.sites is None else tuple(dict.fromkeys(data.sites)),
        expires_at=expiry(data.expires_at, data.expires_in_days, server.clock()),
    )
    return await actions.create_token(server, principal, principal.user_id, data.name, limits)


@post("/tokens/{token_id:str}/rotation", operation_id="rotate_token", summary="Give an API token a new secret")
async def rotate_token(token_id: TokenId, data: JSONBody[Rotation], server: TheServer, principal: Asker) -> NewToken:
    """The answer has the new secret; the one before works for `overlap_hours` more (24), one before that no longer."""
    return await actions.rotate_token(server, principal, token_id, overlap_hours=data.overlap_hours)


@delete("/tokens/{token_id:str}", operation_id="revoke_token", summary="Revoke an API token")
async def revoke_token(token_id: TokenId, server: TheServer, principal: Asker) -> None:
    """Revokes one of your own tokens, as an administrator anybody's; the very next request with it is refused."""
    await actions.revoke_token(server, principal, token_id)


def _page(items: list[Token], limit: int) -> TokenPage:
    more = encode_cursor(items[limit - 1].id) if len(items) > limit else None
    return TokenPage(items=items[:limit], next_cursor=more)


handlers: Final = [list_tokens, list_tokens_of_user, create_token, rotate_token, revoke_token]
