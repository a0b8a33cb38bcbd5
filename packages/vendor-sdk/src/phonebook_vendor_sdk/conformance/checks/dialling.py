"""When it dials again: with jitter after faults, and when the server says so."""

from __future__ import annotations

import time

import anyio

from phonebook_vendor_sdk.conformance.check import check, expect
from phonebook_vendor_sdk.conformance.played_server import Refusal
from phonebook_vendor_sdk.conformance.stage import Stage, person

REFUSED = "The handshake"
JITTER = "Deadlines and heartbeats"
ENDING = "Ending a link"
BOUNDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Upper bounds of the first waits."""
SLACK = 3.0
"""Seconds that a busy machine may need for a dial beyond the wait."""
EARLY = 0.15
"""Seconds by which a wait may look shorter than it was, for clocks are read at both ends."""


async def _waits_after(stage: Stage, refusal: Refusal, seconds: float) -> None:
    """After this refusal the next dial must not come earlier than so many seconds."""
    stage.server.refusals.append(refusal)
    count = len(stage.server.dials)
    await (await stage.link()).cut()
    refused = await stage.server.dial_after(count, "It did not dial again after its link was cut.")
    again = await stage.server.dial_after(count + 1, f"It never dialled again after a {refusal.status}.")
    waited = again.time - refused.time
    expect(waited >= seconds - EARLY, f"It dialled {waited:.1f} s after a {refusal.status} that asked for {seconds:g}.")
    await stage.link()


@check("dialling.busy", "After 503 with Retry-After it dials no earlier", section=REFUSED, lane="busy", seconds=60)
async def busy(stage: Stage) -> None:
    await _waits_after(stage, Refusal(503, 4), 4)


@check("dialling.too-many", "After 429 with Retry-After it dials no earlier", section=REFUSED, lane="busy", seconds=60)
async def too_many(stage: Stage) -> None:
    await _waits_after(stage, Refusal(429, 5), 5)


@check(
    "dialling.version",
    "After 426 it goes on serving phones and dials again",
    section=REFUSED,
    lane="versions",
    seconds=60,
)
async def version(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    detail = "This server speaks phonebook-vendor.v2. Update the service."
    stage.server.refusals.append(Refusal(426, detail=detail))
    count = len(stage.server.dials)
    await (await stage.link()).cut()
    await stage.server.dial_after(count, "It did not dial again after its link was cut.")
    expect("Annabel" in await phonebook.texts(), "A server with another version took the phonebook from phones.")
    await stage.server.dial_after(count + 1, "It never dialled again after a 426.", seconds=40)


@check(
    "dialling.strange-answer",
    "What is no phonebook server does not end it",
    section=REFUSED,
    lane="versions",
    seconds=60,
)
async def strange_answer(stage: Stage) -> None:
    stage.server.refusals.append(Refusal(404))
    count = len(stage.server.dials)
    await (await stage.link()).cut()
    await stage.server.dial_after(count + 1, "It never dialled again after a 404.", seconds=40)
    await stage.link()


@check(
    "dialling.closing", "After closing with retry_after it dials no earlier", section=ENDING, lane="busy", seconds=60
)
async def closing(stage: Stage) -> None:
    link = await stage.link()
    count, began = len(stage.server.dials), time.monotonic()
    await link.goodbye(3.0)
    again = await stage.server.dial_after(count, "It never dialled again after closing.")
    waited = again.time - began
    expect(waited >= 3.0 - EARLY, f"It dialled {waited:.1f} s after a closing that asked for 3.")


@check(
    "dialling.not-again",
    "After closing with a negative retry_after it does not dial again soon",
    section=ENDING,
    lane="farewell",
    seconds=60,
)
async def not_again(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    count = len(stage.server.dials)
    await (await stage.link()).goodbye(-1.0)
    await anyio.sleep(15)
    expect(len(stage.server.dials) == count, "It dialled again within 15 s of being asked not to.")
    expect("Annabel" in await phonebook.texts(), "A goodbye took the phonebook from phones.")
    await stage.end()


@check(
    "dialling.refused-token",
    "A refused token is tried again every half minute at most",
    section=REFUSED,
    lane="refused",
    seconds=60,
)
async def refused_token(stage: Stage) -> None:
    count = len(stage.server.dials)
    stage.server.refusing = Refusal(401, detail="This token was revoked.")
    try:
        await (await stage.link()).cut()
        await stage.server.dial_after(count, "It did not dial again after its link was cut.")
        await anyio.sleep(25)
        more = len(stage.server.dials) - count - 1
        expect(not more, f"It dialled {more} more times within 25 s of a refused token.")
    finally:
        stage.server.refusing = None
        await stage.end()


@check(
    "dialling.jitter",
    "Waits between dials stay below bounds that double from half a second to ten",
    section=JITTER,
    lane="jitter",
    seconds=90,
)
async def jitter(stage: Stage) -> None:
    stage.server.refusing = Refusal(503)
    count = len(stage.server.dials)
    await (await stage.link()).cut()
    began = time.monotonic()
    waits = []
    try:
        for number, bound in enumerate(BOUNDS):
            dial = await stage.server.dial_after(count + number, f"It gave up dialling after {number} tries.")
            waits.append((dial.time - began) / bound)
            expect(
                dial.time - began <= bound + SLACK,
                f"Wait {number + 1} took {dial.time - began:.1f} s; at most {bound:g}.",
            )
            began = dial.time
    finally:
        stage.server.refusing = None
    stage.jitter = waits
    await stage.link()


@check(
    "dialling.full-jitter",
    "Those waits are random, so that a thousand services do not return at once",
    section=JITTER,
    lane="jitter",
    seconds=30,
)
async def full_jitter(stage: Stage) -> None:
    waits = stage.jitter
    expect(waits, "The waits could not be measured, because the check before failed.")
    later = waits[1:]  # the first is short, and the time of a dial itself weighs much in it
    expect(max(later) - min(later) > 0.08, f"The waits are always {sum(later) / len(later):.2f} of their bounds.")
    expect(min(waits) < 0.97, "Every wait is as long as its bound; it must lie anywhere between 0 and that.")


@check(
    "dialling.anew",
    "A link that held for ten seconds starts the series of waits anew",
    section=JITTER,
    lane="jitter",
    seconds=90,
)
async def anew(stage: Stage) -> None:
    link = await stage.link()
    await anyio.sleep(max(0.0, link.began + 11 - time.monotonic()))
    count, began = len(stage.server.dials), time.monotonic()
    await link.cut()
    dial = await stage.server.dial_after(count, "It did not dial again after its link was cut.")
    expect(
        dial.time - began <= BOUNDS[0] + SLACK,
        f"After a link that held it waited {dial.time - began:.1f} s; at most 0.5.",
    )
