"""Putting a mail into the outbox, in the transaction of its cause. It leaves by `mail.sender`, after the commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.db.tables import Mail, User
from phonebook_server.ids import new_id
from phonebook_server.mail.kind import LIVES_MS, SWITCHABLE, VALUES, Kind
from phonebook_server.mail.texts import Content, flatten, render_subject, seal
from phonebook_server.server import Server

__all__ = ["Kind", "Recipient", "enqueue", "notify"]

MAX_USERS: Final = 500
"""Users that are asked for at once; SQLite bounds the parameters of a query."""


class Recipient(Struct, frozen=True, kw_only=True):
    """Whom a mail is for. `language` is `en` or `de`; another is written to in English."""

    email: str
    name: str = ""
    language: str = "en"
    user_id: str | None = None


async def enqueue(
    connection: AsyncConnection,
    server: Server,
    kind: Kind,
    to: Recipient,
    *,
    values: Mapping[str, str],
    link: str = "",
    link_id: str | None = None,
    site_id: str | None = None,
    now: int,
) -> str:
    """Put a mail into the outbox, in the caller's transaction; gives its id. `values` are what its text names.

    Raises ValueError, before anything is written, when `values` lacks one of `kind.VALUES`, or when a kind whose mail
    is about a link has none: mistakes of the caller.
    """
    missing = [name for name in VALUES[kind] if name not in values]
    if missing:
        raise ValueError(f"a mail of the kind {kind} needs the values {', '.join(missing)}")
    if kind in LIVES_MS and not link:
        raise ValueError(f"a mail of the kind {kind} needs its link")
    content = Content(
        kind=kind,
        language=to.language,
        name=flatten(to.name),
        values={name: flatten(values[name]) for name in VALUES[kind]},
        link=link,
        expires_at=now + LIVES_MS[kind] if kind in LIVES_MS else None,
    )
    id = new_id()
    await connection.execute(
        insert(Mail).values(
            id=id,
            kind=kind.value,
            recipient=to.email,
            user_id=to.user_id,
            site_id=site_id,
            link_id=link_id,
            subject=render_subject(content),
            content=seal(server.keys, content),
            state="queued",
            created_at=now,
            due_at=now,
        )
    )
    return id


async def notify(
    connection: AsyncConnection,
    server: Server,
    kind: Kind,
    user_ids: Sequence[str],
    *,
    values: Mapping[str, str],
    link: str = "",
    site_id: str | None = None,
    now: int,
) -> None:
    """Put a notification into the outbox for each of these users who is active and wants it.

    Raises ValueError when `kind` is none of `kind.SWITCHABLE` or `values` lacks something.
    """
    if kind not in SWITCHABLE:
        raise ValueError(f"{kind} is no notification; enqueue it")
    wanted = list(dict.fromkeys(user_ids))
    for start in range(0, len(wanted), MAX_USERS):
        query = select(User.id, User.email, User.name, User.language, User.muted).where(
            User.id.in_(wanted[start : start + MAX_USERS]), User.password_hash != "", User.disabled_at.is_(None)
        )
        for user in (await connection.execute(query.order_by(User.id))).all():
            if kind.value in user.muted.split(","):
                continue
            to = Recipient(email=user.email, name=user.name, language=user.language, user_id=user.id)
            await enqueue(connection, server, kind, to, values=values, link=link, site_id=site_id, now=now)
