"""What is known of a phone from its requests, one after the other. Pure: a phone and a dispatch make a phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from phonebook_core.vendor_link.messages import Dispatch, Phone

DAY_MS: Final = 24 * 3_600_000
WEEK: Final = 7
"""Days that requests are counted for, today included."""
MAX_TEXT: Final = 255
_SAME_VISIT_MS: Final = 60_000
"""Requests closer than this belong together: a phone with several files, or one that tries again."""

Days = dict[str, tuple[int, int]]
"""Requests and failures by day, which is counted since 1970."""


class KnownPhone(Struct, frozen=True, kw_only=True):
    """A phone as it is stored; see `db.tables.Phone`."""

    id: str
    phonebook_id: str
    slug: str
    key: str
    vendor: str
    model: str
    firmware: str
    mac: str
    address: str
    user_agent: str
    login_since: str
    first_at: int
    last_at: int
    last_status: int
    last_auth: str
    last_file: str
    ok_at: int | None = None
    ok_file: str = ""
    token: str = ""
    failed_at: int | None = None
    failed_status: int = 0
    failed_auth: str = ""
    failed_file: str = ""
    every_ms: int | None = None
    days: Mapping[str, tuple[int, int]] = msgspec.field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many there were in the days that are counted."""
        return sum(requests for requests, _ in self.days.values())

    @property
    def failures(self) -> int:
        """How many of them failed."""
        return sum(failures for _, failures in self.days.values())


def key_of(phone: Phone) -> str:
    """What tells a phone from others: its MAC, else its address and what it calls itself."""
    return clean(phone.mac) or f"{clean(phone.address)} {clean(phone.user_agent)}"


def clean(text: str) -> str:
    """What a phone sent, cut and without NUL, which no database stores."""
    return text.replace("\0", "")[:MAX_TEXT]


def recent(days: Mapping[str, tuple[int, int]], now: int) -> Days:
    """The days that still count."""
    oldest = now // DAY_MS - WEEK
    return {day: counts for day, counts in days.items() if int(day) > oldest}


def after(before: KnownPhone | None, id: str, slug: str, dispatch: Dispatch, now: int) -> KnownPhone:
    """The phone after one more request. Those that come late count, but change nothing that is newer.

    `id` is for one that was not known. A service's clock that is ahead counts as `now`.
    """
    time = min(dispatch.time, now)
    phone, failed = dispatch.phone, dispatch.status >= 400
    if before is None:
        before = KnownPhone(
            id=id,
            phonebook_id=dispatch.phonebook,
            slug=slug,
            key=key_of(phone),
            vendor="", model="", firmware="", mac="", address="", user_agent="", login_since="",
            first_at=time,
            last_at=0,
            last_status=0,
            last_auth="",
            last_file="",
        )  # fmt: skip
    changes: dict[str, object] = {"first_at": min(before.first_at, time), "days": _counted(before, dispatch, time, now)}
    if time >= before.last_at:
        changes |= {name: clean(getattr(phone, name)) for name in _DESCRIBED}
        changes |= {
            "last_at": time,
            "last_status": dispatch.status,
            "last_auth": clean(dispatch.auth),
            "last_file": clean(dispatch.file),
            "every_ms": _every(before, time),
        }
    if failed and time >= (before.failed_at or 0):
        changes |= {
            "failed_at": time,
            "failed_status": dispatch.status,
            "failed_auth": clean(dispatch.auth),
            "failed_file": clean(dispatch.file),
        }
    elif not failed and time >= (before.ok_at or 0):
        changes |= {"ok_at": time, "ok_file": clean(dispatch.file)}
        if dispatch.token:
            changes["token"] = dispatch.token
    return msgspec.structs.replace(before, **changes)


_DESCRIBED: Final = ("vendor", "model", "firmware", "mac", "address", "user_agent", "login_since")


def _counted(before: KnownPhone, dispatch: Dispatch, time: int, now: int) -> Days:
    days = recent(before.days, now)
    day = str(time // DAY_MS)
    if time // DAY_MS > now // DAY_MS - WEEK:
        requests, failures = days.get(day, (0, 0))
        failed = dispatch.count if dispatch.status >= 400 else 0
        days[day] = requests + dispatch.count, failures + failed
    return days


def _every(before: KnownPhone, time: int) -> int | None:
    """How often it usually asks: the newest gaps weigh most."""
    gap = time - before.last_at
    if not before.last_at or gap < _SAME_VISIT_MS:
        return before.every_ms
    return gap if before.every_ms is None else (3 * before.every_ms + gap) // 4
