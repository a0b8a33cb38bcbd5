"""Users: how they are named and found, and adding one by hand with a link to give to them."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict, Invalid, NotFound
from phonebook_server.accounts.guards import Principal
from phonebook_server.activity.record import record
from phonebook_server.db.tables import Membership, Site, User
from phonebook_server.events.event import Event
from phonebook_server.ids import new_id
from phonebook_server.people.links import Purpose, make_link
from phonebook_server.server import Server

_EMAIL: Final = re.compile(r"[^\s@<>\"',;:()\[\]\\]+@[^\s@<>\"',;:()\[\]\\]+")


class Status(StrEnum):
    """How far somebody is: invited has not registered yet, active may sign in, disabled may not."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"

    @classmethod
    def of(cls, *, password_hash: str, disabled_at: int | None) -> Status:
        """The status of the user with these columns."""
        if disabled_at is not None:
            return cls.DISABLED
        return cls.ACTIVE if password_hash else cls.INVITED


class AddedUser(Struct, frozen=True):
    """A user who may now register; `link` is shown once and holds for 12 hours."""

    id: str
    email: str
    link: str


class UserRow(Struct, frozen=True, kw_only=True):
    """A person who may sign in, or will once they have registered."""

    id: str
    email: str
    name: str
    is_admin: bool


def normalize_email(text: str) -> str:
    """The address as it is kept and compared: one writing for one person. Raises Invalid when it is none."""
    email = unicodedata.normalize("NFC", text).strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email) or not email.isprintable():
        raise Invalid(f"“{text[:100]}” is no e-mail address. Write it as name@example.org.", field="email")
    return email


async def find_user(connection: AsyncConnection, email: str) -> UserRow:
    """The user with this address, registered or not. Raises NotFound."""
    query = select(User.id, User.email, User.name, User.is_admin).where(User.email == normalize_email(email))
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise NotFound(f"There is no user {email}. Add them with `phonebook user add {email}`.")
    return UserRow(id=found.id, email=found.email, name=found.name, is_admin=found.is_admin)


def is_active() -> ColumnElement[bool]:
    """The condition that a user has registered and is not disabled."""
    return and_(User.password_hash != "", User.disabled_at.is_(None))


async def count_active_admins(connection: AsyncConnection, *, but: str = "") -> int:
    """How many administrators can sign in, without the user `but`."""
    query = select(func.count()).where(User.is_admin, is_active(), User.id != but)
    return int((await connection.execute(query)).scalar_one())


async def add_user(server: Server, principal: Principal, email: str, *, is_admin: bool) -> AddedUser:
    """Add a user and make their registration link. For one who has not registered yet: a new link, the old one is void.

    No mail is sent. Raises Conflict when they have registered already, or are disabled. `is_admin` can only be given
    this way, never taken.
    """
    email = normalize_email(email)
    now = server.clock()
    async with server.db.transaction() as connection:
        query = select(User.id, User.password_hash, User.is_admin, User.disabled_at).where(User.email == email)
        found = (await connection.execute(query)).one_or_none()
        if found is not None and found.disabled_at is not None:
            raise Conflict(f"{email} is disabled. Enable them first: `phonebook user enable {email}`.", code="disabled")
        if found is not None and found.password_hash:
            raise Conflict(
                f"{email} has registered already and can sign in at {server.config.public_url}/sign-in.",
                code="registered_already",
            )
        user_id = found.id if found is not None else new_id()
        is_admin = is_admin or (found is not None and found.is_admin)
        if found is None:
            await connection.execute(insert(User).values(id=user_id, email=email, is_admin=is_admin, created_at=now))
        else:
            await connection.execute(update(User).where(User.id == user_id).values(is_admin=is_admin))
        link = await make_link(connection, server.config, Purpose.REGISTER, user_id=user_id, email=email, now=now)
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="user.added" if found is None else "user.link_renewed",
            subject=email,
            detail="administrator" if is_admin else "",
        )
    server.publish(Event(kind="user.added" if found is None else "user.changed", subject=user_id))
    return AddedUser(id=user_id, email=email, link=link.url)


async def site_names(connection: AsyncConnection, user_id: str) -> list[str]:
    """The names of the sites that somebody is a member of."""
    query = (
        select(Site.name)
        .join(Membership, Membership.site_id == Site.id)
        .where(Membership.user_id == user_id, Site.deleted_at.is_(None))
        .order_by(Site.name)
    )
    return list((await connection.execute(query)).scalars())
