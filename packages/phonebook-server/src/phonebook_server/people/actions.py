"""What administrators may do to people who are there already."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict, Invalid, Problem
from phonebook_server.accounts.guards import Principal, require_admin
from phonebook_server.accounts.second_factor import remove_second_factor
from phonebook_server.accounts.sessions import end_sessions, renew_sessions
from phonebook_server.activity.record import record
from phonebook_server.checks import tidy_name
from phonebook_server.db.tables import Mail, User
from phonebook_server.mail.texts import LANGUAGES
from phonebook_server.people.directory import Person, require_person
from phonebook_server.people.invitations import unknown_language
from phonebook_server.people.links import Link, Purpose, make_link, void_links
from phonebook_server.people.users import Status, count_active_admins
from phonebook_server.server import Server
from phonebook_server.sites.members import tell_rights_changed


class UserChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed of a user; what is absent stays."""

    name: str | UnsetType = UNSET
    admin: bool | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    language: str | UnsetType = UNSET


async def change_user(server: Server, principal: Principal, user_id: str, change: UserChange) -> Person:
    """Rename a user, make them an administrator or not, disable or enable them. Only administrators.

    Who is disabled is signed out, and their links are void. Raises Invalid with every problem, Conflict when no
    administrator would be left.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        before = await require_person(connection, principal, user_id)
        require_admin(principal, "change users")
        values, parts = _read(change, before)
        loses_admin = values.get("is_admin") is False or values.get("disabled_at") is True
        if loses_admin and before.is_admin and before.status is Status.ACTIVE:
            await _require_another_admin(connection, user_id)
        if "disabled_at" in values:
            values["disabled_at"] = now if values["disabled_at"] else None
        if not values:
            return before
        await connection.execute(update(User).where(User.id == user_id).values(**values))
        if values.get("disabled_at") is not None:
            await end_sessions(connection, user_id)
            await void_links(connection, user_id)
        elif "is_admin" in values:
            await renew_sessions(connection, user_id)
            if before.status is Status.INVITED and server.config.smtp_url is None:
                # Without mail a manager may hold their link, and must not become an administrator by it.
                await void_links(connection, user_id, Purpose.REGISTER)
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="user.changed",
            subject=before.email,
            detail="; ".join(parts),
        )
        after = await require_person(connection, principal, user_id)
    tell_rights_changed(server, "user.changed", user_id)
    return after


async def remove_user(server: Server, principal: Principal, user_id: str) -> None:
    """Remove a user for good, with their memberships and tokens. What they did stays in the activity.

    Only administrators. Raises Conflict for one who can still sign in: disable them first.
    """
    async with server.db.transaction() as connection:
        person = await require_person(connection, principal, user_id)
        require_admin(principal, "remove users")
        if person.status is Status.ACTIVE:
            raise Conflict(
                f"{person.email} can still sign in. Disable them first; that can be undone, removing cannot.",
                code="still_active",
            )
        await connection.execute(delete(Mail).where(Mail.user_id == user_id, Mail.state == "queued"))
        await connection.execute(delete(User).where(User.id == user_id))
        await record(
            connection,
            clock_ms=server.clock,
            principal=principal,
            action="user.removed",
            subject=person.email,
            detail=f"was {person.status}",
        )
    tell_rights_changed(server, "user.removed", user_id)


async def take_second_factor(server: Server, principal: Principal, user_id: str) -> None:
    """Take the second factor off somebody who lost it; they are signed out and told by mail. Only administrators.

    Does nothing when there is none.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        person = await require_person(connection, principal, user_id)
        require_admin(principal, "take second factors off")
        if not await remove_second_factor(connection, server, user_id, now=now):
            return
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="second_factor.removed",
            subject=person.email,
            detail="by an administrator",
        )
    tell_rights_changed(server, "user.changed", user_id)


async def make_reset_link(server: Server, principal: Principal, user_id: str) -> Link:
    """A link for a new password, to be handed over where no mail can be sent; the one before is void.

    Only administrators. Raises Conflict for who has not registered or is disabled.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        person = await require_person(connection, principal, user_id)
        require_admin(principal, "make links for a new password")
        if person.status is not Status.ACTIVE:
            advice = "Enable them first." if person.status is Status.DISABLED else "Send a new invitation instead."
            raise Conflict(f"{person.email} is {person.status} and has no password to be replaced. {advice}")
        link = await make_link(connection, server.config, Purpose.RESET, user_id=user_id, email=person.email, now=now)
        await record(connection, clock_ms=now, principal=principal, action="user.reset_link_made", subject=person.email)
    return link


async def _require_another_admin(connection: AsyncConnection, user_id: str) -> None:
    if not await count_active_admins(connection, but=user_id):
        raise Conflict(
            "This is the last administrator who can sign in. Make somebody else an administrator first, and have them "
            "register.",
            code="last_administrator",
        )


def _read(change: UserChange, before: Person) -> tuple[dict[str, str | bool | int | None], list[str]]:
    """The columns that change (`disabled_at` as whether), and a sentence's part on each. Raises Invalid."""
    values: dict[str, str | bool | int | None] = {}
    parts: list[str] = []
    problems: list[Problem] = []
    if change.name is not UNSET:
        name = tidy_name(change.name, problems)
        if name != before.name:
            values["name"] = name
            parts.append(f"name was {before.name}" if before.name else "name set")
    if change.language is not UNSET and change.language != before.language:
        if change.language not in LANGUAGES:
            problems.append(unknown_language(change.language))
        values["language"] = change.language
        parts.append(f"language {before.language} became {change.language}")
    if change.admin is not UNSET and change.admin != before.is_admin:
        values["is_admin"] = change.admin
        parts.append("became an administrator" if change.admin else "is no administrator any more")
    if change.disabled is not UNSET and change.disabled != (before.status is Status.DISABLED):
        values["disabled_at"] = change.disabled
        parts.append("disabled" if change.disabled else "enabled")
    if problems:
        raise Invalid(problems)
    return values, parts
