"""Two sites with everything in them, everybody who may ask, and a good request for every operation."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any, Final

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

    def close(self) -> None:
        """Let go of the connection."""
        self.admin.close()

    def join(self, site: str, person: str, role: str) -> None:
        """Make somebody a member."""
        url = f"/api/v1/sites/{site}/members/{self.people[person].id}"
        assert self.admin.put(url, json={"role": role}).status_code == 200

    def objects(self) -> dict[str, str]:
        """A new site with all that path parameters name, and its members; the former one was removed again."""
        number = next(self._numbers)
        site = self._made("/api/v1/sites", {"name": f"Site {number}", "region": "DE"})
        for role in ("viewer", "editor", "manager"):
            self.join(site, role, role)
        self.join(site, "former", "manager")
        self.admin.delete(f"/api/v1/sites/{site}/members/{self.people['former'].id}")
        phonebook = self._made(f"/api/v1/sites/{site}/phonebooks", {"name": f"Book {number}"})
        body = {"display_name": f"Canary {number}", "numbers": [{"value": "030 1234567"}]}
        contact = self._made(f"/api/v1/phonebooks/{phonebook}/contacts", body)
        extra = f"member{number}@example.org"
        member = self.server.add_person(extra)
        url = f"/api/v1/sites/{site}/members/{member.id}"
        assert self.admin.put(url, json={"role": "viewer"}).status_code == 200
        with self.server.client(self.people["manager"].token) as client:
            token = client.post("/api/v1/tokens", json={"name": "for the test"}).json()["id"]
        return {
            "site_id": site,
            "phonebook_id": phonebook,
            "contact_id": contact,
            "user_id": member.id,
            "token_id": token,
            "slug": SLUG,
            "name": "style.css",
        }

    def request(self, operation: str) -> dict[str, Any]:
        """What to send for an operation so that whoever may do it succeeds: keyword arguments for httpx."""
        if operation == "register":
            email = f"new{next(self._numbers)}@example.org"
            added = self.server.act(lambda server: _invite(server, email))
            return {"json": {"token": added, "name": "New", "password": PASSWORD}}
        return dict(REQUESTS[operation])

    def _made(self, path: str, body: Mapping[str, Any]) -> str:
        answer = self.admin.post(path, json=body)
        assert answer.status_code == 201, answer.text
        id: str = answer.json()["id"]
        return id


async def _invite(server: Any, email: str) -> str:
    from phonebook_server.accounts.guards import COMMAND_LINE
    from phonebook_server.accounts.users import add_user

    return (await add_user(server, COMMAND_LINE, email, is_admin=False)).link.partition("#")[2]


REQUESTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "sign_in": {"json": {"email": "signing.in@example.org", "password": PASSWORD}},
    "create_token": {"json": {"name": "script"}},
    "create_site": {"json": {"name": "New site", "region": "DE"}},
    "change_site": {"json": {"name": "Renamed"}},
    "put_member": {"json": {"role": "editor"}},
    "create_phonebook": {"json": {"name": "New phonebook"}},
    "change_phonebook": {"json": {"name": "Renamed"}},
    "create_contact": {"json": {"display_name": "Anna", "numbers": [{"value": "030 1"}]}},
    "change_contact": {"json": {"note": "changed"}},
    "import_contacts": {"files": {"file": ("people.csv", b"Name,Phone\nAnna,0301234567\n", "text/csv")}},
    "decide_service": {"json": {"on": False}},
}
"""A body for every operation that needs one, by its operation id. Add yours here with its row in `docs/routes.md`."""

WITHOUT_BODY: Final = frozenset({"GET", "DELETE"})


def fill(path: str, objects: Mapping[str, str]) -> str:
    """The path with its parameters filled in. Raises KeyError for a parameter that `World.objects` does not make."""
    return re.sub(r"\{(\w+)\}", lambda found: objects[found[1]], path)
