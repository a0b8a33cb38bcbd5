"""Finding anything from anywhere: what is found, in which order, and by whom."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from support.house import ADMIN, BOOK, FOREIGN_BOOK, STRANGER, VIEWER, House, open_house

from phonebook_server.contacts.actions import create_contact
from phonebook_server.contacts.inputs import ContactInput, NumberInput
from phonebook_server.search import SearchResult, best, search

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def find(house: House, who: Any, typed: str, limit: int = 8) -> SearchResult:
    answer: SearchResult = await search.fn(house.server, who, typed, limit)
    return answer


async def names(house: House, who: Any, typed: str, limit: int = 8) -> list[str]:
    return [contact.name for contact in (await find(house, who, typed, limit)).contacts]


async def test_contacts_are_found_in_every_phonebook_that_somebody_may_see_and_in_no_other(house: House) -> None:
    await house.create(BOOK, display_name="Anna Meier")
    await create_contact(house.server, ADMIN, FOREIGN_BOOK, ContactInput(display_name="Anna Foreign"))
    assert await names(house, VIEWER, "anna") == ["Anna Meier"]
    assert await names(house, STRANGER, "anna") == ["Anna Foreign"]
    assert await names(house, ADMIN, "anna") == ["Anna Foreign", "Anna Meier"]


async def test_names_that_begin_so_come_first_then_words_of_names_then_the_rest(house: House) -> None:
    await house.create(BOOK, display_name="Zoe", organization="Anton AG")
    await house.create(BOOK, display_name="Berta Antonia")
    await house.create(BOOK, display_name="Anton Zett")
    assert await names(house, VIEWER, "anto") == ["Anton Zett", "Berta Antonia", "Zoe"]
    assert await names(house, VIEWER, "anto", limit=2) == ["Anton Zett", "Berta Antonia"]


async def test_a_number_finds_its_contact_in_any_writing_and_says_where_it_is(house: House) -> None:
    numbers = [NumberInput(value="+49 171 5550100")]
    await house.create(BOOK, display_name="Anna", organization="ACME", numbers=numbers)
    (found,) = (await find(house, VIEWER, "0171 555")).contacts
    assert (found.name, found.organization, found.number) == ("Anna", "ACME", "+49 171 5550100")
    assert found.phonebook_id == BOOK
    assert found.phonebook_name
    assert found.site_name


async def test_sites_and_phonebooks_are_found_by_parts_of_their_names(house: House) -> None:
    every = await find(house, ADMIN, "s", limit=50)
    site = every.sites[0]
    assert site.name in [each.name for each in (await find(house, ADMIN, site.name[-3:].upper())).sites]
    book = next(each for each in (await find(house, VIEWER, site.name)).phonebooks if each.id == BOOK)
    assert site.name in (book.name, book.site_name)


@pytest.mark.parametrize("typed", ["", "   ", "%", '"', "'; --", "*", "a" * 200, "\ud800", "NEAR(a b)"])
async def test_nothing_that_can_be_typed_is_an_error(house: House, typed: str) -> None:
    await house.create(BOOK, display_name="Anna")
    assert await names(house, VIEWER, typed) == []


async def test_what_was_deleted_is_not_found(house: House) -> None:
    made = await house.create(BOOK, display_name="Anna Meier")
    await house.delete(made.contact.id)
    assert await names(house, VIEWER, "anna") == []


def test_the_best_names_begin_with_what_was_typed() -> None:
    sites = ["Bern", "Filiale Berlin", "Berlin", "Filiale 117", "Öhringen"]

    def named(name: str) -> tuple[str, str]:
        return name, ""

    assert best(sites, "ber", 8, named) == ["Berlin", "Bern", "Filiale Berlin"]
    assert best(sites, "117 fil", 8, named) == ["Filiale 117"]
    assert best(sites, "ohr", 8, named) == ["Öhringen"]
    assert best(sites, "ber", 1, named) == ["Berlin"]
