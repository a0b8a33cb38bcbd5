"""Who is at the other end, and whose word for it counts."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest
from support.in_process import in_process

from phonebook_server.accounts.addresses import Proxies, network_of, plain_address
from phonebook_server.config import Config
from phonebook_server.front import Front
from phonebook_server.server import Server

pytestmark = pytest.mark.anyio

TRUSTED = ("10.0.0.0/8", "127.0.0.1/32", "2001:db8:1::/48")
CREDENTIALS = {"email": "anna@example.org", "password": "a guess that is wrong"}


@pytest.mark.parametrize(
    ("peer", "lines", "client"),
    [
        # nobody in between, or nobody who is believed
        ("192.0.2.9", [], "192.0.2.9"),
        ("192.0.2.9", ["198.51.100.1"], "192.0.2.9"),
        ("192.0.2.9", ["10.0.0.1"], "192.0.2.9"),
        ("", ["198.51.100.1"], ""),
        ("unix", ["198.51.100.1"], "unix"),
        # one proxy
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["  198.51.100.1  "], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["127.0.0.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        # proxies in a row
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 10.9.9.9", "10.8.8.8"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 192.0.2.77, 10.9.9.9"], "192.0.2.77"),
        ("10.0.0.1", ["10.7.7.7, 10.8.8.8"], "10.7.7.7"),
        # what is no address ends the search
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, , 10.9.9.9"], "10.9.9.9"),
        ("10.0.0.1", ["198.51.100.1, 10.9.9.9:4711"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1,"], "10.0.0.1"),
        ("10.0.0.1", ["1.2.3.4.5"], "10.0.0.1"),
        ("10.0.0.1", ["127.1"], "10.0.0.1"),
        ("10.0.0.1", ["0x7f.0.0.1"], "10.0.0.1"),
        ("10.0.0.1", ["<script>"], "10.0.0.1"),
        ("10.0.0.1", ["fe80::1%eth0"], "10.0.0.1"),
        ("10.0.0.1", ["\u0661.\u0662.\u0663.\u0664"], "10.0.0.1"),
        # IPv6, and IPv4 in it
        ("2001:db8:1::5", ["2001:DB8:2::0001"], "2001:db8:2::1"),
        ("2001:db8:2::5", ["198.51.100.1"], "2001:db8:2::5"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, ::ffff:10.9.9.9"], "198.51.100.1"),
    ],
)
def test_the_rightmost_address_that_no_trusted_proxy_has_counts(peer: str, lines: list[str], client: str) -> None:
    assert Proxies(TRUSTED).find_client(peer, lines) == client


def test_the_longest_header_is_read_once() -> None:
    assert Proxies(TRUSTED).find_client("10.0.0.1", ["10.1.1.1, " * 5000 + "10.1.1.1"]) == "10.1.1.1"


def test_an_address_has_one_writing_and_one_network() -> None:
    assert plain_address("::ffff:192.0.2.1") == plain_address("::FFFF:c000:201") == "192.0.2.1"
    assert plain_address("2001:db8::1") == "2001:db8::1"
    assert network_of("192.0.2.77") == network_of("192.0.2.200") == network_of("::ffff:192.0.2.1")
    assert network_of("192.0.2.77") != network_of("192.0.3.77")
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("no address") == "no address"


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_whatever_is_behind_the_front_sees_the_client(config: Config, kind: str) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"])

    async def nothing() -> None:
        return None

    for trusted in ((), ("127.0.0.1/32",)):
        changed = msgspec.structs.replace(config, trusted_proxies=trusted)
        front: Any = Front(app, config=changed, mounts={"/phones/": app}, drain=nothing)
        for path in ("/api/v1/me", "/phones/yealink/x/directory.xml"):
            headers = [(b"x-forwarded-for", b"198.51.100.1")]
            await front({"type": kind, "path": path, "client": ("127.0.0.1", 5), "headers": headers}, None, None)
    assert seen == [("127.0.0.1", 5)] * 2 + [("198.51.100.1", 0)] * 2


async def guess(client: httpx.AsyncClient, forwarded: str, number: int = 0) -> int:
    body = CREDENTIALS | {"email": f"somebody{number}@example.org"}
    answer = await client.post("/api/v1/session", json=body, headers={"x-forwarded-for": forwarded})
    return answer.status_code


async def test_made_up_addresses_are_all_counted_as_one(near: httpx.AsyncClient) -> None:
    statuses = [await guess(near, f"198.51.{number}.1", number) for number in range(62)]
    assert statuses == [401] * 60 + [429] * 2


async def test_behind_a_trusted_proxy_everybody_counts_for_themselves(opened: Server, config: Config) -> None:
    behind = msgspec.structs.replace(config, trusted_proxies=("127.0.0.1/32",))
    async with in_process(behind, opened.clock) as client:
        statuses = [await guess(client, f"6.6.6.6, 198.51.{number}.1", number) for number in range(62)]
        assert set(statuses) == {401}
        statuses = [await guess(client, f"6.6.6.{number}, 198.51.100.1", number) for number in range(62)]
        assert statuses[-1] == 429
