"""Who is calling: whatever form the number comes in, and whoever it is none of the asker's business."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, update
from support.house import ADMIN, BOOK, FOREIGN_BOOK, OTHER_BOOK, STRANGER, VIEWER, House, open_house
from support.server import RunningServer

from phonebook_core.errors import NotFound
from phonebook_server.contacts.caller import read_caller
from phonebook_server.contacts.inputs import NumberInput
from phonebook_server.contacts.lookup import MAX_MATCHES, look_up_everywhere, look_up_in_phonebook, look_up_in_site
from phonebook_server.db import tables

pytestmark = pytest.mark.anyio

MOBILE = "+49 171 5550100"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def person(house: House, name: str, *numbers: str, book: str = BOOK, **fields: list[str]) -> str:
    made = await house.create(book, display_name=name, numbers=[NumberInput(value=n) for n in numbers], **fields)
    return made.contact.id


async def callers(house: House, number: str, *, site: str = "s1") -> list[tuple[str, str, bool]]:
    found = await look_up_in_site(house.server, VIEWER, site, number)
    return [(match.stored.contact.display_name, match.number, match.exact) for match in found.matches]


@pytest.mark.parametrize(
    "number",
    ["+491715550100", "00491715550100", "01715550100", "0171/555 01-00", "+49 (0)171 5550100", "491715550100",
     "sip:+491715550100@pbx.example", "sips:01715550100@10.0.0.1:5061;transport=tls;user=phone",
     "<sip:%2B491715550100@pbx.example>;tag=1", '"Anna" <sip:01715550100@pbx.example;user=phone>;party=calling',
     "tel:+49-171-5550100", "tel:+491715550100;phone-context=+49", "TEL:01715550100", "01715550100@pbx.example",
     " 0171 5550100 ", "sip:01715550100:secret@pbx"],
)  # fmt: skip
@pytest.mark.parametrize("stored", [MOBILE, "0171-5550100", "0049 171 5550100"])
async def test_a_number_is_known_in_every_form_in_which_it_can_come(house: House, stored: str, number: str) -> None:
    await person(house, "Anna", "200", stored)
    await person(house, "Other", "+49 171 5550101", "+49 171 555010")
    assert await callers(house, number) == [("Anna", stored, True)]


async def test_the_answer_has_the_number_as_asked_and_in_e164(house: House) -> None:
    found = await look_up_in_site(house.server, VIEWER, "s1", "sip:01715550100@pbx")
    assert (found.number, found.e164, found.matches) == ("sip:01715550100@pbx", "+491715550100", [])


@pytest.mark.parametrize(
    "number",
    ["", " ", "anonymous", "Anonymous", "sip:anonymous@anonymous.invalid", '"Anonymous" <sip:x@anonymous.invalid>',
     "unknown", "tel:", "sip:@host", "<>", "+", "()", "\0", "\ud800", "x" * 10_000, "<sip:" * 50, "'; --"],
)  # fmt: skip
async def test_anonymous_and_unreadable_callers_are_nobody(house: House, number: str) -> None:
    await person(house, "Anna", MOBILE)
    assert await callers(house, number) == []


async def test_the_prefix_of_the_outside_line_is_taken_off(house: House) -> None:
    await person(house, "Anna", MOBILE)
    assert await callers(house, "001715550100") == []
    async with house.server.db.transaction() as connection:
        await connection.execute(update(tables.Phonebook).values(outside_prefix="0"))
    for number in ("001715550100", "000491715550100", "0+491715550100", "01715550100"):
        assert await callers(house, number) == [("Anna", MOBILE, True)], number


async def test_a_caller_with_an_extension_is_known_by_the_longest_number_that_fits(house: House) -> None:
    await person(house, "Works", "+49 30 123456")
    await person(house, "Works, sales", "+49 30 1234567")
    await person(house, "Too short", "+49 301")
    await person(house, "Far shorter", "+49 89 1")
    assert await callers(house, "+4930123456789") == [("Works, sales", "+49 30 1234567", False)]
    assert await callers(house, "030 12345699") == [("Works", "+49 30 123456", False)]
    assert await callers(house, "+4930123456") == [("Works", "+49 30 123456", True)]
    assert await callers(house, "+49301299999") == []
    assert await callers(house, "+498911234567") == []


async def test_extensions_feature_codes_and_addresses_are_known_as_they_are(house: House) -> None:
    await person(house, "Desk", "200")
    await person(house, "Forward", "*21#")
    await person(house, "Anna", "sip:anna@pbx.example")
    assert await callers(house, "200") == [("Desk", "200", True)]
    assert await callers(house, "sip:200@pbx.example") == [("Desk", "200", True)]
    assert await callers(house, "*21#") == [("Forward", "*21#", True)]
    assert await callers(house, "<sip:anna@pbx.example;line=1>") == [("Anna", "sip:anna@pbx.example", True)]
    assert await callers(house, "20") == []


async def test_everybody_with_the_number_is_named_up_to_a_limit_and_in_order(house: House) -> None:
    for n in range(MAX_MATCHES + 5):
        await person(house, f"Family {99 - n}", MOBILE, "0171 5550100")
    found = await callers(house, MOBILE)
    assert found == [(f"Family {n}", MOBILE, True) for n in range(75, 75 + MAX_MATCHES)]


async def test_deleted_contacts_and_former_numbers_are_nobody(house: House) -> None:
    gone, changed = await person(house, "Gone", MOBILE), await person(house, "Changed", MOBILE)
    await house.delete(gone)
    await house.change(changed, numbers=[NumberInput(value="200")])
    assert await callers(house, MOBILE) == []
    await house.change(changed, numbers=[NumberInput(value="0171 5550100")])
    assert await callers(house, MOBILE) == [("Changed", "0171 5550100", True)]


async def test_a_site_knows_its_phonebooks_and_what_they_include_and_nothing_else(house: House) -> None:
    await person(house, "Here", MOBILE)
    await person(house, "There", MOBILE, book=OTHER_BOOK)
    async with house.server.db.transaction() as connection:
        await connection.execute(
            update(tables.Membership).where(tables.Membership.user_id == "editor").values(site_id="s2")
        )
    await person(house, "Abroad", MOBILE, book=FOREIGN_BOOK, groups=["Shared"])
    await person(house, "Abroad, secret", MOBILE, book=FOREIGN_BOOK)
    assert [name for name, *_ in await callers(house, MOBILE)] == ["Here", "There"]
    async with house.server.db.transaction() as connection:
        await connection.execute(
            insert(tables.Inclusion).values(
                phonebook_id=OTHER_BOOK, included_id=FOREIGN_BOOK, groups='["Shared"]', created_at=0
            )
        )
    found = await look_up_in_site(house.server, VIEWER, "s1", MOBILE)
    assert [(match.stored.contact.display_name, match.phonebook_id) for match in found.matches] == [
        ("Abroad", OTHER_BOOK),
        ("Here", BOOK),
        ("There", OTHER_BOOK),
    ]
    only = await look_up_in_phonebook(house.server, VIEWER, BOOK, MOBILE)
    assert [match.stored.contact.display_name for match in only.matches] == ["Here"]
    everywhere = await look_up_everywhere(house.server, ADMIN, MOBILE)
    assert len(everywhere.matches) == 4
    for refused in (
        look_up_in_site(house.server, STRANGER, "s1", MOBILE),
        look_up_in_phonebook(house.server, STRANGER, BOOK, MOBILE),
    ):
        with pytest.raises(NotFound):
            await refused
    assert len((await look_up_everywhere(house.server, STRANGER, MOBILE)).matches) == 2


async def test_each_phonebook_reads_the_number_in_its_own_region(house: House) -> None:
    async with house.server.db.transaction() as connection:
        await connection.execute(update(tables.Phonebook).where(tables.Phonebook.id == OTHER_BOOK).values(region="FR"))
    await person(house, "Berlin", "030 123456")
    await person(house, "Paris", "01 42 68 53 00", book=OTHER_BOOK)
    assert await callers(house, "030123456") == [("Berlin", "030 123456", True)]
    assert await callers(house, "0142685300") == [("Paris", "01 42 68 53 00", True)]
    assert await callers(house, "+33142685300") == [("Paris", "01 42 68 53 00", True)]


def test_parameters_and_names_are_no_part_of_the_number() -> None:
    assert read_caller('"0800 fake" <sip:030123456@h>').number == "030123456"
    assert read_caller("sip:030123456@h?Subject=0800").number == "030123456"
    assert read_caller("030123456;ext=12").number == "030123456"
    assert read_caller("sip:a%40b@h") == ("a@b", "a@b@h")


def test_over_http_and_by_command(running: RunningServer, api: httpx.Client) -> None:
    site = api.post("/api/v1/sites", json={"name": "Lookup", "region": "DE"}).json()["id"]
    book = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Everybody"}).json()["id"]
    body = {"display_name": "Anna", "numbers": [{"value": MOBILE}]}
    contact = api.post(f"/api/v1/phonebooks/{book}/contacts", json=body).json()
    expected = {
        "contact": contact, "phonebook_id": book, "phonebook_name": "Everybody", "number": MOBILE, "exact": True,
    }  # fmt: skip
    for path in (f"/api/v1/sites/{site}/lookup", f"/api/v1/phonebooks/{book}/lookup"):
        for query in ("number=01715550100", "number=+491715550100", "number=%2B491715550100", "number=0171%205550100"):
            answer = api.get(f"{path}?{query}")
            assert answer.status_code == 200, answer.text
            assert (answer.json()["e164"], answer.json()["matches"]) == ("+491715550100", [expected])
        assert api.get(path).json() == {"number": "", "e164": None, "matches": []}
        refused = api.get(path, params={"number": "1" * 300})
        assert (refused.status_code, refused.json()["problems"][0]["field"]) == (400, "number")
    assert "Anna" in running.cli("lookup", "01715550100", "--site", site).stdout
    assert running.cli_json("lookup", "01715550100")["matches"] == [expected]
    assert "Nobody" in running.cli("lookup", "+1 212 555 0100").stdout
