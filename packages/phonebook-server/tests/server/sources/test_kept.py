"""What may be done here with contacts that a source keeps: every path that writes contacts, and undoing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from support.subscriber import Subscriber
from support.web import Reply, Web

from phonebook_core.contact import Contact
from phonebook_core.errors import Conflict
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.contacts import actions, bulk, history, importing, merging, normalisation, past, undo
from phonebook_server.contacts import bin as bins
from phonebook_server.contacts.bulk_inputs import BulkInput
from phonebook_server.contacts.importing import ImportOptions
from phonebook_server.contacts.inputs import ContactInput
from phonebook_server.contacts.merging import MergeInput
from phonebook_server.contacts.normalisation import NormalisationInput
from phonebook_server.contacts.units import Kind
from phonebook_server.phonebooks.actions import PhonebookInput, change_phonebook, create_phonebook
from phonebook_server.sources import actions as sources
from phonebook_server.sources.actions import Leaving
from phonebook_server.sources.store import Source

pytestmark = pytest.mark.anyio

ANNA = b"BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Anna\nTEL;TYPE=CELL:030 1234567\nEND:VCARD\n"
BOB = b"BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Bob\nTEL;TYPE=CELL:030 7654321\nEND:VCARD\n"


class Kept:
    """A phonebook with Anna, whom a source keeps, and Own, who is its own."""

    def __init__(self, book: Subscriber, web: Web) -> None:
        self.book, self.web, self.server = book, web, book.server

    async def make(self) -> Kept:
        self.serve(ANNA)
        self.source: Source = await self.book.add(f"{self.web.url}/people.vcf", "file")
        self.unit = (await self.book.sync(self.source)).unit
        input = msgspec.convert({"display_name": "Own", "numbers": [{"value": "030 99"}]}, ContactInput)
        own = await actions.create_contact(self.server, COMMAND_LINE, self.book.phonebook, input)
        self.own = own.contact.id
        self.anna = next(each.contact.id for each in await self.book.stored() if each.source_id)
        return self

    def serve(self, *cards: bytes) -> None:
        self.web.reply = lambda _: Reply(200, b"".join(cards))

    async def contact(self, id: str) -> Contact:
        return (await actions.get_contact(self.server, COMMAND_LINE, id)).contact

    async def patch(self, id: str, **fields: Any) -> Contact:
        input = msgspec.convert(fields, ContactInput)
        return (await actions.change_contact(self.server, COMMAND_LINE, id, input)).contact

    async def bulk(self, **input: Any) -> bulk.BulkReport:
        converted = msgspec.convert(input, BulkInput)
        matched = await bulk.match(self.server, COMMAND_LINE, self.book.phonebook, converted)
        return await bulk.carry_out(self.server, COMMAND_LINE, matched)

    async def merge(self, *ids: str, keep: str) -> None:
        input = MergeInput(contacts=list(ids), keep=keep)
        await merging.merge_contacts(self.server, COMMAND_LINE, self.book.phonebook, input)


@pytest.fixture
async def kept(book: Subscriber, web: Web) -> Kept:
    return await Kept(book, web).make()


REFUSED: dict[str, Callable[[Kept], Awaitable[object]]] = {
    "change": lambda kept: kept.patch(kept.anna, note="in-house"),
    "change_groups": lambda kept: kept.patch(kept.anna, groups=["Friends"]),
    "delete": lambda kept: actions.delete_contact(kept.server, COMMAND_LINE, kept.anna),
    "bulk_groups": lambda kept: kept.bulk(ids=[kept.own, kept.anna], change={"add_groups": ["Friends"]}),
    "bulk_search": lambda kept: kept.bulk(search={}, change={"delete": True}),
    "merge_away": lambda kept: kept.merge(kept.own, kept.anna, keep=kept.own),
    "merge_into": lambda kept: kept.merge(kept.own, kept.anna, keep=kept.anna),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_would_change_a_kept_contact_is_refused_with_the_name_of_the_source(kept: Kept, name: str) -> None:
    before = await kept.book.stored()
    with pytest.raises(Conflict) as caught:
        await REFUSED[name](kept)
    assert caught.value.code == "kept_by_source"
    assert "the source “Cloud”" in caught.value.message
    assert await kept.book.stored() == before


async def test_moving_a_kept_contact_is_refused_and_copying_it_makes_an_own_one(kept: Kept) -> None:
    other = await create_phonebook(kept.server, COMMAND_LINE, kept.book.site, PhonebookInput(name="Other"))
    with pytest.raises(Conflict):
        await kept.bulk(ids=[kept.anna], change={"move_to": other.id})
    await kept.bulk(ids=[kept.anna], change={"copy_to": other.id})
    kept.book.phonebook = other.id
    copy = await kept.book.only()
    assert (copy.contact.display_name, copy.source_id) == ("Anna", None)


async def test_vendor_values_are_set_here_and_survive_every_sync(kept: Kept) -> None:
    await kept.patch(kept.anna, meta={"yealink": {"ring": 3}})
    kept.serve(ANNA.replace(b"030 1234567", b"030 1111111"), BOB)
    await kept.book.sync(kept.source)
    anna = await kept.contact(kept.anna)
    assert (anna.numbers[0].value, anna.meta) == ("030 1111111", {"yealink": {"ring": 3}})
    kept.serve(BOB)
    await kept.book.sync(kept.source)
    kept.serve(ANNA, BOB)
    assert (await kept.book.sync(kept.source)).created == 1, "it comes back from the bin"
    assert (await kept.contact(kept.anna)).meta == {"yealink": {"ring": 3}}


async def test_another_region_reads_the_numbers_of_kept_contacts_anew(kept: Kept) -> None:
    await change_phonebook(kept.server, COMMAND_LINE, kept.book.phonebook, PhonebookInput(region="AT"))
    assert (await kept.contact(kept.anna)).numbers[0].e164 != "+49301234567"
    kept.serve(ANNA, BOB)
    result = await kept.book.sync(kept.source)
    assert (result.created, result.unchanged) == (1, 1)


async def test_normalising_leaves_kept_contacts_out(kept: Kept) -> None:
    await kept.patch(kept.own, numbers=[{"value": "030 99999999"}])
    input = NormalisationInput(dry_run=False)
    report = await normalisation.normalise(kept.server, COMMAND_LINE, kept.book.phonebook, input)
    assert {change.contact for change in report.changes} == {kept.own}
    assert (await kept.contact(kept.anna)).numbers[0].value == "030 1234567"


async def test_an_import_skips_rows_that_would_change_a_kept_contact(kept: Kept) -> None:
    data = b"Name,Phone,Note,Id\nAnna,030 1234567,in-house,1\nCarla,030 5,,\n"
    phonebook = kept.book.phonebook
    for _ in range(2):
        report = await importing.import_file(kept.server, COMMAND_LINE, phonebook, data, "a.csv", ImportOptions())
        assert (report.skipped, report.created + report.unchanged, report.updated, report.rejected) == (1, 1, 0, 0)
    assert (await kept.contact(kept.anna)).note == ""


async def test_a_source_touches_no_contact_that_is_not_its_own(kept: Kept) -> None:
    kept.serve(ANNA, b"BEGIN:VCARD\nVERSION:3.0\nUID:9\nFN:Own\nTEL:030 99\nEND:VCARD\n")
    await kept.book.sync(kept.source)
    assert await kept.book.names() == ["Anna", "Own", "Own"]
    kept.serve(ANNA)
    await kept.book.sync(kept.source)
    assert await kept.book.names() == ["Anna", "Own"]
    assert (await kept.contact(kept.own)).display_name == "Own"


async def test_the_source_is_named_in_histories(kept: Kept) -> None:
    kept.serve(ANNA.replace(b"FN:Anna", b"FN:Anne"))
    await kept.book.sync(kept.source)
    args = (kept.server, COMMAND_LINE)
    versions = await history.list_versions(*args, kept.anna, cursor=None, limit=10)
    assert {version.actor for version in versions.items} == {"source “Cloud”"}
    found = await past.list_units(*args, kept.book.phonebook, kind=Kind.SOURCE, cursor=None, limit=10)
    assert [unit.summary for unit in found.items] == ["“Cloud”: 1 updated", "“Cloud”: 1 created"]
    assert all(unit.can_undo for unit in found.items)


async def test_an_earlier_version_of_a_kept_contact_is_not_restored(kept: Kept) -> None:
    kept.serve(ANNA.replace(b"FN:Anna", b"FN:Anne"))
    await kept.book.sync(kept.source)
    with pytest.raises(Conflict):
        await history.restore_version(kept.server, COMMAND_LINE, kept.anna, 1)


async def test_what_was_removed_there_comes_back_from_there_alone(kept: Kept) -> None:
    kept.serve(ANNA, BOB)
    await kept.book.sync(kept.source)
    kept.serve(BOB)
    assert (await kept.book.sync(kept.source)).removed == 1
    with pytest.raises(Conflict) as caught:
        await bins.restore_contacts(kept.server, COMMAND_LINE, kept.book.phonebook, [kept.anna])
    assert "Add it there again" in caught.value.message


async def test_undoing_a_sync_pauses_the_source_and_resuming_reads_it_anew(kept: Kept) -> None:
    kept.serve(ANNA.replace(b"FN:Anna", b"FN:Broken"), BOB)
    bad = await kept.book.sync(kept.source)
    assert bad.unit is not None
    report = await undo.undo_unit(kept.server, COMMAND_LINE, bad.unit)
    assert (report.changed, report.deleted, report.conflict_count) == (1, 1, 0)
    assert await kept.book.names() == ["Anna", "Own"]
    assert (await kept.book.get(kept.source)).paused
    with pytest.raises(Conflict) as caught:
        await kept.book.sync(kept.source)
    assert caught.value.code == "paused"
    await kept.book.change(kept.source, paused=False)
    again = await kept.book.sync(kept.source)
    assert (again.created, again.updated) == (1, 1), "though the file is the same as before"
    assert await kept.book.names() == ["Bob", "Broken", "Own"]


async def test_removing_a_source_keeps_its_contacts_as_own_ones(kept: Kept) -> None:
    args = (kept.server, COMMAND_LINE, kept.book.phonebook, kept.source.id)
    removed = await sources.remove_source(*args, Leaving.KEEP)
    assert (removed.count, removed.unit) == (1, None)
    assert (await kept.patch(kept.anna, note="in-house")).note == "in-house"
    assert {each.source_id for each in await kept.book.stored()} == {None}


async def test_removing_a_source_with_its_contacts_is_undone_by_its_unit(kept: Kept) -> None:
    args = (kept.server, COMMAND_LINE, kept.book.phonebook, kept.source.id)
    removed = await sources.remove_source(*args, Leaving.REMOVE)
    assert (removed.count, await kept.book.names()) == (1, ["Own"])
    assert removed.unit is not None
    await undo.undo_unit(kept.server, COMMAND_LINE, removed.unit)
    assert await kept.book.names() == ["Anna", "Own"]
    assert (await kept.patch(kept.anna, note="mine now")).note == "mine now"


async def test_clients_that_sync_get_to_see_who_keeps_a_contact(kept: Kept) -> None:
    args = (kept.server, COMMAND_LINE, kept.book.phonebook)
    token = (await actions.read_changes(*args, since="", limit=500)).token
    await sources.remove_source(*args, kept.source.id, Leaving.KEEP)
    page = await actions.read_changes(*args, since=token, limit=500)
    assert [(each.contact.id, each.source_id) for each in page.stored] == [(kept.anna, None)]
