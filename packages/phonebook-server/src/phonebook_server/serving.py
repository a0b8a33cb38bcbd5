"""Running the server: granian inside this one process, quiet until it is ready, ending in order when told to."""

from __future__ import annotations

import asyncio
import errno
import gc
import resource
import signal
import socket
from contextlib import closing
from typing import Any, Final

import structlog
from granian.constants import Interfaces
from granian.errors import FatalError
from granian.log import LogLevels
from granian.server.embed import Server as Granian

from phonebook_core.errors import ConfigError, Conflict, PhonebookError, Problem
from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.app import create_app
from phonebook_server.config import Config
from phonebook_server.logs import configure_logs
from phonebook_server.opening import open_server
from phonebook_server.people.first import make_first_link
from phonebook_server.people.users import count_active_admins

BACKLOG: Final = 8192
"""Waiting and open connections: phones keep theirs open, and granian counts idle ones too."""
_PATIENCE: Final = 30
_LOG: Final = structlog.get_logger("phonebook.serving")
_LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"propagate": True}},
}
"""Granian's errors go where all the others go; the rest of what it says is of no use to people."""


class StartError(PhonebookError):
    """The server could not start; the log says why."""

    code = "start"


def serve(config: Config) -> None:
    """Serve until SIGTERM or SIGINT. Prints where, once requests are answered. Raises what keeps it from starting."""
    configure_logs(config.log_level)
    address = free_address(config)
    _allow_many_files()
    asyncio.run(_serve(config, address))


async def _serve(config: Config, address: str) -> None:
    app = create_app(config)
    granian = Granian(
        app,
        address=address,
        port=config.port,
        interface=Interfaces.ASGI,
        websockets=True,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        log_access=False,
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
    )
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    draining: list[asyncio.Task[None]] = []

    async def drain_and_stop() -> None:
        try:
            await app.drain()
        finally:
            granian.stop()  # type: ignore[no-untyped-call]

    def stop() -> None:
        if not stopping.is_set():
            stopping.set()
            draining.append(asyncio.create_task(drain_and_stop()))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    serving = asyncio.create_task(granian.serve())
    ready = asyncio.create_task(_wait_until_ready(address, config.port))
    try:
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done() and not stopping.is_set():
            ready.result()
            # What lives now lives long: the collector need not look at it again, nor as often (p99 70 → 3.5 ms).
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 50, 50)
            print(await _greeting(config), flush=True)
        await serving
    except FatalError:
        raise StartError("The server could not start. The lines above say why.") from None
    finally:
        ready.cancel()


async def _wait_until_ready(address: str, port: int) -> None:
    """Come back when a request was answered: listening alone does not mean that the app has started."""
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                try:
                    reader, writer = await asyncio.open_connection(reachable(address), port)
                    try:
                        writer.write(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                        if (await reader.readline()).startswith(b"HTTP/1.1 200"):
                            return
                    finally:
                        writer.close()
                except OSError:
                    pass
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise StartError(f"The server did not answer within {_PATIENCE} seconds. The log may say why.") from None


async def _greeting(config: Config) -> str:
    """Where the server is and, until an administrator has registered, the link by which the first one does."""
    lines = [f"Serving at {config.public_url}"]
    try:
        link = await _first_link(config)
    except Exception:  # a full disk, say: phones are served all the same
        _LOG.exception("the link for the first administrator could not be made")
        lines.append("If no administrator has registered yet: phonebook user add --admin prints a link for it.")
    else:
        if link:
            lines += [
                "No administrator has registered yet. Open this link within 30 minutes to become the first one:",
                f"  {link}",
                "For a new link: phonebook user add --admin",
            ]
    return "\n".join(lines)


async def _first_link(config: Config) -> str:
    """The link for the first administrator; empty when one has registered."""
    server = open_server(config)
    try:
        async with server.db.reading() as connection:
            if await count_active_admins(connection):
                return ""
        return (await make_first_link(server, COMMAND_LINE)).url
    except Conflict:  # somebody has registered in this moment
        return ""
    finally:
        await server.db.close()


def free_address(config: Config) -> str:
    """The IP address to listen at. Raises ConfigError when there is none of that name, or the port is taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        message = f"There is no address for the host name “{config.host}”. Use an IP address of this machine."
        raise ConfigError([Problem(field="PHONEBOOK_HOST", message=message)]) from None
    with closing(socket.socket(family, kind, protocol)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except PermissionError:
            message = f"Port {config.port} may not be used by this user. Use one from 1024 on."
            raise ConfigError([Problem(field="PHONEBOOK_PORT", message=message)]) from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = (
                    f"Port {config.port} at {config.host} is taken by another program, perhaps another "
                    "`phonebook serve`. Stop that, or use another port."
                )
                raise ConfigError([Problem(field="PHONEBOOK_PORT", message=message)]) from None
            message = f"{config.host} is no address of this machine. Use one of its own, or 0.0.0.0 for all."
            raise ConfigError([Problem(field="PHONEBOOK_HOST", message=message)]) from None
    return str(address[0])


def reachable(address: str) -> str:
    """Where to knock when a server listens at this address, which may stand for every address of the machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104  # where to knock, not to listen


def _allow_many_files() -> None:
    """As many open files as the system permits: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
