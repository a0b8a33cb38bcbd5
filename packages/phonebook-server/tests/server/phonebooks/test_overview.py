"""What lists show at a glance: counts that are kept, the newest change, the state of vendor services."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, insert, select
from support.house import BOOK, EDITOR, MANAGER, OTHER_BOOK, House, open_house

from phonebook_core.vendor_link.lifecycle import State
from phonebook_server.contacts import bin as contact_bin
from phonebook_server.contacts import undo
from phonebook_server.db import tables
from phonebook_server.phonebooks import overview
from phonebook_server.services.links import Links
from phonebook_server.sites import overview as site_overview

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def glance(house: House, book: str = BOOK) -> overview.Glance:
    """The phonebook at a glance, whose count must be what counting gives."""
    found = (await overview.glance(house.server, Links(house.server), [book]))[book]
    contact = tables.Contact
    live = select(func.count()).where(contact.phonebook_id == book, contact.deleted_at.is_(None))
    [[counted]] = await house.rows(live)
    assert found.contacts == counted
    return found


async def test_contacts_are_counted_whatever_is_done_to_them(house: House) -> None:
    assert await glance(house) == overview.Glance(contacts=0, inclusions=0, changed_at=None, services=(), phones_24h=0)
    made = await house.create(display_name="Anna")
    imported, ids = await house.fill(600)
    assert (await glance(house)).contacts == 601
    await house.change(made.contact.id, note="changed")
    deleted = await house.delete(made.contact.id)
    assert (await glance(house)).contacts == 600
    await undo.undo_unit(house.server, EDITOR, deleted)
    assert (await glance(house)).contacts == 601
    await undo.undo_unit(house.server, EDITOR, imported)
    assert (await glance(house)).contacts == 1
    await contact_bin.empty_bin(house.server, MANAGER, BOOK)
    assert (await glance(house)).contacts == 1
    assert len(ids) == 600


async def test_the_newest_change_of_a_contact_is_told_also_when_it_was_a_deletion(house: House) -> None:
    made = await house.create(display_name="Anna")
    assert (await glance(house)).changed_at == house.now
    house.now += 1_000
    await house.delete(made.contact.id)
    assert (await glance(house)).changed_at == house.now


async def test_a_site_adds_up_what_its_phonebooks_keep_and_counts_services_in_trouble(house: House) -> None:
    await house.create(display_name="Anna")
    await house.create(OTHER_BOOK, display_name="Ben")
    enablement = {
        "slug": "yealink", "generation": 1, "settings": b"", "generated": b"", "problems": b"", "changed_at": 0,
        "wanted_on": True, "accepted_generation": 0, "refused_generation": 0, "key_version": 1,
    }  # fmt: skip
    service = {"slug": "yealink", "label": "Yealink", "version": "", "sdk": "", "form": b"", "fields": b""}
    async with house.server.db.transaction() as connection:
        await connection.execute(insert(tables.Enablement).values(phonebook_id=BOOK, **enablement))
        await connection.execute(insert(tables.VendorService).values(first_seen_at=0, seen_at=0, **service))
    links = Links(house.server)
    found = await site_overview.glance(house.server, links, ["s1", "s2", "unknown"])
    assert found["s1"] == site_overview.Glance(
        phonebooks=2, contacts=2, changed_at=house.now, services_on=1, services_troubled=1
    )
    assert (found["s2"].phonebooks, found["s2"].contacts, found["unknown"]) == (1, 0, site_overview.Glance())
    [service_glance] = (await overview.glance(house.server, links, [BOOK]))[BOOK].services
    assert service_glance == overview.ServiceAtAGlance(
        slug="yealink", label="Yealink", state=State.UNAVAILABLE, on=True
    )


def test_lists_over_http_have_what_is_to_be_seen_at_a_glance(api: httpx.Client) -> None:
    site = api.post("/api/v1/sites", json={"name": "Office", "region": "DE"}).json()
    assert (site["phonebooks"], site["contacts"], site["changed_at"], site["services_on"]) == (0, 0, None, 0)
    book = api.post(f"/api/v1/sites/{site['id']}/phonebooks", json={"name": "Book"}).json()
    assert (book["contacts"], book["inclusions"], book["services"], book["phones_24h"]) == (0, 0, [], 0)
    made = api.post(f"/api/v1/phonebooks/{book['id']}/contacts", json={"display_name": "Anna"}).json()
    [listed] = api.get(f"/api/v1/sites/{site['id']}/phonebooks").json()["items"]
    assert (listed["contacts"], listed["changed_at"]) == (1, made["updated_at"])
    found = next(item for item in api.get("/api/v1/sites?limit=200").json()["items"] if item["id"] == site["id"])
    assert (found["phonebooks"], found["contacts"], found["changed_at"]) == (1, 1, made["updated_at"])
