"""Normalising on request: only what is certain, first as a preview, as one unit; twice changes nothing more."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.house import BOOK, EDITOR, STRANGER, VIEWER, House, open_house
from support.server import RunningServer

from phonebook_core.contact import Contact, Email, PhoneNumber, find_problems
from phonebook_core.errors import Invalid, NotAllowed, NotFound
from phonebook_core.phone_number import derive, e164
from phonebook_server.contacts.bulk_inputs import BulkSearch
from phonebook_server.contacts.inputs import NumberInput
from phonebook_server.contacts.labels import tidy_label
from phonebook_server.contacts.normalisation import NormalisationInput, normalise
from phonebook_server.contacts.tidying import is_to_be_rewritten, text_changes, tidy
from phonebook_server.contacts.undo import undo_unit

pytestmark = pytest.mark.anyio

_NUMBERS = st.one_of(
    st.sampled_from(
        ["030 123456", "0171-5551234", "200", "*21#", "**9", "030/123456-15", "sip:a@b.org", "112", "030 123456 ext. 7"]
    ),
    st.text("0123456789 +-/()*#x", min_size=1, max_size=16).filter(str.strip),
)
_LABELS = st.one_of(
    st.sampled_from(["Work", "work ", "ARBEIT", "Büro", "Handy", "Privat", "Fax (work)", "Concierge", ""]),
    st.text(max_size=8),
)
_CONTACTS = st.builds(
    Contact,
    display_name=st.sampled_from(["Anna  Meier ", "Anna\u00a0Meier", "x"]),
    organization=st.text(max_size=6),
    numbers=st.lists(st.builds(PhoneNumber, value=_NUMBERS, label=_LABELS), max_size=4).map(tuple),
    emails=st.lists(st.builds(Email, value=st.just("a@b"), label=_LABELS), max_size=2).map(tuple),
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


@settings(deadline=None)
@given(_CONTACTS, st.sampled_from(["DE", "FR", "US", "GB"]), st.booleans(), st.booleans(), st.booleans())
def test_only_certain_numbers_change_what_they_mean_stays_and_twice_changes_nothing(
    contact: Contact, region: str, numbers: bool, labels: bool, names: bool
) -> None:
    contact = derive(contact, region)
    after = tidy(contact, region, numbers=numbers, labels=labels, names=names)
    for old, new in zip(contact.numbers, after.numbers, strict=True):
        assert new.e164 == old.e164 == e164(new.value, region)
        assert new.value == (old.e164 if numbers and is_to_be_rewritten(old.value, region) else old.value)
        assert labels or new.label == old.label
    assert names or after.display_name == contact.display_name
    assert tidy(after, region, numbers=numbers, labels=labels, names=names) == after
    assert bool(text_changes(contact, after)) == (after != contact)
    assert len(find_problems(after)) <= len(find_problems(contact))


@pytest.mark.parametrize(
    ("written", "label"),
    [
        *(
            (text, "Work")
            for text in ("work", "WORK", " Work ", "Arbeit", "Büro", "buero", "Office", "business", "Bureau")
        ),
        *(
            (text, "Mobile")
            for text in ("Mobil", "Handy", "Cell", "Cellular", "mobile phone", "Portable", "téléphone mobile")
        ),
        *((text, "Home") for text in ("Privat", "Home", "Zuhause", "zu Hause", "Domicile")),
        *((text, "Fax") for text in ("FAX", "Telefax", "Télécopie")),
        *((text, "Work Fax") for text in ("Fax (work)", "fax geschäftlich", "work fax", "Work-Fax")),
        *((text, "Main") for text in ("main", "Zentrale", "Main Number")),
        ("  Front   desk ", "Front desk"),
        ("handy man", "handy man"),
        ("", ""),
        ("???", "???"),
    ],
)
def test_labels_of_one_meaning_get_one_spelling_and_unknown_ones_stay(written: str, label: str) -> None:
    assert tidy_label(written) == label
    assert tidy_label(label) == label


async def some(house: House) -> list[str]:
    values = (("030 123456", "Arbeit"), ("200", "Handy"), ("*21#", ""), ("030/123456-15", "Work"))
    return [
        (await house.create(display_name=f"C  {n}", numbers=[NumberInput(value=value, label=label)])).contact.id
        for n, (value, label) in enumerate(values)
    ]


async def test_a_preview_says_everything_and_changes_nothing(house: House) -> None:
    ids = await some(house)
    before = await house.live()
    house.announced.clear()
    report = await normalise(house.server, EDITOR, BOOK, NormalisationInput())
    changes = [(c.contact, c.field, c.before, c.after) for c in report.changes]
    assert sorted(changes) == sorted(
        [
            (ids[0], "numbers.0.value", "030 123456", "+4930123456"),
            (ids[0], "numbers.0.label", "Arbeit", "Work"),
            (ids[1], "numbers.0.label", "Handy", "Mobile"),
        ]
    )
    assert (report.contacts, report.numbers, report.labels, report.names) == (2, 1, 2, 0)
    assert (report.dry_run, report.unit, report.undo, house.announced) == (True, None, None, [])
    assert await house.live() == before


async def test_it_is_one_unit_that_is_undone_and_doing_it_twice_changes_nothing(house: House) -> None:
    ids = await some(house)
    before = await house.live()
    house.announced.clear()
    wanted = NormalisationInput(names=True, dry_run=False)
    report = await normalise(house.server, EDITOR, BOOK, wanted)
    assert (report.contacts, report.numbers, report.labels, report.names) == (4, 1, 2, 4)
    after = await house.live()
    assert after[ids[0]].numbers == (PhoneNumber(value="+4930123456", label="Work", e164="+4930123456"),)
    assert [after[id].numbers[0].value for id in ids[1:]] == ["200", "*21#", "030/123456-15"]
    assert {contact.display_name for contact in after.values()} == {f"C {n}" for n in range(4)}
    again = await normalise(house.server, EDITOR, BOOK, wanted)
    assert (again.contacts, again.changes, again.unit, again.dry_run) == (0, [], None, False)
    assert house.announced == [BOOK]
    assert (await house.actions_recorded())[-1] == "contacts.normalised"
    assert report.unit is not None
    assert report.undo == f"/api/v1/units/{report.unit}/undo"
    await undo_unit(house.server, EDITOR, report.unit)
    assert await house.live() == before


async def test_only_the_chosen_contacts_are_normalised(house: House) -> None:
    ids = await some(house)
    report = await normalise(house.server, EDITOR, BOOK, NormalisationInput(dry_run=False, ids=[ids[1], ids[2]]))
    assert (report.contacts, report.labels) == (1, 1)
    report = await normalise(house.server, EDITOR, BOOK, NormalisationInput(search=BulkSearch(text="c 0")))
    assert {change.contact for change in report.changes} == {ids[0]}
    with pytest.raises(Invalid):
        await normalise(house.server, EDITOR, BOOK, NormalisationInput(ids=ids, search=BulkSearch()))
    await house.delete(ids[3])
    for wrong in ("0" * 32, ids[3]):
        with pytest.raises(Invalid):
            await normalise(house.server, EDITOR, BOOK, NormalisationInput(dry_run=False, ids=[ids[0], wrong]))


async def test_more_changes_than_are_told_are_counted(house: House) -> None:
    await house.fill(2_100, numbers=(PhoneNumber(value="030 123456", e164="+4930123456"),))
    report = await normalise(house.server, EDITOR, BOOK, NormalisationInput(dry_run=False))
    assert (len(report.changes), report.contacts, report.numbers) == (500, 2_100, 2_100)
    assert {contact.numbers[0].value for contact in (await house.live()).values()} == {"+4930123456"}


async def test_who_may_not_change_the_phonebook_may_not_even_look(house: House) -> None:
    for person, error in ((VIEWER, NotAllowed), (STRANGER, NotFound)):
        with pytest.raises(error):
            await normalise(house.server, person, BOOK, NormalisationInput())


def test_the_commands_say_what_would_be_done_and_do_it(running: RunningServer, api: httpx.Client) -> None:
    site = api.post("/api/v1/sites", json={"name": "S", "region": "DE"}).json()["id"]
    book = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "B"}).json()["id"]
    body = {"display_name": "Anna Meier", "numbers": [{"value": "030 123456"}]}
    for _ in range(2):
        assert api.post(f"/api/v1/phonebooks/{book}/contacts", json=body).status_code == 201
    found = running.cli_json("duplicates", book)
    assert (found["total"], len(found["items"][0]["contacts"])) == (1, 2)
    assert running.cli_json("normalise", book, "--dry-run")["numbers"] == 2
    done = running.cli_json("normalise", book)
    assert (done["contacts"], running.cli_json("undo", done["unit"])["changed"]) == (2, 2)
