"""Users and the links by which they register."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from msgspec import Struct
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict, Invalid, NotFound, Problem
from phonebook_server.accounts.guards import Principal
from phonebook_server.accounts.passwords import find_password_problems
from phonebook_server.activity import record
from phonebook_server.db.tables import OneTimeLink, User
from phonebook_server.ids import hashed, new_id, new_secret
from phonebook_server.server import Server

REGISTER: Final = "register"
LINK_LIFE_MS: Final = 12 * 60 * 60 * 1000
MAX_NAME: Final = 255
_EMAIL: Final = re.compile(r"[^\s@<>\"',;:()\[\]\\]+@[^\s@<>\"',;:()\[\]\\]+")


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


async def add_user(server: Server, principal: Principal, email: str, *, is_admin: bool) -> AddedUser:
    """Add a user and make their registration link. For one who has not registered yet: a new link, the old one is void.

    Raises Conflict when they have registered already. `is_admin` can only be given this way, never taken.
    """
    email = normalize_email(email)
    now, secret = server.clock(), new_secret()
    async with server.db.transaction() as connection:
        query = select(User.id, User.password_hash, User.is_admin).where(User.email == email)
        found = (await connection.execute(query)).one_or_none()
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
            await connection.execute(delete(OneTimeLink).where(OneTimeLink.user_id == user_id))
        await connection.execute(
            insert(OneTimeLink).values(
                id=new_id(),
                user_id=user_id,
                purpose=REGISTER,
                token_hash=hashed(secret),
                created_at=now,
                expires_at=now + LINK_LIFE_MS,
            )
        )
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="user.added" if found is None else "user.link_renewed",
            subject=email,
            detail="administrator" if is_admin else "",
        )
    return AddedUser(id=user_id, email=email, link=f"{server.config.public_url}/register#{secret}")


async def check_registration(server: Server, token: str, *, name: str, password: str) -> UserRow:
    """The user whom a registration link is for, with the name they chose made tidy. Spends nothing.

    Raises NotFound when the link is void, Invalid with every problem of the name and the password.
    """
    async with server.db.reading() as connection:
        query = (
            select(User.id, User.email, User.name, User.is_admin)
            .join(OneTimeLink, OneTimeLink.user_id == User.id)
            .where(
                OneTimeLink.token_hash == _hashed(token),
                OneTimeLink.purpose == REGISTER,
                OneTimeLink.spent_at.is_(None),
                OneTimeLink.expires_at > server.clock(),
                User.disabled_at.is_(None),
            )
        )
        found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise _void_link()
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    problems = find_password_problems(password, email=found.email, name=tidy)
    if not tidy:
        problems.insert(0, Problem(field="name", code="required", message="Fill in your name."))
    elif len(tidy) > MAX_NAME or not tidy.isprintable():
        message = f"Use at most {MAX_NAME} characters for the name, and only ones that can be seen."
        problems.insert(0, Problem(field="name", message=message))
    if problems:
        raise Invalid(problems)
    return UserRow(id=found.id, email=found.email, name=tidy, is_admin=found.is_admin)


async def spend_registration(
    connection: AsyncConnection, user: UserRow, token: str, *, password_hash: str, now: int
) -> None:
    """Spend the link and set name and password, in the caller's transaction. Raises NotFound when it is spent already.

    However many do so at the same time, exactly one succeeds.
    """
    spent = await connection.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == _hashed(token),
            OneTimeLink.user_id == user.id,
            OneTimeLink.purpose == REGISTER,
            OneTimeLink.spent_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(spent_at=now)
    )
    if spent.rowcount != 1:
        raise _void_link()
    changed = await connection.execute(
        update(User)
        .where(User.id == user.id, User.disabled_at.is_(None))
        .values(name=user.name, password_hash=password_hash)
    )
    if changed.rowcount != 1:
        raise _void_link()


def _hashed(token: str) -> str:
    return hashed(token) if token.isascii() else ""


def _void_link() -> NotFound:
    return NotFound(
        "This link is not valid: it was used already, is older than 12 hours, or was replaced by a newer one. "
        "Ask whoever sent it for a new one.",
        code="link_void",
    )
