"""Finding contacts that are probably the same: by number, e-mail and name, without dismissed pairs, page by page."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.house import BOOK, EDITOR, OTHER_BOOK, STRANGER, VIEWER, House, open_house

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.errors import Invalid, NotAllowed, NotFound
from phonebook_server.contacts import store
from phonebook_server.contacts.duplicates import Duplicates, dismiss, undismiss
from phonebook_server.contacts.inputs import NumberInput
from phonebook_server.contacts.similar import MAX_GROUP, Face, Group, face, find_groups, is_one_edit

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


def seen(id: str, name: str = "", *numbers: str, email: str = "") -> Face:
    contact = Contact(
        display_name=name,
        numbers=tuple(PhoneNumber(value=number) for number in numbers),
        emails=(Email(value=email),) if email else (),
    )
    return face(id, store.encode_body(contact))


def sets(groups: list[Group]) -> list[set[str]]:
    return [set(group.ids) for group in groups]


def test_the_same_number_email_or_name_makes_a_group_and_says_why() -> None:
    groups = find_groups(
        [
            seen("a", "Anna Müller", "030 1"),
            seen("b", "Berta", "0301"),
            seen("c", "Carl", email="C@example.org"),
            seen("d", "Dora", email="c@Example.org "),
            seen("e", "Meier, Emil"),
            seen("f", "Emil MEIER"),
            seen("g", "Gina Schmidt"),
            seen("h", "Gina Schmitt"),
            seen("i", "nobody else"),
        ]
    )
    assert sets(groups) == [{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g", "h"}]
    assert [[(reason.kind.value, reason.value) for reason in group.reasons] for group in groups] == [
        [("number", "0301")],
        [("email", "c@example.org")],
        [("name", "Emil MEIER")],
        [("name", "Gina Schmidt / Gina Schmitt")],
    ]
    assert [group.score for group in groups] == [0.7, 0.7, 0.5, 0.3]


def test_more_reasons_make_it_surer() -> None:
    [group] = find_groups([seen("a", "Anna Meier", "1", email="a@b"), seen("b", "Anna Meier", "1", email="a@b")])
    assert group.score > 0.9
    assert len(group.reasons) == 3


def test_the_number_of_a_switchboard_is_no_reason_on_its_own_but_with_the_name_it_is() -> None:
    people = [seen(f"{n:02}", f"Person{chr(65 + n)} Name{chr(65 + n)}{chr(65 + n)}", "0301") for n in range(12)]
    assert find_groups(people) == []
    copies = [seen(f"c{n:02}", "Anna Meier", "0301") for n in range(15)]
    [group] = find_groups([*people, *copies])
    assert len(group.ids) == 15


def test_rooms_that_are_numbered_are_not_similar() -> None:
    assert (
        find_groups([seen("a", "Room 101"), seen("b", "Room 102"), seen("c", "Floor2 West"), seen("d", "Floor3 West")])
        == []
    )


def test_a_name_of_one_word_is_never_similar_to_another() -> None:
    assert find_groups([seen("a", "Meier"), seen("b", "Meyer")]) == []


def test_dismissed_pairs_are_never_together_but_each_with_a_third() -> None:
    three = [seen(id, "Anna Meier") for id in "abc"]
    assert sets(find_groups(three)) == [{"a", "b", "c"}]
    assert sorted(map(sorted, sets(find_groups(three, {("a", "b")})))) == [["a", "c"], ["b", "c"]]
    assert find_groups(three, set(combinations("abc", 2))) == []


_WORDS = st.sampled_from(["Anna", "Anne", "Meier", "Meyer", "Berta", "Room", "7"])
_FACES = st.lists(
    st.tuples(
        st.lists(_WORDS, max_size=3).map(" ".join), st.lists(st.sampled_from("123"), max_size=2), st.sampled_from("xyz")
    ),
    max_size=60,
)


@settings(deadline=None)
@given(_FACES, st.randoms(use_true_random=False), st.floats(0, 0.5))
def test_groups_are_stable_never_too_large_and_never_hold_a_dismissed_pair(
    rows: list[tuple[str, list[str], str]], random: Any, share: float
) -> None:
    faces = [
        seen(f"{n:03}", name, *numbers, email="" if email == "x" else f"{email}{n % 4}")
        for n, (name, numbers, email) in enumerate(rows)
    ]
    dismissed = {pair for pair in combinations([each.id for each in faces], 2) if random.random() < share}
    groups = find_groups(faces, dismissed)
    for group in groups:
        assert 2 <= len(group.ids) == len(set(group.ids)) <= MAX_GROUP
        assert not dismissed & set(combinations(sorted(group.ids), 2))
        assert group.reasons
        assert 0 < group.score <= 1
    shuffled = list(faces)
    random.shuffle(shuffled)
    assert find_groups(shuffled, dismissed) == groups
    assert len({group.key for group in groups}) == len(groups)


@settings(deadline=None)
@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_edit_is_what_the_plain_definition_says(one: str, other: str) -> None:
    def edits(word: str) -> set[str]:
        cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
        changed = {a + b[1:] for a, b in cuts if b} | {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
        for letter in "abc":
            changed |= {a + letter + b for a, b in cuts} | {a + letter + b[1:] for a, b in cuts if b}
        return changed - {word}

    assert is_one_edit(one, other) == (other in edits(one))


async def listed(house: House, duplicates: Duplicates) -> list[list[str]]:
    page = await duplicates.list_duplicates(house.server, EDITOR, BOOK)
    return [[stored.contact.id for stored in item.contacts] for item in page.items]


async def test_only_live_contacts_of_the_phonebook_itself_are_compared_each_as_it_is_now(house: House) -> None:
    number = [NumberInput(value="030 123456")]
    a = (await house.create(display_name="A", numbers=number)).contact.id
    b = (await house.create(display_name="B", numbers=[NumberInput(value="+49 30 123456")])).contact.id
    await house.create(OTHER_BOOK, display_name="C", numbers=number)
    duplicates = Duplicates()
    assert await listed(house, duplicates) == [[a, b]]
    await house.change(b, note="changed")
    assert await listed(house, duplicates) == [[a, b]]
    await house.delete(b)
    assert await listed(house, duplicates) == []


async def test_what_was_dismissed_is_remembered_until_it_is_taken_back(house: House) -> None:
    ids = [(await house.create(display_name="Anna Meier")).contact.id for _ in range(3)]
    duplicates = Duplicates()
    house.announced.clear()
    assert await dismiss(house.server, EDITOR, BOOK, ids[:2]) == 1
    assert await dismiss(house.server, EDITOR, BOOK, ids[1::-1]) == 1
    assert sorted(map(set, await listed(house, duplicates)), key=sorted) == sorted(
        [{ids[0], ids[2]}, {ids[1], ids[2]}], key=sorted
    )
    assert await dismiss(house.server, EDITOR, BOOK, ids) == 3
    assert await listed(house, duplicates) == []
    assert await undismiss(house.server, EDITOR, BOOK, ids) == 3
    assert set((await listed(house, duplicates))[0]) == set(ids)
    assert house.announced == []
    assert (await house.actions_recorded())[-1] == "duplicates.undismissed"


async def test_who_may_not_change_the_phonebook_is_refused(house: House) -> None:
    ids = [(await house.create(display_name="A")).contact.id for _ in range(2)]
    for person, error in ((VIEWER, NotAllowed), (STRANGER, NotFound)):
        with pytest.raises(error):
            await Duplicates().list_duplicates(house.server, person, BOOK)
        with pytest.raises(error):
            await dismiss(house.server, person, BOOK, ids)
        with pytest.raises(error):
            await undismiss(house.server, person, BOOK, ids)


async def test_contacts_that_are_not_here_cannot_be_dismissed(house: House) -> None:
    here = (await house.create(display_name="A")).contact.id
    other = (await house.create(OTHER_BOOK, display_name="A")).contact.id
    for ids in ([here], [here, here], [here, other], [here, "x\ud800"], [here, "0" * 32], ["f" * 32] * 21):
        with pytest.raises(Invalid):
            await dismiss(house.server, EDITOR, BOOK, ids)


async def test_groups_come_a_page_at_a_time(house: House) -> None:
    for name in ("Anna Meier", "Berta Schulz", "Carl Weber"):
        for _ in range(2):
            await house.create(display_name=name)
    duplicates = Duplicates()
    names: list[str] = []
    cursor: str | None = None
    while True:
        page = await duplicates.list_duplicates(house.server, EDITOR, BOOK, cursor=cursor, limit=1)
        assert page.total == 3
        names += [item.contacts[0].contact.display_name for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert names == ["Anna Meier", "Berta Schulz", "Carl Weber"]
    with pytest.raises(Invalid):
        await duplicates.list_duplicates(house.server, EDITOR, BOOK, cursor="nonsense")
