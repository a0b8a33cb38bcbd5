"""Commands in every order, legal and not, lost and repeated."""

from __future__ import annotations

from typing import Any

from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import BookChanged, Configure, Failure, Noted, Report, TurnOff, TurnOn
from phonebook_vendor_sdk.conformance.check import Failed, check, expect
from phonebook_vendor_sdk.conformance.stage import Phonebook, Stage, person, unacceptable, words_of

SECTION = "Commands and reports"


def _must_be(report: Report, **values: Any) -> None:
    for name, value in values.items():
        got = getattr(report, name)
        expect(got == value, f"The report has {name} {got!s}; it must be {value!s}.")


async def _must_be_illegal(phonebook: Phonebook, command: TurnOn | Configure | TurnOff, state: str) -> None:
    reply = await (await phonebook.stage.link()).ask(command)
    right = isinstance(reply, Failure) and reply.code == "illegal_move"
    expect(right, f"{command.kind} in {state} was answered with {reply!r} instead of a failure “illegal_move”.")


async def _refused(phonebook: Phonebook) -> Report:
    """Send settings that break the form's own bounds."""
    _, bad = unacceptable(phonebook.stage.form, phonebook.settings or phonebook.stage.settings(phonebook.book))
    return await phonebook.configure(bad, is_bad=True)


@check("commands.turn-on", "turn_on moves to setup and is answered with a report that says so", section=SECTION)
async def turn_on(stage: Stage) -> None:
    phonebook = await stage.book()
    report = await phonebook.turn_on()
    _must_be(report, phonebook=phonebook.id, state=State.SETUP, generation=1, configured=0, refused=0, access=None)


@check("commands.configure", "Acceptable settings move to enabled, with the access of phones", section=SECTION)
async def configure(stage: Stage) -> None:
    phonebook = await stage.book()
    await phonebook.turn_on()
    report = await phonebook.configure()
    expect(report.state is State.ENABLED, f"Acceptable settings were refused: {words_of(report)}")
    _must_be(report, generation=2, configured=2, refused=0)
    access = report.access
    if access is None or not access.url:
        raise Failed("The report has no access, so nobody learns where phones fetch.")
    path = f"/phones/{stage.slug}/{phonebook.id}/"
    expect(path in access.url, f"The URL of phones is {access.url}; it must have the path {path}….")
    expect(access.username and access.password, "The access needs the user name and the password of the phones.")


@check(
    "commands.refused-in-setup", "Settings out of bounds are refused with a problem, and setup stays", section=SECTION
)
async def refused_in_setup(stage: Stage) -> None:
    phonebook = await stage.book()
    await phonebook.turn_on()
    report = await _refused(phonebook)
    _must_be(report, state=State.SETUP, generation=2, configured=0, refused=2, access=None)
    expect(any(problem.message for problem in report.problems), "Refused without a problem: nobody learns why.")


@check("commands.problem-field", "A problem names the setting that it is about", section=SECTION, harms=False)
async def problem_field(stage: Stage) -> None:
    phonebook = await stage.book()
    await phonebook.turn_on()
    name, _ = unacceptable(stage.form, stage.settings(phonebook.book))
    report = await _refused(phonebook)
    fields = [problem.field for problem in report.problems]
    expect(name in fields, f"The problem is with {name}; the report names {fields}.")


@check("commands.refused-change", "A rejected change leaves enabled with the old settings in force", section=SECTION)
async def refused_change(stage: Stage) -> None:
    phonebook = await stage.enabled()
    before = phonebook.access
    report = await _refused(phonebook)
    _must_be(report, state=State.ENABLED, generation=3, configured=2, refused=3)
    expect(report.access == before, "The access changed with settings that were refused.")


@check("commands.served-through-refusal", "Phones are served through a rejected change", section="What phones must get")
async def served_through_refusal(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await _refused(phonebook)
    expect("Annabel" in await phonebook.texts(), "A rejected change took the phonebook from phones.")
    await phonebook.put(person("Berthold"))
    await phonebook.until_shows("Annabel", "Berthold")


@check("commands.accepted-after-refusal", "Good settings after refused ones put `refused` back to 0", section=SECTION)
async def accepted_after_refusal(stage: Stage) -> None:
    phonebook = await stage.enabled()
    await _refused(phonebook)
    report = await phonebook.configure()
    _must_be(report, state=State.ENABLED, generation=4, configured=4, refused=0, problems=())


@check("commands.configure-again", "The same settings in a new command are accepted again", section=SECTION)
async def configure_again(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    report = await phonebook.configure()
    _must_be(report, state=State.ENABLED, generation=3, configured=3)
    expect("Annabel" in await phonebook.texts(), "The same settings once more took the phonebook from phones.")


@check("commands.turn-off", "turn_off moves to disabled, with no access", section=SECTION)
async def turn_off(stage: Stage) -> None:
    phonebook = await stage.enabled()
    report = await phonebook.turn_off()
    _must_be(report, state=State.DISABLED, generation=3, configured=0, refused=0, access=None)


@check("commands.turn-off-in-setup", "turn_off before any settings moves to disabled", section="States")
async def turn_off_in_setup(stage: Stage) -> None:
    phonebook = await stage.book()
    await phonebook.turn_on()
    _must_be(await phonebook.turn_off(), state=State.DISABLED, generation=2)


@check("commands.on-again", "After turn_off it can be turned on and configured again", section="States")
async def on_again(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.turn_off()
    _must_be(await phonebook.turn_on(), state=State.SETUP, generation=4, configured=0)
    _must_be(await phonebook.configure(), state=State.ENABLED, configured=5)
    await phonebook.until_shows("Annabel")


@check(
    "commands.repeated-turn-on", "A repeated turn_on changes nothing and is answered with the report", section=SECTION
)
async def repeated_turn_on(stage: Stage) -> None:
    phonebook = await stage.enabled()
    link = await stage.link()
    report = await link.ask(TurnOn(phonebook=phonebook.id, generation=1, api_key=phonebook.book.api_key))
    if not isinstance(report, Report):
        raise Failed(f"It was answered with {report!r}.")
    _must_be(report, state=State.ENABLED, generation=2, configured=2)


@check("commands.repeated-configure", "A repeated configure is answered with the report of the first", section=SECTION)
async def repeated_configure(stage: Stage) -> None:
    phonebook = await stage.enabled()
    key = phonebook.book.api_key
    again = await phonebook.command(
        Configure(phonebook=phonebook.id, generation=2, settings=phonebook.settings, api_key=key)
    )
    _must_be(again, state=State.ENABLED, generation=2, configured=2, refused=0)


@check("commands.repeated-while-checking", "A configure repeated during its check gets its own reply", section=SECTION)
async def repeated_while_checking(stage: Stage) -> None:
    phonebook = await stage.book()
    await phonebook.turn_on()
    link = await stage.link()
    body = {
        "phonebook": phonebook.id, "generation": 2,
        "settings": stage.settings(phonebook.book), "api_key": phonebook.book.api_key,
    }  # fmt: skip
    ids = [await link.ask_raw("configure", body) for _ in range(3)]
    for id in ids:
        report = await link.reply(id)
        if not isinstance(report, Report):
            raise Failed(f"It was answered with {report!r}.")
        _must_be(report, state=State.ENABLED, generation=2, configured=2)


@check("commands.old-turn-off", "A turn_off that comes late, with an older number, changes nothing", section=SECTION)
async def old_turn_off(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    report = await phonebook.command(TurnOff(phonebook=phonebook.id, generation=1))
    _must_be(report, state=State.ENABLED, generation=2)
    expect("Annabel" in await phonebook.texts(), "An old turn_off took the phonebook from phones.")


@check("commands.old-configure", "A configure that comes late, with an older number, changes nothing", section=SECTION)
async def old_configure(stage: Stage) -> None:
    phonebook = await stage.enabled()
    before = phonebook.login
    await phonebook.configure()
    _, bad = unacceptable(stage.form, phonebook.settings)
    key = phonebook.book.api_key
    report = await phonebook.command(Configure(phonebook=phonebook.id, generation=2, settings=bad, api_key=key))
    _must_be(report, state=State.ENABLED, generation=3, configured=3, refused=0)
    expect(phonebook.login == before, "An old configure changed the login of phones.")


@check("commands.gap", "Numbers may skip: only their order counts", section=SECTION, harms=False)
async def gap(stage: Stage) -> None:
    phonebook = await stage.book()
    phonebook.generation = (await phonebook.next_generation()) + 40
    _must_be(await phonebook.turn_on(), state=State.SETUP, generation=42)


@check("commands.illegal-turn-on", "turn_on in setup and in enabled is an illegal move", section="States")
async def illegal_turn_on(stage: Stage) -> None:
    phonebook = await stage.book()
    await phonebook.turn_on()
    key = phonebook.book.api_key
    await _must_be_illegal(phonebook, TurnOn(phonebook=phonebook.id, generation=2, api_key=key), "setup")
    phonebook.generation = 10
    expect((await phonebook.configure()).state is State.ENABLED, "After an illegal move nothing else worked.")
    await _must_be_illegal(phonebook, TurnOn(phonebook=phonebook.id, generation=20, api_key=key), "enabled")


@check("commands.illegal-configure", "configure in disabled is an illegal move", section="States")
async def illegal_configure(stage: Stage) -> None:
    phonebook = await stage.book()
    settings, key = stage.settings(phonebook.book), phonebook.book.api_key
    command = Configure(phonebook=phonebook.id, generation=1, settings=settings, api_key=key)
    await _must_be_illegal(phonebook, command, "disabled")


@check("commands.illegal-turn-off", "turn_off in disabled is an illegal move", section="States")
async def illegal_turn_off(stage: Stage) -> None:
    phonebook = await stage.book()
    await _must_be_illegal(phonebook, TurnOff(phonebook=phonebook.id, generation=1), "disabled")


@check("commands.apart", "Phonebooks do not disturb each other: one is turned off, the other served", section="States")
async def apart(stage: Stage) -> None:
    one = await stage.enabled([person("Annabel")])
    other = await stage.enabled([person("Berthold")])
    await one.turn_off()
    found = await other.texts()
    expect("Berthold" in found and "Annabel" not in found, "The other phonebook shows the wrong contacts.")


@check(
    "commands.unknown-phonebook", "book_changed for a phonebook it does not have is noted", section="Phonebook requests"
)
async def unknown_phonebook(stage: Stage) -> None:
    link = await stage.link()
    reply = await link.ask(BookChanged(phonebook="b-unknown", token=stage.slug))
    expect(isinstance(reply, Noted), f"It was answered with {reply!r}.")
    expect(await link.is_alive(), "The link ended.")


@check("commands.lost-noted", "When its report gets no reply it goes on: phones get the next change", section=SECTION)
async def lost_noted(stage: Stage) -> None:
    link = await stage.link()
    link.notes_reports = False
    try:
        phonebook = await stage.enabled([person("Annabel")])
        await phonebook.put(person("Berthold"))
        await phonebook.until_shows("Annabel", "Berthold")
        _must_be(await phonebook.configure(), state=State.ENABLED, configured=3)
    finally:
        await link.cut()  # reports are under way on it for ever


@check("commands.token-told", "It reports the token of the newest contacts that it has", section="report", harms=False)
async def token_told(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    await phonebook.put(person("Berthold"))
    newest = phonebook.book.token

    def is_told() -> bool:
        report = link.report(phonebook.id)
        return report is not None and report.token == newest

    await link.until(is_told, "No report with the newest token came after a change.")
