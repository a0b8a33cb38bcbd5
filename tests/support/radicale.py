"""A real Radicale in a process of its own: a CardDAV server with one user, on a free port, with a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final
from xml.sax.saxutils import escape

import httpx

from support.server import free_port

USER: Final = "anna"
PASSWORD: Final = "words that Radicale knows"
PATIENCE: Final = 30.0


class RunningRadicale:
    """Use it as a context manager. Address books are folders of `USER`, cards are files in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def book(self, name: str = "people") -> str:
        """The URL of an address book."""
        return f"{self.url}/{USER}/{name}/"

    def make_book(self, name: str = "people", title: str = "People") -> str:
        """Make an address book and give its URL."""
        body = (
            '<?xml version="1.0"?><d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop>'
            "<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>"
            f"<d:displayname>{escape(title)}</d:displayname></d:prop></d:set></d:mkcol>"
        )
        self._ask("MKCOL", self.book(name), body, (201,))
        return self.book(name)

    def put(self, uid: str, name: str, *numbers: str, book: str = "people", more: str = "", file: str = "") -> None:
        """Add or replace a card."""
        self._ask("PUT", f"{self.book(book)}{file or uid}.vcf", card(uid, name, *numbers, more=more), (201, 204))

    def put_all(self, cards: Mapping[str, str], book: str = "people") -> None:
        """Have the address book hold these cards and no others, as one upload."""
        self._ask("PUT", self.book(book), "".join(cards.values()), (201, 204), {"content-type": "text/vcard"})

    def delete(self, uid: str, book: str = "people") -> None:
        """Delete a card."""
        self._ask("DELETE", f"{self.book(book)}{uid}.vcf", "", (200, 204))

    def delete_book(self, name: str = "people") -> None:
        """Delete a whole address book."""
        self._ask("DELETE", self.book(name), "", (200, 204))

    def clear(self) -> None:
        """Have the user have no address book any more."""
        self._ask("DELETE", f"{self.url}/{USER}/", "", (200, 204, 404))
        self._ask("MKCOL", f"{self.url}/{USER}/", "", (201, 405))  # made by itself at the first sign-in

    def forget_tokens(self) -> None:
        """Have every sync token be too old."""
        for cache in self.folder.rglob("sync-token"):
            shutil.rmtree(cache)

    def start(self) -> RunningRadicale:
        """Start it and wait until it answers."""
        self.folder.mkdir(exist_ok=True)
        users = self.folder / "users"
        users.write_text(f"{USER}:{PASSWORD}\n")
        options = {
            "server-hosts": f"127.0.0.1:{self.port}",
            "storage-filesystem-folder": str(self.folder / "data"),
            "auth-type": "htpasswd",
            "auth-htpasswd-filename": str(users),
            "auth-htpasswd-encryption": "plain",
            "auth-delay": "0",
            "rights-type": "owner_only",
            "logging-level": "critical",
        }
        command = [sys.executable, "-W", "ignore", "-m", "radicale", "--config", ""]
        command += [f"--{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self._process.poll() is None, "Radicale ended"
            try:
                httpx.get(self.url, timeout=5)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("Radicale does not answer")

    def stop(self) -> None:
        """End it; its data stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def __enter__(self) -> RunningRadicale:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ask(
        self, method: str, url: str, body: str, expected: Sequence[int], headers: Mapping[str, str] | None = None
    ) -> None:
        sent = {"content-type": "text/vcard" if method == "PUT" else "application/xml", **(headers or {})}
        answer = httpx.request(
            method, url, content=body.encode(), headers=sent, auth=(USER, PASSWORD), timeout=PATIENCE
        )
        assert answer.status_code in expected, f"{method} {url}: {answer.status_code} {answer.text}"


def card(uid: str, name: str, *numbers: str, more: str = "") -> str:
    """A vCard as address books hold them."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{name}", f"N:;{name};;;"]
    lines += [f"TEL;TYPE=CELL:{number}" for number in numbers]
    lines += [line for line in more.split("\n") if line]
    return "\r\n".join([*lines, "END:VCARD", ""])
