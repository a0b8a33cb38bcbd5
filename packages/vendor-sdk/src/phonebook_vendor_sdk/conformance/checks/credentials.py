"""User names and passwords of phones."""

from __future__ import annotations

import time

from phonebook_core.vendor_link.forms import FieldKind
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import FORMER_PASSWORD
from phonebook_vendor_sdk.conformance.check import NotApplicable, check, expect
from phonebook_vendor_sdk.conformance.stage import Phonebook, Stage, person

SECTION = "What phones must get"
TRIES = 60
"""Wrong passwords in a row, after which a service that slows down guessing has begun."""


def _with_password(phonebook: Phonebook, password: str) -> dict[str, object]:
    """The settings with another password, wherever the form has it."""
    old = phonebook.login[1]
    names = [
        field.name for field in phonebook.stage.form.fields
        if field.kind is FieldKind.SECRET and phonebook.settings.get(field.name) == old
    ]  # fmt: skip
    if not names:
        raise NotApplicable("The password of phones is none of the settings.")
    return {**phonebook.settings, names[0]: password}


@check("login.bare", "A first request without credentials gets 401 and Basic", section=SECTION)
async def bare(stage: Stage) -> None:
    answer = await (await stage.enabled([person("Annabel")])).get(login=None)
    expect(answer.status == 401, f"It got {answer.status}.")
    asked = answer.headers.get("www-authenticate", "")
    expect(asked.lower().startswith("basic"), f"WWW-Authenticate is “{asked}”, so phones do not send their login.")
    expect(b"Annabel" not in answer.body, "Contacts were in the answer.")


@check("login.wrong", "A wrong password and a wrong user name are refused", section=SECTION)
async def wrong(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    name, password = phonebook.login
    for login in ((name, "wrong"), ("wrong", password), (name, ""), (name, password + "x"), (name, password[:-1])):
        answer = await phonebook.get(login=login)
        expect(answer.status in (401, 429), f"A wrong login got {answer.status}.")
        expect(b"Annabel" not in answer.body, "Contacts were in the answer to a wrong login.")


@check("login.other-book", "The login of one phonebook does not open another", section=SECTION)
async def other_book(stage: Stage) -> None:
    one = await stage.enabled([person("Annabel")])
    other = await stage.enabled([person("Berthold")])
    answer = await one.get(login=other.login)
    expect(answer.status in (401, 429), f"The login of another phonebook got {answer.status}.")


@check("login.unreadable", "An Authorization header that cannot be read is a wrong one, not an error", section=SECTION)
async def unreadable(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    for value in ("Basic", "Basic !!!", "Basic /w==", "Bearer abc", "Basic bm9jb2xvbg==", "Digest username=x"):
        answer = await phonebook.get(login=None, Authorization=value)
        expect(answer.status in (400, 401, 429), f"Authorization “{value}” was answered with {answer.status}.")


@check("login.throttled", "Whoever guesses passwords is slowed down", section=SECTION, harms=False, lane="guessing")
async def throttled(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    for number in range(TRIES):
        answer = await phonebook.get(login=("guess", f"guess{number}"))
        if answer.status == 429:
            expect(answer.headers.get("retry-after", "").isdigit(), "The 429 has no Retry-After in seconds.")
            return
        expect(answer.status == 401, f"A wrong password got {answer.status}.")
    raise NotApplicable(f"It answers {TRIES} wrong passwords in a row with 401 each. Slowing that down is optional.")


@check(
    "login.not-locked-out",
    "The right password is served at once, however many wrong ones came before",
    section=SECTION,
    lane="guessing",
)
async def not_locked_out(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    for number in range(TRIES):
        await phonebook.get(login=("guess", f"guess{number}"))
    answer = await phonebook.get()
    expect(answer.status == 200, f"The right password got {answer.status}: one phone locks out those beside it.")


@check("login.changed", "A new password opens at once and the old one does not", section="Forms and settings")
async def changed(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    before = phonebook.login
    settings = _with_password(phonebook, "another-secret-another-secret")
    report = await phonebook.configure(settings)
    expect(report.state is State.ENABLED and report.configured == 3, "The new password was refused.")
    expect(phonebook.login[1] == "another-secret-another-secret", "The access does not show the new password.")
    expect((await phonebook.get()).status == 200, "The new password does not open.")
    expect((await phonebook.get(login=before)).status in (401, 429), "The old password still opens.")


async def _rotated(stage: Stage, until: int) -> tuple[Phonebook, tuple[str, str]]:
    link = await stage.link()
    if link.hello is None or FORMER_PASSWORD not in link.hello.features:
        raise NotApplicable(f"It does not list the feature {FORMER_PASSWORD}, so it gets the new password alone.")
    phonebook = await stage.enabled([person("Annabel")])
    before = phonebook.login
    settings = _with_password(phonebook, "another-secret-another-secret")
    await phonebook.configure(settings, former_password=before[1], former_until=until)
    return phonebook, before


@check("login.former", "While an old password overlaps, both open", section="Forms and settings")
async def former(stage: Stage) -> None:
    phonebook, before = await _rotated(stage, int(time.time() * 1000) + 3_600_000)
    expect((await phonebook.get(login=before)).status == 200, "The former password does not open in its time.")
    expect((await phonebook.get()).status == 200, "The new password does not open.")


@check("login.former-over", "After its time an old password is refused", section="Forms and settings")
async def former_over(stage: Stage) -> None:
    phonebook, before = await _rotated(stage, int(time.time() * 1000) - 1000)
    answer = await phonebook.get(login=before)
    expect(answer.status in (401, 429), f"A former password whose time is over got {answer.status}.")
    expect((await phonebook.get()).status == 200, "The new password does not open.")
