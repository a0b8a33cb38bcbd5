"""The service's own restarts: stopped as asked, killed, started while the server is away."""

from __future__ import annotations

import stat

import anyio

from phonebook_vendor_sdk.conformance.check import NotApplicable, check, expect
from phonebook_vendor_sdk.conformance.checks.audits import unacknowledged
from phonebook_vendor_sdk.conformance.played_server import Refusal
from phonebook_vendor_sdk.conformance.stage import Phonebook, Stage, person
from phonebook_vendor_sdk.conformance.texts import texts_in

ENDING = "Ending a link"
PHONES = "What phones must get"
AUDIT = "Audit trails"
KEPT_SECONDS = 3.0
"""How long a service has to write its copy down before it is killed."""


@check("stop.sigterm", "SIGTERM ends it within seconds, with the exit code 0", section=ENDING, lane="restart")
async def sigterm(stage: Stage) -> None:
    await stage.enabled([person("Annabel")])
    code = await stage.service.stop()
    expect(code == 0, f"It ended with the code {code} after SIGTERM.")


@check(
    "stop.closing", "Before it stops it says closing, or at least closes its link",
    section=ENDING, lane="restart", harms=False,
)  # fmt: skip
async def says_closing(stage: Stage) -> None:
    link = await stage.link()
    await stage.service.stop()
    await link.until_ended("Its link was still open after it had stopped.")
    if not any(message.kind == "closing" for message in link.requests):
        raise NotApplicable("It does not say closing, which is optional: the reports repair everything.")


@check("stop.while-busy", "SIGTERM in the midst of a fetch of contacts ends it as well", section=ENDING, lane="restart")
async def while_busy(stage: Stage) -> None:
    phonebook = await stage.book([person("Annabel")])
    phonebook.book.gate = anyio.Event()
    await phonebook.turn_on()
    code = await stage.service.stop()
    expect(code == 0, f"It ended with the code {code} after SIGTERM.")


async def _started_alone(stage: Stage, *, killed: bool) -> Phonebook:
    """A phonebook that was enabled, and the service started again while the server refuses it."""
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    if killed:
        await anyio.sleep(KEPT_SECONDS)
        await stage.service.kill()
    else:
        await stage.service.stop()
    stage.server.refusing = Refusal(503, 1)
    count = len(stage.server.dials)
    await stage.start()
    await stage.server.dial_after(count, "Started again, it did not dial.")
    return phonebook


async def _serves_alone(stage: Stage, *, killed: bool) -> None:
    try:
        phonebook = await _started_alone(stage, killed=killed)
        answer = await phonebook.get()
        if answer.status == 503:
            raise NotApplicable("It keeps no copy of phonebooks on disk, which is optional. Phones get 503 meanwhile.")
        expect(answer.status == 200, f"Started again without the server, a phone got {answer.status}.")
        expect("Annabel" in texts_in(answer), "Started again without the server, it lost the contacts.")
    finally:
        stage.server.refusing = None


@check(
    "restart.alone", "Started again without the server, it serves the last good book", section=PHONES, lane="restart2"
)
async def alone(stage: Stage) -> None:
    await _serves_alone(stage, killed=False)


@check(
    "restart.killed",
    "Killed and started again without the server, it serves a good book",
    section=PHONES,
    lane="restart2",
)
async def killed(stage: Stage) -> None:
    await _serves_alone(stage, killed=True)


@check(
    "restart.replayed",
    "Started again, it serves the book with what changed meanwhile",
    section="A new link",
    lane="restart2",
)
async def replayed(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    await stage.service.stop()
    phonebook.book.put(person("Berthold"))
    await stage.start()
    await phonebook.replay()
    await phonebook.until_shows("Annabel", "Berthold")


@check(
    "restart.instance",
    "Started again on its state folder, it has the same instance",
    section="The handshake",
    lane="restart3",
)
async def instance(stage: Stage) -> None:
    first = (await stage.link()).hello
    count = len(stage.server.links)
    await stage.service.stop()
    await stage.start()
    again = (await stage.next_link(count)).hello
    assert first is not None
    assert again is not None
    expect(
        first.instance == again.instance, "The instance changed with a restart; the server cannot tell it took over."
    )


@check("restart.records", "Records that were not acknowledged survive SIGTERM", section=AUDIT, lane="restart3")
async def records(stage: Stage) -> None:
    await _keeps_records(stage, killed=False)


@check(
    "restart.records-killed", "Records that were not acknowledged survive being killed", section=AUDIT, lane="restart3"
)
async def records_killed(stage: Stage) -> None:
    await _keeps_records(stage, killed=True)


async def _keeps_records(stage: Stage, *, killed: bool) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    agent = f"Kept/{killed:d}"
    sent = await unacknowledged(phonebook, agent)
    count = len(stage.server.links)
    if killed:
        await stage.service.kill()
    else:
        await stage.service.stop()
    await stage.start()
    await stage.next_link(count)
    link = await stage.link()
    await link.until(lambda: any(d.phone.user_agent == agent for d in link.dispatches), "The record is lost.")
    again = {d.id for d in link.dispatches if d.phone.user_agent == agent}
    expect(again == sent, "The record came with another id; the server would store it twice.")


@check(
    "restart.secrets",
    "What it keeps of keys and passwords nobody else on the machine can read",
    section=PHONES,
    lane="restart2",
)
async def secrets(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    if not stage.subject.can_restart:
        raise NotApplicable("The kit did not start this service, so it does not know its state folder.")
    words = [phonebook.login[1].encode(), phonebook.book.api_key.encode()]
    await stage.service.stop()
    for path in stage.state_dir.rglob("*"):
        if not path.is_file():
            continue
        holds = any(word in path.read_bytes() for word in words)
        steps = [path, *(p for p in path.parents if p.is_relative_to(stage.state_dir))]
        is_open = all(p.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH) for p in steps)
        expect(not (holds and is_open), f"{path.name} holds a key or password and others may read it.")
