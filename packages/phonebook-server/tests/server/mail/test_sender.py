"""From the outbox to the SMTP server: retries, ends, and never twice."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update
from support.outbox import PATIENCE, eventually, invite, look, sending, until, write
from support.post import Post
from support.server import RunningServer, free_port

from phonebook_server.db.changes import Changes
from phonebook_server.db.tables import Mail
from phonebook_server.mail.kind import Kind
from phonebook_server.mail.outbox import Recipient, enqueue
from phonebook_server.mail.sender import EXPIRED, INTERRUPTED, NEVER_SMTP, NO_SMTP, PAUSES_MS, Sender
from phonebook_server.server import Server

pytestmark = pytest.mark.anyio
MINUTE = 60_000
DAY = 24 * 60


async def test_a_mail_leaves_after_the_commit_and_its_text_goes(opened: Server, post: Post, clock: Any) -> None:
    async with sending(opened):
        id, url = await invite(opened)
        mail = await until(opened, id, lambda mail: mail.state == "sent")
    [letter] = post.letters
    assert letter.links == [url]
    assert letter.message["message-id"] == f"<{id}@[127.0.0.1]>"
    assert (mail.content, mail.answer, mail.sent_at, mail.attempts) == (None, "250 2.0.0 OK", clock.now, 1)


async def test_twenty_mails_go_out_each_once(opened: Server, post: Post) -> None:
    ids = [await write(opened, f"{n}@example.org") for n in range(10)]
    async with sending(opened):
        ids += [await write(opened, f"{n}@example.org") for n in range(10, 20)]
        for id in ids:
            await until(opened, id, lambda mail: mail.state == "sent")
    assert sorted(letter.to for letter in post.letters) == sorted(f"{n}@example.org" for n in range(20))


async def test_a_greylisted_mail_is_tried_with_growing_pauses_for_a_day(opened: Server, post: Post, clock: Any) -> None:
    post.answer = "451 4.7.1 Come back later"
    began, tries = clock.now, []
    id = await write(opened)
    mail: Any = None
    async with sending(opened):
        for attempt in range(1, len(PAUSES_MS) + 2):

            def is_tried(mail: Any, tried: int = attempt) -> bool:
                return bool(mail.attempts == tried and mail.state != "sending")

            mail = await until(opened, id, is_tried)
            assert mail.answer == "451 4.7.1 Come back later"
            tries.append((clock.now - began) / 60_000)
            if mail.state == "queued":
                assert mail.due_at > clock.now
                clock.now = mail.due_at - 1
                await write(opened, "wakes.the.sender@example.org")
                assert (await look(opened, id)).attempts == attempt
                clock.now = mail.due_at
    assert mail.state == "failed"
    assert tries == [0, 1, 6, 21, 81, 321, 561, 801, 1041, 1281, DAY]
    assert mail.content is not None


async def test_a_greylisted_mail_arrives_once_it_is_taken(opened: Server, post: Post, clock: Any) -> None:
    post.answer = "451 4.7.1 Come back later"
    async with sending(opened):
        id = await write(opened)
        await until(opened, id, lambda mail: mail.attempts == 1 and mail.state == "queued")
        post.answer = "250 2.0.0 Taken"
        clock.now += 1 * MINUTE
        mail = await until(opened, id, lambda mail: mail.state == "sent")
    assert (len(post.letters), mail.answer) == (1, "250 2.0.0 Taken")


async def test_a_refused_mail_fails_at_once(opened: Server, post: Post) -> None:
    post.answer = lambda to: "550 5.1.1 No such user" if to.startswith("nobody") else "250 OK"
    async with sending(opened):
        id = await write(opened, "nobody@example.org")
        other = await write(opened, "anna@example.org")
        mail = await until(opened, id, lambda mail: mail.state == "failed")
        await until(opened, other, lambda mail: mail.state == "sent")
    assert (mail.answer, mail.attempts) == ("550 5.1.1 No such user", 1)
    assert mail.content is not None


async def test_a_server_that_is_away_is_tried_again(opened: Server, post: Post, clock: Any) -> None:
    smtp = opened.config.smtp_url
    assert smtp is not None
    away = msgspec.structs.replace(opened.config, smtp_url=msgspec.structs.replace(smtp, port=free_port()))
    id = await write(opened)
    async with sending(replace(opened, config=away)):
        mail = await until(opened, id, lambda mail: mail.attempts == 1 and mail.state == "queued")
    assert "cannot be reached" in mail.answer
    clock.now += 1 * MINUTE
    async with sending(opened):
        await until(opened, id, lambda mail: mail.state == "sent")
    assert len(post.letters) == 1


async def test_without_smtp_mails_wait_until_there_is_one(opened: Server, post: Post, clock: Any) -> None:
    without = replace(opened, config=msgspec.structs.replace(opened.config, smtp_url=None))
    id, stale = await write(opened), (await invite(opened))[0]
    async with sending(without):
        mail = await until(opened, id, lambda mail: mail.answer == NO_SMTP)
        assert (mail.state, mail.attempts) == ("queued", 0)
        clock.now += 12 * 60 * MINUTE
        mail = await until(opened, stale, lambda mail: mail.state == "failed")
        assert (mail.answer, mail.content) == (EXPIRED, None)
        clock.now += 7 * DAY * MINUTE
        mail = await until(opened, id, lambda mail: mail.state == "failed")
        assert mail.answer == NEVER_SMTP
        id = await write(opened)
        await until(opened, id, lambda mail: mail.answer == NO_SMTP)
    async with sending(opened):
        await until(opened, id, lambda mail: mail.state == "sent")
    assert len(post.letters) == 1


async def test_a_mail_whose_link_was_replaced_is_not_sent(opened: Server, post: Post) -> None:
    old, _ = await invite(opened)
    new, url = await invite(opened)
    async with sending(opened):
        await until(opened, new, lambda mail: mail.state == "sent")
        mail = await until(opened, old, lambda mail: mail.state == "failed")
    assert mail.answer == EXPIRED
    assert [letter.links for letter in post.letters] == [[url]]


async def test_a_link_that_ends_between_tries_is_given_up(opened: Server, post: Post, clock: Any) -> None:
    post.answer = "451 later"
    id, _ = await invite(opened)
    async with sending(opened):
        await until(opened, id, lambda mail: mail.attempts == 1 and mail.state == "queued")
        post.answer = "250 OK"
        clock.now += 12 * 60 * MINUTE
        mail = await until(opened, id, lambda mail: mail.state == "failed")
    assert (mail.answer, mail.content, post.letters) == (EXPIRED, None, [])


async def test_what_was_being_sent_at_a_crash_is_not_sent_again(opened: Server, post: Post) -> None:
    crashed, waiting = await write(opened), await write(opened, "second@example.org")
    async with opened.db.transaction() as connection:
        await connection.execute(update(Mail).where(Mail.id == crashed).values(state="sending", attempts=1))
    async with sending(opened):
        mail = await until(opened, crashed, lambda mail: mail.state == "failed")
        await until(opened, waiting, lambda mail: mail.state == "sent")
    assert mail.answer == INTERRUPTED
    assert mail.content is not None
    assert [letter.to for letter in post.letters] == ["second@example.org"]


async def test_old_mails_are_removed_and_waiting_ones_are_not(opened: Server, clock: Any) -> None:
    async with opened.db.transaction() as connection:
        for n, (state, age) in enumerate((s, a) for s in ("sent", "failed", "queued") for a in (89, 91)):
            row = {
                "id": f"{n}",
                "kind": "test",
                "recipient": state,
                "subject": str(age),
                "content": None,
                "state": state,
                "created_at": clock.now - age * 86_400_000,
                "due_at": clock.now + 10**12,
            }
            await connection.execute(insert(Mail).values(**row))
    async with sending(opened):
        await eventually(lambda: are_gone(opened, "1", "3"))
        id = await write(opened)
        await until(opened, id, lambda mail: mail.state == "sent")
        clock.now += DAY * 92 * MINUTE
        await eventually(lambda: are_gone(opened, "0", "2"))
    async with opened.db.reading() as connection:
        left = set((await connection.execute(select(Mail.id))).scalars())
    assert left == {"4", "5"}


async def test_a_text_of_another_secret_fails_with_a_sentence(opened: Server) -> None:
    id = await write(opened)
    async with opened.db.transaction() as connection:
        await connection.execute(update(Mail).where(Mail.id == id).values(content=b"other"))
    async with sending(opened):
        mail = await until(opened, id, lambda mail: mail.state == "failed")
    assert "another secret" in mail.answer


async def test_a_stop_lets_a_slow_talk_finish(opened: Server, post: Post) -> None:
    post.slow = 0.5
    id = await write(opened)
    async with sending(opened):
        await until(opened, id, lambda mail: mail.state == "sending")
        await post.called()
    mail = await look(opened, id)
    assert (mail.state, len(post.letters)) == ("sent", 1)


@pytest.mark.parametrize(("command", "state"), [("EHLO", "queued"), ("RCPT", "queued"), ("DATA", "failed")])
async def test_a_stop_cuts_off_a_server_that_hangs(opened: Server, post: Post, command: str, state: str) -> None:
    post.hang = command
    id = await write(opened)
    async with sending(opened) as sender:
        assert await asyncio.to_thread(post.hung.wait, PATIENCE)
        began = time.monotonic()
        sender.cancel()
        await asyncio.wait({sender}, timeout=PATIENCE)
        assert sender.cancelled()
        assert time.monotonic() - began < PATIENCE / 2
    mail = await look(opened, id)
    assert mail.state == state
    assert ("may have arrived" in mail.answer) is (command == "DATA")
    assert "The server was stopped." in mail.answer


async def test_a_cancellation_ends_it_at_whatever_moment_it_comes(opened: Server, post: Post, clock: Any) -> None:
    chance = random.Random(4)
    behaviours = ("good", "hang EHLO", "hang DATA", "451 later", "550 no", "slow", "away")
    for turn in range(35):
        behaviour = behaviours[turn % len(behaviours)]
        post.hang = behaviour.removeprefix("hang ") if behaviour.startswith("hang") else ""
        post.answer = behaviour if behaviour[0].isdigit() else "250 OK"
        post.slow = 0.3 if behaviour == "slow" else 0
        config = opened.config
        if behaviour == "away":
            smtp = config.smtp_url
            assert smtp is not None
            config = msgspec.structs.replace(config, smtp_url=msgspec.structs.replace(smtp, port=free_port()))
        changes = Changes(opened.db)
        watching = asyncio.create_task(changes.run())
        sender = asyncio.create_task(Sender(replace(opened, config=config), changes).run())
        for n in range(6):
            await write(opened, f"{turn}.{n}@example.org")
        await asyncio.sleep(chance.random() * 0.4 if turn % 3 else chance.random() * 0.02)
        for _ in range(1 + turn % 2):  # an impatient stop comes twice
            sender.cancel()
            await asyncio.sleep(chance.random() * 0.05)
        done, _ = await asyncio.wait({sender}, timeout=PATIENCE)
        assert done, f"cancelling hung: {behaviour}"
        watching.cancel()
        await asyncio.wait({watching}, timeout=PATIENCE)
        post.hang = ""
        post.drop()
        clock.now += 2 * DAY * MINUTE  # and what waits is due at once
    to = [letter.to for letter in post.letters]
    assert len(to) == len(set(to)), "a mail was sent twice"


def test_a_server_that_is_killed_in_the_middle_sends_no_mail_twice(post: Post, tmp_path: Path) -> None:
    with RunningServer(
        tmp_path / "data", env={"PHONEBOOK_HOSTED_SERVICES": "", "PHONEBOOK_SMTP_URL": post.url}
    ) as server:
        post.hang = "DATA"
        caught = server.act(_queue)
        assert post.hung.wait(PATIENCE)
        server.kill()
        waiting = server.act(_queue)
        post.hang = ""
        server.start()
        post.wait_for(to=f"{waiting}@example.org")
        state, answer = server.act(lambda opened: _state(opened, caught))
        assert (state, answer) == ("failed", INTERRUPTED)
        assert server.stop() == 0
    assert len(post.to(f"{caught}@example.org")) <= 1  # what the SMTP server got before the crash
    assert len(post.to(f"{waiting}@example.org")) == 1


def test_a_command_beside_the_server_has_its_mails_sent(post: Post, tmp_path: Path) -> None:
    env = {
        "PHONEBOOK_HOSTED_SERVICES": "",
        "PHONEBOOK_SMTP_URL": post.url,
        "PHONEBOOK_MAIL_FROM": "Us <us@example.org>",
    }
    with RunningServer(tmp_path / "data", env=env) as server:
        to = server.act(_queue)
        [letter] = post.wait_for(to=f"{to}@example.org")
        assert letter.sender == "us@example.org"
        assert str(letter.message["from"]) == "Us <us@example.org>"


async def are_gone(server: Server, *ids: str) -> bool:
    return [await look(server, id) for id in ids] == [None] * len(ids)


async def _queue(server: Server) -> str:
    """A mail in the outbox of an installation; gives the first part of its address."""
    to = str(time.time_ns())
    async with server.db.transaction() as connection:
        recipient = Recipient(email=f"{to}@example.org")
        await enqueue(connection, server, Kind.TEST, recipient, values={}, now=server.clock())
    return to


async def _state(server: Server, to: str) -> tuple[str, str]:
    async with server.db.reading() as connection:
        query = select(Mail.state, Mail.answer).where(Mail.recipient == f"{to}@example.org")
        state, answer = (await connection.execute(query)).one()
        return state, answer
