"""The outbox over HTTP, and everybody's notifications."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select, update
from support.in_process import in_process
from support.outbox import add_user, invite, look, until, write
from support.post import Post

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.db.tables import Activity, Mail
from phonebook_server.server import Server
from phonebook_server.tokens.actions import create_token

pytestmark = pytest.mark.anyio


@pytest.fixture
async def asker(opened: Server) -> AsyncGenerator[Any]:
    """Makes clients of users, without the sender: what is queued stays so."""
    without = msgspec.structs.replace(opened.config, smtp_url=None)
    async with in_process(without, opened.clock) as client:

        async def ask(email: str, **columns: Any) -> httpx.AsyncClient:
            id = await add_user(opened, email, **columns)
            made = await create_token(opened, COMMAND_LINE, id, "test")
            headers = {"authorization": f"Bearer {made.token}"}
            return httpx.AsyncClient(transport=client._transport, base_url=client.base_url, headers=headers)

        yield ask


@pytest.fixture
async def admin(asker: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await asker("admin@example.org", is_admin=True, language="de", name="Änne")
    return client


async def actions_of(server: Server) -> list[tuple[str, str, str]]:
    async with server.db.reading() as connection:
        query = select(Activity.action, Activity.actor, Activity.subject).where(Activity.action.like("mail.%"))
        return [(row.action, row.actor, row.subject) for row in await connection.execute(query.order_by(Activity.id))]


async def test_administrators_see_what_was_mailed_page_by_page(opened: Server, admin: httpx.AsyncClient) -> None:
    ids = [await write(opened, f"{n}@example.org") for n in range(5)]
    first = (await admin.get("/api/v1/mail", params={"limit": 3})).json()
    rest = (await admin.get("/api/v1/mail", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    assert set(first["items"][0]) == {
        "id",
        "kind",
        "to",
        "subject",
        "state",
        "attempts",
        "answer",
        "created_at",
        "due_at",
        "sent_at",
        "site_id",
        "user_id",
        "has_link",
    }
    async with opened.db.transaction() as connection:
        await connection.execute(update(Mail).where(Mail.id == ids[0]).values(state="sent"))
    found = (await admin.get("/api/v1/mail", params={"state": "sent"})).json()["items"]
    assert [each["id"] for each in found] == [ids[0]]
    assert (await admin.get("/api/v1/mail", params={"state": "lost"})).status_code == 400


async def test_a_link_can_be_copied_while_the_mail_waits(opened: Server, admin: httpx.AsyncClient, clock: Any) -> None:
    id, url = await invite(opened)
    listed = await admin.get("/api/v1/mail")
    [item] = listed.json()["items"]
    assert (item["has_link"], item["to"], item["kind"]) == (True, "anna@example.org", "register")
    assert url.partition("#")[2] not in listed.text
    answer = await admin.get(f"/api/v1/mail/{id}/link")
    assert answer.json() == {"url": url, "expires_at": "2027-01-15T20:00:00.000Z"}
    assert await actions_of(opened) == [("mail.link_read", "admin@example.org", "anna@example.org")]
    clock.now += 12 * 60 * 60_000
    answer = await admin.get(f"/api/v1/mail/{id}/link")
    assert answer.status_code == 409
    assert "invitation again" in answer.json()["detail"]


async def test_a_mail_without_a_link_has_none_to_copy(opened: Server, admin: httpx.AsyncClient) -> None:
    id = await write(opened)
    assert (await admin.get(f"/api/v1/mail/{id}/link")).status_code == 404
    assert (await admin.get("/api/v1/mail/unknown/link")).status_code == 404
    assert (await admin.post("/api/v1/mail/unknown/resend")).status_code == 404


async def test_a_mail_that_failed_is_sent_again(opened: Server, post: Post, clock: Any) -> None:
    async with in_process(opened.config, opened.clock) as client:
        id = await add_user(opened, "admin@example.org", is_admin=True)
        made = await create_token(opened, COMMAND_LINE, id, "test")
        client.headers["authorization"] = f"Bearer {made.token}"
        post.answer = "550 5.7.1 We do not like you"
        mail, url = await invite(opened)
        failed = await until(opened, mail, lambda mail: mail.state == "failed")
        assert failed.answer == "550 5.7.1 We do not like you"
        [item] = (await client.get("/api/v1/mail", params={"state": "failed"})).json()["items"]
        assert item["has_link"]
        post.answer = "250 OK"
        answer = await client.post(f"/api/v1/mail/{mail}/resend")
        assert (answer.status_code, answer.json()["state"]) == (202, "queued")
        await until(opened, mail, lambda mail: mail.state == "sent")
        assert [letter.links for letter in post.letters] == [[url]]
        for path, method in ((f"/api/v1/mail/{mail}/resend", "POST"), (f"/api/v1/mail/{mail}/link", "GET")):
            answer = await client.request(method, path)
            assert answer.status_code == 409
            assert "Send the invitation again instead." in answer.json()["detail"]
        assert await actions_of(opened) == [("mail.resent", "admin@example.org", "anna@example.org")]


async def test_a_mail_that_is_being_sent_is_left_alone(opened: Server, admin: httpx.AsyncClient) -> None:
    id = await write(opened)
    async with opened.db.transaction() as connection:
        await connection.execute(update(Mail).where(Mail.id == id).values(state="sending"))
    assert (await admin.post(f"/api/v1/mail/{id}/resend")).status_code == 409
    assert (await look(opened, id)).state == "sending"


async def test_a_test_mail_goes_to_the_asker_or_an_address(opened: Server, admin: httpx.AsyncClient) -> None:
    own = await admin.post("/api/v1/mail/test", json={})
    assert own.status_code == 202
    mail = await look(opened, own.json()["id"])
    assert (mail.recipient, mail.subject) == ("admin@example.org", "Testmail von Phonebook")
    other = await admin.post("/api/v1/mail/test", json={"to": "Else@Example.org"})
    mail = await look(opened, other.json()["id"])
    assert (mail.recipient, mail.subject, mail.user_id) == ("else@example.org", "Test mail from Phonebook", None)
    for wrong in ("nobody", "a@b\r\nBcc: c@d", "<a@b>", ""):
        assert (await admin.post("/api/v1/mail/test", json={"to": wrong})).status_code == 400
    assert [action for action, _, _ in await actions_of(opened)] == ["mail.test_asked"] * 2


async def test_others_see_nothing_of_it(opened: Server, asker: Any) -> None:
    id, _ = await invite(opened)
    client = await asker("somebody@example.org")
    for method, path in (
        ("GET", "/api/v1/mail"),
        ("GET", f"/api/v1/mail/{id}/link"),
        ("POST", f"/api/v1/mail/{id}/resend"),
        ("GET", "/api/v1/mail/unknown/link"),
    ):
        assert (await client.request(method, path)).status_code == 403
    assert (await client.post("/api/v1/mail/test", json={})).status_code == 403


async def test_everybody_switches_their_notifications(opened: Server, asker: Any) -> None:
    client = await asker("anna@example.org")
    on = {
        "site_assigned": True,
        "phonebook_added": True,
        "service_needs_setup": True,
        "new_device": True,
        "import_finished": True,
    }
    assert (await client.get("/api/v1/me/notifications")).json() == on
    answer = await client.put("/api/v1/me/notifications", json={"new_device": False, "import_finished": False})
    assert answer.json() == on | {"new_device": False, "import_finished": False}
    answer = await client.put("/api/v1/me/notifications", json={"new_device": True})
    assert answer.json() == on | {"import_finished": False}
    assert (await client.get("/api/v1/me/notifications")).json() == on | {"import_finished": False}
    assert (await client.put("/api/v1/me/notifications", json={"reset": False})).status_code in (400, 422)
    async with opened.db.reading() as connection:
        query = select(Activity.detail).where(Activity.action == "user.notifications_changed").order_by(Activity.id)
        details = list((await connection.execute(query)).scalars())
    assert details == ["import_finished off; new_device off", "new_device on"]
