"""Processes that are measured: started on their core, ended whatever happens, their processor time and memory read."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

import psutil

from benchmarks.machine import SERVER_CORE, on_core

PATIENCE: Final = 60.0


class Memory(NamedTuple):
    """Bytes of a process and its children."""

    rss: int
    pss: int


class Process:
    """One command on the server's core, its output in a file. Use it as a context manager."""

    def __init__(self, command: list[str | Path], *, log: Path, env: Mapping[str, str] | None = None) -> None:
        self._command = on_core(SERVER_CORE, *command)
        self._log = log
        self._env = clean_environment() | dict(env or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    def start(self) -> None:
        """Start it; `started_at` is the moment before."""
        with self._log.open("ab") as log:
            self.started_at = time.perf_counter()
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, env=self._env, cwd=self._log.parent)

    def stop(self) -> None:
        """End it in order, or by force when it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def require_alive(self) -> None:
        """Raise with the end of its output when it has ended."""
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"{self._command[3:]} has ended:\n{self.output[-3000:]}")

    def require_listening(self, port: int) -> None:
        """Raise when it is not this process that listens at this port: somebody else would be measured."""
        self.require_alive()
        listening = [
            each.laddr.port for one in self._family() for each in one.net_connections("tcp4") if each.status == "LISTEN"
        ]
        if port not in listening:
            raise RuntimeError(f"another program answers at port {port}; run it again")

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def cpu_seconds(self) -> float:
        """Processor time used so far, with its children."""
        return sum(sum(each.cpu_times()[:2]) for each in self._family())

    def memory(self) -> Memory:
        """What it holds in memory, with its children."""
        full = [each.memory_full_info() for each in self._family()]
        return Memory(sum(each.rss for each in full), sum(getattr(each, "pss", each.rss) for each in full))

    def _family(self) -> list[psutil.Process]:
        assert self._process is not None, "it does not run"
        parent = psutil.Process(self._process.pid)
        return [parent, *parent.children(recursive=True)]

    def __enter__(self) -> Process:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def wait_until_idle(processes: list[Process], *, seconds: float = 10.0) -> float:
    """Wait until these processes do next to nothing (or the time is over), and give the processor time they used."""
    until = time.monotonic() + seconds
    before = sum(process.cpu_seconds() for process in processes)
    while True:
        time.sleep(0.15)
        now = sum(process.cpu_seconds() for process in processes)
        if now - before < 0.02 or time.monotonic() > until:
            return now
        before = now


def clean_environment() -> dict[str, str]:
    """This process's environment without what would configure the product."""
    dropped = ("PHONEBOOK_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
