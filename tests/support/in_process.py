"""The server's app in the test's own process: real parts and a real file, but no socket, and a clock to be moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from phonebook_server.app import create_app
from phonebook_server.config import Config, load_config


def routes_of_the_app() -> list[tuple[str, str, str]]:
    """Method, path and operation id of every route that the app has, those that are not documented included."""
    with TemporaryDirectory() as folder:
        config = load_config({"PHONEBOOK_DATA_DIR": folder, "PHONEBOOK_HOSTED_SERVICES": ""}, cwd=Path(folder))
        litestar: Any = create_app(config).app
    return [
        (method, route.path_format or "/", str(handler.operation_id))
        for route in litestar.routes
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    ]


@asynccontextmanager
async def in_process(config: Config, clock: Callable[[], int]) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the app, which is started and shut down as a server would; it keeps cookies like a browser."""
    app: Any = create_app(config, clock=clock)
    to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    living = asyncio.create_task(app({"type": "lifespan", "state": {}}, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    assert (await from_app.get())["type"] == "lifespan.startup.complete"
    try:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=config.public_url) as client:
            yield client
    finally:
        await to_app.put({"type": "lifespan.shutdown"})
        await living
