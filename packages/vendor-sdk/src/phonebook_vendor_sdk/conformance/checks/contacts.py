"""Contacts on their way to phones: whole books, deltas, pages, and what happens in between."""

from __future__ import annotations

import anyio
from msgspec.structs import replace

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.phone_number import NumberForm, OutputForm
from phonebook_core.vendor_link.messages import Configure, Failure, Noted
from phonebook_vendor_sdk.conformance.check import check, expect
from phonebook_vendor_sdk.conformance.stage import Phonebook, Stage, person
from phonebook_vendor_sdk.conformance.texts import texts_in

SECTION = "Phonebook requests"
LARGE = 100_000
"""Contacts of the largest book."""
HOME = "+442079460018"
"""A number in E.164 that belongs to the region of the kit's phonebooks."""


@check("contacts.fetched", "After turn_on it asks for everything, with the key of the command", section=SECTION)
async def fetched(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    first = phonebook.book.asked[0]
    expect(first.since == "", f"It asked since “{first.since}” at first; an empty token asks for everything.")
    expect(first.api_key == phonebook.book.api_key, "It did not use the key of the command.")


@check("contacts.new-key", "It uses the key of the last command from then on", section="configure")
async def new_key(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    phonebook.book.api_key = "pbk_another"
    await phonebook.configure()
    await phonebook.put(person("Berthold"))
    await phonebook.until_shows("Berthold")


@check("contacts.new-key-refused", "The key of refused settings is used all the same", section="configure")
async def new_key_refused(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    phonebook.book.api_key = "pbk_another"
    generation = await phonebook.next_generation()
    await phonebook.command(
        Configure(phonebook=phonebook.id, generation=generation, settings={}, api_key="pbk_another")
    )
    await phonebook.put(person("Berthold"))
    await phonebook.until_shows("Berthold")


@check("contacts.added", "A contact that was added is what the next phone gets", section=SECTION)
async def added(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.put(person("Berthold"))
    await phonebook.until_shows("Annabel", "Berthold")


@check("contacts.changed", "A contact that was changed takes the place of the one with its id", section=SECTION)
async def changed(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel"), person("Berthold")])
    await phonebook.put(replace(person("Annabel"), display_name="Cornelia"))
    await phonebook.until_shows("Cornelia", "Berthold", without="Annabel")


@check("contacts.removed", "A contact that was removed is gone", section=SECTION)
async def removed(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel"), person("Berthold")])
    phonebook.book.remove("c-Annabel")
    await phonebook.announce()
    await phonebook.until_shows("Berthold", without="Annabel")


@check(
    "contacts.stale-before-noted",
    "What is announced is stale before `noted`: the next phone waits for it",
    section=SECTION,
)
async def stale_before_noted(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    for number in range(5):
        name = f"Late{number}"
        phonebook.book.gate = anyio.Event()
        await phonebook.put(person(name))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_open_soon, phonebook)
            expect(name in await phonebook.texts(), "A phone that asked after `noted` got the book from before.")


async def _open_soon(phonebook: Phonebook) -> None:
    await anyio.sleep(0.15)
    phonebook.book.gate.set()


@check("contacts.announced-meanwhile", "What is announced during a fetch is fetched once more", section=SECTION)
async def announced_meanwhile(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    book, link = phonebook.book, await stage.link()
    asked = len(book.asked)
    book.gate = anyio.Event()
    before = book.token
    book.move_on()
    book.scripted.append(
        book.changes(at=before, upserts=[person("Berthold")])
    )  # the answer on its way does not know the next change yet
    await phonebook.announce()
    await link.until(lambda: len(book.asked) > asked, "It did not fetch after an announcement.")
    book.put(person("Cornelia"))
    await phonebook.announce()
    book.gate.set()
    await phonebook.until_shows("Annabel", "Cornelia")


@check("contacts.pages", "A book in many pages arrives whole, each asked with the page's token", section=SECTION)
async def pages(stage: Stage) -> None:
    phonebook = await stage.book([person(f"Name{number:03}") for number in range(95)])
    phonebook.book.page = 10
    await phonebook.turn_on()
    await phonebook.configure()
    await phonebook.until_shows(*(f"Name{number:03}" for number in range(95)))
    expect(len(phonebook.book.asked) >= 10, "It did not ask for every page.")


@check("contacts.no-half-change", "Phones never see some pages of a change without the others", section=SECTION)
async def no_half_change(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    book, link = phonebook.book, await stage.link()
    await phonebook.until_shows("Annabel")
    asked = len(book.asked)
    book.move_on()
    book.scripted.append(book.changes(at="half", upserts=[person("Berthold")], removals=["c-Annabel"], more=True))
    await phonebook.announce()
    await link.until(lambda: book.answered > asked, "It did not ask for the first page.")
    book.gate = anyio.Event()
    book.scripted.append(book.changes(at=book.token, upserts=[person("Cornelia")]))
    half = await phonebook.get() if len(book.asked) == asked + 1 or book.answered == asked + 1 else None
    book.gate.set()
    if half is not None and half.status == 200:
        found = texts_in(half)
        torn = ("Berthold" in found) != ("Cornelia" in found)
        expect(not torn, "A phone got the first page of a change without the second.")
    await phonebook.until_shows("Berthold", "Cornelia", without="Annabel")


@check("contacts.snapshot", "A snapshot makes it forget everything before", section=SECTION)
async def snapshot(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel"), person("Berthold")])
    await phonebook.until_shows("Annabel")
    book = phonebook.book
    book.move_on()
    book.scripted.append(book.changes(at=book.token, upserts=[person("Cornelia")], snapshot=True))
    await phonebook.announce()
    await phonebook.until_shows("Cornelia", without="Annabel")


@check("contacts.snapshot-midway", "A snapshot in the midst of a series forgets its first pages too", section=SECTION)
async def snapshot_midway(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    book = phonebook.book
    book.move_on()
    book.scripted.append(book.changes(at="p1", upserts=[person("Berthold")], more=True))
    book.scripted.append(book.changes(at="p2", upserts=[person("Cornelia")], snapshot=True, more=True))
    book.scripted.append(book.changes(at=book.token, upserts=[person("Dorothea")]))
    await phonebook.announce()
    found = await phonebook.until_shows("Cornelia", "Dorothea", without="Annabel")
    expect("Berthold" not in found, "A contact from before the snapshot is still there.")


@check("contacts.token-opaque", "It sends a token of any form back as it came", section=SECTION)
async def token_opaque(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    book = phonebook.book
    token = "Ünï/c0de?&=+ \t" + "t" * 200
    book.move_on()
    book.names_of_tokens[token] = book.token
    book.scripted.append(book.changes(at=token, upserts=[person("Berthold")]))
    await phonebook.announce()
    await phonebook.until_shows("Berthold")
    book.put(person("Cornelia"))
    asked = len(book.asked)
    await phonebook.announce()
    await phonebook.until_shows("Cornelia")
    expect(book.asked[asked].since == token, f"It asked since {book.asked[asked].since!r} instead of its token.")


@check("contacts.repeated-in-series", "Of a contact that comes twice in a series the later one counts", section=SECTION)
async def repeated_in_series(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    book = phonebook.book
    book.move_on()
    book.scripted.append(book.changes(at="p1", upserts=[person("Berthold")], more=True))
    later = replace(person("Berthold"), display_name="Cornelia")
    book.scripted.append(book.changes(at=book.token, upserts=[later]))
    await phonebook.announce()
    await phonebook.until_shows("Annabel", "Cornelia", without="Berthold")


@check("contacts.removed-in-series", "A contact that comes and is removed in one series is gone", section=SECTION)
async def removed_in_series(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    book = phonebook.book
    book.move_on()
    book.scripted.append(book.changes(at="p1", upserts=[person("Berthold"), person("Cornelia")], more=True))
    book.scripted.append(book.changes(at=book.token, removals=["c-Berthold"]))
    await phonebook.announce()
    await phonebook.until_shows("Annabel", "Cornelia", without="Berthold")


@check("contacts.unknown-removal", "Removals may name contacts that it never had", section=SECTION)
async def unknown_removal(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    book = phonebook.book
    book.move_on()
    book.scripted.append(book.changes(at=book.token, upserts=[person("Berthold")], removals=["c-never", "c-ever"]))
    await phonebook.announce()
    await phonebook.until_shows("Annabel", "Berthold")


@check("contacts.deltas-equal-snapshot", "Many small changes lead to the bytes of one snapshot", section=SECTION)
async def deltas_equal_snapshot(stage: Stage) -> None:
    grown = await stage.enabled([person("Annabel"), person("Berthold"), person("Zacharias")])
    await grown.put(person("Müller"), person("mueller"), person("Ärmel"))
    await grown.put(replace(person("Zacharias"), display_name="Aaron"))
    grown.book.remove("c-Berthold")
    await grown.announce()
    await grown.put(person("Berthold"))
    await grown.until_shows("Müller", "Aaron", "Berthold", without="Zacharias")
    at_once = await stage.book(list(grown.book.contacts.values()))
    await at_once.turn_on()
    await at_once.configure(grown.settings)
    await at_once.until_shows("Müller", "Aaron", "Berthold")
    same = (await grown.get()).body.replace(grown.id.encode(), b"") == (await at_once.get()).body.replace(
        at_once.id.encode(), b""
    )
    expect(same, "The same contacts make two different files, depending on how they came.")


@check("contacts.stable", "The same contacts make the same bytes, whatever their order of arrival", section=SECTION)
async def stable(stage: Stage) -> None:
    contacts = [person(f"Same{n}") for n in range(30)]
    one = await stage.enabled(contacts)
    await one.until_shows("Same29")
    first = (await one.get()).body
    expect((await one.get()).body == first, "Two fetches of an unchanged book differ.")
    one.book.move_on()
    one.book.scripted.append(one.book.changes(at=one.book.token, upserts=contacts[::-1], snapshot=True))
    await one.announce()
    await anyio.sleep(0.2)
    expect((await one.get()).body == first, "The same contacts in another order of arrival make another file.")


@check("contacts.order", "Contacts are in the order of their folded names", section=SECTION, harms=False)
async def order(stage: Stage) -> None:
    names = ["Zoega", "ábelard", "Abelarx", "ABELA", "Österreich", "Osterwald", "bertram"]
    phonebook = await stage.enabled([person(name) for name in names])
    found = await phonebook.until_shows(*names)
    right = ["ABELA", "ábelard", "Abelarx", "bertram", "Österreich", "Osterwald", "Zoega"]
    got = sorted(names, key=lambda name: f" {found} ".index(name))
    expect(got == right, f"They are in the order {', '.join(got)}; it must be {', '.join(right)}.")


@check(
    "contacts.shown-name",
    "Without a display name the given and family name, else the organization is shown",
    section=SECTION,
)
async def shown_name(stage: Stage) -> None:
    number = (PhoneNumber(value="201"),)
    contacts = [
        Contact(id="1", given_name="Gwendolyn", family_name="Fairfax", numbers=number),
        Contact(id="2", organization="Bunbury", numbers=number),
    ]
    await (await stage.enabled(contacts)).until_shows("Gwendolyn", "Fairfax", "Bunbury")


@check("contacts.empty", "An empty book is a file, not an error", section="What phones must get")
async def empty(stage: Stage) -> None:
    phonebook = await stage.enabled()
    found = await phonebook.texts()
    await phonebook.put(person("Annabel"))
    await phonebook.until_shows("Annabel")
    phonebook.book.remove("c-Annabel")
    await phonebook.announce()
    await phonebook.until_shows(without="Annabel")
    expect(await phonebook.texts() == found, "A book that became empty differs from one that was empty at first.")


@check(
    "contacts.large",
    f"A book of {LARGE:,} contacts is served, and others are answered meanwhile",
    section=SECTION,
    lane="large",
    seconds=120,
)
async def large(stage: Stage) -> None:
    small = await stage.enabled([person("Annabel")])
    contacts = [person(f"N{number:06}", f"1{number:06}") for number in range(LARGE)]
    phonebook = await stage.book(contacts)
    await phonebook.turn_on()
    await phonebook.configure()
    with anyio.move_on_after(100):
        while (answer := await phonebook.get()).status != 200 or b"N000001" not in answer.unzipped:
            with anyio.fail_after(10):
                expect("Annabel" in await small.texts(), "Another phonebook was not served meanwhile.")
            await anyio.sleep(0.2)
    expect(answer.status == 200, f"A phone got {answer.status}.")
    found = texts_in(answer)
    report = (await stage.link()).report(phonebook.id)
    shown = found.count("N0")
    is_whole = f"N{LARGE - 1:06}" in found
    expect(is_whole or (report and report.notices), f"{shown} of {LARGE} contacts are shown, and no notice says so.")


@check("contacts.not-allowed", "A key that does not open the phonebook keeps the link and the phones", section=SECTION)
async def not_allowed(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    book, link = phonebook.book, await stage.link()
    answered = book.answered
    book.api_key = "pbk_rotated"
    book.put(person("Berthold"))
    await phonebook.announce()
    await link.until(lambda: book.answered > answered, "It did not fetch after an announcement.")
    expect("Annabel" in await phonebook.texts(), "A key that was refused took the phonebook from phones.")
    await phonebook.configure()
    await phonebook.until_shows("Berthold")


@check(
    "contacts.server-fails",
    "When the server cannot answer, phones keep the last book and it tries again",
    section=SECTION,
)
async def server_fails(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    phonebook.book.scripted.append(Failure(code="unavailable", message="The database is locked. Try again."))
    await phonebook.put(person("Berthold"))
    expect("Annabel" in await phonebook.texts(), "A failure of the server took the phonebook from phones.")
    await phonebook.announce()
    await phonebook.until_shows("Berthold")


@check("contacts.repeated-announcement", "An announcement that comes twice does no harm", section=SECTION)
async def repeated_announcement(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    link = await stage.link()
    phonebook.book.put(person("Berthold"))
    body = {"phonebook": phonebook.id, "token": phonebook.book.token}
    ids = [await link.ask_raw("book_changed", body) for _ in range(4)]
    for id in ids:
        expect(isinstance(await link.reply(id), Noted), "A repeated announcement was not noted.")
    await phonebook.until_shows("Annabel", "Berthold")


def _abroad(id: str) -> Contact:
    return Contact(
        id=id,
        display_name="Annabel",
        numbers=(PhoneNumber(value="020 7946 0018", label="work", e164=HOME), PhoneNumber(value="*21#")),
    )


async def _dials(stage: Stage, form: OutputForm, expected: str) -> None:
    phonebook = await stage.book([_abroad("1")])
    phonebook.book.about = replace(phonebook.book.about, output=form)
    await phonebook.turn_on()
    await phonebook.configure()
    found = await phonebook.until_shows("Annabel")
    words = found.replace('"', " ").replace(",", " ").replace(";", " ").replace(":", " ")
    shown = expected in (words if " " in expected else words.split()) or f"tel {expected}" in words
    expect(shown, f"The number is not written {expected}.")
    expect("*21#" in found, "A code without an E.164 form was not left as it is.")


@check("numbers.as-typed", "A phonebook that dials as typed shows the number as it was typed", section=SECTION)
async def as_typed(stage: Stage) -> None:
    await _dials(stage, OutputForm(form=NumberForm.AS_TYPED), "020 7946 0018")


@check("numbers.e164", "The form e164 shows +44…", section=SECTION)
async def e164(stage: Stage) -> None:
    await _dials(stage, OutputForm(form=NumberForm.E164), HOME)


@check("numbers.international", "The form international_00 shows 0044…", section=SECTION)
async def international(stage: Stage) -> None:
    await _dials(stage, OutputForm(form=NumberForm.INTERNATIONAL), "00" + HOME[1:])


@check(
    "numbers.outside", "The prefix for an outside line goes before numbers that do not begin with +", section=SECTION
)
async def outside(stage: Stage) -> None:
    await _dials(stage, OutputForm(form=NumberForm.INTERNATIONAL, outside_prefix="9"), "900" + HOME[1:])


@check("numbers.changed", "A change of how numbers are written reaches phones like any other", section=SECTION)
async def form_changed(stage: Stage) -> None:
    phonebook = await stage.enabled([_abroad("1")])
    await phonebook.until_shows("Annabel")
    book = phonebook.book
    book.describe(replace(book.about, output=OutputForm(form=NumberForm.E164)))
    await phonebook.announce()
    await phonebook.until_shows(HOME)
