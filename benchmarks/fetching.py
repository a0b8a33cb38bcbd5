"""Rows fresh, kept and database: how many phones one core answers, side by side with others who give the same bytes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.load import Contestant, compete
from benchmarks.nginx import Nginx
from benchmarks.phone import free_port
from benchmarks.processes import Process
from benchmarks.product import wait_for_book
from benchmarks.seeds import Seeds
from benchmarks.table import Measured, compared, of_contest

CONTACTS: Final = 1_000
MANY_PHONES: Final = 1_000
_ROOT: Final = Path(__file__).parent.parent


class Arena:
    """The contestants, each already answering."""

    def __init__(self, seeds: Seeds, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self._seed = seeds.hosted(CONTACTS)
        stack.enter_context(self._seed.server)
        self._phone = self._seed.phone
        wait_for_book(self._phone)
        self._seeds = seeds

    def hosted(self, *, phones: int = 0) -> Contestant:
        """Ours, inside `phonebook serve`."""
        name = "ours, hosted" + (f", {phones:,} phones" if phones else "")
        return Contestant(name, self._phone, [self._seed.server.process], phones)

    def own(self) -> Contestant:
        """Ours, in a process of its own; the server it reports to shares its core."""
        own = self._seeds.own(CONTACTS)
        self._stack.callback(own.server.process.stop)
        self._stack.callback(own.service.stop)
        return Contestant("ours, own process", own.phone, [own.service, own.server.process])

    def nginx(self, *schemes: str) -> list[Contestant]:
        """nginx with these password hashes."""
        nginx = Nginx(self._folder / "nginx", self._phone, self._phone.fetch())
        self._stack.enter_context(nginx.process)
        names = {"sha": "nginx {SHA}", "apr1": "nginx apr1"}
        found = [Contestant(names[s], self._phone.at(port=nginx.ports[s]), [nginx.process]) for s in schemes]
        for each in found:
            wait_for_book(each.phone)
        return found

    def bare(self) -> Contestant:
        """The least that granian can do."""
        body = self._folder / "body.xml"
        body.write_bytes(self._phone.fetch().body)
        return self._rival("bare", "bare granian", body=str(body))

    def database(self) -> Contestant:
        """A service that builds the XML at each request."""
        database = str(self._seed.server.folder / "phonebook.sqlite3")
        return self._rival(
            "database", "XML from the database", database=database, phonebook=self._seed.office.phonebook,
            title="Everybody",
        )  # fmt: skip

    def _rival(self, kind: str, name: str, **told: Any) -> Contestant:
        port = free_port()
        told |= {"path": self._phone.path, "authorization": self._phone.authorization, "port": port}
        file = self._folder / f"{kind}.json"
        file.write_text(json.dumps(told))
        command: list[str | Path] = [sys.executable, "-m", "benchmarks.rivals", kind, file]
        process = Process(command, log=self._folder / f"{kind}.log", env={"PYTHONPATH": str(_ROOT)})
        self._stack.enter_context(process)
        contestant = Contestant(name, self._phone.at(port=port), [process])
        wait_for_book(contestant.phone)
        return contestant


@contextmanager
def _arena(seeds: Seeds, name: str) -> Iterator[Arena]:
    folder = seeds.folder / name
    folder.mkdir()
    with ExitStack() as stack:
        yield Arena(seeds, stack, folder)


def fresh(seeds: Seeds) -> Measured:
    """A new connection for each fetch, as phones do it."""
    with _arena(seeds, "fresh") as arena:
        hosted, own, bare, (nginx,) = arena.hosted(), arena.own(), arena.bare(), arena.nginx("sha")
        compete([hosted, own, nginx, bare], fresh=True)
        one, many = arena.hosted(), arena.hosted(phones=MANY_PHONES)
        compete([one, many], fresh=True, rounds=3)
        size = len(one.phone.fetch().body)
    book = f"{CONTACTS:,} contacts, fresh connections"
    return Measured(
        lines=[
            compared(f"{book}, hosted", hosted, nginx, at_least=0.85),
            compared(f"{book}, own process", own, nginx, at_least=0.85),
            compared("· the most that granian can do (no product in it)", bare, nginx),
            compared("· hosted against that", hosted, bare),
            compared(f"· {MANY_PHONES:,} different phones instead of one, hosted", many, one),
        ],
        details={
            "bytes": size,
            "contests": {"fresh connections": of_contest([hosted, own, nginx, bare]),
                         "many phones": of_contest([one, many])},
        },
    )  # fmt: skip


def kept(seeds: Seeds) -> Measured:
    """Connections that are kept open."""
    with _arena(seeds, "kept") as arena:
        hosted, own, bare = arena.hosted(), arena.own(), arena.bare()
        sha, apr1 = arena.nginx("sha", "apr1")
        contestants = [hosted, bare, own, apr1, sha]
        compete(contestants, fresh=False)
    book = f"{CONTACTS:,} contacts, kept-alive"
    return Measured(
        lines=[
            compared(f"{book}, hosted", hosted, bare, at_least=0.9),
            compared(f"{book}, own process", own, bare, at_least=0.9),
            compared(f"{book}, hosted", hosted, apr1, at_least=3),
            compared(f"{book}, own process", own, apr1, at_least=3),
            compared("· hosted against the cheapest hash", hosted, sha),
        ],
        details={"contests": {"kept-alive connections": of_contest(contestants)}},
    )


def database(seeds: Seeds) -> Measured:
    """Against building the XML from the database each time."""
    with _arena(seeds, "database") as arena:
        hosted, rival = arena.hosted(), arena.database()
        compete([hosted, rival], fresh=False, rounds=5)
        hosted_fresh, rival_fresh = arena.hosted(), Contestant(rival.name, rival.phone, rival.processes)
        compete([hosted_fresh, rival_fresh], fresh=True, rounds=5)
    book = f"{CONTACTS:,} contacts"
    return Measured(
        lines=[
            compared(f"{book}, kept-alive, hosted", hosted, rival, at_least=20),
            compared(f"{book}, fresh connections, hosted", hosted_fresh, rival_fresh, at_least=20),
        ],
        details={
            "contests": {"kept-alive connections": of_contest([hosted, rival]),
                         "fresh connections": of_contest([hosted_fresh, rival_fresh])},
        },
    )  # fmt: skip
