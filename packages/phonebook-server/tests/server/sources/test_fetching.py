"""Nobody may have this server ask what only this server reaches: real requests, and traps that must stay empty."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from support.subscriber import Subscriber
from support.web import Asked, Reply, Web

from phonebook_core.errors import Invalid
from phonebook_server.server import Server
from phonebook_server.sources.fetching import Visit, resolve_host
from phonebook_server.sources.networks import is_allowed, is_public, read_address
from phonebook_server.sources.trouble import Trouble

pytestmark = pytest.mark.anyio

PEOPLE = b"Name,Phone\nAnna,030 1\n"
PRIVATE = (
    "0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
)  # fmt: skip
PUBLIC = ("1.1.1.1", "8.8.8.8", "93.184.216.34", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001::1")


@pytest.mark.parametrize("text", PRIVATE)
def test_an_address_that_is_not_public_is_refused(text: str) -> None:
    assert not is_public(read_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_fine(text: str) -> None:
    assert is_public(read_address(text))


def test_an_allowed_network_counts_in_whatever_clothes_the_address_comes() -> None:
    assert is_allowed(read_address("::ffff:192.168.1.5"), ["192.168.1.0/24"])
    assert not is_allowed(read_address("192.168.2.5"), ["192.168.1.0/24", "fd00::/8"])


@pytest.fixture
async def closed(opened: Server) -> Subscriber:
    """A phonebook of a server that allows no network."""
    return await Subscriber(opened).make()


TRICKS = (
    "http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "http://localhost:{port}/", "http://LOCALHOST:{port}/",
    "http://127.1:{port}/", "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0x7f.1:{port}/",
    "http://0177.0.0.1:{port}/", "http://017700000001:{port}/", "http://[::1]:{port}/", "http://0:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/", "http://[0:0:0:0:0:ffff:7f00:1]:{port}/",
    "http://0.0.0.0:{port}/", "http://127.0.0.1.:{port}/", "http://localhost.:{port}/", "https://[::]:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/", "http://127。0。0。1:{port}/",
)  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("kind", ["file", "carddav"])
async def test_no_writing_of_this_machine_leads_to_it(closed: Subscriber, web: Web, trick: str, kind: str) -> None:
    try:
        source = await closed.add(trick.format(port=web.port), kind)
    except Invalid:
        pass
    else:
        result = await closed.sync(source)
        assert not result.ok
        assert result.code in ("address_not_allowed", "unreachable"), result.message
    assert web.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a.csv", "file:///etc/passwd", "gopher://127.0.0.1/", "//example.org/a.csv", "example.org",
        "https://anna:secret@example.org/", "https://example.org/#part", "https://", "https://exa mple.org/",
        "https://example.org\\@127.0.0.1/", "https://example.org:99999/", "https://example.org:0/", "",
        "https://[::1/", "http://\u0000/", "https://example.org/" + "a" * 3000,
    ],
)  # fmt: skip
async def test_what_is_no_address_of_a_source_is_refused_with_a_sentence(closed: Subscriber, url: str) -> None:
    with pytest.raises(Invalid) as caught:
        await closed.add(url, "file")
    assert [problem.field for problem in caught.value.problems] == ["url"]
    assert "secret" not in caught.value.message


async def test_a_name_is_resolved_once_and_then_only_that_address_is_asked(web: Web) -> None:
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    web.reply = lambda _: Reply(200, PEOPLE, {"Connection": "close"})
    url = f"http://cloud.example:{web.port}/a"
    async with Visit(url, allowed=("127.0.0.1/32",), resolve=rebinding) as visit:
        for _ in range(3):
            assert (await visit.ask("GET", url, headers={}, limit=1000)).body == PEOPLE
    assert asked == ["cloud.example"]
    assert {each.headers["Host"] for each in web.asked} == {f"cloud.example:{web.port}"}
    async with Visit(url, allowed=("127.0.0.1/32",), resolve=rebinding) as visit:
        with pytest.raises(Trouble) as caught:
            await visit.ask("GET", url, headers={}, limit=1000)
    assert (caught.value.code, len(web.asked)) == ("address_not_allowed", 3)


async def test_of_several_addresses_only_the_good_ones_are_used(web: Web) -> None:
    async def mixed(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.9", "10.0.0.1", "127.0.0.1", "nonsense"]

    web.reply = lambda _: Reply(200, PEOPLE)
    url = f"http://cloud.example:{web.port}/"
    async with Visit(url, allowed=("127.0.0.1/32",), resolve=mixed) as visit:
        assert (await visit.ask("GET", url, headers={}, limit=1000)).status == 200


async def test_a_redirect_to_what_is_not_allowed_is_not_followed(opened: Server, web: Web) -> None:
    with Web() as trap:
        places = (f"http://127.0.0.2:{trap.port}/", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd")
        for place in places:
            reply = Reply(302, b"", {"Location": place})
            web.reply = lambda _, reply=reply: reply  # type: ignore[misc]
            async with Visit(web.url, allowed=("127.0.0.1/32",), resolve=resolve_host) as visit:
                with pytest.raises(Trouble) as caught:
                    await visit.ask("GET", web.url, headers={}, limit=1000)
            assert caught.value.code in ("address_not_allowed", "redirects")
        assert trap.asked == []


async def test_a_redirect_is_followed_three_times_and_no_more(web: Web, book: Subscriber) -> None:
    def reply(asked: Asked) -> Reply:
        hop = int(asked.path.strip("/") or "0")
        return Reply(200, PEOPLE) if hop == 3 else Reply(302, b"", {"Location": f"/{hop + 1}"})

    web.reply = reply
    assert (await book.sync(await book.add(f"{web.url}/0", "file"))).ok
    web.reply = lambda asked: Reply(302, b"", {"Location": asked.path + "x"})
    assert (await book.sync(await book.add(f"{web.url}/0", "file"))).code == "redirects"


async def test_a_password_does_not_follow_a_redirect_to_another_server(web: Web, book: Subscriber) -> None:
    with Web(lambda _: Reply(401)) as other:
        web.reply = lambda _: Reply(302, b"", {"Location": f"{other.url}/people.csv"})
        source = await book.add(f"{web.url}/", "file", username="anna", password="secret")
        result = await book.sync(source)
        assert "Authorization" in web.asked[0].headers
        assert [each.headers.get("Authorization") for each in other.asked] == [None]
    assert (result.code, "secret" in result.message) == ("redirected", False)


async def test_plain_http_is_for_allowed_networks_only(closed: Subscriber) -> None:
    async def somewhere(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34"]

    public = await Subscriber(closed.server, resolve=somewhere).make()
    result = await public.sync(await public.add("http://files.example/people.csv", "file"))
    assert (result.code, "https://" in result.message) == ("not_https", True)


async def test_the_environments_proxies_are_not_used(
    web: Web, book: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Web() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        web.reply = lambda _: Reply(200, PEOPLE)
        assert (await book.sync(await book.add(f"{web.url}/people.csv", "file"))).ok
        assert proxy.asked == []


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Web]:
    """A web server that speaks TLS with a certificate of its own for `cloud.example`."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cloud.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("cloud.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "cloud.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with Web(lambda _: Reply(200, PEOPLE)) as web:
        web.secure(context)
        yield web


async def test_tls_proves_the_name_although_the_address_is_connected_to(
    book: Subscriber, secured: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def here(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def code(host: str) -> str:
        subscriber = await Subscriber(book.server, resolve=here).make()
        return (await subscriber.sync(await subscriber.add(f"https://{host}:{secured.port}/a.csv", "file"))).code

    assert await code("cloud.example") == "tls", "nobody vouches for this certificate"
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cloud.pem"))
    assert await code("cloud.example") == "ok"
    assert await code("other.example") == "tls"
