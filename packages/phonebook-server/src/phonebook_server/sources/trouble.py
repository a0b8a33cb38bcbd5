"""Why a source cannot be read, as a sentence that says what to do: stable codes for programs, words for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct


class Choice(Struct, frozen=True, kw_only=True):
    """One of several address books that were found."""

    name: str
    url: str


class Trouble(Exception):
    """A source could not be read. Nothing was changed. `retry_after` (seconds) is set when the source asks to wait."""

    def __init__(
        self, code: str, message: str, *, choices: Sequence[Choice] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.choices = tuple(choices)
        self.retry_after = retry_after


MAX_WAIT: Final = 24 * 60 * 60
"""The most seconds that a source can ask to wait."""


def refused(status: int, *, where: str, signed_in: bool, sent: bool = True, retry_after: str = "") -> Trouble:
    """What an HTTP status that is no answer means. `where` names the server or address without anything secret.

    `signed_in`: there is a password; `sent`: it was sent to where the answer came from.
    """
    if status == 401 and signed_in and not sent:
        return Trouble(
            "redirected",
            f"The address passes on to {where}, which asks for a password. It is not sent to another server than the "
            "one you named: enter that address as the URL.",
        )
    if status == 401:
        message = (
            f"{where} does not accept the user name and password. Enter them again; with two-factor sign-in or single "
            "sign-on, make an app password there and use that."
            if signed_in
            else f"{where} asks for a user name and password. Enter them."
        )
        return Trouble("wrong_password" if signed_in else "password_needed", message)
    if status == 403:
        return Trouble("forbidden", f"{where} does not let this user read it. Share it with the user there.")
    if status == 404:
        return Trouble("not_found", f"There is nothing at {where} (404). Check the address; it may have been moved.")
    if status == 410:
        message = f"What was at {where} is gone for good (410). Enter its new address, or remove the source."
        return Trouble("gone", message)
    if status == 429 or status == 503:
        seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else None
        return Trouble(
            "busy",
            f"{where} is overloaded or under maintenance ({status}). It will be tried again by itself.",
            retry_after=None if seconds is None else min(seconds, MAX_WAIT),
        )
    if status >= 500:
        return Trouble(
            "server_error",
            f"{where} has an error of its own ({status}). It will be tried again by itself; if that stays, ask whoever "
            "runs it.",
        )
    return Trouble("unexpected", f"{where} answered {status}, which no address book does. Check the address.")


def web_page(where: str) -> Trouble:
    """There is a page for people where contacts should be."""
    return Trouble(
        "web_page",
        f"{where} answers with a web page, not with contacts; often that is a sign-in page. Enter the address of the "
        "file or address book itself, and a user name and password if it takes one.",
    )


def too_large(where: str, limit: int) -> Trouble:
    """More bytes than anybody's contacts have."""
    message = f"{where} answers with more than {limit // 1024**2} MiB. Split it there into several address books."
    return Trouble("too_large", message)


def broken_off(where: str) -> Trouble:
    """The answer ended in the middle."""
    return Trouble(
        "truncated",
        f"The answer of {where} broke off, so nothing of it was used. It will be tried again by itself.",
    )


def too_slow(seconds: float) -> Trouble:
    """The total deadline has passed."""
    return Trouble(
        "too_slow",
        f"It took longer than {seconds:.0f} seconds, so it was given up. It will be tried again by itself; if that "
        "stays, ask whoever runs the server, or split the address book.",
    )


def unreachable(where: str, reason: str) -> Trouble:
    """Nobody answers."""
    return Trouble(
        "unreachable", f"{where} cannot be reached: {reason}. Check the address, and whether that server runs."
    )


def bad_certificate(where: str, reason: str) -> Trouble:
    """TLS does not prove who is there."""
    return Trouble(
        "tls",
        f"{where} could not prove by its certificate that it is the right server: {reason}. Have the certificate "
        "mended there; one of your own authority must be known to the system that this server runs on.",
    )
