"""Who is told what, and that publishing waits for nobody. No socket, no database."""

from __future__ import annotations

import asyncio

import pytest

from phonebook_core.errors import TooManyTries, Unavailable
from phonebook_server.events import hub as module
from phonebook_server.events.event import Event
from phonebook_server.events.hub import MOST_OF_USER, MOST_WAITING, RESYNC, Hub
from phonebook_server.events.pace import Pace
from phonebook_server.events.sight import Credential, Sight

pytestmark = pytest.mark.anyio
KEY = Credential("token", "hash")


def sight(
    user: str = "u", sites: frozenset[str] | None = frozenset({"a"}), admin: bool = False, limited: bool = False
) -> Sight:
    return Sight(user, sites, admin, limited, None)


@pytest.mark.parametrize(
    ("sight", "event", "shows"),
    [
        (sight(), Event(kind="x", site_id="a"), True),
        (sight(), Event(kind="x", site_id="b"), False),
        (sight(sites=None), Event(kind="x", site_id="b"), True),
        (sight(), Event(kind="x"), False),
        (sight(admin=True), Event(kind="x"), True),
        (sight(), Event(kind="x", is_public=True), True),
        (sight(limited=True), Event(kind="x", is_public=True), True),
        (sight(), Event(kind="x", user_id="u"), True),
        (sight(), Event(kind="x", user_id="v"), False),
        (sight(admin=True), Event(kind="x", user_id="v"), False),
        (sight(limited=True), Event(kind="x", user_id="u"), False),
        (sight(), Event(kind="x", user_id="u", site_id="b"), False),
    ],
)
async def test_a_stream_shows_what_its_user_may_see(sight: Sight, event: Event, shows: bool) -> None:
    assert sight.shows(event) is shows


async def test_equal_events_that_wait_are_told_once() -> None:
    hub = Hub()
    listener = hub.listen(KEY, sight())
    for kind in ("x", "y", "x"):
        hub.publish(Event(kind=kind, site_id="a"))
    assert await listener.take(1) == [(Event(kind="y", site_id="a"), 2), (Event(kind="x", site_id="a"), 3)]
    assert await listener.take(0.01) == []


async def test_who_does_not_read_is_told_to_look_anew_instead() -> None:
    hub = Hub()
    listener = hub.listen(KEY, sight())
    for number in range(MOST_WAITING + 1):
        hub.publish(Event(kind="x", site_id="a", subject=str(number)))
    hub.publish(Event(kind="last", site_id="a"))
    taken = await listener.take(1)
    assert taken is not None
    assert [event for event, _ in taken] == [RESYNC, Event(kind="last", site_id="a")]


async def test_whoever_comes_back_is_told_whether_they_missed_something() -> None:
    hub = Hub()
    hub.publish(Event(kind="x", site_id="a"))
    assert await hub.listen(KEY, sight(), since=hub.id_of(1)).take(0.01) == []
    for since in (hub.id_of(0), "of-another-start-7"):
        assert await hub.listen(KEY, sight(), since=since).take(1) == [(RESYNC, 1)]


async def test_what_waits_of_a_site_that_was_taken_away_is_not_told() -> None:
    hub = Hub()
    listener = hub.listen(KEY, sight())
    hub.publish(Event(kind="x", site_id="a"))
    hub.see(listener, sight(sites=frozenset()))
    taken = await listener.take(1)
    assert taken is not None
    assert [event.kind for event, _ in taken] == ["rights.changed"]
    hub.see(listener, None)
    assert await listener.take(1) is None


async def test_there_is_a_limit_per_user_and_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    listeners = [hub.listen(KEY, sight()) for _ in range(MOST_OF_USER)]
    with pytest.raises(TooManyTries, match="live streams already"):
        hub.listen(KEY, sight())
    hub.listen(KEY, sight("other"))
    hub.leave(listeners[0])
    hub.listen(KEY, sight())
    monkeypatch.setattr(module, "MOST", MOST_OF_USER + 1)
    with pytest.raises(Unavailable, match="Too many people"):
        hub.listen(KEY, sight("third"))


async def test_closing_cuts_whoever_does_not_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.05)
    hub = Hub()
    listener = hub.listen(KEY, sight())
    cut = asyncio.Event()
    listener.cut = cut.set
    await hub.close()
    assert cut.is_set()
    assert await listener.take(1) is None
    with pytest.raises(Unavailable, match="stops or restarts"):
        hub.listen(KEY, sight())


async def test_a_burst_is_told_at_its_beginning_and_at_its_end() -> None:
    told: list[str] = []
    again = asyncio.Event()

    def publish(event: Event) -> None:
        told.append(event.phonebook_id)
        if told.count("a") == 2:
            again.set()

    pace = Pace(publish)
    for _ in range(100):
        pace.tell(Event(kind="dispatch.recorded", phonebook_id="a"))
    pace.tell(Event(kind="dispatch.recorded", phonebook_id="b"))
    assert told == ["a", "b"]
    async with asyncio.timeout(20):
        await again.wait()
    assert told == ["a", "b", "a"]
