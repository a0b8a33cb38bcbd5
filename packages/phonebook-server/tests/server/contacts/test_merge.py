"""Merging: nothing that a contact says is lost, one unit, undone to the same bytes; over HTTP as scripts do it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.house import BOOK, EDITOR, FOREIGN_BOOK, OTHER_BOOK, STRANGER, VIEWER, House, open_house

from phonebook_core.contact import Contact, Email, PhoneNumber, shown_name
from phonebook_core.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound
from phonebook_core.phone_number import derive, identity
from phonebook_server.contacts import store
from phonebook_server.contacts.history import list_versions
from phonebook_server.contacts.inputs import ContactInput, EmailInput, NumberInput
from phonebook_server.contacts.merging import MergeInput, merge_contacts, propose_merge
from phonebook_server.contacts.past import list_units
from phonebook_server.contacts.proposal import lay_out, propose
from phonebook_server.contacts.store import Change, Write
from phonebook_server.contacts.undo import undo_unit
from phonebook_server.contacts.units import Kind, begin
from phonebook_server.ids import new_id

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


_TEXT = st.sampled_from(["", "", "Anna", "Meier", "Anna Meier", "Shop"])
_LABEL = st.sampled_from(["", "Work", "Fax"])
_CONTACTS = st.builds(
    Contact,
    display_name=st.sampled_from(["", "Anna Meier", "A. Meier"]),
    given_name=_TEXT,
    family_name=_TEXT,
    organization=st.sampled_from(["Shop", "Works"]),
    title=_TEXT,
    note=st.sampled_from(["", "one", " one", "two\nlines"]),
    numbers=st.lists(
        st.builds(
            PhoneNumber, value=st.sampled_from(["030 123456", "+4930123456", "*21#", "200", "2 00"]), label=_LABEL
        ),
        max_size=4,
    ).map(tuple),
    emails=st.lists(
        st.builds(Email, value=st.sampled_from(["a@b.org", "A@b.org", "c@d.org"]), label=_LABEL), max_size=3
    ).map(tuple),
    groups=st.lists(st.sampled_from(["A", "a", "B"]), max_size=3).map(tuple),
    meta=st.dictionaries(
        st.sampled_from(["yealink", "snom"]), st.dictionaries(st.sampled_from("xy"), st.integers(0, 2)), max_size=2
    ),
    external_id=st.sampled_from(["", "1", "2"]),
).map(lambda contact: derive(contact, "DE"))


def assert_nothing_lost(before: list[Contact], result: Contact) -> None:
    for contact in before:
        assert {identity(n) for n in contact.numbers} <= {identity(n) for n in result.numbers}
        assert {e.value.casefold() for e in contact.emails} <= {e.value.casefold() for e in result.emails}
        assert set(contact.groups) <= set(result.groups)
        assert contact.note.strip() in result.note
        for slug, values in contact.meta.items():
            assert values.keys() <= result.meta[slug].keys()
    first = before[0]
    for slug, values in first.meta.items():
        assert {key: result.meta[slug][key] for key in values} == values
    for field in ("organization", "department", "title", "external_id"):
        said = [value for contact in before if (value := getattr(contact, field))]
        assert getattr(result, field) == (said[0] if said else "")


@settings(deadline=None)
@given(st.lists(_CONTACTS, min_size=2, max_size=5))
def test_a_proposal_loses_no_number_email_group_note_or_vendor_value(contacts: list[Contact]) -> None:
    result = propose(contacts)
    assert_nothing_lost(contacts, result)
    assert len({identity(number) for number in result.numbers}) == len(result.numbers)
    named = [c for c in contacts if c.display_name or c.given_name or c.family_name]
    if named:
        assert shown_name(result) == shown_name(named[0])
    assert propose([result, *contacts]) == result, "what was merged has nothing to gain"
    assert {choice.field for choice in lay_out(contacts, result)} >= {"organization"}


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="module")
def lasting(portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with portal.wrap_async_context_manager(open_house(tmp_path_factory.mktemp("merge"))) as house:
        yield house


async def put(house: House, contacts: list[Contact]) -> list[str]:
    named = [msgspec.structs.replace(contact, id=new_id()) for contact in contacts]
    async with house.server.db.transaction() as connection:
        unit = await begin(connection, Kind.IMPORT, actor="x", now=house.now)
        await store.write(connection, BOOK, [Write(contact, Change.CREATED) for contact in named], unit=unit)
    return [contact.id for contact in named]


async def bodies(house: House) -> dict[str, bytes]:
    return {id: store.encode_body(contact) for id, contact in (await house.live()).items()}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_CONTACTS, min_size=2, max_size=4), st.integers(0, 3))
def test_merging_loses_nothing_and_undoing_it_gives_the_same_bytes_back(
    portal: BlockingPortal, lasting: House, contacts: list[Contact], place: int
) -> None:
    async def check() -> None:
        ids = await put(lasting, contacts)
        before = await bodies(lasting)
        keep = ids[place % len(ids)]
        merged = await merge_contacts(lasting.server, EDITOR, BOOK, MergeInput(contacts=ids, keep=keep))
        after = await lasting.live()
        assert merged.stored.contact.id == keep
        assert after.keys() == before.keys() - set(ids) | {keep}
        assert after[keep] == merged.stored.contact
        order = sorted(zip(ids, contacts, strict=True), key=lambda pair: pair[0] != keep)
        assert_nothing_lost([contact for _, contact in order], after[keep])
        report = await undo_unit(lasting.server, EDITOR, merged.unit)
        assert report.conflicts == []
        assert await bodies(lasting) == before

    portal.call(check)


async def two(house: House) -> list[str]:
    first = await house.create(
        display_name="Anna Meier", numbers=[NumberInput(value="030 123456")], groups=["A"], note="one"
    )
    second = await house.create(
        given_name="Anna",
        family_name="Meier",
        organization="Shop",
        numbers=[NumberInput(value="+49 30 123456", label="Work"), NumberInput(value="200")],
        emails=[EmailInput(value="a@example.org")],
        groups=["B"],
        note="two",
        meta={"yealink": {"line": 1}},
    )
    return [first.contact.id, second.contact.id]


async def test_the_first_is_kept_and_gets_what_the_other_adds_as_one_unit(house: House) -> None:
    ids = await two(house)
    house.announced.clear()
    merged = await merge_contacts(house.server, EDITOR, BOOK, MergeInput(contacts=ids))
    contact = merged.stored.contact
    assert await house.live() == {ids[0]: contact}
    assert (contact.display_name, contact.given_name, contact.family_name) == ("Anna Meier", "Anna", "Meier")
    assert [(n.value, n.label) for n in contact.numbers] == [("030 123456", "Work"), ("200", "")]
    assert (contact.organization, contact.note, contact.groups) == ("Shop", "one\n\ntwo", ("A", "B"))
    assert contact.meta == {"yealink": {"line": 1}}
    assert house.announced == [BOOK]
    assert (await house.actions_recorded())[-1] == "contacts.merged"
    [unit, *_] = (await list_units(house.server, EDITOR, BOOK, kind=None, cursor=None, limit=5)).items
    assert (unit.kind, unit.changed, unit.deleted) == ("merge", 1, 1)
    versions = await list_versions(house.server, EDITOR, ids[0], cursor=None, limit=5)
    assert versions.items[0].change == "merged"


async def test_what_a_person_decides_is_taken_and_the_rest_is_as_proposed(house: House) -> None:
    ids = await two(house)
    result = ContactInput(display_name="Anna Meier-Schulz", note=None, groups=["C"])
    merged = await merge_contacts(house.server, EDITOR, BOOK, MergeInput(contacts=ids, keep=ids[1], result=result))
    contact = merged.stored.contact
    assert (contact.id, contact.display_name, contact.note, contact.groups) == (ids[1], "Anna Meier-Schulz", "", ("C",))
    assert (contact.organization, len(contact.numbers)) == ("Shop", 2)


async def test_two_that_say_the_same_become_one_without_a_new_version_of_it(house: House) -> None:
    ids = [(await house.create(display_name="A", numbers=[NumberInput(value="1")])).contact.id for _ in range(2)]
    merged = await merge_contacts(house.server, EDITOR, BOOK, MergeInput(contacts=ids))
    assert merged.stored.version == 1
    assert set(await house.live()) == {ids[0]}
    await undo_unit(house.server, EDITOR, merged.unit)
    assert set(await house.live()) == set(ids)


async def test_a_contact_that_changed_meanwhile_is_not_merged(house: House) -> None:
    ids = await two(house)
    await house.change(ids[1], title="new")
    before = await house.live()
    with pytest.raises(ChangedMeanwhile):
        await merge_contacts(house.server, EDITOR, BOOK, MergeInput(contacts=ids, versions={ids[0]: 1, ids[1]: 1}))
    assert await house.live() == before
    proposal = await propose_merge(house.server, EDITOR, BOOK, ids)
    assert proposal.versions == {ids[0]: 1, ids[1]: 2}
    merged = await merge_contacts(house.server, EDITOR, BOOK, MergeInput(contacts=ids, versions=proposal.versions))
    assert merged.stored.contact == proposal.result


async def test_what_is_more_than_a_contact_can_hold_is_refused_instead_of_cut(house: House) -> None:
    ids = [
        (await house.create(display_name="A", numbers=[NumberInput(value=f"{n}{m:03}") for m in range(60)])).contact.id
        for n in (1, 2)
    ]
    before = await house.live()
    with pytest.raises(Invalid, match="at most 100; there are 120"):
        await merge_contacts(house.server, EDITOR, BOOK, MergeInput(contacts=ids))
    assert await house.live() == before
    proposal = await propose_merge(house.server, EDITOR, BOOK, ids)
    assert [problem.field for problem in proposal.problems] == ["numbers"]


async def test_only_live_contacts_of_this_phonebook_can_be_merged_by_an_editor(house: House) -> None:
    ids = await two(house)
    elsewhere = (await house.create(OTHER_BOOK, display_name="B")).contact.id
    gone = (await house.create(display_name="B")).contact.id
    await house.delete(gone)
    before = await house.live()
    for wrong in ([ids[0]], [ids[0], ids[0]], [ids[0], elsewhere], [ids[0], gone], [ids[0], "?"]):
        with pytest.raises(Invalid):
            await merge_contacts(house.server, EDITOR, BOOK, MergeInput(contacts=wrong))
    with pytest.raises(Invalid):
        await merge_contacts(house.server, EDITOR, BOOK, MergeInput(contacts=ids, keep=gone))
    with pytest.raises(Invalid):
        await merge_contacts(house.server, EDITOR, BOOK, MergeInput(contacts=ids, versions={gone: 1}))
    for person, error in ((VIEWER, NotAllowed), (STRANGER, NotFound)):
        with pytest.raises(error):
            await merge_contacts(house.server, person, BOOK, MergeInput(contacts=ids))
        with pytest.raises(error):
            await propose_merge(house.server, person, BOOK, ids)
    with pytest.raises(NotFound):
        await merge_contacts(house.server, EDITOR, FOREIGN_BOOK, MergeInput(contacts=ids))
    assert await house.live() == before


def test_a_script_finds_looks_merges_and_undoes(api: httpx.Client) -> None:
    site = api.post("/api/v1/sites", json={"name": "S", "region": "DE"}).json()["id"]
    book = f"/api/v1/phonebooks/{api.post(f'/api/v1/sites/{site}/phonebooks', json={'name': 'B'}).json()['id']}"
    body: dict[str, Any] = {"display_name": "Anna Meier", "numbers": [{"value": "030 123456", "label": "Büro"}]}
    ids = [api.post(f"{book}/contacts", json=body | {"title": title}).json()["id"] for title in ("", "Boss")]
    found = api.get(f"{book}/duplicates").json()
    assert [contact["id"] for contact in found["items"][0]["contacts"]] == ids
    assert found["items"][0]["reasons"][0] == {"kind": "number", "value": "+4930123456"}
    assert (found["total"], found["next_cursor"]) == (1, None)
    proposal = api.get(f"{book}/merge/proposal", params={"contacts": ",".join(ids)}).json()
    [title] = [field for field in proposal["fields"] if field["field"] == "title"]
    assert title["values"] == [{"contact": ids[0], "value": ""}, {"contact": ids[1], "value": "Boss"}]
    assert (title["chosen"], proposal["result"]["title"], proposal["problems"]) == ("Boss", "Boss", [])
    asked = {"contacts": ids, "result": {"note": "merged"}, "versions": proposal["versions"]}
    merged = api.post(f"{book}/merge", json=asked)
    assert merged.status_code == 200, merged.text
    assert (merged.json()["contact"]["note"], merged.json()["contact"]["title"]) == ("merged", "Boss")
    assert merged.headers["etag"] == f'"{merged.json()["contact"]["version"]}"'
    assert api.post(f"{book}/merge", json=asked).status_code == 400
    assert api.post(merged.json()["undo"]).status_code == 200
    assert api.post(f"{book}/merge", json=asked).status_code == 412
    assert api.post(f"{book}/duplicates/dismissals", json={"contacts": ids}).json() == {"pairs": 1}
    assert api.get(f"{book}/duplicates").json()["items"] == []
    again = api.delete(f"{book}/duplicates/dismissals", params={"contacts": ",".join(ids)})
    assert (again.status_code, again.json()) == (200, {"pairs": 1})
    assert api.get(f"{book}/duplicates").json()["total"] == 1
    preview = api.post(f"{book}/normalisation", json={}).json()
    assert (preview["dry_run"], preview["contacts"], preview["numbers"], preview["labels"]) == (True, 2, 2, 2)
    done = api.post(f"{book}/normalisation", json={"dry_run": False}).json()
    assert api.get(f"/api/v1/contacts/{ids[0]}").json()["numbers"][0]["value"] == "+4930123456"
    assert api.post(done["undo"]).json()["changed"] == 2
