"""A small real HTTP server of our own in a thread, that answers as a test wants it to, well or badly."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple

import httpx


class Asked(NamedTuple):
    """A request that came."""

    method: str
    path: str
    headers: httpx.Headers
    body: bytes


class Reply(NamedTuple):
    """What is answered. `write` may send the body itself, in whatever way."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    write: Callable[[Any], None] | None = None


class Web:
    """Use it as a context manager. `reply` decides what is answered; `asked` is what came."""

    def __init__(self, reply: Callable[[Asked], Reply] | None = None) -> None:
        self.asked: list[Asked] = []
        self.reply: Callable[[Asked], Reply] = reply or (lambda _: Reply(404))
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

            def answer(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                asked = Asked(
                    self.command, self.path, httpx.Headers(dict(self.headers.items())), self.rfile.read(length)
                )
                web.asked.append(asked)
                reply = web.reply(asked)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.write is None and "Content-Length" not in reply.headers:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if reply.write is not None:
                    reply.write(self)
                    self.close_connection = True
                else:
                    self.wfile.write(reply.body)
                    if "Content-Length" in reply.headers:
                        self.close_connection = True

            do_GET = do_PUT = do_POST = do_PROPFIND = do_REPORT = do_HEAD = answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    def __enter__(self) -> Web:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def relay(url: str) -> Callable[[Asked], Reply]:
    """A `reply` that passes everything on to a server elsewhere, and its answer back."""
    client = httpx.Client(base_url=url, timeout=30)

    def passed_on(asked: Asked) -> Reply:
        left = ("host", "content-length", "connection", "accept-encoding")
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in left}
        answer = client.request(asked.method, asked.path, headers=headers, content=asked.body)
        kept = {"content-type", "etag", "location", "www-authenticate", "dav"}
        return Reply(answer.status_code, answer.content, {k: v for k, v in answer.headers.items() if k in kept})

    return passed_on
