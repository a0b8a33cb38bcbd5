"""`/api/v1/users`."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, delete, get, patch, post
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from phonebook_server.checks import iso
from phonebook_server.handling import Asker, Cursor, Id, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor
from phonebook_server.people import actions, directory, invitations
from phonebook_server.people.actions import UserChange
from phonebook_server.people.directory import Person, PersonSite
from phonebook_server.people.invitations import Invited, NewUser
from phonebook_server.people.links import Link
from phonebook_server.people.users import Status

Search = Annotated[str, QueryParameter(description="Part of the name or of the e-mail address.", max_length=255)]


class InvitationView(Struct, frozen=True, kw_only=True):
    """What became of the newest invitation. `mail` is queued, sending, sent or failed, or null when none was written.

    `answer` is what the SMTP server said last; `expires_at` is until when the link holds, null when none does.
    """

    mail: str | None
    answer: str
    expires_at: str | None


class UserView(Struct, frozen=True, kw_only=True):
    """A user. Managers see the sites that they manage, administrators all; `invitation` is null once they registered.

    `link` is only in the answer to an invitation on a server that can send no mail: hand it over yourself.
    """

    id: str
    email: str
    name: str
    status: Status
    is_admin: bool
    language: str
    second_factor: bool
    sites: list[PersonSite]
    created_at: str
    invitation: InvitationView | None
    link: str | UnsetType = UNSET


class UserList(Struct, frozen=True, kw_only=True):
    """A page of users by e-mail address; `next_cursor` asks for the following one, null: there is none."""

    items: list[UserView]
    next_cursor: str | None


def view(person: Person, link: Link | None = None) -> UserView:
    """The user as clients get them."""
    invitation = person.invitation
    return UserView(
        id=person.id,
        email=person.email,
        name=person.name,
        status=person.status,
        is_admin=person.is_admin,
        language=person.language,
        second_factor=person.second_factor,
        sites=person.sites,
        created_at=iso(person.created_at),
        invitation=None
        if invitation is None
        else InvitationView(
            mail=invitation.mail,
            answer=invitation.answer,
            expires_at=None if invitation.expires_at is None else iso(invitation.expires_at),
        ),
        link=UNSET if link is None else link.url,
    )


@post("/users", operation_id="invite_user", summary="Invite a user")
async def invite_user(server: TheServer, principal: Asker, data: JSONBody[NewUser]) -> Response[UserView]:
    """They get a mail with a link for 12 hours. Managers invite into their own sites; a user just joins."""
    invited = await invitations.invite(server, principal, data)
    headers = {"location": f"/api/v1/users/{invited.person.id}"}
    return Response(_invited(invited), status_code=201, headers=headers)


@get("/users", operation_id="list_users", summary="List users")
async def list_users(
    server: TheServer,
    principal: Asker,
    search: Search = "",
    status: FromQuery[Status | None] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> UserList:
    """Administrators get all, managers those of the sites that they manage, others nobody."""
    [after] = decode_cursor(cursor, 1)
    found = await directory.list_people(server, principal, search=search, status=status, after=after, limit=limit + 1)
    more = encode_cursor(found[limit - 1].email) if len(found) > limit else None
    return UserList(items=[view(person) for person in found[:limit]], next_cursor=more)


@get("/users/{user_id:str}", operation_id="get_user", summary="Get a user")
async def get_user(server: TheServer, principal: Asker, user_id: Id) -> UserView:
    """Administrators, and managers of one of the user's sites."""
    return view(await directory.get_person(server, principal, user_id))


@patch("/users/{user_id:str}", operation_id="change_user", summary="Change a user")
async def change_user(server: TheServer, principal: Asker, user_id: Id, data: JSONBody[UserChange]) -> UserView:
    """Name, language, administrator or not, disabled or not. Only administrators; one of them always remains."""
    return view(await actions.change_user(server, principal, user_id, data))


@delete("/users/{user_id:str}", operation_id="remove_user", summary="Remove a user")
async def remove_user(server: TheServer, principal: Asker, user_id: Id) -> None:
    """For good, with memberships and tokens. Only administrators, and only who is invited or disabled."""
    await actions.remove_user(server, principal, user_id)


@post(
    "/users/{user_id:str}/invitation",
    operation_id="send_invitation",
    summary="Send the invitation again",
    status_code=202,
)
async def send_invitation(server: TheServer, principal: Asker, user_id: Id) -> UserView:
    """A new link for 12 hours; the old one is void. Administrators, and managers of one of the user's sites."""
    return _invited(await invitations.invite_again(server, principal, user_id))


@delete("/users/{user_id:str}/totp", operation_id="remove_second_factor", summary="Take a user's second factor off")
async def remove_second_factor(server: TheServer, principal: Asker, user_id: Id) -> None:
    """For who lost it; they are signed out and told by mail. Only administrators."""
    await actions.take_second_factor(server, principal, user_id)


def _invited(invited: Invited) -> UserView:
    return view(invited.person, invited.link)


handlers: Final = [
    invite_user,
    list_users,
    get_user,
    change_user,
    remove_user,
    send_invitation,
    remove_second_factor,
]
