"""The service that is examined: a command that the kit starts, or a service that somebody else runs."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

import anyio
from anyio.abc import Process

from phonebook_vendor_sdk.conformance.check import Failed, NotApplicable
from phonebook_vendor_sdk.conformance.phone import Answer, ask_over_http

STOP_SECONDS: Final = 15.0
"""How long a service may take to stop after SIGTERM."""
LOG_LINES: Final = 12
"""Lines of a service's own output that are shown when it ended by itself."""


class Running(Protocol):
    """One started service."""

    @property
    def ended(self) -> str:
        """Why it does not run any more, empty while it does."""

    async def ask(self, url: str, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Ask it one thing as a phone."""

    async def stop(self) -> int:
        """Stop it as SIGTERM does; returns its exit code."""

    async def kill(self) -> None:
        """Stop it as SIGKILL does."""


class Subject(Protocol):
    """How to get a service to run."""

    token: str
    """The service token that it will use."""
    port: int
    """The port at which it expects the server; 0: any."""
    can_restart: bool
    """Whether it can be started more than once, also side by side."""

    async def start(self, server_url: str, state_dir: Path) -> Running:
        """Start it on this state folder; it dials this server."""


class Command:
    """A command, started with the documented variables in its environment."""

    can_restart = True
    port = 0
    token = "pbs_conformance"  # noqa: S105  # the kit's server knows no other

    def __init__(self, command: Sequence[str], *, folder: Path | None = None) -> None:
        self.command = tuple(command)
        self.folder = folder
        self._ports: dict[Path, int] = {}

    async def start(self, server_url: str, state_dir: Path) -> Running:
        """Start a process of its own, on a free port; on the same state folder it is the same port again."""
        port = self._ports.setdefault(state_dir, 0) or _free_port()
        self._ports[state_dir] = port
        await anyio.Path(state_dir).mkdir(parents=True, exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PHONEBOOK_")}
        environment |= {
            "PHONEBOOK_SERVER_URL": server_url,
            "PHONEBOOK_SERVICE_TOKEN": self.token,
            "PHONEBOOK_SERVICE_HOST": "127.0.0.1",
            "PHONEBOOK_SERVICE_PORT": str(port),
            "PHONEBOOK_SERVICE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PHONEBOOK_SERVICE_STATE_DIR": str(state_dir),
        }
        log = state_dir.parent / f"{state_dir.name}.log"
        with log.open("ab") as output:
            try:
                process = await anyio.open_process(
                    self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
                    cwd=self.folder, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise Failed(f"The command {self.command[0]} cannot be started: {error.strerror}.") from None
        return _Started(process, port, log)


class _Started:
    """A process that the kit started, in a session of its own."""

    def __init__(self, process: Process, port: int, log: Path) -> None:
        self._process = process
        self._port = port
        self._log = log
        self._listens = False

    @property
    def ended(self) -> str:
        code = self._process.returncode
        if code is None:
            return ""
        said = self._log.read_text("utf-8", errors="replace").splitlines()[-LOG_LINES:]
        return f"The process ended with the code {code}. It said last: " + " / ".join(said)

    async def ask(self, url: str, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
        await self._until_listening()
        return await ask_over_http(url, method, headers, body)

    async def stop(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        with anyio.move_on_after(STOP_SECONDS):
            return await self._process.wait()
        await self.kill()
        raise Failed(f"The process still ran {STOP_SECONDS:g} seconds after SIGTERM.")

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with anyio.CancelScope(shield=True):
            await self._process.wait()

    async def _until_listening(self) -> None:
        """A service may link before it listens; phones of the kit wait for that once."""
        with anyio.move_on_after(STOP_SECONDS):
            while not self._listens and not self.ended:
                try:
                    stream = await anyio.connect_tcp("127.0.0.1", self._port)
                except OSError:
                    await anyio.sleep(0.02)
                else:
                    await stream.aclose()
                    self._listens = True


class At:
    """A service at a URL, which somebody started and pointed to the kit. It cannot be restarted from here."""

    can_restart = False

    def __init__(self, url: str, token: str, port: int) -> None:
        self.url = url
        self.token = token
        self.port = port

    async def start(self, server_url: str, state_dir: Path) -> Running:
        """There is nothing to start."""
        return _Elsewhere()


class _Elsewhere:
    ended = ""

    async def ask(self, url: str, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
        return await ask_over_http(url, method, headers, body)

    async def stop(self) -> int:
        raise NotApplicable("The kit did not start this service, so it cannot stop it. Give a command instead.")

    async def kill(self) -> None:
        raise NotApplicable("The kit did not start this service, so it cannot kill it. Give a command instead.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_port_free(port: int) -> bool:
    """Whether a server could listen at this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
