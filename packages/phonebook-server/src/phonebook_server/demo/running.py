"""Running the demonstration: the ordinary server on a folder that is gone afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import io
import os
import shlex
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec
from msgspec import Struct

from phonebook_core.errors import ConfigError, PhonebookError, Problem
from phonebook_server.config import Config, load_config
from phonebook_server.demo.seeding import ADMINISTRATOR, Seeded, SeededPhonebook, seed
from phonebook_server.services.hosting import find_services
from phonebook_server.serving import serve

SLUG: Final = "yealink"
"""The vendor service that the demonstration turns on."""
PORT: Final = 8000
PATIENCE: Final = 20.0
USER_AGENT: Final = "Yealink SIP-T46U 108.86.0.45 00:15:65:12:34:56"
"""How a desk phone introduces itself."""


class DemoError(PhonebookError):
    """The demonstration could not be set up."""

    code = "demo"


class DemoPhone(Struct, frozen=True):
    """What a phone needs to fetch a phonebook."""

    phonebook: str
    url: str
    username: str
    password: str


class Demo(Struct, frozen=True):
    """What somebody needs to try the demonstration."""

    url: str
    token: str
    phones: list[DemoPhone]


def run_demo(*, port: int | None, tell: Callable[[Demo, Seeded], None], note: Callable[[str], None]) -> None:
    """Serve the demonstration until SIGTERM or SIGINT; `tell` is called when it is ready, `note` with remarks.

    Raises ConfigError or DemoError with a sentence when that cannot be. The folder is removed in any case.
    """
    signal.signal(signal.SIGTERM, _stop_early)
    chosen = port or _free_port(note)
    with tempfile.TemporaryDirectory(prefix="phonebook-demo-", ignore_cleanup_errors=True) as folder:
        environ = {"PHONEBOOK_DATA_DIR": folder, "PHONEBOOK_PORT": str(chosen), "PHONEBOOK_LOG_LEVEL": "warning"}
        config = load_config(environ, cwd=Path(folder))
        if port is not None and not _is_free(port):
            message = f"Port {port} is taken by another program. Name another with --port, or none."
            raise ConfigError([Problem(field="--port", message=message)])
        if SLUG not in find_services(config):
            raise DemoError("The demonstration shows Yealink phones: install phonebook-vendor-yealink beside it.")
        seeded = asyncio.run(seed(config))
        failed: list[Exception] = []
        with contextlib.redirect_stdout(io.StringIO()):  # in place of the server's own greeting
            threading.Thread(target=_set_up, args=(config, seeded, tell, failed), daemon=True).start()
            serve(config)
    if failed:
        raise failed[0]


def _set_up(config: Config, seeded: Seeded, tell: Callable[[Demo, Seeded], None], failed: list[Exception]) -> None:
    """Wait for the server, turn the service on as a person would, and say so. Runs beside the server."""
    try:
        client = _Client(config.port, seeded.token)
        phones = [client.turn_on(phonebook) for phonebook in seeded.phonebooks if phonebook.on_phones]
        tell(Demo(config.public_url, seeded.token, phones), seeded)
    except Exception as error:
        failed.append(error)
        os.kill(os.getpid(), signal.SIGTERM)


class _Client:
    """As much of a client of the API as is needed here."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    def turn_on(self, phonebook: SeededPhonebook) -> DemoPhone:
        path = f"/api/v1/phonebooks/{phonebook.id}/services/{SLUG}"
        for _ in _tries():
            answer = self._put(path, {"on": True})
            if answer is not None and answer["access"] is not None and answer["settled"]:
                access, name = answer["access"], f"{phonebook.name}, {phonebook.site}"
                return DemoPhone(name, access["url"], access["username"], access["password"])
        raise DemoError(f"The Yealink service did not get ready within {PATIENCE:g} seconds.")

    def _put(self, path: str, body: object) -> Any:
        """The answer, None while the server does not listen or does not know the service yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.request("PUT", path, msgspec.json.encode(body), self._headers)
            response = connection.getresponse()
            text = response.read()
        except OSError:
            return None
        finally:
            connection.close()
        if response.status == 404:
            return None
        if response.status != 200:
            raise DemoError(f"Turning the Yealink service on failed: {text.decode(errors='replace')}")
        return msgspec.json.decode(text)


def curl_line(phone: DemoPhone) -> str:
    """A command that fetches the phonebook as a Yealink phone does."""
    login, url = shlex.quote(f"{phone.username}:{phone.password}"), shlex.quote(phone.url)
    return f"curl -A '{USER_AGENT}' -u {login} {url}"


def show(demo: Demo, seeded: Seeded) -> str:
    """What a person reads when the demonstration is ready."""
    books = seeded.phonebooks
    sites, contacts = len({book.site for book in books}), sum(book.contacts for book in books)
    lines = [
        f"The demonstration runs at {demo.url}",
        f"It has {sites} sites, {len(books)} phonebooks and {contacts} contacts, all invented.",
        "All of it is gone when you stop it (Ctrl+C).",
        "",
        f"  API token of the administrator {ADMINISTRATOR}:",
        f"    {demo.token}",
        f"  API documentation:  {demo.url}/api/v1/docs",
        f"  Choose a password:  {seeded.link}",
        "",
        "Fetch a phonebook as a phone does:",
    ]
    for phone in demo.phones:
        lines += ["", f"  # {phone.phonebook}", f"  {curl_line(phone)}"]
    first = demo.phones[0].url.split("/")[-2]
    lines += [
        "",
        "See who fetched it:",
        "",
        f"  curl -H 'Authorization: Bearer {demo.token}' {demo.url}/api/v1/phonebooks/{first}/dispatches",
    ]
    return "\n".join(lines)


def _tries() -> Iterator[None]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        yield
        time.sleep(0.05)


def _free_port(note: Callable[[str], None]) -> int:
    if _is_free(PORT):
        return PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    note(f"Port {PORT} is taken, so the demonstration uses {port}.")
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
        return True


def _stop_early(number: int, frame: object) -> NoReturn:
    """Before the server runs and takes care of this itself: leave, and remove the folder on the way."""
    sys.exit(0)
