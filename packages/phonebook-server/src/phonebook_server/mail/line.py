"""The connection of one talk over SMTP, as it is seen by threads that do not talk."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class CutOff(Exception):  # named after what happened
    """The talk was cut off."""


class Line:
    """The connection of one talk as other threads see it: how far it has come, and how to cut it off."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._grip: socket.socket | None = None
        self._is_cut = False
        self.began = False
        """The mail itself is being sent, so the server may have it."""
        self.sent = False
        """All of the mail went out."""

    def hold(self, connection: socket.socket) -> None:
        """Keep a grip on the connection that stays when TLS wraps it. Raises CutOff."""
        with self._lock:
            self._check()
            self._grip = connection.dup()

    def begin(self) -> None:
        """The mail itself is going out now. Raises CutOff; it has not begun then and never will."""
        with self._lock:
            self._check()
            self.began = True

    def cut_off(self) -> None:
        """End the connection; whoever waits for it fails at once. From any thread."""
        with self._lock:
            self._is_cut = True
            self._let_go()

    def let_go(self) -> None:
        """The talk is over."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._grip is not None:
            with suppress(OSError):  # it has ended already
                self._grip.shutdown(socket.SHUT_RDWR)
            self._grip.close()
            self._grip = None

    def _check(self) -> None:
        if self._is_cut:
            raise CutOff
