"""Whatever happens at the source and on the way, after a sync that goes well the contacts are the source's."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.radicale import RunningRadicale
from support.subscriber import Subscriber
from support.web import Asked, Reply, Web, relay

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.config import load_config
from phonebook_server.contacts import bin as bins
from phonebook_server.contacts import undo
from phonebook_server.opening import open_server

UIDS = st.integers(0, 7).map(str)
STEPS = st.one_of(
    st.tuples(st.just("put"), UIDS, st.sampled_from(["Anna", "Bob", "Zoë"]), st.integers(0, 3)),
    st.tuples(st.just("delete"), UIDS),
    st.just(("sync",)),
    st.tuples(st.just("fail"), st.integers(0, 4), st.sampled_from(["500", "cut", "html", "401", "off"])),
    st.just(("forget",)),
    st.just(("undo",)),
    st.just(("purge",)),
)


@pytest.fixture(scope="module")
def relayed(radicale_process: RunningRadicale) -> Iterator[tuple[RunningRadicale, Web]]:
    with Web() as web:
        yield radicale_process, web


@given(steps=st.lists(STEPS, max_size=14))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_after_any_changes_and_failures_the_contacts_are_those_of_the_source(
    relayed: tuple[RunningRadicale, Web], steps: list[tuple[Any, ...]]
) -> None:
    radicale, web = relayed
    with tempfile.TemporaryDirectory() as folder:
        anyio.run(_live, radicale, web, Path(folder), steps)


async def _live(radicale: RunningRadicale, web: Web, folder: Path, steps: list[tuple[Any, ...]]) -> None:
    radicale.clear()
    radicale.make_book()
    web.reply = passed_on = relay(radicale.url)
    config = load_config(
        {"PHONEBOOK_DATA_DIR": str(folder), "PHONEBOOK_SOURCE_ALLOWED_NETWORKS": "127.0.0.1"}, cwd=folder
    )
    server = open_server(config)
    try:
        book = await Subscriber(server).make()
        source = await book.add_radicale(f"{web.url}/anna/people/")
        there: dict[str, tuple[str, str]] = {}
        unit: str | None = None

        async def sync(*, accept_removals: bool = False) -> bool:
            if (await book.get(source)).paused:
                await book.change(source, paused=False)
            nonlocal unit
            before = await book.names()
            result = await book.sync(source, accept_removals=accept_removals)
            unit = result.unit or unit
            if not result.ok:
                assert await book.names() == before, "what does not go well changes nothing"
            return result.ok

        for name, *values in steps:
            if name == "put":
                uid, person, number = values
                radicale.put(uid, person, f"030 {number}")
                there[uid] = (person, f"030 {number}")
            elif name == "delete" and values[0] in there:
                radicale.delete(values[0])
                del there[values[0]]
            elif name == "sync":
                await sync()
            elif name == "fail":
                web.reply = _failing(passed_on, *values)
                await sync()
                web.reply = passed_on
            elif name == "forget":
                radicale.forget_tokens()
            elif name == "undo" and unit is not None:
                await undo.undo_unit(server, COMMAND_LINE, unit)
                unit = None
            elif name == "purge":
                await bins.empty_bin(server, COMMAND_LINE, book.phonebook)
                unit = None
        assert await sync(accept_removals=True)
        stored = [each.contact for each in await book.stored()]
        assert {
            each.external_id: (each.display_name or each.given_name, each.numbers[0].value) for each in stored
        } == there
        assert len(stored) == len(there)
        ids = [(each.contact.id, each.version) for each in await book.stored()]
        assert await sync()
        assert [(each.contact.id, each.version) for each in await book.stored()] == ids, "again nothing changes"
    finally:
        await server.db.close()


def _failing(passed_on: Callable[[Asked], Reply], after: int, how: str) -> Callable[[Asked], Reply]:
    """The server fails at its request number `after`."""
    count = 0

    def reply(asked: Asked) -> Reply:
        nonlocal count
        count += 1
        if count <= after:
            return passed_on(asked)
        if how == "cut":
            answer = passed_on(asked)
            return answer._replace(headers={"Content-Length": str(len(answer.body) + 10)})
        if how == "off":
            answer = passed_on(asked)
            return answer._replace(body=answer.body[: len(answer.body) // 2])
        if how == "html":
            return Reply(200, b"<!doctype html><html>maintenance", {"Content-Type": "text/html"})
        return Reply(int(how))

    return reply
