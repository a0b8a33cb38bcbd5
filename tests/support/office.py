"""An office that uses the product: an administrator, a site, a phonebook, its phones; over HTTP, as scripts would."""

from __future__ import annotations

import time
from typing import Any, Final

import httpx

from support.server import RunningServer

PATIENCE: Final = 60.0
YEALINK: Final = "Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37"


class Office:
    """One phonebook of one site on a running server, and what people and phones do with it."""

    def __init__(self, server: RunningServer, name: str = "Office") -> None:
        self.server = server
        self.admin = server.add_person(f"admin-{time.time_ns()}@example.org", admin=True)
        self.http = server.client(self.admin.token)
        self.site: str = self.post("/api/v1/sites", {"name": f"Site of {name}", "region": "DE"})["id"]
        self.phonebook: str = self.post(f"/api/v1/sites/{self.site}/phonebooks", {"name": name})["id"]

    def close(self) -> None:
        """Let go of the connection."""
        self.http.close()

    def post(self, path: str, body: Any) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def add(self, name: str, *numbers: str, **fields: Any) -> Any:
        """Add a contact."""
        body = {"display_name": name, "numbers": [{"value": number} for number in numbers], **fields}
        return self.post(f"/api/v1/phonebooks/{self.phonebook}/contacts", body)

    def change(self, contact: str, **fields: Any) -> Any:
        """Change a contact."""
        answer = self.http.patch(f"/api/v1/contacts/{contact}", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def import_file(self, data: bytes, filename: str) -> Any:
        """Import a file."""
        answer = self.http.post(
            f"/api/v1/phonebooks/{self.phonebook}/imports?commit=true", files={"file": (filename, data)}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def service(self, slug: str = "yealink") -> Any:
        """How a vendor service stands to the phonebook; `unavailable` while it is not even known."""
        answer = self.http.get(f"/api/v1/phonebooks/{self.phonebook}/services/{slug}")
        if answer.status_code == 404:
            return {"state": "unavailable", "settled": False}
        assert answer.status_code == 200, answer.text
        return answer.json()

    def decide(self, *, on: bool = True, slug: str = "yealink", **settings: Any) -> Any:
        """Turn a vendor service on or off."""
        body: dict[str, Any] = {"on": on}
        if settings:
            body["settings"] = settings
        answer = self.http.put(f"/api/v1/phonebooks/{self.phonebook}/services/{slug}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_for(self, state: str, slug: str = "yealink") -> Any:
        """Come back when the service is in this state and settled."""
        until = time.monotonic() + PATIENCE
        while True:
            found = self.service(slug)
            if found["state"] == state and (found["settled"] or state == "unavailable"):
                return found
            assert time.monotonic() < until, f"still {found['state']} instead of {state}: {found}"
            time.sleep(0.02)

    def wait_until_linked(self, slug: str = "yealink") -> None:
        """Come back when the service is linked, whatever its state, and nothing is under way."""
        until = time.monotonic() + PATIENCE
        while not (found := self.service(slug))["settled"]:
            assert time.monotonic() < until, f"still not settled: {found}"
            time.sleep(0.02)

    def phone(self) -> Phone:
        """A phone with the access that the enabled Yealink service gives."""
        access = self.wait_for("enabled")["access"]
        return Phone(access["url"], access["username"], access["password"])

    def dispatches(self) -> list[Any]:
        """Everything that phones fetched, the newest first."""
        items: list[Any] = []
        cursor = ""
        while True:
            params: dict[str, str | int] = {"limit": 200, **({"cursor": cursor} if cursor else {})}
            answer = self.http.get(f"/api/v1/phonebooks/{self.phonebook}/dispatches", params=params)
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            cursor = answer.json()["next_cursor"]
            if not cursor:
                return items

    def wait_for_dispatches(self, count: int) -> list[Any]:
        """The dispatches, once there are so many; then a moment more, in case there are too many."""
        until = time.monotonic() + PATIENCE
        while len(self.dispatches()) < count:
            assert time.monotonic() < until, f"{len(self.dispatches())} dispatches instead of {count}"
            time.sleep(0.05)
        time.sleep(0.3)
        return self.dispatches()


class Phone:
    """A desk phone: one GET with basic auth on a connection of its own, as phones do."""

    def __init__(self, url: str, username: str, password: str, user_agent: str = YEALINK) -> None:
        self.url = url
        self.auth = (username, password)
        self.user_agent = user_agent

    def fetch(self, file: str | None = None, **headers: str) -> httpx.Response:
        """Fetch the book, or another file beside it."""
        url = self.url if file is None else f"{self.url.rpartition('/')[0]}/{file}"
        sent = {"user-agent": self.user_agent, "connection": "close", **headers}
        return httpx.get(url, auth=self.auth, headers=sent, timeout=PATIENCE)

    def shows(self, text: str) -> bool:
        """Whether the book that the phone gets now has this text."""
        answer = self.fetch()
        assert answer.status_code == 200, answer.text
        return text in answer.text
