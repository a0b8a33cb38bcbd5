"""`/api/v1/sites` and `sites/{id}/members`."""

from __future__ import annotations

from typing import Final

from litestar import Response, delete, get, patch, post, put
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from phonebook_server.accounts.guards import Role, SiteRow
from phonebook_server.checks import iso
from phonebook_server.handling import Asker, Cursor, Id, TheLinks, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor, fold_ascii
from phonebook_server.server import Server
from phonebook_server.services.links import Links
from phonebook_server.sites import actions, members, restoring
from phonebook_server.sites.members import Member
from phonebook_server.sites.overview import Glance, glance
from phonebook_server.sites.restoring import DeletedSiteList
from phonebook_server.undoing import Deleted


class NewSite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site to be made. `region` is the country whose numbers need no country code: two letters, as DE."""

    name: str
    region: str


class SiteChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed of a site; what is absent stays."""

    name: str | UnsetType = UNSET
    region: str | UnsetType = UNSET


class MemberRole(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a member may do."""

    role: Role


class SiteView(Struct, frozen=True, kw_only=True):
    """A site as clients get it; `role` is your own in it (an administrator is a manager everywhere).

    `contacts` counts those of all its `phonebooks`; `changed_at` is when one of them last changed, null: never.
    `services_on` counts the vendor services that are turned on for its phonebooks, `services_troubled` those of them
    that are not enabled at the moment.
    """

    id: str
    name: str
    region: str
    role: Role
    created_at: str
    phonebooks: int
    contacts: int
    changed_at: str | None
    services_on: int
    services_troubled: int


class SiteList(Struct, frozen=True, kw_only=True):
    """A page of sites by name; `next_cursor` asks for the following one, null: there is none."""

    items: list[SiteView]
    next_cursor: str | None


class MemberList(Struct, frozen=True, kw_only=True):
    """A page of members by e-mail address; `next_cursor` asks for the following one, null: there is none."""

    items: list[Member]
    next_cursor: str | None


def view(site: SiteRow, at_a_glance: Glance) -> SiteView:
    """The site as clients get it."""
    return SiteView(
        id=site.id,
        name=site.name,
        region=site.region,
        role=site.role,
        created_at=iso(site.created_at),
        phonebooks=at_a_glance.phonebooks,
        contacts=at_a_glance.contacts,
        changed_at=iso(at_a_glance.changed_at) if at_a_glance.changed_at else None,
        services_on=at_a_glance.services_on,
        services_troubled=at_a_glance.services_troubled,
    )


async def _view(server: Server, links: Links, site: SiteRow) -> SiteView:
    return view(site, (await glance(server, links, [site.id]))[site.id])


@post("/sites", operation_id="create_site", summary="Make a site")
async def create_site(
    server: TheServer, links: TheLinks, principal: Asker, data: JSONBody[NewSite]
) -> Response[SiteView]:
    """A customer or an office. Only administrators."""
    site = await actions.create_site(server, principal, name=data.name, region=data.region)
    shown = await _view(server, links, site)
    return Response(shown, status_code=201, headers={"location": f"/api/v1/sites/{site.id}"})


@get("/sites", operation_id="list_sites", summary="List your sites")
async def list_sites(
    server: TheServer,
    links: TheLinks,
    principal: Asker,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> SiteList:
    """The sites that you are a member of, by name, with what is to be seen at a glance; an administrator gets all."""
    sites = await actions.list_sites(server, principal, after=decode_cursor(cursor, 2), limit=limit + 1)
    last = sites[limit - 1] if len(sites) > limit else None
    page = sites[:limit]
    glances = await glance(server, links, [site.id for site in page])
    return SiteList(
        items=[view(site, glances[site.id]) for site in page],
        next_cursor=encode_cursor(fold_ascii(last.name), last.id) if last else None,
    )


@get("/sites/{site_id:str}", operation_id="get_site", summary="Get a site")
async def get_site(server: TheServer, links: TheLinks, principal: Asker, site_id: Id) -> SiteView:
    """A site that you are a member of."""
    return await _view(server, links, await actions.get_site(server, principal, site_id))


@patch("/sites/{site_id:str}", operation_id="change_site", summary="Change a site")
async def change_site(
    server: TheServer,
    links: TheLinks,
    principal: Asker,
    site_id: Id,
    data: JSONBody[SiteChange],
) -> SiteView:
    """Rename it or move it to another region. Managers. With a new region the numbers are read anew."""
    site = await actions.change_site(
        server,
        principal,
        site_id,
        name=None if data.name is UNSET else data.name,
        region=None if data.region is UNSET else data.region,
    )
    return await _view(server, links, site)


@delete("/sites/{site_id:str}", operation_id="delete_site", summary="Delete a site", status_code=200)
async def delete_site(server: TheServer, principal: Asker, site_id: Id) -> Deleted:
    """Take a site out of use, with its phonebooks; their phones get no phonebook any more. Only administrators.

    A POST to `undo` brings it back.
    """
    await actions.delete_site(server, principal, site_id)
    return Deleted(undo=restoring.undo_path(site_id))


@get("/sites/deleted", operation_id="list_deleted_sites", summary="List the deleted sites")
async def list_deleted_sites(
    server: TheServer,
    principal: Asker,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> DeletedSiteList:
    """The newest first, and what brings each of them back. Only administrators."""
    return await restoring.list_deleted_sites(server, principal, cursor=cursor, limit=limit)


@post(
    "/sites/{site_id:str}/restoration",
    operation_id="restore_site",
    summary="Bring a deleted site back",
    status_code=200,
)
async def restore_site(server: TheServer, links: TheLinks, principal: Asker, site_id: Id) -> SiteView:
    """As it was, with its members and phonebooks. Only administrators."""
    return await _view(server, links, await restoring.restore_site(server, principal, site_id))


@get("/sites/{site_id:str}/members", operation_id="list_members", summary="List a site's members")
async def list_members(
    server: TheServer,
    principal: Asker,
    site_id: Id,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> MemberList:
    """Who may do what here. Managers."""
    [after] = decode_cursor(cursor, 1)
    found = await members.list_members(server, principal, site_id, after=after, limit=limit + 1)
    more = encode_cursor(found[limit - 1].email) if len(found) > limit else None
    return MemberList(items=found[:limit], next_cursor=more)


@put("/sites/{site_id:str}/members/{user_id:str}", operation_id="put_member", summary="Give a user a role in a site")
async def put_member(
    server: TheServer,
    principal: Asker,
    site_id: Id,
    user_id: Id,
    data: JSONBody[MemberRole],
) -> Member:
    """Managers change the roles of members; administrators also bring in users who are no members yet."""
    return await members.put_member(server, principal, site_id, user_id, data.role)


@delete("/sites/{site_id:str}/members/{user_id:str}", operation_id="remove_member", summary="Remove a member")
async def remove_member(
    server: TheServer,
    principal: Asker,
    site_id: Id,
    user_id: Id,
) -> None:
    """Take the role away; it holds from the user's next request on. Managers."""
    await members.remove_member(server, principal, site_id, user_id)


handlers: Final = [
    create_site,
    list_sites,
    get_site,
    change_site,
    delete_site,
    list_deleted_sites,
    restore_site,
    list_members,
    put_member,
    remove_member,
]
