"""Talking SMTP with the `emails` library, imported only when a mail leaves. Blocking; see `mail.delivery`.

Three things of the library are replaced: it does not verify certificates, it sends anew by itself when the connection
ends (a mail could arrive twice), and it connects twice for TLS from the first byte.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final, TypeVar

from emails.backend.response import SMTPResponse
from emails.backend.smtp.backend import SMTPBackend
from emails.backend.smtp.client import SMTPClientWithResponse

from phonebook_server.config import Smtp
from phonebook_server.mail.line import Line

CONNECT_SECONDS: Final = 10.0
QUIT_SECONDS: Final = 2.0

T = TypeVar("T")


class Client(SMTPClientWithResponse):
    """One talk. Connects, encrypts with a verified certificate and signs in when it is made."""

    def __init__(self, parent: SMTPBackend, *, line: Line, smtp: Smtp, name: str, seconds: float) -> None:
        self._line, self._smtp, self._seconds = line, smtp, seconds
        self._context = ssl.create_default_context() if smtp.tls != "none" else None
        super().__init__(  # type: ignore[no-untyped-call]  # the library is typed in parts
            parent,
            host=smtp.host,
            port=smtp.port,
            local_hostname=name,
            timeout=CONNECT_SECONDS,
            tls=smtp.tls == "starttls",
            user=smtp.user or None,
            password=smtp.password,
        )

    def starttls(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        """Encrypt. Raises SMTPNotSupportedError when it is not offered, SSLError when the server cannot be trusted."""
        return smtplib.SMTP.starttls(self, context=self._context)

    def send(self, s: Any) -> None:
        """Only the mail itself is bytes; commands are text."""
        if isinstance(s, str):
            super().send(s)
            return
        self._line.begin()
        super().send(s)
        self._line.sent = True

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((host, port), timeout)
        try:
            self._line.hold(connection)
            connection.settimeout(self._seconds + 5)  # whoever cuts off is first, and says why
            if self._smtp.tls == "tls" and self._context is not None:
                return self._context.wrap_socket(connection, server_hostname=host)
        except BaseException:
            connection.close()
            raise
        return connection


class _Backend(SMTPBackend):
    """The library's, with our client, and without its second try."""

    def __init__(self, make: Callable[[SMTPBackend], Client]) -> None:
        super().__init__(fail_silently=False, host="", port=0)
        self._make = make

    def get_client(self) -> SMTPClientWithResponse:
        if self._client is None:
            self._client = self._make(self)
        return self._client

    def retry_on_disconnect(self, func: Callable[..., T]) -> Callable[..., T]:
        return func


def talk(message: Any, smtp: Smtp, *, line: Line, name: str, seconds: float, options: list[str]) -> SMTPResponse:
    """Send an `emails.Message`; `name` is what we call ourselves, `seconds` the longest wait for one answer.

    Raises what smtplib, ssl and socket raise, and CutOff.
    """
    backend = _Backend(lambda parent: Client(parent, line=line, smtp=smtp, name=name, seconds=seconds))
    try:
        response = message.send(smtp=backend, smtp_mail_options=options)
        assert isinstance(response, SMTPResponse)  # there is always a recipient
        return response
    finally:
        _leave(backend)
        line.let_go()


def try_out(smtp: Smtp, *, line: Line, name: str, seconds: float) -> str:
    """Connect, encrypt, sign in and leave, without a mail. Gives the server's last reply. Raises like `talk`."""
    backend = _Backend(lambda parent: Client(parent, line=line, smtp=smtp, name=name, seconds=seconds))
    try:
        client = backend.get_client()
        code, text = client.noop()
        return f"{code} {text.decode(errors='replace')}"
    finally:
        _leave(backend)
        line.let_go()


def _leave(backend: SMTPBackend) -> None:
    """Say goodbye, shortly: what came of the mail is known by now."""
    client = backend._client
    if client is None:
        return
    if client.sock is not None:
        client.sock.settimeout(QUIT_SECONDS)
    try:
        client.quit()  # type: ignore[no-untyped-call]  # the library is typed in parts
    except (OSError, smtplib.SMTPException):
        client.close()
