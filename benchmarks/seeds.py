"""Installations made ready once and used by several rows: so many contacts, Yealink on, the book served."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from benchmarks.phone import Phone
from benchmarks.processes import Process
from benchmarks.product import Office, Server, own_service


class Seed(NamedTuple):
    """A data folder with its server, which does not run between rows, and who may use it."""

    server: Server
    office: Office
    phone: Phone


class OwnSeed(NamedTuple):
    """A server that hosts nothing, and the service on its own; both run."""

    server: Server
    office: Office
    phone: Phone
    service: Process


class Seeds:
    """Makes installations below `folder`, each when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[int, Seed] = {}
        self._own = 0

    def hosted(self, count: int) -> Seed:
        """An installation with so many contacts and Yealink hosted. Start its server before use, stop it after."""
        if count not in self._made:
            server = Server(self.folder / f"contacts-{count}")
            with server:
                office = Office(server, count)
                self._made[count] = Seed(server, office, office.turn_on())
        return self._made[count]

    def own(self, count: int) -> OwnSeed:
        """A new installation with so many contacts and Yealink in a process of its own. Stop both after use."""
        self._own += 1
        server = Server(self.folder / f"own-{self._own}", hosted=False)
        server.start()
        office = Office(server, count)
        service, _ = own_service(server, self.folder / f"service-{self._own}")
        try:
            return OwnSeed(server, office, office.turn_on(), service)
        except RuntimeError:
            service.stop()
            server.process.stop()
            raise
