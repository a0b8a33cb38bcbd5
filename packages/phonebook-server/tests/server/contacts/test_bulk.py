"""Changing many contacts at once: each kind of change, all or nothing, undone as a whole, in the background."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select
from support.house import (
    ADMIN,
    BOOK,
    EDITOR,
    FOREIGN_BOOK,
    OTHER_BOOK,
    STRANGER,
    VIEWER,
    House,
    open_house,
)

from phonebook_core.contact import Contact
from phonebook_core.errors import Invalid, NotAllowed, NotFound
from phonebook_server.accounts.guards import Principal
from phonebook_server.contacts import bulk
from phonebook_server.contacts.bulk import BulkReport
from phonebook_server.contacts.bulk_inputs import BulkInput
from phonebook_server.contacts.inputs import EmailInput, NumberInput
from phonebook_server.contacts.undo import undo_unit
from phonebook_server.db import tables
from phonebook_server.jobs.running import Cancelled
from phonebook_server.phonebooks import actions as phonebooks

pytestmark = pytest.mark.anyio
Ids = list[str]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def change(house: House, input: dict[str, Any], *, by: Principal = EDITOR) -> BulkReport:
    matched = await bulk.match(house.server, by, BOOK, msgspec.convert(input, BulkInput))
    return await bulk.carry_out(house.server, by, matched)


def counts(report: BulkReport) -> tuple[int, int, int]:
    return report.matched, report.changed, report.unchanged


async def undo(house: House, report: BulkReport) -> None:
    assert report.unit is not None
    assert report.undo == f"/api/v1/units/{report.unit}/undo"
    assert (await undo_unit(house.server, EDITOR, report.unit)).conflicts == []


async def three(house: House) -> list[Contact]:
    """Three contacts: in A, in A and B, in none."""
    fields: list[dict[str, Any]] = [
        {"groups": ["A"], "numbers": [NumberInput(value="030 123456", label="Work")]},
        {"groups": ["A", "B"], "emails": [EmailInput(value="x@example.org", label="work")], "title": "T"},
        {"groups": [], "numbers": [NumberInput(value="200")]},
    ]
    return [(await house.create(display_name=f"C{n}", **each)).contact for n, each in enumerate(fields)]


@pytest.mark.parametrize(
    ("wanted", "expected", "changed"),
    [
        ({"add_groups": ["B", "C"]}, [("A", "B", "C"), ("A", "B", "C"), ("B", "C")], 3),
        ({"add_groups": ["A"]}, [("A",), ("A", "B"), ("A",)], 1),
        ({"remove_groups": ["A", "X"]}, [(), ("B",), ()], 2),
        ({"set_groups": ["B", "B"]}, [("B",), ("B",), ("B",)], 3),
        ({"set_groups": []}, [(), (), ()], 2),
    ],
)
async def test_groups_are_added_removed_and_set(
    house: House, wanted: dict[str, Any], expected: list[Any], changed: int
) -> None:
    made = await three(house)
    before = await house.live()
    house.announced.clear()
    report = await change(house, {"ids": [contact.id for contact in made], "change": wanted})
    assert counts(report) == (3, changed, 3 - changed)
    after = await house.live()
    assert [after[contact.id].groups for contact in made] == expected
    assert house.announced == [BOOK]
    await undo(house, report)
    assert await house.live() == before


async def test_labels_are_renamed_without_case_in_numbers_and_emails(house: House) -> None:
    made = await three(house)
    report = await change(house, {"search": {}, "change": {"set_label": {"from": "WORK", "to": "Office"}}})
    assert counts(report) == (3, 2, 1)
    after = await house.live()
    assert after[made[0].id].numbers[0].label == after[made[1].id].emails[0].label == "Office"
    assert after[made[0].id].numbers[0].e164 == "+4930123456"
    report = await change(house, {"search": {}, "change": {"set_label": {"from": "", "to": "desk"}}})
    assert counts(report) == (3, 1, 2)
    assert (await house.live())[made[2].id].numbers[0].label == "desk"


async def test_fields_are_set_and_emptied(house: House) -> None:
    made = await three(house)
    report = await change(house, {"search": {}, "change": {"set": {"organization": "Shop", "title": None}}})
    assert counts(report) == (3, 3, 0)
    assert {(c.organization, c.title) for c in (await house.live()).values()} == {("Shop", "")}
    await undo(house, report)
    assert await house.live() == {contact.id: contact for contact in made}


async def test_what_changes_nothing_is_no_unit_and_is_not_announced(house: House) -> None:
    await three(house)
    house.announced.clear()
    report = await change(house, {"search": {"group": "A"}, "change": {"add_groups": ["A"]}})
    assert (counts(report), report.unit, report.undo, house.announced) == ((2, 0, 2), None, None, [])
    report = await change(house, {"search": {"group": "a"}, "change": {"delete": True}})
    assert counts(report) == (0, 0, 0)


async def test_all_that_a_search_finds_is_deleted_and_comes_back(house: House) -> None:
    made = await three(house)
    report = await change(house, {"search": "c1", "change": {"delete": True}})
    assert counts(report) == (1, 1, 0)
    assert set(await house.live()) == {made[0].id, made[2].id}
    report = await change(house, {"search": {"group": "A"}, "change": {"delete": True}})
    assert counts(report) == (1, 1, 0)
    await undo(house, report)
    assert set(await house.live()) == {made[0].id, made[2].id}
    assert (await house.actions_recorded())[-3:] == ["contacts.bulk_changed"] * 2 + ["contacts.undone"]


async def test_contacts_move_to_another_phonebook_with_new_ids_and_undoing_brings_them_back(house: House) -> None:
    made = await three(house)
    before = await house.live()
    house.announced.clear()
    report = await change(house, {"search": {"group": "A"}, "change": {"move_to": OTHER_BOOK}})
    assert counts(report) == (2, 2, 0)
    there = await house.live(OTHER_BOOK)
    assert set(await house.live()) == {made[2].id}
    assert not set(there) & set(before)
    plain = [msgspec.structs.replace(contact, id="") for contact in made[:2]]
    assert sorted(msgspec.json.encode(msgspec.structs.replace(c, id="")) for c in there.values()) == sorted(
        map(msgspec.json.encode, plain)
    )
    assert sorted(house.announced) == [BOOK, OTHER_BOOK]
    await undo(house, report)
    assert (await house.live(), await house.live(OTHER_BOOK)) == (before, {})


async def test_copies_get_new_ids_and_their_numbers_are_read_for_the_other_region(house: House) -> None:
    made = await three(house)
    region = phonebooks.PhonebookInput(region="FR")
    await phonebooks.change_phonebook(house.server, ADMIN, OTHER_BOOK, region)
    house.announced.clear()
    report = await change(house, {"ids": [made[0].id], "change": {"copy_to": OTHER_BOOK}})
    assert (counts(report), house.announced) == ((1, 1, 0), [OTHER_BOOK])
    [copy] = (await house.live(OTHER_BOOK)).values()
    assert ([number.e164 for number in copy.numbers], copy.display_name) == ([None], "C0")
    assert len(await house.live()) == 3
    await undo(house, report)
    assert await house.live(OTHER_BOOK) == {}


async def test_one_contact_that_cannot_be_changed_so_keeps_all_as_they_are(house: House) -> None:
    await house.create(display_name="Fine")
    full = await house.create(display_name="Full", groups=[f"G{n}" for n in range(100)])
    nameless = await house.create(organization="Only")
    before = await house.live()
    with pytest.raises(Invalid, match="at most 100") as raised:
        await change(house, {"search": {}, "change": {"add_groups": ["one more"]}})
    assert raised.value.field == f"contacts.{full.contact.id}.groups"
    with pytest.raises(Invalid, match="Give the contact a name") as raised:
        await change(house, {"search": {}, "change": {"set": {"organization": None}}})
    assert raised.value.field == f"contacts.{nameless.contact.id}.display_name"
    assert await house.live() == before


async def test_ids_that_are_no_contacts_of_the_phonebook_keep_all_as_they_are(house: House) -> None:
    made = await house.create(display_name="x")
    gone = await house.create(display_name="y")
    await house.delete(gone.contact.id)
    elsewhere = await house.create(OTHER_BOOK, display_name="z")
    ids = [made.contact.id, gone.contact.id, elsewhere.contact.id, "x"]
    for wanted in ({"delete": True}, {"add_groups": ["A"]}, {"move_to": OTHER_BOOK}):
        with pytest.raises(Invalid, match="no contact of the phonebook") as raised:
            await change(house, {"ids": ids, "change": wanted})
        assert [problem.field for problem in raised.value.problems] == ["ids.1", "ids.2", "ids.3"]
    assert (await house.live()) == {made.contact.id: made.contact}


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"change": {"delete": True}}, "ids"),
        ({"ids": [], "search": {}, "change": {"delete": True}}, "ids"),
        ({"ids": [], "change": {}}, "change"),
        ({"ids": [], "change": {"delete": True, "add_groups": ["x"]}}, "change"),
        ({"ids": [], "change": {"output": {"form": "e164"}}}, "change.output"),
        ({"ids": [], "change": {"add_groups": []}}, "change.add_groups"),
        ({"ids": [], "change": {"add_groups": ["ok", " "]}}, "change.add_groups.1"),
        ({"ids": [], "change": {"set_groups": ["x" * 256]}}, "change.set_groups.0"),
        ({"ids": [], "change": {"set": {}}}, "change.set"),
        ({"ids": [], "change": {"set": {"title": "a\0"}}}, "change.set.title"),
        ({"ids": [], "change": {"set_label": {"from": "a", "to": "x" * 256}}}, "change.set_label.to"),
        ({"ids": [], "change": {"move_to": BOOK}}, "change.move_to"),
        ({"ids": [], "change": {"move_to": FOREIGN_BOOK}}, "change.move_to"),
        ({"ids": [], "change": {"copy_to": "x"}}, "change.copy_to"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_the_field(house: House, input: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        await change(house, input)
    assert [problem.field for problem in raised.value.problems] == [field]


async def test_viewers_and_strangers_change_nothing(house: House) -> None:
    await three(house)
    input = {"search": {}, "change": {"delete": True}}
    with pytest.raises(NotAllowed):
        await change(house, input, by=VIEWER)
    with pytest.raises(NotFound):
        await change(house, input, by=STRANGER)


async def test_what_somebody_edits_while_it_is_prepared_keeps_that_edit(house: House) -> None:
    _, ids = await house.fill(1_200)
    matched = await bulk.match(
        house.server, EDITOR, BOOK, msgspec.convert({"search": {}, "change": {"add_groups": ["A"]}}, BulkInput)
    )
    edited: list[asyncio.Task[Any]] = []

    def meddle(done: int) -> None:
        if not edited:  # before the writing transaction begins
            edited.append(asyncio.create_task(house.change(ids[0], note="mine")))
            edited.append(asyncio.create_task(house.delete(ids[1])))

    report = await bulk.carry_out(house.server, EDITOR, matched, meddle)
    await asyncio.gather(*edited)
    assert report.matched == 1_200
    assert report.changed in (1_199, 1_200)  # the deletion was before or after
    after = await house.live()
    assert (after[ids[0]].note, after[ids[0]].groups, ids[1] in after) == ("mine", ("A",), False)
    assert sum(contact.groups == ("A",) for contact in after.values()) == 1_199


async def test_a_change_that_is_stopped_while_it_is_written_changes_nothing(house: House) -> None:
    await house.fill(2_500)
    before = await house.live()
    position = await house.rows(_position())
    matched = await bulk.match(
        house.server, EDITOR, BOOK, msgspec.convert({"search": {}, "change": {"move_to": OTHER_BOOK}}, BulkInput)
    )
    seen: list[int] = []

    def stop(done: int) -> None:
        seen.append(done)
        if done >= 2_000:
            raise Cancelled

    house.announced.clear()
    with pytest.raises(Cancelled):
        await bulk.carry_out(house.server, EDITOR, matched, stop)
    assert seen[-1] == 2_000
    assert (await house.live(), await house.live(OTHER_BOOK), house.announced) == (before, {}, [])
    assert await house.rows(_position()) == position


def _position() -> Any:
    return select(tables.Phonebook.id, tables.Phonebook.position).order_by(tables.Phonebook.id)


async def test_other_people_write_while_a_large_change_is_prepared(house: House) -> None:
    """The writing transaction begins only after everything was read and worked out."""
    await house.fill(3_000)
    matched = await bulk.match(
        house.server, EDITOR, BOOK, msgspec.convert({"search": {}, "change": {"add_groups": ["A"]}}, BulkInput)
    )
    work = asyncio.create_task(bulk.carry_out(house.server, EDITOR, matched))
    made = await house.create(display_name="meanwhile")
    assert (await work).changed == 3_000
    assert (await house.live())[made.contact.id].groups == ()


# over HTTP


@pytest.fixture
def book(api: httpx.Client) -> str:
    site = api.post("/api/v1/sites", json={"name": "Bulk", "region": "DE"}).json()["id"]
    id: str = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"]
    return id


def import_many(api: httpx.Client, book: str, count: int) -> dict[str, Any]:
    rows = "".join(f"Person {n},0301{n:06d}\n" for n in range(count))
    files = {"file": ("people.csv", f"Name,Phone\n{rows}".encode(), "text/csv")}
    answer = api.post(f"/api/v1/phonebooks/{book}/imports?commit=true", files=files)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def test_a_large_change_is_a_job_that_ends_with_what_undoes_it(api: httpx.Client, book: str) -> None:
    imported = import_many(api, book, 2_100)
    assert imported["undo"] == f"/api/v1/units/{imported['unit']}/undo"
    url = f"/api/v1/phonebooks/{book}/bulk"
    started = api.post(url, json={"search": {}, "change": {"add_groups": ["All"]}})
    assert started.status_code == 202
    job = started.json()
    assert started.headers["location"] == job["url"] == f"/api/v1/jobs/{job['job']}"
    job = wait_for(api, job["url"])
    assert (job["state"], job["done"], job["of"], job["problem"]) == ("done", 2_100, 2_100, None)
    assert (job["result"]["matched"], job["result"]["changed"]) == (2_100, 2_100)
    undone = api.post(job["result"]["undo"])
    assert (undone.status_code, undone.json()["changed"]) == (200, 2_100)
    contacts = api.get(f"/api/v1/phonebooks/{book}/contacts").json()["items"]
    assert {tuple(contact["groups"]) for contact in contacts} == {()}
    gone = api.post(imported["undo"], json={}).json()
    assert (gone["deleted"], gone["conflicts"]) == (2_100, [])
    assert api.get(f"/api/v1/phonebooks/{book}/contacts").json()["items"] == []


def wait_for(api: httpx.Client, url: str) -> dict[str, Any]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        job: dict[str, Any] = api.get(url).json()
        if job["state"] != "running":
            return job
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_a_small_change_answers_at_once_and_may_be_a_job_all_the_same(api: httpx.Client, book: str) -> None:
    made = api.post(f"/api/v1/phonebooks/{book}/contacts", json={"display_name": "Ada"}).json()
    url = f"/api/v1/phonebooks/{book}/bulk"
    answer = api.post(url, json={"ids": [made["id"]], "change": {"set": {"note": "x"}}})
    assert (answer.status_code, answer.json()["changed"]) == (200, 1)
    job = api.post(url, json={"ids": ["nobody"], "change": {"delete": True}, "as_job": True})
    assert job.status_code == 202
    ended = wait_for(api, job.json()["url"])
    assert (ended["state"], ended["problem"]["problems"][0]["field"]) == ("failed", "ids.0")
    assert api.delete(ended["url"]).json()["state"] == "failed"
    refused = api.post(url, json={"ids": [], "change": {"output": {"form": "e164"}}})
    assert (refused.status_code, f"PATCH /api/v1/phonebooks/{book}" in refused.json()["detail"]) == (400, True)
