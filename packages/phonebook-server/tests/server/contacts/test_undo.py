"""Undoing units as a whole: random histories against a plain model, later edits, rights, and what is shown of units."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from support.house import (
    ADMIN,
    BOOK,
    EDITOR,
    FOREIGN_BOOK,
    MANAGER,
    OTHER_BOOK,
    STRANGER,
    VIEWER,
    House,
    open_house,
)

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.errors import Conflict, NotAllowed, NotFound
from phonebook_server.contacts import actions, store, units
from phonebook_server.contacts.bin import empty_bin, restore_contacts
from phonebook_server.contacts.history import restore_version
from phonebook_server.contacts.inputs import NumberInput
from phonebook_server.contacts.past import get_unit, list_units
from phonebook_server.contacts.store import Change, Write
from phonebook_server.contacts.undo import UndoReport, undo_unit
from phonebook_server.contacts.units import Kind
from phonebook_server.db import tables
from phonebook_server.phonebooks import actions as phonebooks

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def undo(house: House, unit: str | None, **options: bool) -> UndoReport:
    assert unit is not None
    return await undo_unit(house.server, EDITOR, unit, **options)


def counts(report: UndoReport) -> tuple[int, int, int, int]:
    return report.deleted, report.restored, report.changed, report.unchanged


async def do(house: House, *writes: tuple[str, Contact, Change]) -> str:
    """Several changes as one unit, in any phonebooks."""
    async with house.server.db.transaction() as connection:
        unit = await units.begin(connection, Kind.BULK, actor="editor@example.org", now=house.now, summary="some")
        for book, contact, change in writes:
            previous = await store.find(connection, contact.id)
            await store.write(connection, book, [Write(contact, change, previous)], unit=unit)
    return unit.id


async def test_an_import_is_undone_as_a_whole_and_redone(house: House) -> None:
    await house.create(display_name="Before")
    before = await house.live()
    unit, ids = await house.fill(2_500)
    after = await house.live()
    house.announced.clear()
    undone = await undo(house, unit)
    assert (counts(undone), undone.conflicts, undone.purged) == ((2_500, 0, 0, 0), [], 0)
    assert undone.undo == f"/api/v1/units/{undone.unit}/undo"
    assert (await house.live(), house.announced) == (before, [BOOK])
    redone = await undo(house, undone.unit)
    assert (counts(redone), await house.live()) == ((0, 2_500, 0, 0), after)
    assert (await house.actions_recorded())[-2:] == ["contacts.undone"] * 2
    upserts, _, _, _ = await house.followed()
    assert set(upserts) == {*ids, *before}


async def test_a_unit_is_undone_once_and_again_only_when_it_was_redone(house: House) -> None:
    unit, _ = await house.fill(2)
    undone = await undo(house, unit)
    with pytest.raises(Conflict, match="undone already"):
        await undo(house, unit)
    redone = await undo(house, undone.unit)
    with pytest.raises(Conflict, match="undone already"):
        await undo(house, undone.unit)
    assert counts(await undo(house, redone.unit)) == (2, 0, 0, 0)
    with pytest.raises(Conflict, match="undone already"):
        await undo(house, unit)
    again = await undo(house, (await undo(house, (await undo_of(house, unit)))).unit)
    assert counts(again) == (2, 0, 0, 0)


async def undo_of(house: House, unit: str) -> str:
    found = await get_unit(house.server, VIEWER, unit, cursor=None, limit=1)
    assert found.undone_by is not None
    [newest] = (await list_units(house.server, VIEWER, BOOK, kind=None, cursor=None, limit=1)).items
    return newest.id


async def test_two_people_who_undo_at_once_undo_it_once(house: House) -> None:
    unit, _ = await house.fill(50)
    outcomes: list[str] = []

    async def one() -> None:
        try:
            await undo(house, unit)
            outcomes.append("undone")
        except Conflict:
            outcomes.append("refused")

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(one)
    assert sorted(outcomes) == ["refused", "refused", "undone"]
    assert await house.live() == {}


async def test_edits_of_other_people_at_the_same_time_are_not_lost(house: House) -> None:
    made = [await house.create(display_name=str(n), title="old") for n in range(20)]
    unit = await do(
        house,
        *((BOOK, replace_contact(each.contact, title="new"), Change.EDITED) for each in made),
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(undo, house, unit)
        for each in made:
            tasks.start_soon(partial(house.change, each.contact.id, note="mine"))
    assert {(c.title, c.note) for c in (await house.live()).values()} == {("old", "mine")}


def replace_contact(contact: Contact, **fields: Any) -> Contact:
    return msgspec.structs.replace(contact, **fields)


async def test_fields_that_were_changed_since_stay_and_are_reported(house: House) -> None:
    made = await house.create(display_name="Ada", title="a", groups=["G"], numbers=[NumberInput(value="200")])
    id = made.contact.id
    unit = await do(
        house,
        (
            BOOK,
            replace_contact(made.contact, title="b", groups=("G", "H"), numbers=(PhoneNumber(value="300"),)),
            Change.EDITED,
        ),
    )
    await house.change(id, title="mine", groups=["G", "H", "I"], note="mine")
    dry = await undo(house, unit, dry_run=True)
    assert (dry.dry_run, dry.unit, dry.undo) == (True, None, None)
    version = (await house.find(id) or made).version
    assert version == 3
    report = await undo(house, unit)
    assert [(c.contact, c.field, c.now, c.would_be) for c in report.conflicts] == [(id, "title", "mine", "a")]
    assert (report.conflicts, counts(report)) == (dry.conflicts, counts(dry))
    now = (await house.live())[id]
    assert (now.title, now.note, now.groups) == ("mine", "mine", ("G", "I"))
    assert [number.value for number in now.numbers] == ["200"]


async def test_what_was_made_and_edited_since_stays_unless_it_is_to_be_overwritten(house: House) -> None:
    unit, [first, second] = await house.fill(2)
    await house.change(first, note="mine")
    report = await undo(house, unit, dry_run=True, overwrite=True)
    assert (counts(report), report.conflict_count) == ((2, 0, 0, 0), 0)
    report = await undo(house, unit)
    assert [(c.contact, c.field, c.now, c.would_be) for c in report.conflicts] == [(first, "", "there", "deleted")]
    assert (counts(report), set(await house.live())) == ((1, 0, 0, 1), {first})
    assert second not in await house.live()


async def test_what_was_edited_and_deleted_since_stays_in_the_bin_unless_it_is_to_be_overwritten(house: House) -> None:
    made = await house.create(display_name="Ada")
    await house.change(made.contact.id, display_name="Eve")
    unit = await house.unit_of(made.contact.id)
    await house.delete(made.contact.id)
    report = await undo(house, unit)
    assert (counts(report), report.unit) == ((0, 0, 0, 1), None)
    assert [(c.field, c.now, c.would_be) for c in report.conflicts] == [("", "deleted", "there")]
    report = await undo(house, unit, overwrite=True)  # as nothing was changed, it is not undone yet
    assert (counts(report), await house.live()) == ((0, 1, 0, 0), {made.contact.id: made.contact})


async def test_a_contact_that_could_not_be_stored_then_stays_and_is_reported(house: House) -> None:
    made = await house.create(organization="Shop")
    await house.change(made.contact.id, organization="", display_name="Anna", note="x")
    unit = await house.unit_of(made.contact.id)
    await house.change(made.contact.id, organization="", note="y", numbers=[NumberInput(value="1")])
    second = await house.unit_of(made.contact.id)
    await house.change(made.contact.id, display_name="")
    report = await undo(house, second)
    assert [(c.field, c.now, c.would_be) for c in report.conflicts][:1] == [("note", "y", "x")]
    assert (report.unit, (await house.live())[made.contact.id].numbers[0].value) == (None, "1")
    assert (await undo(house, unit)).changed == 1


async def test_what_is_so_already_needs_no_undoing(house: House) -> None:
    made = await house.create(display_name="Ada")
    deletion = await house.delete(made.contact.id)
    await restore_contacts(house.server, EDITOR, BOOK, [made.contact.id])
    report = await undo(house, deletion)
    assert (counts(report), report.unit, report.conflicts) == ((0, 0, 0, 1), None, [])


async def test_a_move_is_undone_in_both_phonebooks_and_only_by_who_may_change_both(house: House) -> None:
    made = await house.create(display_name="Ada")
    moved = replace_contact(made.contact, id="d" * 32)
    unit = await do(house, (BOOK, made.contact, Change.DELETED), (OTHER_BOOK, moved, Change.CREATED))
    foreign = await do(
        house,
        (BOOK, replace_contact(made.contact, id="1" * 32), Change.CREATED),
        (FOREIGN_BOOK, replace_contact(made.contact, id="2" * 32), Change.CREATED),
    )
    with pytest.raises(NotAllowed):
        await undo_unit(house.server, VIEWER, unit)
    with pytest.raises(NotFound):
        await undo_unit(house.server, STRANGER, unit)
    for asker in (EDITOR, STRANGER):
        with pytest.raises(NotAllowed, match="every phonebook"):
            await undo_unit(house.server, asker, foreign)
    house.announced.clear()
    assert counts(await undo(house, unit)) == (1, 1, 0, 0)
    assert (set(await house.live()) - {"1" * 32}, await house.live(OTHER_BOOK)) == ({made.contact.id}, {})
    assert sorted(house.announced) == [BOOK, OTHER_BOOK]
    assert counts(await undo_unit(house.server, ADMIN, foreign)) == (2, 0, 0, 0)


async def test_a_unit_in_a_deleted_phonebook_cannot_be_undone_until_that_is_back(house: House) -> None:
    made = await house.create(display_name="Ada")
    moved = replace_contact(made.contact, id="d" * 32)
    unit = await do(house, (BOOK, made.contact, Change.DELETED), (OTHER_BOOK, moved, Change.CREATED))
    await phonebooks.delete_phonebook(house.server, MANAGER, OTHER_BOOK)
    with pytest.raises(NotAllowed, match="restore the phonebook"):
        await undo(house, unit)


async def test_what_was_removed_for_good_is_counted_and_a_unit_of_only_that_is_refused(house: House) -> None:
    made = [await house.create(display_name=str(n)) for n in range(2)]
    ids = [stored.contact.id for stored in made]
    unit = await do(house, *((BOOK, stored.contact, Change.DELETED) for stored in made))
    await restore_version(house.server, EDITOR, ids[0], 1)
    gone = await do(house, (BOOK, replace_contact(made[0].contact, id="9" * 32), Change.CREATED))
    await house.delete("9" * 32)
    await empty_bin(house.server, MANAGER, BOOK)
    report = await undo(house, unit)
    assert (report.purged, counts(report)) == (1, (0, 0, 0, 1))
    with pytest.raises(Conflict, match="nothing left to undo"):
        await undo(house, gone)


async def test_numbers_read_for_another_region_are_undone_by_changing_the_region(house: House) -> None:
    await house.create(display_name="x", numbers=[NumberInput(value="030 123456")])
    region = phonebooks.PhonebookInput(region="FR")
    await phonebooks.change_phonebook(house.server, MANAGER, BOOK, region)
    [unit] = (await list_units(house.server, VIEWER, BOOK, kind=Kind.REGION, cursor=None, limit=5)).items
    assert not unit.can_undo
    with pytest.raises(Conflict, match="change the region back"):
        await undo(house, unit.id)


async def test_units_are_listed_newest_first_with_what_can_be_undone(house: House) -> None:
    unit, ids = await house.fill(3)
    deletion = await house.delete(ids[0])
    undone = (await undo(house, deletion)).unit
    page = await list_units(house.server, EDITOR, BOOK, kind=None, cursor=None, limit=5)
    assert [(each.id, each.kind, each.undone_by, each.undoes, each.can_undo) for each in page.items] == [
        (undone, "undo", None, deletion, True),
        (deletion, "edit", undone, None, False),
        (unit, "import", None, None, True),
    ]
    newest, _, oldest = page.items
    assert (oldest.created, oldest.changed, oldest.deleted, oldest.summary) == (3, 0, 0, "people.csv")
    assert (newest.created, newest.changed, newest.deleted) == (0, 1, 0)
    assert (newest.actor, newest.phonebooks) == ("editor@example.org", [BOOK])
    cut = await list_units(house.server, EDITOR, BOOK, kind=None, cursor=None, limit=2)
    rest = await list_units(house.server, EDITOR, BOOK, kind=None, cursor=cut.next_cursor, limit=2)
    assert cut.items + rest.items == page.items
    imports = await list_units(house.server, EDITOR, BOOK, kind=Kind.IMPORT, cursor=None, limit=5)
    assert [each.id for each in imports.items] == [unit]
    seen = await list_units(house.server, VIEWER, BOOK, kind=None, cursor=None, limit=5)
    assert not any(each.can_undo for each in seen.items)
    with pytest.raises(NotFound):
        await list_units(house.server, STRANGER, BOOK, kind=None, cursor=None, limit=5)


async def test_a_unit_shows_the_contacts_it_changed_a_page_at_a_time(house: House) -> None:
    made = [await house.create(display_name=f"Contact {n}") for n in range(5)]
    edited = [(BOOK, replace_contact(each.contact, title="x"), Change.EDITED) for each in made[:3]]
    unit = await do(house, *edited, (BOOK, made[3].contact, Change.DELETED))
    seen = []
    cursor: str | None = None
    while True:
        page = await get_unit(house.server, VIEWER, unit, cursor=cursor, limit=3)
        seen += page.contacts
        cursor = page.next_cursor
        if cursor is None:
            break
    assert (page.id, page.kind, page.changed, page.deleted) == (unit, "bulk", 3, 1)
    assert [(each.name, each.change, each.is_deleted) for each in seen] == [
        ("Contact 0", "edited", False),
        ("Contact 1", "edited", False),
        ("Contact 2", "edited", False),
        ("Contact 3", "deleted", True),
    ]
    assert [(c.field, c.before, c.after) for c in seen[0].changes] == [("title", "", "x")]
    for asker, id in ((STRANGER, unit), (EDITOR, "0" * 32)):
        with pytest.raises(NotFound):
            await get_unit(house.server, asker, id, cursor=None, limit=3)


async def test_a_contact_that_is_deleted_answers_with_what_undoes_it(house: House) -> None:
    made = await house.create(display_name="Ada")
    answer = await actions.delete_contact(house.server, EDITOR, made.contact.id)
    assert answer.undo == f"/api/v1/units/{answer.unit}/undo"
    await undo(house, answer.unit)
    assert await house.live() == {made.contact.id: made.contact}


# Random histories against a model in plain Python.

TITLES = ("", "a", "b")
GROUPS = ("x", "y", "z")


@dataclass(frozen=True)
class State:
    """What a contact is in the model: whether it is there, and its content."""

    there: bool
    title: str = ""
    note: str = ""
    groups: frozenset[str] = frozenset()
    meta: tuple[tuple[str, int], ...] = ()


NOTHING = State(there=False)


@dataclass
class Model:
    """Every contact as it is, and of every unit what it changed: before and after."""

    now: dict[str, State] = field(default_factory=dict)
    units: dict[str, dict[str, tuple[State, State]]] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    undoes: dict[str, str] = field(default_factory=dict)

    def write(self, unit: str, id: str, state: State) -> None:
        changed = self.units.setdefault(unit, {})
        changed[id] = (changed[id][0] if id in changed else self.now.get(id, NOTHING), state)
        self.now[id] = state

    def undo(self, unit: str, by: str | None) -> int:
        """Undo it as `by`; how many conflicts there are."""
        results = {id: merge(before, after, self.now[id]) for id, (before, after) in self.units[unit].items()}
        for id, (state, _) in results.items():
            if state != self.now[id]:
                assert by is not None
                self.write(by, id, state)
        if by is not None:
            self.undoes[by] = unit
            done: str | None = unit
            is_undone = True
            while done is not None:
                (self.undone.add if is_undone else self.undone.discard)(done)
                done, is_undone = self.undoes.get(done), not is_undone
        return sum(conflicts for _, conflicts in results.values())


def merge(before: State, after: State, now: State) -> tuple[State, int]:
    """The state without the change, and how many conflicts that has."""
    if not before.there:
        if not after.there or not now.there:
            return now, 0
        same = replace(now, there=True) == replace(after, there=True)
        return (replace(now, there=False), 0) if same else (now, 1)
    conflicts = 0

    def pick(old: Any, new: Any, current: Any) -> Any:
        nonlocal conflicts
        if old in (new, current):
            return current
        if current == new:
            return old
        conflicts += 1
        return current

    title, note = (pick(getattr(before, f), getattr(after, f), getattr(now, f)) for f in ("title", "note"))
    groups = (now.groups - (after.groups - before.groups)) | (before.groups - after.groups)
    metas = [dict(state.meta) for state in (before, after, now)]
    picked = {slug: pick(*(meta.get(slug) for meta in metas)) for slug in {*metas[0], *metas[1], *metas[2]}}
    meta = tuple(sorted((slug, value) for slug, value in picked.items() if value is not None))
    merged = State(there=True, title=title, note=note, groups=frozenset(groups), meta=meta)
    if now.there or not after.there:
        return merged, conflicts
    touched = conflicts or replace(merged, there=False) != now
    return now, 1 if touched else 0


def contact_of(id: str, state: State) -> Contact:
    return Contact(
        id=id,
        display_name=f"Contact {id}",
        title=state.title,
        note=state.note,
        groups=tuple(sorted(state.groups)),
        meta={slug: {"n": value} for slug, value in state.meta},
    )


def state_of(stored: store.StoredContact) -> State:
    contact = stored.contact
    meta = tuple(sorted((slug, values["n"]) for slug, values in contact.meta.items()))
    groups = frozenset(contact.groups)
    return State(stored.deleted_at is None, contact.title, contact.note, groups, meta)


values = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(TITLES),
        "note": st.sampled_from(TITLES),
        "groups": st.frozensets(st.sampled_from(GROUPS)),
        "meta": st.dictionaries(st.sampled_from(("v", "w")), st.integers(0, 1)).map(
            lambda found: tuple(sorted(found.items()))
        ),
    },
)
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("write"),
            st.dictionaries(st.integers(0, 3), st.one_of(values, st.just("delete")), min_size=1),
        ),
        st.tuples(st.just("undo"), st.integers(0, 30)),
    ),
    min_size=1,
    max_size=12,
)
_examples = itertools.count()


def test_undoing_any_unit_of_any_history_gives_what_the_model_says(tmp_path: Path) -> None:
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(open_house(tmp_path)) as house:

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(history=steps)
        def try_it(history: list[Any]) -> None:
            portal.call(live_through, house, history)

        try_it()


async def live_through(house: House, history: list[Any]) -> None:
    model, example = Model(), next(_examples)
    order: list[str] = []
    for kind, what in history:
        if kind == "write":
            unit = await write_some(house, model, example, what)
            if unit is not None:
                order.append(unit)
        elif order:
            await undo_some(house, model, order, order[what % len(order)])
        await check(house, model)
    if order and order[-1] not in model.undone:  # undoing twice is doing it again
        before = dict(model.now)
        undone = await undo(house, order[-1])
        model.undo(order[-1], undone.unit)
        await check(house, model)
        if undone.unit is not None:
            redone = await undo(house, undone.unit)
            assert redone.conflicts == []
            model.undo(undone.unit, redone.unit)
            await check(house, model)
            assert model.now == before


async def write_some(house: House, model: Model, example: int, what: dict[int, Any]) -> str | None:
    writes: list[tuple[str, Contact, Change]] = []
    states: dict[str, State] = {}
    for number, change in what.items():
        id = f"{example:016x}{number:016x}"
        now = model.now.get(id, NOTHING)
        if change == "delete":
            if now.there:
                states[id] = replace(now, there=False)
                writes.append((BOOK, contact_of(id, now), Change.DELETED))
        else:
            states[id] = replace(now, there=True, **change)
            made = Change.CREATED if id not in model.now else Change.EDITED if now.there else Change.RESTORED
            writes.append(((BOOK, OTHER_BOOK)[number % 2], contact_of(id, states[id]), made))
    if not writes:
        return None
    writes = [((BOOK, OTHER_BOOK)[int(c.id, 16) % 2], c, change) for _, c, change in writes]
    unit = await do(house, *writes)
    for id, state in states.items():
        model.write(unit, id, state)
    return unit


async def undo_some(house: House, model: Model, order: list[str], unit: str) -> None:
    if unit in model.undone:
        with pytest.raises(Conflict):
            await undo(house, unit)
        return
    dry = await undo(house, unit, dry_run=True)
    report = await undo(house, unit)
    conflicts = model.undo(unit, report.unit)
    assert report.conflict_count == dry.conflict_count == conflicts
    if report.unit is not None:
        order.append(report.unit)


async def check(house: House, model: Model) -> None:
    for id, state in model.now.items():
        stored = await house.find(id)
        assert stored is not None
        assert state_of(stored) == state


async def test_an_undo_that_fails_in_the_middle_changes_nothing(house: House) -> None:
    unit, ids = await house.fill(5)
    before = await house.live()
    async with house.server.db.transaction() as connection:  # a version that is in the way
        row = tables.Contact
        await connection.execute(update(row).where(row.id == ids[3]).values(version=0))
    with pytest.raises(Exception, match="UNIQUE"):
        await undo(house, unit)
    assert await house.live() == before
    found = await get_unit(house.server, EDITOR, unit, cursor=None, limit=1)
    assert (found.undone_by, found.can_undo) == (None, True)
