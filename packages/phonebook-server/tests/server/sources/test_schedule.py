"""Syncing by schedule: when, again after a restart, never late because of others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from support.subscriber import Subscriber
from support.web import Asked, Reply, Web

from phonebook_server.db.changes import Changes
from phonebook_server.ending import end
from phonebook_server.sources.store import Source
from phonebook_server.sources.syncing import AT_ONCE, Syncing

pytestmark = pytest.mark.anyio

MINUTE = 60_000
PEOPLE = b"Name,Phone\nAnna,030 1\n"


@asynccontextmanager
async def running(book: Subscriber, **options: Any) -> AsyncGenerator[Syncing]:
    """What the server's lifespan runs."""
    syncing = Syncing(book.server, **{"jitter": lambda: 1.0, **options})
    changes = Changes(book.server.db)
    tasks = [asyncio.create_task(changes.run()), asyncio.create_task(syncing.run(changes))]
    try:
        yield syncing
    finally:
        await end(tasks)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    end_at = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end_at, "it did not happen"
        await asyncio.sleep(0.05)


async def synced(book: Subscriber, source: Source) -> bool:
    return (await book.get(source)).result is not None


async def test_a_new_source_is_synced_at_once_and_then_by_its_schedule(web: Web, book: Subscriber, clock: Any) -> None:
    web.reply = lambda _: Reply(200, PEOPLE)
    async with running(book):
        source = await book.add(web.url, "file", every_minutes=30)
        await until(lambda: synced(book, source))
        found = await book.get(source)
        assert found.due_at == clock() + 30 * MINUTE
        assert await book.names() == ["Anna"]
        clock.now += 30 * MINUTE
        await until(lambda: _asked(web, 2))
        clock.now += 29 * MINUTE
        await asyncio.sleep(0.5)
        assert len(web.asked) == 2


async def test_what_was_due_while_the_server_was_away_is_synced_after_the_restart(
    web: Web, book: Subscriber, clock: Any
) -> None:
    web.reply = lambda _: Reply(200, PEOPLE)
    async with running(book):
        source = await book.add(web.url, "file")
        await until(lambda: synced(book, source))
    clock.now += 60 * MINUTE
    await asyncio.sleep(0.3)
    assert len(web.asked) == 1
    async with running(book):
        await until(lambda: _asked(web, 2))


async def test_a_restart_alone_syncs_nothing(web: Web, book: Subscriber) -> None:
    web.reply = lambda _: Reply(200, PEOPLE)
    async with running(book):
        source = await book.add(web.url, "file")
        await until(lambda: synced(book, source))
    async with running(book):
        await asyncio.sleep(0.5)
    assert len(web.asked) == 1


async def test_a_paused_source_rests_until_it_is_resumed(web: Web, book: Subscriber, clock: Any) -> None:
    web.reply = lambda _: Reply(200, PEOPLE)
    async with running(book):
        source = await book.add(web.url, "file", paused=True)
        clock.now += 600 * MINUTE
        await asyncio.sleep(0.5)
        assert web.asked == []
        await book.change(source, paused=False)
        await until(lambda: _asked(web, 1))


async def test_the_sources_of_a_deleted_phonebook_rest(web: Web, book: Subscriber) -> None:
    from phonebook_server.accounts.guards import COMMAND_LINE
    from phonebook_server.phonebooks.actions import delete_phonebook
    from phonebook_server.phonebooks.restoring import restore_phonebook

    web.reply = lambda _: Reply(200, PEOPLE)
    await book.add(web.url, "file")
    await delete_phonebook(book.server, COMMAND_LINE, book.phonebook)
    async with running(book):
        await asyncio.sleep(0.5)
        assert web.asked == []
        await restore_phonebook(book.server, COMMAND_LINE, book.phonebook)
        await until(lambda: _asked(web, 1))


async def test_slow_and_broken_sources_delay_nobody(web: Web, book: Subscriber) -> None:
    def reply(asked: Asked) -> Reply:
        if asked.path.startswith("/slow"):
            time.sleep(4)
        return Reply(200, PEOPLE)

    web.reply = reply
    for n in range(AT_ONCE - 1):
        await book.add(f"{web.url}/slow{n}", "file")
    async with running(book, deadlines={"file": 3.0, "carddav": 3.0}):
        await until(lambda: _asked(web, AT_ONCE - 1))
        begin = time.monotonic()
        source = await book.add(f"{web.url}/good", "file")
        await until(lambda: synced(book, source))
        assert time.monotonic() - begin < 2.5


async def test_two_processes_that_sync_at_once_do_not_write_twice(web: Web, book: Subscriber) -> None:
    web.reply = lambda _: Reply(200, PEOPLE)
    source = await book.add(web.url, "file")
    other = Syncing(book.server)
    await asyncio.gather(*(syncing.sync(source.id) for syncing in (book.syncing, other)))
    assert await book.names() == ["Anna"]


async def test_being_stopped_in_the_middle_leaves_all_as_it_was(web: Web, book: Subscriber) -> None:
    def reply(_: Asked) -> Reply:
        time.sleep(2)
        return Reply(200, PEOPLE)

    web.reply = reply
    source = await book.add(web.url, "file")
    async with running(book):
        await until(lambda: _asked(web, 1))
    assert (await book.get(source)).result is None
    assert await book.names() == []


async def _asked(web: Web, count: int) -> bool:
    return len(web.asked) >= count
