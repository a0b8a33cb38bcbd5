"""Looking at what an installation needs, without changing anything: for `phonebook doctor` and for administrators."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from phonebook_core.errors import PhonebookError
from phonebook_server.config import Config, is_loopback
from phonebook_server.db.folder import NETWORK_FILE_SYSTEMS, file_system
from phonebook_server.db.migrate import HEAD, known_versions, schema_version

FREE_FAIL: Final = 100 * 1024**2
FREE_WARN: Final = 1024**3
"""Bytes free on the disk."""


class Finding(msgspec.Struct, frozen=True):
    """What one check found, in a sentence."""

    check: str
    result: Literal["ok", "warn", "fail"]
    message: str


def check_folder(config: Config) -> Iterator[Finding]:
    """The data folder: there, ours alone, on a local disk with room."""
    name, path = "data folder", config.data_dir
    if not path.is_dir():
        yield Finding(name, "warn", f"{path} does not exist yet. `phonebook serve` makes it.")
        return
    kind = file_system(path)
    if kind in NETWORK_FILE_SYSTEMS:
        yield Finding(name, "fail", f"{path} is on a network file system ({kind}). Move it to a local disk.")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(name, "fail", f"{path} cannot be written by this user. Run this as the server's user.")
        return
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        yield Finding(name, "warn", f"{path} can be entered by others (mode {mode:04o}). Run `chmod 700 {path}`.")
    space = os.statvfs(path)
    free = space.f_bavail * space.f_frsize
    told = f"{free / 1024**3:.1f} GiB are free."
    if free < FREE_WARN:
        yield Finding(name, "fail" if free < FREE_FAIL else "warn", f"Only {told} Make room on the disk of {path}.")
    elif not mode & 0o077 and kind not in NETWORK_FILE_SYSTEMS:
        yield Finding(name, "ok", f"{path} is this user's alone; {told}")


def check_database(config: Config) -> Iterator[Finding]:
    """The database: of this version, and whole. It is only read."""
    name, path = "database", config.database_path
    if not path.exists():
        yield Finding(name, "warn", f"{path} does not exist yet. `phonebook serve` makes it.")
        return
    try:
        version = schema_version(path)
        with closing(sqlite3.connect(f"file:{path.as_posix().replace('?', '%3f')}?mode=ro", uri=True)) as connection:
            [faults] = [[row[0] for row in connection.execute("PRAGMA quick_check(5)")]]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except PhonebookError as error:
        yield Finding(name, "fail", error.message)
        return
    except sqlite3.Error as error:
        yield Finding(name, "fail", f"{path} cannot be read ({error}). Restore it from a backup.")
        return
    if faults != ["ok"]:
        yield Finding(name, "fail", f"{path} is damaged ({faults[0]}). Stop the server and restore a backup.")
    if orphans:
        message = f"{len(orphans)} rows belong to nothing, first in “{orphans[0][0]}”. Please report this."
        yield Finding(name, "fail", message)
    if version == HEAD:
        if faults == ["ok"] and not orphans:
            yield Finding(name, "ok", f"{path} is whole and has schema {HEAD}.")
    elif version in known_versions() or not version:
        message = (
            f"It has schema {version or 'none'}, this version {HEAD}. Run `phonebook migrate`, or start the server."
        )
        yield Finding(name, "warn", message)
    else:
        yield Finding(name, "fail", f"It was made by a newer version (schema {version}). Install that one again.")


def check_secret(config: Config) -> Iterator[Finding]:
    """The installation's secret: there, and its owner's alone."""
    name, path = "secret", config.data_dir / "secret"
    try:
        mode, content = path.stat().st_mode & 0o777, path.read_bytes()
    except FileNotFoundError:
        if config.database_path.exists():
            yield Finding(name, "fail", f"{path} is missing, though there is a database. Restore it from a backup.")
        else:
            yield Finding(name, "warn", f"{path} does not exist yet. `phonebook serve` makes it.")
        return
    except OSError as error:
        yield Finding(name, "fail", f"{path} cannot be read ({error.strerror}). Correct its owner.")
        return
    if len(content) < 32:
        yield Finding(name, "fail", f"{path} is too short to be a secret. Restore it from a backup.")
    elif mode & 0o077:
        yield Finding(name, "fail", f"{path} can be read by others (mode {mode:04o}). Run `chmod 600 {path}`.")
    else:
        yield Finding(name, "ok", f"{path} can be read by its owner only.")


def check_public_url(config: Config) -> Iterator[Finding]:
    """Whether people and phones can reach the address in links, safely."""
    name, url = "public URL", config.public_url
    if is_loopback(urlsplit(url).hostname or ""):
        advice = "Set PHONEBOOK_PUBLIC_URL to the address that people and phones reach."
        yield Finding(name, "warn", f"{url} works on this machine only, also in mails. {advice}")
    elif not config.is_https:
        advice = "Put a proxy with TLS in front and begin the URL with https."
        yield Finding(name, "warn", f"{url} is not encrypted: passwords can be read on the way. {advice}")
    else:
        yield Finding(name, "ok", f"{url} is what links in mails begin with.")


def check_proxies(config: Config) -> Iterator[Finding]:
    """With https there is a proxy in front, whose word about addresses must be taken."""
    if config.trusted_proxies:
        yield Finding("proxies", "ok", f"X-Forwarded-For is believed from {', '.join(config.trusted_proxies)}.")
    elif config.is_https:
        advice = "Set PHONEBOOK_TRUSTED_PROXIES to its address, as 127.0.0.1."
        message = f"The public URL is https, so a proxy is in front, but none is trusted: all count as one. {advice}"
        yield Finding("proxies", "warn", message)
