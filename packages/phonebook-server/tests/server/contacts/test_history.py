"""A contact's versions: who changed what and when, and bringing one back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from support.house import BOOK, EDITOR, MANAGER, STRANGER, VIEWER, House, open_house

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound
from phonebook_server.checks import iso
from phonebook_server.contacts import actions, history
from phonebook_server.contacts.bin import empty_bin
from phonebook_server.contacts.comparison import differences, take_back
from phonebook_server.contacts.history import list_versions, restore_version
from phonebook_server.contacts.inputs import EmailInput, NumberInput

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def versions(house: House, contact_id: str, *, limit: int = 50) -> list[history.Version]:
    found: list[history.Version] = []
    cursor: str | None = None
    while True:
        page = await list_versions(house.server, VIEWER, contact_id, cursor=cursor, limit=limit)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_every_version_says_who_did_what_when_and_which_fields_changed(house: House) -> None:
    made = await house.create(given_name="Ada", numbers=[NumberInput(value="030 123456", label="work")])
    house.now += 1000
    await house.change(made.contact.id, given_name="Augusta", meta={"snom": {"slot": 1}}, groups=["VIP"])
    unit = await house.delete(made.contact.id)
    deleted, edited, created = await versions(house, made.contact.id)
    assert [each.version for each in (deleted, edited, created)] == [3, 2, 1]
    assert [each.change for each in (deleted, edited, created)] == ["deleted", "edited", "created"]
    assert {each.actor for each in (deleted, edited, created)} == {"editor@example.org"}
    assert (created.at, edited.at) == (iso(house.now - 1000), iso(house.now))
    assert (deleted.unit, deleted.changes) == (unit, [])
    assert [(change.field, change.before, change.after) for change in edited.changes] == [
        ("given_name", "Ada", "Augusta"),
        ("groups", [], ["VIP"]),
        ("meta.snom", None, {"slot": 1}),
    ]
    assert [(change.field, change.before, change.after) for change in created.changes] == [
        ("given_name", "", "Ada"),
        ("numbers", [], [{"value": "030 123456", "label": "work", "e164": "+4930123456"}]),
    ]


async def test_pages_of_versions_join_without_gaps(house: House) -> None:
    made = await house.create(display_name="0")
    for n in range(1, 8):
        await house.change(made.contact.id, display_name=str(n))
    whole = await versions(house, made.contact.id)
    assert [each.version for each in whole] == list(range(8, 0, -1))
    for limit in (1, 2, 3, 8):
        assert await versions(house, made.contact.id, limit=limit) == whole
    with pytest.raises(Invalid, match="cursor"):
        await list_versions(house.server, VIEWER, made.contact.id, cursor="WyJ4Il0", limit=5)


async def test_restoring_makes_a_new_version_with_the_old_content(house: House) -> None:
    made = await house.create(given_name="Ada", numbers=[NumberInput(value="030 123456")])
    await house.change(made.contact.id, given_name="Eve", numbers=[], note="x")
    back = await restore_version(house.server, EDITOR, made.contact.id, 1, if_match='"2"')
    assert (back.contact, back.version) == (made.contact, 3)
    again = await restore_version(house.server, EDITOR, made.contact.id, 1)
    assert again.version == 3  # nothing changed
    assert [each.change for each in await versions(house, made.contact.id)] == ["restored", "edited", "created"]
    assert house.announced == [BOOK] * 3


async def test_restoring_brings_a_deleted_contact_back(house: House) -> None:
    made = await house.create(given_name="Ada")
    await house.change(made.contact.id, given_name="Eve")
    await house.delete(made.contact.id)
    back = await restore_version(house.server, EDITOR, made.contact.id, 1)
    assert (back.contact, back.deleted_at, back.version) == (made.contact, None, 4)
    assert await actions.get_contact(house.server, VIEWER, made.contact.id) == back
    await house.delete(made.contact.id)
    assert (await restore_version(house.server, EDITOR, made.contact.id, 3)).contact.given_name == "Eve"


async def test_restoring_is_refused_to_the_slower_to_viewers_and_for_versions_that_never_were(house: House) -> None:
    made = await house.create(given_name="Ada")
    await house.change(made.contact.id, given_name="Eve")
    id = made.contact.id
    with pytest.raises(ChangedMeanwhile):
        await restore_version(house.server, EDITOR, id, 1, if_match='"1"')
    with pytest.raises(NotAllowed):
        await restore_version(house.server, VIEWER, id, 1)
    for version in (0, 3, -1, 2**70):
        with pytest.raises(NotFound, match="no version"):
            await restore_version(house.server, EDITOR, id, version)
    for refused in (
        restore_version(house.server, STRANGER, id, 1),
        list_versions(house.server, STRANGER, id, cursor=None, limit=5),
        list_versions(house.server, EDITOR, "0" * 32, cursor=None, limit=5),
    ):
        with pytest.raises(NotFound):
            await refused


async def test_the_bin_keeps_the_versions_until_it_is_emptied(house: House) -> None:
    made = await house.create(given_name="Ada", emails=[EmailInput(value="ada@example.org")])
    await house.delete(made.contact.id)
    assert len(await versions(house, made.contact.id)) == 2
    await empty_bin(house.server, MANAGER, BOOK)
    with pytest.raises(NotFound):
        await versions(house, made.contact.id)


def test_differences_are_told_field_by_field_and_true_is_not_one() -> None:
    before = Contact(meta={"a": {"n": 1}, "b": {"x": 1}}, emails=(Email(value="a"),), note="null")
    after = Contact(meta={"a": {"n": True}, "c": {}}, emails=(Email(value="a", label="work"),))
    found = {change.field: (change.before, change.after) for change in differences(before, after)}
    assert found == {
        "note": ("null", ""),
        "emails": ([{"value": "a", "label": ""}], [{"value": "a", "label": "work"}]),
        "meta.a": ({"n": 1}, {"n": True}),
        "meta.b": ({"x": 1}, None),
        "meta.c": (None, {}),
    }
    assert differences(after, after) == []


def test_a_change_is_taken_back_around_what_changed_since() -> None:
    before = Contact(id="1", title="old", note="old", groups=("A", "B"), meta={"x": {"n": 1}, "y": {"n": 1}})
    after = Contact(id="1", title="new", note="new", groups=("B", "C"), meta={"x": {"n": 2}, "y": {"n": 2}})
    now = Contact(id="1", title="new", note="mine", groups=("D", "C", "B"), meta={"x": {"n": 2}, "y": {"n": 3}})
    taken, conflicts = take_back(before, after, now)
    assert taken == Contact(
        id="1", title="old", note="mine", groups=("D", "B", "A"), meta={"x": {"n": 1}, "y": {"n": 3}}
    )
    assert [(each.field, each.now, each.would_be) for each in conflicts] == [
        ("note", "mine", "old"),
        ("meta.y", {"n": 3}, {"n": 1}),
    ]
    taken, conflicts = take_back(before, after, now, overwrite=True)
    assert (taken.note, taken.meta, conflicts) == ("old", {"x": {"n": 1}, "y": {"n": 1}}, [])


def test_e164_does_not_count_as_a_change_since() -> None:
    before, after = Contact(), Contact(numbers=(PhoneNumber(value="030 123456", e164="+4930123456"),))
    now = Contact(numbers=(PhoneNumber(value="030 123456"),))
    assert take_back(before, after, now) == (before, [])


# over HTTP


@pytest.fixture
def book(api: httpx.Client) -> str:
    site = api.post("/api/v1/sites", json={"name": "History", "region": "DE"}).json()["id"]
    id: str = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"]
    return id


def test_versions_the_bin_and_undo_over_http(api: httpx.Client, book: str) -> None:
    url = api.post(f"/api/v1/phonebooks/{book}/contacts", json={"display_name": "Ada"}).headers["location"]
    api.patch(url, json={"display_name": "Eve"})
    newest = api.get(f"{url}/versions?limit=1").json()
    assert newest["items"][0]["changes"] == [{"field": "display_name", "before": "Ada", "after": "Eve"}]
    [first] = api.get(f"{url}/versions", params={"cursor": newest["next_cursor"]}).json()["items"]
    assert (first["version"], first["change"]) == (1, "created")
    assert api.post(f"{url}/versions/1/restore", headers={"if-match": '"1"'}).status_code == 412
    restored = api.post(f"{url}/versions/1/restore", headers={"if-match": '"2"'})
    assert (restored.status_code, restored.headers["etag"], restored.json()["display_name"]) == (200, '"3"', "Ada")
    assert api.post(f"{url}/versions/x/restore").status_code == 404
    undo = api.delete(url).json()["undo"]
    [binned] = api.get(f"/api/v1/phonebooks/{book}/bin").json()["items"]
    assert (binned["contact"]["display_name"], binned["actor"], binned["purged_at"] > binned["deleted_at"]) == (
        "Ada",
        "admin@example.org",
        True,
    )
    assert api.post(undo, json={"dry_run": True}).json()["restored"] == 1
    assert api.post(undo, content=b"").json()["restored"] == 1
    for body, status in ((b"{", 400), (b'{"conflicts": "win"}', 400), (b'{"dry": 1}', 400), (b"", 409), (b"null", 409)):
        answer = api.post(undo, content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert api.get(url).json()["display_name"] == "Ada"


def test_deleted_phonebooks_and_sites_answer_with_what_brings_them_back(api: httpx.Client, book: str) -> None:
    site = api.get(f"/api/v1/phonebooks/{book}").json()["site_id"]
    deleted = api.delete(f"/api/v1/phonebooks/{book}").json()
    assert [each["undo"] for each in api.get(f"/api/v1/sites/{site}/phonebooks/deleted").json()["items"]] == [
        deleted["undo"]
    ]
    assert api.get(f"/api/v1/phonebooks/{book}").status_code == 404
    back = api.post(deleted["undo"])
    assert (back.status_code, back.json()["id"], back.headers["etag"]) == (200, book, '"2"')
    deleted = api.delete(f"/api/v1/sites/{site}").json()
    assert api.get("/api/v1/sites/deleted").json()["items"][0]["undo"] == deleted["undo"]
    assert api.post(deleted["undo"]).json()["id"] == site
    assert api.get(f"/api/v1/phonebooks/{book}").status_code == 200
