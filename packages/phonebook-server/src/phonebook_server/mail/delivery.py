"""One try to deliver one mail, in a thread of its own that can be cut off at any time."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import threading
from datetime import UTC, datetime
from email import policy
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from phonebook_server.config import Config, Smtp
from phonebook_server.mail.line import Line
from phonebook_server.mail.texts import Text

TALK_SECONDS: Final = 30.0
"""How long a delivery may take in all."""
MAX_ANSWER: Final = 500
NOT_ABOUT_THE_MAIL: Final = frozenset({530, 534, 535, 538})
"""Refusals of whoever sends: corrected in the configuration, after which the mail can go."""


class Letter(Struct, frozen=True, kw_only=True):
    """A mail as it leaves. `id` makes its Message-ID; `at` is its date in UTC milliseconds."""

    id: str
    to: str
    name: str
    language: str
    text: Text
    at: int


class Delivered(Struct, frozen=True, kw_only=True):
    """What came of it, with the server's answer or a sentence.

    `sent`: the server has it. `refused`: it said that it will never take it. `later`: it does not have it, and another
    try may work. `unsure`: it got the whole mail and did not say whether it keeps it.
    """

    outcome: Literal["sent", "refused", "later", "unsure"]
    answer: str


class Delivery:
    """One try. `run` it once; `cut_off` ends it soon, whatever the server does."""

    def __init__(self, config: Config, smtp: Smtp, letter: Letter, *, seconds: float = TALK_SECONDS) -> None:
        self._config, self._smtp, self._letter, self._seconds = config, smtp, letter, seconds
        self._line = Line()
        self._cut = ""

    async def run(self) -> Delivered:
        """Deliver it. Raises nothing for what network and server do, and ends within its seconds, or soon after."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Delivered] = loop.create_future()

        def finish(delivered: Delivered) -> None:
            if not done.done():
                done.set_result(delivered)

        def work() -> None:
            delivered = self._deliver()
            try:
                loop.call_soon_threadsafe(finish, delivered)
            except RuntimeError:  # the loop has ended: nobody waits any more
                return

        # No thread of the loop's pool: one that waits for a name server would hold up the end of the process.
        threading.Thread(target=work, name="mail", daemon=True).start()
        timers = [
            loop.call_later(self._seconds, self.cut_off, f"It took more than {self._seconds:.0f} seconds."),
            loop.call_later(self._seconds + 2, lambda: finish(self._undone(began=self._line.began))),
        ]
        try:
            return await done
        finally:
            for timer in timers:
                timer.cancel()

    def cut_off(self, why: str) -> None:
        """End the talk; `why` is a sentence about it. A mail that has not begun to go out never will."""
        self._cut = self._cut or why
        self._line.cut_off()

    def _deliver(self) -> Delivered:
        from phonebook_server.mail.talk import talk  # here in the thread: it takes a third of a second

        try:
            message, options = write(self._config, self._letter)
            response = talk(
                message,
                self._smtp,
                line=self._line,
                name=host_name(self._config),
                seconds=self._seconds,
                options=options,
            )
        except Exception as error:  # what the network, the server or the library does is an answer for people
            if self._line.sent and not isinstance(error, smtplib.SMTPDataError):
                return self._undone(began=True)
            return self._undone(began=False) if self._cut else explain(self._smtp, error)
        return Delivered(outcome="sent", answer=_text(response.status_code, response.status_text))

    def _undone(self, *, began: bool) -> Delivered:
        """What came of a talk that ended without an answer to the mail."""
        why = f" {self._cut}" if self._cut else ""
        if began:
            return Delivered(
                outcome="unsure",
                answer=f"{self._smtp} got the mail and did not confirm it, so it may have arrived.{why} "
                "Send it again if not.",
            )
        return Delivered(outcome="later", answer=f"{self._smtp} did not take the mail in time.{why}")


def write(config: Config, letter: Letter) -> tuple[Any, list[str]]:
    """The mail as a `Message` of `emails`, and the options of SMTP that it needs."""
    from emails.message import Message

    is_plain = letter.to.rpartition("@")[0].isascii()  # another needs SMTPUTF8; domains have an ASCII form
    message = Message(
        message_id=f"<{letter.id}@{host_name(config)}>",
        date=format_datetime(datetime.fromtimestamp(letter.at / 1000, UTC)),
        subject=letter.text.subject,
        mail_from=config.mail_from,
        mail_to=[(letter.name if is_plain else "", letter.to)],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": letter.language},
        text=letter.text.plain,
        html=letter.text.html,
    )
    if is_plain:
        return message, []
    unicode: Any = message
    unicode.policy = policy.SMTPUTF8  # it cannot carry long names; the address says enough
    return message, ["SMTPUTF8"]


def explain(smtp: Smtp, error: Exception) -> Delivered:
    """What a talk that ended with this error means for the mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _refusal(int(code), text)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        reply = _text(error.smtp_code, error.smtp_error)
        return _later(f"{smtp} did not accept the user and password of PHONEBOOK_SMTP_URL: {reply}")
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return _later(f"{smtp} does not talk to us: {_text(error.smtp_code, error.smtp_error)}")
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        if "SMTPUTF8" in str(error):
            return Delivered(
                outcome="refused",
                answer=f"{smtp} cannot send to addresses with letters beyond a to z before the @.",
            )
        lacking = "STARTTLS" if "STARTTLS" in str(error) else "signing in with user and password"
        return _later(
            f"{smtp} does not offer {lacking}, so nothing was sent. Correct PHONEBOOK_SMTP_URL or the server."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return _later(f"The certificate of {smtp} cannot be trusted ({error.verify_message}), so nothing was sent.")
    if isinstance(error, ssl.SSLError):
        return _later(
            f"TLS with {smtp} failed ({error.reason or error}). Check the port and `tls` of PHONEBOOK_SMTP_URL."
        )
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _later(f"{smtp} ended the connection ({error}).")
    if isinstance(error, UnicodeError):
        return _later(f"The address, the user or the password has letters that {smtp} cannot be told ({error}).")
    if isinstance(error, OSError):
        return _later(f"{smtp} cannot be reached: {error.strerror or error}.")
    return _later(f"The mail could not be handed to {smtp}: {type(error).__name__}: {error}")


def host_name(config: Config) -> str:
    """What we call ourselves: the host of the public URL, an address in brackets."""
    host = urlsplit(config.public_url).hostname or "localhost"
    try:
        ip = ip_address(host)
    except ValueError:
        return host
    return f"[IPv6:{host}]" if ip.version == 6 else f"[{host}]"


def _refusal(code: int, text: bytes | str) -> Delivered:
    never = code >= 500 and code not in NOT_ABOUT_THE_MAIL
    return Delivered(outcome="refused" if never else "later", answer=_text(code, text))


def _later(answer: str) -> Delivered:
    return Delivered(outcome="later", answer=answer[:MAX_ANSWER])


def _text(code: int | None, text: bytes | str | None) -> str:
    """A reply of the server as one line."""
    words = text.decode(errors="replace") if isinstance(text, bytes) else text or ""
    return " ".join("".join(c if c.isprintable() else " " for c in f"{code or ''} {words}").split())[:MAX_ANSWER]
