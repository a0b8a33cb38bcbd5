"""One service at work with one phonebook, and everything that can be done to it by hand.

The server is the one of the conformance checks; what it says is said by whoever sits before the page.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import anyio
import msgspec

from phonebook_core.contact import Contact
from phonebook_core.vendor_link.lifecycle import State
from phonebook_vendor_sdk.conformance.check import Failed
from phonebook_vendor_sdk.conformance.stage import Phonebook, Stage, person
from phonebook_vendor_sdk.conformance.subjects import Subject
from phonebook_vendor_sdk.conformance.watch import Watch

FRAMES: Final = 200
"""Frames that are remembered for the page."""
LONGEST: Final = 4_000
"""Characters of a frame, or of a file, that are shown."""


class Workshop:
    """The service under work. Use it as a context; `keep` keeps the phonebook turned on over new links."""

    def __init__(self, subject: Subject, folder: Path) -> None:
        self.frames: deque[dict[str, Any]] = deque(maxlen=FRAMES)
        self._number = 0
        self._watch = Watch()
        self._watch.look = self._log
        self.stage = Stage(subject, self._watch, folder, {})
        self._phonebook: Phonebook | None = None
        self._on = False
        self._settings: dict[str, Any] | None = None
        self._lock = anyio.Lock()

    async def begin(self) -> None:
        """Start the service, and turn it on for a phonebook with two contacts."""
        await self.stage.start()
        self._phonebook = await self.stage.book([person("Ann Example", "200"), person("Ben Example", "201")])
        self._on = True

    async def keep(self) -> None:
        """On every new link say again what is wanted, as a server does."""
        done = 0
        while True:
            links = self.stage.server.links
            if len(links) > done and links[-1].is_welcomed:
                done = len(links)
                async with self._lock:
                    try:
                        await self._replay()
                    except Failed as failed:
                        self._say(str(failed))
            await self.stage.server.dialled(0.1)

    @property
    def phonebook(self) -> Phonebook:
        """The phonebook on the page."""
        assert self._phonebook is not None, "The workshop has not begun."
        return self._phonebook

    @property
    def is_linked(self) -> bool:
        """Whether there is a welcomed link."""
        links = self.stage.server.links
        return bool(links) and links[-1].is_welcomed and not links[-1].ended.is_set()

    def shown(self) -> dict[str, Any]:
        """Everything that the page shows."""
        link = self.stage.server.links[-1] if self.is_linked else None
        report = link.report(self.phonebook.id) if link is not None else None
        return {
            "linked": self.is_linked,
            "ended": self.stage.running.ended if self.stage.running else "",
            "hello": msgspec.to_builtins(link.hello) if link is not None else None,
            "state": (report.state if report else State.DISABLED).value if link else State.UNAVAILABLE.value,
            "report": msgspec.to_builtins(report) if report is not None else None,
            "settings": self._settings or self.phonebook.settings,
            "access": msgspec.to_builtins(self.phonebook.access),
            "contacts": [msgspec.to_builtins(contact) for contact in self.phonebook.book.contacts.values()],
            "frames": list(self.frames),
        }

    async def do(self, action: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Do one thing. Returns what came of it; raises Failed with a sentence when it cannot be done."""
        async with self._lock:
            match action:
                case "turn_on":
                    self._on = True
                    await self._replay()
                case "configure":
                    self._settings = dict(_of(dict[str, Any], values.get("settings"), "settings"))
                    self._need_link()
                    report = await self.phonebook.configure(self._settings)
                    return {"report": msgspec.to_builtins(report)}
                case "turn_off":
                    self._need_link()
                    self._on = False
                    await self.phonebook.turn_off()
                case "put":
                    self.phonebook.book.put(_of(Contact, values.get("contact"), "contact"))
                    await self._announce()
                case "remove":
                    id = _of(str, values.get("id"), "id")
                    if id not in self.phonebook.book.contacts:
                        raise Failed(f"There is no contact with the id {id}.")
                    self.phonebook.book.remove(id)
                    await self._announce()
                case "cut":
                    self._need_link()
                    await self.stage.server.links[-1].cut()
                case "fetch":
                    return await self._fetch(values)
                case _:
                    raise Failed(f"There is no action “{action}”.")
        return {}

    async def _fetch(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Act as a phone: status, headers and body."""
        if self.phonebook.access is None:
            raise Failed("The service has not been enabled yet, so nobody knows where phones fetch.")
        url = _of(str, values.get("url") or self.phonebook.url, "url")
        base = self.phonebook.url.partition("/phones/")[0]
        if not url.startswith(f"{base}/"):
            raise Failed(f"Phones fetch from URLs of the service, which begin with {base}/.")
        login = self.phonebook.login if values.get("login", True) else None
        began = time.monotonic()
        answer = await self.phonebook.get(
            login=login,
            url=url,
            method=_of(str, values.get("method") or "GET", "method"),
            User_Agent=_of(str, values.get("user_agent") or "phonebook-vendor dev", "user_agent"),
        )
        return {
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.unzipped.decode("utf-8", "replace")[:LONGEST],
            "bytes": len(answer.body),
            "milliseconds": round((time.monotonic() - began) * 1000, 1),
        }

    async def _replay(self) -> None:
        self._need_link()
        if not self._on:
            return
        await self.phonebook.turn_on()
        await self.phonebook.configure(self._settings)

    async def _announce(self) -> None:
        if self.is_linked and self._on:
            await self.phonebook.announce()

    def _need_link(self) -> None:
        if not self.is_linked:
            raise Failed("There is no link. The service dials again within some seconds.")

    def _log(self, sender: str, message: bytes | str) -> None:
        try:
            shown = repr(message) if isinstance(message, str) else repr(msgspec.msgpack.decode(message))
        except (msgspec.MsgspecError, ValueError):
            shown = f"{len(message)} bytes that are not MessagePack"
        self._add(sender, shown)

    def _say(self, sentence: str) -> None:
        self._add("workshop", sentence)

    def _add(self, sender: str, text: str) -> None:
        self._number += 1
        self.frames.append({"number": self._number, "time": time.time(), "from": sender, "frame": text[:LONGEST]})


def _of(kind: Any, value: Any, name: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Failed(f"{name}: {error}.") from None
