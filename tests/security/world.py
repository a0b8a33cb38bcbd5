"""Two sites with everything in them, everybody who may ask, and a good request for every operation."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
from support.server import RunningServer

PASSWORD: Final = "a few words that nobody guesses"
SLUG: Final = "yealink"
RANDOM: Final = "01a208db0a9576ec8a749259d89a915b"
"""An id that looks right and names nothing."""


class World:
    """People of every kind on a running server; sites, phonebooks and what is in them are made as they are needed."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self._numbers = itertools.count()
        self.people = {
            name: server.add_person(f"{name}@example.org", admin=name == "administrator")
            for name in ("stranger", "former", "viewer", "editor", "manager", "administrator")
        }
        self.admin = server.client(self.people["administrator"].token)
        foreign = self._made("/api/v1/sites", {"name": "Foreign site", "region": "FR"})
        self.join(foreign, "stranger", "manager")
        token: str = server.cli_json("user", "add", "signing.in@example.org")["link"].partition("#")[2]
        body = {"token": token, "name": "Registered", "password": PASSWORD}
        assert self.admin.post("/api/v1/registration", json=body).status_code == 200

    def another_address(self) -> str:
        """An address that nobody asked from before, each in a network of its own."""
        number = next(self._numbers)
        return f"198.{number >> 8 & 255}.{number & 255}.1"

    def close(self) -> None:
        """Let go of the connection."""
        self.admin.close()

    def join(self, site: str, person: str, role: str) -> None:
        """Make somebody a member."""
        url = f"/api/v1/sites/{site}/members/{self.people[person].id}"
        assert self.admin.put(url, json={"role": role}).status_code == 200

    def objects(self) -> dict[str, str]:
        """A new site with all that path parameters name, and its members; the former one was removed again.

        `canary` is a word that is in everything of this site and nowhere else.
        """
        canary = f"canary{next(self._numbers)}x{secrets.token_hex(6)}"
        site = self._made("/api/v1/sites", {"name": f"Site {canary}", "region": "DE"})
        self._site = site
        for role in ("viewer", "editor", "manager"):
            self.join(site, role, role)
        self.join(site, "former", "manager")
        self.admin.delete(f"/api/v1/sites/{site}/members/{self.people['former'].id}")
        phonebook = self._made(f"/api/v1/sites/{site}/phonebooks", {"name": f"Book {canary}"})
        body = {
            "display_name": f"Contact {canary}",
            "note": f"Note {canary}",
            "groups": [f"Group {canary}"],
            "numbers": [{"value": "030 1234567", "label": f"Label {canary}"}],
        }
        contact = self._made(f"/api/v1/phonebooks/{phonebook}/contacts", body)
        included = self._made(f"/api/v1/sites/{site}/phonebooks", {"name": f"Company {canary}"})
        url = f"/api/v1/phonebooks/{phonebook}/inclusions/{included}"
        assert self.admin.put(url, json={"groups": []}).status_code == 200
        subscribed = {"kind": "file", "url": f"https://127.0.0.1:9/{canary}?key={canary}", "name": f"Source {canary}"}
        source = self._made(f"/api/v1/phonebooks/{phonebook}/sources", subscribed)
        extra = f"member.{canary}@example.org"
        member = self.server.add_person(extra)
        url = f"/api/v1/sites/{site}/members/{member.id}"
        assert self.admin.put(url, json={"role": "editor"}).status_code == 200
        with self.server.client(member.token) as client:  # a new one each time, as one person may upload only so much
            file = {"file": ("people.csv", b"Name,Phone\nAnna,0301234567\n", "text/csv")}
            upload = client.post(f"/api/v1/phonebooks/{phonebook}/imports", files=file).json()["id"]
        assert self.admin.put(url, json={"role": "viewer"}).status_code == 200
        with self.server.client(self.people["manager"].token) as client:
            token = client.post("/api/v1/tokens", json={"name": "for the test"}).json()["id"]
            versions = client.get(f"/api/v1/contacts/{contact}/versions").json()["items"]
            asked = {"ids": [], "change": {"delete": True}, "as_job": True}
            job = client.post(f"/api/v1/phonebooks/{phonebook}/bulk", json=asked).json()["job"]
            while client.get(f"/api/v1/jobs/{job}").json()["state"] == "running":
                time.sleep(0.01)
        return {
            "canary": canary,
            "site_id": site,
            "phonebook_id": phonebook,
            "import_id": upload,
            "contact_id": contact,
            "included_id": included,
            "source_id": source,
            "user_id": member.id,
            "token_id": token,
            "session_id": RANDOM,
            "mail_id": self.server.act(_mail),
            "service_token_id": self._made("/api/v1/service-tokens", {"slug": SLUG}),
            "unit_id": versions[0]["unit"],
            "version": "1",
            "job_id": job,
            "slug": SLUG,
            "name": "style.css",
        }

    def request(self, operation: str, objects: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What to send for an operation so that whoever may do it succeeds: keyword arguments for httpx.

        With `objects`, which name a phonebook, also what needs contacts that nobody has merged yet.
        """
        if operation in LINKS:
            return {"json": self.server.act(LINKS[operation])}
        if operation == "invite_user":
            grant = {"site": self._site, "role": "viewer"}
            return {"json": {"email": f"invited{next(self._numbers)}@example.org", "sites": [grant]}}
        if operation == "register":
            email = f"new{next(self._numbers)}@example.org"
            added = self.server.act(lambda server: _invite(server, email))
            return {"json": {"token": added, "name": "New", "password": PASSWORD}}
        if objects is not None and operation in ABOUT_TWO:
            path = f"/api/v1/phonebooks/{objects['phonebook_id']}/contacts"
            ids = [self._made(path, {"display_name": "Anna"}) for _ in range(2)]
            return ABOUT_TWO[operation](ids)
        return dict(REQUESTS.get(operation, {}))

    def _made(self, path: str, body: Mapping[str, Any]) -> str:
        answer = self.admin.post(path, json=body)
        assert answer.status_code == 201, answer.text
        id: str = answer.json()["id"]
        return id


async def _mail(server: Any) -> str:
    """An invitation in the outbox, whose link is void for no request of another test."""
    from sqlalchemy import insert

    from phonebook_server.db.tables import User
    from phonebook_server.ids import new_id
    from phonebook_server.mail.outbox import Kind, Recipient, enqueue
    from phonebook_server.people.links import Purpose, make_link

    user_id, now = new_id(), server.clock()
    to = Recipient(email=f"waiting.{user_id}@example.org")
    async with server.db.transaction() as connection:
        await connection.execute(insert(User).values(id=user_id, email=to.email, created_at=now))
        link = await make_link(connection, server.config, Purpose.REGISTER, user_id=user_id, email=to.email, now=now)
        values = {"inviter": "Bob", "sites": ""}
        return await enqueue(
            connection, server, Kind.REGISTER, to, values=values, link=link.url, link_id=link.id, now=now
        )


async def _invite(server: Any, email: str) -> str:
    from phonebook_server.accounts.guards import COMMAND_LINE
    from phonebook_server.people.users import add_user

    return (await add_user(server, COMMAND_LINE, email, is_admin=False)).link.partition("#")[2]


async def _first(server: Any) -> dict[str, str]:
    """A link for the first administrator; whoever became it before is none any more."""
    from sqlalchemy import update

    from phonebook_server.accounts.guards import COMMAND_LINE
    from phonebook_server.db.tables import User
    from phonebook_server.people.first import make_first_link

    async with server.db.transaction() as connection:
        await connection.execute(update(User).where(User.password_hash != "").values(is_admin=False))
    link = await make_first_link(server, COMMAND_LINE)
    email = f"first.{link.id}@example.org"
    return {"token": link.url.partition("#")[2], "name": "First", "email": email, "password": PASSWORD}


async def _reset(server: Any) -> dict[str, str]:
    return {"token": await _link_of_somebody(server, "reset"), "password": PASSWORD}


async def _new_email(server: Any) -> dict[str, str]:
    return {"token": await _link_of_somebody(server, "email"), "password": PASSWORD}


async def _link_of_somebody(server: Any, purpose: str) -> str:
    """A link of somebody new who has registered, with the password `PASSWORD`."""
    from sqlalchemy import insert, select

    from phonebook_server.db.tables import User
    from phonebook_server.ids import new_id
    from phonebook_server.people.links import Purpose, make_link

    user_id, now = new_id(), server.clock()
    email = f"{purpose}.{user_id}@example.org"
    async with server.db.transaction() as connection:
        query = select(User.password_hash).where(User.email == "signing.in@example.org")
        password_hash = (await connection.execute(query)).scalar_one()
        values = {"id": user_id, "email": email, "password_hash": password_hash, "created_at": now}
        await connection.execute(insert(User).values(**values))
        sent_to = f"new.{email}" if purpose == "email" else email
        link = await make_link(connection, server.config, Purpose(purpose), user_id=user_id, email=sent_to, now=now)
    return link.url.partition("#")[2]


LINKS: Final[Mapping[str, Any]] = {
    "make_first_administrator": _first,
    "reset_password": _reset,
    "confirm_email": _new_email,
}
"""What makes the body of the operations that spend a link."""

REQUESTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "make_first_administrator": {},
    "reset_password": {},
    "confirm_email": {},
    "invite_user": {},
    "renew_registration": {"json": {"token": "unknown"}},
    "request_reset": {"json": {"email": "nobody@example.org"}},
    "change_email": {"json": {"email": "other@example.org", "password": PASSWORD}},
    "change_user": {"json": {"language": "de"}},
    "send_invitation": {},
    "change_me": {"json": {"name": "Renamed"}},
    "change_password": {"json": {"current": PASSWORD, "new": "other words that nobody guesses"}},
    "begin_second_factor": {"json": {"password": PASSWORD}},
    "confirm_second_factor": {"json": {"code": "000000"}},
    "replace_recovery_codes": {"json": {"password": PASSWORD, "code": "000000"}},
    "sign_in": {"json": {"email": "signing.in@example.org", "password": PASSWORD}},
    "put_notifications": {"json": {"new_device": False}},
    "send_test_mail": {"json": {}},
    "resend_mail": {},
    "create_token": {"json": {"name": "script"}},
    "rotate_token": {"json": {}},
    "create_service_token": {"json": {"slug": "other"}},
    "search": {"params": {"q": "co"}},
    "create_site": {"json": {"name": "New site", "region": "DE"}},
    "change_site": {"json": {"name": "Renamed"}},
    "put_member": {"json": {"role": "editor"}},
    "create_phonebook": {"json": {"name": "New phonebook"}},
    "change_phonebook": {"json": {"name": "Renamed"}},
    "create_contact": {"json": {"display_name": "Anna", "numbers": [{"value": "030 1"}]}},
    "change_contact": {"json": {"note": "changed"}},
    "import_contacts": {"files": {"file": ("people.csv", b"Name,Phone\nAnna,0301234567\n", "text/csv")}},
    "change_import": {"json": {"on_match": "keep"}},
    "commit_import": {},
    "restore_site": {},
    "restore_phonebook": {},
    "restore_version": {},
    "restore_contacts": {"json": {"ids": []}},
    "undo_unit": {"json": {"dry_run": True}},
    "change_contacts": {"json": {"search": {"group": "nobody"}, "change": {"add_groups": ["Friends"]}}},
    "normalise_contacts": {"json": {"dry_run": True}},
    "put_inclusion": {"json": {"groups": ["Friends"]}},
    "add_source": {"json": {"kind": "file", "url": "https://127.0.0.1:9/people.csv"}},
    "check_source": {"json": {"kind": "file", "url": "https://127.0.0.1:9/people.csv"}},
    "change_source": {"json": {"every_minutes": 90}},
    "sync_source": {},
    "decide_service": {"json": {"on": False}},
    "rotate_phone_password": {"json": {"overlap_hours": 0}},
    "check_numbers": {"json": {"values": ["030 1234567"]}},
}
"""A body for every operation that needs one, by its operation id. Add yours here with its row in `docs/routes.md`."""

ABOUT_TWO: Final[Mapping[str, Callable[[list[str]], dict[str, Any]]]] = {
    "dismiss_duplicates": lambda ids: {"json": {"contacts": ids}},
    "undismiss_duplicates": lambda ids: {"params": {"contacts": ",".join(ids)}},
    "merge_contacts": lambda ids: {"json": {"contacts": ids}},
    "propose_merge": lambda ids: {"params": {"contacts": ",".join(ids)}},
}
"""What to send for operations that are about two contacts of a phonebook, by their ids."""

WITHOUT_BODY: Final = frozenset({"GET", "DELETE"})


def ask(client: httpx.Client, method: str, url: str, **options: Any) -> httpx.Response:
    """Send a request and read the answer; of one that lasts, only its beginning."""
    with client.stream(method, url, **options) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
    return answer


def fill(path: str, objects: Mapping[str, str]) -> str:
    """The path with its parameters filled in. Raises KeyError for a parameter that `World.objects` does not make."""
    return re.sub(r"\{(\w+)\}", lambda found: objects[found[1]], path)
