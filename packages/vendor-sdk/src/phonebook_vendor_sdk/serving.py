"""The HTTP server around a service on its own: granian inside this process, on the event loop of the link."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from typing import Any, Final

import anyio
from granian.constants import Interfaces
from granian.server.embed import Server

from phonebook_core.vendor_link.transport import Hosting
from phonebook_vendor_sdk.dial import websocket_dial
from phonebook_vendor_sdk.environment import Environment
from phonebook_vendor_sdk.runtime import Runtime
from phonebook_vendor_sdk.service import VendorService

CONNECTIONS: Final = 8192
"""Connections at once, idle ones included; phones keep theirs open."""

_log: Final = logging.getLogger(__name__)


async def serve(service: type[VendorService[Any]], environment: Environment) -> bool:
    """Serve phones and keep the link until SIGTERM or SIGINT; then say goodbye and write down what is waiting.

    False: the HTTP server ended by itself.
    """
    hosting = Hosting(
        public_url=environment.public_url,
        state_dir=environment.state_dir,
        dial=websocket_dial(environment.server_url, environment.token),
    )
    runtime = Runtime(service(), hosting, snapshots=environment.snapshots)
    server = Server(
        runtime.phones,
        address=environment.host,
        port=environment.port,
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    stop = anyio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(runtime.run)
        await runtime.opened.wait()
        serving = asyncio.ensure_future(server.serve())
        await _until_listening(environment, serving)
        tasks.start_soon(_wait_for_either, stop, serving)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 50)
        sys.setswitchinterval(0.001)  # a large book is rendered in a thread: let phones in between more often
        if not serving.done():
            where = f"{environment.public_url}/phones/{service.slug}/"
            print(f"{service.label} is answering phones at {where}", flush=True)
        await stop.wait()
        ended_by_itself = serving.done()
        server.stop()  # type: ignore[no-untyped-call]
        with anyio.move_on_after(10):
            await asyncio.wait([serving])
        tasks.cancel_scope.cancel()
    if ended_by_itself:
        _log.error("The HTTP server ended: %r. Look at the address and port, and start the service again.", serving)
    return not ended_by_itself


async def _wait_for_either(stop: anyio.Event, serving: asyncio.Future[None]) -> None:
    """Stop also when the HTTP server ended by itself."""
    await asyncio.wait([serving])
    stop.set()


async def _until_listening(environment: Environment, serving: asyncio.Future[None]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(environment.host, environment.host)  # noqa: S104
    while not serving.done():
        try:
            stream = await anyio.connect_tcp(host, environment.port)
        except OSError:
            await anyio.sleep(0.02)
        else:
            await stream.aclose()
            return
