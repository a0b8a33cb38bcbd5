"""`phonebook doctor`: looks at everything an installation needs, changes nothing, and says what to do."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click

from phonebook_core.errors import ConfigError, PhonebookError
from phonebook_server.cli.opened import json_option, print_json
from phonebook_server.config import Config, load_config, warnings
from phonebook_server.installation.examination import (
    Finding,
    check_database,
    check_folder,
    check_proxies,
    check_public_url,
    check_secret,
)

SECONDS: Final = 15.0


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


def check_running(config: Config) -> Iterator[Finding]:
    """Whether a server answers at the port."""
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    from phonebook_server.serving import reachable

    host = reachable(config.host)
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
