"""Subscribing to a file on a real web server, which answers as web servers do, well and badly."""

from __future__ import annotations

import gzip
import time
from typing import Any

import pytest
from support.subscriber import Subscriber
from support.web import Asked, Reply, Web

from phonebook_server.sources.store import Source

pytestmark = pytest.mark.anyio

PEOPLE = b"Name,Phone,Company\nAnna,030 1234567,Bakery\nBob,030 7654321,\n"


def csv(body: bytes, **headers: str) -> Reply:
    return Reply(200, body, {"Content-Type": "text/csv", **{name.replace("_", "-"): v for name, v in headers.items()}})


async def subscribed(book: Subscriber, web: Web, body: bytes = PEOPLE, **fields: Any) -> Source:
    web.reply = lambda _: csv(body)
    source = await book.add(f"{web.url}/people.csv", "file", **fields)
    result = await book.sync(source)
    assert result.ok, result.message
    return source


async def test_a_file_is_followed(web: Web, book: Subscriber) -> None:
    source = await subscribed(book, web)
    assert await book.names() == ["Anna", "Bob"]
    first = {each.contact.display_name: each.contact.id for each in await book.stored()}
    web.reply = lambda _: csv(b"Name,Phone,Company\nAnna,030 1234567,Butchery\nCarla,030 5\n")
    result = await book.sync(source)
    assert (result.read, result.created, result.updated, result.removed) == (2, 1, 1, 1)
    assert await book.names() == ["Anna", "Carla"]
    [anna, _] = await book.stored()
    assert (anna.contact.id, anna.contact.organization) == (first["Anna"], "Butchery")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.vcf", b"BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nTEL:030 1\nEND:VCARD\n"),
        ("a.json", b'[{"display_name": "Anna", "numbers": [{"value": "030 1"}]}]'),
        ("a", b"Name;Telefon\nAnna;030 1\n"),
    ],
)
async def test_whatever_can_be_imported_can_be_followed(web: Web, book: Subscriber, name: str, body: bytes) -> None:
    web.reply = lambda _: Reply(200, body, {"Content-Type": "application/octet-stream"})
    assert (await book.sync(await book.add(f"{web.url}/{name}?key=1", "file"))).ok
    assert await book.names() == ["Anna"]


async def test_a_file_that_did_not_change_is_not_sent_again(web: Web, book: Subscriber) -> None:
    def reply(asked: Asked) -> Reply:
        if asked.headers.get("If-None-Match") == '"one"':
            assert asked.headers.get("If-Modified-Since") == "Mon, 01 Jan 2026 00:00:00 GMT"
            return Reply(304)
        return csv(PEOPLE, ETag='"one"', Last_Modified="Mon, 01 Jan 2026 00:00:00 GMT")

    web.reply = reply
    source = await book.add(f"{web.url}/people.csv", "file")
    assert (await book.sync(source)).created == 2
    again = await book.sync(source)
    assert (again.ok, again.read, again.unit) == (True, 0, None)
    assert len(web.asked) == 2


async def test_the_same_file_from_a_server_without_etags_changes_nothing(web: Web, book: Subscriber) -> None:
    source = await subscribed(book, web)
    versions = [each.version for each in await book.stored()]
    assert (await book.sync(source)).read == 0
    assert [each.version for each in await book.stored()] == versions


async def test_a_mapping_is_remembered_with_the_source(web: Web, book: Subscriber) -> None:
    columns = [{"field": "number", "label": "work"}, {"field": "ignore"}, {"field": "display_name"}]
    source = await subscribed(book, web, b"a,b,c\n030 1,x,Anna\n", options={"mapping": {"columns": columns}})
    assert (await book.only()).contact.display_name == "Anna"
    web.reply = lambda _: csv(b"a,b,c\n030 2,x,Anna\n")
    await book.sync(source)
    assert (await book.only()).contact.numbers[0].value == "030 2"


async def test_a_user_name_and_password_are_sent(web: Web, book: Subscriber) -> None:
    def reply(asked: Asked) -> Reply:
        is_known = asked.headers.get("Authorization") == "Basic YW5uYTpzZWNyZXQ="
        return csv(PEOPLE) if is_known else Reply(401, b"", {"WWW-Authenticate": 'Basic realm="x"'})

    web.reply = reply
    source = await book.add(f"{web.url}/people.csv", "file")
    assert (await book.sync(source)).code == "password_needed"
    await book.change(source, username="anna", password="secret")
    assert (await book.sync(source)).ok
    await book.change(source, password="wrong")
    assert (await book.sync(source)).code == "wrong_password"
    assert await book.names() == ["Anna", "Bob"]


async def test_a_server_that_wants_digest_gets_digest(web: Web, book: Subscriber) -> None:
    def reply(asked: Asked) -> Reply:
        if (
            'response="' in asked.headers.get("Authorization", "")
            and 'uri="/people.csv"' in asked.headers["Authorization"]
        ):
            return csv(PEOPLE)
        return Reply(401, b"", {"WWW-Authenticate": 'Digest realm="x", nonce="abc", qop="auth", algorithm=MD5'})

    web.reply = reply
    source = await book.add(f"{web.url}/people.csv", "file", username="anna", password="secret")
    assert (await book.sync(source)).ok


@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (Reply(200, b"<!DOCTYPE html><html>Sign in</html>", {"Content-Type": "text/html"}), "web_page", "sign-in page"),
        (Reply(200, b"<html><body>Sign in", {"Content-Type": "text/csv"}), "web_page", "web page"),
        (Reply(200, b"", {}), "empty", "empty file"),
        (Reply(200, b"\x89PNG\r\n\x1a\n", {"Content-Type": "image/png"}), "wrong_type", "image/png"),
        (Reply(200, b"%PDF-1.7 ...", {"Content-Type": "text/csv"}), "unreadable", "PDF"),
        (Reply(200, PEOPLE[:20], {"Content-Length": "500"}), "truncated", "broke off"),
        (Reply(200, gzip.compress(PEOPLE * 99)[:60], {"Content-Encoding": "gzip"}), "truncated", "broke off"),
        (Reply(200, PEOPLE, {"Content-Encoding": "br"}), "unexpected", "encoding"),
        (Reply(403), "forbidden", "Share it"),
        (Reply(404), "not_found", "nothing at"),
        (Reply(410), "gone", "gone for good"),
        (Reply(500), "server_error", "500"),
        (Reply(503, b"", {"Retry-After": "7200"}), "busy", "maintenance"),
        (Reply(204), "unexpected", "204"),
    ],
    ids=lambda value: value if isinstance(value, str) and "_" in value else None,
)
async def test_what_is_no_file_of_contacts_gets_a_sentence_and_empties_nothing(
    web: Web, book: Subscriber, reply: Reply, code: str, words: str
) -> None:
    source = await subscribed(book, web)
    web.reply = lambda _: reply
    result = await book.sync(source)
    assert (result.ok, result.code) == (False, code), result.message
    assert words in result.message
    assert await book.names() == ["Anna", "Bob"]
    web.reply = lambda _: csv(PEOPLE)
    assert (await book.sync(source)).ok


async def test_a_busy_server_is_left_alone_as_long_as_it_asks(web: Web, book: Subscriber) -> None:
    source = await subscribed(book, web)
    web.reply = lambda _: Reply(503, b"", {"Retry-After": "7200"})
    await book.sync(source)
    assert (await book.get(source)).due_at == book.server.clock() + 7_200_000


async def test_a_header_without_rows_waits_for_a_word(web: Web, book: Subscriber) -> None:
    source = await subscribed(book, web)
    web.reply = lambda _: csv(b"Name,Phone,Company\n")
    result = await book.sync(source)
    assert not result.ok
    assert await book.names() == ["Anna", "Bob"]


async def test_a_file_that_lacks_more_than_half_waits_for_a_word(web: Web, book: Subscriber) -> None:
    many = b"Name,Phone\n" + b"".join(b"Person %03d,030 1%03d\n" % (n, n) for n in range(40))
    source = await subscribed(book, web, many)
    web.reply = lambda _: csv(many[: len(many) // 3])
    result = await book.sync(source)
    assert (result.code, len(await book.names())) == ("confirm_removals", 40)
    assert (await book.sync(source, accept_removals=True)).removed == result.would_remove
    assert len(await book.names()) == 40 - result.would_remove


async def test_a_contact_whose_row_became_unreadable_stays(web: Web, book: Subscriber) -> None:
    source = await subscribed(book, web)
    web.reply = lambda _: csv(b"Name,Phone,Company\nAnna," + b"0" * 300 + b",\nBob,030 7654321,\n")
    result = await book.sync(source)
    assert (result.ok, result.rejected, result.removed) == (True, 1, 0)
    assert result.problems[0].where == "line 2"
    assert await book.names() == ["Anna", "Bob"]
    assert (await book.sync(source)).problem_count == 1


async def test_too_large_a_file_is_not_read_to_its_end(web: Web, book: Subscriber) -> None:
    source = await subscribed(book, web)
    sent = 0

    def endless(handler: Any) -> None:
        nonlocal sent
        for _ in range(1_000):
            handler.wfile.write(b"Anna,030 1234567,Bakery\n" * 5_000)
            sent += 120_000

    web.reply = lambda _: Reply(200, b"", {"Content-Type": "text/csv"}, endless)
    result = await book.sync(source)
    assert (result.code, len(await book.names())) == ("too_large", 2)
    assert sent < 40_000_000


async def test_a_bomb_of_gzip_is_not_unpacked(web: Web, book: Subscriber) -> None:
    import tracemalloc

    source = await subscribed(book, web)
    bomb = gzip.compress(b"\0" * 300_000_000, 1)
    web.reply = lambda _: Reply(200, bomb, {"Content-Type": "text/csv", "Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        result = await book.sync(source)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (result.code, len(await book.names())) == ("too_large", 2)
    assert peak < 40_000_000


async def test_a_slow_server_is_given_up_at_the_deadline(web: Web, book: Subscriber) -> None:
    slow = await Subscriber(book.server, deadlines={"file": 0.5, "carddav": 0.5}).make()

    def drip(handler: Any) -> None:
        for _ in range(100):
            handler.wfile.write(b"A")
            handler.wfile.flush()
            time.sleep(0.1)

    web.reply = lambda _: Reply(200, b"", {"Content-Length": "100"}, drip)
    begin = time.monotonic()
    result = await slow.sync(await slow.add(f"{web.url}/people.csv", "file"))
    assert result.code == "too_slow"
    assert time.monotonic() - begin < 3


async def test_the_same_address_book_subscribed_again_takes_the_kept_contacts_over(web: Web, book: Subscriber) -> None:
    from phonebook_server.accounts.guards import COMMAND_LINE
    from phonebook_server.sources import actions
    from phonebook_server.sources.actions import Leaving

    body = b"BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Anna\nTEL:030 1\nEND:VCARD\n"
    source = await subscribed(book, web, body)
    kept = await actions.remove_source(book.server, COMMAND_LINE, book.phonebook, source.id, Leaving.KEEP)
    assert (kept.count, kept.undo) == (1, None)
    before = await book.only()
    assert before.source_id is None
    again = await subscribed(book, web, body)
    after = await book.only()
    assert (after.contact, after.version, after.source_id) == (before.contact, before.version, again.id)
