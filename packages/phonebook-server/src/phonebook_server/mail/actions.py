"""What administrators may do with the outbox, and what everybody decides about their own notifications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from cryptography.fernet import InvalidToken
from msgspec import Struct
from sqlalchemy import Row, Select, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Conflict, NotFound
from phonebook_server.accounts.guards import Principal, require_admin
from phonebook_server.activity.record import record
from phonebook_server.db.tables import Mail, OneTimeLink, User
from phonebook_server.mail.kind import SWITCHABLE, Kind
from phonebook_server.mail.outbox import Recipient, enqueue
from phonebook_server.mail.texts import unseal
from phonebook_server.people.users import normalize_email
from phonebook_server.server import Server

State = Literal["queued", "sending", "sent", "failed"]

ADVICE: Final[Mapping[str, str]] = {
    Kind.REGISTER: "Send the invitation again instead.",
    Kind.RESET: "Have them ask for a new password again.",
    Kind.EMAIL_CONFIRM: "Have them change their e-mail address again.",
}


DO_AGAIN: Final = "Do again what it was about."


class MailRow(Struct, frozen=True, kw_only=True):
    """A mail without its text. Times are UTC milliseconds; `has_link` means that its link can be copied."""

    id: str
    kind: str
    to: str
    subject: str
    state: State
    attempts: int
    answer: str
    created_at: int
    due_at: int
    sent_at: int | None
    site_id: str | None
    user_id: str | None
    has_link: bool


class MailLink(Struct, frozen=True):
    """The link of a mail, which is a secret, and until when it holds, in UTC milliseconds."""

    url: str
    expires_at: int


async def list_mails(
    server: Server, principal: Principal, *, state: State | None, before: str, limit: int
) -> list[MailRow]:
    """The mails, the newest first, that are older than the one with the id `before`. Only administrators."""
    require_admin(principal, "see the mails that were sent")
    query = _mails(server.clock()).order_by(Mail.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Mail.state == state)
    if before:
        query = query.where(Mail.id < before)
    async with server.db.reading() as connection:
        return [_row(row) for row in await connection.execute(query)]


async def resend_mail(server: Server, principal: Principal, mail_id: str) -> MailRow:
    """Have a mail sent at once, whether it waits or was given up. Only administrators.

    Raises Conflict when it is on its way, when its text is gone as it was sent, or when its link does not hold.
    """
    require_admin(principal, "send mails again")
    async with server.db.transaction() as connection:
        now = server.clock()
        mail = await _find(connection, mail_id, now)
        advice = ADVICE.get(mail.kind, DO_AGAIN)
        if mail.state == "sending":
            raise Conflict("This mail is being sent right now. Look again in a minute.", code="being_sent")
        _require_text(mail, advice)
        await connection.execute(
            update(Mail).where(Mail.id == mail_id).values(state="queued", attempts=0, answer="", due_at=now)
        )
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="mail.resent",
            site_id=mail.site_id,
            subject=mail.recipient,
            detail=mail.kind,
        )
        return _row(await _find(connection, mail_id, now))


async def read_link(server: Server, principal: Principal, mail_id: str) -> MailLink:
    """The link of a mail that has not been sent, to be passed on in another way. Only administrators; it is recorded.

    Raises NotFound when the mail has none, Conflict when it was sent or the link does not hold.
    """
    require_admin(principal, "copy the links of mails")
    async with server.db.transaction() as connection:
        now = server.clock()
        mail = await _find(connection, mail_id, now)
        if mail.link_id is None:
            raise NotFound("There is no link to copy in this mail.")
        advice = ADVICE.get(mail.kind, DO_AGAIN)
        if mail.state == "sending":
            raise Conflict("This mail is being sent right now. Look again in a minute.", code="being_sent")
        _require_text(mail, advice)
        sealed = (await connection.execute(select(Mail.content).where(Mail.id == mail_id))).scalar_one() or b""
        try:
            content = unseal(server.keys, sealed)
        except InvalidToken:
            message = f"The text of this mail was written with another secret of the data folder. {advice}"
            raise Conflict(message, code="text_gone") from None
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="mail.link_read",
            site_id=mail.site_id,
            subject=mail.recipient,
            detail=mail.kind,
        )
        return MailLink(url=content.link, expires_at=mail.link_expires_at)


async def send_test(server: Server, principal: Principal, to: str | None) -> str:
    """Put a test mail into the outbox, to the asker when `to` is None; gives its id. Only administrators.

    Raises Invalid when `to` is no address.
    """
    require_admin(principal, "send test mails")
    email = normalize_email(principal.email if to is None else to)
    async with server.db.transaction() as connection:
        now = server.clock()
        query = select(User.name, User.language, User.id).where(User.email == email)
        user = (await connection.execute(query)).one_or_none()
        if user is None:
            recipient = Recipient(email=email)
        else:
            recipient = Recipient(email=email, name=user.name, language=user.language, user_id=user.id)
        id = await enqueue(connection, server, Kind.TEST, recipient, values={}, now=now)
        await record(connection, clock_ms=now, principal=principal, action="mail.test_asked", subject=email)
    return id


async def get_notifications(server: Server, principal: Principal) -> dict[str, bool]:
    """Which notifications the asker gets, by kind."""
    async with server.db.reading() as connection:
        return _wanted(await _muted(connection, principal))


async def put_notifications(server: Server, principal: Principal, wanted: Mapping[Kind, bool]) -> dict[str, bool]:
    """Switch some of the asker's notifications on or off; gives all of them."""
    async with server.db.transaction() as connection:
        before = await _muted(connection, principal)
        muted = (before | {kind for kind, is_on in wanted.items() if not is_on}) - {
            kind for kind, is_on in wanted.items() if is_on
        }
        if muted != before:
            await connection.execute(
                update(User).where(User.id == principal.user_id).values(muted=",".join(sorted(muted)))
            )
            await record(
                connection,
                clock_ms=server.clock,
                principal=principal,
                action="user.notifications_changed",
                subject=principal.email,
                detail=_difference(before, muted),
            )
    return _wanted(muted)


def _require_text(mail: Row[Any], advice: str) -> None:
    """Raises Conflict when there is nothing left to send or to copy; `advice` says what to do instead."""
    if mail.state == "sent":
        raise Conflict(f"This mail was sent, and its text was removed then. {advice}", code="text_gone")
    if mail.link_id is not None and not mail.link_holds:
        raise Conflict(f"The link in this mail does not hold any more. {advice}", code="link_void")
    if not mail.has_content:
        raise Conflict(f"The text of this mail was removed. {advice}", code="text_gone")


def _difference(before: set[str], after: set[str]) -> str:
    parts = [f"{kind} off" for kind in sorted(after - before)] + [f"{kind} on" for kind in sorted(before - after)]
    return "; ".join(parts)


async def _muted(connection: AsyncConnection, principal: Principal) -> set[str]:
    query = select(User.muted).where(User.id == principal.user_id)
    muted = (await connection.execute(query)).scalar_one_or_none()
    if muted is None:
        raise NotFound("Only users have notifications. Sign in as one.")
    return {kind for kind in muted.split(",") if kind}


def _wanted(muted: set[str]) -> dict[str, bool]:
    return {kind.value: kind.value not in muted for kind in SWITCHABLE}


async def _find(connection: AsyncConnection, mail_id: str, now: int) -> Row[Any]:
    found = (await connection.execute(_mails(now).where(Mail.id == mail_id))).one_or_none()
    if found is None:
        raise NotFound("There is no such mail. Mails are removed 90 days after they were sent or given up.")
    return found


def _mails(now: int) -> Select[*tuple[Any, ...]]:
    return select(
        Mail.id,
        Mail.kind,
        Mail.recipient,
        Mail.subject,
        Mail.state,
        Mail.attempts,
        Mail.answer,
        Mail.created_at,
        Mail.due_at,
        Mail.sent_at,
        Mail.site_id,
        Mail.user_id,
        Mail.link_id,
        Mail.content.is_not(None).label("has_content"),
        and_(OneTimeLink.expires_at > now, OneTimeLink.spent_at.is_(None)).label("link_holds"),
        OneTimeLink.expires_at.label("link_expires_at"),
    ).join(OneTimeLink, OneTimeLink.id == Mail.link_id, isouter=True)


def _row(row: Row[Any]) -> MailRow:
    return MailRow(
        id=row.id,
        kind=row.kind,
        to=row.recipient,
        subject=row.subject,
        state=row.state,
        attempts=row.attempts,
        answer=row.answer,
        created_at=row.created_at,
        due_at=row.due_at,
        sent_at=row.sent_at,
        site_id=row.site_id,
        user_id=row.user_id,
        has_link=bool(row.link_holds) and row.has_content and row.state in ("queued", "failed"),
    )
