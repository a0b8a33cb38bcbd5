"""`/api/v1/mail` and `me/notifications`."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from phonebook_server.checks import iso
from phonebook_server.handling import Asker, Cursor, TheServer
from phonebook_server.mail import actions
from phonebook_server.mail.actions import MailRow, State
from phonebook_server.mail.kind import Kind
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor

MailId = Annotated[str, PathParameter(description="The mail's id.")]
OnlyState = Annotated[State | None, QueryParameter(name="state", description="Only mails in this state.")]


class MailView(Struct, frozen=True, kw_only=True):
    """A mail without its text. `answer` is what the SMTP server said last, or a sentence about what happened.

    `state`: `queued` (tried at `due_at`), `sending`, `sent` or `failed`. `has_link`: its link can be copied.
    """

    id: str
    kind: str
    to: str
    subject: str
    state: State
    attempts: int
    answer: str
    created_at: str
    due_at: str
    sent_at: str | None
    site_id: str | None
    user_id: str | None
    has_link: bool


class MailList(Struct, frozen=True, kw_only=True):
    """A page of mails, the newest first; `next_cursor` asks for the following one, null: there is none."""

    items: list[MailView]
    next_cursor: str | None


class MailAccepted(Struct, frozen=True, kw_only=True):
    """A mail that will be sent; look for its id in the list of mails to see what came of it."""

    id: str


class LinkView(Struct, frozen=True, kw_only=True):
    """The link of a mail. Whoever has it can use it once: pass it on to nobody but the mail's recipient."""

    url: str
    expires_at: str


class TestMail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to send a test mail; yourself when `to` is left out."""

    to: str | None = None


class Notifications(Struct, frozen=True, kw_only=True):
    """Which notifications you get by mail."""

    site_assigned: bool
    phonebook_added: bool
    service_needs_setup: bool
    new_device: bool
    import_finished: bool


class NotificationChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Notifications to switch on or off; what is left out stays."""

    site_assigned: bool | UnsetType = UNSET
    phonebook_added: bool | UnsetType = UNSET
    service_needs_setup: bool | UnsetType = UNSET
    new_device: bool | UnsetType = UNSET
    import_finished: bool | UnsetType = UNSET


def view(mail: MailRow) -> MailView:
    """The mail as clients get it."""
    return MailView(
        id=mail.id,
        kind=mail.kind,
        to=mail.to,
        subject=mail.subject,
        state=mail.state,
        attempts=mail.attempts,
        answer=mail.answer,
        created_at=iso(mail.created_at),
        due_at=iso(mail.due_at),
        sent_at=None if mail.sent_at is None else iso(mail.sent_at),
        site_id=mail.site_id,
        user_id=mail.user_id,
        has_link=mail.has_link,
    )


@get("/mail", operation_id="list_mails", summary="List what was sent, to whom, and what the SMTP server said")
async def list_mails(
    server: TheServer,
    principal: Asker,
    only: OnlyState = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> MailList:
    """The newest first, without their texts. Only administrators."""
    [before] = decode_cursor(cursor, 1)
    mails = await actions.list_mails(server, principal, state=only, before=before, limit=limit + 1)
    more = encode_cursor(mails[limit - 1].id) if len(mails) > limit else None
    return MailList(items=[view(mail) for mail in mails[:limit]], next_cursor=more)


@post("/mail/test", operation_id="send_test_mail", summary="Send a test mail", status_code=202)
async def send_test_mail(server: TheServer, principal: Asker, data: JSONBody[TestMail]) -> MailAccepted:
    """To yourself, or to the address given. Only administrators."""
    return MailAccepted(id=await actions.send_test(server, principal, data.to))


@post("/mail/{mail_id:str}/resend", operation_id="resend_mail", summary="Send a mail again", status_code=202)
async def resend_mail(server: TheServer, principal: Asker, mail_id: MailId) -> MailView:
    """At once, when it waits or failed. A mail that was sent has no text any more, which is a 409. Administrators."""
    return view(await actions.resend_mail(server, principal, mail_id))


@get("/mail/{mail_id:str}/link", operation_id="get_mail_link", summary="Copy the link of a mail that was not sent")
async def get_mail_link(server: TheServer, principal: Asker, mail_id: MailId) -> LinkView:
    """For when there is no SMTP server: pass it on yourself. Only administrators; it is recorded in the activity."""
    link = await actions.read_link(server, principal, mail_id)
    return LinkView(url=link.url, expires_at=iso(link.expires_at))


@get("/me/notifications", operation_id="get_notifications", summary="Which notifications do I get?")
async def get_notifications(server: TheServer, principal: Asker) -> Notifications:
    """By mail; everything else that is sent concerns the safety of the account."""
    return Notifications(**await actions.get_notifications(server, principal))


@put("/me/notifications", operation_id="put_notifications", summary="Switch notifications on or off")
async def put_notifications(server: TheServer, principal: Asker, data: JSONBody[NotificationChange]) -> Notifications:
    """Takes some or all of them."""
    wanted = {Kind(name): value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    return Notifications(**await actions.put_notifications(server, principal, wanted))


handlers: Final = [list_mails, send_test_mail, resend_mail, get_mail_link, get_notifications, put_notifications]
