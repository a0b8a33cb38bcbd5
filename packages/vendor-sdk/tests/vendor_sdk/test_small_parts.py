"""The parts without I/O: grace, backoff, throttle, credentials, tags, the contact copy, the recorder, the book."""

from __future__ import annotations

import base64
from itertools import islice, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonebook_core.contact import Contact, PhoneNumber, in_order
from phonebook_core.errors import LocalProtocolError
from phonebook_core.phone_number import NumberForm, OutputForm
from phonebook_core.vendor_link.messages import Book as About
from phonebook_core.vendor_link.messages import Changes, Phone
from phonebook_vendor_sdk.backoff import LONGEST, delays
from phonebook_vendor_sdk.book import Book
from phonebook_vendor_sdk.contact_copy import ContactCopy, Pending
from phonebook_vendor_sdk.credentials import digest_of, opens
from phonebook_vendor_sdk.dispatches import Note, Recorder
from phonebook_vendor_sdk.grace import TRANSITIONS, Grace, GraceEvent, advance
from phonebook_vendor_sdk.leaf import Leaf, is_known, wants_gzip
from phonebook_vendor_sdk.throttle import Throttle

ABOUT = About(id="b", name="Book")


# grace


def test_grace_begins_by_three_things_and_ends_by_four() -> None:
    begins = {event for event, to in TRANSITIONS[Grace.NONE].items() if to is Grace.GIVEN}
    ends = {event for event, to in TRANSITIONS[Grace.GIVEN].items() if to is Grace.NONE}
    assert begins == {GraceEvent.LINK_LOST, GraceEvent.NEEDS_SETUP, GraceEvent.RESTORED}
    assert ends == {GraceEvent.ENABLED, GraceEvent.TURNED_OFF, GraceEvent.NOT_WANTED, GraceEvent.EXPIRED}
    assert begins | ends == set(GraceEvent)


def test_what_is_not_in_the_grace_table_raises() -> None:
    with pytest.raises(LocalProtocolError):
        advance(Grace.GIVEN, GraceEvent.LINK_LOST)
    with pytest.raises(LocalProtocolError):
        advance(Grace.NONE, GraceEvent.EXPIRED)


# backoff


def test_waits_are_full_jitter_under_a_doubling_bound() -> None:
    bounds = [min(LONGEST, 0.5 * 2**n) for n in range(12)]
    for seed in range(50):
        for wait, bound in zip(delays(Random(seed)), bounds, strict=False):
            assert 0 <= wait <= bound
    longest = [max(waits) for waits in zip(*(islice(delays(Random(s)), 12) for s in range(200)), strict=True)]
    assert all(most > bound * 0.8 for most, bound in zip(longest, bounds, strict=True))


def test_waits_are_the_same_for_the_same_randomness() -> None:
    assert list(islice(delays(Random(7)), 20)) == list(islice(delays(Random(7)), 20))


# throttle


def test_the_eleventh_wrong_password_in_a_minute_has_to_wait() -> None:
    throttle = Throttle()
    assert [throttle.count_wrong("a", "b", float(n)) for n in range(10)] == [0] * 10
    assert throttle.count_wrong("a", "b", 10.0) == 51
    assert throttle.count_wrong("a", "other book", 10.0) == 0
    assert throttle.count_wrong("other address", "b", 10.0) == 0
    assert throttle.count_wrong("a", "b", 60.5) == 0
    assert throttle.count_wrong("a", "b", 60.6) == 1


# credentials


def test_credentials_open_however_they_are_written() -> None:
    digest = digest_of("pb-1", "secret_secret-1")
    encoded = base64.b64encode(b"pb-1:secret_secret-1")
    for good in (
        b"Basic " + encoded,
        b"basic " + encoded,
        b"BASIC   " + encoded + b" ",
        b"Basic " + encoded.rstrip(b"="),
    ):
        assert opens(good, digest), good
    for bad in (
        b"",
        b"Basic",
        b"Basic !",
        b"Basic " + encoded[:-5],
        b"Bearer " + encoded,
        b"Digest x",
        b"Basic " + b"A" * 5000,
        b"Basic \xff\xfe",
        encoded,
    ):
        assert not opens(bad, digest), bad


# tags and encodings


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (b'"abc"', True),
        (b'W/"abc"', True),
        (b'"x", W/"abc" , "y"', True),
        (b'"abc-gzip"', True),
        (b"*", True),
        (b"abc", True),
        (b'"abcd"', False),
        (b"", False),
        (b'""', False),
    ],
)
def test_if_none_match_is_read_as_rfc_9110_says(header: bytes, known: bool) -> None:
    assert is_known(header, b"abc") is known


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (b"gzip", True),
        (b"deflate, GZIP;q=0.5", True),
        (b"*", True),
        (b"x-gzip", True),
        (b"gzip;q=0", False),
        (b"*;q=0", False),
        (b"gzip;q=0, *", False),
        (b"identity", False),
        (b"", False),
        (b"gzip;q=x", False),
    ],
)
def test_gzip_is_only_for_those_who_ask(header: bytes, wanted: bool) -> None:
    assert wants_gzip(header) is wanted


def test_a_leaf_is_the_same_for_the_same_bytes() -> None:
    def leaf() -> Leaf:
        return Leaf(phonebook="b", file="f", body=b"x" * 999, content_type="t", digest=b"", version=1, token="t")

    assert leaf().start == leaf().start
    assert leaf().zipped() == leaf().zipped()


# the contact copy


def contact(id: str, name: str, **more: object) -> Contact:
    return Contact(id=id, display_name=name, **more)  # type: ignore[arg-type]


def pending(since: str, *pages: Changes) -> Pending:
    collected = Pending(since)
    for page in pages:
        collected.add(page)
    return collected


def page(token: str, *upserts: Contact, removals: tuple[str, ...] = (), **more: bool) -> Changes:
    return Changes(phonebook="b", book=ABOUT, token=token, upserts=upserts, removals=removals, **more)


def test_a_snapshot_forgets_what_was_there() -> None:
    copy, changed = ContactCopy().applied(pending("", page("1", contact("1", "Zoe"), contact("2", "ann"))))
    assert changed
    assert [c.id for c in copy.contacts] == ["2", "1"]
    copy, changed = copy.applied(
        pending("1", page("x", contact("9", "No"), snapshot=False), page("2", contact("3", "Ben"), snapshot=True))
    )
    assert changed
    assert [c.id for c in copy.contacts] == ["3"]
    assert copy.token == "2"


def test_pages_that_change_nothing_say_so() -> None:
    people = [contact(str(n), f"N{n}") for n in range(30)]
    copy, _ = ContactCopy().applied(pending("", page("1", *people, snapshot=True)))
    copy, changed = copy.applied(pending("1", page("2", people[3])))
    assert (changed, copy.token) == (False, "2")
    copy, changed = copy.applied(pending("2", page("3", *people, snapshot=True)))
    assert (changed, copy.token) == (False, "3")
    copy, changed = copy.applied(pending("3", page("4", removals=("not there",))))
    assert not changed
    renamed = Changes(phonebook="b", book=About(id="b", name="New"), token="5")
    assert copy.applied(pending("4", renamed))[1]


steps = st.lists(
    st.tuples(
        st.booleans(),
        st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["a", "B", "ä", "c", ""])), max_size=6),
        st.lists(st.integers(0, 40), max_size=4),
    ),
    max_size=8,
)


@given(start=st.integers(0, 40), steps=steps)
def test_the_copy_holds_what_the_pages_add_up_to_in_the_one_order(
    start: int, steps: list[tuple[bool, list[tuple[int, str]], list[int]]]
) -> None:
    model = {str(n): contact(str(n), f"n{n % 7}") for n in range(start)}
    copy, _ = ContactCopy().applied(pending("", page("0", *model.values(), snapshot=True)))
    for number, (snapshot, upserts, removals) in enumerate(steps):
        if snapshot:
            model = {}
        for id in removals:
            model.pop(str(id), None)
        new = [contact(str(id), name) for id, name in upserts]
        model.update({c.id: c for c in new})
        copy, _ = copy.applied(
            pending("x", page(str(number), *new, removals=tuple(map(str, removals)), snapshot=snapshot))
        )
        assert list(copy.contacts) == in_order(model.values())


# the recorder


def note(time: float, agent: bytes = b"A", status: int = 200) -> Note:
    return (time, "book", "f.xml", status, 10, "t1", "192.0.2.1", agent, "ok")


def test_each_fetch_is_a_dispatch_with_an_id_of_its_own() -> None:
    recorder = Recorder("p", lambda agent: Phone(model=agent))
    recorder.notes += [note(1.0), note(1.5), note(2.0, status=304)]
    taken = recorder.take()
    assert [d.id for d in taken] == ["p-1", "p-2", "p-3"]
    assert [d.time for d in taken] == [1000, 1500, 2000]
    assert taken[0].phone == Phone(model="A", address="192.0.2.1", user_agent="A")
    assert recorder.take() == []


def test_a_burst_is_folded_and_the_sum_stays_exact() -> None:
    recorder = Recorder("p", lambda agent: Phone())
    records = 0
    counted = 0
    for call in range(10):
        recorder.notes += [note(5.0 + call / 10 + n / 100_000) for n in range(1_000)]
        recorder.notes += [note(5.0 + call / 10, b"B")]
        taken = [d for d in recorder.take() if d.phone.user_agent == "A"]
        records += len(taken)
        counted += sum(d.count for d in taken)
    assert counted == 10_000
    assert records <= 100
    recorder.notes += [note(6.0)]
    assert [d.count for d in recorder.take()] == [1]


# the book


def test_groups_are_in_order_and_hold_only_who_can_be_called() -> None:
    number = (PhoneNumber(value="1"),)
    people = in_order(
        [
            contact("1", "Ann", numbers=number, groups=("sales", "Ärzte", "sales")),
            contact("2", "Ben", numbers=number, groups=("Sales",)),
            contact("3", "Cy", groups=("Empty",)),
            contact("4", "Di", numbers=number),
        ]
    )
    book = Book(ABOUT, people)
    assert {name: [c.id for c in members] for name, members in book.groups.items()} == {
        "Ärzte": ["1"],
        "Sales": ["2"],
        "sales": ["1"],
    }
    assert list(book.groups) == ["Ärzte", "Sales", "sales"]
    assert [c.id for c in book.ungrouped] == ["4"]
    assert [c.id for c in book.with_numbers] == ["1", "2", "4"]
    assert all(one <= two for one, two in pairwise([book.shown_name(c) for c in book.contacts]))


def test_a_search_finds_who_can_be_called_by_name_company_and_number_in_any_writing() -> None:
    people = in_order(
        [
            contact("1", "Jürgen Groß", numbers=(PhoneNumber(value="0171 5550100"),)),
            contact("2", "Anna", numbers=(PhoneNumber(value="200"),), organization="Groß & Söhne"),
            contact("3", "Großmann"),
        ]
    )
    book = Book(ABOUT, people)
    found = {text: [c.id for c in book.search(text)] for text in ("gross", "juerg", "171-5", "200", "x", "")}
    assert found == {"gross": ["1", "2"], "juerg": ["1"], "171-5": ["1"], "200": ["2"], "x": [], "": ["2", "1"]}
    assert [c.id for c in book.search("gross", limit=1)] == ["1"]


def test_numbers_are_written_in_the_output_form_also_from_the_book_before() -> None:
    number = PhoneNumber(value="0163 2960101", e164="+441632960101")
    about = About(id="b", name="B", region="GB", output=OutputForm(form=NumberForm.NATIONAL, outside_prefix="9"))
    before = Book(about, [])
    assert before.dial(number) == "901632960101"
    assert Book(about, [], before).dial(number) == "901632960101"
    abroad = About(id="b", name="B", region="DE", output=about.output)
    assert Book(abroad, [], before).dial(number) == "900441632960101"
    assert before.dial(PhoneNumber(value=" *21# ")) == "*21#"
