"""Importing: counts add up, nobody is merged with somebody else, and the same file twice changes nothing."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonebook_core.contact import Contact, Email, PhoneNumber
from phonebook_core.errors import Problem
from phonebook_core.formats import Reading, Row, read, read_csv, write_csv
from phonebook_core.importing import ImportPlan, OnMatch, plan

SAMPLES = sorted((Path(__file__).parent / "samples").iterdir())


def person(name: str, *numbers: str, **fields: object) -> Contact:
    contact = Contact(display_name=name, numbers=tuple(PhoneNumber(value=number) for number in numbers))
    return msgspec.structs.replace(contact, **fields)


def reading(*contacts: Contact) -> Reading:
    rows = tuple(Row(line=line, contact=contact) for line, contact in enumerate(contacts, 2))
    return Reading(format="csv", encoding="utf-8", rows=rows)


def apply(book: list[Contact], planned: ImportPlan) -> list[Contact]:
    changed = {contact.id: contact for contact in planned.updates}
    assert all(changed)
    assert len(changed) == len(planned.updates)
    assert not any(contact.id for contact in planned.creates)
    fresh = count(len(book))
    created = [msgspec.structs.replace(contact, id=f"c{next(fresh)}") for contact in planned.creates]
    return [changed.pop(contact.id, contact) for contact in book] + created


def stored(*contacts: Contact) -> list[Contact]:
    return apply([], plan([], reading(), region="")) + [
        msgspec.structs.replace(contact, id=f"s{index}") for index, contact in enumerate(contacts)
    ]


def assert_adds_up(planned: ImportPlan) -> None:
    assert planned.read == planned.created + planned.updated + planned.unchanged + planned.skipped + planned.rejected
    assert planned.created == len(planned.creates)
    assert planned.updated >= len(planned.updates)
    assert min(planned.updated, planned.unchanged, planned.rejected) >= 0
    assert len({problem.line for problem in planned.problems}) == planned.rejected


few = st.sampled_from
small = st.builds(
    Contact,
    id=st.just(""),
    display_name=few(["", "", "A", "a", "A B", "B"]),
    given_name=few(["", "A", "A B"]),
    family_name=few(["", "B"]),
    organization=few(["", "A", "Ltd"]),
    title=few(["", "x", "y"]),
    note=few(["", "n", "m"]),
    numbers=st.lists(
        few(["030 23125101", "+49 30 23125-101", "200", "1"]).map(lambda v: PhoneNumber(value=v)), max_size=2
    ).map(tuple),
    emails=few([(), (Email(value="a@example.com"),)]),
    groups=few([(), ("g",), ("h",), ("g", "h")]),
    meta=few([{}, {"s": {"a": 1}}, {"s": {"a": 2, "b": 1}}, {"t": {"a": 1}}]),
    external_id=few(["", "", "X", "Y"]),
)
rows = st.lists(
    st.one_of(small, small, small, st.none()),
    max_size=6,
).map(
    lambda contacts: Reading(
        format="csv",
        encoding="utf-8",
        rows=tuple(
            Row(line=line, contact=contact, problems=() if contact else (Problem(message="Broken."),))
            for line, contact in enumerate(contacts, 2)
        ),
    )
)
books = st.lists(small, max_size=5).map(lambda contacts: stored(*contacts))


@pytest.mark.parametrize("on_match", OnMatch)
@given(books, rows)
@settings(max_examples=200, deadline=None)
def test_counts_add_up_and_a_second_import_changes_nothing(
    on_match: OnMatch, book: list[Contact], file: Reading
) -> None:
    first = plan(book, file, region="DE", on_match=on_match)
    assert_adds_up(first)
    after = apply(book, first)
    second = plan(after, file, region="DE", on_match=on_match)
    assert_adds_up(second)
    assert (second.creates, second.updates, second.updated) == ((), (), 0)
    assert second.rejected == first.rejected


@given(books, rows)
@settings(max_examples=200, deadline=None)
def test_skipping_changes_no_stored_contact(book: list[Contact], file: Reading) -> None:
    planned = plan(book, file, region="DE", on_match=OnMatch.SKIP)
    assert planned.updates == ()


@given(books, rows)
@settings(max_examples=200, deadline=None)
def test_keeping_takes_nothing_away_from_a_stored_contact(book: list[Contact], file: Reading) -> None:
    stored_as = {contact.id: contact for contact in book}
    for update in plan(book, file, region="DE", on_match=OnMatch.KEEP).updates:
        before = stored_as[update.id]
        for field in Contact.__struct_fields__:
            if field not in ("meta", "groups") and getattr(before, field):
                assert getattr(update, field) == getattr(before, field)
        assert set(before.groups) <= set(update.groups)
        for slug, values in before.meta.items():
            assert update.meta[slug].items() >= values.items()


@given(books)
@settings(max_examples=100, deadline=None)
def test_importing_what_was_exported_changes_nothing(book: list[Contact]) -> None:
    storable = [contact for contact in book if contact != Contact(id=contact.id)]
    planned = plan(storable, read_csv(write_csv(storable)), region="DE")
    assert_adds_up(planned)
    assert planned.creates == ()
    ids = [contact.external_id for contact in storable if contact.external_id]
    if len(set(ids)) == len(ids):
        assert planned.updates == ()


@given(books, rows)
@settings(max_examples=100, deadline=None)
def test_an_import_never_takes_groups_or_meta_or_contacts_away(book: list[Contact], file: Reading) -> None:
    after = {contact.id: contact for contact in apply(book, plan(book, file, region="DE"))}
    for contact in book:
        assert set(contact.groups) <= set(after[contact.id].groups)
        assert set(contact.meta) <= set(after[contact.id].meta)
        assert bool(contact.note) <= bool(after[contact.id].note)
        assert bool(contact.numbers) <= bool(after[contact.id].numbers)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_file_imported_twice_changes_nothing(sample: Path) -> None:
    file = read(sample.read_bytes(), filename=sample.name)
    first = plan([], file, region="DE")
    assert_adds_up(first)
    assert first.created
    second = plan(apply([], first), file, region="DE")
    assert (second.created, second.updated, second.rejected) == (0, 0, first.rejected)


def test_the_same_row_twice_in_one_file_makes_one_contact() -> None:
    planned = plan([], reading(person("Ann", "200"), person("Ann", "200")), region="")
    assert (planned.created, planned.unchanged) == (1, 1)


def test_the_same_number_in_another_writing_is_no_new_contact() -> None:
    book = stored(person("Jörg Müller", "030 23125101"))
    planned = plan(book, reading(person("JÖRG MÜLLER", "+49 (30) 23125-101", title="Boss")), region="DE")
    (update,) = planned.updates
    assert (update.id, update.title, update.numbers[0].value) == ("s0", "Boss", "+49 (30) 23125-101")
    assert update.numbers[0].e164 == "+493023125101"


def test_an_equal_id_matches_whatever_else_has_changed() -> None:
    book = stored(person("Ann Old", "1", external_id="X", given_name="Ann", family_name="Old"))
    planned = plan(book, reading(Contact(given_name="Ann", family_name="New", external_id="X")), region="")
    (update,) = planned.updates
    assert (update.id, update.display_name, update.given_name, update.family_name) == ("s0", "", "Ann", "New")
    assert update.numbers == book[0].numbers


def test_different_ids_are_different_people_even_with_the_same_name_and_number() -> None:
    planned = plan(stored(person("Ann", "1", external_id="X")), reading(person("Ann", "1", external_id="Y")), region="")
    assert (planned.created, planned.updated) == (1, 0)


def test_homonyms_without_a_common_number_stay_two_people() -> None:
    planned = plan(stored(person("Jörg Müller", "1")), reading(person("Jörg Müller", "2")), region="")
    assert (planned.created, planned.updated) == (1, 0)


def test_homonyms_that_share_the_switchboard_stay_two_people() -> None:
    book = stored(person("Müller", "0", "12"), person("Müller", "0", "15"))
    planned = plan(book, reading(person("Müller", "0", "17")), region="")
    assert (planned.created, planned.updated) == (1, 0)
    both = reading(person("Müller", "0", "12"), person("Müller", "0", "15"))
    assert plan([], both, region="").created == 2


def test_a_unique_name_with_one_common_number_is_the_same_person() -> None:
    planned = plan(stored(person("Ann", "1", "2")), reading(person("Ann", "2", "3")), region="")
    (update,) = planned.updates
    assert [number.value for number in update.numbers] == ["2", "3"]


def test_stored_duplicates_match_the_first_and_nothing_crashes() -> None:
    book = stored(person("Ann", "1"), person("Ann", "1"))
    planned = plan(book, reading(person("Ann", "1", title="Boss")), region="")
    assert [contact.id for contact in planned.updates] == ["s0"]


def test_empty_fields_keep_what_is_stored_and_groups_and_meta_are_united() -> None:
    book = stored(person("Ann", "1", note="old", title="Boss", groups=("a",), meta={"s": {"x": 1}, "t": {"y": 2}}))
    file = reading(person("Ann", "1", groups=("b",), meta={"s": {"z": 3}}))
    (update,) = plan(book, file, region="").updates
    assert (update.note, update.title, update.groups) == ("old", "Boss", ("a", "b"))
    assert update.meta == {"s": {"x": 1, "z": 3}, "t": {"y": 2}}


def test_a_number_or_an_email_without_a_label_keeps_the_one_it_has() -> None:
    home = PhoneNumber(value="030 23125101", label="home")
    book = stored(
        msgspec.structs.replace(person("Anna"), numbers=(home,), emails=(Email(value="a@example.org", label="work"),))
    )
    row = msgspec.structs.replace(person("Anna", "030/23125101", "200"), emails=(Email(value="A@example.org"),))
    [updated] = plan(book, reading(row), region="DE").updates
    assert [(n.value, n.label) for n in updated.numbers] == [("030/23125101", "home"), ("200", "")]
    assert updated.emails == (Email(value="A@example.org", label="work"),)
    assert plan([updated], reading(row), region="DE").unchanged == 1


def test_one_id_on_two_different_people_rejects_the_second_and_names_the_line_of_the_first() -> None:
    planned = plan([], reading(person("Ann", "1", external_id="X"), person("Bob", "2", external_id="X")), region="")
    assert (planned.created, planned.rejected) == (1, 1)
    assert planned.problems[0].line == 3
    assert "line 2" in planned.problems[0].message


def test_a_row_that_contradicts_an_earlier_one_is_a_person_of_its_own() -> None:
    father, son = person("Jörg Müller", "1", note="the elder"), person("Jörg Müller", "1", note="the younger")
    planned = plan(stored(person("Jörg Müller", "1")), reading(father, son), region="")
    assert [contact.note for contact in planned.updates + planned.creates] == ["the elder", "the younger"]


def test_rows_that_only_add_to_an_earlier_one_are_one_contact() -> None:
    planned = plan([], reading(person("Ann", "1", groups=("a",)), person("Ann", "1", groups=("b",))), region="")
    assert (planned.created, planned.updated, planned.updates) == (1, 1, ())
    assert planned.creates[0].groups == ("a", "b")


def test_a_contact_that_would_get_too_many_groups_is_rejected_and_stays_as_it_is() -> None:
    book = stored(person("Ann", "1", groups=tuple(f"g{n}" for n in range(100))))
    planned = plan(book, reading(person("Ann", "1", groups=("one more",), title="x")), region="")
    assert (planned.rejected, planned.updates) == (1, ())
    assert planned.problems[0].field == "groups"


def test_warnings_are_passed_on_and_reject_nothing() -> None:
    planned = plan([], read_csv(b"Name,Phone\nAnn,4.9E+11\n"), region="DE")
    assert (planned.created, planned.rejected) == (1, 0)
    assert [(warning.line, warning.code) for warning in planned.warnings] == [(2, "damaged_number")]


@pytest.mark.parametrize("same_name", [False, True])
def test_ten_thousand_rows_against_a_hundred_thousand_contacts_take_linear_time(same_name: bool) -> None:
    def contact(n: int, id: str = "") -> Contact:
        return person("Reception" if same_name else f"Person {n}", f"+49 30 23125 {n}", id=id)

    book = [contact(n, f"s{n}") for n in range(100_000 if not same_name else 20_000)]
    file = reading(*(contact(n) for n in range(15_000, 25_000)))
    began = time.process_time()
    planned = plan(book, file, region="DE")
    assert time.process_time() - began < 20
    assert planned.unchanged == (5_000 if same_name else 10_000)


def test_rows_that_would_change_a_read_only_contact_are_skipped_and_all_matched_ones_are_named() -> None:
    book = [person("Anna", "030 1", id="a"), person("Bob", "030 2", id="b"), person("Carla", "030 3", id="c")]
    file = read(b"Name,Phone,Note\nAnna,030 1,new\nBob,030 2,\nDora,030 4,\n", filename="a.csv")
    planned = plan(book, file, region="DE", read_only=frozenset({"a", "b"}))
    assert (planned.skipped, planned.unchanged, planned.created, planned.updates) == (1, 1, 1, ())
    assert planned.matched == {"a", "b"}
