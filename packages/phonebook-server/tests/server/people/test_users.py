"""What administrators do to users: change, disable, remove; and that one of them always remains."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from support.people import People

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.db.tables import ApiToken, Membership, Session
from phonebook_server.people.users import add_user

pytestmark = pytest.mark.anyio


async def test_a_user_is_renamed_promoted_and_demoted(people: People) -> None:
    admin = await people.register("boss@example.org", admin=True)
    anna = await people.register("anna@example.org")
    path = f"users/{anna.id}"
    changed = await people.ask("PATCH", path, admin, {"name": " Anna  M. ", "admin": True, "language": "de"})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], changed.json()["is_admin"], changed.json()["language"]) == ("Anna M.", True, "de")
    assert (await people.ask("GET", "users", anna)).json()["items"][0]["email"] == "anna@example.org"
    assert (await people.ask("PATCH", path, admin, {"admin": False})).json()["is_admin"] is False
    assert (await people.ask("GET", "users", anna)).json()["items"] == []
    assert [entry for entry in await people.actions() if entry[0] == "user.changed"] == [
        ("user.changed", "anna@example.org", "name was Anna Müller; language en became de; became an administrator"),
        ("user.changed", "anna@example.org", "is no administrator any more"),
    ]
    wrong = await people.ask("PATCH", path, admin, {"name": "", "language": "xx"})
    assert {problem["field"] for problem in wrong.json()["problems"]} == {"name", "language"}
    for field in ("email", "is_admin", "status", "password_hash"):
        assert (await people.ask("PATCH", path, admin, {field: "x"})).status_code == 400


async def test_new_rights_bring_a_new_session_secret(people: People) -> None:
    admin = await people.register("boss@example.org", admin=True)
    anna = await people.register("anna@example.org")
    await people.ask("PATCH", f"users/{anna.id}", admin, {"admin": True})
    answer = await people.ask("GET", "me", anna)
    assert answer.json()["is_admin"]
    assert "phonebook=" in answer.headers["set-cookie"]


async def test_who_is_disabled_is_refused_at_the_next_request_and_can_come_back(people: People) -> None:
    admin = await people.register("boss@example.org", admin=True)
    anna = await people.register("anna@example.org")
    token = (await people.ask("POST", "tokens", anna, {"name": "script"})).json()["token"]
    bearer = {"authorization": f"Bearer {token}"}
    off = await people.ask("PATCH", f"users/{anna.id}", admin, {"disabled": True})
    assert off.json()["status"] == "disabled"
    assert (await people.ask("GET", "me", anna)).status_code == 401
    assert (await people.ask("GET", "me", bearer)).status_code == 401
    on = await people.ask("PATCH", f"users/{anna.id}", admin, {"disabled": False})
    assert on.json()["status"] == "active"
    assert (await people.ask("GET", "me", anna)).status_code == 401
    assert (await people.ask("GET", "me", bearer)).status_code == 200
    await people.sign_in("anna@example.org")


async def test_the_last_administrator_is_neither_disabled_nor_demoted(people: People) -> None:
    admin = await people.register("boss@example.org", admin=True)
    await add_user(people.server, COMMAND_LINE, "invited@example.org", is_admin=True)
    for change in ({"disabled": True}, {"admin": False}):
        answer = await people.ask("PATCH", f"users/{admin.id}", admin, change)
        assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    second = await people.register("second@example.org", admin=True)
    assert (await people.ask("PATCH", f"users/{admin.id}", second, {"admin": False})).status_code == 200
    answer = await people.ask("PATCH", f"users/{second.id}", second, {"disabled": True})
    assert answer.json()["code"] == "last_administrator"


async def test_removing_takes_a_disabled_user_away_with_all_they_had_but_what_they_did(people: People) -> None:
    admin = await people.register("boss@example.org", admin=True)
    site = await people.site("Köln")
    anna = await people.register("anna@example.org", roles={site: "manager"})
    await people.ask("POST", "tokens", anna, {"name": "script"})
    active = await people.ask("DELETE", f"users/{anna.id}", admin)
    assert (active.status_code, active.json()["code"]) == (409, "still_active")
    await people.ask("PATCH", f"users/{anna.id}", admin, {"disabled": True})
    assert (await people.ask("DELETE", f"users/{anna.id}", admin)).status_code == 204
    assert (await people.ask("GET", f"users/{anna.id}", admin)).status_code == 404
    async with people.server.db.reading() as connection:
        for table in (ApiToken, Membership, Session):
            rows = await connection.execute(select(table.user_id).where(table.user_id == anna.id))
            assert rows.all() == []
    actions = await people.actions()
    assert ("user.registered", "anna@example.org", "") in actions
    assert actions[-1] == ("user.removed", "anna@example.org", "was disabled")
    invited = (await people.ask("POST", "users", admin, {"email": "anna@example.org"})).json()
    assert (await people.ask("DELETE", f"users/{invited['id']}", admin)).status_code == 204


async def test_an_administrator_takes_a_lost_second_factor_off(people: People) -> None:
    import pyotp

    admin = await people.register("boss@example.org", admin=True)
    anna = await people.register("anna@example.org")
    path = f"users/{anna.id}/totp"
    assert (await people.ask("DELETE", path, admin)).status_code == 204
    begun = (await people.ask("POST", "me/totp", anna, {"password": "correct horse battery staple"})).json()
    code = pyotp.TOTP(begun["secret"]).at(people.server.clock() // 1000)
    confirmed = await people.ask("POST", "me/totp/confirm", anna, {"code": code})
    assert confirmed.status_code == 200, confirmed.text
    assert (await people.ask("GET", f"users/{anna.id}", admin)).json()["second_factor"] is True
    before = len(people.post.to("anna@example.org"))
    assert (await people.ask("DELETE", path, admin)).status_code == 204
    assert (await people.ask("GET", "me", anna)).status_code == 401
    assert (await people.ask("GET", f"users/{anna.id}", admin)).json()["second_factor"] is False
    await people.mail("anna@example.org", count=before + 1)
    await people.sign_in("anna@example.org")
    assert ("second_factor.removed", "anna@example.org", "by an administrator") in await people.actions()


async def test_a_new_or_changed_role_is_told_by_mail_and_recorded_once(people: People) -> None:
    admin = await people.register("boss@example.org", admin=True)
    site = await people.site("Köln")
    anna = await people.register("anna@example.org")
    for role in ("viewer", "viewer", "manager"):
        put = await people.ask("PUT", f"sites/{site}/members/{anna.id}", admin, {"role": role})
        assert put.json()["role"] == role
    letters = await people.post.arrived(to="anna@example.org", count=2)
    assert all("Köln" in letter.subject for letter in letters)
    assert (await people.ask("DELETE", f"sites/{site}/members/{anna.id}", admin)).status_code == 204
    assert (await people.ask("GET", f"sites/{site}", anna)).status_code == 404
    assert [action for action, *_ in await people.actions() if action.startswith("member.")] == [
        "member.added",
        "member.changed",
        "member.removed",
    ]
    assert await people.written("anna@example.org", "site_assigned") == 2
