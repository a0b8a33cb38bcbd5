"""CardDAV servers that are not as Radicale is: a relay of our own in front of it has their manners."""

from __future__ import annotations

import re

import pytest
from support.radicale import RunningRadicale, card
from support.subscriber import Subscriber
from support.web import Asked, Reply, Web, relay

pytestmark = pytest.mark.anyio


@pytest.fixture
def plain(web: Web, radicale: RunningRadicale) -> Web:
    """A server without sync tokens, which are RFC 6578: it has ETags and a ctag."""
    passed_on = relay(radicale.url)

    def reply(asked: Asked) -> Reply:
        if b"sync-collection" in asked.body:
            return Reply(403, b'<d:error xmlns:d="DAV:"><d:supported-report/></d:error>', {"Content-Type": "text/xml"})
        answer = passed_on(asked)
        body = re.sub(
            rb"<(\w+:)?supported-report><(\w+:)?report><(\w+:)?sync-collection ?/>.*?</\w*:?supported-report>",
            b"",
            answer.body,
        )
        body = re.sub(rb"<(\w+:)?sync-token>.*?</(\w+:)?sync-token>", b"", body)
        return answer._replace(body=body)

    web.reply = reply
    return web


async def test_without_sync_tokens_etags_are_compared(plain: Web, radicale: RunningRadicale, book: Subscriber) -> None:
    radicale.make_book()
    for n in range(4):
        radicale.put(f"{n}", f"Person {n}")
    source = await book.add_radicale(f"{plain.url}/anna/people/")
    assert (await book.sync(source)).created == 4
    state = (await book.get(source)).state
    assert (state.sync_token, bool(state.ctag)) == ("", True)
    radicale.put("1", "Person 1 renamed")
    radicale.put("9", "Person 9")
    radicale.delete("3")
    result = await book.sync(source)
    assert (result.read, result.created, result.updated, result.removed) == (2, 1, 1, 1)
    assert await book.names() == ["Person 0", "Person 1 renamed", "Person 2", "Person 9"]


async def test_without_sync_tokens_an_unchanged_ctag_is_one_question(
    plain: Web, radicale: RunningRadicale, book: Subscriber
) -> None:
    radicale.make_book()
    radicale.put("1", "Anna")
    source = await book.add_radicale(f"{plain.url}/anna/people/")
    await book.sync(source)
    plain.asked.clear()
    assert (await book.sync(source)).read == 0
    assert [asked.method for asked in plain.asked] == ["PROPFIND"]


async def test_what_a_server_says_in_parts_is_put_together(web: Web, book: Subscriber) -> None:
    def part(names: range, token: str, *, more: bool) -> Reply:
        found = "".join(
            f'<d:response><d:href>/book/{n}.vcf</d:href><d:propstat><d:prop><d:getetag>"{n}"</d:getetag></d:prop>'
            "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
            for n in names
        )
        cut = "<d:response><d:href>/book/</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
        return multistatus(found + (cut if more else "") + f"<d:sync-token>{token}</d:sync-token>")

    def reply(asked: Asked) -> Reply:
        body = asked.body.decode()
        if asked.method == "PROPFIND":
            return multistatus(about("/book/"))
        if "addressbook-multiget" in body:
            return multistatus("".join(card_at(href) for href in re.findall(r"<d:href>(.*?)</d:href>", body)))
        if ">one<" in body:
            return part(range(3, 5), "two", more=False)
        assert "<d:sync-token></d:sync-token>" in body
        return part(range(3), "one", more=True)

    web.reply = reply
    source = await book.add(f"{web.url}/book/")
    result = await book.sync(source)
    assert (result.created, (await book.get(source)).state.sync_token) == (5, "two"), result.message


async def test_an_address_book_on_another_server_is_not_followed_with_the_password(web: Web, book: Subscriber) -> None:
    def reply(asked: Asked) -> Reply:
        return multistatus(
            "<d:response><d:href>/</d:href><d:propstat><d:prop><d:current-user-principal>"
            "<d:href>https://elsewhere.example/anna/</d:href></d:current-user-principal></d:prop>"
            "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        )

    web.reply = reply
    result = await book.sync(await book.add(f"{web.url}/dav/", username="anna", password="secret"))
    assert result.code == "redirected"
    assert "https://elsewhere.example/anna/" in result.message


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Reply(200, b"<!DOCTYPE html><html>Sign in", {"Content-Type": "text/html"}), "web_page"),
        (Reply(207, b"<!DOCTYPE html><html>Sign in", {"Content-Type": "text/xml"}), "web_page"),
        (Reply(207, b'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"><d:respo', {}), "broken_answer"),
        (
            Reply(207, b'<!DOCTYPE x [<!ENTITY a "b">]><d:multistatus xmlns:d="DAV:">&a;</d:multistatus>', {}),
            "broken_answer",
        ),
        (Reply(207, b"<a>" * 100_000, {}), "broken_answer"),
        (Reply(207, b"", {"Content-Length": "100"}), "truncated"),
        (Reply(200, b"hello", {"Content-Type": "text/plain"}), "no_carddav"),
        (Reply(405, b"", {}), "no_carddav"),
        (Reply(500, b"", {}), "server_error"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_no_carddav_gets_a_sentence_and_empties_nothing(
    web: Web, radicale: RunningRadicale, book: Subscriber, answer: Reply, code: str
) -> None:
    radicale.make_book()
    radicale.put("1", "Anna")
    web.reply = relay(radicale.url)
    source = await book.add_radicale(f"{web.url}/anna/people/")
    assert (await book.sync(source)).ok
    web.reply = lambda _: answer
    result = await book.sync(source)
    assert not result.ok
    assert result.code in (code, "no_carddav"), result.message
    assert await book.names() == ["Anna"]
    web.reply = relay(radicale.url)
    assert (await book.sync(source)).ok
    assert await book.names() == ["Anna"]


async def test_cards_that_are_listed_but_not_given_change_nothing(
    web: Web, radicale: RunningRadicale, book: Subscriber
) -> None:
    radicale.make_book()
    radicale.put("1", "Anna")
    passed_on = relay(radicale.url)
    web.reply = lambda asked: multistatus("") if b"multiget" in asked.body else passed_on(asked)
    result = await book.sync(await book.add_radicale(f"{web.url}/anna/people/"))
    assert (result.ok, result.code) == (False, "broken_answer")


def multistatus(inner: str) -> Reply:
    begin = '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav">'
    return Reply(207, f"{begin}{inner}</d:multistatus>".encode(), {"Content-Type": "application/xml"})


def about(href: str) -> str:
    return (
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:resourcetype><d:collection/><c:addressbook/>"
        "</d:resourcetype><d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report>"
        "</d:supported-report></d:supported-report-set></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
        "</d:response>"
    )


def card_at(href: str) -> str:
    text = card(href, f"Person {href}")
    return (
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop><c:address-data>{text}</c:address-data></d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )
