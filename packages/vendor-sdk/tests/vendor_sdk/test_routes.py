"""Routes of a vendor's own: the same login and audit trail as files, answered anew each time."""

from __future__ import annotations

import types
from typing import Any

import anyio
import pytest

from phonebook_vendor_sdk import (
    Answer,
    Bench,
    Book,
    Contact,
    PhoneRequest,
    PhoneSettings,
    RouteRequest,
    VendorService,
    phone_file,
    phone_route,
)
from vendor_sdk.conftest import contact

pytestmark = pytest.mark.anyio


class Asking(VendorService[PhoneSettings]):
    """A file, and a route that answers with what it was sent."""

    slug = "asking"
    label = "Asking"

    @phone_file("list.txt", title="The list", content_type="text/plain")
    @staticmethod
    def listing(book: Book, settings: PhoneSettings, request: PhoneRequest) -> bytes:
        return b"list"

    @phone_route("ask", title="Ask")
    async def ask(self, book: Book, settings: PhoneSettings, request: RouteRequest) -> Answer:
        match request.value("q"):
            case "wait":
                await anyio.sleep_forever()
            case "raise":
                raise RuntimeError("a fault in the route")
            case "text":
                return Answer(body="a text")  # type: ignore[arg-type]
            case "teapot":
                return Answer(body=b"short and stout", status=418, content_type="text/plain")
            case "header":
                return Answer(body=b"", content_type="text/plain\r\nset-cookie: a=b")
        said = f"{request.method} {request.value('q')} {request.body.decode()} {len(book.contacts)} {request.url}"
        return Answer(body=said.encode(), content_type="text/plain")


@pytest.fixture
def people() -> list[Contact]:
    return [contact("1", "Ann")]


async def test_a_route_sees_the_query_and_the_body_and_the_newest_book(people: list[Contact]) -> None:
    async with Bench(Asking, contacts=people) as bench:
        url = next(file.url for file in bench.access.files if file.name == "ask")
        answer = await bench.get("ask", query="q=a%20b")
        assert (answer.status, answer.body.decode()) == (200, f"GET a b  1 {url}")
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("text/plain", "no-store")
        await bench.put(contact("2", "Ben"))
        answer = await bench.get("ask", method="POST", body=b"what")
        assert answer.body.decode() == f"POST  what 2 {url}"
        assert (await bench.get("ask", method="HEAD")).body == b""
        assert (await bench.get("ask", query="q=teapot")).status == 418


async def test_a_route_is_behind_the_same_login_and_in_the_same_audit_trail(people: list[Contact]) -> None:
    async with Bench(Asking, contacts=people) as bench:
        assert (await bench.get("ask", login=None)).status == 401
        assert (await bench.get("ask", login=("x", "wrong"))).status == 401
        assert (await bench.get("ask", query="q=teapot")).status == 418
        found = {(d.file, d.status, str(d.auth)) for d in await bench.dispatches(2)}
        assert found == {("ask", 401, "wrong"), ("ask", 418, "ok")}
        await bench.turn_off()
        assert (await bench.get("ask")).status == 404


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("raise", "RuntimeError('a fault in the route')"),
        ("text", "it gave Answer instead of an Answer with bytes"),
        ("header", "which cannot be sent"),
    ],
)
async def test_a_route_that_fails_is_a_503_and_a_notice_until_it_answers(
    people: list[Contact], query: str, reason: str
) -> None:
    async with Bench(Asking, contacts=people) as bench:
        assert (await bench.get("ask", query=f"q={query}")).status == 503
        await bench.until(lambda: any(reason in notice.message for notice in bench.report.notices))
        assert (await bench.get("list.txt")).status == 200
        assert (await bench.get("ask")).status == 200
        await bench.until(lambda: bench.report.notices == ())


async def test_a_route_that_does_not_end_is_cut_off(people: list[Contact], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phonebook_vendor_sdk.routes.ROUTE_SECONDS", 0.05)
    async with Bench(Asking, contacts=people) as bench:
        assert (await bench.get("ask", query="q=wait")).status == 503
        await bench.until(lambda: any("took over" in notice.message for notice in bench.report.notices))


async def test_a_body_that_is_too_long_is_refused_and_never_seen(people: list[Contact]) -> None:
    async with Bench(Asking, contacts=people) as bench:
        assert (await bench.get("ask", method="POST", body=b"x" * 65_536)).status == 200
        assert (await bench.get("ask", method="POST", body=b"x" * 65_537)).status == 413
        assert (await bench.get("list.txt", method="POST", body=b"x" * 65_537)).status == 200


async def wrong(self: Any, book: Any) -> Answer:
    """A route with too few arguments."""
    return Answer(body=b"")


async def right(self: Any, book: Any, settings: Any, request: Any) -> Answer:
    """A route as it should be."""
    return Answer(body=b"")


def plain(self: Any, book: Any, settings: Any, request: Any) -> Answer:
    """A route that cannot wait."""
    return Answer(body=b"")


@pytest.mark.parametrize(
    ("name", "method", "sentence"),
    [
        ("ask", wrong, r"takes \(self, book\); it must be async def"),
        ("ask", plain, "must be an async method"),
        ("list.txt", right, "declares list.txt twice"),
        ("../x", right, "has the name"),
    ],
)
def test_mistakes_in_a_route_are_sentences_at_import(name: str, method: Any, sentence: str) -> None:
    members = {
        "slug": "x",
        "label": "X",
        "listing": Asking.__dict__["listing"],
        "route": phone_route(name, title="A")(types.FunctionType(method.__code__, globals())),
    }
    with pytest.raises(TypeError, match=sentence):
        types.new_class("X", (VendorService[PhoneSettings],), {}, lambda body: body.update(members))
