"""Who is a member of a site, in which role."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import NotFound
from phonebook_server.accounts.guards import Principal, Role, SiteRow, require_site, require_unlimited
from phonebook_server.accounts.sessions import renew_sessions
from phonebook_server.activity.record import record
from phonebook_server.db.tables import Membership, User
from phonebook_server.events.event import Event
from phonebook_server.mail.outbox import Kind, notify
from phonebook_server.server import Server


class Member(Struct, frozen=True, kw_only=True):
    """A user with their role in a site."""

    user_id: str
    email: str
    name: str
    role: Role


async def list_members(server: Server, principal: Principal, site_id: str, *, after: str, limit: int) -> list[Member]:
    """The members by e-mail address, following the address `after`. Needs a manager."""
    async with server.db.reading() as connection:
        await require_site(connection, principal, site_id, Role.MANAGER)
        rows = await connection.execute(
            select(User.id, User.email, User.name, Membership.role)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.site_id == site_id, User.email > after)
            .order_by(User.email)
            .limit(limit)
        )
        return [Member(user_id=row.id, email=row.email, name=row.name, role=Role(row.role)) for row in rows]


async def put_member(server: Server, principal: Principal, site_id: str, user_id: str, role: Role) -> Member:
    """Give a user a role in a site. Needs a manager; only an administrator brings in who is no member yet.

    Raises NotFound when there is no such user, or none that the asker may know of.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        site = await require_site(connection, principal, site_id, Role.MANAGER)
        require_unlimited(principal)
        before = await _member(connection, site_id, user_id)
        if before is None and not (principal.is_admin and await _exists(connection, user_id)):
            raise NotFound(
                "There is no such user among the site's members. Check the id; to bring somebody in, invite them by "
                "their e-mail address."
            )
        changed = await give_role(connection, server, principal, site, user_id, role, now=now)
        member = await _member(connection, site_id, user_id)
        assert member is not None  # it was written in this transaction
    if changed:
        tell_rights_changed(server, "member.changed", user_id, site_id)
    return member


async def give_role(
    connection: AsyncConnection,
    server: Server,
    principal: Principal,
    site: SiteRow,
    user_id: str,
    role: Role,
    *,
    now: int,
) -> bool:
    """Make a user a member with this role, in the caller's transaction; gives whether that changed anything.

    The user must exist, and the caller have checked that the asker may do this. Who has registered is told by mail.
    """
    before = await _member(connection, site.id, user_id)
    if before is not None and before.role == role:
        return False
    if before is None:
        await connection.execute(
            insert(Membership).values(user_id=user_id, site_id=site.id, role=role.value, created_at=now)
        )
    else:
        await connection.execute(
            update(Membership)
            .where(Membership.site_id == site.id, Membership.user_id == user_id)
            .values(role=role.value)
        )
        await renew_sessions(connection, user_id)
    email = (await connection.execute(select(User.email).where(User.id == user_id))).scalar_one()
    await record(
        connection,
        clock_ms=now,
        principal=principal,
        action="member.changed" if before else "member.added",
        site_id=site.id,
        subject=email,
        detail=f"{before.role} became {role} in {site.name}" if before else f"{role} in {site.name}",
    )
    if user_id != principal.user_id:
        await notify(
            connection,
            server,
            Kind.SITE_ASSIGNED,
            [user_id],
            values={"site": site.name, "role": role.value, "by": principal.email},
            link=f"{server.config.public_url}/",
            site_id=site.id,
            now=now,
        )
    return True


async def remove_member(server: Server, principal: Principal, site_id: str, user_id: str) -> None:
    """Take a user's role in a site away; the very next request of theirs is refused. Needs a manager."""
    async with server.db.transaction() as connection:
        site = await require_site(connection, principal, site_id, Role.MANAGER)
        require_unlimited(principal)
        member = await _member(connection, site_id, user_id)
        if member is None:
            raise NotFound("This user is no member of the site. They may have been removed already.")
        await connection.execute(delete(Membership).where(Membership.site_id == site_id, Membership.user_id == user_id))
        await renew_sessions(connection, user_id)
        await record(
            connection,
            clock_ms=server.clock,
            principal=principal,
            action="member.removed",
            site_id=site_id,
            subject=member.email,
            detail=f"was {member.role} in {site.name}",
        )
    tell_rights_changed(server, "member.removed", user_id, site_id)


def tell_rights_changed(server: Server, kind: str, user_id: str, site_id: str = "") -> None:
    """Tell whoever looks at a site's people, or without a site the administrators, and the user. After the commit."""
    server.publish(Event(kind=kind, site_id=site_id, subject=user_id))
    server.publish(Event(kind=kind, site_id=site_id, user_id=user_id, subject=user_id))


async def _member(connection: AsyncConnection, site_id: str, user_id: str) -> Member | None:
    query = (
        select(User.id, User.email, User.name, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, User.id == user_id)
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Member(user_id=row.id, email=row.email, name=row.name, role=Role(row.role))


async def _exists(connection: AsyncConnection, user_id: str) -> bool:
    query = select(User.id).where(User.id == user_id, User.disabled_at.is_(None))
    return (await connection.execute(query)).one_or_none() is not None
