"""Bringing mails from the outbox to the SMTP server, one try at a time, never one mail twice.

A mail is marked `sending` and committed before the talk begins. Whatever is still marked so at the next start was cut
off by a crash and is not sent again by itself, as it may have arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, delete, exists, or_, select, update

from phonebook_server.config import Smtp
from phonebook_server.db.changes import Changes
from phonebook_server.db.tables import Mail, OneTimeLink
from phonebook_server.events.event import Event
from phonebook_server.mail.delivery import Delivered, Delivery, Letter
from phonebook_server.mail.texts import render, unseal
from phonebook_server.server import Server

MINUTE_MS: Final = 60 * 1000
DAY_MS: Final = 24 * 60 * MINUTE_MS
PAUSES_MS: Final = tuple(minutes * MINUTE_MS for minutes in (1, 5, 15, 60, 240, 240, 240, 240, 240, 159))
"""How long to wait after each try that failed, together 24 hours; the try after the last one is the last."""
KEPT_MS: Final = 90 * DAY_MS
"""How long mails that were sent or given up are listed."""
WAITING_MS: Final = 7 * DAY_MS
"""How long mails wait for an SMTP server to be configured."""
TALKS: Final = 4
"""Mails that are on their way at once."""
LOOK_SECONDS: Final = 5.0
"""How often to look at what is due without a change: a clock may have been set."""
PAUSE_SECONDS: Final = 5.0
GRACE_SECONDS: Final = 3.0
"""How long a talk may go on when the server is stopped."""
END_SECONDS: Final = 3.0

NO_SMTP: Final = (
    "No SMTP server is configured (PHONEBOOK_SMTP_URL), so this mail waits. If it has a link, copy that and pass it on."
)
NEVER_SMTP: Final = "No SMTP server was configured (PHONEBOOK_SMTP_URL) for 7 days. Send it again when there is one."
INTERRUPTED: Final = "The server was stopped while this mail was being sent; it may have arrived. Send it again if not."
EXPIRED: Final = "The link in this mail expired or was replaced before it could be sent. Have a new one sent."
UNREADABLE: Final = (
    "The text of this mail cannot be read, as it was written with another secret of the data folder. "
    "Have a new one sent."
)
STOPPED: Final = "The server was stopped."
_LOG: Final = structlog.get_logger("phonebook.mail")


class Sender:
    """Sends what is in the outbox. One per process and per database."""

    def __init__(self, server: Server, changes: Changes) -> None:
        self._server, self._changes = server, changes
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        self._talks: dict[asyncio.Task[None], Delivery] = {}
        self._cleaned_at: int | None = None
        self._recovered = False

    async def run(self) -> None:
        """Send until cancelled. A cancellation ends it within seconds, whatever the SMTP server and the database do.

        The work is a task of its own that is asked to end, as one that is cancelled in a transaction may lose the
        cancellation (asyncio.wait_for of Python 3.11, in SQLAlchemy's pool).
        """
        work = asyncio.create_task(self._work())
        try:
            await asyncio.wait({work})
            work.result()
        finally:
            await self._stop(work)

    async def _stop(self, work: asyncio.Task[None]) -> None:
        """Let talks finish for a moment, then cut them off and note what came of them; all of it bounded in time."""
        self._stopping.set()
        self._wake.set()
        try:
            await asyncio.wait({work, *self._talks}, timeout=GRACE_SECONDS)
            for delivery in self._talks.values():
                delivery.cut_off(STOPPED)
            await asyncio.wait({work, *self._talks}, timeout=END_SECONDS)
        finally:
            for task in (work, *self._talks):
                task.cancel()  # what is left hangs in the database; nothing waits for it any more

    async def _work(self) -> None:
        steps: tuple[Callable[[], Awaitable[None]], ...] = (self._tidy, self._answer_requests, self._send_due)
        while not self._stopping.is_set():
            self._wake.clear()
            seen = await self._changes.after(-1)
            is_well = True
            for step in steps:
                try:
                    await step()
                except Exception:  # a full disk or a locked file passes, and mails must go on leaving afterwards
                    _LOG.exception("cannot look after the outbox")
                    is_well = False
            if is_well:
                await self._rest(self._changes.after(seen, seconds=LOOK_SECONDS))
            else:
                await self._rest(asyncio.sleep(PAUSE_SECONDS))

    async def _rest(self, until: Awaitable[Any]) -> None:
        """Wait for that, for the end of a talk or for being stopped, whichever is first."""
        waiting = [asyncio.ensure_future(until), asyncio.ensure_future(self._wake.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    async def _answer_requests(self) -> None:
        """Those who forgot their password get their mails; here, so that the request took no longer for them."""
        from phonebook_server.people.reset import answer_reset_requests

        await answer_reset_requests(self._server)

    async def _tidy(self) -> None:
        """Give up what cannot be sent any more, and remove what is old."""
        now = self._server.clock()
        if not self._recovered:
            await self._give_up(INTERRUPTED, Mail.state == "sending")
            self._recovered = True
        await self._give_up(EXPIRED, Mail.state == "queued", ~_link_holds(now), wipe=True)
        if self._server.config.smtp_url is None:
            await self._give_up(NEVER_SMTP, Mail.state == "queued", Mail.due_at <= now - WAITING_MS)
        if self._cleaned_at is None or now - self._cleaned_at >= DAY_MS:
            async with self._server.db.transaction() as connection:
                await connection.execute(
                    delete(Mail).where(Mail.state.in_(("sent", "failed")), Mail.created_at < now - KEPT_MS)
                )
            self._cleaned_at = now

    async def _give_up(self, answer: str, *which: Any, wipe: bool = False) -> None:
        """Have these mails failed. Writes nothing when there are none: each commit wakes everybody."""
        async with self._server.db.reading() as connection:
            ids = list((await connection.execute(select(Mail.id).where(*which))).scalars())
        for id in ids:
            async with self._server.db.transaction() as connection:
                content = {"content": None} if wipe else {}
                given_up = update(Mail).where(Mail.id == id, *which).values(state="failed", answer=answer, **content)
                changed = (await connection.execute(given_up)).rowcount
            if changed:
                self._server.publish(Event(kind="mail.failed", subject=id))

    async def _send_due(self) -> None:
        """Begin a talk for each mail that is due, as far as there is room."""
        if not self._recovered:  # else a talk of now would count as one of before the crash
            return
        smtp, now = self._server.config.smtp_url, self._server.clock()
        due = select(Mail.id).where(Mail.state == "queued", Mail.due_at <= now).order_by(Mail.due_at, Mail.id)
        due = due.where(Mail.answer != NO_SMTP) if smtp is None else due.limit(max(TALKS - len(self._talks), 0))
        async with self._server.db.reading() as connection:
            ids = list((await connection.execute(due)).scalars())
        if smtp is None:
            if ids:
                async with self._server.db.transaction() as connection:
                    waits = update(Mail).where(Mail.state == "queued", Mail.due_at <= now, Mail.answer != NO_SMTP)
                    await connection.execute(waits.values(answer=NO_SMTP))
            return
        for id in ids:
            if self._stopping.is_set():
                return
            await self._begin(id, smtp)

    async def _begin(self, id: str, smtp: Smtp) -> None:
        """Mark the mail as being sent, and when that is on disk begin its talk."""
        now = self._server.clock()
        async with self._server.db.transaction() as connection:
            taking = (
                update(Mail)
                .where(Mail.id == id, Mail.state == "queued", _link_holds(now))
                .values(state="sending", attempts=Mail.attempts + 1)
                .returning(Mail.recipient, Mail.content, Mail.attempts, Mail.created_at)
            )
            mail = (await connection.execute(taking)).one_or_none()
        if mail is None:  # a person was quicker, or the link has just expired
            return
        try:
            if mail.content is None:
                raise InvalidToken
            content = unseal(self._server.keys, mail.content)
        except InvalidToken:
            await self._note(id, mail.attempts, Delivered(outcome="refused", answer=UNREADABLE))
            return
        letter = Letter(
            id=id,
            to=mail.recipient,
            name=content.name,
            language=content.language,
            text=render(content, self._server.config.public_url),
            at=now,
        )
        delivery = Delivery(self._server.config, smtp, letter)
        if self._stopping.is_set():
            delivery.cut_off(STOPPED)
        talk = asyncio.create_task(self._talk(delivery, id, mail.attempts))
        self._talks[talk] = delivery
        talk.add_done_callback(self._ended)

    async def _talk(self, delivery: Delivery, id: str, attempts: int) -> None:
        delivered = await delivery.run()
        while True:
            try:
                await self._note(id, attempts, delivered)
            except Exception:  # until it is noted, nobody knows; after a crash it counts as interrupted
                _LOG.exception("cannot note what came of a mail", mail=id)
            else:
                return
            if self._stopping.is_set():
                return
            await asyncio.sleep(PAUSE_SECONDS)

    def _ended(self, talk: asyncio.Task[None]) -> None:
        self._talks.pop(talk, None)
        self._wake.set()

    async def _note(self, id: str, attempts: int, delivered: Delivered) -> None:
        """Write down what came of a try."""
        now, state = self._server.clock(), "failed"
        values: dict[str, Any] = {"answer": delivered.answer}
        if delivered.outcome == "sent":
            state, values = "sent", values | {"content": None, "sent_at": now}
        elif delivered.outcome == "later" and attempts <= len(PAUSES_MS):
            state, values = "queued", values | {"due_at": now + PAUSES_MS[attempts - 1]}
        async with self._server.db.transaction() as connection:
            mine = update(Mail).where(Mail.id == id, Mail.state == "sending")
            await connection.execute(mine.values(state=state, **values))
        _LOG.info("mail", mail=id, state=state, outcome=delivered.outcome, attempts=attempts)
        self._server.publish(Event(kind=f"mail.{state}", subject=id))


def _link_holds(now: int) -> ColumnElement[bool]:
    """That a mail has no link, or one that can still be used."""
    holds = exists().where(OneTimeLink.id == Mail.link_id, OneTimeLink.spent_at.is_(None), OneTimeLink.expires_at > now)
    return or_(Mail.link_id.is_(None), holds)
