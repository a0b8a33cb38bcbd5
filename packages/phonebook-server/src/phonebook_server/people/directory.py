"""Looking people up: administrators see everybody, managers the people of their sites, and only those sites of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import NotFound
from phonebook_server.accounts.guards import Principal, Role, managed_sites
from phonebook_server.db.tables import Mail, Membership, OneTimeLink, Site, User
from phonebook_server.mail.outbox import Kind
from phonebook_server.people.links import Purpose
from phonebook_server.people.users import Status
from phonebook_server.server import Server

_MAX_SEARCH: Final = 255


class PersonSite(Struct, frozen=True, kw_only=True):
    """A site that somebody is a member of."""

    site: str
    name: str
    role: Role


class Invitation(Struct, frozen=True, kw_only=True):
    """What became of the newest registration mail, and until when its link holds (None: there is none).

    `mail` is the state of the mail, None when none was written; `answer` is what the SMTP server said last.
    """

    mail: str | None
    answer: str
    expires_at: int | None


class Person(Struct, frozen=True, kw_only=True):
    """A user as the asker may see them; `invitation` is only there while they have not registered."""

    id: str
    email: str
    name: str
    status: Status
    is_admin: bool
    language: str
    second_factor: bool
    sites: list[PersonSite]
    created_at: int
    invitation: Invitation | None


async def list_people(
    server: Server, principal: Principal, *, search: str, status: Status | None, after: str, limit: int
) -> list[Person]:
    """The people whom the asker may see, by e-mail address, following the address `after`.

    `search` is in the name or the address.
    """
    async with server.db.reading() as connection:
        query = _visible_people(principal).where(User.email > after).order_by(User.email).limit(limit)
        if search.strip():
            text = search.strip()[:_MAX_SEARCH]
            places = [column.icontains(text, autoescape=True) for column in (User.email, User.name)]
            query = query.where(or_(*places))
        if status is Status.DISABLED:
            query = query.where(User.disabled_at.is_not(None))
        elif status is not None:
            registered = User.password_hash != "" if status is Status.ACTIVE else User.password_hash == ""
            query = query.where(User.disabled_at.is_(None), registered)
        return await _people(connection, principal, (await connection.execute(query)).all())


async def get_person(server: Server, principal: Principal, user_id: str) -> Person:
    """The user. Raises NotFound when there is none whom the asker may see."""
    async with server.db.reading() as connection:
        return await require_person(connection, principal, user_id)


async def require_person(connection: AsyncConnection, principal: Principal, user_id: str) -> Person:
    """The user, when the asker may see them: an administrator, or a manager of one of their sites. Raises NotFound."""
    query = _visible_people(principal).where(User.id == user_id)
    people = await _people(connection, principal, (await connection.execute(query)).all())
    if not people:
        raise NotFound("There is no such user, or none in a site that you manage. Check the id.")
    return people[0]


def _visible_people(principal: Principal) -> Select[*tuple[Any, ...]]:
    query = select(
        User.id,
        User.email,
        User.name,
        User.is_admin,
        User.language,
        User.password_hash,
        User.totp_confirmed_at,
        User.created_at,
        User.disabled_at,
    )
    if principal.is_admin:
        return query
    return query.where(exists().where(Membership.user_id == User.id, Membership.site_id.in_(managed_sites(principal))))


async def _people(connection: AsyncConnection, principal: Principal, rows: Sequence[Any]) -> list[Person]:
    ids = [row.id for row in rows]
    sites = await _sites(connection, principal, ids)
    invitations = await _invitations(connection, [row.id for row in rows if not row.password_hash])
    return [
        Person(
            id=row.id,
            email=row.email,
            name=row.name,
            status=Status.of(password_hash=row.password_hash, disabled_at=row.disabled_at),
            is_admin=row.is_admin,
            language=row.language,
            second_factor=row.totp_confirmed_at is not None,
            sites=sites[row.id],
            created_at=row.created_at,
            invitation=invitations.get(row.id),
        )
        for row in rows
    ]


async def _sites(connection: AsyncConnection, principal: Principal, ids: Sequence[str]) -> dict[str, list[PersonSite]]:
    query = (
        select(Membership.user_id, Membership.role, Site.id, Site.name)
        .join(Site, Site.id == Membership.site_id)
        .where(Membership.user_id.in_(ids), Site.deleted_at.is_(None))
        .order_by(Site.name, Site.id)
    )
    if not principal.is_admin:
        query = query.where(Site.id.in_(managed_sites(principal)))
    found: dict[str, list[PersonSite]] = defaultdict(list)
    for row in await connection.execute(query):
        found[row.user_id].append(PersonSite(site=row.id, name=row.name, role=Role(row.role)))
    return found


async def _invitations(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Invitation]:
    links = select(OneTimeLink.user_id, OneTimeLink.expires_at).where(
        OneTimeLink.user_id.in_(ids),
        OneTimeLink.purpose == Purpose.REGISTER.value,
        OneTimeLink.spent_at.is_(None),
        OneTimeLink.expires_at > 0,
    )
    expiries = {row.user_id: row.expires_at for row in await connection.execute(links)}
    mails = (
        select(Mail.user_id, Mail.state, Mail.answer)
        .where(Mail.user_id.in_(ids), Mail.kind == Kind.REGISTER.value)
        .order_by(Mail.id)
    )
    newest = {row.user_id: row for row in await connection.execute(mails)}
    return {
        id: Invitation(
            mail=newest[id].state if id in newest else None,
            answer=newest[id].answer if id in newest else "",
            expires_at=expiries.get(id),
        )
        for id in ids
    }
