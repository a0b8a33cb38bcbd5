"""The composition root: here, and only here, the parts are put together into one ASGI callable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from phonebook_core.vendor_link.transport import LINK_PATH
from phonebook_server import api_docs, health
from phonebook_server.accounts import routes as accounts_routes
from phonebook_server.accounts.authentication import Authentication, cookie_name, guard_with, provide_principal
from phonebook_server.accounts.sessions import Accounts
from phonebook_server.checks import require_readable_body
from phonebook_server.config import Config
from phonebook_server.contacts import routes as contacts_routes
from phonebook_server.db.database import Database
from phonebook_server.dispatches import routes as dispatches_routes
from phonebook_server.front import Front
from phonebook_server.keys import Keys
from phonebook_server.openapi import build_openapi, openapi_config
from phonebook_server.opening import now_ms, open_server, tell_nobody
from phonebook_server.phonebooks import routes as phonebooks_routes
from phonebook_server.problems import answer_error
from phonebook_server.server import Clock, Server
from phonebook_server.services import routes as services_routes
from phonebook_server.services.follow import follow_database
from phonebook_server.services.hosting import PHONES, Hosted, find_services
from phonebook_server.services.links import Links
from phonebook_server.services.websocket import LinkEndpoint
from phonebook_server.sites import routes as sites_routes
from phonebook_server.web import pages

MAX_BODY: Final = 1024 * 1024
"""Bytes of a request; imports have a limit of their own."""

API: Final = [
    *accounts_routes.handlers,
    *sites_routes.handlers,
    *phonebooks_routes.handlers,
    *contacts_routes.handlers,
    *services_routes.handlers,
    *dispatches_routes.handlers,
    *api_docs.handlers,
]
"""Every topic's handlers below `/api/v1`."""


def create_app(config: Config, *, clock: Clock = now_ms) -> Front:
    """The whole server as an ASGI callable, for granian, uvicorn or a test. Migrates the database if that is needed.

    Raises ConfigError or SchemaError with a sentence when the installation cannot be opened.
    """
    parts = open_server(config, clock=clock)
    links = Links(parts)
    server = replace(parts, announce=links.announce, enablements_changed=links.enablements_changed)
    hosted = Hosted(config, links, find_services(config))
    mounts: dict[str, ASGIApp] = {PHONES: hosted, LINK_PATH: LinkEndpoint(server, links)}
    return Front(create_litestar(server, links, hosted), config=config, mounts=mounts, drain=links.say_goodbye)


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
        )
        links = Links(server)
        return build_openapi(create_litestar(server, links, Hosted(config, links, {})))


def create_litestar(server: Server, links: Links, hosted: Hosted) -> Litestar:
    """The API and the pages. While it runs, the hosted services do; it closes the database when it is shut down."""
    authentication, accounts = Authentication(server), Accounts(server)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        following = asyncio.create_task(follow_database(server, links))
        try:
            async with hosted.running():
                yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            await authentication.close()
            await server.db.close()

    exception_handlers: dict[Any, Any] = {Exception: answer_error, HTTPException: answer_error}
    return Litestar(
        route_handlers=[
            Router("/api/v1", route_handlers=API, before_request=require_readable_body),
            *health.handlers,
            *pages.handlers,
        ],
        dependencies={
            "server": Provide(lambda: server, sync_to_thread=False),
            "links": Provide(lambda: links, sync_to_thread=False),
            "accounts": Provide(lambda: accounts, sync_to_thread=False),
            "principal": Provide(provide_principal, sync_to_thread=False),
        },
        guards=[guard_with(authentication)],
        exception_handlers=exception_handlers,
        lifespan=[lifespan],
        openapi_config=openapi_config(
            version("phonebook-server"), cookie_name(server.config), server.config.public_url
        ),
        logging_config=None,
        request_max_body_size=MAX_BODY,
    )
