"""Who did what, when, from where: a row beside the change, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.accounts.guards import Principal
from phonebook_server.db.tables import Activity
from phonebook_server.ids import new_id


async def record(
    connection: AsyncConnection,
    *,
    clock_ms: Callable[[], int] | int,
    principal: Principal,
    action: str,
    site_id: str | None = None,
    phonebook_id: str | None = None,
    subject: str = "",
    detail: str = "",
) -> None:
    """Note an action that changes people, rights, tokens, sites or phonebooks.

    `action` is a stable `noun.verb_in_the_past` (`site.created`); `subject` names what it was done to as it was called
    at the time, `detail` says what changed. Never a secret in either.
    """
    await connection.execute(
        insert(Activity).values(
            id=new_id(),
            at=clock_ms if isinstance(clock_ms, int) else clock_ms(),
            actor=principal.email,
            address=principal.address,
            site_id=site_id,
            phonebook_id=phonebook_id,
            action=action,
            subject=subject,
            detail=detail,
        )
    )
