"""HTTP as phones speak it, through the real service on a bench."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import anyio
import pytest

from phonebook_vendor_sdk import Bench, Contact, VendorService
from phonebook_vendor_sdk.bench import ask

pytestmark = pytest.mark.anyio
Service = type[VendorService[Any]]


async def test_the_book_comes_with_everything_a_cache_needs(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        response = await bench.get("list.txt")
    assert (response.status, response.body) == (200, b"Book\nAnn\nBen")
    headers = dict(response.headers)
    assert headers.pop("etag").startswith('"')
    assert headers == {
        "content-type": "text/plain; charset=utf-8",
        "content-length": "12",
        "cache-control": "private, max-age=0, must-revalidate",
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
    }


async def test_head_has_the_headers_and_no_body_and_post_is_like_get(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        got = await bench.get("list.txt")
        head = await bench.get("list.txt", method="HEAD")
        posted = await bench.get("list.txt", method="POST", body=b"x" * 100_000)
        assert (head.status, head.headers, head.body) == (200, got.headers, b"")
        assert posted == got
        assert [d.bytes for d in await bench.dispatches(3)] == [12, 0, 12]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
async def test_other_methods_are_told_which_there_are(service: Service, method: str) -> None:
    async with Bench(service) as bench:
        response = await bench.get("list.txt", method=method)
    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_a_bare_request_is_asked_for_the_login_and_not_recorded(service: Service) -> None:
    async with Bench(service) as bench:
        responses = [await bench.get("list.txt", login=None) for _ in range(30)]
        assert {response.status for response in responses} == {401}
        assert responses[0].headers["www-authenticate"] == 'Basic realm="Phonebook", charset="UTF-8"'
        await bench.get("list.txt")
        assert [d.status for d in await bench.dispatches(1)] == [200]


async def test_wrong_passwords_are_recorded_then_slowed_but_a_right_one_always_works(service: Service) -> None:
    async with Bench(service) as bench:
        statuses = [(await bench.get("list.txt", login=("pb-bench", "wrong"))).status for _ in range(10)]
        assert statuses == [401] * 10
        slowed = await bench.get("list.txt", login=("pb-bench", "wrong"))
        assert slowed.status == 429
        assert 1 <= int(slowed.headers["retry-after"]) <= 61
        assert (await bench.get("list.txt")).status == 200
        assert (await bench.get("list.txt", login=("pb-bench", "wrong"), address="192.0.2.99")).status == 401
        assert sorted(d.status for d in await bench.dispatches(13)) == [200, *[401] * 11, 429]


async def test_a_flood_of_wrong_passwords_under_many_names_stays_a_few_records(service: Service) -> None:
    async with Bench(service) as bench:
        for number in range(1_000):
            await bench.get(f"{number}.txt", login=("a", "b"), user_agent=f"agent {number}")
        stored = await bench.dispatches(1_000)
        assert sum(d.count for d in stored) == 1_000
        assert len(stored) < 500


async def test_304_needs_the_login_first(service: Service) -> None:
    async with Bench(service) as bench:
        etag = (await bench.get("list.txt")).headers["etag"]
        for condition in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            known = await bench.get("list.txt", headers={"If-None-Match": condition})
            assert (known.status, known.body, known.headers["etag"]) == (304, b"", etag)
        assert (await bench.get("list.txt", headers={"If-None-Match": etag}, login=None)).status == 401
        assert (await bench.get("list.txt", headers={"If-None-Match": etag}, login=("a", "b"))).status == 401
        assert (await bench.get("list.txt", headers={"If-None-Match": '"old"'})).status == 200
        stored = await bench.dispatches(7)
        assert [d.status for d in stored] == [200, 304, 304, 304, 304, 401, 200]
        assert [d.token for d in stored if d.status == 304] == ["t0"] * 4


async def test_gzip_comes_only_when_asked_for_with_a_tag_of_its_own(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        plain = await bench.get("list.txt")
        packed = await bench.get("list.txt", headers={"Accept-Encoding": "gzip, deflate"})
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers["content-length"] == str(len(packed.body))
        assert packed.headers["etag"] != plain.headers["etag"]
        again = await bench.get(
            "list.txt", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
        )
        assert (again.status, again.headers["etag"]) == (304, packed.headers["etag"])
        assert "content-encoding" not in (await bench.get("list.txt", headers={"Accept-Encoding": "br"})).headers


async def test_an_unknown_phonebook_or_file_is_404_in_a_sentence(service: Service) -> None:
    async with Bench(service, quiet_seconds=0) as bench:
        answers = [
            await bench.get("list.txt", phonebook="nobody-knows"),
            await bench.get("list.txt", phonebook="nobody-knows", login=None),
            await bench.get("no.txt", phonebook="nobody-knows"),
            await bench.get("no.txt"),
            await bench.get("list.txt/more"),
            await ask(bench.runtime.phones, "/phones/other/bench/list.txt", "GET", {}),
            await ask(bench.runtime.phones, "/", "GET", {}),
        ]
        assert {(a.status, a.body) for a in answers} == {(404, answers[0].body)}
        assert answers[0].body.startswith(b"There is no phonebook here.")
        assert (await bench.get("no.txt", login=None)).status == 401
        assert [(d.status, d.file) for d in await bench.dispatches(1)] == [(404, "no.txt")]


async def test_a_phonebook_that_is_not_turned_on_is_404_and_one_in_setup_503(service: Service) -> None:
    async with Bench(service, turned_on=False, quiet_seconds=0) as bench:
        assert (await bench.get("list.txt")).status == 404
        await bench.turn_on()
        in_setup = await bench.get("list.txt", login=None)
        assert (in_setup.status, in_setup.headers["retry-after"]) == (503, "30")
        await bench.configure()
        assert (await bench.get("list.txt")).status == 200
        assert [d.status for d in await bench.dispatches(2)] == [503, 200]


async def test_before_the_server_said_what_is_on_an_unknown_phonebook_is_503(service: Service, tmp_path: Path) -> None:
    async with Bench(service, turned_on=False, quiet_seconds=60) as bench:
        assert (await bench.get("list.txt")).status == 503
        assert (await bench.get("no.txt")).status == 404
        await bench.cut_link()
        assert (await bench.get("list.txt")).status == 503


async def test_a_query_is_ignored_unless_the_file_varies_by_it(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        assert (await bench.get("list.txt", query="a=b&term=%23SEARCH")).body == b"Book\nAnn\nBen"
        assert (await bench.get("search.txt", query="q=Be", user_agent="M1/2")).body == b"M1\nBen"
        assert (await bench.get("search.txt", query="q=An", user_agent="M2")).body == b"M2\nAnn"
        assert (await bench.get("search.txt")).body == b"\nAnn\nBen"
        assert (await bench.get("search.txt", query="&" * 900)).body == b"\nAnn\nBen"
        for number in range(200):
            await bench.get("search.txt", query=f"q={number}")
        assert len(bench.runtime.enablements["bench"].leaves) < 80


async def test_websockets_are_refused_and_the_lifespan_is_answered(service: Service) -> None:
    async with Bench(service) as bench:
        sent: list[Any] = []
        inbox = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

        async def receive() -> Any:
            return inbox.pop(0)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await bench.runtime.phones({"type": "lifespan"}, receive, send)
        await bench.runtime.phones({"type": "websocket", "path": "/phones/plain/bench/list.txt"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete", "websocket.close"]


async def test_a_body_that_never_comes_does_not_hold_the_answer_for_long(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phonebook_vendor_sdk.phones.BODY_SECONDS", 0.05)
    async with Bench(service) as bench:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/phones/plain/bench/list.txt", "headers": []}
        with anyio.fail_after(2):
            await bench.runtime.phones(scope, anyio.sleep_forever, send)
    assert sent[0]["status"] == 401


async def test_a_vendor_that_fails_on_a_user_agent_does_not_disturb_the_fetch(service: Service) -> None:
    async with Bench(service) as bench:
        assert (await bench.get("list.txt", user_agent="raise")).status == 200
        assert (await bench.get("list.txt", user_agent="M" * 5000)).status == 200
        first, second = await bench.dispatches(2)
        assert (first.phone.user_agent, first.phone.vendor) == ("raise", "")
        assert len(second.phone.user_agent) == 256
