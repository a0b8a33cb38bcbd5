"""A vendor service, `phonebook-yealink` or another, as a real process on its own, with a state folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx

from phonebook_vendor_sdk.dispatch_spool import DispatchSpool
from support.server import RunningServer, free_port

YEALINK: Final = str(Path(sys.executable).with_name("phonebook-yealink"))
PATIENCE: Final = 60.0


class RunningService:
    """A service in a process of its own, by default Yealink's. `start` and `stop` it, or use it with `with`."""

    def __init__(
        self,
        server: RunningServer,
        state_dir: Path,
        *,
        slug: str = "yealink",
        command: Sequence[str] = (YEALINK,),
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.state_dir = state_dir
        self._slug = slug
        self._command = list(command)
        token = server.cli_json("service", "token", slug)["token"]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PHONEBOOK_")}
        self.env = inherited | {
            "PHONEBOOK_SERVER_URL": server.url,
            "PHONEBOOK_SERVICE_TOKEN": token,
            "PHONEBOOK_SERVICE_PORT": str(self.port),
            "PHONEBOOK_SERVICE_STATE_DIR": str(state_dir),
            **(env or {}),
        }
        self._process: subprocess.Popen[str] | None = None
        self._lines: list[str] = []

    @property
    def output(self) -> str:
        """Everything that all runs have printed so far."""
        return "".join(self._lines)

    def start(self) -> RunningService:
        """Start it and come back when it answers phones."""
        self._process = subprocess.Popen(
            self._command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._collect, args=(self._process,), daemon=True)
        self._reader.start()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self._process.poll() is None, f"the service ended:\n{self.output}"
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/phones/{self._slug}/none/directory.xml", timeout=5)
            except httpx.TransportError:
                time.sleep(0.02)
            else:
                return self
        raise AssertionError(f"the service did not answer:\n{self.output}")

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and give its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End it as a power cut would (SIGKILL)."""
        return self._end(signal.SIGKILL)

    def wait_for_records(self, count: int) -> None:
        """Come back when so many fetches are on its disk and wait for the server: those a kill cannot lose."""
        until = time.monotonic() + PATIENCE
        while (waiting := self._records()) < count:
            assert time.monotonic() < until, f"{waiting} fetches on disk instead of {count}"
            time.sleep(0.02)

    def __enter__(self) -> RunningService:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.kill()

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None, "the service does not run"
        self._process.send_signal(number)
        code = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self._process = None
        return code

    def _records(self) -> int:
        spool = DispatchSpool(self.state_dir / "dispatches")
        spool.open()
        return sum(dispatch.count for dispatch in spool.oldest(limit=10_000)[0])

    def _collect(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            self._lines.extend(process.stdout)
