"""Putting mails into the outbox."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from support.outbox import add_user, invite, look

from phonebook_server.db.tables import Mail
from phonebook_server.mail.kind import VALUES, Kind
from phonebook_server.mail.outbox import Recipient, enqueue, notify
from phonebook_server.mail.texts import unseal
from phonebook_server.server import Server

pytestmark = pytest.mark.anyio
SITE = {"site": "Head office", "role": "editor", "by": "Bob"}


async def count(server: Server) -> int:
    async with server.db.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(Mail))).scalar_one()


async def test_a_mail_waits_with_its_text_encrypted(opened: Server, clock: Any) -> None:
    id, url = await invite(opened)
    mail = await look(opened, id)
    assert (mail.state, mail.due_at, mail.recipient) == ("queued", clock.now, "anna@example.org")
    assert mail.subject == "Your invitation to Phonebook"
    assert url.encode() not in mail.content
    content = unseal(opened.keys, mail.content)
    assert content.link == url
    assert content.values == {"inviter": "Bob", "sites": "Head office"}
    secret = url.partition("#")[2].encode()
    files = [file.read_bytes() for file in opened.config.data_dir.iterdir() if file.is_file()]
    assert not any(secret in each for each in files)


@pytest.mark.parametrize("kind", Kind)
async def test_a_mail_that_lacks_something_is_a_mistake_of_the_caller(opened: Server, clock: Any, kind: Kind) -> None:
    needed = dict.fromkeys(VALUES[kind], "x")
    for missing in needed:
        values = {name: "x" for name in needed if name != missing}
        async with opened.db.transaction() as connection:
            to = Recipient(email="a@example.org")
            with pytest.raises(ValueError, match=missing):
                await enqueue(connection, opened, kind, to, values=values, link="x", now=clock.now)
    assert await count(opened) == 0


async def test_a_transaction_that_fails_leaves_no_mail(opened: Server, clock: Any) -> None:
    async def fail() -> None:
        async with opened.db.transaction() as connection:
            await enqueue(connection, opened, Kind.TEST, Recipient(email="a@example.org"), values={}, now=clock.now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await count(opened) == 0


async def test_notifications_go_to_those_who_are_active_and_want_them(opened: Server, clock: Any) -> None:
    wants = await add_user(opened, "wants@example.org", language="de", name="Änne", muted="import_finished,new_device")
    users = [
        wants,
        await add_user(opened, "muted@example.org", muted="new_device,site_assigned"),
        await add_user(opened, "invited@example.org", password_hash=""),
        await add_user(opened, "disabled@example.org", disabled_at=1),
        "unknown",
        wants,
    ]
    async with opened.db.transaction() as connection:
        await notify(connection, opened, Kind.SITE_ASSIGNED, users, values=SITE, site_id="s", now=clock.now)
    async with opened.db.reading() as connection:
        [mail] = (await connection.execute(select(Mail.__table__))).all()
    assert (mail.recipient, mail.user_id, mail.site_id) == ("wants@example.org", wants, "s")
    assert mail.subject == "Sie haben jetzt Zugang zu Head office"


async def test_a_thousand_users_are_told(opened: Server, clock: Any) -> None:
    async with opened.db.transaction() as connection:
        await notify(
            connection, opened, Kind.SITE_ASSIGNED, [str(n) for n in range(40_000)], values=SITE, now=clock.now
        )
    assert await count(opened) == 0


async def test_what_cannot_be_switched_off_is_no_notification(opened: Server, clock: Any) -> None:
    async with opened.db.transaction() as connection:
        with pytest.raises(ValueError, match="no notification"):
            await notify(connection, opened, Kind.RESET, [], values={}, now=clock.now)
