"""Known devices: browsers that signed in before, told by a cookie of their own that outlives sessions.

They are not held up by strangers' tries, and only a sign-in from another one is told by mail. The cookie opens
nothing by itself.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_server.config import Config
from phonebook_server.db.tables import KnownDevice, User
from phonebook_server.ids import hashed

LIFE_MS: Final = 400 * 24 * 60 * 60 * 1000
"""How long a device stays known without a sign-in: the longest that browsers keep a cookie."""
MOST: Final = 50
"""Devices that are remembered for one user."""

_BROWSERS: Final = (
    ("Edg(?:e|A|iOS)?/", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/|FxiOS/", "Firefox"),
    ("Chrome/|CriOS/|Chromium/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh|Mac OS X", "macOS"),
    ("Linux|X11", "Linux"),
)
_PRODUCT: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")


def device_cookie(config: Config) -> str:
    """The name of the cookie."""
    return "__Host-phonebook-device" if config.is_https else "phonebook-device"


def device_secret(session: str) -> str:
    """The device cookie that comes with a new session: made from the session's secret, which it does not give away."""
    return hashlib.sha256(f"device/{session}".encode()).hexdigest()


def knows_device(device: str, now: int) -> ColumnElement[bool]:
    """The condition, in a query of users, that the user signed in with this device before."""
    return exists(
        select(KnownDevice.id_hash).where(
            KnownDevice.user_id == User.id, KnownDevice.id_hash == _hashed(device), KnownDevice.seen_at > now - LIFE_MS
        )
    )


def knows_any_device() -> ColumnElement[bool]:
    """The condition, in a query of users, that the user signed in with any device before."""
    return exists(select(KnownDevice.id_hash).where(KnownDevice.user_id == User.id))


async def remember_device(connection: AsyncConnection, user_id: str, *, before: str, device: str, now: int) -> None:
    """Note that the user signed in here, in the caller's transaction. The cookie was `before` and is `device` now.

    It is new at every sign-in, so that one that somebody else had chosen or seen is worth nothing afterwards. Who else
    uses this browser stays known in it.
    """
    if before:
        await connection.execute(
            update(KnownDevice).where(KnownDevice.id_hash == _hashed(before)).values(id_hash=_hashed(device))
        )
    mine = KnownDevice.user_id == user_id
    known = await connection.execute(
        update(KnownDevice).where(mine, KnownDevice.id_hash == _hashed(device)).values(seen_at=now)
    )
    if known.rowcount:
        return
    await connection.execute(
        insert(KnownDevice).values(id_hash=_hashed(device), user_id=user_id, created_at=now, seen_at=now)
    )
    newest = select(KnownDevice.id_hash).where(mine).order_by(KnownDevice.seen_at.desc()).limit(MOST)
    await connection.execute(
        delete(KnownDevice).where(mine, (KnownDevice.seen_at <= now - LIFE_MS) | KnownDevice.id_hash.not_in(newest))
    )


def describe_device(user_agent: str) -> str:
    """Browser and system as people call them (`Firefox, Windows`), as far as the browser tells; else `unknown`."""
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, user_agent)), "")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    if not browser and (product := _PRODUCT.match(user_agent)):
        browser = product[0]
    return ", ".join(part for part in (browser, system) if part) or "unknown"


def _hashed(secret: str) -> str:
    return hashed(secret) if secret.isascii() else ""
