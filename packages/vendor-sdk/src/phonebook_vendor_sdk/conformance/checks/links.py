"""Links that are lost, silent, or new: what phones notice of it is nothing."""

from __future__ import annotations

import time

import anyio

from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Hello, Ping, Pong
from phonebook_vendor_sdk.conformance.check import check, expect
from phonebook_vendor_sdk.conformance.stage import Stage, person

HEARTBEATS = "Deadlines and heartbeats"
NEW = "A new link"
PHONES = "What phones must get"


@check("heartbeat.pong", "A ping is answered with pong", section=HEARTBEATS)
async def pong(stage: Stage) -> None:
    reply = await (await stage.link()).ask(Ping())
    expect(isinstance(reply, Pong), f"It answered {reply.kind}.")


@check("heartbeat.interval", "It sends something as often as the welcome asks", section="welcome", lane="links")
async def interval(stage: Stage) -> None:
    stage.server.welcome = {"heartbeat": 2.0}
    try:
        link = await stage.relink()
        said = len(link.requests)
        await link.until(lambda: len(link.requests) >= said + 2, "With a heartbeat of 2 s it was silent.", seconds=12)
    finally:
        stage.server.welcome = {}


@check(
    "heartbeat.silent-server",
    "It gives up a server that says nothing for 45 seconds, and dials again",
    section=HEARTBEATS,
    lane="silence",
    seconds=100,
)
async def silent_server(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.relink()
    await phonebook.replay()
    link.answers_pings = link.notes_reports = link.stores = False
    count, began = len(stage.server.dials), time.monotonic()
    await stage.server.dial_after(count, "It kept a link to a server that was silent for 75 seconds.", seconds=75)
    waited = time.monotonic() - began
    expect(waited > 25, f"It gave the link up after {waited:.0f} seconds of silence; a server may be busy that long.")
    expect("Annabel" in await phonebook.texts(), "A silent server took the phonebook from phones.")


@check("links.redial", "After a lost link it dials again", section=HEARTBEATS, lane="links")
async def redial(stage: Stage) -> None:
    count = len(stage.server.dials)
    await (await stage.link()).cut()
    await stage.server.dial_after(count, "It did not dial again after its link was cut.")


@check("links.served-without", "Phones are served while there is no link", section=PHONES, lane="links")
async def served_without(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    stage.server.welcomes = False
    try:
        await (await stage.link()).cut()
        for _ in range(5):
            expect("Annabel" in await phonebook.texts(), "A lost link took the phonebook from phones.")
            await anyio.sleep(0.05)
    finally:
        stage.server.welcomes = True
        if not stage.server.links[-1].ended.is_set():
            await stage.server.links[-1].cut()


@check(
    "links.served-in-replay", "Phones are served at each step of the replay on a new link", section=PHONES, lane="links"
)
async def served_in_replay(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    await stage.relink()
    expect("Annabel" in await phonebook.texts(), "The welcome took the phonebook from phones.")
    phonebook.book.gate = anyio.Event()  # the contacts come late
    report = await phonebook.turn_on()
    expect(report.state is State.SETUP, "On a new link turn_on leads to setup.")
    expect("Annabel" in await phonebook.texts(), "turn_on on a new link took the phonebook from phones.")
    phonebook.book.gate.set()
    await phonebook.configure()
    expect("Annabel" in await phonebook.texts(), "configure on a new link took the phonebook from phones.")


@check(
    "links.nothing-carried-over",
    "On a new link numbers start anew and every enablement is disabled",
    section=NEW,
    lane="links",
)
async def nothing_carried_over(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.configure()
    await stage.relink()
    report = await phonebook.turn_on()
    expect(report.state is State.SETUP and report.generation == 1, "turn_on number 1 on a new link was not acted on.")
    expect(report.configured == 0, "A report on a new link names settings of the one before.")
    report = await phonebook.configure()
    expect(report.state is State.ENABLED and report.configured == 2, "configure number 2 was not acted on.")


@check(
    "links.changed-meanwhile", "What changed without a link reaches phones with the next one", section=NEW, lane="links"
)
async def changed_meanwhile(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel"), person("Berthold")])
    await phonebook.until_shows("Annabel")
    await (await stage.link()).cut()
    phonebook.book.put(person("Cornelia"))
    phonebook.book.remove("c-Berthold")
    await phonebook.replay()
    await phonebook.until_shows("Annabel", "Cornelia", without="Berthold")


@check(
    "links.token-too-old", "When its token is too old on a new link it takes the snapshot", section=NEW, lane="links"
)
async def token_too_old(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel"), person("Berthold")])
    await phonebook.until_shows("Annabel")
    await (await stage.link()).cut()
    phonebook.book.remove("c-Berthold")
    phonebook.book.put(person("Cornelia"))
    phonebook.book.oldest = 1_000
    await phonebook.replay()
    await phonebook.until_shows("Annabel", "Cornelia", without="Berthold")


@check(
    "links.refused-on-new",
    "Settings refused on a new link leave phones with the last good book",
    section=PHONES,
    lane="links",
)
async def refused_on_new(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    await stage.relink()
    await phonebook.turn_on()
    good = phonebook.settings
    report = await phonebook.configure({name: ["not", "this"] for name in good}, is_bad=True)
    expect(report.state is State.SETUP, f"Settings of the wrong types led to {report.state}.")
    expect("Annabel" in await phonebook.texts(), "Refused settings after a new link took the phonebook from phones.")
    await phonebook.configure(good)
    await phonebook.until_shows("Annabel")


@check(
    "links.off-meanwhile",
    "A phonebook that was turned off while there was no link is 404 in the end",
    section=PHONES,
    lane="grace",
    seconds=90,
)
async def off_meanwhile(stage: Stage) -> None:
    gone = await stage.enabled([person("Annabel")])
    kept = await stage.enabled([person("Berthold")])
    await gone.until_shows("Annabel")
    await stage.relink()
    await kept.replay()
    expect(
        "Annabel" in await gone.texts(),
        "In the first moments of a new link a phonebook that was not mentioned is gone.",
    )
    answer = await gone.get()
    with anyio.move_on_after(70):
        while answer.status == 200:
            await anyio.sleep(0.5)
            answer = await gone.get()
    expect(answer.status == 404, f"70 seconds into a link that does not mention it, a phone gets {answer.status}.")
    expect("Berthold" in await kept.texts(), "The other phonebook is gone too.")


@check(
    "links.killed-server",
    "After a server that was killed returns, it is back within 15 seconds",
    section=HEARTBEATS,
    lane="killed",
    seconds=60,
)
async def killed_server(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    await stage.server.shut()
    with anyio.move_on_after(4):
        while True:
            expect("Annabel" in await phonebook.texts(), "A server that is gone took the phonebook from phones.")
            await anyio.sleep(0.3)
    count = len(stage.server.links)
    await stage.server.open()
    await stage.server.link_after(count, seconds=15)
    await phonebook.replay()
    await phonebook.put(person("Berthold"))
    await phonebook.until_shows("Annabel", "Berthold")


@check(
    "links.one-at-a-time",
    "It keeps one link, and does not dial while that lives",
    section="The handshake",
    lane="silence",
)
async def one_at_a_time(stage: Stage) -> None:
    await stage.link()
    alive = [link for link in stage.server.links if not link.ended.is_set() and isinstance(link.hello, Hello)]
    expect(len(alive) == 1, f"{len(alive)} links of one instance live side by side.")
