"""`phonebook serve` as a real process on a free port, with a data folder of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, TypeVar

import httpx

from support.commands import COMMANDS

T = TypeVar("T")

PHONEBOOK: Final = Path(sys.executable).with_name("phonebook")
PATIENCE: Final = 30.0


class Person(NamedTuple):
    """A user with an API token."""

    id: str
    email: str
    token: str


class RunningServer:
    """A server in a process of its own. Use it as a context manager, or `start` and `stop` it.

    `env` adds to the environment (None takes a variable away); nothing of the test's own `PHONEBOOK_…` gets in. Of the
    installed vendor services only Yealink is hosted, unless `env` says otherwise: the others would only cost time.
    """

    def __init__(self, data_dir: Path, *, env: Mapping[str, str | None] | None = None, port: int | None = None) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._extra = dict(env or {})
        self._process: subprocess.Popen[str] | None = None
        self._lines: list[str] = []
        self._readers: list[threading.Thread] = []

    @property
    def env(self) -> dict[str, str]:
        """The environment of the server and its commands."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PHONEBOOK_") and name != "PYTHONDONTWRITEBYTECODE"
        }
        own: dict[str, str | None] = {
            "PHONEBOOK_DATA_DIR": str(self.data_dir),
            "PHONEBOOK_PORT": str(self.port),
            "PHONEBOOK_HOSTED_SERVICES": "yealink",
            **self._extra,
        }
        return inherited | {name: value for name, value in own.items() if value is not None}

    @property
    def output(self) -> str:
        """Everything that all runs have printed so far, on stdout and stderr."""
        return "".join(self._lines)

    @property
    def pid(self) -> int:
        """The process id of the server that runs."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    def start(self, *, wait: bool = True) -> RunningServer:
        """Start it; with `wait`, come back when it is ready."""
        assert self._process is None, "the server runs already"
        self._process = subprocess.Popen(
            [PHONEBOOK, "serve"],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.data_dir.parent,
        )
        reader = threading.Thread(target=self._collect, args=(self._process,), daemon=True)
        reader.start()
        self._readers.append(reader)
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Come back when `/health/ready` is 200. Raises AssertionError with the output when that does not happen."""
        assert self._process is not None
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self._process.poll() is None, f"the server ended with {self._process.returncode}:\n{self.output}"
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"the server was not ready in {PATIENCE} s:\n{self.output}")

    def wait_until_said(self, text: str, *, times: int = 1) -> None:
        """Come back when its runs have printed this so many times. What is printed comes a little after `ready`."""
        until = time.monotonic() + PATIENCE
        while self.output.count(text) < times:
            assert time.monotonic() < until, f"“{text}” was not said {times} times:\n{self.output}"
            time.sleep(0.02)

    @property
    def first_link(self) -> str:
        """The link for the first administrator, which it prints when nobody has registered yet."""
        self.wait_until_said("/first#")
        return next(word for word in self.output.split() if "/first#" in word)

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and give its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End it as a power cut would (SIGKILL)."""
        return self._end(signal.SIGKILL)

    def wait_until_ended(self) -> int:
        """Its exit code, when it ends by itself."""
        assert self._process is not None
        code = self._process.wait(PATIENCE)
        self._process = None
        for reader in self._readers:
            reader.join(PATIENCE)
        return code

    def restart(self, *, kill: bool = False) -> RunningServer:
        """End it, by SIGKILL or SIGTERM, and start it again at the same port with the same data."""
        if kill:
            self.kill()
        else:
            self.stop()
        return self.start()

    def cli(self, *args: str, check: bool = True, input: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run `phonebook ARGS` in the server's environment; with `check`, it must succeed."""
        result = COMMANDS.run(args, env=self.env, cwd=self.data_dir.parent, input=input, timeout=PATIENCE)
        if check:
            assert result.returncode == 0, f"phonebook {' '.join(args)} failed:\n{result.stdout}{result.stderr}"
        return result

    def cli_json(self, *args: str) -> Any:
        """Run `phonebook ARGS --json` and give what it printed, decoded."""
        return json.loads(self.cli(*args, "--json").stdout)

    def client(self, token: str | None = None, **kwargs: Any) -> httpx.Client:
        """A client of the API; with `token` (of a `Person`), signed in."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE, **kwargs)

    def act(self, action: Callable[[Any], Awaitable[T]]) -> T:
        """Do an action of the server's code on this installation, in the test's process, as the commands do.

        `action` gets a `phonebook_server.server.Server`.
        """
        from phonebook_server.config import load_config
        from phonebook_server.opening import open_server

        async def opened() -> T:
            server = open_server(load_config(self.env, cwd=self.data_dir.parent))
            try:
                return await action(server)
            finally:
                await server.db.close()

        return asyncio.run(opened())

    def add_person(self, email: str, *, admin: bool = False) -> Person:
        """A user, not yet registered, with an API token. Much quicker than the two commands."""
        from phonebook_server.accounts.guards import COMMAND_LINE
        from phonebook_server.people.users import add_user
        from phonebook_server.tokens.actions import create_token

        async def action(server: Any) -> Person:
            added = await add_user(server, COMMAND_LINE, email, is_admin=admin)
            made = await create_token(server, COMMAND_LINE, added.id, "test")
            return Person(added.id, added.email, made.token)

        return self.act(action)

    def __enter__(self) -> RunningServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None, "the server does not run"
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            return self.wait_until_ended()
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise AssertionError(f"the server did not end in {PATIENCE} s:\n{self.output}") from None

    def _collect(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            self._lines.extend(process.stdout)


def free_port() -> int:
    """A TCP port that is free now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
