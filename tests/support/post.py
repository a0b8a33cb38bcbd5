"""A real SMTP server that keeps what it gets, and behaves as badly as it is told to."""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PATIENCE: Final = 60.0
USER: Final = "phonebook"
PASSWORD: Final = "p@ss word:/?"
OK: Final = "250 2.0.0 OK"


@dataclass(frozen=True)
class Letter:
    """A mail that was taken."""

    to: str
    sender: str
    message: EmailMessage
    raw: bytes
    over_tls: bool
    signed_in: bool

    @property
    def subject(self) -> str:
        return str(self.message["subject"])

    @property
    def plain(self) -> str:
        """The plain text."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML."""
        return self._body("html")

    @property
    def links(self) -> list[str]:
        """The URLs that stand on a line of their own in the plain text."""
        return re.findall(r"^(https?://\S+)$", self.plain, re.MULTILINE)

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"there is no {kind} part"
        return str(part.get_content()).replace("\r\n", "\n")


class Post:
    """An SMTP server on a free port of this machine, in a thread of its own. Use it as a context manager.

    `tls` is `none`, `starttls` (offered and required) or `tls`; its certificate, for `localhost`, is signed by itself
    and in the file `certificate`. `answer` is the reply to every mail, by recipient when it is a function; `hang` names
    a command (`EHLO`, `RCPT`, `DATA`: after the text) that is never answered. Both may be changed at any time.
    """

    def __init__(self, *, tls: str = "none", login: bool = False) -> None:
        self.tls, self.login = tls, login
        self.letters: list[Letter] = []
        self.answer: str | Callable[[str], str] = OK
        self.hang = ""
        self.slow = 0.0
        """Seconds before each mail is answered."""
        self.talks = 0
        """How many connections there were."""
        self.hung = threading.Event()
        """Set when a client was left hanging."""
        self.port = 0
        self._connections: list[tuple[asyncio.Transport, Any]] = []
        self._folder = TemporaryDirectory()
        self.certificate = Path(self._folder.name) / "certificate.pem"
        self._context = make_certificate(self.certificate) if tls != "none" else None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def host(self) -> str:
        """How to reach it: by name where a certificate counts."""
        return "127.0.0.1" if self.tls == "none" else "localhost"

    @property
    def url(self) -> str:
        """What PHONEBOOK_SMTP_URL must be."""
        return self.url_with(self.tls)

    def url_with(self, tls: str) -> str:
        """A PHONEBOOK_SMTP_URL that asks for another kind of TLS."""
        login = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@" if self.login else ""
        return f"smtp://{login}{self.host}:{self.port}?tls={tls}"

    def wait_for(self, *, to: str | None = None, count: int = 1, patience: float = PATIENCE) -> list[Letter]:
        """The mails, to this address when it is given, as soon as there are `count`. Raises AssertionError."""
        until = time.monotonic() + patience
        while True:
            found = self.to(to)
            if len(found) >= count:
                return found
            assert time.monotonic() < until, f"{len(found)} mails instead of {count}: {[m.subject for m in found]}"
            time.sleep(0.02)

    async def arrived(self, *, to: str | None = None, count: int = 1, patience: float = PATIENCE) -> list[Letter]:
        """`wait_for`, for tests whose own loop runs the server."""
        return await asyncio.to_thread(self.wait_for, to=to, count=count, patience=patience)

    async def called(self) -> None:
        """Come back when somebody has connected."""
        until = time.monotonic() + PATIENCE
        while not self.talks:
            assert time.monotonic() < until, "nobody connected"
            await asyncio.sleep(0.01)

    def to(self, address: str | None = None) -> list[Letter]:
        """The mails so far, to this address when it is given."""
        return [letter for letter in list(self.letters) if address in (None, letter.to)]

    def drop(self) -> None:
        """End every connection without a word."""
        self._loop.call_soon_threadsafe(self._drop)

    def __enter__(self) -> Post:
        self._thread.start()
        assert self._ready.wait(PATIENCE), "the SMTP server did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(PATIENCE)
        self._folder.cleanup()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()

        def protocol() -> SMTP:
            self.talks += 1
            return _Smtp(
                self,
                hostname="post.test",
                enable_SMTPUTF8=True,
                decode_data=False,
                tls_context=self._context if self.tls == "starttls" else None,
                require_starttls=self.tls == "starttls",
                auth_require_tls=False,
                authenticator=self._check,
                loop=self._loop,
            )

        context = self._context if self.tls == "tls" else None
        server = await self._loop.create_server(protocol, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        await _rounds()  # whom the loop has just let in becomes a connection first
        self._drop()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        while any(  # noqa: ASYNC110  # transports end in rounds of the loop that nobody is told of
            each.fileno() != -1 for _, each in self._connections
        ):
            await asyncio.sleep(0.01)
        await _rounds()

    def _drop(self) -> None:
        for connection, _ in self._connections:
            connection.abort()

    def _check(self, server: object, session: object, envelope: object, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.login.decode() == USER and data.password.decode() == PASSWORD
        return AuthResult(success=right, handled=False)

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        await self._hang("EHLO")
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._hang("RCPT")
        if self.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # its name
        await self._hang("DATA")
        await asyncio.sleep(self.slow)
        raw = envelope.content
        assert isinstance(raw, bytes)
        answer = self.answer if isinstance(self.answer, str) else self.answer(envelope.rcpt_tos[0])
        if answer.startswith("2"):
            message = message_from_string(raw.decode(), policy=default)
            assert isinstance(message, EmailMessage)
            for to in envelope.rcpt_tos:
                self.letters.append(
                    Letter(
                        to=to,
                        sender=str(envelope.mail_from),
                        message=message,
                        raw=raw,
                        over_tls=session.ssl is not None or self.tls == "tls",
                        signed_in=bool(session.authenticated),
                    )
                )
        return answer

    async def _hang(self, command: str) -> None:
        while self.hang == command:
            self.hung.set()
            await asyncio.sleep(0.02)


async def _rounds() -> None:
    """Let the loop finish what it has begun."""
    for _ in range(10):
        await asyncio.sleep(0)


class _Smtp(SMTP):
    """aiosmtpd's protocol, whose connections are known, so that they can be ended."""

    def connection_made(self, transport: Any) -> None:
        post: Post = self.event_handler
        post._connections.append((transport, transport.get_extra_info("socket")))
        super().connection_made(transport)


def make_certificate(path: Path, host: str = "localhost") -> ssl.SSLContext:
    """A server's TLS context with a certificate signed by itself; the certificate is written to `path`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(pem)
    both = path.with_name("server.pem")
    both.write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(both)
    return context
