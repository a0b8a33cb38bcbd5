"""Who is asking, and what they may do: the checks that every action begins with.

A site that the asker is no member of does not exist for them: the answer is that for a made-up id. Administrators are
managers of every site. What an API token may do at most is part of whoever asks, so that no query can forget it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, Literal, NoReturn, TypeVarTuple

from msgspec import Struct
from sqlalchemy import Row, Select, and_, false, select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import NotAllowed, NotFound
from phonebook_core.phone_number import NumberForm, OutputForm
from phonebook_server.db.tables import Membership, Phonebook, Site

Columns = TypeVarTuple("Columns")


class Role(StrEnum):
    """What a member may do in a site: a viewer reads, an editor changes contacts, a manager runs the site."""

    VIEWER = "viewer"
    EDITOR = "editor"
    MANAGER = "manager"

    def allows(self, needed: Role) -> bool:
        """Whether this role is enough where `needed` is asked for."""
        return _RANK[self] >= _RANK[needed]


_RANK: Final = {Role.VIEWER: 0, Role.EDITOR: 1, Role.MANAGER: 2}


class Principal(Struct, frozen=True):
    """Who is asking, how they proved it and from which address. Made by `accounts.authentication` or the CLI.

    A limited API token has a `cap`, the most it may do in any site, or `sites`, the only ones that exist for it. Its
    bearer is never an administrator; `owner_is_admin` then tells that its user is, and so is a manager of every site.
    """

    user_id: str
    email: str
    is_admin: bool
    via: Literal["session", "token", "cli"]
    address: str = ""
    cap: Role | None = None
    sites: frozenset[str] | None = None
    owner_is_admin: bool = False

    @property
    def is_limited(self) -> bool:
        """Whether it may do less than its user."""
        return self.cap is not None or self.sites is not None

    @property
    def is_everywhere(self) -> bool:
        """Whether its user is a manager of every site, also of those that it must leave alone."""
        return self.is_admin or self.owner_is_admin


COMMAND_LINE: Final = Principal(user_id="", email="command line", is_admin=True, via="cli")
"""Whoever can run commands on the machine may do everything."""


class SiteRow(Struct, frozen=True):
    """A site as its members see it; `role` is the asker's."""

    id: str
    name: str
    region: str
    created_at: int
    role: Role


class PhonebookRow(Struct, frozen=True):
    """A phonebook with what is needed to work on its contacts.

    `region` is the effective one: the phonebook's own, else its site's (`own_region` is empty then). `role` is the
    asker's in the site.
    """

    id: str
    site_id: str
    site_name: str
    name: str
    region: str
    output: OutputForm
    position: int
    horizon: int
    epoch: str
    version: int
    own_region: str
    created_at: int
    role: Role


async def require_site(connection: AsyncConnection, principal: Principal, site_id: str, role: Role) -> SiteRow:
    """The site, when the asker is a member with at least `role`.

    Raises NotFound when there is no such site or the asker is no member, NotAllowed when the role is too low.
    """
    found = (await connection.execute(visible_sites(principal).where(Site.id == site_id))).one_or_none()
    if found is None:
        _not_found("site")
    site = site_row(found, principal)
    _require_role(site.role, role, site.name)
    return site


async def require_phonebook(
    connection: AsyncConnection, principal: Principal, phonebook_id: str, role: Role
) -> PhonebookRow:
    """The phonebook, when the asker is a member of its site with at least `role`.

    Raises NotFound when there is no such phonebook or the asker is no member, NotAllowed when the role is too low.
    """
    found = (await connection.execute(visible_phonebooks(principal).where(Phonebook.id == phonebook_id))).one_or_none()
    if found is None:
        _not_found("phonebook")
    phonebook = phonebook_row(found, principal)
    _require_role(phonebook.role, role, phonebook.site_name)
    return phonebook


def require_admin(principal: Principal, what: str) -> None:
    """Raises NotAllowed unless the asker is an administrator; `what` completes “Only an administrator may …”."""
    if not principal.is_admin:
        if principal.is_limited:
            require_unlimited(principal)
        raise NotAllowed(f"Only an administrator may {what}. Ask one to do it, or to make you an administrator.")


def require_unlimited(principal: Principal) -> None:
    """Raises NotAllowed for a limited API token: people, rights, tokens, mail and sessions are not for those."""
    if principal.is_limited:
        raise NotAllowed(
            "This API token is limited to a role or to some sites, and this takes one without limits. "
            "Use such a token, or sign in at /sign-in.",
            code="limited_token",
        )


async def find_members(connection: AsyncConnection, site_id: str, role: Role) -> list[str]:
    """The ids of the members of a site with at least this role, whether or not they are active."""
    roles = [each.value for each in Role if each.allows(role)]
    query = select(Membership.user_id).where(Membership.site_id == site_id, Membership.role.in_(roles))
    return list((await connection.execute(query.order_by(Membership.user_id))).scalars())


def visible_sites(principal: Principal) -> Select[*tuple[Any, ...]]:
    """The query for every site that the asker may know of; its rows are for `site_row`."""
    query = select(Site.id, Site.name, Site.region, Site.created_at, Membership.role).where(Site.deleted_at.is_(None))
    return _within(query, principal)


def managed_sites(principal: Principal) -> Select[str]:
    """The query for the id of every site that the asker manages."""
    query = _within(select(Site.id).where(Site.deleted_at.is_(None)), principal)
    if principal.cap is not None and not principal.cap.allows(Role.MANAGER):
        return query.where(false())
    return query if principal.is_everywhere else query.where(Membership.role == Role.MANAGER.value)


def visible_phonebooks(principal: Principal) -> Select[*tuple[Any, ...]]:
    """The query for every phonebook that the asker may know of; its rows are for `phonebook_row`."""
    query = (
        select(
            Phonebook.id,
            Phonebook.site_id,
            Site.name.label("site_name"),
            Site.region.label("site_region"),
            Phonebook.name,
            Phonebook.region,
            Phonebook.output_form,
            Phonebook.outside_prefix,
            Phonebook.position,
            Phonebook.horizon,
            Phonebook.epoch,
            Phonebook.version,
            Phonebook.created_at,
            Membership.role,
        )
        .join(Site, Site.id == Phonebook.site_id)
        .where(Phonebook.deleted_at.is_(None), Site.deleted_at.is_(None))
    )
    return _within(query, principal)


def site_row(row: Row[Any], principal: Principal) -> SiteRow:
    """A row of `visible_sites` as a struct."""
    return SiteRow(
        id=row.id, name=row.name, region=row.region, created_at=row.created_at, role=_role(row.role, principal)
    )


def phonebook_row(row: Row[Any], principal: Principal) -> PhonebookRow:
    """A row of `visible_phonebooks` as a struct."""
    return PhonebookRow(
        id=row.id,
        site_id=row.site_id,
        site_name=row.site_name,
        name=row.name,
        region=row.region or row.site_region,
        output=OutputForm(form=NumberForm(row.output_form), outside_prefix=row.outside_prefix),
        position=row.position,
        horizon=row.horizon,
        epoch=row.epoch,
        version=row.version,
        own_region=row.region,
        created_at=row.created_at,
        role=_role(row.role, principal),
    )


def _within(query: Select[*Columns], principal: Principal) -> Select[*Columns]:
    """The query over sites, with the asker's memberships, without those sites that do not exist for them."""
    own = and_(Membership.site_id == Site.id, Membership.user_id == principal.user_id)
    query = query.join(Membership, own, isouter=principal.is_everywhere)
    return query if principal.sites is None else query.where(Site.id.in_(principal.sites))


def _role(stored: str | None, principal: Principal) -> Role:
    held = Role.MANAGER if principal.is_everywhere or stored is None else Role(stored)
    return held if principal.cap is None or principal.cap.allows(held) else principal.cap


def _require_role(held: Role, needed: Role, site_name: str) -> None:
    if not held.allows(needed):
        raise NotAllowed(
            f"This takes the role {needed} in the site “{site_name}”, and yours is {held}. "
            "Ask a manager of the site to change it."
        )


def _not_found(what: str) -> NoReturn:
    raise NotFound(f"There is no such {what}, or it is in a site that you are no member of. Check the address.")
