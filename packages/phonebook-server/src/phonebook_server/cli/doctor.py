"""`phonebook doctor`: looks at everything an installation needs, changes nothing, and says what to do."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Literal

import click
import msgspec

from phonebook_core.errors import ConfigError, PhonebookError
from phonebook_server.cli.opened import json_option, print_json
from phonebook_server.config import Config, is_loopback, load_config, warnings

FREE_FAIL: Final = 100 * 1024**2
FREE_WARN: Final = 1024**3
"""Bytes free on the disk."""
SECONDS: Final = 15.0


class Finding(msgspec.Struct, frozen=True):
    """What one check found, in a sentence."""

    check: str
    result: Literal["ok", "warn", "fail"]
    message: str


@click.command()
@click.option("--mail", "address", metavar="ADDRESS", help="Send a test mail there and print the server's answer.")
@json_option
def doctor(address: str | None, as_json: bool) -> None:
    """Check the installation: configuration, data folder, database, secret, public URL, SMTP, the running server.

    Changes nothing. The exit code is 1 when something must be corrected.
    """
    findings: list[Finding] = []
    for finding in examine(address):
        findings.append(finding)
        if not as_json:
            click.echo(f"{finding.result:4}  {finding.check}: {finding.message}")
    if as_json:
        print_json(findings)
    if any(finding.result == "fail" for finding in findings):
        sys.exit(1)


def examine(address: str | None) -> Iterator[Finding]:
    """Every check in turn. With `address` a test mail is sent there."""
    try:
        config = load_config(os.environ, cwd=Path.cwd())
    except ConfigError as error:
        for problem in error.problems:
            yield Finding("configuration", "fail", f"{problem.field}: {problem.message}")
        return
    doubts = warnings(os.environ, config)
    yield from (Finding("configuration", "warn", sentence) for sentence in doubts)
    if not doubts:
        yield Finding("configuration", "ok", "Every variable can be read.")
    checks: tuple[Callable[[Config], Iterator[Finding]], ...] = (
        check_folder,
        check_database,
        check_secret,
        check_public_url,
        check_running,
        check_proxies,
    )
    for check in checks:
        yield from check(config)
    yield from check_smtp(config, address)


def check_folder(config: Config) -> Iterator[Finding]:
    """The data folder: there, ours alone, on a local disk with room."""
    from phonebook_server.db.folder import NETWORK_FILE_SYSTEMS, file_system

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
    from phonebook_server.db.migrate import HEAD, known_versions, schema_version

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
    from urllib.parse import urlsplit

    name, url = "public URL", config.public_url
    if is_loopback(urlsplit(url).hostname or ""):
        advice = "Set PHONEBOOK_PUBLIC_URL to the address that people and phones reach."
        yield Finding(name, "warn", f"{url} works on this machine only, also in mails. {advice}")
    elif not config.is_https:
        advice = "Put a proxy with TLS in front and begin the URL with https."
        yield Finding(name, "warn", f"{url} is not encrypted: passwords can be read on the way. {advice}")
    else:
        yield Finding(name, "ok", f"{url} is what links in mails begin with.")


def check_running(config: Config) -> Iterator[Finding]:
    """Whether a server answers at the port."""
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104  # where to knock
    url = f"http://{f'[{host}]' if ':' in host else host}:{config.port}/health/ready"
    try:
        with urlopen(url, timeout=SECONDS) as answer:  # it begins with http
            ready = answer.status == 200 and b'"ready"' in answer.read(1000)
    except HTTPError as error:
        yield Finding("server", "fail", f"Something answers at {url}, but with {error.code}. See the server's log.")
    except (URLError, OSError) as error:
        yield Finding("server", "warn", f"No server answers at {url} ({error}). Start it with `phonebook serve`.")
    else:
        if ready:
            yield Finding("server", "ok", f"It answers at {url}.")
        else:
            yield Finding("server", "fail", f"Another program answers at {url}. Use another PHONEBOOK_PORT.")


def check_proxies(config: Config) -> Iterator[Finding]:
    """With https there is a proxy in front, whose word about addresses must be taken."""
    if config.trusted_proxies:
        yield Finding("proxies", "ok", f"X-Forwarded-For is believed from {', '.join(config.trusted_proxies)}.")
    elif config.is_https:
        advice = "Set PHONEBOOK_TRUSTED_PROXIES to its address, as 127.0.0.1."
        message = f"The public URL is https, so a proxy is in front, but none is trusted: all count as one. {advice}"
        yield Finding("proxies", "warn", message)


def check_smtp(config: Config, address: str | None) -> Iterator[Finding]:
    """Whether mails can leave: connects, encrypts and signs in; with `address` a mail goes out."""
    smtp = config.smtp_url
    if smtp is None:
        message = (
            "No SMTP server is configured (PHONEBOOK_SMTP_URL), so no mail leaves; links must be passed on by hand."
        )
        yield Finding("mail", "fail" if address else "warn", message)
        return
    from phonebook_server.mail.delivery import explain, host_name
    from phonebook_server.mail.line import Line
    from phonebook_server.mail.talk import try_out

    try:
        answer = try_out(smtp, line=Line(), name=host_name(config), seconds=SECONDS)
    except Exception as error:  # what the network and the server do is an answer for people
        yield Finding("mail", "fail", explain(smtp, error).answer)
        return
    signed_in = f", the sign-in as {smtp.user} works" if smtp.user else ""
    yield Finding("mail", "ok", f"{smtp} can be reached{signed_in} ({answer}). Mails are from {config.mail_from}.")
    if address:
        yield _send(config, address)


def _send(config: Config, address: str) -> Finding:
    from phonebook_server.ids import new_id
    from phonebook_server.mail.delivery import Delivery, Letter
    from phonebook_server.mail.kind import Kind
    from phonebook_server.mail.texts import Content, render
    from phonebook_server.opening import now_ms
    from phonebook_server.people.users import normalize_email

    assert config.smtp_url is not None  # the caller has tried it out
    try:
        to = normalize_email(address)
    except PhonebookError as error:
        return Finding("test mail", "fail", error.message)
    content = Content(kind=Kind.TEST, language="en", name="", values={}, link="", expires_at=None)
    text = render(content, config.public_url)
    letter = Letter(id=new_id(), to=to, name="", language="en", text=text, at=now_ms())

    async def deliver() -> Finding:
        assert config.smtp_url is not None  # as above
        delivered = await Delivery(config, config.smtp_url, letter).run()
        if delivered.outcome == "sent":
            return Finding("test mail", "ok", f"The server took the mail to {to}: {delivered.answer}")
        return Finding("test mail", "fail", f"The mail to {to} was not sent: {delivered.answer}")

    return asyncio.run(deliver())
