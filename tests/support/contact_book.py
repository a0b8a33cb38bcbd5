"""A phonebook for tests of its contacts in a browser: made over the API, which also tells what is stored."""

from __future__ import annotations

import time
from typing import Any, Final, NamedTuple

import httpx
from playwright.sync_api import Locator, Page, expect

from support.server import RunningServer

PATIENCE: Final = 30.0


class Book(NamedTuple):
    """A phonebook, the address of its page, and the API as the administrator."""

    api: httpx.Client
    url: str
    site: str
    id: str

    def add(self, name: str, number: str = "", **fields: Any) -> dict[str, Any]:
        given, _, family = name.partition(" ")
        body = {"given_name": given, "family_name": family, "numbers": [{"value": number}] if number else [], **fields}
        answer = self.api.post(f"/api/v1/phonebooks/{self.id}/contacts", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def import_rows(self, count: int) -> None:
        rows = "Vorname,Nachname,Telefon\n" + "".join(f"Nr,N{n:06},030 {1000000 + n}\n" for n in range(count))
        path = f"/api/v1/phonebooks/{self.id}/imports?commit=true"
        answer = self.api.post(path, files={"file": ("many.csv", rows.encode())}, timeout=300)
        assert answer.status_code == 200, answer.text

    def get(self, contact: dict[str, Any]) -> dict[str, Any]:
        answer = self.api.get(f"/api/v1/contacts/{contact['id']}")
        return answer.json() if answer.status_code == 200 else {}

    def await_stored(self, contact: dict[str, Any], **wanted: Any) -> None:
        """Come back when these fields are stored so; what is typed is shown before it is saved."""
        until = time.monotonic() + PATIENCE
        stored = self.get(contact)
        while {name: stored.get(name) for name in wanted} != wanted:
            assert time.monotonic() < until, f"wanted {wanted}, stored is {stored}"
            time.sleep(0.05)
            stored = self.get(contact)

    def total(self) -> int:
        return int(self.api.get(f"/api/v1/phonebooks/{self.id}/contacts?limit=1").json()["total"])


def make_book(server: RunningServer, api: httpx.Client, name: str = "Zentrale") -> Book:
    """A new phonebook in a site of its own."""
    site = api.post("/api/v1/sites", json={"name": "Werft", "region": "DE"}).json()["id"]
    book = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": name}).json()["id"]
    return Book(api, f"{server.url}/phonebooks/{book}/contacts", site, book)


def table(page: Page) -> Locator:
    """The table of contacts."""
    return page.get_by_role("grid", name="Contacts")


def open_table(page: Page, url: str) -> None:
    """Go to the contacts, and wait until some are there."""
    page.goto(url)
    expect(table(page).get_by_role("row").nth(1)).to_be_visible()


def undo(page: Page, what: str) -> None:
    """Press the undo of the toast that says this."""
    page.get_by_role("alert").filter(has_text=what).get_by_role("button", name="Undo").click()
