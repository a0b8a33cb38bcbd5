"""Contacts: what they are called, how they are ordered, and what keeps one from being stored."""

from __future__ import annotations

import random
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonebook_core.contact import (
    MAX_ITEMS,
    MAX_META_BYTES,
    MAX_NOTE,
    MAX_TEXT,
    Contact,
    Email,
    PhoneNumber,
    find_problems,
    fold,
    in_order,
    shown_name,
    sort_key,
)

texts = st.text(max_size=12)
books = st.lists(
    st.builds(Contact, id=st.integers().map(str), given_name=texts, display_name=texts),
    max_size=6,
    unique_by=lambda c: c.id,
)


@given(books, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_does_not_depend_on_where_contacts_come_from(book: list[Contact], chance: random.Random) -> None:
    shuffled = list(book)
    chance.shuffle(shuffled)
    assert in_order(shuffled) == in_order(book)
    assert [sort_key(c) for c in in_order(book)] == sorted(sort_key(c) for c in book)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"), [("JÖRG", "jorg"), ("Straße", "STRASSE"), ("Éa", "E\u0301A"), ("Ann", "ann")]
)
def test_case_and_accents_do_not_matter_when_folded(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_the_shown_name_is_the_first_thing_that_is_there() -> None:
    full = Contact(
        display_name="A. Example",
        given_name="Ann",
        family_name="Example",
        organization="Example Ltd",
        numbers=(PhoneNumber(value="200"),),
        emails=(Email(value="ann@example.com"),),
    )
    assert shown_name(full) == "A. Example"
    assert shown_name(Contact(given_name="Ann", family_name="Example", organization="x")) == "Ann Example"
    assert shown_name(Contact(family_name="Example")) == "Example"
    assert shown_name(Contact(organization="Example Ltd", numbers=full.numbers)) == "Example Ltd"
    assert shown_name(Contact(numbers=full.numbers, emails=full.emails)) == "200"
    assert shown_name(Contact(emails=full.emails)) == "ann@example.com"
    assert shown_name(Contact(note="only a note")) == ""


@pytest.mark.parametrize(
    ("contact", "field", "code"),
    [
        (Contact(), "display_name", "required"),
        (Contact(display_name="  "), "display_name", "required"),
        (Contact(display_name="A" * (MAX_TEXT + 1)), "display_name", "too_long"),
        (Contact(display_name="A", note="n" * (MAX_NOTE + 1)), "note", "too_long"),
        (Contact(display_name="A\0"), "display_name", "unreadable"),
        (Contact(display_name="\ud800"), "display_name", "unreadable"),
        (Contact(display_name="A", numbers=(PhoneNumber(value=" "),)), "numbers.0.value", "required"),
        (Contact(display_name="A", numbers=(PhoneNumber(value="1"),) * (MAX_ITEMS + 1)), "numbers", "too_many"),
        (Contact(display_name="A", groups=("",)), "groups.0", "required"),
        (Contact(display_name="A", meta={"x": {"y": "z" * MAX_META_BYTES}}), "meta", "too_long"),
        (Contact(display_name="A", meta={"x": {"y": "\0"}}), "meta.x", "unreadable"),
        (Contact(display_name="A", meta={"x": {"y": nan}}), "meta.x", "unreadable"),
        (Contact(display_name="A", meta={"\0": {}}), "meta", "unreadable"),
    ],
)
def test_what_cannot_be_stored_is_named_with_its_field(contact: Contact, field: str, code: str) -> None:
    assert (field, code) in [(problem.field, problem.code) for problem in find_problems(contact)]


def test_every_problem_is_told_at_once() -> None:
    contact = Contact(note="\0", title="t" * 300, numbers=(PhoneNumber(value=""),))
    assert {problem.field for problem in find_problems(contact)} == {"title", "note", "numbers.0.value", "display_name"}


def test_vendor_values_that_cannot_be_written_are_a_problem_and_no_crash() -> None:
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"in": deep}
    for meta in ({"acme": {"photo": "\ud800"}}, {"acme": deep}, {"acme": {"big": 2**64}}):
        problems = find_problems(Contact(display_name="Ann", meta=meta))
        assert [problem.field for problem in problems] == ["meta.acme"]
