"""One mail over SMTP, against a real server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from support.post import Post
from support.server import free_port

from phonebook_server.config import Config, Smtp, load_config
from phonebook_server.mail.delivery import Delivered, Delivery, Letter
from phonebook_server.mail.texts import Text

pytestmark = pytest.mark.anyio
AT = 1_800_000_000_000
TEXT = Text(subject="Grüße", plain="Guten Tag\n\n.\nhttp://127.0.0.1:8000/register#abc\n", html="<p>Guten Tag</p>")


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as post:
        yield post


def letter(to: str = "anna@example.org", name: str = "") -> Letter:
    return Letter(id="01", to=to, name=name, language="de", text=TEXT, at=AT)


async def deliver(url: str, mail: Letter, folder: Path, *, seconds: float = 30.0) -> Delivered:
    config, smtp = configured(url, folder)
    return await Delivery(config, smtp, mail, seconds=seconds).run()


def configured(url: str, folder: Path) -> tuple[Config, Smtp]:
    environ = {
        "PHONEBOOK_SMTP_URL": url,
        "PHONEBOOK_MAIL_FROM": "Télé <phonebook@example.org>",
        "PHONEBOOK_PUBLIC_URL": "https://phonebook.example.org",
    }
    config = load_config(environ, cwd=folder)
    assert config.smtp_url is not None
    return config, config.smtp_url


async def test_a_mail_arrives_as_it_was_written(post: Post, tmp_path: Path) -> None:
    delivered = await deliver(post.url, letter(name="Anna Müller"), tmp_path)
    assert delivered == Delivered(outcome="sent", answer="250 2.0.0 OK")
    [got] = post.letters
    assert got.to == "anna@example.org"
    assert got.sender == "phonebook@example.org"
    assert got.subject == "Grüße"
    assert str(got.message["to"]) == "Anna Müller <anna@example.org>"
    assert str(got.message["from"]) == "Télé <phonebook@example.org>"
    assert got.message["message-id"] == "<01@phonebook.example.org>"
    assert got.message["auto-submitted"] == "auto-generated"
    assert got.message["content-language"] == "de"
    assert got.message["date"] == "Fri, 15 Jan 2027 08:00:00 +0000"
    assert got.plain == TEXT.plain
    assert got.html.strip() == TEXT.html
    assert got.links == ["http://127.0.0.1:8000/register#abc"]
    assert got.raw.isascii()


@pytest.mark.parametrize(
    "name",
    ['"><script>', "a, b@example.com", 'Anna "the boss" <evil@example.com>', "x\\", "ا‏ل", "😀" * 60, "(comment)"],
)
async def test_a_name_adds_no_recipient_and_no_header(post: Post, tmp_path: Path, name: str) -> None:
    assert (await deliver(post.url, letter(name=name), tmp_path)).outcome == "sent"
    [got] = post.letters
    assert [address.addr_spec for address in got.message["to"].addresses] == ["anna@example.org"]
    shown = got.message["to"].addresses[0].display_name
    assert shown.replace(" ", "") == name.replace(" ", "")  # the parser of Python 3.11 adds some in long names
    assert sorted(map(str.lower, got.message.keys())) == [
        "auto-submitted",
        "content-language",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
    ]


@pytest.mark.parametrize("to", ["anna@müller.example", "müller@example.org", "ännä@müller.example"])
async def test_addresses_may_have_letters_of_any_alphabet(post: Post, tmp_path: Path, to: str) -> None:
    assert (await deliver(post.url, letter(to=to, name="Änne"), tmp_path)).outcome == "sent"
    [got] = post.letters
    local = to.partition("@")[0]
    assert got.to.partition("@")[0] == local
    assert str(got.message["to"].addresses[0].username) == local


async def test_starttls_with_a_certificate_that_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tls in ("starttls", "tls"):
        with Post(tls=tls, login=True) as post:
            monkeypatch.setenv("SSL_CERT_FILE", str(post.certificate))
            delivered = await deliver(post.url, letter(), tmp_path)
            assert delivered.outcome == "sent", delivered
            assert post.letters[0].over_tls
            assert post.letters[0].signed_in
            assert post.talks == 1


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    for tls in ("starttls", "tls"):
        with Post(tls=tls, login=True) as post:
            delivered = await deliver(post.url, letter(), tmp_path)
            assert delivered.outcome == "later"
            assert "certificate" in delivered.answer
            assert "self-signed" in delivered.answer
            assert not post.letters


async def test_a_certificate_of_another_host_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Post(tls="starttls") as post:
        monkeypatch.setenv("SSL_CERT_FILE", str(post.certificate))
        delivered = await deliver(post.url.replace("localhost", "127.0.0.1"), letter(), tmp_path)
        assert delivered.outcome == "later"
        assert "certificate" in delivered.answer


async def test_without_starttls_on_offer_nothing_is_sent(tmp_path: Path) -> None:
    with Post(login=True) as post:
        delivered = await deliver(post.url_with("starttls"), letter(), tmp_path)
        assert delivered.outcome == "later"
        assert "does not offer STARTTLS" in delivered.answer
        assert not post.letters


async def test_a_wrong_password_is_said_and_never_shown(tmp_path: Path) -> None:
    with Post(login=True) as post:
        url = f"smtp://phonebook:hunter2-and-more@127.0.0.1:{post.port}"
        delivered = await deliver(url, letter(), tmp_path)
        assert delivered.outcome == "later"
        assert "did not accept the user and password" in delivered.answer
        assert "hunter2" not in delivered.answer


async def test_what_the_server_answers_decides(post: Post, tmp_path: Path) -> None:
    for answer, outcome in (
        ("451 4.7.1 Greylisted, come back", "later"),
        ("550 5.1.1 No such user", "refused"),
        ("554 5.7.1 Spam", "refused"),
        ("530 5.7.0 Authentication required", "later"),
    ):
        post.answer = answer
        delivered = await deliver(post.url, letter(), tmp_path)
        assert (delivered.outcome, delivered.answer) == (outcome, answer)
    assert not post.letters


async def test_nobody_there_is_tried_later(tmp_path: Path) -> None:
    delivered = await deliver(f"smtp://127.0.0.1:{free_port()}", letter(), tmp_path)
    assert delivered.outcome == "later"
    assert "cannot be reached: Connection refused" in delivered.answer
    delivered = await deliver("smtp://no-such-host.invalid", letter(), tmp_path)
    assert delivered.outcome == "later"


@pytest.mark.parametrize(("command", "outcome"), [("EHLO", "later"), ("RCPT", "later"), ("DATA", "unsure")])
async def test_a_server_that_hangs_is_left_in_time(post: Post, tmp_path: Path, command: str, outcome: str) -> None:
    post.hang = command
    delivered = await deliver(post.url, letter(), tmp_path, seconds=2)
    assert delivered.outcome == outcome, delivered
    assert "It took more than 2 seconds." in delivered.answer
    assert not post.letters


async def test_a_server_that_accepts_and_says_nothing_is_left_in_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        for tls in ("none", "tls"):
            delivered = await deliver(f"{url}?tls={tls}", letter(), tmp_path, seconds=1)
            assert delivered.outcome == "later"


async def test_a_talk_that_ends_after_the_mail_is_not_begun_again(post: Post, tmp_path: Path) -> None:
    post.hang = "DATA"
    delivering = asyncio.create_task(deliver(post.url, letter(), tmp_path))
    await asyncio.to_thread(post.hung.wait, 60)
    post.hang = ""
    post.drop()
    assert (await delivering).outcome == "unsure"
    assert post.talks == 1


async def test_a_mail_that_is_cut_off_before_it_begins_never_leaves(post: Post, tmp_path: Path) -> None:
    config, smtp = configured(post.url, tmp_path)
    delivery = Delivery(config, smtp, letter())
    delivery.cut_off("The server was stopped.")
    delivered = await delivery.run()
    assert delivered.outcome == "later"
    assert "The server was stopped." in delivered.answer
    assert not post.letters
    assert msgspec.json.encode(delivered)
