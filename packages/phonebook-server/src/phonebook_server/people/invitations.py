"""Inviting people: a user, their first sites, and the mail with the link by which they register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict, Invalid, NotAllowed, Problem
from phonebook_server.accounts.guards import (
    Principal,
    Role,
    SiteRow,
    managed_sites,
    require_admin,
    require_site,
    require_unlimited,
)
from phonebook_server.accounts.sessions import renew_sessions
from phonebook_server.activity.record import record
from phonebook_server.checks import tidy_name
from phonebook_server.db.tables import Mail, Membership, User
from phonebook_server.events.event import Event
from phonebook_server.ids import new_id
from phonebook_server.mail.outbox import Kind, Recipient, enqueue
from phonebook_server.mail.texts import LANGUAGES
from phonebook_server.people.directory import Person, require_person
from phonebook_server.people.links import Link, Purpose, find_holder, make_link
from phonebook_server.people.users import Status, normalize_email, site_names
from phonebook_server.server import Server
from phonebook_server.sites.members import give_role, tell_rights_changed

MOST_PER_HOUR: Final = 3
"""Mails of one kind that somebody can have sent to a user without being signed in."""
HOUR_MS: Final = 60 * 60 * 1000


class SiteGrant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site by its id, and the role that somebody gets in it."""

    site: str
    role: Role


class NewUser(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to be invited."""

    email: str
    name: str = ""
    admin: bool = False
    sites: list[SiteGrant] = []
    language: str = ""


class Invited(Struct, frozen=True):
    """A user as the asker may see them; `link` is there when no mail can be sent and the asker may hand it over."""

    person: Person
    link: Link | None


async def invite(server: Server, principal: Principal, new: NewUser) -> Invited:
    """Make a user with roles in sites and mail them a link; somebody who is a user already gets what is new of that.

    Administrators, and managers of every site named. Raises Invalid with every problem, NotFound or NotAllowed for a
    site that is not theirs to give, Conflict when it would change nothing.
    """
    _check_rights(principal, new)
    email, name = _check(new)
    now = server.clock()
    async with server.db.transaction() as connection:
        sites = [await require_site(connection, principal, grant.site, Role.MANAGER) for grant in new.sites]
        require_unlimited(principal)
        found = await _find(connection, email)
        if found is None:
            user_id = new_id()
            await connection.execute(
                insert(User).values(
                    id=user_id,
                    email=email,
                    name=name,
                    is_admin=new.admin,
                    language=new.language or "en",
                    created_at=now,
                )
            )
            detail = "administrator" if new.admin else ""
            await record(
                connection, clock_ms=now, principal=principal, action="user.added", subject=email, detail=detail
            )
            await _give_roles(connection, server, principal, user_id, sites, new.sites, now)
        else:
            user_id = found.id
            changed = await _give_roles(connection, server, principal, user_id, sites, new.sites, now)
            if new.admin and not found.is_admin:
                await _make_admin(connection, principal, user_id, email, now)
            elif not changed:
                raise _nothing_new(email, user_id, _status(found))
        link = None
        if found is None or _status(found) is Status.INVITED:
            link = await _send(connection, server, principal, user_id, now)
        person = await require_person(connection, principal, user_id)
    server.publish(Event(kind="user.added" if found is None else "user.changed", subject=user_id))
    for site in sites:
        tell_rights_changed(server, "member.changed", user_id, site.id)
    return Invited(person, link if server.config.smtp_url is None else None)


async def invite_again(server: Server, principal: Principal, user_id: str) -> Invited:
    """Mail a new registration link; the old one is void. Administrators, and managers of one of the user's sites.

    Raises NotFound for a user whom the asker may not know of, Conflict when they have registered or are disabled.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        person = await require_person(connection, principal, user_id)
        require_unlimited(principal)
        if person.status is Status.DISABLED:
            raise Conflict(f"{person.email} is disabled. Enable them first, then send the invitation.", code="disabled")
        if person.status is Status.ACTIVE:
            raise Conflict(
                f"{person.email} has registered already and needs no invitation. With “Forgotten password” they get a "
                "link for a new password.",
                code="registered_already",
            )
        link = await _send(connection, server, principal, user_id, now)
        if link is None:
            raise NotAllowed(
                "No mail can be sent, and the link of this person is only for an administrator to hand over. Ask one."
            )
        await record(connection, clock_ms=now, principal=principal, action="user.link_renewed", subject=person.email)
        person = await require_person(connection, principal, user_id)
    server.publish(Event(kind="user.changed", subject=user_id))
    return Invited(person, link if server.config.smtp_url is None else None)


async def renew_registration(server: Server, *, token: str, address: str) -> None:
    """Mail a new link to whoever was sent this one, if they have not registered yet; the old ones are void.

    Says nothing about whether there is such a link. `address` is where the request came from.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        user_id = await find_holder(connection, token, Purpose.REGISTER)
        if user_id is None:
            return
        query = select(User.email).where(User.id == user_id, User.password_hash == "", User.disabled_at.is_(None))
        email = (await connection.execute(query)).scalar_one_or_none()
        if email is None or await count_recent(connection, user_id, Kind.REGISTER, now) >= MOST_PER_HOUR:
            return
        await send_registration(connection, server, user_id, inviter="", now=now)
        holder = Principal(user_id, email, False, "session", address)
        await record(connection, clock_ms=now, principal=holder, action="user.link_renewed", subject=email)
    server.publish(Event(kind="user.changed", subject=user_id))


async def send_registration(
    connection: AsyncConnection, server: Server, user_id: str, *, inviter: str, now: int
) -> Link:
    """Make a registration link and put the mail with it into the outbox, in the caller's transaction."""
    query = select(User.email, User.name, User.language).where(User.id == user_id)
    user = (await connection.execute(query)).one()
    link = await make_link(connection, server.config, Purpose.REGISTER, user_id=user_id, email=user.email, now=now)
    await enqueue(
        connection,
        server,
        Kind.REGISTER,
        Recipient(email=user.email, name=user.name, language=user.language, user_id=user_id),
        values={"inviter": inviter, "sites": ", ".join(await site_names(connection, user_id))},
        link=link.url,
        link_id=link.id,
        now=now,
    )
    return link


async def count_recent(connection: AsyncConnection, user_id: str, kind: Kind, now: int) -> int:
    """How many mails of this kind a user was sent within the last hour."""
    query = select(func.count()).where(
        Mail.user_id == user_id, Mail.kind == kind.value, Mail.created_at > now - HOUR_MS
    )
    return int((await connection.execute(query)).scalar_one())


async def _send(
    connection: AsyncConnection, server: Server, principal: Principal, user_id: str, now: int
) -> Link | None:
    """Send the registration link; None when there is no mail and the asker must not see the link.

    A link makes its holder the user. A manager gets it only for somebody who is nothing beyond the manager's sites.
    """
    if server.config.smtp_url is None and not principal.is_admin:
        elsewhere = select(func.count()).where(
            Membership.user_id == user_id, Membership.site_id.not_in(managed_sites(principal))
        )
        is_admin = select(User.is_admin).where(User.id == user_id)
        if (await connection.execute(is_admin)).scalar_one() or (await connection.execute(elsewhere)).scalar_one():
            return None
    name = (await connection.execute(select(User.name).where(User.id == principal.user_id))).scalar_one_or_none()
    return await send_registration(connection, server, user_id, inviter=name or "", now=now)


async def _give_roles(
    connection: AsyncConnection,
    server: Server,
    principal: Principal,
    user_id: str,
    sites: Sequence[SiteRow],
    grants: Sequence[SiteGrant],
    now: int,
) -> bool:
    changes = [
        await give_role(connection, server, principal, site, user_id, grant.role, now=now)
        for site, grant in zip(sites, grants, strict=True)
    ]
    return any(changes)


async def _make_admin(connection: AsyncConnection, principal: Principal, user_id: str, email: str, now: int) -> None:
    await connection.execute(update(User).where(User.id == user_id).values(is_admin=True))
    await renew_sessions(connection, user_id)
    await record(
        connection,
        clock_ms=now,
        principal=principal,
        action="user.changed",
        subject=email,
        detail="became an administrator",
    )


async def _find(connection: AsyncConnection, email: str) -> Any:
    query = select(User.id, User.is_admin, User.password_hash, User.disabled_at).where(User.email == email)
    return (await connection.execute(query)).one_or_none()


def _status(found: Any) -> Status:
    return Status.of(password_hash=found.password_hash, disabled_at=found.disabled_at)


def _check_rights(principal: Principal, new: NewUser) -> None:
    if new.admin:
        require_admin(principal, "make administrators")
    if not new.sites and not principal.is_admin:
        raise NotAllowed(
            "Only an administrator may invite people to no site. Name at least one site that you manage, in `sites`."
        )


def _check(new: NewUser) -> tuple[str, str]:
    """The address and the name made tidy. Raises Invalid with every problem."""
    problems: list[Problem] = []
    email = name = ""
    try:
        email = normalize_email(new.email)
    except Invalid as error:
        problems += error.problems
    if new.name.strip():
        name = tidy_name(new.name, problems)
    if new.language and new.language not in LANGUAGES:
        problems.append(unknown_language(new.language))
    if len({grant.site for grant in new.sites}) != len(new.sites):
        problems.append(Problem(field="sites", message="A site is there twice. Name each once, with one role."))
    if problems:
        raise Invalid(problems)
    return email, name


def unknown_language(language: str) -> Problem:
    """The complaint about a language that mails are not written in."""
    return Problem(
        field="language",
        code="unknown_language",
        message=f"“{language[:50]}” is no language that mails are written in. Use {' or '.join(LANGUAGES)}.",
    )


def _nothing_new(email: str, user_id: str, status: Status) -> Conflict:
    if status is Status.INVITED:
        return Conflict(
            f"{email} was invited already (user {user_id}) and has all of this. To send the mail again, use "
            f"`POST /api/v1/users/{user_id}/invitation`.",
            code="invited_already",
        )
    return Conflict(f"{email} is a user already (user {user_id}) and has all of this.", code="registered_already")
