"""`/api/v1/registration`, `first-administrator`, `password-reset`, `me/email` and `email-change`.

Every route that takes a link says the same whatever is wrong with it, and is asked by POST only.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from phonebook_server.accounts.authentication import PUBLIC, browser_of, check_origin
from phonebook_server.accounts.routes import Me, begin
from phonebook_server.accounts.sessions import Accounts, Browser
from phonebook_server.handling import Asker, TheServer
from phonebook_server.people import email_change, first, invitations, registration, reset
from phonebook_server.server import Server

AnyRequest = Request[Any, Any, Any]
TheAccounts = NamedDependency[Accounts]
_OPEN: Final[dict[str, Any]] = {"opt": PUBLIC, "security": [{}]}


class Registration(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person sends to register: the token from their link, their name, the password they chose."""

    token: str
    name: str
    password: str


class FirstAdministrator(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the first administrator sends: the token from the link that the server printed, and who they are."""

    token: str
    name: str
    email: str
    password: str


class LinkToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token from a registration link that holds no longer."""

    token: str


class Forgotten(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address of somebody who forgot their password."""

    email: str


class NewPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token from a reset link, and the new password."""

    token: str
    password: str


class NewEmail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One's new e-mail address, and one's password."""

    email: str
    password: str


class Confirmation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token from the link that the new address got, and one's password."""

    token: str
    password: str


class Accepted(Struct, frozen=True, kw_only=True):
    """It was taken note of; `message` says what happens next, in the same words for everybody."""

    message: str


@post(
    "/registration",
    operation_id="register",
    summary="Register with the link from an invitation",
    status_code=200,
    **_OPEN,
)
async def register(
    request: AnyRequest, data: JSONBody[Registration], server: TheServer, accounts: TheAccounts
) -> Response[Me]:
    """Spends the registration token, sets name and password, and begins a session (cookie)."""
    signed_in = await registration.register(
        server, accounts, _browser(request, server), token=data.token, name=data.name, password=data.password
    )
    return begin(server.config, signed_in)


@post(
    "/registration/renewal",
    operation_id="renew_registration",
    summary="Have a new registration link sent",
    status_code=202,
    **_OPEN,
)
async def renew_registration(
    request: AnyRequest, data: JSONBody[LinkToken], server: TheServer, accounts: TheAccounts
) -> Accepted:
    """For who has a link that is too old or was replaced: the invited address gets a new one, the old ones are void."""
    browser = _browser(request, server)
    accounts.throttle.count("", browser.address, kind="renewal")
    await invitations.renew_registration(server, token=data.token, address=browser.address)
    return Accepted(
        message="If this was the link of somebody who has not registered yet, a new one is on its way to their address."
    )


@post(
    "/first-administrator",
    operation_id="make_first_administrator",
    summary="Register as the first administrator",
    status_code=200,
    **_OPEN,
)
async def make_first_administrator(
    request: AnyRequest, data: JSONBody[FirstAdministrator], server: TheServer, accounts: TheAccounts
) -> Response[Me]:
    """With the link that the server printed when it started. Begins a session (cookie)."""
    signed_in = await first.make_first_administrator(
        server,
        accounts,
        _browser(request, server),
        token=data.token,
        name=data.name,
        email=data.email,
        password=data.password,
    )
    return begin(server.config, signed_in)


@post(
    "/password-reset",
    operation_id="request_reset",
    summary="Ask for a link for a new password",
    status_code=202,
    **_OPEN,
)
async def request_reset(
    request: AnyRequest, data: JSONBody[Forgotten], server: TheServer, accounts: TheAccounts
) -> Accepted:
    """The answer is the same whether or not there is a user with this address."""
    await reset.request_reset(server, accounts, _browser(request, server), email=data.email)
    return Accepted(
        message="If this is the address of a user, a mail with a link for a new password is on its way to it."
    )


@post(
    "/password-reset/confirm",
    operation_id="reset_password",
    summary="Set a new password with the link from a mail",
    status_code=204,
    **_OPEN,
)
async def reset_password(
    request: AnyRequest, data: JSONBody[NewPassword], server: TheServer, accounts: TheAccounts
) -> None:
    """Ends all sessions. Nobody is signed in by this, and a second factor stays as it is."""
    await reset.reset_password(server, accounts, _browser(request, server), token=data.token, password=data.password)


@post("/me/email", operation_id="change_email", summary="Change your e-mail address", status_code=202)
async def change_email(
    server: TheServer, principal: Asker, accounts: TheAccounts, data: JSONBody[NewEmail]
) -> Accepted:
    """The new address gets a link that confirms it; until that is used, the old one holds. Takes a session."""
    await email_change.ask_for_change(server, accounts, principal, email=data.email, password=data.password)
    return Accepted(message="If this address can be yours, a mail with a link that confirms it is on its way to it.")


@post(
    "/email-change/confirm",
    operation_id="confirm_email",
    summary="Confirm a new e-mail address with the link from a mail",
    status_code=204,
    **_OPEN,
)
async def confirm_email(
    request: AnyRequest, data: JSONBody[Confirmation], server: TheServer, accounts: TheAccounts
) -> None:
    """Changes the address, ends all other sessions, and tells the old and the new address."""
    await email_change.confirm_change(
        server, accounts, _browser(request, server), token=data.token, password=data.password
    )


def _browser(request: AnyRequest, server: Server) -> Browser:
    """Where the request is from. Raises NotAllowed when a page of another site sent it."""
    check_origin(request, server.config, required=False)
    return browser_of(request, server.config)


handlers: Final = [
    register,
    renew_registration,
    make_first_administrator,
    request_reset,
    reset_password,
    change_email,
    confirm_email,
]
