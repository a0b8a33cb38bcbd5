"""The server is killed in the middle of concurrent writes: what was acknowledged is there, no import is half there."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from support.server import Person, RunningServer

ROUNDS = 10
WRITERS = 3
ROWS = 800
"""Contacts of each imported file."""


@dataclass
class Writer:
    """Somebody who creates, edits and deletes contacts until the server is gone, and remembers what was promised."""

    name: str
    promised: dict[str, str | None] = field(default_factory=dict)
    """By contact name its title, or None when it was deleted."""
    doubtful: dict[str, str | None] = field(default_factory=dict)
    """What was asked for and never answered."""

    def run(self, server: RunningServer, admin: Person, book: str) -> None:
        with server.client(admin.token) as client:
            try:
                for number in range(100_000):
                    self._one_contact(client, book, f"{self.name}-{number}", delete=number % 3 == 0)
            except httpx.TransportError:
                return

    def _one_contact(self, client: httpx.Client, book: str, name: str, *, delete: bool) -> None:
        self.doubtful = {name: "new"}
        made = client.post(f"/api/v1/phonebooks/{book}/contacts", json={"display_name": name, "title": "new"})
        assert made.status_code == 201, made.text
        self.promised[name] = "new"
        url = made.headers["location"]
        self.doubtful = {name: "edited"}
        edited = client.patch(url, json={"title": "edited"}, headers={"if-match": made.headers["etag"]})
        assert edited.status_code == 200, edited.text
        self.promised[name] = "edited"
        if delete:
            self.doubtful = {name: None}
            assert client.delete(url).status_code == 200
            self.promised[name] = None
        self.doubtful = {}


@dataclass
class Importer:
    """Somebody who imports one file, and knows whether that was acknowledged."""

    name: str
    acknowledged: bool = False

    def run(self, server: RunningServer, admin: Person, book: str) -> None:
        lines = ["Name,Phone,Group"] + [f"{self.name} {n},030 {100_000 + n},{self.name}" for n in range(ROWS)]
        with server.client(admin.token) as client:
            try:
                answer = client.post(
                    f"/api/v1/phonebooks/{book}/imports?commit=true", files={"file": ("a.csv", "\n".join(lines))}
                )
            except httpx.TransportError:
                return
        assert answer.status_code == 200, answer.text
        assert answer.json()["created"] == ROWS, answer.text
        self.acknowledged = True


def test_every_acknowledged_write_survives_kill_9_and_no_import_is_there_half(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data", env={"PHONEBOOK_HOSTED_SERVICES": ""}) as server:
        admin = server.add_person("admin@example.org", admin=True)
        book = _make_phonebook(server, admin)
        promised: dict[str, str | None] = {}
        began = time.monotonic()
        importers = [Importer("import-whole")]
        importers[0].run(server, admin, book)
        duration = time.monotonic() - began
        for round in range(ROUNDS):
            importer = Importer(f"import-{round}")
            writers = [Writer(f"w{round}-{number}") for number in range(WRITERS)]
            _run_until_killed(server, admin, book, writers, importer, after=duration * (round + 1) * 2 / ROUNDS)
            importers.append(importer)
            for writer in writers:
                promised |= writer.promised
            _check_database(server.data_dir / "phonebook.sqlite3")
            server.start()
            found = _titles(server, admin, book)
            for imported in importers:
                count = sum(name.startswith(f"{imported.name} ") for name in found)
                assert count in ((ROWS,) if imported.acknowledged else (0, ROWS)), imported.name
            doubtful = {name: title for writer in writers for name, title in writer.doubtful.items()}
            _check_promises(found, promised, doubtful)
            # From here on these are promised as they are: what is on disk stays.
            promised |= {name: found.get(name) for name in doubtful}
            for imported in importers:
                imported.acknowledged |= any(name.startswith(f"{imported.name} ") for name in found)
        assert len(promised) > ROUNDS, "hardly anything was written before the kills"


def _run_until_killed(
    server: RunningServer, admin: Person, book: str, writers: list[Writer], importer: Importer, *, after: float
) -> None:
    failures: list[BaseException] = []

    def run(person: Any) -> None:
        try:
            person.run(server, admin, book)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(person,)) for person in (*writers, importer)]
    for thread in threads[:-1]:
        thread.start()
    time.sleep(0.2)
    threads[-1].start()
    time.sleep(after)
    server.kill()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    if failures:
        raise failures[0]


def _make_phonebook(server: RunningServer, admin: Person) -> str:
    with server.client(admin.token) as client:
        site = client.post("/api/v1/sites", json={"name": "Site", "region": "DE"}).json()["id"]
        book = client.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"]
    assert isinstance(book, str)
    return book


def _titles(server: RunningServer, admin: Person, book: str) -> dict[str, str]:
    """The title of every contact by name, read in pages of the list; a fresh snapshot must say the same."""
    found: dict[str, str] = {}
    snapshot: dict[str, str] = {}
    with server.client(admin.token) as client:
        cursor: str | None = ""
        while cursor is not None:
            page = client.get(f"/api/v1/phonebooks/{book}/contacts", params={"limit": 500, "cursor": cursor}).json()
            for contact in page["items"]:
                assert contact["display_name"] not in found
                found[contact["display_name"]] = contact["title"]
            cursor = page["next_cursor"]
        token, more = "", True
        while more:
            changes = client.get(f"/api/v1/phonebooks/{book}/changes", params={"limit": 1000, "since": token}).json()
            snapshot |= {contact["display_name"]: contact["title"] for contact in changes["upserts"]}
            token, more = changes["token"], changes["more"]
    assert snapshot == found
    return found


def _check_promises(
    found: Mapping[str, str], promised: Mapping[str, str | None], doubtful: Mapping[str, str | None]
) -> None:
    for name, title in promised.items():
        allowed = [title, doubtful[name]] if name in doubtful else [title]
        assert found.get(name) in allowed, name
    for name in found:
        assert name in promised or name in doubtful or name.startswith("import-"), f"{name} was never asked for"


def _check_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        without_version = """SELECT count(*) FROM contacts c WHERE c.version != (
            SELECT count(*) FROM contact_versions v WHERE v.contact_id = c.id)"""
        assert connection.execute(without_version).fetchone() == (0,)
        ahead = """SELECT count(*) FROM contacts c JOIN phonebooks b ON b.id = c.phonebook_id
            WHERE c.position > b.position"""
        assert connection.execute(ahead).fetchone() == (0,)
        positions = "SELECT count(*), count(DISTINCT position) FROM contacts"
        total, distinct = connection.execute(positions).fetchone()
        assert total == distinct
