"""The composition root: here, and only here, the parts are put together into one ASGI callable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.types import ASGIApp

from phonebook_core.vendor_link.transport import LINK_PATH
from phonebook_server import api_docs, health, search
from phonebook_server.accounts import routes as accounts_routes
from phonebook_server.accounts.authentication import (
    Authentication,
    cookie_name,
    guard_with,
    provide_principal,
    send_cookies,
)
from phonebook_server.accounts.sessions import Accounts
from phonebook_server.activity import routes as activity_routes
from phonebook_server.checks import require_readable_body
from phonebook_server.config import Config
from phonebook_server.contacts import bulk_routes, cleaning_routes, history_routes, import_routes, lookup_routes
from phonebook_server.contacts import routes as contacts_routes
from phonebook_server.contacts.bin import keep_bins_small
from phonebook_server.contacts.duplicates import Duplicates
from phonebook_server.contacts.indexes import kept_built
from phonebook_server.contacts.uploads import keep_uploads_few
from phonebook_server.db.changes import Changes
from phonebook_server.db.database import Database
from phonebook_server.dispatches import routes as dispatches_routes
from phonebook_server.ending import end
from phonebook_server.events import routes as events_routes
from phonebook_server.events.hub import Hub
from phonebook_server.events.watching import watch_rights
from phonebook_server.front import Front
from phonebook_server.inclusions import routes as inclusions_routes
from phonebook_server.installation import routes as installation_routes
from phonebook_server.jobs import routes as jobs_routes
from phonebook_server.jobs.running import Jobs
from phonebook_server.keys import Keys
from phonebook_server.mail import routes as mail_routes
from phonebook_server.mail.sender import Sender
from phonebook_server.openapi import build_openapi, openapi_config
from phonebook_server.opening import now_ms, open_server, publish_to_nobody, tell_nobody
from phonebook_server.people import routes as people_routes
from phonebook_server.people import user_routes
from phonebook_server.phonebooks import numbers
from phonebook_server.phonebooks import routes as phonebooks_routes
from phonebook_server.phones import routes as phones_routes
from phonebook_server.problems import answer_error
from phonebook_server.server import Clock, Server
from phonebook_server.services import routes as services_routes
from phonebook_server.services.follow import follow_phonebooks, follow_service_tokens
from phonebook_server.services.hosting import PHONES, Hosted, find_services
from phonebook_server.services.links import Links
from phonebook_server.services.websocket import LinkEndpoint
from phonebook_server.sites import routes as sites_routes
from phonebook_server.sources import routes as sources_routes
from phonebook_server.sources.syncing import Syncing
from phonebook_server.tokens import routes as tokens_routes
from phonebook_server.tokens.limits import require_open_route
from phonebook_server.web import dashboard

MAX_BODY: Final = 1024 * 1024
"""Bytes of a request; imports have a limit of their own."""

API: Final = [
    *accounts_routes.handlers,
    *people_routes.handlers,
    *user_routes.handlers,
    *mail_routes.handlers,
    *tokens_routes.handlers,
    *activity_routes.handlers,
    *events_routes.handlers,
    *search.handlers,
    *sites_routes.handlers,
    *phonebooks_routes.handlers,
    *numbers.handlers,
    *contacts_routes.handlers,
    *import_routes.handlers,
    *lookup_routes.handlers,
    *inclusions_routes.handlers,
    *sources_routes.handlers,
    *history_routes.handlers,
    *bulk_routes.handlers,
    *cleaning_routes.handlers,
    *jobs_routes.handlers,
    *services_routes.handlers,
    *dispatches_routes.handlers,
    *phones_routes.handlers,
    *installation_routes.handlers,
    *api_docs.handlers,
]
"""Every topic's handlers below `/api/v1`."""


def create_app(config: Config, *, clock: Clock = now_ms) -> Front:
    """The whole server as an ASGI callable, for granian, uvicorn or a test. Migrates the database if that is needed.

    Raises ConfigError or SchemaError with a sentence when the installation cannot be opened.
    """
    hub = Hub()
    parts = replace(open_server(config, clock=clock), publish=hub.publish)
    links = Links(parts)
    server = replace(parts, announce=links.announce, enablements_changed=links.enablements_changed)
    hosted = Hosted(config, links, find_services(config))
    mounts: dict[str, ASGIApp] = {PHONES: hosted, LINK_PATH: LinkEndpoint(server, links)}

    async def drain() -> None:
        await asyncio.gather(hub.close(), links.say_goodbye())

    return Front(create_litestar(server, links, hosted, hub), config=config, mounts=mounts, drain=drain)


def describe_api(config: Config) -> dict[str, Any]:
    """The OpenAPI document, without opening an installation."""
    with TemporaryDirectory() as folder:
        server = Server(
            config=config,
            db=Database(Path(folder) / "unused.sqlite3"),
            keys=Keys(b""),
            clock=now_ms,
            announce=tell_nobody,
            enablements_changed=tell_nobody,
            publish=publish_to_nobody,
        )
        links = Links(server)
        return build_openapi(create_litestar(server, links, Hosted(config, links, {}), Hub()))


def create_litestar(server: Server, links: Links, hosted: Hosted, hub: Hub) -> Litestar:
    """The API and the pages. While it runs, the hosted services do; it closes the database when it is shut down."""
    accounts = Accounts(server)
    authentication = Authentication(server, accounts.throttle)
    jobs = Jobs(server.clock)
    duplicates = Duplicates()
    syncing = Syncing(server)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        changes = Changes(server.db)
        tasks = [
            asyncio.create_task(changes.run()),
            asyncio.create_task(follow_phonebooks(server, changes, links)),
            asyncio.create_task(Sender(server, changes).run()),
            asyncio.create_task(follow_service_tokens(server, changes, links)),
            asyncio.create_task(watch_rights(server, changes, hub)),
            asyncio.create_task(keep_bins_small(server)),
            asyncio.create_task(keep_uploads_few(server)),
            asyncio.create_task(syncing.run(changes)),
        ]
        try:
            async with kept_built(server.db), hosted.running():
                yield
        finally:
            await jobs.close()
            await end(tasks)
            await authentication.close()
            await server.db.close()

    exception_handlers: dict[Any, Any] = {
        Exception: answer_error,
        HTTPException: answer_error,
        NotFoundException: dashboard.answer_unknown_with(server.config),
    }
    return Litestar(
        route_handlers=[
            Router("/api/v1", route_handlers=API, before_request=require_readable_body),
            *health.handlers,
            *dashboard.handlers,
        ],
        dependencies={
            "server": Provide(lambda: server, sync_to_thread=False),
            "links": Provide(lambda: links, sync_to_thread=False),
            "hub": Provide(lambda: hub, sync_to_thread=False),
            "jobs": Provide(lambda: jobs, sync_to_thread=False),
            "syncing": Provide(lambda: syncing, sync_to_thread=False),
            "duplicates": Provide(lambda: duplicates, sync_to_thread=False),
            "accounts": Provide(lambda: accounts, sync_to_thread=False),
            "principal": Provide(provide_principal, sync_to_thread=False),
        },
        guards=[guard_with(authentication), require_open_route],
        before_send=[send_cookies],
        exception_handlers=exception_handlers,
        lifespan=[lifespan],
        openapi_config=openapi_config(
            version("phonebook-server"), cookie_name(server.config), server.config.public_url
        ),
        logging_config=None,
        request_max_body_size=MAX_BODY,
    )
