"""A phone as the benchmarks need it: one GET with basic auth on a connection of its own, on a bare socket."""

from __future__ import annotations

import base64
import random
import socket
from contextlib import closing
from typing import Final, NamedTuple
from urllib.parse import urlsplit

AGENT: Final = "Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37"
_BUFFER: Final = 1 << 20


class Answer(NamedTuple):
    """What the phone got."""

    status: int
    head: bytes
    body: bytes


class Phone:
    """A desk phone with the access that was shown where the service was turned on."""

    def __init__(self, url: str, username: str, password: str) -> None:
        parts = urlsplit(url)
        self.url = url
        self.path = parts.path
        self.port = parts.port or 80
        self.username = username
        self.password = password
        self.authorization = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()

    def at(self, *, port: int | None = None, file: str | None = None) -> Phone:
        """The same phone, asking another port or for another file beside it."""
        folder, _, name = self.path.rpartition("/")
        url = f"http://127.0.0.1:{port or self.port}{folder}/{file or name}"
        return Phone(url, self.username, self.password)

    def fetch(self, *, authorization: str | None = None) -> Answer:
        """Fetch the book. Raises OSError when nobody answers."""
        request = (
            f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUser-Agent: {AGENT}\r\n"
            f"Authorization: {authorization or self.authorization}\r\nConnection: close\r\n\r\n"
        )
        parts: list[bytes] = []
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=30)) as connection:
            connection.sendall(request.encode("latin-1"))
            while data := connection.recv(_BUFFER):
                parts.append(data)
        head, _, body = b"".join(parts).partition(b"\r\n\r\n")
        if not head:
            raise ConnectionError("the connection was closed without an answer")
        return Answer(int(head.split(b" ", 2)[1]), head, body)


def free_port() -> int:
    """A TCP port that is free now, below those that the system gives to whoever connects.

    So nobody gets it by chance while its server is being started again.
    """
    for port in random.sample(range(10_000, 32_000), 1_000):
        with closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("there is no free port below 32000")
