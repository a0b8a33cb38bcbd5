"""Somebody who looks live: a stream of server-sent events over a real socket, read in a thread of its own."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import httpx

PATIENCE = 20.0


class Listening(threading.Thread):
    """Follows `/api/v1/events`. Use it as a context manager; it begins when the server has answered."""

    def __init__(self, client: httpx.Client, **headers: str) -> None:
        super().__init__(daemon=True)
        self.events: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.answer: httpx.Response | None = None
        self.is_over = False
        self._client = client
        self._headers = headers
        self._changed = threading.Condition()

    def run(self) -> None:
        """Read until the stream ends."""
        try:
            with self._client.stream("GET", "/api/v1/events", headers=self._headers) as answer:
                for line in answer.iter_lines():
                    with self._changed:
                        if line.startswith("retry:"):
                            self.answer = answer
                        elif line.startswith("id:"):
                            self.ids.append(line.removeprefix("id:").strip())
                        elif line.startswith("data:"):
                            self.events.append(json.loads(line.removeprefix("data:")))
                        self._changed.notify_all()
        except httpx.HTTPError:
            pass
        with self._changed:
            self.is_over = True
            self._changed.notify_all()

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> float:
        """Come back when it is so, and say how long that took."""
        begin = time.monotonic()
        with self._changed:
            assert self._changed.wait_for(condition, seconds), f"{what} did not happen; there were {self.events}"
        return time.monotonic() - begin

    def wait_for(self, kind: str, **where: str) -> dict[str, Any]:
        """The first event of this kind, of those that were there before too."""

        def found() -> list[dict[str, Any]]:
            return [e for e in self.events if e["kind"] == kind and where.items() <= e.items()]

        self.wait_until(lambda: bool(found()), f"an event {kind} {where}")
        return found()[0]

    def wait_until_over(self, seconds: float = PATIENCE) -> float:
        """Come back when the server has ended the stream, and say how long that took."""
        return self.wait_until(lambda: self.is_over, "the end of the stream", seconds)

    def __enter__(self) -> Listening:
        self.start()
        self.wait_until(lambda: self.answer is not None or self.is_over, "an answer")
        assert not self.is_over, "the stream was refused or ended at once"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.answer is not None and not self.is_over:
            with contextlib.suppress(OSError):
                self.answer.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self.join(PATIENCE)
        self._client.close()
