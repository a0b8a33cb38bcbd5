"""Records of what phones got: each brought until it is acknowledged, then never again."""

from __future__ import annotations

import time
from collections.abc import Callable

from phonebook_core.vendor_link.messages import Dispatch
from phonebook_vendor_sdk.conformance.check import check, expect
from phonebook_vendor_sdk.conformance.played_link import PlayedLink
from phonebook_vendor_sdk.conformance.stage import Phonebook, Stage, person

SECTION = "Audit trails"


def _of(link: PlayedLink, phonebook: Phonebook) -> list[Dispatch]:
    return [dispatch for dispatch in link.dispatches if dispatch.phonebook == phonebook.id]


def _count(link: PlayedLink, phonebook: Phonebook, is_meant: Callable[[Dispatch], bool] = lambda d: True) -> int:
    ids = {dispatch.id: dispatch.count for dispatch in _of(link, phonebook) if is_meant(dispatch)}
    return sum(ids.values())


@check("audit.fetched", "A fetch is recorded with status, file, login, address and User-Agent", section=SECTION)
async def fetched(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    answer = await phonebook.get(User_Agent="Conformance Phone/7")

    def is_it(dispatch: Dispatch) -> bool:
        return dispatch.phone.user_agent == "Conformance Phone/7"

    await link.until(lambda: _count(link, phonebook, is_it), "No record of a fetch came.")
    dispatch = next(filter(is_it, _of(link, phonebook)))
    expect(
        dispatch.status == 200 and dispatch.auth == "ok", f"It says status {dispatch.status}, auth “{dispatch.auth}”."
    )
    expect(dispatch.file == phonebook.url.rpartition("/")[2], f"It says the file “{dispatch.file}”.")
    expect(dispatch.phone.address, "It does not say from where.")
    expect(dispatch.bytes == len(answer.body), f"It says {dispatch.bytes} bytes; {len(answer.body)} were sent.")
    expect(abs(dispatch.time - _now()) < 600_000, "Its time is not in UTC milliseconds since 1970.")


@check("audit.wrong", "A wrong password is recorded with 401 and “wrong”", section=SECTION)
async def wrong(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    await phonebook.get(login=("guess", "guess"))
    await link.until(
        lambda: _count(link, phonebook, lambda d: d.status == 401 and d.auth == "wrong"),
        "No record of a wrong password came.",
    )


@check("audit.counts", "Forty fetches are forty in the records, folded or not", section=SECTION)
async def counts(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    before = "Counted/1"
    for _ in range(40):
        await phonebook.get(User_Agent=before)
    await link.until(
        lambda: _count(link, phonebook, lambda d: d.phone.user_agent == before) >= 40, "Records of fetches are missing."
    )
    got = _count(link, phonebook, lambda d: d.phone.user_agent == before)
    expect(got == 40, f"40 fetches were recorded as {got}.")


@check("audit.acknowledged", "A record that was acknowledged does not come again", section=SECTION)
async def acknowledged(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    for number in range(3):
        await phonebook.get(User_Agent=f"Once/{number}")
        await link.until(lambda: _named(link, phonebook, f"Once/{number}"), "A record did not come.")  # noqa: B023
    ids = [dispatch.id for dispatch in _of(link, phonebook)]
    expect(len(ids) == len(set(ids)), "A record came again although it was acknowledged.")


@check(
    "audit.again",
    "A record that was not acknowledged comes again on the next link, with its id",
    section=SECTION,
    lane="links",
)
async def again(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    sent = await unacknowledged(phonebook, "Again/1")
    await link.cut()
    next_link = await stage.link()
    await next_link.until(
        lambda: _named(next_link, phonebook, "Again/1"), "A record that was not acknowledged is lost."
    )
    again = {d.id for d in _of(next_link, phonebook) if d.phone.user_agent == "Again/1"}
    expect(again == sent, "The record came again with another id; the server would store it twice.")


@check("audit.without-link", "What phones got while there was no link is recorded too", section=SECTION, lane="links")
async def without_link(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    stage.server.welcomes = False
    count = len(stage.server.links)
    try:
        await (await stage.link()).cut()
        await phonebook.get(User_Agent="Alone/1")
    finally:
        stage.server.welcomes = True
    link = await stage.next_link(count)
    if not link.is_welcomed:
        await link.welcome()
    link = await stage.link()
    await link.until(lambda: _named(link, phonebook, "Alone/1"), "A fetch without a link was not recorded.")


@check(
    "audit.bare",
    "A bare request that nothing follows is recorded as “none” after half a minute",
    section=SECTION,
    lane="bare",
    seconds=90,
    harms=False,
)
async def bare(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    await phonebook.get(login=None, User_Agent="Shy/1")
    await phonebook.get(login=None, User_Agent="Usual/1")
    await phonebook.get(User_Agent="Usual/1")

    def is_shy(dispatch: Dispatch) -> bool:
        return dispatch.phone.user_agent == "Shy/1" and dispatch.auth == "none"

    await link.until(lambda: _count(link, phonebook, is_shy), "It was never recorded.", seconds=75)
    usual = [d for d in _of(link, phonebook) if d.phone.user_agent == "Usual/1" and d.auth == "none"]
    expect(not usual, "A bare request that was followed by one with the login was recorded too; most phones ask so.")


async def unacknowledged(phonebook: Phonebook, agent: str) -> set[str]:
    """Fetch, and let the record of it come without a reply. Returns its id, alone in a set.

    What came before is brought and acknowledged first, so that the record is the only one under way.
    """
    link = await phonebook.stage.link()
    await phonebook.get(User_Agent=f"Before {agent}")
    await link.until(lambda: _named(link, phonebook, f"Before {agent}"), "No record of a fetch came.")
    link.stores = False
    await phonebook.get(User_Agent=agent)
    await link.until(lambda: _named(link, phonebook, agent), "No record of a fetch came.")
    return {d.id for d in _of(link, phonebook) if d.phone.user_agent == agent}


def _named(link: PlayedLink, phonebook: Phonebook, agent: str) -> bool:
    return any(dispatch.phone.user_agent == agent for dispatch in _of(link, phonebook))


def _now() -> int:
    return int(time.time() * 1000)
