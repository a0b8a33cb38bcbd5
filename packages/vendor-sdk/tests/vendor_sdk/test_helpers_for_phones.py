"""What phones can take: kinds of labels, fixed places for numbers, limits, pages, texts cut to a length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonebook_vendor_sdk import (
    AboutBook,
    Book,
    Contact,
    LabelKind,
    Limits,
    NumberForm,
    OutputForm,
    PhoneNumber,
    PhoneRequest,
    XmlWriter,
    cut,
    in_slots,
    label_kind,
)
from phonebook_vendor_sdk.limits import exceeded
from vendor_sdk.conftest import contact

ABOUT = AboutBook(id="b", name="B", region="DE")


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("", None),
        (" ", None),
        ("Work", LabelKind.WORK),
        ("BÜRO", LabelKind.WORK),
        ("Work Mobile", LabelKind.MOBILE),
        ("Handy (privat)", LabelKind.MOBILE),
        ("móvil", LabelKind.MOBILE),
        ("Home Fax", LabelKind.FAX),
        ("Zuhause", LabelKind.HOME),
        ("Pager", LabelKind.OTHER),
        ("携帯", LabelKind.OTHER),
    ],
)
def test_a_label_speaks_of_a_kind_of_number(label: str, kind: LabelKind | None) -> None:
    assert label_kind(label) is kind


@given(st.lists(st.sampled_from(["", "work", "mobile", "home", "fax", "other"]), max_size=12))
def test_every_number_has_one_place_and_none_is_lost(labels: list[str]) -> None:
    numbers = [PhoneNumber(value=str(n), label=label) for n, label in enumerate(labels)]
    rows = in_slots(numbers, [LabelKind.WORK], [LabelKind.MOBILE, LabelKind.FAX])
    assert all(len(row) == 2 and any(row) for row in rows)
    assert sorted((n.value for row in rows for n in row if n), key=int) == [n.value for n in numbers]


def test_each_limit_that_is_exceeded_is_one_sentence_with_a_count() -> None:
    people = [
        contact("1", "Ann"),
        contact("2", "Bartholomew", "0123456789"),
        Contact(id="3", display_name="Cy", numbers=tuple(PhoneNumber(value=str(n)) for n in range(4))),
        Contact(id="4", display_name="A name without a number counts nowhere"),
    ]
    limits = [
        Limits(phones="A1", contacts=2, name=10, number=9, numbers=3),
        Limits(phones="A2", contacts=3, name=11, number=10, numbers=4),
    ]
    assert {notice.code: notice.message for notice in exceeded(limits, Book(ABOUT, people))} == {
        "limit_contacts_1": "A1: there is room for 2 contacts, and this book has 3. "
        "Make smaller phonebooks, or expect that the last ones are missing.",
        "limit_name_1": "A1: 1 name will be cut, as there is room for 10 characters. "
        "Put what matters first, or shorten them.",
        "limit_number_1": "A1: 1 contact has a number of more than 9 digits. Check them.",
        "limit_numbers_1": "A1: 1 contact has more than the 3 numbers that are shown. "
        "Put the most important ones first.",
    }


@pytest.mark.parametrize(
    ("text", "longest", "kept"),
    [
        ("short", 5, "short"),
        ("Ann Example", 4, "Ann"),
        ("Zoe\u0308 B", 3, "Zo"),
        ("Zoe\u0308 B", 4, "Zoe\u0308"),
        ("👩\u200d👧 x", 2, ""),
        ("🇩🇪🇫🇷", 3, "🇩🇪"),
        ("👍🏽!", 1, ""),
    ],
)
def test_a_text_is_cut_between_characters_as_people_see_them(text: str, longest: int, kept: str) -> None:
    assert cut(text, longest) == kept


@given(st.text(max_size=30), st.integers(0, 40))
def test_a_cut_text_is_the_beginning_and_fits_in_bytes(text: str, longest: int) -> None:
    kept = cut(text, longest, in_bytes=True)
    assert text.startswith(kept)
    assert len(kept.encode()) <= longest


def test_a_page_knows_its_neighbours_and_keeps_the_rest_of_the_query() -> None:
    people = [contact(str(n), f"P{n}") for n in range(5)]

    def page(*query: tuple[str, str]) -> tuple[list[str], int, int, str, str]:
        page = PhoneRequest(file="f", url="http://x/f", query=query).page(people, size=2)
        return [one.id for one in page.contacts], page.number, page.count, page.previous, page.next

    assert page() == (["0", "1"], 1, 3, "", "http://x/f?page=2")
    assert page(("q", "a b&c"), ("page", "2")) == (
        *(["2", "3"], 2, 3),
        *("http://x/f?q=a+b%26c&page=1", "http://x/f?q=a+b%26c&page=3"),
    )
    assert page(("page", "3"))[3:] == ("http://x/f?page=2", "")
    assert page(("page", "99"))[:2] == (["4"], 3)
    for wrong in ("0", "-1", "x", "²", "9" * 5000):
        assert page(("page", wrong))[1] == 1


def test_a_page_of_nothing_is_one_empty_page() -> None:
    page = PhoneRequest(file="f", url="http://x/f").page([], size=2)
    assert (page.contacts, page.number, page.count, page.previous, page.next) == ((), 1, 1, "", "")


def test_a_name_has_two_parts_only_when_they_make_it_up() -> None:
    book = Book(ABOUT, [])
    assert book.names(Contact(given_name="Ann", family_name="Bo")) == ("Ann", "Bo")
    assert book.names(Contact(given_name="Ann")) == ("Ann", "")
    assert book.names(Contact(given_name="Ann", family_name="Bo", display_name="Annie")) == ("", "Annie")
    assert book.names(Contact(organization="Example Ltd")) == ("", "Example Ltd")


def test_dialled_contacts_have_the_numbers_that_phones_get() -> None:
    about = AboutBook(id="b", name="B", region="DE", output=OutputForm(form=NumberForm.E164))
    number = PhoneNumber(value="030 901820", label="Work", e164="+4930901820")
    [dialled] = Book(about, [Contact(id="1", display_name="Ann", numbers=(number,))]).dialled
    assert [(n.value, n.label) for n in dialled.numbers] == [("+4930901820", "Work")]


def test_a_pair_has_both_its_tags_also_when_it_is_empty() -> None:
    xml = XmlWriter("Root")
    with xml.inside("Entry"):
        xml.pair("A")
        xml.pair("B", "<b>", kind="x")
    xml.pair("C", kind="y")
    assert xml.document().decode().split("?>\n")[1] == (
        '<Root>\n<Entry>\n<A></A>\n<B kind="x">&lt;b&gt;</B>\n</Entry>\n<C kind="y"></C>\n</Root>\n'
    )
