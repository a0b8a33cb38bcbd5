"""Inviting by mail: who may, what is sent, and how a lost link is replaced."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.in_process import in_process
from support.people import PASSWORD, People, token_of
from support.post import Post

from phonebook_server.config import Config, load_config
from phonebook_server.opening import open_server
from phonebook_server.people.links import LIFE_MS, Purpose

pytestmark = pytest.mark.anyio

HOSTILE = ["<script>alert(1)</script>", "'; DROP TABLE users; --", "مرحبا \u202ebob", "Zoë 👩‍👩‍👧", "a & b < c"]


async def register(people: People, token: str) -> httpx.Response:
    body = {"token": token, "name": "Bea", "password": PASSWORD}
    return await people.near.post("/api/v1/registration", json=body)


async def test_an_invited_user_gets_a_mail_registers_and_works_in_their_sites_only(people: People) -> None:
    admin = await people.register("boss@example.org", admin=True, name="Carla Boss")
    mine, other = await people.site("Köln"), await people.site("Bonn")
    body = {"email": "Bea@example.org", "name": "Bea", "sites": [{"site": mine, "role": "editor"}], "language": "de"}
    made = await people.ask("POST", "users", admin, body)
    assert made.status_code == 201, made.text
    user = made.json()
    assert made.headers["location"] == f"/api/v1/users/{user['id']}"
    assert (user["email"], user["status"], user["is_admin"], user["language"]) == (
        "bea@example.org",
        "invited",
        False,
        "de",
    )
    assert user["sites"] == [{"site": mine, "name": "Köln", "role": "editor"}]
    assert "link" not in user
    letter = await people.mail("bea@example.org")
    assert "Carla Boss" in letter.plain
    assert "Köln" in letter.plain
    assert letter.links[0].startswith("http://phonebook.test/register#")
    assert (await register(people, await people.link("bea@example.org"))).status_code == 200
    bea = await people.sign_in("bea@example.org")
    assert (await people.ask("GET", f"sites/{mine}", bea)).json()["role"] == "editor"
    assert (await people.ask("GET", f"sites/{other}", bea)).status_code == 404
    listed = (await people.ask("GET", "users?status=active&search=BEA", admin)).json()["items"]
    assert [(each["email"], each["status"], each["invitation"]) for each in listed] == [
        ("bea@example.org", "active", None)
    ]


async def test_the_list_says_whether_the_mail_went_out(people: People) -> None:
    admin = await people.register("boss@example.org", admin=True)
    people.post.answer = lambda to: "550 5.1.1 no such mailbox" if to.startswith("lost") else "250 2.0.0 OK"
    for email in ("lost@example.org", "found@example.org"):
        assert (await people.ask("POST", "users", admin, {"email": email})).status_code == 201
    await people.mail("found@example.org")
    async with asyncio.timeout(60):
        while True:
            users = (await people.ask("GET", "users?status=invited", admin)).json()["items"]
            states = {user["email"]: user["invitation"]["mail"] for user in users}
            if states == {"lost@example.org": "failed", "found@example.org": "sent"}:
                break
            await asyncio.sleep(0.05)
    answers = {user["email"]: user["invitation"]["answer"] for user in users}
    assert "no such mailbox" in answers["lost@example.org"]


@pytest.mark.parametrize(("late", "status"), [(-1, 200), (0, 404)])
async def test_the_link_in_the_mail_holds_for_twelve_hours(people: People, clock: Any, late: int, status: int) -> None:
    admin = await people.add("boss@example.org", admin=True)
    await people.ask("POST", "users", admin, {"email": "bea@example.org"})
    token = await people.link("bea@example.org")
    clock.now += LIFE_MS[Purpose.REGISTER] + late
    assert (await register(people, token)).status_code == status
    assert LIFE_MS[Purpose.REGISTER] == 12 * 60 * 60 * 1000


async def test_a_new_invitation_voids_the_old_link(people: People) -> None:
    admin = await people.add("boss@example.org", admin=True)
    user = (await people.ask("POST", "users", admin, {"email": "bea@example.org"})).json()
    old = await people.link("bea@example.org")
    again = await people.ask("POST", f"users/{user['id']}/invitation", admin)
    assert again.status_code == 202, again.text
    new = await people.link("bea@example.org", count=2)
    assert (await register(people, old)).json()["code"] == "link_void"
    assert (await register(people, new)).status_code == 200
    needless = await people.ask("POST", f"users/{user['id']}/invitation", admin)
    assert (needless.status_code, needless.json()["code"]) == (409, "registered_already")


async def test_the_holder_of_an_expired_link_has_a_new_one_sent_with_one_click(people: People, clock: Any) -> None:
    admin = await people.add("boss@example.org", admin=True)
    await people.ask("POST", "users", admin, {"email": "bea@example.org"})
    old = await people.link("bea@example.org")
    clock.now += 3 * 24 * 60 * 60 * 1000
    assert (await register(people, old)).status_code == 404
    answer = await people.near.post("/api/v1/registration/renewal", json={"token": old})
    assert answer.status_code == 202
    new = await people.link("bea@example.org", count=2)
    assert (await register(people, new)).status_code == 200
    for token in (old, new, "unknown", "ü"):
        same = await people.near.post("/api/v1/registration/renewal", json={"token": token})
        assert (same.status_code, same.content) == (202, answer.content)
    assert len(people.post.to("bea@example.org")) == 2


async def test_not_more_than_three_mails_an_hour_are_sent_by_renewal(people: People) -> None:
    admin = await people.add("boss@example.org", admin=True)
    await people.ask("POST", "users", admin, {"email": "bea@example.org"})
    token = await people.link("bea@example.org")
    for _ in range(6):
        assert (await people.near.post("/api/v1/registration/renewal", json={"token": token})).status_code == 202
    assert await people.written("bea@example.org", "register") == 3


async def test_who_is_a_user_already_gets_what_is_new_and_nothing_new_is_a_conflict(people: People) -> None:
    admin = await people.register("boss@example.org", admin=True)
    site, second = await people.site("Köln"), await people.site("Bonn")
    bea = await people.register("bea@example.org", roles={site: "viewer"})
    body = {"email": "BEA@example.org", "sites": [{"site": second, "role": "manager"}]}
    made = await people.ask("POST", "users", admin, body)
    assert (made.status_code, made.json()["id"], made.json()["status"]) == (201, bea.id, "active")
    assert {each["site"] for each in made.json()["sites"]} == {site, second}
    letter = await people.mail("bea@example.org")
    assert "Bonn" in letter.subject
    again = await people.ask("POST", "users", admin, body)
    assert (again.status_code, again.json()["code"]) == (409, "registered_already")
    assert bea.id in again.json()["detail"]


async def test_managers_invite_into_their_own_sites_and_see_only_those(people: People) -> None:
    mine, foreign = await people.site("Mine"), await people.site("Foreign canary")
    manager = await people.register("manager@example.org", roles={mine: "manager"})
    both = await people.register("both@example.org", roles={foreign: "editor"})
    hidden = await people.add("hidden@example.org", roles={foreign: "editor"})

    async def invite(**body: Any) -> httpx.Response:
        return await people.ask("POST", "users", manager, {"email": "new@example.org"} | body)

    assert (await invite()).status_code == 403
    assert (await invite(admin=True, sites=[{"site": mine, "role": "viewer"}])).status_code == 403
    grants = [{"site": mine, "role": "viewer"}, {"site": foreign, "role": "viewer"}]
    assert (await invite(sites=grants)).status_code == 404
    assert (await invite(sites=grants[:1])).status_code == 201
    joined = await invite(email=both.email, sites=grants[:1])
    assert joined.status_code == 201
    assert [each["site"] for each in joined.json()["sites"]] == [mine]
    listed = await people.ask("GET", "users", manager)
    assert [each["email"] for each in listed.json()["items"]] == [both.email, manager.email, "new@example.org"]
    assert "Foreign canary" not in listed.text + joined.text
    assert (await people.ask("GET", f"users/{both.id}", manager)).status_code == 200
    made_up = await people.ask("GET", "users/01a208db0a9576ec8a749259d89a915b", manager)
    for method, path in (
        ("GET", f"users/{hidden.id}"),
        ("DELETE", f"users/{hidden.id}"),
        ("PATCH", f"users/{hidden.id}"),
        ("POST", f"users/{hidden.id}/invitation"),
        ("DELETE", f"users/{hidden.id}/totp"),
    ):
        answer = await people.ask(method, path, manager, {} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["detail"]) == (404, made_up.json()["detail"]), (method, path)
    assert (await people.ask("PATCH", f"users/{both.id}", manager, {"disabled": True})).status_code == 403
    assert (await people.ask("DELETE", f"users/{both.id}", manager)).status_code == 403


async def test_viewers_and_editors_invite_nobody_and_see_nobody(people: People) -> None:
    site = await people.site("Mine")
    for role in ("viewer", "editor"):
        asker = await people.add(f"{role}@example.org", roles={site: role})
        body = {"email": "new@example.org", "sites": [{"site": site, "role": "viewer"}]}
        assert (await people.ask("POST", "users", asker, body)).status_code == 403
        assert (await people.ask("GET", "users", asker)).json()["items"] == []


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_stay_what_they_are_and_do_no_harm(people: People, name: str) -> None:
    admin = await people.add("boss@example.org", admin=True)
    made = await people.ask("POST", "users", admin, {"email": "bea@example.org", "name": name})
    if "\u202e" in name:
        assert made.status_code == 400
        return
    assert made.json()["name"] == name
    letter = await people.mail("bea@example.org")
    assert "<script>" not in letter.html
    assert len((await people.ask("GET", "users", admin)).json()["items"]) == 2


async def test_everything_wrong_is_told_at_once_and_unknown_fields_are_refused(people: People) -> None:
    admin = await people.add("boss@example.org", admin=True)
    body = {"email": "nobody", "name": "x\u0000", "language": "xx"}
    answer = await people.ask("POST", "users", admin, body)
    assert {problem["field"] for problem in answer.json()["problems"]} == {"email", "name", "language"}
    for extra in ("id", "status", "is_admin", "password_hash"):
        refused = await people.ask("POST", "users", admin, {"email": "a@example.org", extra: "x"})
        assert refused.status_code == 400, extra
    assert (await people.ask("GET", "users?status=asleep", admin)).status_code == 400


async def test_two_invitations_of_one_address_at_once_make_one_user(people: People) -> None:
    admin = await people.add("boss@example.org", admin=True)
    answers = await asyncio.gather(
        *(people.ask("POST", "users", admin, {"email": "bea@example.org"}) for _ in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 9]
    assert len((await people.ask("GET", "users", admin)).json()["items"]) == 2


async def test_lists_come_a_page_at_a_time_and_search_takes_signs_as_they_are(people: People) -> None:
    admin = await people.add("boss@example.org", admin=True)
    for number in range(5):
        await people.ask("POST", "users", admin, {"email": f"u{number}@example.org", "name": f"100% No_{number}"})
    found: list[str] = []
    cursor = ""
    while True:
        page = (await people.ask("GET", f"users?limit=2&search=100%25&cursor={cursor}", admin)).json()
        found += [user["email"] for user in page["items"]]
        if not page["next_cursor"]:
            break
        cursor = page["next_cursor"]
    assert found == [f"u{number}@example.org" for number in range(5)]
    assert (await people.ask("GET", "users?search=No_1", admin)).json()["items"][0]["email"] == "u1@example.org"
    assert (await people.ask("GET", "users?search=N__1", admin)).json()["items"] == []


@pytest.fixture
def without_smtp(tmp_path: Path) -> Config:
    environ = {"PHONEBOOK_DATA_DIR": str(tmp_path / "silent"), "PHONEBOOK_HOSTED_SERVICES": ""}
    return load_config(environ, cwd=tmp_path)


async def test_without_smtp_the_link_is_in_the_answer_for_whoever_may_hand_it_over(
    without_smtp: Config, clock: Any, post: Post
) -> None:
    server = open_server(without_smtp, clock=clock)
    async with in_process(without_smtp, clock) as near:
        people = People(server, near, post)
        admin = await people.add("boss@example.org", admin=True)
        mine, foreign = await people.site("Mine"), await people.site("Foreign")
        manager = await people.add("manager@example.org", roles={mine: "manager"})
        grants = [{"site": mine, "role": "viewer"}]
        made = await people.ask("POST", "users", manager, {"email": "bea@example.org", "sites": grants})
        assert made.json()["link"].startswith(f"{without_smtp.public_url}/register#")
        again = await people.ask("POST", f"users/{made.json()['id']}/invitation", manager)
        assert again.status_code == 202
        assert (await register(people, token_of(made.json()["link"]))).status_code == 404
        assert (await register(people, token_of(again.json()["link"]))).status_code == 200

        # Who is more than the manager's people is not to be had by a link that the manager gets.
        for body in ({"admin": True}, {"sites": [{"site": foreign, "role": "viewer"}]}):
            email = f"{'admin' if 'admin' in body else 'other'}@example.org"
            invited = (await people.ask("POST", "users", admin, {"email": email} | body)).json()
            joined = await people.ask("POST", "users", manager, {"email": email, "sites": grants})
            assert joined.status_code == 201
            assert "link" not in joined.json()
            assert (await people.ask("POST", f"users/{invited['id']}/invitation", manager)).status_code == 403
            assert (await register(people, token_of(invited["link"]))).status_code == 200

        later = {"email": "later@example.org", "sites": grants}
        made = (await people.ask("POST", "users", manager, later)).json()
        assert (await people.ask("PATCH", f"users/{made['id']}", admin, {"admin": True})).status_code == 200
        assert (await register(people, token_of(made["link"]))).status_code == 404
    await server.db.close()
