"""Why a phone does not load its phonebook, in plain words. Pure: from what is known to findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Auth
from phonebook_server.checks import iso
from phonebook_server.phones.finding import (
    Finding,
    ServiceAround,
    Severity,
    service_off,
    service_unavailable,
    worst_first,
)
from phonebook_server.phones.known import DAY_MS, KnownPhone

GAPS: Final = 4
"""A phone that has not asked for so many times its usual interval (and a day at least) is silent."""
SETTLING_MS: Final = 10 * 60_000
"""A failure this shortly before a success of another file still counts: the phone asks for both."""


class Held(Struct, frozen=True, kw_only=True):
    """Which state of the book a phone holds. `stale_since` is when something newer came, None: that is not known."""

    current: bool
    stale_since: int | None = None


FINE: Final = Finding(code="ok", severity=Severity.OK, message="It gets the phonebook, and has the newest state.")


def diagnose(phone: KnownPhone, held: Held | None, service: ServiceAround | None, now: int) -> list[Finding]:
    """What there is to say about a phone, the worst first; never nothing. `held`: None when it never got the book."""
    return worst_first(_findings(phone, held, service, now)) or [FINE]


def _findings(phone: KnownPhone, held: Held | None, service: ServiceAround | None, now: int) -> Iterator[Finding]:
    if service is None or not service.on:
        yield service_off(phone.slug if service is None else service.label)
    elif _fails(phone):
        yield _failure(phone, service, now)
    elif phone.last_auth == Auth.FORMER:
        yield _former(service, now)
    elif service.state is not State.ENABLED:
        yield service_unavailable(service, Severity.WARNING)
    if phone.ok_at is None:
        message = "It has asked, but never got the phonebook."
        yield Finding(code="never_fetched", severity=Severity.WARNING, message=message)
    silent = max(GAPS * phone.every_ms, DAY_MS) if phone.every_ms is not None else 7 * DAY_MS
    if now - phone.last_at > silent:
        every = round(phone.every_ms / 1000) if phone.every_ms is not None else None
        usually = "" if every is None else f", though it usually asks {_often(every)}"
        yield Finding(
            code="stale",
            severity=Severity.WARNING,
            message=f"It has not asked since {iso(phone.last_at)}{usually}. It may be off, have another address, or "
            "have lost its settings.",
            values={"last_at": iso(phone.last_at), "every_seconds": every},
        )
    if held is not None and not held.current:
        since = held.stale_since
        late = since is not None and now - since > max(2 * (phone.every_ms or 0), DAY_MS)
        message = (
            "It holds an older state of the phonebook. Let it update: open the phonebook there, or restart it."
            if late
            else "It gets the newest changes when it next asks."
        )
        yield Finding(
            code="old_book",
            severity=Severity.WARNING if late else Severity.INFO,
            message=message,
            values={"stale_since": iso(since) if since is not None else None},
        )


def _fails(phone: KnownPhone) -> bool:
    """Whether its last failure still stands."""
    if phone.failed_at is None:
        return False
    if phone.ok_at is None or phone.failed_at > phone.ok_at:
        return True
    return phone.failed_file != phone.ok_file and phone.failed_at >= phone.ok_at - SETTLING_MS


def _failure(phone: KnownPhone, service: ServiceAround, now: int) -> Finding:
    status, auth = phone.failed_status, phone.failed_auth
    at = iso(phone.failed_at or phone.last_at)
    match auth:
        case Auth.NONE if phone.login_since:
            return Finding(
                code="cannot_send_credentials",
                severity=Severity.ERROR,
                message=f"It asks without a password: firmware before {phone.login_since} has no fields for one, and "
                f"this is {phone.firmware}. Put the user name and password into the address, as the configuration for "
                "older firmware has it, or update the firmware.",
                values={"firmware": phone.firmware, "since": phone.login_since},
            )
        case Auth.NONE:
            return Finding(
                code="no_credentials",
                severity=Severity.ERROR,
                message="It asks without a user name and password. Enter both in the phone's settings for the "
                "phonebook; where there are no fields for them, put them into the address.",
            )
        case Auth.THROTTLED:
            message = (
                "Too many wrong passwords came from its address. Correct its settings; the right one works at once."
            )
            return Finding(code="throttled", severity=Severity.ERROR, message=message, values={"at": at})
        case Auth.FORMER:
            return _former(service, now)
    if status == 429:
        message = "Too many wrong passwords came from its address. Correct its settings; the right one works at once."
        return Finding(code="throttled", severity=Severity.ERROR, message=message, values={"at": at})
    if status in (401, 403):
        message = "Its user name or password is wrong. Compare both with those shown for the vendor service."
        return Finding(code="wrong_password", severity=Severity.ERROR, message=message, values={"at": at})
    if status == 503:
        troubled = service.state is not State.ENABLED
        return service_unavailable(service, Severity.ERROR if troubled else Severity.WARNING)
    if status == 404 and phone.failed_file not in service.files:
        names = ", ".join(service.files)
        instead = f" There is: {names}." if names else ""
        return Finding(
            code="not_found_path",
            severity=Severity.ERROR,
            message=f"It asks for “{phone.failed_file}”, which there is not. Correct the address in its settings."
            + instead,
            values={"file": phone.failed_file, "files": list(service.files)},
        )
    if status == 404:
        return Finding(
            code="service_was_off",
            severity=Severity.WARNING,
            message=f"{service.label} was turned off when it last asked. It gets the phonebook when it next asks.",
            values={"service": service.label},
        )
    message = f"Its last request was answered with the status {status}. See the requests for more."
    return Finding(code="failed", severity=Severity.ERROR, message=message, values={"status": status})


def _former(service: ServiceAround, now: int) -> Finding:
    until, rotated = service.former_until, service.rotated_at
    values = {"rotated_at": iso(rotated) if rotated else None, "until": iso(until) if until else None}
    when = f" at {iso(rotated)}" if rotated else ""
    if until is not None and now < until:
        message = f"It still uses the password from before the change{when}, which works until {iso(until)}."
        return Finding(
            code="former_password", severity=Severity.WARNING, message=f"{message} Enter the new one.", values=values
        )
    message = f"It uses the password from before the change{when}, which works no longer. Enter the new one."
    return Finding(code="former_password", severity=Severity.ERROR, message=message, values=values)


def _often(seconds: int) -> str:
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"every {round(seconds / size)} {name}"
    return "every few minutes" if seconds < 3_600 else "every hour"
