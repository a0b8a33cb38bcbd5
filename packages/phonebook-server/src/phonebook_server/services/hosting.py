"""The vendor services installed beside the server that run in its process: found, started, and given to phones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, cast

import structlog
from litestar.types import Receive, Scope, Send

from phonebook_core.errors import ConfigError, PhonebookError, Problem
from phonebook_core.vendor_link.transport import ENTRY_POINTS, HostableService, HostedService, Hosting, Transport
from phonebook_server.config import Config
from phonebook_server.services.links import Links
from phonebook_server.services.pipe import make_pipe

PHONES: Final = "/phones/"
"""Where phones fetch from the services hosted here: `/phones/<slug>/<phonebook>/<file>`."""
_STOP_SECONDS: Final = 5.0
_LOG: Final = structlog.get_logger("phonebook.services")


def find_services(config: Config) -> dict[str, HostableService]:
    """The installed services that this configuration wants hosted, by slug.

    One that cannot be imported is left out with a line in the log: the others, and the server, go on. Raises
    ConfigError for a name that is not installed.
    """
    installed = {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
    names = installed.keys() if config.hosted_services is None else config.hosted_services
    unknown = sorted(set(names) - installed.keys())
    if unknown:
        listed = ", ".join(sorted(installed)) or "none"
        message = f"{', '.join(unknown)} is not installed. Installed are: {listed}."
        raise ConfigError([Problem(field="PHONEBOOK_HOSTED_SERVICES", message=message)])
    found = {name: _load(installed[name]) for name in sorted(names)}
    return {service.slug: service for service in found.values() if service is not None}


def _load(entry: EntryPoint) -> HostableService | None:
    try:
        return cast("HostableService", entry.load())
    except Exception:
        _LOG.exception("service cannot be hosted", service=entry.name, entry_point=entry.value)
        return None


class Hosted:
    """The services hosted by this process: an ASGI application for their phones, and what keeps them running."""

    def __init__(self, config: Config, links: Links, services: Mapping[str, HostableService]) -> None:
        self._config = config
        self._links = links
        self._running: dict[str, HostedService] = {}
        self._links_running: set[asyncio.Task[PhonebookError]] = set()
        self._services = services

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """The services run while the block does. One that cannot start is left out with a line in the log."""
        tasks = [
            asyncio.create_task(self._keep_running(slug, service))
            for slug, kind in self._services.items()
            if (service := self._make(slug, kind)) is not None
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=_STOP_SECONDS)
            for link in self._links_running:
                link.cancel()
            await asyncio.gather(*self._links_running, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self._running.get(cast("Any", scope)["path"].split("/", 3)[2])
        if service is not None:
            await service.phones(scope, receive, send)
        else:
            await _answer_unknown(send)

    def _make(self, slug: str, kind: HostableService) -> HostedService | None:
        async def dial() -> Transport:
            ours, theirs = make_pipe()
            task = asyncio.create_task(self._links.run(ours, slug=slug, origin="hosted"))
            self._links_running.add(task)
            task.add_done_callback(self._links_running.discard)
            return theirs

        state_dir = self._config.data_dir / "hosted" / slug
        try:
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            service = kind.hosted(Hosting(public_url=self._config.public_url, state_dir=state_dir, dial=dial))
        except Exception:
            _LOG.exception("service cannot be hosted", service=slug)
            return None
        self._running[slug] = service
        return service

    async def _keep_running(self, slug: str, service: HostedService) -> None:
        """A hosted service that fails is started again; it never takes the server or another service down."""
        pause = 1.0
        while True:
            try:
                await service.run()
            except Exception:
                _LOG.exception("hosted service failed", service=slug, again_in=pause)
            await asyncio.sleep(pause)
            pause = min(60.0, pause * 2)


async def _answer_unknown(send: Send) -> None:
    body = b"No vendor service of this name runs in this server. Compare the URL with the one on the dashboard.\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send(cast("Any", {"type": "http.response.start", "status": 404, "headers": headers}))
    await send(cast("Any", {"type": "http.response.body", "body": body}))
