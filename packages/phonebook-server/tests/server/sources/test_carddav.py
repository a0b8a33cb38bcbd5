"""Subscribing to a real Radicale: first sync, what changed, what is gone, and what must never empty a phonebook."""

from __future__ import annotations

import time

import msgspec
import pytest
from support.radicale import RunningRadicale, card
from support.subscriber import Subscriber

from phonebook_server.sources import store
from phonebook_server.sources.state import SourceState

pytestmark = pytest.mark.anyio


async def test_the_first_sync_brings_every_card(radicale: RunningRadicale, book: Subscriber) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna", "030 1234567", more="EMAIL:anna@example.org\nCATEGORIES:Friends,Work\nORG:Bäckerei;Theke")
    radicale.put("2", "Bob")
    result = await book.sync(await book.add_radicale(url))
    assert (result.ok, result.read, result.created, result.rejected) == (True, 2, 2, 0)
    anna, bob = (each.contact for each in await book.stored())
    assert (anna.external_id, anna.organization, anna.department, anna.groups) == (
        "1", "Bäckerei", "Theke", ("Friends", "Work"),
    )  # fmt: skip
    assert anna.numbers[0].e164 == "+49301234567"
    assert bob.external_id == "2"


async def test_only_what_changed_since_the_sync_token_is_read(radicale: RunningRadicale, book: Subscriber) -> None:
    url = radicale.make_book()
    for n in range(5):
        radicale.put(f"{n}", f"Person {n}", "030 1")
    source = await book.add_radicale(url)
    await book.sync(source)
    assert (await book.get(source)).state.sync_token
    before = {each.contact.external_id: each for each in await book.stored()}
    radicale.put("1", "Person 1 renamed", "030 2")
    radicale.put("9", "Person 9")
    radicale.delete("3")
    result = await book.sync(source)
    assert (result.read, result.created, result.updated, result.unchanged, result.removed) == (2, 1, 1, 0, 1)
    assert await book.names() == ["Person 0", "Person 1 renamed", "Person 2", "Person 4", "Person 9"]
    after = {each.contact.external_id: each for each in await book.stored()}
    assert after["1"].contact.id == before["1"].contact.id
    assert after["0"].version == before["0"].version
    again = await book.sync(source)
    assert (again.read, again.removed, again.unit) == (0, 0, None)


async def test_with_a_token_that_is_too_old_everything_is_compared(radicale: RunningRadicale, book: Subscriber) -> None:
    url = radicale.make_book()
    for n in range(4):
        radicale.put(f"{n}", f"Person {n}")
    source = await book.add_radicale(url)
    await book.sync(source)
    radicale.put("0", "Person 0 renamed")
    radicale.delete("1")
    radicale.forget_tokens()
    result = await book.sync(source)
    assert (result.ok, result.read, result.updated, result.removed) == (True, 1, 1, 1)
    assert await book.names() == ["Person 0 renamed", "Person 2", "Person 3"]


async def test_a_wrong_password_says_so_and_changes_nothing(radicale: RunningRadicale, book: Subscriber) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna")
    source = await book.add_radicale(url)
    await book.sync(source)
    await book.change(source, password="another")
    result = await book.sync(source)
    assert (result.ok, result.code) == (False, "wrong_password")
    assert "app password" in result.message
    assert await book.names() == ["Anna"]


async def test_a_server_that_is_down_changes_nothing_and_all_goes_on_when_it_is_back(
    radicale: RunningRadicale, book: Subscriber
) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna")
    source = await book.add_radicale(url)
    await book.sync(source)
    radicale.stop()
    try:
        result = await book.sync(source)
    finally:
        radicale.start()
    assert (result.ok, result.code) == (False, "unreachable")
    assert await book.names() == ["Anna"]
    radicale.put("2", "Bob")
    assert (await book.sync(source)).ok
    assert await book.names() == ["Anna", "Bob"]


async def test_an_empty_address_book_is_no_error(radicale: RunningRadicale, book: Subscriber) -> None:
    result = await book.sync(await book.add_radicale(radicale.make_book()))
    assert (result.ok, result.read, await book.names()) == (True, 0, [])


async def test_an_address_book_that_was_emptied_unseen_keeps_its_contacts_until_somebody_says_so(
    radicale: RunningRadicale, book: Subscriber
) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna")
    source = await book.add_radicale(url)
    await book.sync(source)
    radicale.delete_book()
    radicale.make_book()
    radicale.forget_tokens()
    result = await book.sync(source)
    assert (result.ok, result.code, result.would_remove) == (False, "confirm_removals", 1)
    assert await book.names() == ["Anna"]
    accepted = await book.sync(source, accept_removals=True)
    assert (accepted.ok, accepted.removed) == (True, 1)
    assert await book.names() == []


async def test_more_than_half_going_at_once_waits_for_a_word_and_heals_by_itself(
    radicale: RunningRadicale, book: Subscriber
) -> None:
    url = radicale.make_book()
    for n in range(20):
        radicale.put(f"{n:02}", f"Person {n:02}")
    source = await book.add_radicale(url)
    await book.sync(source)
    for n in range(11):
        radicale.delete(f"{n:02}")
    result = await book.sync(source)
    assert (result.ok, result.would_remove, len(await book.names())) == (False, 11, 20)
    assert "lacks 11 of 20 contacts" in result.message
    radicale.put("00", "Person 00")
    healed = await book.sync(source)
    assert (healed.ok, healed.removed, len(await book.names())) == (True, 10, 10)


async def test_a_book_that_is_gone_is_a_problem_and_empties_nothing(
    radicale: RunningRadicale, book: Subscriber
) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna")
    source = await book.add_radicale(url)
    await book.sync(source)
    radicale.delete_book()
    result = await book.sync(source)
    assert (result.ok, result.code) == (False, "not_found")
    assert await book.names() == ["Anna"]
    radicale.make_book()
    radicale.put("1", "Anna")
    before = (await book.only()).version
    assert (await book.sync(source)).ok
    assert (await book.only()).version == before


async def test_the_address_of_the_server_alone_is_enough(radicale: RunningRadicale, book: Subscriber) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna")
    for address in (radicale.url, radicale.url + "/", f"{radicale.url}/anna/", url):
        source = await book.add_radicale(address)
        result = await book.sync(source)
        assert result.ok, (address, result.message)
        assert (await book.get(source)).state.collection == url
        assert (await book.get(source)).contacts == 1


async def test_of_several_address_books_one_must_be_chosen(radicale: RunningRadicale, book: Subscriber) -> None:
    first, second = radicale.make_book("a", "Customers"), radicale.make_book("b", "Family")
    source = await book.add_radicale(radicale.url)
    result = await book.sync(source)
    assert (result.ok, result.code) == (False, "choose_address_book")
    assert [(choice.name, choice.url) for choice in result.choices] == [("Customers", first), ("Family", second)]
    assert f"“Family”: {second}" in result.message
    await book.change(source, url=second)
    radicale.put("1", "Anna", book="b")
    assert (await book.sync(source)).created == 1


async def test_a_card_that_cannot_be_read_is_told_and_does_not_take_its_contact_away(
    radicale: RunningRadicale, book: Subscriber
) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna")
    radicale.put("2", "Bob")
    source = await book.add_radicale(url)
    await book.sync(source)
    radicale.put("2", "B" * 300)
    result = await book.sync(source)
    assert (result.ok, result.read, result.rejected, result.removed) == (True, 1, 1, 0)
    assert await book.names() == ["Anna", "Bob"]
    [problem] = result.problems
    assert problem.where == "2.vcf"
    assert "255 characters" in problem.message
    assert (await book.sync(source)).problem_count == 1, "it holds as long as it is so"
    radicale.put("2", "Bobby")
    mended = await book.sync(source)
    assert (mended.updated, mended.problem_count) == (1, 0)
    assert await book.names() == ["Anna", "Bobby"]


async def test_groups_as_cards_are_no_contacts(radicale: RunningRadicale, book: Subscriber) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna")
    radicale.put("g", "Friends", more="X-ADDRESSBOOKSERVER-KIND:group\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1")
    result = await book.sync(await book.add_radicale(url))
    assert (result.read, result.created, result.rejected) == (1, 1, 0)
    assert await book.names() == ["Anna"]


async def test_a_card_that_moves_to_another_path_stays_the_same_contact(
    radicale: RunningRadicale, book: Subscriber
) -> None:
    url = radicale.make_book()
    radicale.put("1", "Anna", file="old")
    source = await book.add_radicale(url)
    await book.sync(source)
    before = await book.only()
    radicale.delete("old")
    radicale.put("1", "Anna", file="new")
    result = await book.sync(source)
    assert (result.unchanged, result.created, result.removed) == (1, 0, 0)
    assert (await book.only()).contact.id == before.contact.id


async def test_a_thousand_contacts_come_in_portions_and_again_nothing_is_read(
    radicale: RunningRadicale, book: Subscriber
) -> None:
    url = radicale.make_book()
    radicale.put_all({f"{n}": card(f"{n}", f"Person {n}", f"030 {n:06}") for n in range(1_000)})
    source = await book.add_radicale(url)
    begin = time.perf_counter()
    result = await book.sync(source)
    took = time.perf_counter() - begin
    assert (result.ok, result.created) == (True, 1_000), result.message
    assert (await book.get(source)).contacts == 1_000
    begin = time.perf_counter()
    assert (await book.sync(source)).read == 0
    print(f"1,000 cards: {took:.2f} s, again {time.perf_counter() - begin:.2f} s")


async def test_a_password_is_never_stored_readable(radicale: RunningRadicale, book: Subscriber) -> None:
    source = await book.add_radicale(radicale.make_book(), password="a secret of somebody")
    found = await book.get(source)
    assert b"secret" not in found.sealed
    assert store.open_password(book.server.keys, found) == "a secret of somebody"
    assert "secret of" not in str(msgspec.to_builtins(found))


async def test_another_server_never_gets_the_password_of_the_first(radicale: RunningRadicale, book: Subscriber) -> None:
    source = await book.add_radicale(radicale.make_book())
    assert (await book.change(source, url=f"http://localhost:{radicale.port}/anna/people/")).sealed == b""
    assert (await book.sync(source)).code == "password_needed"


async def test_another_path_on_the_same_server_keeps_the_password(radicale: RunningRadicale, book: Subscriber) -> None:
    source = await book.add_radicale(radicale.make_book("a"))
    radicale.make_book("b")
    radicale.put("1", "Anna", book="b")
    changed = await book.change(source, url=radicale.book("b"))
    assert changed.state == SourceState()
    assert (await book.sync(source)).created == 1
